"""The frame around every lesson: list of lessons, language, what the address got wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.state.address import (
    link_parameters,
    read_language,
    read_state,
    set_language,
    text,
)
from pages.ui.state.state import State
from pages.ui.state.written import Problem
from pages.ui.text import LANGUAGES, Text, escape

__all__ = ["LESSONS", "frame", "lesson_links", "lesson_map", "problem_sentence"]

HOME: Final = "home"
LESSONS: Final = {
    HOME: "",
    "softmax": "softmax",
    "cross_entropy": "cross-entropy",
    "hinge": "hinge",
    "svm_against_softmax": "svm-against-softmax",
    "softmax_loss_graph": "softmax-with-loss-graph",
    "numerical_stability": "numerical-stability",
    "gradient_check": "gradient-check",
    "batch_lab": "batch-lab",
    "regularization": "regularization",
    "score_function": "score-function",
    "linear_classifier": "linear-classifier",
    "two_layer_network": "two-layer-network",
}
"""Every page by its script and text file, with its path in the address."""

_FOLDER = Path(__file__).parent.parent
_LANGUAGE_KEY = "language"


def problem_sentence(problem: Problem, t: Text) -> str:
    """Say which value cannot be used, why, and what is used instead, as Markdown."""
    values = {"parameter": problem.parameter, "value": problem.value, "used": problem.used}
    shown = {name: escape(value) for name, value in values.items()}
    reason = t(f"reason.{problem.reason}", **problem.limits)
    sentence = "problem.address" if problem.used else "problem.address_usual"
    return t(sentence, reason=reason, **shown)


def _pages(t: Text) -> dict[str, StreamlitPage]:
    return {
        lesson: st.Page(
            _FOLDER / lesson / "page.py",
            title=t(f"{lesson}.title"),
            url_path=path,
            default=not path,
        )
        for lesson, path in LESSONS.items()
    }


def lesson_map(t: Text) -> None:
    """Show each lesson with a sentence on what it teaches; its link takes the example along."""
    lessons = {lesson: page for lesson, page in _pages(t).items() if lesson != HOME}
    columns = [column for _ in range(0, len(lessons), 2) for column in st.columns(2)]
    for (lesson, page), column in zip(lessons.items(), columns, strict=False):
        with column.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{page.title}** →", query_params=link_parameters())
            st.markdown(t(f"{lesson}.summary"))


def lesson_links(state: State, t: Text, *, besides: str) -> None:
    """Show a link to every other lesson, which takes this state along."""
    pages = {lesson: page for lesson, page in _pages(t).items() if lesson not in (HOME, besides)}
    with st.container(horizontal=True):
        for page in pages.values():
            st.page_link(page, query_params=link_parameters(state))


def frame() -> StreamlitPage:
    """Draw the frame; the returned page is to be run inside it."""
    t = text()
    pages = _pages(t)
    page = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(
        page_title=f"{page.title} · Logit Lab" if page.url_path else "Logit Lab",
        page_icon="📐",
        layout="wide",
    )
    st.html(f"<style>{(_FOLDER / 'ui' / 'frame.css').read_text(encoding='utf-8')}</style>")
    with st.sidebar:
        st.markdown(f"## Logit Lab\n{t('frame.motto')}")
        for entry in pages.values():
            st.page_link(entry, query_params=link_parameters())
        _language_switch(t)
    _, problems = read_state()
    for problem in (*_language_problem(), *problems):
        st.warning(problem_sentence(problem, t), icon="⚠️")
    return page


def _language_switch(t: Text) -> None:
    st.session_state[_LANGUAGE_KEY] = read_language()

    def switched() -> None:
        set_language(st.session_state[_LANGUAGE_KEY] or read_language())

    st.segmented_control(
        t("frame.language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=_LANGUAGE_KEY,
        on_change=switched,
    )


def _language_problem() -> tuple[Problem, ...]:
    given = st.query_params.get("lang")
    if given is None or given in LANGUAGES:
        return ()
    limits = {"languages": ", ".join(LANGUAGES)}
    return (Problem("lang", given[:40], "language", read_language(), limits),)
