"""What every lesson has around its stage: the question above, the tabs below."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.ui.export import Table
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
    data: Callable[[], Table | None],
) -> None:
    """Show the prompts, the derivation, the code and the numbers as files: the open one only.

    Data that are more than one table are shown by ``data`` itself, which then returns None.
    """
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
            elif (table := data()) is not None:
                _data(lesson, t, table)


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
