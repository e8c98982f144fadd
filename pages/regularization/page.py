"""Lesson: regularisation. What weights cost, and where a penalty moves the optimum."""

import streamlit as st

from pages.regularization import RegularizationState
from pages.regularization.code import snippet
from pages.regularization.controls import penalty_controls, weight_controls
from pages.regularization.path import STRENGTH
from pages.regularization.path_stage import moved_strength, path_stage, path_sweeps, path_table
from pages.regularization.stage import moved_weights, weight_sweeps, weight_table, weights_stage
from pages.regularization.why import derivation
from pages.ui.export import Table
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

t = text()
state, _ = read_state(RegularizationState)
weights = weight_sweeps(state)
path = path_sweeps(state)


def data() -> Table:
    """Show the four weights, and give the optimum along lambda as files."""
    table = weight_table(weights.now, t)
    names = {name: st.column_config.Column(heading) for name, heading in table.headings.items()}
    st.dataframe(table.columns, column_config=names, hide_index=True)
    return path_table(state, weights.now, path.by[STRENGTH].chosen, t)


opening("regularization", t)
show_stage("regularization_weights", weights_stage(state, weights, t), state, moved_weights, t)
weight_controls(state, t)
penalty_controls(state, t)
st.subheader(t("regularization.part.path"), anchor=False)
st.markdown(t("regularization.path"))
show_stage("regularization_path", path_stage(state, path, t), state, moved_strength, t)
lesson_tabs(
    "regularization",
    t,
    why=lambda: derivation(state, weights.now, path.now.chosen, t),
    code=lambda: snippet(state),
    data=data,
)
