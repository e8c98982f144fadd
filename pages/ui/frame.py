"""The frame around every lesson: list of lessons, language, what the address got wrong."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.lessons import HOME, lessons
from pages.ui.state.address import (
    link_parameters,
    read_language,
    read_state,
    set_language,
    text,
)
from pages.ui.state.example import Example
from pages.ui.state.written import Problem
from pages.ui.text import LANGUAGES, Text, escape

__all__ = ["frame", "lesson_links", "lesson_map", "problem_sentence"]

_FOLDER = Path(__file__).parent
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
        name: st.Page(
            lesson.page,
            title=t(f"{name}.title"),
            url_path=lesson.path,
            default=not lesson.path,
        )
        for name, lesson in lessons().items()
    }


def lesson_map(t: Text) -> None:
    """Show each lesson with a sentence on what it teaches; its link takes the example along."""
    shown = {name: page for name, page in _pages(t).items() if name != HOME}
    columns = [column for _ in range(0, len(shown), 2) for column in st.columns(2)]
    for (name, page), column in zip(shown.items(), columns, strict=False):
        with column.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{page.title}** →", query_params=link_parameters())
            st.markdown(t(f"{name}.summary"))


def lesson_links(example: Example, t: Text, *, besides: str) -> None:
    """Show a link to every other lesson, which takes this example along."""
    with st.container(horizontal=True):
        for name, page in _pages(t).items():
            if name not in (HOME, besides):
                st.page_link(page, query_params=link_parameters(example))


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
    st.html(f"<style>{(_FOLDER / 'frame.css').read_text(encoding='utf-8')}</style>")
    with st.sidebar:
        st.markdown(f"## Logit Lab\n{t('frame.motto')}")
        for entry in pages.values():
            st.page_link(entry, query_params=link_parameters())
        _language_switch(t)
    shown = next(lesson for lesson in lessons().values() if lesson.path == page.url_path)
    _, problems = read_state(shown.state)
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
