"""A page with nothing but a run that is trained: what it draws is only noted."""

import streamlit as st

from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.live import LivePage, runs_of
from pages.ui.learning.setups import setup, target_of
from pages.ui.state.address import read_state, text

state, _ = read_state(TwoLayerNetworkState)
target = target_of(state)
runs = runs_of([setup(state, state.loss)], target)
live = LivePage(state, runs, target, text())
live.show(lambda: st.session_state["draw"](runs[0].step))
live.go_on()
