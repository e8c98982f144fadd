"""Lesson: the computational graph of softmax with cross-entropy, forwards and backwards, live."""

from dataclasses import replace

import streamlit as st

from pages.softmax_loss_graph import GRAPH_VIEWS, GRAPHS, SoftmaxLossGraphState
from pages.softmax_loss_graph.code import snippet
from pages.softmax_loss_graph.stage import graph_stage, moved, result_table, sweeps_of
from pages.softmax_loss_graph.why import derivation
from pages.ui.kit.controls import classes_control, example_controls, preset_controls
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import bind, change, read_state, text

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
names = state.example.names


def choose_label() -> None:
    """Make another class the true one."""
    example = read_state(SoftmaxLossGraphState)[0].example
    label = st.session_state["true_class"]
    change(state, example=replace(example, label=label, target=None))


opening("softmax_loss_graph", t)
show_stage("softmax_loss_graph", graph_stage(state, sweeps, t), state, moved, t)
for note, holds in {"shifted": sweeps.is_shifted, "merged": sweeps.is_merged}.items():
    if holds:
        st.caption(t(f"softmax_loss_graph.note.{note}", count=len(names) - len(sweeps.kept)))
graph, view, label, timeline = st.columns([3, 4, 3, 2])
# Another graph is all shown if all of this one is known, else its inputs.
start = min(state.node, 1)
graph.selectbox(
    t("softmax_loss_graph.control.graph"),
    GRAPHS,
    format_func=lambda id: t(f"softmax_loss_graph.graph.{id}"),
    **bind(state, "graph", node=start, inputs=None),
)
if not state.is_circuit:
    view.segmented_control(
        t("softmax_loss_graph.control.view"),
        GRAPH_VIEWS,
        format_func=lambda id: t(f"softmax_loss_graph.view.{id}"),
        required=True,
        **bind(state, "view", node=start),
    )
    st.session_state["true_class"] = state.example.label
    label.selectbox(
        t("handle.label"),
        range(len(names)),
        format_func=lambda index: names[index],
        key="true_class",
        on_change=choose_label,
    )
is_whole = sweeps.step == sweeps.last
timeline.space("small")  # as high as the others' labels
timeline.button(
    t(f"softmax_loss_graph.control.{'hide' if is_whole else 'show'}"),
    on_click=lambda: change(state, node=int(is_whole)),
    width="stretch",
)
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
