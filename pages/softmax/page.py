"""Lesson: softmax. From logits to probabilities, and how each logit acts on each of them."""

import streamlit as st

from pages.softmax import SoftmaxState
from pages.softmax.code import code
from pages.softmax.stage import moved, result_table, softmax_stage, sweeps_of
from pages.softmax.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.kit.controls import classes_control, example_controls, preset_controls
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, text

PRESETS = (
    "cat_image",
    "one_two_three",
    "three_logits",
    "digits",
    "weak_regularization",
    "strong_regularization",
    "illustration",
    "thousands",
    "hundreds",
)

t = text()
state, _ = read_state(SoftmaxState)


def stages(shown: SoftmaxState) -> list[Shown]:
    """Lay out the stage of a state."""
    return [Shown("softmax", softmax_stage(shown, sweeps_of(shown), t), moved)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    preset_controls(state, t, PRESETS)
    example_controls(state, t)
    with st.columns(4)[0]:
        classes_control(state, t)


show_lesson(
    "softmax",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, sweeps_of(state).now, t),
    code=lambda: code(state),
    data=lambda: result_table(state, sweeps_of(state).now, t),
)
