"""What every lesson has around its stage: question, guide, settings, tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from pages.ui.export import Table
from pages.ui.frame import problem_sentence
from pages.ui.guide.column import guide_column
from pages.ui.guide.guide import Guide, Shown
from pages.ui.guide.published import show_published
from pages.ui.guide.scene_list import scene_list
from pages.ui.kit.stages import show_stage
from pages.ui.lessons import lessons
from pages.ui.notebook import Code, notebook
from pages.ui.present.bar import present_bar
from pages.ui.present.controls import lecture_controls
from pages.ui.present.heading import asked, show_heading
from pages.ui.present.selection import selected, unknown_names
from pages.ui.state.address import (
    change_address,
    is_presented,
    page_address,
    read_showing,
)
from pages.ui.state.showing import TABS
from pages.ui.state.state import State
from pages.ui.text import Text, escape
from pages.ui.text.glossary import explained, word_list

__all__ = ["show_lesson"]

NO_BREAK_SPACE: Final = "\u00a0"


def _opening(lesson: str, own_question: str, t: Text) -> None:
    """Show the title and the one question of a lesson, or the lecturer's own."""
    st.title(t(f"{lesson}.title"), anchor=False)
    if own_question:
        st.markdown(f"**{escape(own_question)}**")
    else:
        st.markdown(explained(t(f"{lesson}.question"), t), unsafe_allow_html=True)


def show_lesson(
    lesson: str,
    state: State,
    t: Text,
    *,
    stages: Callable[[Any], Sequence[Shown]],
    settings: Callable[[], None],
    why: Callable[[], str],
    code: Callable[[], Code],
    data: Callable[[], Table | None],
    views: Callable[[], object] | None = None,
    remarks: Callable[[], object] | None = None,
    live: Callable[[Callable[[], None]], object] = lambda draw: draw(),
) -> None:
    """Show a whole lesson on one screen: question, guide, stages; below them settings and tabs.

    Parameters
    ----------
    stages
        Gives the stages of any state of the lesson, not only of the present one.
    settings
        Draws everything that can be set, beside what is dragged.
    why, code, data
        Give what the tabs show: the one that is open.
    views
        Draws the switch between the views of the lesson. A scene chooses its view itself.
    remarks
        Draws what is to be said below the stages; unseen in a scene, which has words of its own.
    live
        Draws the stages by what it is given, and may do so again and again without the rest of the
        page, while a drag goes on.
    """
    guide = Guide(lesson, state, stages, t)
    showing, _ = read_showing()
    first, presented = [guide], is_presented()

    def draw() -> None:
        # Drawn again, what a hand holds is laid out anew.
        ready = (first.pop() if first else replace(guide)).ready()
        # Where it stands above, the line of a covered sentence only stays.
        is_above = presented or showing.question
        question = NO_BREAK_SPACE if is_above else asked(lesson, showing, t)
        for shown in selected(ready, showing, question, t, is_presented=presented):
            key, stage, moved = shown.key, shown.stage, shown.moved
            show_stage(key, stage, state, moved, t, released=shown.released)

    opening = st.container(key="opening")
    with opening:
        if presented:
            show_heading(guide, showing)
        else:
            _opening(lesson, showing.question, t)
    if guide.scene is None and not presented:
        show_published(state, t)
    with st.container(key="lesson_free" if guide.scene is None else "lesson"):
        if guide.scenes and not presented:
            with st.container(key="guide"):
                guide_column(guide, why)
        # Under this name it is seen as soon as its stage is there.
        with st.container(key="stages" if guide.shown else "no_stages"):
            if views is not None and guide.scene is None and not presented:
                views()
            live(draw)
            if remarks is not None and guide.scene is None and not presented:
                remarks()
    for problem in unknown_names(guide.ready(), showing, t):
        st.warning(problem_sentence(problem, t), icon="⚠️")
    with opening:
        present_bar(guide.ready(), showing, t, is_presented=presented)
    if presented:
        return
    if not guide.is_asking:
        # Closed, they are not written: that would slow down every release.
        folded = st.expander(t("guide.settings"), key="settings", on_change="rerun")
        if folded.open:
            with folded:
                settings()
                lecture_controls(guide.ready(), showing, t)
    _tabs(guide, t, why=why, code=code, data=data)


