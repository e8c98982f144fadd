"""Controls of data, settings and training, for every lesson with a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import streamlit as st

from core.learning.models import LOSSES
from core.learning.optimizers import OPTIMIZERS
from core.learning.training import SAMPLINGS
from pages.regularization.penalty_comparison import PENALTIES
from pages.ui.kit.controls import margin_control, number_control, variant_control
from pages.ui.learning.runs import Run, target_of
from pages.ui.learning.setups import OFFERED, Lesson, data_name, dataset, usual
from pages.ui.state.address import read_state, write_state
from pages.ui.state.state import (
    LARGEST_MOMENTUM,
    LARGEST_NOISE,
    LARGEST_SEED,
    LARGEST_STRENGTH,
    LEARNING_RATES,
    LEAST_RATE_DECAY,
    MOST_HIDDEN,
    MOST_TRAINED,
    SAMPLE_COUNTS,
    State,
    with_attribute,
)
from pages.ui.text import Text

__all__ = [
    "data_controls",
    "logarithmic_control",
    "recipe_controls",
    "training_buttons",
    "with_data",
]

FITTED: Final = (
    "samples",
    "noise",
    "decay",
    "optimizer",
    "learning_rate",
    "batch_size",
    "hidden",
    "trained",
    "at",
    "points",
    "groups",
)
"""Settings that become usual again when another data set is chosen."""


def with_data(state: State, name: str) -> State:
    """Give the state on another data set, with the settings that suit it."""
    usual_again: dict[str, Any] = dict.fromkeys(FITTED)
    return replace(replace(state, **usual_again), start="seed", data=name)


def data_controls(state: State, lesson: Lesson, t: Text) -> None:
    """Choose what is learnt from."""
    choice, samples, noise, fresh = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    name = data_name(state, lesson)
    offered = [*OFFERED[lesson], *(["own"] if name == "own" else [])]
    st.session_state["data"] = name

    def chosen() -> None:
        write_state(with_data(read_state()[0], st.session_state["data"]))

    choice.selectbox(
        t("learning.control.data"),
        offered,
        format_func=lambda name: t(f"learning.data.{name}"),
        key="data",
        on_change=chosen,
    )
    if name in ("own", "nine", "published_spiral", "digits"):
        return
    fitting = usual(state, lesson)
    with samples:
        _whole("samples", fitting.samples, t("learning.control.samples"), *SAMPLE_COUNTS, state)
    with noise:
        _number(
            "noise", fitting.noise, t("learning.control.noise"), 0.0, LARGEST_NOISE, 0.05, state
        )
    fresh.button(
        t("learning.control.draw"),
        on_click=lambda: _set("draw", (read_state()[0].draw + 1) % (LARGEST_SEED + 1)),
        width="stretch",
    )


def recipe_controls(state: State, lesson: Lesson, t: Text) -> None:
    """Set the loss, the penalty and the optimiser; what is rarely changed is behind a button."""
    fitting = usual(state, lesson)
    columns = st.columns([3, 3, 2, 2, 2], vertical_alignment="bottom")
    with columns[0]:
        if lesson == "network":
            _choice(
                "loss",
                state.loss,
                t("learning.control.loss"),
                LOSSES,
                lambda name: t(f"learning.loss.{name}"),
            )
        else:
            variant_control(state, t)
    with columns[1]:
        _choice(
            "optimizer",
            state.optimizer or fitting.optimizer,
            t("learning.control.optimizer"),
            OPTIMIZERS,
            lambda name: t(f"learning.optimizer.{name}"),
        )
    with columns[2]:
        label = t("learning.control.learning_rate")
        _number("learning_rate", fitting.learning_rate, label, *LEARNING_RATES, 0.1, state)
    with columns[3]:
        label = t("learning.control.decay")
        _number("decay", fitting.decay, label, 0.0, LARGEST_STRENGTH, 0.01, state)
    with columns[4].popover(t("learning.control.more"), width="stretch"):
        _more(state, lesson, t)


def _more(state: State, lesson: Lesson, t: Text) -> None:
    fitting = usual(state, lesson)
    if lesson == "network":
        label = t("learning.control.hidden")
        _whole("hidden", fitting.hidden, label, 1, MOST_HIDDEN, state)
    most = dataset(state, lesson).size
    label = t("learning.control.batch_size")
    _whole("batch_size", min(fitting.batch_size, most), label, 0, most, state)
    _choice(
        "sampling",
        state.sampling,
        t("learning.control.sampling"),
        SAMPLINGS,
        lambda name: t(f"learning.sampling.{name}"),
    )
    _choice(
        "penalty",
        state.penalty,
        t("learning.control.penalty"),
        PENALTIES,
        lambda name: t(f"learning.penalty.{name}"),
    )
    if state.penalty == "elastic":
        number_control(state, "mixing", t("learning.control.mixing"), least=0.0, most=1.0, step=0.1)
    st.session_state["half"] = bool(state.half)
    st.toggle(
        t("learning.control.half"),
        key="half",
        on_change=lambda: _set("half", int(st.session_state["half"])),
    )
    if lesson == "network" and state.loss == "hinge":
        variant_control(state, t)
    if lesson == "linear" or state.loss == "hinge":
        margin_control(state, t)
    number_control(
        state,
        "momentum",
        t("learning.control.momentum"),
        least=0.0,
        most=LARGEST_MOMENTUM,
        step=0.05,
    )
    number_control(
        state,
        "rate_decay",
        t("learning.control.rate_decay"),
        least=LEAST_RATE_DECAY,
        most=1.0,
        step=0.05,
    )
    _whole("seed", 0, t("learning.control.seed"), 0, LARGEST_SEED, state)


def training_buttons(state: State, lesson: Lesson, runs: Sequence[Run], t: Text) -> None:
    """Train a step, or many; stop where the runs are; go back to the start; start elsewhere."""
    target, chunk = target_of(state, lesson), usual(state, lesson).trained
    is_training = not all(run.is_over(target) for run in runs)
    is_over = any(run.problem for run in runs) or target >= MOST_TRAINED
    steps, one, many, reset, fresh = st.columns([2, 2, 2, 2, 2], vertical_alignment="bottom")
    with steps:
        _whole("trained", chunk, t("learning.control.trained"), 0, MOST_TRAINED, state)
    one.button(
        t("learning.control.one"),
        on_click=lambda: _train_to(target + 1),
        disabled=is_training or is_over,
        width="stretch",
    )
    if is_training:
        many.button(
            t("learning.control.stop"),
            on_click=lambda: _train_to(min([run.stop() for run in runs])),
            type="primary",
            icon="⏹",
            width="stretch",
        )
    else:
        many.button(
            t("learning.control.train", steps=chunk),
            on_click=lambda: _train_to(min(target + chunk, MOST_TRAINED)),
            disabled=is_over,
            type="primary",
            width="stretch",
        )
    reset.button(t("learning.control.reset"), on_click=lambda: _train_to(0), width="stretch")
    fresh.button(t("learning.control.fresh"), on_click=_reseed, width="stretch")


def logarithmic_control(state: State, t: Text) -> None:
    """Choose the axis of the losses."""
    st.session_state["logarithmic"] = state.is_logarithmic
    st.toggle(
        t("learning.control.logarithmic"),
        key="logarithmic",
        on_change=lambda: _set("is_logarithmic", st.session_state["logarithmic"]),
    )


def _train_to(step: int) -> None:
    write_state(replace(read_state()[0], trained=step, at=None))


def _reseed() -> None:
    seed = int(np.random.default_rng().integers(LARGEST_SEED + 1))
    write_state(replace(read_state()[0], seed=seed, start="seed"))


def _set(attribute: str, value: object) -> None:
    write_state(with_attribute(read_state()[0], attribute, value))


def _choice(
    attribute: str, value: str, label: str, options: Sequence[str], name_of: Callable[[str], str]
) -> None:
    st.session_state[attribute] = value
    st.selectbox(
        label,
        options,
        format_func=name_of,
        key=attribute,
        on_change=lambda: _set(attribute, st.session_state[attribute]),
    )


def _number(
    attribute: str, fitting: float, label: str, least: float, most: float, step: float, state: State
) -> None:
    """Set a number that may be left as it is usual."""
    value = getattr(state, attribute)
    st.session_state[attribute] = fitting if value is None else value
    st.number_input(
        label,
        min_value=least,
        max_value=most,
        step=step,
        format="%g",
        key=attribute,
        on_change=lambda: _set(attribute, st.session_state[attribute]),
    )


def _whole(attribute: str, fitting: int, label: str, least: int, most: int, state: State) -> None:
    """Set a whole number that may be left as it is usual."""
    value = getattr(state, attribute)
    st.session_state[attribute] = min(fitting if value is None else value, most)
    st.number_input(
        label,
        min_value=least,
        max_value=most,
        step=1,
        key=attribute,
        on_change=lambda: _set(attribute, st.session_state[attribute]),
    )
