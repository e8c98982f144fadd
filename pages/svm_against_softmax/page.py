"""Lesson: SVM against softmax. Both losses on the same scores, live, and both followed down."""

import streamlit as st

from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent_code import descent_snippet
from pages.svm_against_softmax.descent_controls import chosen_view, follow_controls
from pages.svm_against_softmax.descent_stage import (
    at_step,
    descent_of,
    descent_stage,
    remarks,
    run_table,
)
from pages.svm_against_softmax.descent_why import descent_derivation
from pages.svm_against_softmax.why import derivation
from pages.ui.kit.comparison_stage import comparison_stage, moved, result_table, sweeps_of
from pages.ui.kit.controls import (
    classes_control,
    example_controls,
    margin_control,
    preset_controls,
    variant_control,
)
from pages.ui.kit.losses_code import snippet
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
    "margin_ten",
    "digits",
    "figure_scores",
)

t = text()
state, _ = read_state(SvmAgainstSoftmaxState)
sweeps = sweeps_of(state)
now = sweeps.now.compared
view = chosen_view(state)
descent = descent_of(state) if view == "run" else None


def why() -> str:
    """Derive what is open: the losses, and the run if it is."""
    losses = derivation(state, now, t)
    if view is None:
        return losses
    return f"{losses}\n\n{descent_derivation(state, now, descent or descent_of(state), t)}"


opening("svm_against_softmax", t)
if descent is not None:  # on top, so that what plays is in sight; its start can be dragged below
    follow_controls(state, descent, t)
    show_stage("svm_against_softmax_run", descent_stage(state, descent, t), state, at_step, t)
    st.markdown(remarks(state, descent.run, t))
ghost_rate = state.rate if view == "one_step" else None
stage = comparison_stage(state, sweeps, t, ghost_rate=ghost_rate)
show_stage("svm_against_softmax", stage, state, moved, t)
if descent is None:
    follow_controls(state, descent, t)
preset_controls(state, t, PRESETS)
variant, margin, classes, axis = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
with variant:
    variant_control(state, t)
with margin:
    margin_control(state, t)
with classes:
    classes_control(state, t)
axis.toggle(
    t("control.logarithmic"), help=t("control.logarithmic_help"), **bind(state, "is_logarithmic")
)
example_controls(state, t)
lesson_tabs(
    "svm_against_softmax",
    t,
    why=why,
    code=lambda: snippet(state) if descent is None else descent_snippet(state, descent.steps),
    data=lambda: result_table(state, now, t) if descent is None else run_table(state, descent, t),
)
