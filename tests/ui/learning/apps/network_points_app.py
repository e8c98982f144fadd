"""The points of the two-layer network by themselves, with a run of a few steps."""

import streamlit as st

from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.points.editor import run_points
from pages.ui.learning.runs import trained_run
from pages.ui.learning.setups import setup
from pages.ui.state.address import read_state, text

state, _ = read_state(TwoLayerNetworkState)
made = setup(state, "cross_entropy")
run = trained_run(made, 3)
run_points(state, run, text())
st.session_state["seen"] = run.setup.data
st.session_state["model"] = run.model
