"""What every lesson has around its stage: the question above, the tabs below."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.comparison import Comparison
from pages.ui.example import State
from pages.ui.export import COLUMNS, as_csv, as_json, table
from pages.ui.text import Text

__all__ = ["lesson_tabs", "opening"]


def opening(lesson: str, t: Text) -> None:
    """Show the title and the one question of a lesson."""
    st.title(t(f"{lesson}.title"), anchor=False)
    st.markdown(t(f"{lesson}.question"))


def lesson_tabs(
    lesson: str,
    t: Text,
    *,
    why: Callable[[], str],
    code: Callable[[], str],
    state: State,
    result: Comparison,
) -> None:
    """Show the prompts, the derivation, the code and the numbers as files: the open one only."""
    names = ("try", "why", "code", "data")
    # A tab that is not open is not written: that would slow down every release.
    tabs = st.tabs([t(f"tab.{name}") for name in names], key=f"{lesson}_tab", on_change="rerun")
    for name, tab in zip(names, tabs, strict=True):
        if not tab.open:
            continue
        with tab:
            if name == "try":
                st.markdown(t(f"{lesson}.try"))
            elif name == "why":
                st.markdown(why())
            elif name == "code":
                st.markdown(t("code.intro"))
                st.code(code(), language="python")
            else:
                _data(lesson, t, state, result)


def _data(lesson: str, t: Text, state: State, result: Comparison) -> None:
    names = state.example.names
    st.dataframe(
        table(names, result),
        column_config={
            name: st.column_config.Column(t("data.class"))
            if name == "class"
            else st.column_config.NumberColumn(t(f"data.{name}"), format="%.6g")
            for name in COLUMNS
        },
        hide_index=True,
    )
    csv_file, json_file = st.columns(2)
    csv_file.download_button(
        t("data.csv"),
        as_csv(names, result),
        file_name=f"{lesson}.csv",
        mime="text/csv",
        on_click="ignore",
    )
    json_file.download_button(
        t("data.json"),
        as_json(names, result, margin=state.margin, variant=state.variant),
        file_name=f"{lesson}.json",
        mime="application/json",
        on_click="ignore",
    )
