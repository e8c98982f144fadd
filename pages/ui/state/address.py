"""The page's address: the one place where the state lives between runs.

A run reads its state from the query parameters. A release or a control writes the new state there,
as one entry of the browser's history, so that Back and Forward undo and redo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import streamlit as st

from pages.ui.state.class_names import in_address, in_language
from pages.ui.state.example import Example, read_example, write_example
from pages.ui.state.parameters import filled, written
from pages.ui.state.showing import Showing
from pages.ui.state.state import State, decode, encode
from pages.ui.state.written import Problem
from pages.ui.text import LANGUAGES, Text, language_of, text_in

__all__ = [
    "bind",
    "change",
    "change_address",
    "in_words",
    "is_presented",
    "language_parameter",
    "link_parameters",
    "open_scene",
    "page_address",
    "read_language",
    "read_showing",
    "read_state",
    "set_language",
    "start_again",
    "text",
    "write_state",
]


S = TypeVar("S", bound=State)


def read_state(kind: type[S]) -> tuple[S, tuple[Problem, ...]]:
    """State of this run, and what of the address could not be used."""
    state, problems = decode(kind, st.query_params.to_dict())
    return in_words(state), problems


def in_words(state: S) -> S:
    """Give a state whose classes have their names in the language of this run."""
    return _named(state, in_language(state.example.names, text()))


def _named(state: S, names: tuple[str, ...]) -> S:
    return replace(state, example=replace(state.example, names=names))


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
    shown, problems = read_state(type(state))
    if problems or in_words(state) != shown:
        named = _named(state, in_address(state.example.names))
        kept = {**written(read_showing()[0]), **language_parameter()}
        st.query_params.from_dict({**encode(named), **kept})


def read_showing() -> tuple[Showing, tuple[Problem, ...]]:
    """How the page is to be shown, and what of that could not be used."""
    return filled(Showing(), st.query_params.to_dict())


def is_presented() -> bool:
    """Whether the stage fills the window: in a lecture, or within other pages."""
    return read_showing()[0].is_presented or bool(st.context.is_embedded)


def change_address(changes: Mapping[str, str | None]) -> None:
    """Set parameters of the address, or take those out that are None; everything else stays."""
    changed = {**st.query_params.to_dict(), **changes}
    st.query_params.from_dict({name: text for name, text in changed.items() if text is not None})


def open_scene(number: int, guess: str | None = None) -> None:
    """Go to a scene as it is meant, or show it answered: of the address only the look stays."""
    showing, answered = read_showing()[0], {} if guess is None else {"guess": guess}
    look = written(replace(showing, panels=(), hidden=(), revealed=0, question=""))
    st.query_params.from_dict({"scene": str(number), **answered, **look, **language_parameter()})


def start_again(kind: type[State]) -> None:
    """Go back to what a lesson begins with, or the scene that the reader is in."""
    state, _ = read_state(kind)
    if state.scene is None:
        write_state(kind())
    else:
        open_scene(state.scene, state.guess)


def read_language() -> str:
    """Language of the address, else the browser's."""
    return _chosen_language() or language_of(st.context.locale)


def page_address(path: str) -> str:
    """Give the whole address of this run, as it is passed on to others."""
    # st.context.url takes /svm-against-softmax for /softmax below another folder.
    place = (st.context.headers.get("Origin", ""), st.get_option("server.baseUrlPath"), path)
    query = urlencode(st.query_params.to_dict(), safe=",:;")
    return "/".join(part.strip("/") for part in place if part) + f"?{query}".removesuffix("?")


def set_language(language: str) -> None:
    """Switch the language; everything else stays."""
    st.query_params["lang"] = language


def text() -> Text:
    """Texts in the language of this run."""
    return text_in(read_language())


def _chosen_language() -> str | None:
    chosen = st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else None


def language_parameter() -> dict[str, str]:
    """Give the parameter of a language that was chosen."""
    chosen = _chosen_language()
    return {} if chosen is None else {"lang": chosen}


def link_parameters(example: Example | None = None) -> dict[str, str]:
    """Query parameters that take an example, the present one if None, and the language along.

    Nothing else travels: no step size or temperature of one lesson turns up in another.
    """
    if example is None:
        address = st.query_params.to_dict()
        if not address.get("z"):
            return language_parameter()
        example = read_example(address)[0]
    example = replace(example, names=in_address(example.names))
    return {**write_example(example), **language_parameter()}
