"""The panels of the lesson on the linear classifier, and which number goes where."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.learning.models import Objective
from core.learning.plane import Box, decision_pixels, weight_arrows, zero_lines
from core.validation import FloatArray
from pages.linear_classifier.run import LinearRun, standings, without_residue
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import (
    CLASS_COLORS,
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
from pages.ui.stage.vocabulary import LegendEntry, Mark, Numbers, Picture, Place, Spot

__all__ = [
    "COLORS",
    "MOST_BARS",
    "MOST_DECADES",
    "MOST_NUMBERED",
    "PANELS",
    "PARAMETERS",
    "RESOLUTION",
    "RUNS",
    "Drawing",
    "cell_place",
    "cell_values",
    "curve_places",
    "legend",
    "losses_figure",
    "marks",
    "pictures",
    "plane_figure",
    "point_places",
    "region_pixels",
    "regions_place",
    "samples_figure",
    "shared_places",
    "step_places",
    "weights_figure",
]

RUNS: Final = ("softmax", "svm")
"""The two runs, each with a panel of the plane and one of its parameters."""

COLORS: Final = {"softmax": CROSS_ENTROPY, "svm": HINGE}
PANELS: Final = (
    *("softmax_plane", "svm_plane", "losses"),
    *("softmax_weights", "svm_weights", "samples"),
)
PARAMETERS: Final = ("w₁", "w₂", "b")
"""What a class has: its column of W and its entry of b."""

RESOLUTION: Final = 60
"""Pixels along each side of a plane."""

LEVELS: Final = 16
MOST_BARS: Final = 60
"""Of more points the losses are drawn as a line."""
MOST_NUMBERED: Final = 20
"""Of more points the numbers are not written."""

MOST_DECADES: Final = 6
"""Of a logarithmic axis of losses that are marked."""

CELL: Final = (0.94, 0.88)
GRADIENT_COLUMN: Final = 3.2
"""Where the columns of the gradient begin, in cells."""
HEAD: Final = 0.075
"""Length of an arrow's head in halves of a side, but at most half of the arrow."""
BARB: Final = np.array([[0.9, 0.42], [-0.42, 0.9]])
"""Half an arrowhead: a turn by 25 degrees."""

CURSOR: Final = Spot("losses", 0, "x")
NOW_STEPS, NOW_LOSSES = "now_steps", "now_losses"
NUMBERS: Final = "point_numbers"


@dataclass(frozen=True)
class Drawing:
    """What holds still while a timeline is scrubbed: the box, and how long arrows are."""

    box: Box
    scale: float


def _plane(run: str) -> str:
    return f"{run}_plane"


def regions_place(run: str) -> str:
    """The pixels of a run's decision regions."""
    return f"{run}_regions"


def step_places(run: str, numbers: LinearRun, drawing: Drawing) -> dict[Place, Numbers]:
    """What changes from step to step of one run but for its pixels, by the place that shows it."""
    lines = zero_lines(numbers.weights, numbers.bias, drawing.box)
    arrows = weight_arrows(numbers.weights, lines, drawing.scale)
    paths = _paths(lines, arrows, drawing.box)
    places: dict[Place, Numbers] = {
        f"{run}_cells": cell_values(numbers.weights, numbers.bias),
        f"{run}_gradients": cell_values(
            without_residue(numbers.weight_gradient, numbers.weight_terms),
            without_residue(numbers.bias_gradient, numbers.bias_terms),
        ),
        f"{run}_data": numbers.data_loss,
        f"{run}_penalty": numbers.penalty,
        f"{run}_total": numbers.total,
        f"{run}_accuracy": 100.0 * numbers.accuracy,
    }
    for index in range(numbers.bias.shape[1]):
        for axis, name in enumerate("xy"):
            places[Spot(_plane(run), 1 + index, name)] = paths[:, index, :, axis]
    return places


def region_pixels(run: str, numbers: LinearRun, objective: Objective, box: Box) -> Numbers:
    """The decision regions at every step: softmax by its probability, the SVM by its lead."""
    return decision_pixels(
        {"W1": numbers.weights, "b1": numbers.bias},
        box,
        RESOLUTION,
        levels=LEVELS,
        certainty="probability" if run == "softmax" else "margin",
        margin=objective.margin,
    )


