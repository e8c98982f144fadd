"""Lesson: regularisation. What weights cost, and where a penalty moves the optimum."""

import streamlit as st

from pages.regularization import RegularizationState
from pages.regularization.code import code
from pages.regularization.controls import look_controls, penalty_controls, weight_controls
from pages.regularization.path import STRENGTH
from pages.regularization.path_stage import moved_strength, path_stage, path_sweeps, path_table
from pages.regularization.stage import moved_weights, weight_sweeps, weight_table, weights_stage
from pages.regularization.why import derivation
from pages.ui.export import Table
from pages.ui.guide.guide import Shown
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, text

t = text()
state, _ = read_state(RegularizationState)


def stages(shown: RegularizationState) -> list[Shown]:
    """Lay out the stage of a state: the four weights, or the path of the optimum."""
    if shown.view == "path":
        path = path_stage(shown, path_sweeps(shown), t)
        return [Shown("regularization_path", path, moved_strength)]
    weights = weights_stage(shown, weight_sweeps(shown), t)
    return [Shown("regularization_weights", weights, moved_weights)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    if state.view == "weights":
        weight_controls(state, t)
    penalty_controls(state, t)


def data() -> Table:
    """Show the four weights, and give the optimum along lambda as files."""
    weights = weight_sweeps(state)
    table = weight_table(weights.now, t)
    names = {name: st.column_config.Column(heading) for name, heading in table.headings.items()}
    st.dataframe(table.columns, column_config=names, hide_index=True)
    return path_table(state, weights.now, path_sweeps(state).by[STRENGTH].chosen, t)


def why() -> str:
    """Derive the penalties of the four weights, and the optimum of the two."""
    return derivation(state, weight_sweeps(state).now, path_sweeps(state).now.chosen, t)


show_lesson(
    "regularization",
    state,
    t,
    stages=stages,
    settings=settings,
    why=why,
    code=lambda: code(state),
    data=data,
    views=lambda: look_controls(state, t),
    remarks=(lambda: st.markdown(t("regularization.path"))) if state.view == "path" else None,
)
