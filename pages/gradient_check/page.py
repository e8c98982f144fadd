"""Lesson: gradient check. An analytic gradient against difference quotients, live."""

import streamlit as st

from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.code import code
from pages.gradient_check.stage import gradient_stage, moved, result_table, sweeps_of
from pages.gradient_check.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.kit.controls import (
    classes_control,
    example_controls,
    margin_control,
    preset_controls,
)
from pages.ui.lesson import show_lesson
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


def stages(shown: GradientCheckState) -> list[Shown]:
    """Lay out the stage of a state."""
    reached = sweeps if shown == state else sweeps_of(shown)
    return [Shown("gradient_check", gradient_stage(shown, reached, t), moved)]


def function_control() -> None:
    """Choose the function, and whether its gradient has a mistake."""
    function, mistake = st.columns([5, 4], vertical_alignment="bottom")
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


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    if state.scene is not None:
        function_control()
    preset_controls(state, t, PRESETS)
    margin, classes, _ = st.columns([2, 2, 4], vertical_alignment="bottom")
    if CHECKED_FUNCTIONS[state.check].uses_margin:
        with margin:
            margin_control(state, t)
    with classes:
        classes_control(state, t)
    example_controls(state, t)


show_lesson(
    "gradient_check",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, errors, t),
    code=lambda: code(state, errors.kinks.tolist()),
    data=lambda: result_table(state, errors, t),
    views=function_control,
)
