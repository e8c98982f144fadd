"""Lesson: softmax. From logits to probabilities, and how each logit acts on each of them."""

import streamlit as st

from pages.softmax import SoftmaxState
from pages.softmax.code import snippet
from pages.softmax.stage import moved, result_table, softmax_stage, sweeps_of
from pages.softmax.why import derivation
from pages.ui.kit.controls import classes_control, example_controls, preset_controls
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
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
sweeps = sweeps_of(state)

opening("softmax", t)
show_stage("softmax", softmax_stage(state, sweeps, t), state, moved, t)
preset_controls(state, t, PRESETS)
example_controls(state, t)
with st.columns(4)[0]:
    classes_control(state, t)
lesson_tabs(
    "softmax",
    t,
    why=lambda: derivation(state, sweeps.now, t),
    code=lambda: snippet(state),
    data=lambda: result_table(state, sweeps.now, t),
)
