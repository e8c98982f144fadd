"""The panels of Follow the gradient, and which number of a run goes where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.svm_against_softmax.descent import Descent
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    HINGE,
    INK,
    MUTED,
    base_figure,
    class_axis,
    plain,
)
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "PANELS",
    "bars_figure",
    "curve_places",
    "legend",
    "loss_range",
    "losses_figure",
    "marks",
    "paths_figure",
    "score_range",
    "step_places",
]

PANELS = ("run_svm", "run_softmax", "run_losses", "run_scores")

SVM_BARS, SOFTMAX_BARS = Spot("run_svm", 0, "y"), Spot("run_softmax", 0, "y")
SVM_BASES = Spot("run_svm", 0, "base")
SVM_LABELS, SOFTMAX_LABELS = "run_svm_labels", "run_softmax_labels"
CROSS_ENTROPY_CURVE, HINGE_CURVE = Spot("run_losses", 0, "y"), Spot("run_losses", 1, "y")
POINT_STEPS, POINT_LOSSES = "run_point_steps", "run_point_losses"
CURSOR = Spot("run_scores", 0, "x")

FIGURES_KEPT = 64
"""A figure without its numbers serves every run with the same names and axes."""

BELOW_SCORES = -1e7
"""Below any range of a panel: there waits a margin line that is not to be seen."""


def step_places(run: Descent, steps: int) -> dict[Place, FloatArray]:
    """What changes from step to step, shape (steps + 1, n), by the place that shows it."""
    svm, softmax = run.svm, run.softmax
    rows = slice(0, steps + 1)
    step = np.arange(steps + 1.0)
    starts = np.broadcast_to(svm.scores[0], svm.scores[rows].shape)
    zeros = np.zeros_like(starts)
    thresholds = np.where(np.isnan(svm.thresholds), BELOW_SCORES, svm.thresholds)[rows]
    return {
        SVM_BASES: np.concatenate([zeros, zeros, thresholds], axis=1),
        SVM_BARS: np.concatenate([starts, svm.scores[rows], zeros], axis=1),
        SOFTMAX_BARS: np.concatenate([starts, softmax.scores[rows]], axis=1),
        SVM_LABELS: svm.scores[rows],
        SOFTMAX_LABELS: softmax.scores[rows],
        POINT_STEPS: np.stack([step, step], axis=1),
        POINT_LOSSES: np.stack([softmax.cross_entropy[rows], svm.hinge[rows]], axis=1),
        CURSOR: np.stack([step, step], axis=1),
        "run_step": step,
        "run_verdict": run.phases[rows].astype(np.float64),
        "run_hinge": svm.hinge[rows],
        "run_cross_entropy": softmax.cross_entropy[rows],
        "run_hinge_gradient_norm": svm.hinge_gradient_norm[rows],
        "run_cross_entropy_gradient_norm": softmax.cross_entropy_gradient_norm[rows],
    }


def curve_places(run: Descent, steps: int) -> dict[Place, FloatArray]:
    """What a run looks like as a whole: both losses and all scores over the steps."""
    rows = slice(0, steps + 1)
    places: dict[Place, FloatArray] = {
        CROSS_ENTROPY_CURVE: run.softmax.cross_entropy[rows],
        HINGE_CURVE: run.svm.hinge[rows],
    }
    for index in range(run.svm.scores.shape[1]):
        places[Spot("run_scores", 1 + 2 * index, "y")] = run.softmax.scores[rows, index]
        places[Spot("run_scores", 2 + 2 * index, "y")] = run.svm.scores[rows, index]
    return places


def marks(classes: int) -> list[Mark]:
    """The scores at the bars, and the present points of both losses."""
    places = tuple(np.arange(classes, dtype=np.float64))
    return [
        Mark("run_svm", "label", places, SVM_LABELS, decimals=(2,)),
        Mark("run_softmax", "label", places, SOFTMAX_LABELS, decimals=(2,)),
        Mark("run_losses", "dot", POINT_STEPS, POINT_LOSSES, colors=(CROSS_ENTROPY, HINGE)),
    ]


def score_range(run: Descent, steps: int) -> tuple[float, float]:
    """Round limits with room for every score of both runs, and for the numbers at the bars."""
    both = np.stack([run.svm.scores[: steps + 1], run.softmax.scores[: steps + 1]])
    low, high = min(0.0, float(both.min())), max(0.0, float(both.max()))
    room = 0.2 * max(high - low, 1e-6)
    unit = 10.0 ** np.floor(np.log10(high - low + room)) / 5
    return float(unit * np.floor((low - room) / unit)), float(unit * np.ceil((high + room) / unit))


def loss_range(run: Descent, steps: int) -> tuple[float, float]:
    """A power of ten, at least 1e-12, below every cross-entropy, and a round number above all."""
    soft = run.softmax.cross_entropy[: steps + 1]
    highest = max(float(soft.max()), float(run.svm.hinge.max()), 1e-6)
    unit = 10.0 ** np.floor(np.log10(highest)) / 2
    lowest = 10.0 ** np.floor(np.log10(max(float(soft.min()), 1e-12)))
    return float(min(lowest, highest / 10)), float(unit * np.ceil(highest / unit))


@lru_cache(FIGURES_KEPT)
def bars_figure(
    names: tuple[str, ...], limits: tuple[float, float], *, has_thresholds: bool
) -> go.Figure:
    """Bars of scores inside hollow bars of the scores at the start; for the SVM its margin line."""
    classes = len(names)
    lines = classes if has_thresholds else 0
    blank = "rgba(0,0,0,0)"
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * (3 if has_thresholds else 2),
        width=[0.86] * classes + [0.62] * classes + [1.0] * lines,
        marker={
            "color": [*[blank] * classes, *CLASS_COLORS[:classes], *[HINGE] * lines],
            "line": {
                "color": [MUTED] * 2 * classes + [HINGE] * lines,
                "width": [1.5] * classes + [0] * classes + [3] * lines,
            },
        },
    )
    class_axis(figure, names)
    figure.update_yaxes(range=list(limits))
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def losses_figure(
    steps: int,
    limits: tuple[float, float],
    stop: int | None,
    *,
    is_logarithmic: bool,
    step_label: str,
    stop_label: str,
) -> go.Figure:
    """Cross-entropy of the softmax run and hinge loss of the SVM run over the steps."""
    lowest, highest = limits
    figure = base_figure()
    for color in (CROSS_ENTROPY, HINGE):
        figure.add_scatter(x0=0, dx=1, mode="lines", line={"color": color, "width": 3})
    _steps_axis(figure, steps, step_label)
    _mark_stop(figure, stop, stop_label)
    figure.update_yaxes(range=[-0.05 * highest, 1.06 * highest], fixedrange=False)
    if is_logarithmic:
        ends = np.log10([lowest, 2 * highest]).tolist()
        decades = max(1, round((ends[1] - ends[0]) / 5))
        figure.update_yaxes(type="log", range=ends, exponentformat="power", dtick=decades)
    figure.update_layout(uirevision=f"{steps} {limits} {is_logarithmic}")
    return figure


@lru_cache(FIGURES_KEPT)
def paths_figure(
    classes: int,
    steps: int,
    limits: tuple[float, float],
    stop: int | None,
    *,
    step_label: str,
) -> go.Figure:
    """All scores over the steps, in class colours: softmax drawn through, the SVM dotted."""
    figure = base_figure()
    figure.add_scatter(y=list(limits), mode="lines", line={"color": INK, "width": 2})
    for color in CLASS_COLORS[:classes]:
        figure.add_scatter(x0=0, dx=1, mode="lines", line={"color": color, "width": 3})
        figure.add_scatter(
            x0=0, dx=1, mode="lines", line={"color": color, "width": 3, "dash": "dot"}
        )
    _steps_axis(figure, steps, step_label)
    _mark_stop(figure, stop)
    figure.update_yaxes(range=list(limits), fixedrange=False)
    figure.update_layout(uirevision=f"{steps} {limits}")
    return figure


def _steps_axis(figure: go.Figure, steps: int, label: str) -> None:
    figure.update_xaxes(range=[0, 1.02 * steps], title_text=label, fixedrange=False)
    figure.update_layout(dragmode="zoom", margin_b=46)


def _mark_stop(figure: go.Figure, stop: int | None, label: str = "") -> None:
    """Draw a line where the SVM stops, with a word beside it."""
    if stop is None:
        return
    figure.add_vline(stop, line={"color": HINGE, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=stop,
        y=1,
        yref="paper",
        text=plain(label),
        showarrow=False,
        xanchor="left",
        yanchor="top",
        xshift=5,
        font={"color": HINGE},
    )


def legend(panel: str, names: Sequence[str], word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    if panel in ("run_svm", "run_softmax"):
        start = LegendEntry(word("start"), MUTED, "outline")
        return (start, LegendEntry(word("threshold"), HINGE, "line"))[: 2 - (panel != "run_svm")]
    if panel == "run_losses":
        return (
            LegendEntry(word("softmax_loss"), CROSS_ENTROPY, "line"),
            LegendEntry(word("svm_loss"), HINGE, "line"),
        )
    classes = (
        LegendEntry(name, color, "line") for name, color in zip(names, CLASS_COLORS, strict=False)
    )
    return (LegendEntry(word("runs"), MUTED, "none"), *classes)
