"""Widgets for targets and probabilities: a hard label, label smoothing, typed distributions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from core.losses.targets import one_hot, smooth
from core.validation import FloatArray
from pages.cross_entropy.numbers import logits_of
from pages.cross_entropy.target_mass import smoothing_of
from pages.ui.kit.controls import classes_control, typed, with_example
from pages.ui.state.address import change, read_state
from pages.ui.state.example import Example, parse_scores, parse_target, resized, with_target
from pages.ui.state.state import FocusedState
from pages.ui.state.written import Problem, parse_number, write_number
from pages.ui.text import Text

__all__ = ["parse_probabilities", "parse_smoothing", "probability_controls", "target_controls"]


def target_controls(state: FocusedState, targets: FloatArray, t: Text) -> None:
    """Choose a hard label, smooth it, or set the number of classes."""
    label, smoothing, classes = st.columns([4, 3, 3], vertical_alignment="bottom")
    example = state.example
    label.selectbox(
        t("cross_entropy.control.label"),
        range(len(example.names)),
        format_func=lambda index: example.names[index],
        placeholder=t("cross_entropy.control.soft"),
        **_bind_example(
            state,
            "hard_label",
            example.label if example.target is None else None,
            lambda present, label: replace(present, label=label, target=None),
        ),
    )
    shown = smoothing_of(targets, example.label)
    with smoothing:
        typed(
            state,
            "smoothing",
            t("cross_entropy.control.smoothing"),
            "" if shown is None else write_number(shown),
            parse_smoothing,
            lambda present, part: replace(present, example=_smoothed(present.example, part)),
            t,
            placeholder=t("cross_entropy.control.other_target"),
            help=t("cross_entropy.control.smoothing_help"),
        )
    with classes:
        classes_control(state, t)


def _bind_example(
    state: FocusedState, key: str, shown: Any, make: Callable[[Example, Any], Example]
) -> dict[str, Any]:
    """Tie a widget to the example: what is chosen, if anything, makes another of it."""
    st.session_state[key] = shown

    def changed() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            change(state, example=make(read_state(type(state))[0].example, chosen))

    return {"key": key, "on_change": changed}


def parse_smoothing(text: str) -> tuple[float, tuple[Problem, ...]]:
    """Read the part of the target that goes to all classes alike, from 0 to 1."""
    part, problem = parse_number(text, "smoothing", None)
    if problem is None and not 0 <= part <= 1:
        limits = {"least": "0", "most": "1"}
        problem = Problem("smoothing", text, "range", limits=limits)
    return part, () if problem is None else (problem,)


def _smoothed(example: Example, part: float) -> Example:
    target = smooth(one_hot(example.label, len(example.names)), part)
    return with_target(example, target.tolist())


def probability_controls(
    state: FocusedState, probabilities: FloatArray, targets: FloatArray, t: Text
) -> None:
    """Type the probabilities, whose logarithms become the logits, or the target."""
    classes = len(state.example.names)
    typed_p, typed_t = st.columns(2)
    with typed_p:
        typed(
            state,
            "probabilities",
            t("cross_entropy.control.probabilities"),
            _written(probabilities),
            parse_probabilities,
            _adopt_probabilities,
            t,
        )
    with typed_t:
        typed(
            state,
            "target",
            t("cross_entropy.control.target"),
            _written(targets),
            lambda text: parse_target(text, classes),
            _adopt_target,
            t,
        )


def _written(distribution: FloatArray) -> str:
    return ",".join(f"{value:.6g}" for value in distribution.tolist())


def parse_probabilities(text: str) -> tuple[tuple[float, ...], tuple[Problem, ...]]:
    """Read numbers that are at least 0, and not all of them 0."""
    values, problems = parse_scores(text)
    if not problems and (min(values) < 0 or max(values) == 0):
        problems = (Problem("p", text, "probability"),)
    return values, problems


def _adopt_probabilities(state: FocusedState, probabilities: tuple[float, ...]) -> FocusedState:
    example = resized(state.example, len(probabilities))
    scores = tuple(logits_of(probabilities).tolist())
    return with_example(state, replace(example, scores=scores))


def _adopt_target(state: FocusedState, target: tuple[float, ...] | None) -> FocusedState:
    return state if target is None else replace(state, example=with_target(state.example, target))
