"""Widgets of the lesson on regularisation: the penalty, its conventions, the four weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from core.losses.penalties import PENALTIES
from pages.regularization import FIRST_WEIGHTS, RegularizationState, parse_weights
from pages.regularization.penalty_comparison import LARGEST_WEIGHT
from pages.ui.kit.controls import number_control, typed
from pages.ui.stage.number_format import format_given
from pages.ui.state.address import bind, read_state, write_state
from pages.ui.state.written import write_scores
from pages.ui.text import Text

__all__ = ["PUBLISHED", "penalty_controls", "weight_controls"]

PUBLISHED: Final = {"one": FIRST_WEIGHTS, "shared": (0.25, 0.25, 0.25, 0.25)}
"""The weights that the CS231n notes compare."""


def weight_controls(state: RegularizationState, t: Text) -> None:
    """Choose the published weights, type others, or draw some with the same score."""
    one, shared, random, reset, field = st.columns([2, 3, 2, 1, 4], vertical_alignment="bottom")
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
    reset.button(
        t("control.reset"), on_click=write_state, args=(RegularizationState(),), width="stretch"
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
    """Choose the penalty, the share of L1 in the elastic net, and the factor of L2."""
    kind, mixing, half = st.columns([5, 3, 4], vertical_alignment="bottom")
    kind.segmented_control(
        t("regularization.control.penalty"),
        PENALTIES,
        format_func=lambda id: t(f"regularization.penalty.{id}"),
        required=True,
        **bind(state, "penalty"),
    )
    with mixing:
        number_control(state, "mixing", t("regularization.control.mixing"), step=0.1)
    half.toggle(t("regularization.control.half"), **bind(state, "half"))


def _adopt_weights(weights: tuple[float, ...]) -> None:
    write_state(replace(read_state(RegularizationState)[0], weights=weights))


def _randomise() -> None:
    """Draw other weights with the same score."""
    weights = np.array(read_state(RegularizationState)[0].four_weights)
    drawn = np.round(np.random.default_rng().uniform(-0.5, 1.0, size=weights.size), 1)
    drawn += (weights.sum() - drawn.sum()) / weights.size
    _adopt_weights(tuple(np.clip(np.round(drawn, 6), -LARGEST_WEIGHT, LARGEST_WEIGHT).tolist()))
