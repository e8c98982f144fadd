"""The page's address: the one place where the state lives between runs.

A run reads its state from the query parameters. A release or a control writes the new state there,
as one entry of the browser's history, so that Back and Forward undo and redo.
"""

from __future__ import annotations

import streamlit as st

from pages.ui.state.state import State, decode, encode
from pages.ui.state.written import Problem
from pages.ui.text import LANGUAGES, Text, language_of, text_in

__all__ = ["link_parameters", "read_language", "read_state", "set_language", "text", "write_state"]


def read_state() -> tuple[State, tuple[Problem, ...]]:
    """State of this run, and what of the address could not be used."""
    return decode(st.query_params.to_dict())


def write_state(state: State) -> None:
    """Make this the state: one entry in the browser's history, if it is another."""
    wanted = {**encode(state), **_language_parameter()}
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def read_language() -> str:
    """Language of the address, else the browser's."""
    return _chosen_language() or language_of(st.context.locale)


def set_language(language: str) -> None:
    """Switch the language; everything else stays."""
    st.query_params["lang"] = language


def text() -> Text:
    """Texts in the language of this run."""
    return text_in(read_language())


def _chosen_language() -> str | None:
    chosen = st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else None


def _language_parameter() -> dict[str, str]:
    chosen = _chosen_language()
    return {} if chosen is None else {"lang": chosen}


def link_parameters(state: State | None = None) -> dict[str, str]:
    """Query parameters that take a state, the present one if None, and language to another page."""
    if state is not None:
        return {**encode(state), **_language_parameter()}
    present = decode(st.query_params.to_dict())[0]
    return {**(encode(present) if st.query_params.get("z") else {}), **_language_parameter()}
