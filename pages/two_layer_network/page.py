"""Lesson: the two-layer network. A hidden layer bends the regions, and a run shows how."""

import streamlit as st

from pages.two_layer_network import LOOKS, TwoLayerNetworkState
from pages.two_layer_network.code import snippet
from pages.two_layer_network.digits.controls import show_digits
from pages.two_layer_network.digits.stage import digits_table
from pages.two_layer_network.inspector.stage import inspector_table, show_inspector
from pages.two_layer_network.training.stage import run_table, show_training
from pages.two_layer_network.why import derivation
from pages.ui.learning.controls import (
    data_controls,
    logarithmic_control,
    recipe_controls,
    training_buttons,
)
from pages.ui.learning.points.editor import run_points
from pages.ui.learning.presets import run_preset_controls
from pages.ui.learning.runs import live_stage, run_of, target_of, train_on
from pages.ui.learning.setups import setup
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import change, read_state, text

t = text()
state, _ = read_state(TwoLayerNetworkState)
target = target_of(state)
TABLES = {"train": run_table, "inspect": inspector_table, "digits": digits_table}
run = run_of(setup(state, state.loss), target)


def look_control() -> None:
    """Choose how the network is looked at."""

    def chosen() -> None:
        # None: the one that was chosen already was pressed again.
        change(state, look=st.session_state["look"] or read_state(TwoLayerNetworkState)[0].look)

    st.session_state["look"] = state.look
    st.segmented_control(
        t("two_layer_network.view"),
        LOOKS,
        format_func=lambda look: t(f"two_layer_network.look.{look}"),
        key="look",
        on_change=chosen,
        label_visibility="collapsed",
    )


def shown() -> None:
    """Show the run as it is looked at."""
    if state.look == "inspect":
        show_inspector(state, run, t)
    elif state.look == "digits":
        show_digits(state, run, t)
    else:
        show_training(state, run, target, t)


opening("two_layer_network", t)
look_control()
status = live_stage(TwoLayerNetworkState, [run], target, shown, t)
training_buttons(state, [run], t)
run_preset_controls(state, t)
data_controls(state, t)
recipe_controls(state, t)
if state.look == "train":
    logarithmic_control(state, t)
if state.look != "digits":
    run_points(state, run, t)
lesson_tabs(
    "two_layer_network",
    t,
    why=lambda: derivation(state, run, t),
    code=lambda: snippet(state, run),
    data=lambda: TABLES[state.look](state, run, t),
)
train_on([run], target, status, t)
