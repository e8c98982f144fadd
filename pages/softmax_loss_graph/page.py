"""Lesson: the computational graph of softmax with cross-entropy, forwards and backwards, live."""

import streamlit as st

from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.code import snippet
from pages.softmax_loss_graph.controls import graph_controls
from pages.softmax_loss_graph.stage import graph_stage, moved, result_table, sweeps_of
from pages.softmax_loss_graph.why import derivation
from pages.ui.kit.controls import classes_control, example_controls, preset_controls
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

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

opening("softmax_loss_graph", t)
show_stage("softmax_loss_graph", graph_stage(state, sweeps, t), state, moved, t)
for note, holds in {"shifted": sweeps.is_shifted, "merged": sweeps.is_merged}.items():
    if holds:
        rest = len(state.example.names) - len(sweeps.kept)
        st.caption(t(f"softmax_loss_graph.note.{note}", count=rest))
graph_controls(state, sweeps, t)
if not state.is_circuit:
    preset_controls(state, t, PRESETS)
    classes_control(state, t)
    example_controls(state, t)
lesson_tabs(
    "softmax_loss_graph",
    t,
    why=lambda: derivation(state, sweeps, t),
    code=lambda: snippet(state, sweeps),
    data=lambda: result_table(state, sweeps, t),
)
