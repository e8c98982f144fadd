"""Controls of data, settings and training, for every lesson with a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from core.learning.history import SAMPLINGS
from core.learning.objective import LOSSES
from core.learning.optimizers import OPTIMIZERS
from core.losses.penalties import PENALTIES
from pages.ui.kit.controls import margin_control, number_control, variant_control
from pages.ui.learning.runs import Run, shared_runs
from pages.ui.learning.setups import data_name, dataset, target_of, usual
from pages.ui.learning.state import LARGEST_SEED, MOST_TRAINED, ModelState, with_known
from pages.ui.state.address import bind, change, read_state, write_state
from pages.ui.state.parameters import parameter_of
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
    "strength",
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


def with_data(state: ModelState, name: str) -> ModelState:
    """Give the state on another data set, with the settings that suit it."""
    return with_known(state, **dict.fromkeys(FITTED), start="seed", data=name)


def data_controls(state: ModelState, t: Text) -> None:
    """Choose what is learnt from."""
    choice, samples, noise, fresh = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    name = data_name(state)
    offered = [*state.offered(), *(["own"] if name == "own" else [])]
    st.session_state["data"] = name

    def chosen() -> None:
        write_state(with_data(read_state(type(state))[0], st.session_state["data"]))

    choice.selectbox(
        t("learning.control.data"),
        offered,
        format_func=lambda name: t(f"learning.data.{name}"),
        key="data",
        on_change=chosen,
    )
    if name in ("own", "nine", "published_spiral", "digits"):
        return
    fitting = usual(state)
    with samples:
        _number(state, "samples", fitting.samples, t("learning.control.samples"))
    with noise:
        number_control(state, "noise", t("learning.control.noise"), t, usual=fitting.noise)
    fresh.button(
        t("learning.control.draw"),
        on_click=lambda: change(state, draw=(state.draw + 1) % (LARGEST_SEED + 1)),
        width="stretch",
    )


def recipe_controls(state: ModelState, t: Text) -> None:
    """Set the loss, the penalty and the optimiser; what is rarely changed is behind a button."""
    fitting = usual(state)
    columns = st.columns([6, 3, 2, 2, 2], vertical_alignment="bottom")
    with columns[0]:
        if hasattr(state, "loss"):
            st.selectbox(
                t("learning.control.loss"),
                LOSSES,
                format_func=lambda name: t(f"learning.loss.{name}"),
                **bind(state, "loss"),
            )
        else:
            variant_control(state, t)
    with columns[1]:
        binding = bind(state, "optimizer")
        st.session_state["optimizer"] = state.optimizer or fitting.optimizer
        st.selectbox(
            t("learning.control.optimizer"),
            list(OPTIMIZERS),
            format_func=lambda name: t(f"learning.optimizer.{name}"),
            **binding,
        )
    with columns[2]:
        label = t("learning.control.learning_rate")
        number_control(state, "learning_rate", label, t, usual=fitting.learning_rate)
    with columns[3]:
        label = t("learning.control.decay")
        number_control(state, "strength", label, t, usual=fitting.strength)
    with columns[4].popover(t("learning.control.more"), width="stretch"):
        _more(state, t)


def _more(state: ModelState, t: Text) -> None:
    fitting = usual(state)
    if hasattr(state, "hidden"):
        label = t("learning.control.hidden")
        _number(state, "hidden", fitting.hidden, label)
    most = dataset(state).size
    label = t("learning.control.batch_size")
    _number(state, "batch_size", min(fitting.batch_size, most), label, most=most)
    st.selectbox(
        t("learning.control.sampling"),
        SAMPLINGS,
        format_func=lambda name: t(f"learning.sampling.{name}"),
        **bind(state, "sampling"),
    )
    st.selectbox(
        t("learning.control.penalty"),
        PENALTIES,
        format_func=lambda name: t(f"learning.penalty.{name}"),
        **bind(state, "penalty"),
    )
    if state.penalty == "elastic":
        number_control(state, "mixing", t("learning.control.mixing"), t)
    st.toggle(t("learning.control.half"), **bind(state, "half"))
    if state.uses_hinge:
        if hasattr(state, "loss"):
            variant_control(state, t)
        margin_control(state, t)
    number_control(state, "momentum", t("learning.control.momentum"), t)
    number_control(state, "rate_decay", t("learning.control.rate_decay"), t)
    _number(state, "seed", 0, t("learning.control.seed"))


def training_buttons(state: ModelState, runs: Sequence[Run], t: Text) -> None:
    """Train a step, or many; stop where the runs are; go back to the start; start elsewhere."""
    target, chunk = target_of(state), usual(state).trained
    is_training = not all(run.is_over(target) for run in runs)
    is_over = any(run.problem for run in runs) or target >= MOST_TRAINED
    steps, one, many, reset, fresh = st.columns([2, 2, 2, 2, 2], vertical_alignment="bottom")
    with steps:
        _number(state, "trained", chunk, t("learning.control.trained"))
    one.button(
        t("learning.control.one"),
        on_click=lambda: _train_to(state, target + 1),
        disabled=is_training or is_over,
        width="stretch",
    )
    if is_training:
        many.button(
            t("learning.control.stop"),
            on_click=lambda: _train_to(state, shared_runs().stop(runs, target)),
            type="primary",
            icon=":material/stop:",
            width="stretch",
        )
    else:
        many.button(
            t("learning.control.train", steps=chunk),
            on_click=lambda: _train_to(state, min(target + chunk, MOST_TRAINED)),
            disabled=is_over,
            type="primary",
            width="stretch",
        )
    reset.button(t("learning.control.reset"), on_click=lambda: _train_to(state, 0), width="stretch")
    fresh.button(t("learning.control.fresh"), on_click=lambda: _reseed(state), width="stretch")


def logarithmic_control(state: ModelState, t: Text) -> None:
    """Choose the axis of the losses."""
    st.toggle(t("learning.control.logarithmic"), **bind(state, "is_logarithmic"))


def _train_to(state: ModelState, step: int) -> None:
    write_state(replace(read_state(type(state))[0], trained=step, at=None))


def _reseed(state: ModelState) -> None:
    seed = int(np.random.default_rng().integers(LARGEST_SEED + 1))
    write_state(with_known(read_state(type(state))[0], seed=seed, start="seed"))


def _number(
    state: ModelState,
    attribute: str,
    fitting: int,
    label: str,
    *,
    most: int | None = None,
) -> None:
    """Set a whole number that may be left as it is usual."""
    least, highest = parameter_of(state, attribute).limits
    highest = highest if most is None else most
    binding = bind(state, attribute)
    value = getattr(state, attribute)
    st.session_state[attribute] = min(fitting if value is None else value, highest)
    st.number_input(
        label,
        min_value=least,
        max_value=highest,
        step=1,
        **binding,
    )
