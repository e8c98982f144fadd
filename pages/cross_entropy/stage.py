"""The stage of the lesson on cross-entropy: logits and target mass, and all that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Final

import numpy as np

from core.validation import FloatArray
from pages.cross_entropy.numbers import (
    CrossEntropyNumbers,
    CrossEntropySweeps,
    ErrorSize,
    evaluate_cross_entropy,
    sweep_cross_entropy,
    target_id,
)
from pages.cross_entropy.panels import PANELS
from pages.cross_entropy.target_mass import MASS_GRID, move_mass
from pages.ui.export import Table
from pages.ui.kit.scores import LABEL, label_handle, moved_example, score_handles, score_id
from pages.ui.kit.theme import TARGET
from pages.ui.stage.handles import Handle, Point
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.example import Example, with_target
from pages.ui.state.state import FocusedState
from pages.ui.text import Text

__all__ = ["READOUTS", "cross_entropy_stage", "moved", "result_of", "result_table", "sweeps_of"]

BEYOND: Final = "> 1.8e308"
"""The perplexity of a loss above 709.78, which float64 cannot hold."""
READOUTS: Final = ("loss", "bits", "perplexity", "entropy", "divergence", "gradient_sum")
"""The live numbers in boxes, each under the name of its attribute of the result."""

SUM_TOLERANCE: Final = 1e-6


def sweeps_of(state: FocusedState) -> CrossEntropySweeps:
    """Everything the stage shows, for every step of every handle."""
    example = state.example
    return sweep_cross_entropy(
        example.scores, _target_of(example), example.label, along=state.focus
    )


def result_of(state: FocusedState) -> CrossEntropyNumbers:
    """What is shown now."""
    example = state.example
    return evaluate_cross_entropy(example.scores, _target_of(example), example.label)


def cross_entropy_stage(state: FocusedState, sweeps: CrossEntropySweeps, t: Text) -> Stage:
    """Lay out the stage."""
    example = state.example
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[
            *score_handles(example, sweeps.axis, t, sweeps=sweeps.by, focuses=sweeps.focuses),
            *(_target_handle(index, state, sweeps, t) for index in range(len(example.names))),
            label_handle(example, t, sweep=sweeps.by[LABEL]),
        ],
        readouts=_readouts(state, t),
        now=sweeps.now,
        focus=score_id(state.focus),
    )


def result_table(state: FocusedState, result: CrossEntropyNumbers, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    columns = {
        "logit": result.logits,
        "target": result.targets,
        "probability": result.probabilities,
        "surprisal": result.surprisals,
        "cross_entropy_gradient": result.gradient,
    }
    shared = ("class", "target", "probability", "cross_entropy_gradient")
    perplexity = float(result.perplexity)
    return Table(
        columns={
            "class": state.example.names,
            **{name: values.tolist() for name, values in columns.items()},
        },
        headings={
            **{name: t(f"data.{name}") for name in shared},
            "logit": t("cross_entropy.data.logit"),
            "surprisal": t("cross_entropy.data.surprisal"),
        },
        settings={
            "label": state.example.label,
            "loss_nats": float(result.loss),
            "loss_bits": float(result.bits),
            "perplexity": perplexity if np.isfinite(perplexity) else None,
            "target_entropy": float(result.entropy),
            "kl_divergence": float(result.divergence),
        },
    )


def moved(state: FocusedState, release: Release) -> FocusedState:
    """The state after a release; the same state if the message makes no sense."""
    scored = moved_example(state, release)
    if scored is None:
        return state
    if scored.example.label != state.example.label:
        return scored
    try:
        masses = [float(str(release.values[target_id(i)])) for i in range(len(state.example.names))]
        return replace(scored, example=_with_masses(scored.example, masses))
    except (KeyError, ValueError):
        return state


def _target_of(example: Example) -> FloatArray:
    target = np.array(example.targets)
    return np.asarray(target / target.sum())


def _with_masses(example: Example, masses: Sequence[float]) -> Example:
    """Give the example the target that the handles show.

    A typed mass is that of one handle alone: the others have not followed yet.
    """
    present = _target_of(example)
    if not abs(sum(masses) - 1.0) <= SUM_TOLERANCE:
        typed = int(np.argmax(np.abs(np.array(masses) - present)))
        masses = move_mass(present, typed, masses[typed]).tolist()
    return with_target(example, masses)


def _target_handle(index: int, state: FocusedState, sweeps: CrossEntropySweeps, t: Text) -> Handle:
    return Point(
        id=target_id(index),
        label=t("cross_entropy.handle.target", name=state.example.names[index]),
        value=float(sweeps.now.targets[index]),
        minimum=MASS_GRID[0],
        maximum=MASS_GRID[-1],
        step=MASS_GRID[1],
        decimals=3,
        panel="probabilities",
        at=index,
        color=TARGET,
        limits=(0.0, 1.0),
        # The others give it their mass, or take it.
        follows=lambda numbers: numbers.targets[..., index],
        sweep=sweeps.by[target_id(index)],
    )


def _readouts(state: FocusedState, t: Text) -> list[Readout]:
    names = state.example.names
    return [
        *(
            Readout(
                id,
                attrgetter(id),
                t(f"cross_entropy.readout.{id}"),
                tone="cross-entropy",
                beyond=BEYOND,
            )
            for id in READOUTS
        ),
        Readout("error", lambda n: n.gradient_sizes[..., 0]),
        Readout("squared_error", lambda n: n.gradient_sizes[..., 2]),
        Readout("up", lambda n: n.gradient.min(axis=-1), decimals=3),
        Readout("down", lambda n: n.gradient.max(axis=-1), decimals=3),
        Readout("true_name", attrgetter("labels"), choices=names),
        Readout("up_name", lambda n: n.gradient.argmin(axis=-1), choices=names),
        Readout("down_name", lambda n: n.gradient.argmax(axis=-1), choices=names),
        Readout("focus_name", lambda n: np.full(n.loss.shape, n.along), choices=names),
        Readout(
            "verdict",
            attrgetter("error_sizes"),
            label="",
            choices=tuple(t(f"cross_entropy.verdict.{size.name.lower()}") for size in ErrorSize),
        ),
    ]
