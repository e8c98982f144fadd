"""The panels of the lesson on the linear classifier."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.learning.datasets import Dataset
from core.validation import FloatArray
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.pair import Pair, Seen
from pages.linear_classifier.paths import bordered_path, scored_paths
from pages.linear_classifier.run import LinearRun, without_residue
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CLASS_SYMBOLS,
    CROSS_ENTROPY,
    HINGE,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    base_figure,
    plain,
    region_palette,
)
from pages.ui.learning.plane import Box, class_borders, decision_pixels, weight_arrows, zero_lines
from pages.ui.learning.setups import is_editable
from pages.ui.stage.channels import Channel, Numbers
from pages.ui.stage.marks import Cell, Dot, Note
from pages.ui.stage.panels import LegendEntry, Panel, Picture, Shape
from pages.ui.stage.sweeps import rows_of
from pages.ui.text import Text

__all__ = [
    "CELLS",
    "COLORS",
    "PARAMETERS",
    "RUNS",
    "PairNumbers",
    "PairView",
    "cell_place",
    "entries",
    "panels",
    "point_x",
    "point_y",
]

RUNS: Final = ("softmax", "svm")
"""The two runs, each with a panel of the plane and one of its parameters."""

COLORS: Final = {"softmax": CROSS_ENTROPY, "svm": HINGE}
PARAMETERS: Final = ("w₁", "w₂", "b")
"""What a class has: its column of W and its entry of b."""

RESOLUTION: Final = 60
"""Pixels along each side of a plane."""
LEVELS: Final = 16
PLANE_HEIGHT: Final = 1.12

MOST_BARS: Final = 60
"""Of more points the losses are drawn as a line."""
MOST_NUMBERED: Final = 20
"""Of more points the numbers are not written."""
MOST_DECADES: Final = 6
"""Of a logarithmic axis of losses that are marked."""

CELL: Final = (0.94, 0.88)
GRADIENT_COLUMN: Final = 3.2
"""Where the columns of the gradient begin, in cells."""


@dataclass(frozen=True, eq=False)
class PairNumbers:
    """Both runs at some of their steps, (steps, ...); points and curves only where they change."""

    steps: FloatArray
    softmax: LinearRun
    svm: LinearRun
    points: FloatArray | None = None
    seen: Seen | None = None

    def run(self, name: str) -> LinearRun:
        """One of the runs."""
        found: LinearRun = getattr(self, name)
        return found


@dataclass(frozen=True, eq=False)
class PairView:
    """What is shown, in the ranges, scales and colours of the runs before a drag began.

    ``shades`` tells of each run how large a parameter, and a gradient, has the strongest colour.
    """

    state: LinearClassifierState
    pair: Pair
    seen: Seen
    box: Box
    scale: float
    shades: dict[str, tuple[float, float]]
    limits: tuple[float, float]
    highest_sample: float
    is_cut: bool

    @property
    def row(self) -> int:
        """Which of the steps is shown."""
        return self.seen.row(self.state)

    @property
    def now(self) -> PairNumbers:
        """What is shown at that step."""
        return replace(
            self.at(slice(self.row, self.row + 1)), points=self.pair.data.points, seen=self.seen
        )

    def at(self, rows: slice) -> PairNumbers:
        """What is shown at some of the steps."""
        count = rows.stop - rows.start
        softmax, svm = (rows_of(run, rows, (count,)) for run in self.seen.runs)
        return PairNumbers(self.seen.steps[rows].astype(np.float64), softmax, svm)


def point_x(result: PairNumbers) -> FloatArray | None:
    """The first coordinate of every point."""
    return None if result.points is None else result.points[:, 0]


def point_y(result: PairNumbers) -> FloatArray | None:
    """The second coordinate of every point."""
    return None if result.points is None else result.points[:, 1]


def entries(weights: FloatArray, bias: FloatArray) -> FloatArray:
    """The numbers of the cells, a class a row: (steps, 3 * classes)."""
    rows = np.concatenate([np.swapaxes(weights, 1, 2), bias[:, :, None]], axis=2)
    return rows.reshape(len(rows), -1)


def _cells(name: str, result: PairNumbers) -> FloatArray:
    run = result.run(name)
    return entries(run.weights, run.bias)


def _gradients(name: str, result: PairNumbers) -> FloatArray:
    run = result.run(name)
    return entries(
        without_residue(run.weight_gradient, run.weight_terms),
        without_residue(run.bias_gradient, run.bias_terms),
    )


CELLS: Final[dict[str, Channel]] = {name: partial(_cells, name) for name in RUNS}
"""The channels of the parameters of both runs."""


def cell_place(index: int) -> tuple[float, float]:
    """Where the cell of a parameter is: entry ``index`` of `entries`."""
    row, column = divmod(index, len(PARAMETERS))
    return float(column), float(row)


def panels(view: PairView, before: PairView, t: Text) -> list[Panel]:
    """Make all panels; the ranges are those of the view before a drag."""
    return [
        *(_plane(name, view, before, t) for name in RUNS),
        _losses(before, t),
        *(_weights(name, view, before, t) for name in RUNS),
        _samples(view, before, t),
    ]


def _regions(name: str, view: PairView, box: Box, result: PairNumbers) -> Numbers:
    """Softmax by its probability, the SVM by its lead; all steps once, whoever looks at them."""
    run = result.run(name)

    def painted() -> Numbers:
        return decision_pixels(
            {"W1": run.weights, "b1": run.bias},
            box,
            RESOLUTION,
            levels=LEVELS,
            certainty="probability" if name == "softmax" else "margin",
            margin=view.pair.runs[0].setup.objective.margin,
        )

    if len(result.steps) < max(2, len(view.seen.steps)):
        return painted()
    return view.pair.once(("regions", name, box), painted)


def _plane(name: str, view: PairView, before: PairView, t: Text) -> Panel:
    """Points in the colours of their classes, regions, and a line with an arrow for each class."""
    data, box = view.pair.data, before.box
    numbers = tuple(np.arange(1.0, data.size + 1))
    return Panel(
        id=f"{name}_plane",
        figure=_plane_figure(tuple(data.labels.tolist()), data.classes, box),
        show={
            (0, "x"): point_x,
            (0, "y"): point_y,
            **_lines(name, before, data.classes),
        },
        marks=(Note(point_x, point_y, numbers=numbers, decimals=(0,)),)
        if data.size <= MOST_NUMBERED
        else (),
        pictures=(
            Picture(
                pixels=partial(_regions, name, view, box),
                shape=(RESOLUTION, RESOLUTION),
                extent=box.extent,
                palette=region_palette(data.classes, LEVELS),
            ),
        ),
        title=t(f"linear_classifier.panel.{name}_plane"),
        alt=t(f"linear_classifier.alt.{name}_plane", points=data.size),
        legend=_plane_legend(name, data, before.scale, t),
        height=PLANE_HEIGHT,
        ratio=1.0,
        takes_points=is_editable(data),
    )


def _lines(name: str, before: PairView, classes: int) -> dict[tuple[int, str], Channel]:
    """Where the traces of a plane are that are lines: one a class, then all borders."""
    box = before.box

    @lru_cache(2)
    def paths(result: PairNumbers) -> FloatArray:
        run = result.run(name)
        lines = zero_lines(run.weights, run.bias, box)
        return scored_paths(lines, weight_arrows(run.weights, lines, before.scale), box)

    def path(index: int, axis: int, result: PairNumbers) -> FloatArray:
        return paths(result)[:, index, :, axis]

    def border(axis: int, result: PairNumbers) -> FloatArray:
        run = result.run(name)
        return bordered_path(class_borders(run.weights, run.bias, box), box)[..., axis]

    return {
        (1 + index, letter): partial(path, index, axis)
        if index < classes
        else partial(border, axis)
        for index in range(classes + 1)
        for axis, letter in enumerate("xy")
    }


def _plane_legend(name: str, data: Dataset, scale: float, t: Text) -> tuple[LegendEntry, ...]:
    # A line each: what holds for both planes is told beside one of them.
    told = ("arrow", "hint") if is_editable(data) and name == "svm" else ("arrow", "regions")
    words = [t(f"linear_classifier.legend.{word}", scale=f"{scale:g}") for word in told]
    return (
        *(
            LegendEntry(*entry)
            for entry in zip(data.names, CLASS_COLORS, CLASS_SYMBOLS, strict=False)
        ),
        *(LegendEntry(word, MUTED, "none") for word in words),
    )


def _losses(before: PairView, t: Text) -> Panel:
    """Total and data loss of both runs over the steps, and a line at the present step."""
    low, high = before.limits

    def curve(index: int, kind: str, result: PairNumbers) -> FloatArray | None:
        if result.seen is None:
            return None
        length = result.seen.lengths[index]
        if kind == "steps":
            return result.seen.steps[:length].astype(np.float64)
        # Where they are beyond the limits they leave their panel.
        losses: FloatArray = getattr(result.seen.runs[index], kind)[:length]
        return np.clip(losses, 0.1 * low, 2.0 * high)

    def steps(result: PairNumbers) -> FloatArray:
        return np.stack([result.steps, result.steps], axis=1)

    def totals(result: PairNumbers) -> FloatArray:
        return np.stack([result.softmax.total, result.svm.total], axis=1)

    last = max(float(before.seen.steps[-1]), 10.0)
    return Panel(
        id="losses",
        over_steps=True,
        figure=_losses_figure(last, before.limits, t("linear_classifier.axis.step")),
        show={
            (0, "x"): steps,
            **{
                (1 + 2 * index + kind, axis): partial(curve, index, source)
                for index in range(len(RUNS))
                for kind, loss in enumerate(("total", "data_loss"))
                for axis, source in (("x", "steps"), ("y", loss))
            },
        },
        marks=(Dot(steps, totals, colors=tuple(COLORS.values())),),
        title=t("linear_classifier.panel.losses"),
        alt=t("linear_classifier.alt.losses"),
        legend=(
            *_both("line", t),
            LegendEntry(t("linear_classifier.legend.dotted"), MUTED, "none"),
            *(
                [LegendEntry(t("linear_classifier.legend.cut"), MUTED, "none")]
                if before.is_cut
                else []
            ),
        ),
        height=PLANE_HEIGHT,
    )


def _weights(name: str, view: PairView, before: PairView, t: Text) -> Panel:
    """The cells of W, b and of their gradients: a class a row."""
    data = view.pair.data
    places = [cell_place(index) for index in range(len(PARAMETERS) * data.classes)]
    columns, rows = (tuple(axis) for axis in zip(*places, strict=True))

    def cells(numbers: Channel, start: float, strongest: float, digits: int) -> Cell:
        return Cell(
            tuple(start + column for column in columns),
            rows,
            numbers=numbers,
            digits=digits,
            levels=tuple((strongest * np.arange(1, 9) / 8).tolist()),
            colors=(POSITIVE, NEGATIVE),
            size=CELL,
        )

    parameter, slope = before.shades[name]
    return Panel(
        id=f"{name}_weights",
        figure=_weights_figure(data.names),
        marks=(
            cells(CELLS[name], 0.0, parameter, digits=3),
            cells(partial(_gradients, name), GRADIENT_COLUMN, slope, digits=2),
        ),
        title=t(f"linear_classifier.panel.{name}_weights"),
        alt=t(f"linear_classifier.alt.{name}_weights"),
        legend=(LegendEntry(t("linear_classifier.legend.gradient"), MUTED, "none"),),
        height=0.3 + 0.12 * max(3, data.classes),
    )


def _samples(view: PairView, before: PairView, t: Text) -> Panel:
    """The loss of each point in both runs: two bars a point, or two lines of many points."""
    data, highest = view.pair.data, before.highest_sample

    def soft(result: PairNumbers) -> FloatArray:
        # Bars that are higher leave their panel.
        return np.minimum(result.softmax.cross_entropy, 2.0 * highest)

    def svm(result: PairNumbers) -> FloatArray:
        return np.minimum(result.svm.hinge, 2.0 * highest)

    def both(result: PairNumbers) -> FloatArray:
        return np.concatenate([soft(result), svm(result)], axis=1)

    label = t("linear_classifier.axis.point")
    return Panel(
        id="samples",
        figure=_samples_figure(data.size, highest, label),
        show={(0, "y"): both} if data.size <= MOST_BARS else {(0, "y"): soft, (1, "y"): svm},
        title=t("linear_classifier.panel.samples"),
        alt=t("linear_classifier.alt.samples", points=data.size),
        legend=_both("fill", t),
        height=0.3 + 0.12 * max(3, data.classes),
    )


def _both(shape: Shape, t: Text) -> tuple[LegendEntry, ...]:
    return tuple(
        LegendEntry(t(f"linear_classifier.legend.{name}"), color, shape)
        for name, color in COLORS.items()
    )


@lru_cache(FIGURES_KEPT)
def _plane_figure(labels: tuple[int, ...], classes: int, box: Box) -> go.Figure:
    """Points, a thin line with an arrow for each class, and the borders between the classes."""
    figure = base_figure()
    size = 17 if len(labels) <= MOST_NUMBERED else 11 if len(labels) <= MOST_BARS else 7
    figure.add_scatter(
        mode="markers",
        marker={
            "size": size,
            "color": [CLASS_COLORS[label] for label in labels],
            "symbol": [CLASS_SYMBOLS[label] for label in labels],
            "line": {"color": INK, "width": 1.5 if len(labels) <= MOST_BARS else 0.8},
        },
    )
    for color in CLASS_COLORS[:classes]:
        figure.add_scatter(mode="lines", line={"color": color, "width": 1.5})
    figure.add_scatter(mode="lines", line={"color": INK, "width": 3.5})
    left, right, bottom, top = box.extent
    figure.update_xaxes(range=[left, right], showgrid=False, nticks=6)
    figure.update_yaxes(range=[bottom, top], showgrid=False, nticks=6)
    figure.update_layout(margin={"l": 40, "r": 8, "t": 14, "b": 34})
    return figure


@lru_cache(FIGURES_KEPT)
def _losses_figure(last: float, limits: tuple[float, float], label: str) -> go.Figure:
    """Total and data loss of both runs over the steps, and a line at the present step.

    The axis is linear from 0 on, and logarithmic from another lower limit on.
    """
    low, high = limits
    figure = base_figure()
    figure.add_scatter(y=[0.1 * low, 2.0 * high], mode="lines", line={"color": INK, "width": 2})
    for run in RUNS:
        for dash in ("solid", "dot"):
            figure.add_scatter(mode="lines", line={"color": COLORS[run], "width": 3, "dash": dash})
    figure.update_xaxes(range=[-0.02 * last, 1.03 * last], title_text=plain(label))
    if low:
        ends = np.log10([low, 1.2 * high])
        decades = max(1, math.ceil((ends[1] - ends[0]) / MOST_DECADES))
        figure.update_yaxes(
            type="log", range=ends.tolist(), exponentformat="power", dtick=decades, tick0=0
        )
    else:
        figure.update_yaxes(range=[-0.03 * high, 1.05 * high])
    figure.update_layout(margin_b=46)
    return figure


@lru_cache(FIGURES_KEPT)
def _weights_figure(names: tuple[str, ...]) -> go.Figure:
    """Room for the cells of W, b and of their gradients: a class a row."""
    figure = base_figure()
    columns = len(PARAMETERS)
    figure.update_xaxes(
        range=[-0.52, GRADIENT_COLUMN + columns - 0.48],
        tickvals=[*range(columns), *(GRADIENT_COLUMN + column for column in range(columns))],
        ticktext=[*PARAMETERS, *(f"∂{name}" for name in PARAMETERS)],
        side="top",
    )
    short = [name if len(name) <= 8 else f"{name[:7]}…" for name in names]
    figure.update_yaxes(
        range=[len(names) - 0.5, -0.5],
        tickvals=list(range(len(names))),
        ticktext=[
            f'<span style="color:{color}">●</span> {plain(name)}'
            for name, color in zip(short, CLASS_COLORS, strict=False)
        ],
    )
    figure.update_xaxes(showgrid=False, zeroline=False, showline=False, ticks="")
    figure.update_yaxes(showgrid=False, zeroline=False, showline=False, ticks="")
    room = 28 + 8 * max(map(len, short))
    figure.update_layout(margin={"l": room, "r": 6, "t": 28, "b": 8})
    return figure


@lru_cache(FIGURES_KEPT)
def _samples_figure(samples: int, highest: float, label: str) -> go.Figure:
    """The loss of each point in both runs: two bars a point, or two lines of many points."""
    figure = base_figure()
    places = np.arange(1.0, samples + 1)
    if samples <= MOST_BARS:
        figure.add_bar(
            x=[*(places - 0.2), *(places + 0.2)],
            width=0.4,
            marker={"color": [*[CROSS_ENTROPY] * samples, *[HINGE] * samples]},
        )
        figure.update_layout(barmode="overlay")
    else:
        for run in RUNS:
            figure.add_scatter(
                x=places.tolist(), mode="lines", line={"color": COLORS[run], "width": 1.5}
            )
    figure.update_xaxes(range=[0.4, samples + 0.6], title_text=plain(label), showgrid=False)
    if samples <= MOST_NUMBERED:
        figure.update_xaxes(tickvals=places.tolist(), ticktext=[f"{n:.0f}" for n in places])
    figure.update_yaxes(range=[0.0, 1.05 * highest], nticks=5)
    figure.update_layout(margin_b=46)
    return figure
