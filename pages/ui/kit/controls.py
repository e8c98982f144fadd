"""Streamlit's own widgets that several lessons have: what is typed or chosen becomes the state.

Every widget shows the state of the address; a change is written there before the script runs again.
What is typed and cannot be used stays in its field, with a sentence that says what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Final, TypeVar

import numpy as np
import streamlit as st

from core.presets import PRESETS, Preset
from pages.ui.state.address import bind, in_words, read_state, start_again, write_state
from pages.ui.state.example import (
    MAXIMUM_CLASSES,
    MINIMUM_CLASSES,
    Example,
    parse_names,
    parse_scores,
    resized,
)
from pages.ui.state.parameters import parameter_of, parameters
from pages.ui.state.state import State
from pages.ui.state.written import Problem, write_names, write_number, write_scores
from pages.ui.text import Text, escape

__all__ = [
    "classes_control",
    "example_controls",
    "label_control",
    "look_control",
    "margin_control",
    "number_control",
    "preset_controls",
    "preset_state",
    "reset_button",
    "typed",
    "variant_control",
    "with_example",
]

SET_BY_PRESETS: Final = (
    "example",
    "margin",
    "variant",
    "temperature",
    "constant",
    "scale",
    "shift",
)
"""What makes the numbers of a preset: where one of these differs, it can be chosen again."""

S = TypeVar("S", bound=State)
Parsed = TypeVar("Parsed")


def with_example(state: S, example: Example) -> S:
    """Give the state with another example; the losses are drawn along its true class again."""
    again: dict[str, Any] = {"along": None} if hasattr(state, "along") else {}
    return replace(state, example=example, **again)


def preset_state(kind: type[S], preset: Preset) -> S:
    """Give the state of a lesson that a preset starts from."""
    settings = {name: getattr(preset, name) for name in ("margin", "variant")}
    known = {field.name for field in fields(kind)}
    given: dict[str, Any] = {name: value for name, value in settings.items() if name in known}
    return kind(example=Example(preset.names, preset.scores, preset.label), **given)


def preset_controls(state: State, t: Text, presets: Sequence[str]) -> None:
    """Choose one of the published examples with these ids, or random scores, or start again."""
    kind = type(state)
    offered = {preset.id: preset for preset in PRESETS if preset.id in presets}
    made_of = attrgetter(*(name for name in SET_BY_PRESETS if hasattr(state, name)))
    st.session_state["preset"] = next(
        (
            id
            for id, preset in offered.items()
            if made_of(in_words(preset_state(kind, preset))) == made_of(state)
        ),
        None,
    )

    def chosen() -> None:
        preset = offered.get(st.session_state["preset"])
        if preset is not None:
            present, _ = read_state(kind)
            kept: dict[str, Any] = {
                entry.name: getattr(present, entry.name)
                for entry, parameter in parameters(kind)
                if parameter.is_view
            }
            write_state(replace(preset_state(kind, preset), **kept))

    chooser, random, reset = st.columns([4, 1, 1], vertical_alignment="bottom")
    chooser.selectbox(
        t("control.preset"),
        list(offered),
        index=None,
        format_func=lambda id: t(f"preset.{id}"),
        placeholder=t("control.preset_none"),
        key="preset",
        on_change=chosen,
    )
    random.button(t("control.random"), on_click=lambda: _randomise(kind), width="stretch")
    with reset:
        reset_button(lambda: start_again(kind), t)


def look_control(state: Any, lesson: str, looks: Sequence[str], t: Text) -> None:
    """Choose the ``view`` of a lesson whose address may say by itself which one it is about."""
    st.session_state["look"] = state.view

    def chosen() -> None:
        present: Any = read_state(type(state))[0]
        # What the address speaks of anyway need not be named in it.
        plain, look = replace(present, look=None), st.session_state["look"]
        write_state(plain if plain.view == look else replace(present, look=look))

    st.segmented_control(
        t(f"{lesson}.control.look"),
        looks,
        format_func=lambda look: t(f"{lesson}.look.{look}"),
        required=True,
        key="look",
        on_change=chosen,
        label_visibility="collapsed",
    )


def reset_button(reset: Callable[[], None], t: Text, help: str = "control.reset_help") -> None:
    """Show the button that starts a lesson again; ``help`` says what goes back, and to what."""
    st.button(t("control.reset"), help=t(help), on_click=reset, width="stretch")


def _randomise(kind: type[State]) -> None:
    state, _ = read_state(kind)
    rng = np.random.default_rng()
    classes = len(state.example.names)
    scores = tuple(np.round(rng.normal(scale=3.0, size=classes), 1).tolist())
    label = int(rng.integers(classes))
    example = replace(state.example, scores=scores, label=label, target=None)
    write_state(with_example(state, example))


def variant_control(state: State, t: Text) -> None:
    """Set the variant of the hinge loss."""
    st.selectbox(
        t("control.variant"),
        parameter_of(state, "variant").options,
        format_func=lambda name: t(f"variant.{name}"),
        help=t("control.variant_help"),
        **bind(state, "variant"),
    )


def margin_control(state: State, t: Text) -> None:
    """Set the margin of the hinge loss."""
    number_control(state, "margin", t("control.margin"), t)


def number_control(
    state: State, attribute: str, label: str, t: Text, *, usual: float | None = None
) -> None:
    """Set a number of the state, within the limits of its parameter; None shows as what is usual.

    It is typed as text: a field for numbers is the browser's own, and drops a decimal comma.
    """
    value = getattr(state, attribute)
    typed(
        state,
        attribute,
        label,
        write_number(usual if value is None and usual is not None else value),
        lambda text: parameter_of(state, attribute).read(text, state),
        lambda present, number: replace(present, **{attribute: number}),
        t,
    )


def classes_control(state: State, t: Text) -> None:
    """Set the number of classes."""
    st.session_state["classes"] = len(state.example.names)

    def changed() -> None:
        present, _ = read_state(type(state))
        example = resized(present.example, st.session_state["classes"])
        write_state(with_example(present, example))

    st.number_input(
        t("control.classes"),
        min_value=MINIMUM_CLASSES,
        max_value=MAXIMUM_CLASSES,
        step=1,
        key="classes",
        on_change=changed,
    )


def label_control(state: State, t: Text, **others: Any) -> None:
    """Set the true class; `others` are attributes that get another value with it."""
    names = state.example.names
    st.session_state["true_class"] = state.example.label

    def chosen() -> None:
        present, _ = read_state(type(state))
        example = replace(present.example, label=st.session_state["true_class"], target=None)
        write_state(replace(present, example=example, **others))

    st.selectbox(
        t("handle.label"),
        range(len(names)),
        format_func=lambda index: names[index],
        key="true_class",
        on_change=chosen,
    )


def example_controls(state: State, t: Text) -> None:
    """Type all scores, or all names."""
    classes = len(state.example.names)
    scores, names = st.columns(2)
    with scores:
        typed(
            state,
            "scores",
            t("control.scores"),
            write_scores(state.example.scores),
            parse_scores,
            lambda present, scores: with_example(
                present, replace(resized(present.example, len(scores)), scores=scores)
            ),
            t,
        )
    with names:
        typed(
            state,
            "names",
            t("control.names"),
            write_names(state.example.names),
            lambda typed: parse_names(typed.replace("，", ","), classes),
            lambda present, names: replace(present, example=replace(present.example, names=names)),
            t,
        )


def typed(
    state: S,
    key: str,
    label: str,
    written: str,
    parse: Callable[[str], tuple[Parsed, Sequence[Problem]]],
    adopt: Callable[[S, Parsed], S],
    t: Text,
    *,
    placeholder: str | None = None,
    help: str | None = None,
) -> None:
    """Show a text field: what can be read becomes the state, anything else stays to be mended."""
    rejected = f"{key}_rejected"

    def changed() -> None:
        value, problems = parse(st.session_state[key])
        st.session_state[rejected] = (written, problems[0]) if problems else None
        if not problems:
            write_state(adopt(read_state(type(state))[0], value))

    # A rejected text stays only as long as the state is the one that it was typed over.
    refused_over, problem = st.session_state.get(rejected) or (None, None)
    if problem is None or refused_over != written:
        st.session_state[key] = written
        problem = None
    st.text_input(
        label, key=key, on_change=changed, max_chars=400, placeholder=placeholder, help=help
    )
    if problem is not None:
        reason = t(f"reason.{problem.reason}", **problem.limits)
        st.error(t("problem.typed", value=escape(problem.value), reason=reason), icon="✏️")
