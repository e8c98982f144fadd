"""The three looks of the network: training, one pass in numbers, and digits to recognise."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.two_layer_network import LOOKS, TwoLayerNetworkState
from pages.two_layer_network.digits.controls import around_digits, beside_sheet, digit_in_hand
from pages.two_layer_network.digits.stage import digits_table, still_digit
from pages.two_layer_network.inspector.stage import (
    inspector_in_hand,
    inspector_table,
    shown_inspector,
)
from pages.two_layer_network.training.stage import run_table, shown_training, training_caption
from pages.ui.export import Table
from pages.ui.guide.guide import Shown
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import data_name, target_of
from pages.ui.state.address import change, is_presented, read_state
from pages.ui.text import Text

__all__ = ["around_look", "look_control", "look_in_hand", "look_table", "still_look"]


def look_control(state: TwoLayerNetworkState, t: Text) -> None:
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


def still_look(state: TwoLayerNetworkState, run: Run, t: Text) -> list[Shown]:
    """Lay out a run as a state looks at it, with nothing in the hand."""
    target = target_of(state)
    if state.look == "inspect":
        return [shown_inspector(state, run, target, t)]
    if state.look == "digits":
        return still_digit(state, run, target, t)
    return [shown_training(state, run, target, t)]


def look_in_hand(state: TwoLayerNetworkState, run: Run, t: Text) -> list[Shown]:
    """Lay out the run of the page, with what a hand holds just now."""
    if state.look == "inspect":
        return [inspector_in_hand(state, run, target_of(state), t)]
    if state.look == "digits":
        return digit_in_hand(state, run, target_of(state), t)
    return still_look(state, run, t)


def around_look(state: TwoLayerNetworkState, run: Run, draw: Callable[[], None], t: Text) -> None:
    """Draw the stage, and around it what belongs to its look; a scene has words of its own."""
    is_free = state.scene is None and not is_presented()
    if state.look == "digits":
        (around_digits if state.scene is None else beside_sheet)(state, run, draw, t)
        return
    draw()
    if is_free and state.look == "inspect":
        st.caption(t("two_layer_network.inspector.colors"))
    elif is_free:
        st.caption(training_caption(state, run, target_of(state), t))


def look_table(state: TwoLayerNetworkState, run: Run, t: Text) -> Table:
    """Give the numbers of a look; of other data than the digits there is nothing to read."""
    if state.look == "inspect":
        return inspector_table(state, run, t)
    if state.look == "digits" and data_name(state) == "digits":
        return digits_table(state, run, t)
    return run_table(state, run, t)
