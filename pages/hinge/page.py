"""Lesson: the hinge loss of the SVM. Its margins, its gradient by counting, its variants."""

import streamlit as st

from core.losses.hinge_variants import HINGE_POWERS
from pages.hinge import HingeState
from pages.hinge.code import code
from pages.hinge.stage import hinge_stage, moved, result_table, sweeps_of
from pages.hinge.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.kit.controls import (
    classes_control,
    example_controls,
    margin_control,
    preset_controls,
    variant_control,
)
from pages.ui.lesson import show_lesson
from pages.ui.state.address import bind, read_state, text

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "frog_crammer_singer",
    "margin_ten",
    "chance_level",
    "clear_win",
    "exact_margin",
    "overwhelming_win",
)

t = text()
state, _ = read_state(HingeState)


def stages(shown: HingeState) -> list[Shown]:
    """Lay out the stage of a state."""
    return [Shown("hinge", hinge_stage(shown, sweeps_of(shown), t), moved)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    preset_controls(state, t, PRESETS)
    variant, power, margin, classes = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    with variant:
        variant_control(state, t)
    power.selectbox(
        t("control.power"),
        HINGE_POWERS,
        format_func=lambda power: t(f"power.power_{power}"),
        **bind(state, "power"),
    )
    with margin:
        margin_control(state, t)
    with classes:
        classes_control(state, t)
    example_controls(state, t)


show_lesson(
    "hinge",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, sweeps_of(state).now.hinge, t),
    code=lambda: code(state),
    data=lambda: result_table(state, sweeps_of(state).now.hinge, t),
)
