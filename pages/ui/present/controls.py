"""What is prepared for a lecture: the panels, what is hidden and in which order, the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui.guide.guide import Shown
from pages.ui.present.selection import hideable, panel_titles
from pages.ui.state.address import change_address
from pages.ui.state.showing import LONGEST_QUESTION, Showing
from pages.ui.text import Text, escape

__all__ = ["lecture_controls"]


def lecture_controls(shown: Sequence[Shown], showing: Showing, t: Text) -> None:
    """Choose panels, what is hidden in the order in which it is ticked, and a question."""
    st.markdown(t("present.controls"))
    st.session_state["ask"] = showing.question
    st.text_input(
        t("present.question"),
        key="ask",
        max_chars=LONGEST_QUESTION,
        on_change=lambda: change_address({"ask": st.session_state["ask"].strip() or None}),
    )
    panels, hide = st.columns(2)
    titles, names = panel_titles(shown), hideable(shown, t)
    with panels:
        _ticked("panels", titles, showing.panels, t("present.panels"), t("present.panels_all"))
    with hide:
        _ticked("hide", names, showing.hidden_names, t("present.hide"), t("present.hide_none"))
        if showing.hidden:
            st.caption(" → ".join(_together(group, names) for group in showing.hidden))


def _together(group: str, names: Mapping[str, str]) -> str:
    """Name what is revealed at once."""
    return " + ".join(escape(names[id]) for id in group.split(".") if id in names)


def _ticked(
    key: str, names: Mapping[str, str], ticked: Sequence[str], label: str, empty: str
) -> None:
    st.session_state[key] = [id for id in ticked if id in names]
    st.multiselect(
        label,
        list(names),
        format_func=names.__getitem__,
        key=key,
        placeholder=empty,
        on_change=lambda: change_address(
            {key: ",".join(st.session_state[key]) or None, "revealed": None}
        ),
    )
