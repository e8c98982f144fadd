"""Lesson: gradient check. An analytic gradient against difference quotients, live."""

import streamlit as st

from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.code import snippet
from pages.gradient_check.stage import gradient_stage, moved, result_table, sweeps_of
from pages.gradient_check.why import derivation
from pages.ui.kit.controls import (
    classes_control,
    example_controls,
    margin_control,
    preset_controls,
)
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import bind, read_state, text

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "clear_win",
    "exact_margin",
    "overwhelming_win",
    "chance_level",
    "digits",
    "one_two_three",
)

t = text()
state, _ = read_state(GradientCheckState)
sweeps = sweeps_of(state)
errors = sweeps.now.errors

opening("gradient_check", t)
show_stage("gradient_check", gradient_stage(state, sweeps, t), state, moved, t)
function, mistake, margin, classes = st.columns([4, 3, 2, 2], vertical_alignment="bottom")
function.selectbox(
    t("gradient_check.control.function"),
    list(CHECKED_FUNCTIONS),
    format_func=lambda id: t(f"gradient_check.function.{id}"),
    **bind(state, "check"),
)
mistake.toggle(
    t("gradient_check.control.mistake"),
    help=t(f"gradient_check.mistake.{state.check}"),
    **bind(state, "mistake"),
)
if CHECKED_FUNCTIONS[state.check].uses_margin:
    with margin:
        margin_control(state, t)
with classes:
    classes_control(state, t)
preset_controls(state, t, PRESETS)
example_controls(state, t)
lesson_tabs(
    "gradient_check",
    t,
    why=lambda: derivation(state, errors, t),
    code=lambda: snippet(state, errors.kinks.tolist()),
    data=lambda: result_table(state, errors, t),
)
