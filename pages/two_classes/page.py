"""Lesson: two classes. Every loss is a curve over one number, the signed margin."""

import streamlit as st

from pages.two_classes import TwoClassesState
from pages.two_classes.code import code
from pages.two_classes.controls import pair_note, rival_control
from pages.two_classes.stage import moved, result_table, sweeps_of, two_classes_stage
from pages.two_classes.why import derivation
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
    "digits",
    "cat_image",
    "car_image",
    "frog_image",
    "exact_margin",
    "margin_ten",
    "overwhelming_win",
    "thousands",
)

t = text()
state, _ = read_state(TwoClassesState)


def stages(shown: TwoClassesState) -> list[Shown]:
    """Lay out the stage of a state."""
    return [Shown("two_classes", two_classes_stage(shown, sweeps_of(shown), t), moved)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    preset_controls(state, t, PRESETS)
    rival, margin, classes, bits = st.columns([3, 2, 2, 3], vertical_alignment="bottom")
    with rival:
        rival_control(state, t)
    with margin:
        margin_control(state, t)
    with classes:
        classes_control(state, t)
    bits.toggle(
        t("two_classes.control.bits"),
        help=t("two_classes.control.bits_help"),
        **bind(state, "is_in_bits"),
    )
    example_controls(state, t)


show_lesson(
    "two_classes",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, sweeps_of(state).now, t),
    code=lambda: code(state),
    data=lambda: result_table(sweeps_of(state), state, t),
    remarks=lambda: pair_note(state, t),
)
