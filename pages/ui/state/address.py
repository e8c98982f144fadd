"""The page's address: the one place where the state lives between runs.

A run reads its state from the query parameters. A release or a control writes the new state there,
as one entry of the browser's history, so that Back and Forward undo and redo.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from pages.ui.state.example import Example, read_example, write_example
from pages.ui.state.state import State, decode, encode
from pages.ui.state.written import Problem
from pages.ui.text import LANGUAGES, Text, language_of, text_in

__all__ = [
    "bind",
    "change",
    "link_parameters",
    "read_language",
    "read_state",
    "set_language",
    "text",
    "write_state",
]


S = TypeVar("S", bound=State)


def read_state(kind: type[S]) -> tuple[S, tuple[Problem, ...]]:
    """State of this run, and what of the address could not be used."""
    return decode(kind, st.query_params.to_dict())


def change(state: State, **values: Any) -> None:
    """Change some attributes of the state of the address, which is of the kind of the given one."""
    write_state(replace(read_state(type(state))[0], **values))


def bind(state: State, attribute: str, **others: Any) -> dict[str, Any]:
    """Tie a widget to an attribute: it shows its value, and what is chosen becomes the state.

    The keywords go to the widget: ``st.selectbox(label, options, **bind(state, "variant"))``.
    ``others`` are attributes that get another value with it.
    """
    st.session_state[attribute] = getattr(state, attribute)
    return {
        "key": attribute,
        "on_change": lambda: change(state, **{attribute: st.session_state[attribute]}, **others),
    }


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


def link_parameters(example: Example | None = None) -> dict[str, str]:
    """Query parameters that take an example, the present one if None, and the language along.

    Nothing else travels: no step size or temperature of one lesson turns up in another.
    """
    if example is None:
        address = st.query_params.to_dict()
        if not address.get("z"):
            return _language_parameter()
        example = read_example(address)[0]
    return {**write_example(example), **_language_parameter()}