def shared_places(
    softmax: LinearRun, svm: LinearRun, steps: FloatArray, highest: float
) -> dict[Place, Numbers]:
    """What changes from step to step and belongs to both runs; ``steps`` are their numbers.

    Bars that are higher than ``highest`` leave their panel.
    """
    own = tuple(np.minimum(losses, 2.0 * highest) for losses in (softmax.cross_entropy, svm.hinge))
    places: dict[Place, Numbers] = {
        CURSOR: np.stack([steps, steps], axis=1),
        NOW_STEPS: np.stack([steps, steps], axis=1),
        NOW_LOSSES: np.stack([softmax.total, svm.total], axis=1),
        "standing": standings(softmax, svm).astype(np.float64),
        "shown_step": steps,
    }
    if own[0].shape[1] <= MOST_BARS:
        places[Spot("samples", 0, "y")] = np.concatenate(own, axis=1)
    else:
        for index, losses in enumerate(own):
            places[Spot("samples", index, "y")] = losses
    return places


def curve_places(
    run: str,
    steps: FloatArray,
    data_loss: FloatArray,
    total: FloatArray,
    limits: tuple[float, float],
) -> dict[Place, Numbers]:
    """A run as a whole: its total and its data loss over the steps.

    Where they are beyond the limits they leave their panel.
    """
    low, high = limits
    data_loss, total = (np.clip(losses, 0.1 * low, 2.0 * high) for losses in (data_loss, total))
    first = 1 + 2 * RUNS.index(run)
    return {
        Spot("losses", first, "x"): steps,
        Spot("losses", first, "y"): total,
        Spot("losses", first + 1, "x"): steps,
        Spot("losses", first + 1, "y"): data_loss,
    }


def point_places(points: FloatArray) -> dict[Place, Numbers]:
    """The points in both planes, and their numbers."""
    places: dict[Place, Numbers] = {
        Spot(_plane(run), 0, name): points[:, axis]
        for run in RUNS
        for axis, name in enumerate("xy")
    }
    if len(points) <= MOST_NUMBERED:
        places[NUMBERS] = np.arange(1.0, len(points) + 1)
    return places


def cell_values(weights: FloatArray, bias: FloatArray) -> FloatArray:
    """The numbers of the cells, a class a row: (steps, 3 * classes)."""
    rows = np.concatenate([np.swapaxes(weights, 1, 2), bias[:, :, None]], axis=2)
    return rows.reshape(len(rows), -1)


def cell_place(index: int) -> tuple[float, float]:
    """Where the cell of a parameter is: entry ``index`` of `cell_values`."""
    row, column = divmod(index, len(PARAMETERS))
    return float(column), float(row)


def pictures(classes: int, box: Box) -> list[Picture]:
    """The decision regions of both runs."""
    shape = (RESOLUTION, RESOLUTION)
    return [
        Picture(regions_place(run), _plane(run), shape, box.extent, region_palette(classes, LEVELS))
        for run in RUNS
    ]


def marks(
    runs: Sequence[LinearRun], shades: dict[str, tuple[float, float]], samples: int
) -> list[Mark]:
    """The numbers of the parameters and of their gradients, of the points, and the present losses.

    ``shades`` tells of each run how large a parameter, and a gradient, has the strongest colour.
    """
    drawn = [
        Mark("losses", "dot", NOW_STEPS, NOW_LOSSES, colors=tuple(COLORS.values())),
    ]
    for run, numbers in zip(RUNS, runs, strict=True):
        places = [cell_place(index) for index in range(len(PARAMETERS) * numbers.bias.shape[1])]
        rows = tuple(y for _, y in places)
        for kind, start, strongest in (
            ("cells", 0.0, shades[run][0]),
            ("gradients", GRADIENT_COLUMN, shades[run][1]),
        ):
            drawn.append(
                Mark(
                    f"{run}_weights",
                    "cell",
                    tuple(start + x for x, _ in places),
                    rows,
                    numbers=f"{run}_{kind}",
                    digits=3,
                    levels=tuple((strongest * np.arange(1, 9) / 8).tolist()),
                    colors=(POSITIVE, NEGATIVE),
                    size=CELL,
                )
            )
        if samples <= MOST_NUMBERED:
            drawn.append(
                Mark(
                    _plane(run),
                    "text",
                    Spot(_plane(run), 0, "x"),
                    Spot(_plane(run), 0, "y"),
                    numbers=NUMBERS,
                    decimals=(0,),
                )
            )
    return drawn


