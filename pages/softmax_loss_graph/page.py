"""Lesson: the computational graph of softmax with cross-entropy, forwards and backwards, live."""

import streamlit as st

from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.code import code
from pages.softmax_loss_graph.controls import graph_controls, graph_notes, stepping_controls
from pages.softmax_loss_graph.stage import graph_stage, moved, result_table, sweeps_of
from pages.softmax_loss_graph.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.kit.controls import classes_control, example_controls, preset_controls
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, start_again, text

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "overwhelming_win",
    "digits",
    "three_logits",
    "hundreds",
    "large_lesson",
    "small_lesson",
)

t = text()
state, _ = read_state(SoftmaxLossGraphState)
sweeps = sweeps_of(state)


def stages(shown: SoftmaxLossGraphState) -> list[Shown]:
    """Lay out the stage of a state."""
    found = sweeps if shown == state else sweeps_of(shown)
    return [Shown("softmax_loss_graph", graph_stage(shown, found, t), moved)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    graph_controls(state, t)
    if not state.is_circuit:
        preset_controls(state, t, PRESETS)
        example_controls(state, t)
        classes_control(state, t)
    else:
        st.button(t("control.reset"), on_click=start_again, args=(SoftmaxLossGraphState,))


show_lesson(
    "softmax_loss_graph",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, sweeps, t),
    code=lambda: code(state, sweeps),
    data=lambda: result_table(state, sweeps, t),
    views=lambda: stepping_controls(state, sweeps, t),
    remarks=lambda: graph_notes(state, sweeps, t),
)
