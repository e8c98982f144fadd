"""The stage on which both losses follow the hand: used by every page that compares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.losses.comparison import Comparison, Verdict
from core.validation import FloatArray
from pages.svm_against_softmax.descent import one_step
from pages.ui.export import Table
from pages.ui.kit import comparison_panels as figures
from pages.ui.kit.handles import (
    label_handle,
    moved_example,
    score_handles,
    score_id,
    stage_words,
)
from pages.ui.kit.sweeps import ComparisonSweep, sweep_comparison
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.vocabulary import Panel, Place, Readout, Release, Spot, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.state.state import State
from pages.ui.text import Text

__all__ = ["PANELS", "READOUTS", "comparison_stage", "moved", "result_table", "sweep_of"]

PANELS = ("scores", "probabilities", "gradients", "losses")
READOUTS = {
    "hinge": "hinge",
    "cross_entropy": "cross-entropy",
    "true_probability": "",
    "violation_count": "hinge",
    "hinge_gradient_norm": "hinge",
    "cross_entropy_gradient_norm": "cross-entropy",
}
"""The live numbers, each with the loss that colours it."""


def sweep_of(state: State) -> ComparisonSweep:
    """Everything the stage shows, for every step of every handle."""
    return sweep_comparison(
        state.example.scores,
        state.example.label,
        along=state.focus,
        margin=state.margin,
        variant=state.variant,
    )


def comparison_stage(
    key: str,
    state: State,
    sweep: ComparisonSweep,
    t: Text,
    *,
    panels: Sequence[str] = PANELS,
    readouts: Sequence[str] = tuple(READOUTS),
    has_ghosts: bool = False,
) -> None:
    """Show the stage; a release becomes the new state.

    With ghosts, slim bars show where one step of gradient descent would take the scores.
    """
    ghost_rate = state.rate if has_ghosts else None
    by_score = _places(sweep.by_score, ghost_rate)
    now = _kept(
        {
            **_places(sweep.now, ghost_rate),
            **figures.point_places(sweep.now, state.focus),
            **_curves(sweep, state.focus),
        },
        panels,
    )
    words = _readouts(state, t, readouts)
    every = range(len(state.example.names))
    focuses = [
        _kept({**_curves(sweep, index), **figures.point_places(sweep.now, index)}, panels)
        for index in every
    ]
    stage(
        key,
        panels=[_panel(id, state, sweep, now, words, t, has_ghosts=has_ghosts) for id in panels],
        handles=[
            *score_handles(
                state,
                sweep.axis,
                t,
                sweeps=[_score_sweep(index, sweep, by_score, panels) for index in every],
                focuses=focuses,
            ),
            label_handle(state, t, sweep=_label_sweep(state, sweep, ghost_rate, panels)),
        ],
        readouts=words,
        marks=figures.marks(panels, len(state.example.names)),
        now=now,
        focus=score_id(state.focus),
        on_release=_adopt,
        labels=stage_words(t),
    )


def result_table(state: State, result: Comparison, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    columns = {
        "score": result.scores,
        "target": result.targets,
        "probability": result.probabilities,
        "cross_entropy_gradient": result.cross_entropy_gradient,
        "violation": result.violations,
        "hinge_gradient": result.hinge_gradient,
    }
    return Table(
        columns={
            "class": state.example.names,
            **{name: values.tolist() for name, values in columns.items()},
        },
        headings={name: t(f"data.{name}") for name in ("class", *columns)},
        settings={
            "label": state.example.label,
            "margin": state.margin,
            "variant": state.variant,
            "cross_entropy": float(result.cross_entropy),
            "hinge": float(result.hinge),
        },
    )


def moved(state: State, release: Release) -> State:
    """The state after a release; the same state if the message makes no sense."""
    return moved_example(state, release) or state


def _adopt(release: Release) -> None:
    write_state(moved(read_state()[0], release))


def _places(result: Comparison, ghost_rate: float | None) -> dict[Place, FloatArray]:
    ghosts = None if ghost_rate is None else one_step(result, ghost_rate)
    return figures.comparison_places(result, ghosts)


def _readouts(state: State, t: Text, shown: Sequence[str]) -> list[Readout]:
    names = state.example.names
    numbers = [
        Readout(
            id,
            label=t(f"readout.{id}") if id in shown else None,
            decimals=0 if id == "violation_count" else 4,
            tone=tone,
        )
        for id, tone in READOUTS.items()
    ]
    words = [Readout(id, choices=names) for id in ("true_name", "top_name", "focus_name")]
    keys = [
        f"verdict_one_vs_all.{verdict.name.lower()}"
        if state.variant == "one_vs_all"
        else f"verdict.{verdict.name.lower()}"
        for verdict in Verdict
    ]
    counts = {"classes": len(names), "wrong": len(names) - 1}
    verdicts = tuple(t(key, margin=format_given(state.margin), **counts) for key in keys)
    return [*numbers, *words, Readout("verdict", label="", choices=verdicts)]


def _curves(sweep: ComparisonSweep, along: int) -> dict[Place, FloatArray]:
    """Both losses along one score, and the name of that score."""
    places = figures.curve_places(sweep.by_score, sweep.kinks_by_score)
    return {
        **{place: values[along] for place, values in places.items()},
        "focus_name": np.array(float(along)),
    }


def _kept(places: Mapping[Place, FloatArray], panels: Sequence[str]) -> dict[Place, FloatArray]:
    """Leave out the numbers of panels that are not shown."""
    return {
        place: values
        for place, values in places.items()
        if not isinstance(place, Spot) or place.panel in panels
    }


def _score_sweep(
    index: int,
    sweep: ComparisonSweep,
    by_score: Mapping[Place, FloatArray],
    panels: Sequence[str],
) -> dict[Place, FloatArray]:
    swept = {
        **by_score,
        **figures.point_places(sweep.by_score, index),
    }
    return _kept({place: values[index] for place, values in swept.items()}, panels)


def _label_sweep(
    state: State, sweep: ComparisonSweep, ghost_rate: float | None, panels: Sequence[str]
) -> dict[Place, FloatArray]:
    swept = {
        **_places(sweep.by_label, ghost_rate),
        **figures.point_places(sweep.by_label, state.focus),
        **figures.curve_places(sweep.curves_by_label, sweep.kinks_by_label),
    }
    return _kept(swept, panels)


def _panel(
    id: str,
    state: State,
    sweep: ComparisonSweep,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    t: Text,
    *,
    has_ghosts: bool,
) -> Panel:
    result = sweep.now
    numbers = {
        "scores": [format_given(score) for score in result.scores],
        "probabilities": [format_fixed(float(p), 3) for p in result.probabilities],
        "gradients": [
            f"{format_fixed(float(soft), 3)} / {format_fixed(float(svm), 0)}"
            for soft, svm in zip(result.cross_entropy_gradient, result.hinge_gradient, strict=True)
        ],
    }.get(id, [])
    listing = ", ".join(map(" ".join, zip(state.example.names, numbers, strict=False)))
    return Panel(
        id=id,
        figure=_figure(id, state, sweep, t, has_ghosts=has_ghosts),
        title=t(f"panel.{id}"),
        alt=spoken(readouts, now, t(f"alt.{id}", values=listing)),
        legend=figures.legend(id, lambda name: t(f"legend.{name}"), has_ghosts=has_ghosts),
    )


def _figure(
    id: str, state: State, sweep: ComparisonSweep, t: Text, *, has_ghosts: bool
) -> go.Figure:
    names = state.example.names
    if id == "scores":
        return figures.scores_figure(names, sweep.axis, has_ghosts=has_ghosts)
    if id == "probabilities":
        return figures.probabilities_figure(names)
    if id == "gradients":
        return figures.gradients_figure(names, state.variant)
    return figures.losses_figure(
        sweep.axis,
        sweep.loss_limit,
        lowest=sweep.smallest_loss if state.is_logarithmic else None,
        score_label=t("panel.score_axis"),
    )
