"""Links to lessons: one element for all of them, since each one costs every release."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from pages.ui.lessons import Lesson
from pages.ui.text import Text

__all__ = ["show_links"]

_component = st.components.v2.component(
    "logit_lab_links",
    html='<nav class="lesson-links"></nav>',
    js=(Path(__file__).parent / "links.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_links(
    key: str,
    listed: Sequence[Lesson],
    parameters: Mapping[str, str],
    t: Text,
    *,
    shown: str | None = None,
    are_cards: bool = False,
) -> None:
    """Show a link to each lesson, which takes the parameters along.

    ``shown`` is the path of the present one. Cards have a picture and say what a lesson teaches.
    """
    data = {
        # Streamlit would look for tables in a list.
        "links": json.dumps([_link(lesson, t, is_card=are_cards) for lesson in listed]),
        "shown": shown,
        "query": urlencode(parameters),
        "label": t("frame.lessons"),
        "tools": t("frame.tools"),
    }
    chosen = _component(key=key, data=data, on_path_change=lambda: None).path
    for lesson in listed:
        if lesson.path == chosen:
            st.switch_page(lesson.page, query_params=parameters)


def _link(lesson: Lesson, t: Text, *, is_card: bool) -> Mapping[str, str | int | None]:
    link = {
        "title": t(f"{lesson.name}.title"),
        "path": lesson.path,
        "part": lesson.part,
        "number": lesson.number,
    }
    card = {"summary": t(f"{lesson.name}.summary"), "picture": lesson.picture} if is_card else {}
    return link | card
