"""Widgets of the lesson on regularisation: the view, the penalty, the four weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from core.losses.penalties import PENALTIES
from pages.regularization import FIRST_WEIGHTS, LOOKS, RegularizationState, parse_weights
from pages.regularization.penalty_comparison import LARGEST_WEIGHT
from pages.ui.kit.controls import look_control, number_control, reset_button, typed
from pages.ui.stage.number_format import format_given
from pages.ui.state.address import bind, read_state, start_again, write_state
from pages.ui.state.written import write_scores
from pages.ui.text import Text

__all__ = ["PUBLISHED", "look_controls", "penalty_controls", "weight_controls"]

PUBLISHED: Final = {"one": FIRST_WEIGHTS, "shared": (0.25, 0.25, 0.25, 0.25)}
"""The weights that the CS231n notes compare."""


def look_controls(state: RegularizationState, t: Text) -> None:
    """Choose between the four weights and the path of the optimum, and the penalty."""
    look, penalty = st.columns(2)
    with look:
        look_control(state, "regularization", LOOKS, t)
    with penalty:
        _penalty_control(state, t)


def weight_controls(state: RegularizationState, t: Text) -> None:
    """Choose the published weights, type others, or draw some with the same score."""
    one, shared, random, field = st.columns([2, 3, 2, 4], vertical_alignment="bottom")
    for column, (id, weights) in zip((one, shared), PUBLISHED.items(), strict=True):
        column.button(
            f"[{', '.join(map(format_given, weights))}]",
            key=f"weights_{id}",
            help=t(f"regularization.preset.{id}"),
            on_click=_adopt_weights,
            args=(weights,),
            width="stretch",
        )
    random.button(
        t("regularization.control.random"),
        key="weights_random",
        help=t("regularization.control.random_help"),
        on_click=_randomise,
        width="stretch",
    )
    with field:
        typed(
            state,
            "weights",
            t("regularization.control.weights"),
            write_scores(state.four_weights),
            parse_weights,
            lambda state, weights: replace(state, weights=weights),
            t,
        )


def penalty_controls(state: RegularizationState, t: Text) -> None:
    """Set the share of L1 in the elastic net and the factor of L2, or start again.

    In a scene, which has no views to choose from, the penalty is set here, too.
    """
    if state.scene is not None:
        _penalty_control(state, t)
    mixing, half, reset = st.columns([3, 5, 2], vertical_alignment="bottom")
    with mixing:
        number_control(state, "mixing", t("regularization.control.mixing"), t)
    half.toggle(t("regularization.control.half"), **bind(state, "half"))
    with reset:
        reset_button(_start_again, t)


def _penalty_control(state: RegularizationState, t: Text) -> None:
    st.segmented_control(
        t("regularization.control.penalty"),
        PENALTIES,
        format_func=lambda id: t(f"regularization.penalty.{id}"),
        required=True,
        label_visibility="collapsed",
        **bind(state, "penalty"),
    )


def _start_again() -> None:
    """Go back to what the view begins with, or the scene."""
    state, _ = read_state(RegularizationState)
    if state.scene is None:
        write_state(RegularizationState(look="path" if state.view == "path" else None))
    else:
        start_again(RegularizationState)


def _adopt_weights(weights: tuple[float, ...]) -> None:
    write_state(replace(read_state(RegularizationState)[0], weights=weights))


def _randomise() -> None:
    """Draw other weights with the same score."""
    weights = np.array(read_state(RegularizationState)[0].four_weights)
    drawn = np.round(np.random.default_rng().uniform(-0.5, 1.0, size=weights.size), 1)
    drawn += (weights.sum() - drawn.sum()) / weights.size
    _adopt_weights(tuple(np.clip(np.round(drawn, 6), -LARGEST_WEIGHT, LARGEST_WEIGHT).tolist()))
