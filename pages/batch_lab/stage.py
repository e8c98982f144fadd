"""The stage of the batch lab: one sample moves, and the whole batch with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.losses.batch import BatchTotals
from core.losses.comparison import Comparison
from core.validation import FloatArray
from pages.batch_lab import panels as figures
from pages.batch_lab.data import View, present_view
from pages.batch_lab.numbers import SampleSweep
from pages.ui.kit.comparison_panels import (
    SCORE_BASES,
    SCORE_HEIGHTS,
    comparison_places,
    scores_figure,
)
from pages.ui.kit.comparison_panels import legend as comparison_legend
from pages.ui.kit.confusion import confusion_figure
from pages.ui.kit.handles import (
    label_handle,
    moved_example,
    score_handles,
    score_id,
    stage_words,
)
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.vocabulary import Panel, Place, Readout, Release, spoken
from pages.ui.state.address import write_state
from pages.ui.text import Text

__all__ = ["PANELS", "READOUTS", "batch_stage"]

PANELS: Final = ("scores", "samples", "shares", "confusion")
READOUTS: Final = {
    "hinge": "hinge",
    "cross_entropy": "cross-entropy",
    "hinge_mean": "hinge",
    "cross_entropy_mean": "cross-entropy",
    "accuracy": "",
    "right": "",
}
"""The live numbers, each with the loss that colours it."""

DECIMALS: Final = {"accuracy": 1, "right": 0}
MOST_SHOWN: Final = 12
"""Samples whose losses are drawn as bars."""


def batch_stage(view: View, sweep: SampleSweep, t: Text) -> None:
    """Show the stage; a release becomes the new current example, in its row of the table."""
    window = _window(view)
    losses = np.stack([view.result.cross_entropy, view.result.hinge])[:, window]
    position = view.index - window.start

    def places(sample: Comparison, totals: BatchTotals) -> dict[Place, FloatArray]:
        shown = comparison_places(sample)
        kept = (SCORE_BASES, SCORE_HEIGHTS, "hinge", "cross_entropy", "true_name", "top_name")
        return {
            **{place: shown[place] for place in kept},
            **figures.places(sample, totals, losses, position),
            "hinge_mean": totals.hinge_mean,
            "cross_entropy_mean": totals.cross_entropy_mean,
            "hinge_sum": totals.hinge_sum,
            "cross_entropy_sum": totals.cross_entropy_sum,
            "accuracy": 100 * totals.accuracy,
            "right": totals.correct.astype(np.float64),
            "verdict": (sample.predictions == sample.labels).astype(np.float64),
        }

    now = places(sweep.sample.now, sweep.now)
    by_score = places(sweep.sample.by_score, sweep.by_score)
    every = range(len(view.batch.names))
    words = _readouts(view, t)
    highest = _round_up(1.5 * max(float(losses.max()), 1.0))
    numbers = tuple(range(window.start + 1, window.stop + 1))
    drawings = {
        "scores": scores_figure(view.batch.names, sweep.sample.axis),
        "samples": figures.samples_figure(numbers, position, highest),
        "shares": figures.gradients_figure(view.batch.names, view.result.variant),
        "confusion": confusion_figure(
            view.batch.names, t("batch_lab.axis.predicted"), t("batch_lab.axis.true")
        ),
    }
    stage(
        "batch_lab",
        panels=[_panel(id, figure, view, sweep, now, words, t) for id, figure in drawings.items()],
        handles=[
            *score_handles(
                view.state,
                sweep.sample.axis,
                t,
                sweeps=[{place: swept[i] for place, swept in by_score.items()} for i in every],
            ),
            label_handle(view.state, t, sweep=places(sweep.sample.by_label, sweep.by_label)),
        ],
        readouts=words,
        marks=figures.marks(len(numbers), len(every), highest),
        now=now,
        focus=score_id(view.state.focus),
        on_release=_adopt,
        labels=stage_words(t),
    )


def _adopt(release: Release) -> None:
    moved = moved_example(present_view().state, release)
    if moved is not None:
        write_state(moved if moved.along is None else replace(moved, along=None))


def _window(view: View) -> slice:
    """The samples beside the one on the stage, and itself."""
    start = MOST_SHOWN * (view.index // MOST_SHOWN)
    return slice(start, min(start + MOST_SHOWN, view.batch.size))


def _round_up(value: float) -> float:
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 1.5, 2, 3, 4, 6, 8, 10) if m * power >= value))


def _readouts(view: View, t: Text) -> list[Readout]:
    words = {"size": f"{view.batch.size:,}", "number": f"{view.index + 1:,}"}
    numbers = [
        Readout(
            id,
            label=t(f"batch_lab.readout.{id}", **words),
            decimals=DECIMALS.get(id, 4),
            tone=tone,
        )
        for id, tone in READOUTS.items()
    ]
    hidden = [Readout(id) for id in ("hinge_sum", "cross_entropy_sum")]
    names = [Readout(id, choices=view.batch.names) for id in ("true_name", "top_name")]
    verdicts = tuple(t(f"batch_lab.verdict.{verdict}", **words) for verdict in ("wrong", "right"))
    return [*numbers, *hidden, *names, Readout("verdict", label="", choices=verdicts)]


def _panel(
    id: str,
    figure: go.Figure,
    view: View,
    sweep: SampleSweep,
    now: Mapping[Place, FloatArray],
    readouts: list[Readout],
    t: Text,
) -> Panel:
    words = {"size": f"{view.batch.size:,}", "number": f"{view.index + 1:,}"}
    word = (
        (lambda name: t(f"legend.{name}"))
        if id == "scores"
        else (lambda name: t(f"batch_lab.legend.{name}", **words))
    )
    legend = comparison_legend(id, word) if id == "scores" else figures.legend(id, word)
    return Panel(
        id=id,
        figure=figure,
        title=t(f"batch_lab.panel.{id}", **words),
        alt=spoken(
            readouts, now, t(f"batch_lab.alt.{id}", values=_listing(id, view, sweep), **words)
        ),
        legend=legend,
    )


def _listing(id: str, view: View, sweep: SampleSweep) -> str:
    """The numbers of a panel in words."""
    names, sample = view.batch.names, sweep.sample.now
    if id == "scores":
        return ", ".join(
            f"{name} {format_given(score)}"
            for name, score in zip(names, sample.scores, strict=True)
        )
    if id == "shares":
        gradients = (sample.cross_entropy_gradient, sample.hinge_gradient)
        shares = [[format_fixed(g / view.batch.size, 3) for g in each] for each in gradients]
        rows = zip(names, *shares, strict=True)
        return ", ".join(f"{name} {soft} / {svm}" for name, soft, svm in rows)
    if id == "confusion":
        rows = zip(names, sweep.now.confusion.tolist(), strict=True)
        return "; ".join(f"{name}: {', '.join(map(str, counts))}" for name, counts in rows)
    return ""
