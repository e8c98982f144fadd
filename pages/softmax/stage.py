"""The stage of the softmax lesson: logits, a temperature and a constant, and what follows them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any, Final

import numpy as np

from core.validation import FloatArray
from pages.softmax import LARGEST_CONSTANT, TEMPERATURES, SoftmaxState
from pages.softmax.numbers import (
    CONSTANT,
    TEMPERATURE,
    TEMPERATURE_GRID,
    Regime,
    SoftmaxSteps,
    SoftmaxSweeps,
    plus_constant,
    sweep_softmax,
)
from pages.softmax.panels import PANELS, focus_of, moved_logits
from pages.ui.export import Table
from pages.ui.kit.scores import moved_example, score_handles, score_id
from pages.ui.stage.handles import Handle, Slider
from pages.ui.stage.mount import Stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["READOUTS", "moved", "result_table", "softmax_stage", "sweeps_of"]

READOUTS: Final = (
    "own_probability",
    "entropy",
    "entropy_in_bits",
    "own_derivative",
    "other_derivatives",
)
"""The live numbers in boxes, each under the name of its attribute of the steps."""

MOST_DECIMALS: Final = 4


def sweeps_of(state: SoftmaxState) -> SoftmaxSweeps:
    """Everything the stage shows, for every step of every handle."""
    return sweep_softmax(
        state.example.scores,
        focus=state.focus,
        temperature=state.temperature,
        constant=state.constant,
    )


def softmax_stage(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    stands = sweeps.now.moved_logits
    decimals = max(sweeps.axis.decimals, _decimals(stands))
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[
            *score_handles(
                state.example,
                replace(sweeps.axis, decimals=decimals),
                t,
                sweeps=sweeps.by,
                focuses=sweeps.focuses,
                # They go along with the constant.
                follows=[partial(_stand, index) for index in range(stands.size)],
                panel="logits",
                scores=stands.tolist(),
            ),
            _temperature_handle(state, sweeps, t),
            _constant_handle(state, sweeps, t),
        ],
        readouts=_readouts(state, sweeps, t),
        now=sweeps.now,
        focus=score_id(state.focus),
        pinned=True,
    )


def _stand(index: int, steps: SoftmaxSteps) -> Any:
    return moved_logits(steps)[..., index]


def _decimals(values: FloatArray) -> int:
    """How many decimals the values need, at most 4."""
    return next(
        (d for d in range(MOST_DECIMALS) if np.array_equal(np.round(values, d), values)),
        MOST_DECIMALS,
    )


def _temperature_handle(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> Handle:
    return Slider(
        id=TEMPERATURE,
        label=t("softmax.handle.temperature"),
        value=state.temperature,
        minimum=float(TEMPERATURE_GRID[0]),
        maximum=float(TEMPERATURE_GRID[-1]),
        grid=tuple(TEMPERATURE_GRID.tolist()),
        limits=TEMPERATURES,
        sweep=sweeps.by[TEMPERATURE],
    )


def _constant_handle(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> Handle:
    constants = sweeps.constants
    return Slider(
        id=CONSTANT,
        label=t("softmax.handle.constant"),
        value=state.constant,
        minimum=float(constants[0]),
        maximum=float(constants[-1]),
        step=float(constants[-1] / (constants.size // 2)),
        decimals=sweeps.axis.decimals,
        limits=(-LARGEST_CONSTANT, LARGEST_CONSTANT),
        sweep=sweeps.by[CONSTANT],
    )


def moved(state: SoftmaxState, release: Release) -> SoftmaxState:
    """The state after a release; the same state if the message makes no sense.

    The handles of the logits stand at z + c. They follow the constant in a drag, but not when it
    was typed: then those that were not touched still stand where they were.
    """
    try:
        temperature = float(str(release.values[TEMPERATURE]))
        constant = float(str(release.values[CONSTANT]))
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


def _readouts(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> list[Readout]:
    names = state.example.names
    largest = format_fixed(sweeps.now.largest_entropy, 3)
    decimals = max(sweeps.axis.decimals, _decimals(np.array(state.constant)))
    return [
        *(
            Readout(id, attrgetter(id), t(f"softmax.readout.{id}", largest=largest))
            for id in READOUTS
        ),
        *(Readout(id, attrgetter(id)) for id in ("total", "top_probability", "shift_error")),
        Readout("temperature_now", attrgetter("temperature"), decimals=2),
        Readout("constant_now", attrgetter("constant"), decimals=decimals),
        Readout("leaders", attrgetter("leaders"), decimals=0),
        Readout("top_name", attrgetter("winners"), choices=names),
        Readout("focus_name", focus_of, choices=names),
        Readout(
            "verdict",
            # Two sentences a regime: without and with a tie.
            lambda steps: 2 * steps.regimes + (steps.leaders > 1),
            label="",
            choices=tuple(
                t(f"softmax.{kind}.{regime.name.lower()}", classes=len(names))
                for regime in Regime
                for kind in ("verdict", "tie")
            ),
        ),
        Readout(
            "shift",
            lambda steps: (steps.constant != 0) * (1.0 + (steps.shift_error != 0)),
            label="",
            choices=tuple(t(f"softmax.shift.{did}") for did in ("none", "exact", "rounded")),
        ),
    ]


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
