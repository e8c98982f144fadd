"""The stage of the softmax lesson: logits, a temperature and a constant, and what follows them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.softmax import TEMPERATURES, SoftmaxState
from pages.softmax import panels as figures
from pages.softmax.numbers import (
    LARGEST_CONSTANT,
    TEMPERATURE_GRID,
    Regime,
    SoftmaxSteps,
    SoftmaxSweep,
    plus_constant,
    sweep_softmax,
)
from pages.ui.export import Table
from pages.ui.kit.bars import class_bars
from pages.ui.kit.handles import moved_example, score_handles, score_id, stage_words
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.vocabulary import Handle, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = ["READOUTS", "moved", "result_table", "softmax_stage", "sweep_of"]

PANELS = ("logits", "exponentials", "probabilities", "jacobian")
READOUTS = (
    "own_probability",
    "entropy",
    "entropy_in_bits",
    "own_derivative",
    "other_derivatives",
)
"""The live numbers in boxes."""

TEMPERATURE_HANDLE, CONSTANT_HANDLE = "temperature", "constant"
MOST_DECIMALS = 4
HEIGHT = 0.92
"""Leaves room for the sliders on a laptop's screen."""
MANY_CLASSES, MANY_HEIGHT = 6, 1.5
"""Above so many classes the row of the Jacobian is higher."""


def sweep_of(state: SoftmaxState) -> SoftmaxSweep:
    """Everything the stage shows, for every step of every handle."""
    return sweep_softmax(
        state.example.scores, temperature=state.temperature, constant=state.constant
    )


