"""Lesson: SVM against softmax. Both losses on the same scores, live, and both followed down."""

import streamlit as st

from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent_code import descent_code
from pages.svm_against_softmax.descent_controls import follow_controls
from pages.svm_against_softmax.descent_stage import (
    at_step,
    descent_of,
    descent_stage,
    remarks,
    run_table,
)
from pages.svm_against_softmax.descent_why import descent_derivation
from pages.svm_against_softmax.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.kit.comparison_stage import comparison_stage, moved, result_table, sweeps_of
from pages.ui.kit.controls import (
    classes_control,
    example_controls,
    margin_control,
    preset_controls,
    variant_control,
)
from pages.ui.kit.losses_code import code
from pages.ui.lesson import show_lesson
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
is_run = state.view == "run"


def stages(shown: SvmAgainstSoftmaxState) -> list[Shown]:
    """Lay out the losses, and above them both runs if they are followed."""
    ghost_rate = shown.rate if shown.view == "one_step" else None
    losses = comparison_stage(shown, sweeps_of(shown), t, ghost_rate=ghost_rate)
    found = [Shown("svm_against_softmax", losses, moved)]
    if shown.view == "run":
        run = descent_stage(shown, descent_of(shown), t)
        found.insert(0, Shown("svm_against_softmax_run", run, at_step))
    return found


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    preset_controls(state, t, PRESETS)
    variant, margin, classes, axis = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    with variant:
        variant_control(state, t)
    with margin:
        margin_control(state, t)
    with classes:
        classes_control(state, t)
    axis.toggle(
        t("control.logarithmic"),
        help=t("control.logarithmic_help"),
        **bind(state, "is_logarithmic"),
    )
    example_controls(state, t)


def why() -> str:
    """Derive what is open: the losses, and the run if it is."""
    now = sweeps_of(state).now.compared
    losses = derivation(state, now, t)
    if state.view is None:
        return losses
    return f"{losses}\n\n{descent_derivation(state, now, descent_of(state), t)}"


show_lesson(
    "svm_against_softmax",
    state,
    t,
    stages=stages,
    settings=settings,
    why=why,
    code=lambda: descent_code(state, descent_of(state).steps) if is_run else code(state),
    data=lambda: (
        run_table(state, descent_of(state), t)
        if is_run
        else result_table(state, sweeps_of(state).now.compared, t)
    ),
    views=lambda: follow_controls(state, t),
    remarks=(lambda: st.markdown(remarks(state, descent_of(state).run, t))) if is_run else None,
)
