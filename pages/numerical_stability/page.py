"""Lesson: numerical stability. Softmax and its loss in three floating-point types, live."""

import streamlit as st

from pages.numerical_stability import LOOKS, NumericalStabilityState
from pages.numerical_stability.code import code
from pages.numerical_stability.stage import moved, result_table, seen, stability_stage, sweeps_of
from pages.numerical_stability.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.kit.controls import (
    classes_control,
    example_controls,
    label_control,
    preset_controls,
)
from pages.ui.lesson import show_lesson
from pages.ui.state.address import bind, read_state, text

PRESETS = (
    "cat_image",
    "thousands",
    "hundreds",
    "overwhelming_win",
    "past_margin_twenty",
    "one_two_three",
)

t = text()
state, _ = read_state(NumericalStabilityState)


def stages(shown: NumericalStabilityState) -> list[Shown]:
    """Lay out what a state looks at."""
    stage = seen(stability_stage(shown, sweeps_of(shown), t), shown.look)
    return [Shown("numerical_stability", stage, moved)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    preset_controls(state, t, PRESETS)
    example_controls(state, t)
    classes, label = st.columns(2)
    with classes:
        classes_control(state, t)
    with label:
        label_control(state, t)


def views() -> None:
    """Choose what is looked at."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            t("numerical_stability.view"),
            LOOKS,
            format_func=lambda look: t(f"numerical_stability.look.{look}"),
            required=True,
            label_visibility="collapsed",
            **bind(state, "look"),
        )
        if state.look in ("table", "exp"):
            st.markdown(t("numerical_stability.invitation"))


show_lesson(
    "numerical_stability",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, sweeps_of(state).now, t),
    code=lambda: code(state),
    data=lambda: result_table(state, sweeps_of(state).now, t),
    views=views,
)
