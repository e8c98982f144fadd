"""Home: a small working stage at once, the lessons, the published examples."""

import streamlit as st

from pages.home.published import published_table
from pages.ui.frame import lesson_map
from pages.ui.kit.comparison_stage import comparison_stage, moved, sweeps_of
from pages.ui.kit.stages import show_stage
from pages.ui.state.address import read_state, text
from pages.ui.state.losses import LossesState

t = text()
state, _ = read_state(LossesState)

st.title("Logit Lab", anchor=False)
st.markdown(t("home.question"))
stage = comparison_stage(
    state,
    sweeps_of(state),
    t,
    panels=("scores", "probabilities"),
    readouts=("hinge", "cross_entropy", "true_probability", "violation_count"),
)
show_stage("home", stage, state, moved, t)
st.markdown(t("home.lessons"))
lesson_map(t)
st.markdown(t("home.published"))
st.markdown(published_table(t))
