"""The stage of the batch lab: one sample moves, and the whole batch with it."""

from __future__ import annotations

from dataclasses import replace

from pages.batch_lab import BatchLabState
from pages.batch_lab.data import BatchView, view_of
from pages.batch_lab.numbers import BatchSweeps, sweep_sample
from pages.batch_lab.panels import PANELS
from pages.ui.kit.scores import LABEL, label_handle, moved_example, score_handles, score_id
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["batch_stage", "moved", "sweeps_of"]


def sweeps_of(view: BatchView) -> BatchSweeps:
    """Everything the stage shows, for every step of every handle."""
    return sweep_sample(view.result, view.index)


def batch_stage(view: BatchView, sweeps: BatchSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    example = view.state.example
    return Stage(
        panels=[panel(view, sweeps, t) for panel in PANELS],
        handles=[
            *score_handles(example, sweeps.axis, t, sweeps=sweeps.by),
            label_handle(example, t, sweep=sweeps.by[LABEL]),
        ],
        readouts=_readouts(view, t),
        now=sweeps.now,
        focus=score_id(view.state.focus),
    )


def moved(state: BatchLabState, release: Release) -> BatchLabState:
    """The state after a release, in its row; the same state if the message makes no sense."""
    new = moved_example(view_of(state).state, release)
    return state if new is None else replace(new, along=None)


def _readouts(view: BatchView, t: Text) -> list[Readout]:
    names, words = view.batch.names, view.words

    def label(id: str) -> str:
        return t(f"batch_lab.readout.{id}", **words)

    verdicts = tuple(t(f"batch_lab.verdict.{verdict}", **words) for verdict in ("wrong", "right"))
    return [
        Readout("hinge", lambda r: r.sample.hinge, label("hinge"), tone="hinge"),
        Readout(
            "cross_entropy",
            lambda r: r.sample.cross_entropy,
            label("cross_entropy"),
            tone="cross-entropy",
        ),
        Readout("hinge_mean", lambda r: r.totals.hinge_mean, label("hinge_mean"), tone="hinge"),
        Readout(
            "cross_entropy_mean",
            lambda r: r.totals.cross_entropy_mean,
            label("cross_entropy_mean"),
            tone="cross-entropy",
        ),
        Readout("accuracy", lambda r: 100 * r.totals.accuracy, label("accuracy"), decimals=1),
        Readout("right", lambda r: r.totals.correct, label("right"), decimals=0),
        Readout("hinge_sum", lambda r: r.totals.hinge_sum),
        Readout("cross_entropy_sum", lambda r: r.totals.cross_entropy_sum),
        Readout("true_name", lambda r: r.sample.labels, choices=names),
        Readout("top_name", lambda r: r.sample.predictions, choices=names),
        Readout(
            "verdict",
            lambda r: r.sample.predictions == r.sample.labels,
            label="",
            choices=verdicts,
        ),
    ]
