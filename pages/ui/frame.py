"""The frame around every lesson: list of lessons, language, what the address got wrong."""

from __future__ import annotations

from copy import copy
from datetime import timedelta
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.guide.progress import show_progress
from pages.ui.lessons import lessons
from pages.ui.links import show_links
from pages.ui.state.address import (
    is_presented,
    link_parameters,
    read_language,
    read_showing,
    read_state,
    set_language,
    text,
)
from pages.ui.state.example import Example
from pages.ui.state.written import Problem
from pages.ui.text import LANGUAGES, Text, escape, text_in

__all__ = ["frame", "lesson_links", "lesson_map", "problem_sentence"]

_LANGUAGE_KEY = "language"

_page_words = st.components.v2.component(
    "logit_lab_page_words", js=(Path(__file__).parent / "words.js").read_text(encoding="utf-8")
)

_paper = st.components.v2.component(
    "logit_lab_paper",
    html="""<div class="paper"><span></span>
    <button type="button" data-with="answers"></button>
    <button type="button" data-with="blanks"></button></div>""",
    js=(Path(__file__).parent / "paper.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def problem_sentence(problem: Problem, t: Text) -> str:
    """Say which value cannot be used, why, and what is used instead, as Markdown."""
    values = {"parameter": problem.parameter, "value": problem.value, "used": problem.used}
    shown = {name: escape(value) for name, value in values.items()}
    reason = t(f"reason.{problem.reason}", **problem.limits)
    sentence = "problem.address" if problem.used else "problem.address_usual"
    return t(sentence, reason=reason, **shown)


@cache
def _pages(language: str) -> dict[str, StreamlitPage]:
    """Look the pages up, once: Streamlit asks the disk for each of them, a tenth of a release."""
    t = text_in(language)
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
    """Show each lesson with a picture and a sentence; its link takes the example along."""
    listed = [lesson for lesson in lessons().values() if lesson.part is not None]
    show_links("lesson_map", listed, link_parameters(), t, are_cards=True)


def lesson_links(example: Example, t: Text, *, besides: str) -> None:
    """Show a link to every other lesson, which takes this example along."""
    listed = [one for name, one in lessons().items() if one.part is not None and name != besides]
    show_links("lesson_links", listed, link_parameters(example), t)


def frame() -> StreamlitPage:
    """Draw the frame; the returned page is to be run inside it."""
    t = text()
    # Copies: a run tells its page that it may be called.
    pages = {name: copy(page) for name, page in _pages(t.language).items()}
    page = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(
        page_title=f"{page.title} · Logit Lab" if page.url_path else "Logit Lab",
        page_icon="📐",
        layout="wide",
    )
    shown = next(lesson for lesson in lessons().values() if lesson.path == page.url_path)
    state, problems = read_state(shown.state)
    showing, unused = read_showing()
    presented = shown.part is not None and is_presented()
    # In one place whatever is shown: else it is mounted anew before what it replaces has gone.
    unseen = st.container(key="unseen")
    with unseen:
        words = {"language": t("frame.page_language"), "whole": t("frame.whole")}
        look = {"is_presented": presented, "is_dark": showing.is_dark}
        _page_words(
            key="page_words", data={**words, "streamlit": _of_streamlit(t.language), **look}
        )
        _ask_again_when_reconnected()
    with unseen if presented else st.sidebar:
        if not presented:
            st.markdown(f"**Logit Lab**\n\n{t('frame.motto')}")
            listed = tuple(lessons().values())
            show_links("lessons", listed, link_parameters(), t, shown=page.url_path)
            _language_switch(t)
            words = {name: t(f"paper.{name}") for name in ("print", "answers", "blanks")}
            _paper(key="paper", data=words)
        show_progress(shown, state, t)
    for problem in (*_language_problem(), *problems, *unused):
        st.warning(problem_sentence(problem, t), icon="⚠️")
    return page


@cache
def _of_streamlit(language: str) -> dict[str, str]:
    """Give what Streamlit's own menus and buttons always say in English, each in the language."""
    t, english = text_in(language), text_in("en")
    keys = sorted(t.keys())
    names = [key.removeprefix("streamlit.") for key in keys if key.startswith("streamlit.")]
    said = {english(f"streamlit.{name}"): t(f"streamlit.{name}") for name in names}
    return {word: ours for word, ours in said.items() if word != ours}


@st.fragment(run_every=timedelta(days=1))
def _ask_again_when_reconnected() -> None:
    """Have the browser ask for the page as soon as it is connected again.

    It does so only where something on the page asks by itself. Else a page that goes on with a
    process that knows nothing of it loses the next click.
    """


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
