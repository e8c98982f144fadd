"""Widgets for targets and probabilities: a hard label, label smoothing, typed distributions."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.losses.targets import one_hot, smooth, smoothing_of
from core.validation import FloatArray
from pages.cross_entropy.numbers import logits_of
from pages.ui.kit.controls import classes_control, typed
from pages.ui.state.address import read_state, write_state
from pages.ui.state.example import Example, parse_scores, parse_target, resized, with_target
from pages.ui.state.state import FocusedState
from pages.ui.state.written import Problem
from pages.ui.text import Text

__all__ = ["probability_controls", "target_controls"]


def target_controls(state: FocusedState, targets: FloatArray, t: Text) -> None:
    """Choose a hard label, smooth it, or set the number of classes."""
    label, smoothing, classes = st.columns([4, 3, 3], vertical_alignment="bottom")
    names = state.example.names
    st.session_state["hard_label"] = state.example.label if state.example.target is None else None
    label.selectbox(
        t("cross_entropy.control.label"),
        range(len(names)),
        format_func=lambda index: names[index],
        placeholder=t("cross_entropy.control.soft"),
        key="hard_label",
        on_change=_choose_label,
    )
    st.session_state["smoothing"] = smoothing_of(targets, state.example.label)
    smoothing.number_input(
        t("cross_entropy.control.smoothing"),
        min_value=0.0,
        max_value=1.0,
        step=0.05,
        format="%g",
        placeholder=t("cross_entropy.control.other_target"),
        help=t("cross_entropy.control.smoothing_help"),
        key="smoothing",
        on_change=_smooth,
    )
    with classes:
        classes_control(state, t)


def _choose_label() -> None:
    state, _ = read_state(FocusedState)
    label = st.session_state["hard_label"]
    if label is not None:
        write_state(replace(state, example=replace(state.example, label=label, target=None)))


def _smooth() -> None:
    state, _ = read_state(FocusedState)
    part = st.session_state["smoothing"]
    if part is not None:
        example = state.example
        target = smooth(one_hot(example.label, len(example.names)), part)
        write_state(replace(state, example=with_target(example, target.tolist())))


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
            _parse_probabilities,
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


def _parse_probabilities(text: str) -> tuple[tuple[float, ...], tuple[Problem, ...]]:
    values, problems = parse_scores(text)
    if not problems and (min(values) < 0 or max(values) == 0):
        problems = (Problem("p", text, "probability"),)
    return values, problems


def _adopt_probabilities(state: FocusedState, probabilities: tuple[float, ...]) -> FocusedState:
    example: Example = resized(state.example, len(probabilities))
    scores = tuple(logits_of(probabilities).tolist())
    return replace(state, example=replace(example, scores=scores), along=None)


def _adopt_target(state: FocusedState, target: tuple[float, ...] | None) -> FocusedState:
    return state if target is None else replace(state, example=with_target(state.example, target))