def _tabs(
    guide: Guide,
    t: Text,
    *,
    why: Callable[[], str],
    code: Callable[[], Code],
    data: Callable[[], Table | None],
) -> None:
    """Show the scenes, the derivation, the code, the numbers, the words: the tab that is open.

    Data that are more than one table are shown by ``data`` itself, which then returns None. While a
    scene asks, none of them tells the answer.
    """
    lesson = guide.lesson
    names = TABS if guide.scenes else TABS[1:]
    # A tab that is not open is not written: that would slow down every release.
    labels = {name: t(f"tab.{name}") for name in names}
    key = f"{lesson}_tab"
    tabs = st.tabs(
        list(labels.values()),
        key=_open_tab(key, labels),
        on_change=lambda: _opened_tab(key, labels),
    )
    for name, tab in zip(names, tabs, strict=True):
        if not tab.open:
            continue
        with tab:
            if name == "scenes":
                scene_list(guide)
            elif name == "words":
                st.markdown(_words(lesson, t))
            elif guide.is_asking:
                st.markdown(t("guide.first"))
            elif name == "why":
                st.markdown(why())
            elif name == "code":
                _code(lesson, t, why=why, code=code())
            elif (table := data()) is not None:
                _data(lesson, t, table)


def _code(lesson: str, t: Text, *, why: Callable[[], str], code: Code) -> None:
    address = page_address(lessons()[lesson].path)

    def written() -> str:
        opening = f"{address}\n\n# {t(f'{lesson}.title')}\n\n{t(f'{lesson}.question')}"
        return notebook((opening, why(), f"## {t('tab.code')}\n\n{t('code.intro')}"), code)

    intro, file = st.columns([3, 1], vertical_alignment="center")
    intro.markdown(t("code.intro"))
    file.download_button(
        t("code.notebook"),
        written,
        file_name=f"{lesson}.ipynb",
        mime="application/x-ipynb+json",
        on_click="ignore",
        width="stretch",
    )
    st.code(code.source, language="python")


def _open_tab(key: str, labels: Mapping[str, str]) -> str:
    """Open the tab of the address, if that is another than before; return the key."""
    tab = read_showing()[0].tab
    if st.session_state.get("tab") != tab:
        st.session_state["tab"] = tab
        st.session_state[key] = labels.get(tab or "", next(iter(labels.values())))
    return key


def _opened_tab(key: str, labels: Mapping[str, str]) -> None:
    first, *_ = labels
    opened = next(name for name, label in labels.items() if label == st.session_state[key])
    st.session_state["tab"] = None if opened == first else opened
    change_address({"tab": st.session_state["tab"]})


def _words(lesson: str, t: Text) -> str:
    keys = sorted(t.keys())
    return word_list((t.raw(key) for key in keys if key.startswith(f"{lesson}.")), t)


def _data(lesson: str, t: Text, table: Table) -> None:
    st.dataframe(
        table.columns,
        column_config={
            name: st.column_config.Column(table.headings[name])
            if any(isinstance(value, str) for value in values)
            else st.column_config.NumberColumn(table.headings[name], format="%.6g")
            for name, values in table.columns.items()
        },
        hide_index=True,
    )
    csv_file, json_file = st.columns(2)
    csv_file.download_button(
        t("data.csv"),
        table.as_csv(),
        file_name=f"{lesson}.csv",
        mime="text/csv",
        on_click="ignore",
    )
    json_file.download_button(
        t("data.json"),
        table.as_json(),
        file_name=f"{lesson}.json",
        mime="application/json",
        on_click="ignore",
    )
