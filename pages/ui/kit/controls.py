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
from pages.ui.state.address import bind, read_state, write_state
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
from pages.ui.state.written import Problem, write_names, write_scores
from pages.ui.text import Text, escape

__all__ = [
    "classes_control",
    "example_controls",
    "margin_control",
    "number_control",
    "preset_controls",
    "preset_state",
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
            if made_of(preset_state(kind, preset)) == made_of(state)
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
    reset.button(t("control.reset"), on_click=lambda: write_state(kind()), width="stretch")


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
    number_control(state, "margin", t("control.margin"), step=0.5)


def number_control(state: State, attribute: str, label: str, *, step: float) -> None:
    """Set a number of the state, within the limits of its parameter."""
    least, most = parameter_of(state, attribute).limits
    st.number_input(
        label,
        min_value=least,
        max_value=most,
        step=step,
        format="%g",
        **bind(state, attribute),
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
    st.text_input(label, key=key, on_change=changed, max_chars=400)
    if problem is not None:
        reason = t(f"reason.{problem.reason}", **problem.limits)
        st.error(t("problem.typed", value=escape(problem.value), reason=reason), icon="✏️")
