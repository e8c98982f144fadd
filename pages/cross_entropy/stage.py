"""The stage of the lesson on cross-entropy: logits and target mass, and all that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from core.losses.targets import move_mass
from core.validation import FloatArray
from pages.cross_entropy import panels as figures
from pages.cross_entropy.numbers import (
    MASS_GRID,
    CrossEntropyResult,
    CrossEntropySweep,
    ErrorSize,
    sweep_cross_entropy,
)
from pages.cross_entropy.panels import target_id
from pages.ui.export import Table
from pages.ui.kit.handles import (
    label_handle,
    moved_example,
    score_handles,
    score_id,
    stage_words,
)
from pages.ui.kit.theme import TARGET
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.vocabulary import Handle, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.state.example import Example, with_target
from pages.ui.state.state import FocusedState
from pages.ui.text import Text

__all__ = [
    "PANELS",
    "READOUTS",
    "cross_entropy_stage",
    "moved",
    "result_table",
    "sweep_of",
]

PANELS = ("scores", "probabilities", "gradient", "surprisals", "sizes")
READOUTS = ("loss", "bits", "perplexity", "entropy", "divergence", "gradient_sum")
"""The live numbers beside the panels."""

HARD = -1
"""The last step of a target mass: all of it on one class."""

SUM_TOLERANCE = 1e-6


def sweep_of(state: FocusedState) -> CrossEntropySweep:
    """Everything the stage shows, for every step of every handle."""
    target = np.array(state.example.targets)
    return sweep_cross_entropy(state.example.scores, target / target.sum(), along=state.focus)


def cross_entropy_stage(state: FocusedState, sweep: CrossEntropySweep, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    now = {
        **figures.result_places(sweep.now, state.example.label),
        **figures.point_places(sweep.now, state.focus, sweep.axis),
        **_curves(sweep, state.focus),
    }
    words = _readouts(state, t)
    stage(
        "cross_entropy",
        panels=[_panel(id, state, sweep, now, words, t) for id in PANELS],
        handles=_handles(state, sweep, t),
        readouts=words,
        marks=figures.marks(state.example.names),
        now=now,
        focus=score_id(state.focus),
        on_release=_adopt,
        labels=stage_words(t),
    )


def result_table(state: FocusedState, result: CrossEntropyResult, t: Text) -> Table:
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


def _with_masses(example: Example, masses: Sequence[float]) -> Example:
    """Give the example the target that the handles show.

    A typed mass is that of one handle alone: the others have not followed yet.
    """
    present = np.array(example.targets) / sum(example.targets)
    if not abs(sum(masses) - 1.0) <= SUM_TOLERANCE:
        typed = int(np.argmax(np.abs(np.array(masses) - present)))
        masses = move_mass(present, typed, masses[typed]).tolist()
    return with_target(example, masses)


def _adopt(release: Release) -> None:
    write_state(moved(read_state(FocusedState)[0], release))


def _readouts(state: FocusedState, t: Text) -> list[Readout]:
    names = state.example.names
    hidden = {"error": 4, "squared_error": 4, "up": 3, "down": 3}
    return [
        *(
            Readout(id, label=t(f"cross_entropy.readout.{id}"), tone="cross-entropy")
            for id in READOUTS
        ),
        *(Readout(id, decimals=decimals) for id, decimals in hidden.items()),
        *(Readout(f"{id}_name", choices=names) for id in ("true", "up", "down", "focus")),
        Readout(
            "verdict",
            label="",
            choices=tuple(t(f"cross_entropy.verdict.{size.name.lower()}") for size in ErrorSize),
        ),
    ]


def _curves(sweep: CrossEntropySweep, along: int) -> dict[Place, FloatArray]:
    """Gradient sizes along one logit, and the name of its class."""
    return {
        **figures.curve_places(sweep.curves_by_logit[along]),
        "focus_name": np.array(float(along)),
    }


def _handles(state: FocusedState, sweep: CrossEntropySweep, t: Text) -> list[Handle]:
    example = state.example
    every = range(len(example.names))
    by_logit = figures.result_places(sweep.by_logit, example.label)
    by_mass = {
        **figures.result_places(sweep.by_mass, example.label),
        **figures.point_places(sweep.by_mass, state.focus, sweep.axis),
        **figures.curve_places(sweep.curves_by_mass),
    }
    hard = {
        place: values[:, HARD]
        for place, values in figures.result_places(
            sweep.by_mass, np.arange(len(every))[:, None]
        ).items()
    }
    return [
        *score_handles(
            state,
            sweep.axis,
            t,
            sweeps=[
                {
                    place: values[index]
                    for place, values in {
                        **by_logit,
                        **figures.point_places(sweep.by_logit, index, sweep.axis),
                    }.items()
                }
                for index in every
            ],
            focuses=[
                {**_curves(sweep, index), **figures.point_places(sweep.now, index, sweep.axis)}
                for index in every
            ],
        ),
        *(
            _target_handle(
                index,
                state,
                float(sweep.now.targets[index]),
                {place: values[index] for place, values in by_mass.items()},
                t,
            )
            for index in every
        ),
        label_handle(
            state,
            t,
            sweep={**{place: values[:, HARD] for place, values in by_mass.items()}, **hard},
        ),
    ]


def _target_handle(
    index: int, state: FocusedState, mass: float, sweep: Mapping[Place, FloatArray], t: Text
) -> Handle:
    return Handle(
        id=target_id(index),
        label=t("cross_entropy.handle.target", name=state.example.names[index]),
        value=mass,
        minimum=MASS_GRID[0],
        maximum=MASS_GRID[-1],
        step=MASS_GRID[1],
        decimals=3,
        mark="point",
        panel="probabilities",
        axis="y",
        at=index,
        color=TARGET,
        sweep=sweep,
        limits=(0.0, 1.0),
    )


def _panel(
    id: str,
    state: FocusedState,
    sweep: CrossEntropySweep,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    result = sweep.now
    numbers = {
        "scores": [format_given(logit) for logit in result.logits],
        "probabilities": [
            f"{format_fixed(float(p), 3)} / {format_fixed(float(mass), 3)}"
            for p, mass in zip(result.probabilities, result.targets, strict=True)
        ],
        "gradient": [format_fixed(float(slope), 3) for slope in result.gradient],
        "surprisals": [format_fixed(float(value), 3) for value in result.surprisals],
    }.get(id, [])
    listing = ", ".join(map(" ".join, zip(state.example.names, numbers, strict=False)))
    return Panel(
        id=id,
        figure=_figure(id, state, sweep, t),
        title=t(f"cross_entropy.panel.{id}"),
        alt=spoken(readouts, now, t(f"cross_entropy.alt.{id}", values=listing)),
        legend=figures.legend(id, lambda name: t(f"cross_entropy.legend.{name}")),
    )


def _figure(id: str, state: FocusedState, sweep: CrossEntropySweep, t: Text) -> go.Figure:
    names = state.example.names
    if id == "scores":
        return figures.logits_figure(names, sweep.axis)
    if id == "probabilities":
        return figures.probabilities_figure(names)
    if id == "surprisals":
        return figures.surprisals_figure(t("cross_entropy.panel.probability_axis"))
    if id == "gradient":
        return figures.gradient_figure(names)
    return figures.sizes_figure(
        sweep.axis,
        tuple(sweep.curve_grid.tolist()),
        sweep.size_limits,
        t("cross_entropy.panel.logit_axis"),
    )