def _paths(lines: FloatArray, arrows: FloatArray, box: Box) -> FloatArray:
    """Each zero-score line and its arrow as one broken path, (steps, classes, points, 2)."""
    tail, tip = arrows[..., 0, :], arrows[..., 1, :]
    length = np.hypot(*np.moveaxis(tip - tail, -1, 0))
    head = np.minimum(HEAD * box.half, 0.5 * length)
    back = (tail - tip) * (head / np.where(length == 0.0, 1.0, length))[..., None]
    left, right = tip + back @ BARB, tip + back @ BARB.T
    gap = np.full_like(tip, np.nan)
    path = np.stack([lines[..., 0, :], lines[..., 1, :], gap, tail, tip, left, tip, right], axis=-2)
    # Where there is no line it is parked outside: a trace without points would be drawn anew.
    away = np.array(box.center) - 10.0 * box.half
    path = np.where(np.isnan(path), away, path)
    path[..., 2, :] = np.nan
    return path


@lru_cache(FIGURES_KEPT)
def plane_figure(labels: tuple[int, ...], classes: int, box: Box) -> go.Figure:
    """Points in the colours of their classes, and a line with an arrow for each class."""
    figure = base_figure()
    size = 17 if len(labels) <= MOST_NUMBERED else 11 if len(labels) <= MOST_BARS else 7
    figure.add_scatter(
        mode="markers",
        marker={
            "size": size,
            "color": [CLASS_COLORS[label] for label in labels],
            "line": {"color": INK, "width": 1.5 if len(labels) <= MOST_BARS else 0.8},
        },
    )
    for color in CLASS_COLORS[:classes]:
        figure.add_scatter(mode="lines", line={"color": color, "width": 3.5})
    left, right, bottom, top = box.extent
    figure.update_xaxes(range=[left, right], showgrid=False, nticks=6)
    figure.update_yaxes(range=[bottom, top], showgrid=False, nticks=6)
    figure.update_layout(margin={"l": 40, "r": 8, "t": 14, "b": 34})
    return figure


@lru_cache(FIGURES_KEPT)
def losses_figure(last: float, limits: tuple[float, float], label: str) -> go.Figure:
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
def weights_figure(names: tuple[str, ...]) -> go.Figure:
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
def samples_figure(samples: int, highest: float, label: str) -> go.Figure:
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


def legend(
    panel: str, names: Sequence[str], word: Callable[[str], str], *, is_cut: bool, is_editable: bool
) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each.

    ``is_cut`` tells that the losses leave their panel, ``is_editable`` that points can be moved.
    """
    if panel.endswith("_plane"):
        classes = (
            LegendEntry(name, color) for name, color in zip(names, CLASS_COLORS, strict=False)
        )
        # A line each: what holds for both planes is told beside one of them.
        told = ("arrow", "hint") if is_editable and panel == _plane("svm") else ("arrow", "regions")
        return (*classes, *(LegendEntry(word(key), MUTED, "none") for key in told))
    if panel.endswith("_weights"):
        return (LegendEntry(word("gradient"), MUTED, "none"),)
    both: tuple[LegendEntry, ...] = (
        LegendEntry(word("softmax"), CROSS_ENTROPY, "line" if panel == "losses" else "fill"),
        LegendEntry(word("svm"), HINGE, "line" if panel == "losses" else "fill"),
    )
    if panel != "losses":
        return both
    both = (*both, LegendEntry(word("dotted"), MUTED, "none"))
    return (*both, LegendEntry(word("cut"), MUTED, "none")) if is_cut else both
