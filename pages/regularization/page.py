"""Lesson: regularisation. What weights cost, and where a penalty moves the optimum."""

import streamlit as st

from pages.regularization import RegularizationState
from pages.regularization.code import snippet
from pages.regularization.controls import penalty_controls, weight_controls
from pages.regularization.stage import (
    path_stage,
    path_sweep,
    path_table,
    weight_sweep,
    weight_table,
    weights_stage,
)
from pages.regularization.why import derivation
from pages.ui.export import Table
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

t = text()
state, _ = read_state(RegularizationState)
weights = weight_sweep(state)
path = path_sweep(state)


def data() -> Table:
    """Show the four weights, and give the optimum along lambda as files."""
    table = weight_table(weights.now, t)
    names = {name: st.column_config.Column(heading) for name, heading in table.headings.items()}
    st.dataframe(table.columns, column_config=names, hide_index=True)
    return path_table(state, weights.now, path.by_strength, t)


opening("regularization", t)
weights_stage(state, weights, t)
weight_controls(state, t)
penalty_controls(state, t)
st.subheader(t("regularization.part.path"), anchor=False)
st.markdown(t("regularization.path"))
path_stage(state, path, t)
lesson_tabs(
    "regularization",
    t,
    why=lambda: derivation(state, weights.now, path.now, t),
    code=lambda: snippet(state),
    data=data,
)
