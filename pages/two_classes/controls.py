"""Which two of the classes are shown: told, and chosen."""

from __future__ import annotations

import streamlit as st

from pages.two_classes import TwoClassesState
from pages.ui.state.address import change
from pages.ui.text import Text, escape

__all__ = ["pair_note", "rival_control"]

_KEY = "against"


def pair_note(state: TwoClassesState, t: Text) -> None:
    """Say which two of more classes are shown, and that the others are kept."""
    example = state.example
    if len(example.names) == 2:
        return
    kind = "strongest" if state.rival is None else "chosen"
    st.markdown(
        t(
            f"two_classes.pair.{kind}",
            classes=len(example.names),
            true_name=escape(example.names[example.label]),
            rival=escape(example.names[state.opponent]),
        )
    )


def rival_control(state: TwoClassesState, t: Text) -> None:
    """Choose the class that the true one stands against."""
    example = state.example
    st.session_state[_KEY] = state.opponent

    def named(index: int) -> str:
        name = example.names[index]
        is_strongest = index == state.strongest and len(example.names) > 2
        return t("two_classes.control.strongest", name=name) if is_strongest else name

    st.selectbox(
        t("two_classes.control.rival", name=escape(example.names[example.label])),
        [index for index in range(len(example.names)) if index != example.label],
        format_func=named,
        disabled=len(example.names) == 2,
        key=_KEY,
        on_change=lambda: change(state, rival=st.session_state[_KEY]),
    )
