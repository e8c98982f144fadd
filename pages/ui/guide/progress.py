"""What the reader has answered: marked in the list of lessons, kept in the browser only."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

from pages.ui.lessons import Lesson, lessons
from pages.ui.state.scenes import scene_of, scenes_of
from pages.ui.state.state import State
from pages.ui.text import Text

__all__ = ["show_progress"]

_component = st.components.v2.component(
    "logit_lab_progress",
    js=(Path(__file__).parent / "progress.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_progress(shown: Lesson, state: State, t: Text) -> None:
    """Tell the browser which scenes ask, and whether this one was just answered."""
    scene = scene_of(state)
    is_answered = scene is not None and scene.ask is not None and state.guess is not None
    _component(
        key="progress",
        data={
            "asking": _asking(),
            "path": shown.path,
            "answered": state.scene if is_answered else None,
            "labels": {name: t(f"guide.{name}") for name in ("progress", "forget")},
        },
    )


@cache
def _asking() -> str:
    """The numbers of the scenes that ask, by lesson; Streamlit would look for tables in a dict."""
    asking = {
        lesson.path: [
            n for n, scene in enumerate(scenes_of(lesson.state), 1) if scene.ask is not None
        ]
        for lesson in lessons().values()
    }
    return json.dumps({path: numbers for path, numbers in asking.items() if numbers})
