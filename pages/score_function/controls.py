"""Widgets of the lesson on the score function: published numbers, typed ones, the digit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
import streamlit as st

from core.learning.score_function import FOUR_PIXEL_CAT, LOSS_FIGURE, LinearExample
from pages.score_function import (
    CLASSES,
    LAST_DIGIT,
    LOOKS,
    PIXELS,
    ScoreFunctionState,
    parse_bias,
    parse_matrix,
    parse_pixels,
)
from pages.score_function.digit_classifier import digit_classifier
from pages.score_function.digits_stage import digit_of
from pages.score_function.numbers import weight_axis
from pages.score_function.stage import linear_example, with_linear_example
from pages.ui.kit.controls import (
    look_control,
    margin_control,
    reset_button,
    typed,
    variant_control,
)
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.address import read_state, start_again, write_state
from pages.ui.state.written import write_scores
from pages.ui.text import Text

__all__ = ["PUBLISHED", "digit_controls", "entry_controls", "example_buttons", "view_controls"]

PUBLISHED: Final = {"cat": FOUR_PIXEL_CAT, "losses": LOSS_FIGURE}
"""The score functions with numbers that the CS231n notes print."""


def view_controls(state: ScoreFunctionState, t: Text) -> None:
    """Choose between the four pixels and the digits; tell how many of these are recognised."""
    look_control(state, "score_function", LOOKS, t)
    if state.view == "digits":
        found = digit_classifier()
        train, held_out = (
            format_fixed(100 * accuracy, 1)
            for accuracy in (found.train_accuracy, found.held_out_accuracy)
        )
        st.markdown(
            t("score_function.digits", train=train, held_out=held_out, count=len(found.held_out))
        )


def example_buttons(state: ScoreFunctionState, t: Text) -> None:
    """Choose a published score function, other weights, no bias, or start again."""
    present = linear_example(state)
    chooser, random, bare, reset = st.columns([5, 2, 2, 2], vertical_alignment="bottom")
    st.session_state["linear_example"] = next(
        (id for id, example in PUBLISHED.items() if example == present), None
    )
    chooser.selectbox(
        t("score_function.control.example"),
        list(PUBLISHED),
        index=None,
        format_func=lambda id: t(f"score_function.example.{id}"),
        placeholder=t("control.preset_none"),
        key="linear_example",
        on_change=_choose,
    )
    for column, id, change in (
        (random, "random", _other_weights),
        (bare, "no_bias", lambda example: replace(example, bias=(0.0,) * CLASSES)),
    ):
        column.button(
            t(f"score_function.control.{id}"),
            key=f"score_{id}",
            help=t(f"score_function.control.{id}_help"),
            on_click=_change,
            args=(change,),
            width="stretch",
        )
    with reset:
        reset_button(lambda: start_again(ScoreFunctionState), t)
    variant, margin = st.columns([5, 6], vertical_alignment="bottom")
    with variant:
        variant_control(state, t)
    with margin:
        margin_control(state, t)


def entry_controls(state: ScoreFunctionState, t: Text) -> None:
    """Type all of W, x or b."""
    example = linear_example(state)
    entries = [entry for row in example.matrix for entry in row]
    fields = (
        ("matrix", entries, parse_matrix),
        ("pixels", example.pixels, parse_pixels),
        ("bias", example.bias, parse_bias),
    )
    for column, (name, numbers, parse) in zip(st.columns([4, 2, 2]), fields, strict=True):
        with column:
            typed(
                state,
                f"score_{name}",
                t(f"score_function.control.{name}"),
                write_scores(numbers),
                parse,
                partial(_adopt, name),
                t,
            )


def digit_controls(state: ScoreFunctionState, t: Text) -> None:
    """Choose the digit by its number, the one before or after, or the next that is read wrong."""
    found, digit = digit_classifier(), digit_of(state)
    number, previous, following, mistake = st.columns([2, 2, 2, 3], vertical_alignment="bottom")
    st.session_state["digit_number"] = digit
    number.number_input(
        t("score_function.control.digit"),
        min_value=0,
        max_value=LAST_DIGIT,
        step=1,
        key="digit_number",
        on_change=lambda: _show(st.session_state["digit_number"]),
    )
    before = found.held_out[found.held_out < digit]
    after = found.held_out[found.held_out > digit]
    wrong = found.mistakes[found.mistakes > digit]
    for column, id, indices in (
        (previous, "previous", before[::-1]),
        (following, "next", after),
        (mistake, "mistake", wrong if len(wrong) else found.mistakes),
    ):
        column.button(
            t(f"score_function.control.{id}"),
            key=f"digit_{id}",
            help=t("score_function.control.mistake_help", count=len(found.mistakes))
            if id == "mistake"
            else None,
            on_click=_show,
            args=(int(indices[0]) if len(indices) else digit,),
            disabled=not len(indices),
            width="stretch",
        )


def _adopt(
    name: str, state: ScoreFunctionState, values: tuple[float, ...] | None
) -> ScoreFunctionState:
    changes: dict[str, Any] = {name: values}
    return replace(state, **changes)


def _choose() -> None:
    chosen = PUBLISHED.get(st.session_state["linear_example"])
    if chosen is not None:
        write_state(with_linear_example(read_state(ScoreFunctionState)[0], chosen))


def _change(change: Callable[[LinearExample], LinearExample]) -> None:
    state, _ = read_state(ScoreFunctionState)
    write_state(with_linear_example(state, change(linear_example(state))))


def _other_weights(example: LinearExample) -> LinearExample:
    """Draw weights on the grid of the present ones."""
    axis = weight_axis(example.matrix)
    drawn = np.random.default_rng().choice(axis.grid, size=(CLASSES, PIXELS))
    return replace(example, matrix=tuple(tuple(row) for row in drawn.tolist()))


def _show(digit: int) -> None:
    write_state(replace(read_state(ScoreFunctionState)[0], digit=digit))
