"""Choose the graph and its view, the true class, and whether everything is known."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.softmax_loss_graph import GRAPH_VIEWS, GRAPHS, SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import GraphSweeps
from pages.ui.state.address import bind, change, read_state, write_state
from pages.ui.text import Text

__all__ = ["graph_controls"]


def graph_controls(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> None:
    """Show the controls that only this lesson has."""
    names = state.example.names
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
            on_change=_choose_label,
        )
    is_whole = sweeps.step == sweeps.last
    timeline.space("small")  # as high as the others' labels
    timeline.button(
        t(f"softmax_loss_graph.control.{'hide' if is_whole else 'show'}"),
        on_click=lambda: change(state, node=int(is_whole)),
        width="stretch",
    )


def _choose_label() -> None:
    """Make another class the true one."""
    present, _ = read_state(SoftmaxLossGraphState)
    example = replace(present.example, label=st.session_state["true_class"], target=None)
    write_state(replace(present, example=example))
