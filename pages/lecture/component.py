"""The lecture in the browser: it is kept there, only a file that is opened is read here."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

from pages.ui.lessons import lessons
from pages.ui.present.deck import Deck, DeckError, read_deck
from pages.ui.text import Text

__all__ = ["decks", "lecture"]

_FOLDER = Path(__file__).parent
_KEY: Final = "lecture"
_ANSWER: Final = "lecture answer"
_NAMES: Final = ("svm_and_softmax", "where_p_minus_t", "scores_to_network")
_LABELS: Final = (
    *("title", "untitled", "start", "speaker", "open", "save", "undo", "ready", "empty", "up"),
    *("down", "remove", "question", "notes", "address", "show", "place", "no_question"),
    *("then", "last", "reveals", "black"),
)
_SCRIPTS: Final = ("elements.js", "show.js", "speaker.js", "lecture.js")

_component = st.components.v2.component(
    "logit_lab_lecture",
    html='<div class="lecture"></div>',
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
    isolate_styles=False,
)


@cache
def decks(language: str) -> tuple[Deck, ...]:
    """Give the lectures that come with the app."""
    files = (_FOLDER / "decks" / f"{name}.{language}.toml" for name in _NAMES)
    return tuple(read_deck(file.read_text(encoding="utf-8")) for file in files)


def lecture(t: Text) -> None:
    """Show the reader's lecture, to edit it and to show it."""
    _component(
        key=_KEY,
        data={
            "language": t.language,
            "labels": {name: t(f"lecture.label.{name}") for name in _LABELS},
            "titles": {lesson.path: t(f"{lesson.name}.title") for lesson in lessons().values()},
            "decks": [asdict(deck) for deck in decks(t.language)],
            "answer": st.session_state.get(_ANSWER),
        },
        on_opened_change=lambda: _open(t),
    )


def _open(t: Text) -> None:
    """Read a file that the browser has sent; the lecture there stays as it is if it is none."""
    sent: Any = st.session_state[_KEY].opened
    if not isinstance(sent, dict) or not isinstance(sent.get("text"), str):
        return
    answer: dict[str, Any] = {"number": sent.get("number")}
    try:
        answer["deck"] = asdict(read_deck(sent["text"]))
    except DeckError as fault:
        reason = t(f"lecture.problem.{fault.reason}", **fault.values)
        answer["problem"] = t("lecture.line", line=fault.line, reason=reason)
    st.session_state[_ANSWER] = answer
