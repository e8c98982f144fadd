"""The line above a presented stage: the question, in a scene with its way to answer."""

from __future__ import annotations

import re
from typing import Final

import streamlit as st

from pages.ui.guide.column import answer_of, question_of, told
from pages.ui.guide.guide import Guide
from pages.ui.state.showing import Showing
from pages.ui.text import Text, escape
from pages.ui.text.glossary import explained

__all__ = ["asked", "show_heading"]

SHORT: Final = 80
"""Characters of a question that is written large; a Chinese one counts as two."""
_STRONG: Final = re.compile(r"\*\*(.+?)\*\*")


def asked(lesson: str, showing: Showing, t: Text) -> str:
    """Give the question: the lecturer's own, or the strong words of the lesson's."""
    return showing.question or _STRONG.findall(t(f"{lesson}.question"))[-1]


def show_heading(guide: Guide, showing: Showing) -> None:
    """Show the question; in a scene what it asks, or what it says to the answer."""
    t = guide.t
    if guide.scene is None or showing.question:
        with st.container(key="asked_short" if _width(guide, showing) <= SHORT else "asked_long"):
            question = asked(guide.lesson, showing, t)
            if showing.question:
                st.markdown(escape(question))
            else:
                st.markdown(explained(question, t), unsafe_allow_html=True)
    with st.container(key="asked_scene"):
        if guide.scene is None:
            return
        if not guide.is_settled:
            st.markdown(t("guide.training"))
        elif guide.is_asking and guide.ask is not None:
            question_of(guide, guide.ask)
        elif guide.ask is not None and guide.answer is not None:
            answer_of(guide, guide.ask, guide.answer)
        elif not showing.question:
            told(guide, guide.say("text"))


def _width(guide: Guide, showing: Showing) -> int:
    question = asked(guide.lesson, showing, guide.t)
    return sum(1 if ord(character) < 0x2E80 else 2 for character in question)