def softmax_stage(key: str, state: SoftmaxState, sweep: SoftmaxSweep, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    every = range(len(state.example.names))
    now: dict[Place, FloatArray] = {
        **_swept(sweep.now, state.focus),
        **figures.focus_places(sweep.now, state.focus),
        **figures.sum_places(sweep.now),
        **_follower_places(sweep.now),
    }
    words = _readouts(state, sweep, t)
    shown = sweep.now.moved_logits
    by_logit = {
        **figures.steps_places(sweep.by_logit),
        **figures.shift_places(sweep.by_logit),
    }
    stage(
        key,
        panels=[_panel(id, state, sweep, now, words, t) for id in PANELS],
        handles=[
            *score_handles(
                state,
                replace(sweep.axis, decimals=max(sweep.axis.decimals, _decimals(shown))),
                t,
                sweeps=[
                    {
                        place: values[index]
                        for place, values in {
                            **by_logit,
                            **figures.own_places(sweep.by_logit, index),
                        }.items()
                    }
                    for index in every
                ],
                focuses=[figures.focus_places(sweep.now, index) for index in every],
                panel="logits",
                scores=shown.tolist(),
            ),
            _temperature_handle(state, sweep, t),
            _constant_handle(state, sweep, t),
        ],
        readouts=words,
        marks=figures.marks(len(state.example.names)),
        now=now,
        focus=score_id(state.focus),
        on_release=_adopt,
        labels=stage_words(t),
        pinned=True,
    )


def _swept(steps: SoftmaxSteps, focus: int) -> dict[Place, FloatArray]:
    return {
        **figures.steps_places(steps),
        **figures.shift_places(steps),
        **figures.own_places(steps, focus),
    }


def _follower_places(steps: SoftmaxSteps) -> dict[Place, FloatArray]:
    """Places that take the handles of the logits along with the constant."""
    shown = steps.moved_logits
    return {score_id(index): shown[..., index] for index in range(shown.shape[-1])}


def _decimals(values: FloatArray) -> int:
    """How many decimals the values need, at most 4."""
    return next(
        (d for d in range(MOST_DECIMALS) if np.array_equal(np.round(values, d), values)),
        MOST_DECIMALS,
    )


def _temperature_handle(state: SoftmaxState, sweep: SoftmaxSweep, t: Text) -> Handle:
    return Handle(
        id=TEMPERATURE_HANDLE,
        label=t("softmax.handle.temperature"),
        value=state.temperature,
        minimum=float(TEMPERATURE_GRID[0]),
        maximum=float(TEMPERATURE_GRID[-1]),
        decimals=2,
        mark="slider",
        axis="x",
        grid=tuple(TEMPERATURE_GRID.tolist()),
        limits=TEMPERATURES,
        sweep=_swept(sweep.by_temperature, state.focus),
    )


def _constant_handle(state: SoftmaxState, sweep: SoftmaxSweep, t: Text) -> Handle:
    constants = sweep.constants
    return Handle(
        id=CONSTANT_HANDLE,
        label=t("softmax.handle.constant"),
        value=state.constant,
        minimum=float(constants[0]),
        maximum=float(constants[-1]),
        step=float(constants[-1] / (constants.size // 2)),
        decimals=sweep.axis.decimals,
        mark="slider",
        axis="x",
        limits=(-LARGEST_CONSTANT, LARGEST_CONSTANT),
        sweep={
            **figures.shift_places(sweep.by_constant),
            **_follower_places(sweep.by_constant),
        },
    )


def moved(state: SoftmaxState, release: Release) -> SoftmaxState:
    """The state after a release; the same state if the message makes no sense.

    The handles of the logits stand at z + c. They follow the constant in a drag, but not when it
    was typed: then those that were not touched still stand where they were.
    """
    try:
        temperature = float(str(release.values[TEMPERATURE_HANDLE]))
        constant = float(str(release.values[CONSTANT_HANDLE]))
        ids = [score_id(index) for index in range(len(state.example.names))]
        stands = np.array([float(str(release.values[id])) for id in ids])
    except (KeyError, ValueError):
        return state
    if not TEMPERATURES[0] <= temperature <= TEMPERATURES[1]:
        return state
    if not abs(constant) <= LARGEST_CONSTANT or not all(map(math.isfinite, stands)):
        return state
    stood = plus_constant(state.example.scores, state.constant)
    included = state.constant if np.any(stands == stood) else constant
    scores = np.where(
        stands == plus_constant(state.example.scores, included),
        state.example.scores,
        plus_constant(stands, -included),
    )
    values = {**release.values, **dict(zip(ids, scores.tolist(), strict=True))}
    example_moved = moved_example(state, Release(values, release.focus))
    if example_moved is None:
        return state
    return replace(example_moved, temperature=temperature, constant=constant)


def _adopt(release: Release) -> None:
    write_state(moved(read_state(SoftmaxState)[0], release))


def _readouts(state: SoftmaxState, sweep: SoftmaxSweep, t: Text) -> list[Readout]:
    names = state.example.names
    largest = format_fixed(sweep.now.largest_entropy, 3)
    numbers = [
        Readout(
            id,
            label=t("softmax.readout.entropy", largest=largest)
            if id == "entropy"
            else t(f"softmax.readout.{id}"),
        )
        for id in READOUTS
    ]
    decimals = max(sweep.axis.decimals, _decimals(np.array(state.constant)))
    unseen = [
        Readout("total"),
        Readout("top_probability"),
        Readout("temperature_now", decimals=2),
        Readout("constant_now", decimals=decimals),
        Readout("shift_error"),
        Readout("leaders", decimals=0),
        Readout("top_name", choices=names),
        Readout("focus_name", choices=names),
    ]
    verdicts = tuple(
        t(f"softmax.{kind}.{regime.name.lower()}", classes=len(names))
        for regime in Regime
        for kind in ("verdict", "tie")
    )
    shifts = tuple(t(f"softmax.shift.{outcome}") for outcome in ("none", "exact", "rounded"))
    return [
        *numbers,
        *unseen,
        Readout("verdict", label="", choices=verdicts),
        Readout("shift", label="", choices=shifts),
    ]


def _panel(
    id: str,
    state: SoftmaxState,
    sweep: SoftmaxSweep,
    now: Mapping[Place, FloatArray],
    readouts: list[Readout],
    t: Text,
) -> Panel:
    names, steps = state.example.names, sweep.now
    values = {
        "logits": steps.moved_logits,
        "exponentials": steps.exponentials,
        "probabilities": steps.probabilities,
        "jacobian": steps.jacobian[:, state.focus],
    }[id]
    listing = ", ".join(
        f"{name} {format_fixed(float(value), 4)}" for name, value in zip(names, values, strict=True)
    )
    return Panel(
        id=id,
        figure=_figure(id, state, sweep),
        title=t(f"softmax.panel.{id}"),
        alt=spoken(readouts, now, t(f"softmax.alt.{id}", values=listing)),
        legend=figures.legend(id, lambda name: t(f"softmax.legend.{name}")),
        height=MANY_HEIGHT if len(names) > MANY_CLASSES and id in PANELS[2:] else HEIGHT,
    )


def _figure(id: str, state: SoftmaxState, sweep: SoftmaxSweep) -> go.Figure:
    names = state.example.names
    if id == "jacobian":
        return figures.jacobian_figure(names)
    if id == "logits":
        reach = float(sweep.constants[-1])
        lowest, highest = min(state.example.scores) - reach, max(state.example.scores) + reach
        return class_bars(names, *figures.logit_range(lowest, highest, sweep.axis.limit))
    return class_bars(names, 0.0, 1.16, ticks=(0.0, 0.25, 0.5, 0.75, 1.0))


def result_table(state: SoftmaxState, steps: SoftmaxSteps, t: Text) -> Table:
    """The numbers on screen, a row a class: its probability, and how each logit acts on it."""
    names = state.example.names
    columns = {
        "logit": steps.logits,
        "moved_logit": steps.moved_logits,
        "exponential": steps.exponentials,
        "probability": steps.probabilities,
    }
    by_logit = {f"derivative_by_{name}": steps.jacobian[:, j] for j, name in enumerate(names)}
    return Table(
        columns={
            "class": names,
            **{name: values.tolist() for name, values in {**columns, **by_logit}.items()},
        },
        headings={
            "class": t("data.class"),
            **{name: t(f"softmax.data.{name}") for name in columns},
            **{f"derivative_by_{name}": t("softmax.data.derivative", name=name) for name in names},
        },
        settings={
            "temperature": state.temperature,
            "constant": state.constant,
            "entropy": float(steps.entropy),
            "entropy_in_bits": float(steps.entropy_in_bits),
        },
    )
