"""The panels of the score function of four pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.validation import FloatArray
from pages.score_function import CLASSES, PIXELS, ScoreFunctionState
from pages.score_function.numbers import ScoreNumbers, ScoreSweeps
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.palette_entries import ZERO_LEVEL, diverging_levels, ink_levels
from pages.ui.kit.scores import ScoreAxis, listing, round_up, scores_panel
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    HINGE,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    ZERO,
    base_figure,
    diverging_palette,
)
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Cell, Label, Note, Ring
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.panels import LegendEntry, Panel, Picture, Tint
from pages.ui.state.class_names import in_language
from pages.ui.state.example import Example
from pages.ui.text import Text

__all__ = [
    "BIAS_AT",
    "COLUMN_AT",
    "IMAGE_AT",
    "MATRIX_AT",
    "PANELS",
    "PIXEL_NAMES",
    "class_names",
    "drawing",
    "listed",
    "roomy",
    "scored",
    "sheet",
]

_NAMES: Final = ("cat", "dog", "ship")
PIXEL_NAMES: Final = ("x₁", "x₂", "x₃", "x₄")

Levels = NDArray[np.uint8]

GRAYS: Final = 52
SIDE: Final = 2
"""Rows and columns of the image."""
TEMPLATE_LEFTS: Final = (3.0, 6.0, 9.0)
ROWS: Final = (1.0, 2.0, 3.0)
"""Where the classes stand in an equation; the column x of four pixels begins half a row higher."""
DOT_X, COLUMN_X, PLUS_X, BIAS_X, EQUALS_X, SCORE_X = 4.2, 4.9, 5.6, 6.3, 7.0, 7.85
SCORE_WIDTH: Final = 1.3
CELL_SIZE: Final = (1.0, 0.94)

IMAGE_AT: Final = tuple((0.5 + column, 0.5 + row) for row in range(SIDE) for column in range(SIDE))
COLUMN_AT: Final = tuple((COLUMN_X, 0.5 + row) for row in range(PIXELS))
MATRIX_AT: Final = tuple((0.5 + column, row) for row in ROWS for column in range(PIXELS))
BIAS_AT: Final = tuple((BIAS_X, row) for row in ROWS)
"""Where the entries of x, W and b stand, as (x, y)."""
TEMPLATE_AT: Final = tuple(
    (left + 0.5 + column, 0.5 + row)
    for left in TEMPLATE_LEFTS
    for row in range(SIDE)
    for column in range(SIDE)
)

TEMPLATES_RATIO, WIDE_RATIO = 2.3, 3.0
"""Width by height of the panel with four images in a row: beside another, and alone."""
MOST_TEXT: Final = 1.75
"""Room for seven digits of the text under a template, in pixels of it: it has up to twelve."""
PRODUCT_LEVELS: Final = (0.01, 0.03, 0.1, 0.25, 0.5)
"""Shares of the largest product at which a cell's colour becomes stronger."""


def class_names(t: Text) -> tuple[str, ...]:
    """The names of the three classes."""
    return in_language(_NAMES, t)


def scored(result: ScoreNumbers, t: Text) -> Example:
    """Give the scores as an example, to open it in another lesson."""
    return Example(
        class_names(t), tuple(result.linear.scores.tolist()), int(result.compared.labels)
    )


def listed(names: Sequence[str], numbers: FloatArray) -> str:
    """Say the number of each class in words, with two decimals."""
    return listing(names, [format_fixed(number, 2) for number in numbers.tolist()])


def _grays(sweeps: ScoreSweeps) -> Channel:
    """The pixels as shades of gray."""
    axis = sweeps.pixel_axis

    def grays(result: ScoreNumbers) -> Levels:
        shares = (result.linear.pixels - axis.least) / (axis.most - axis.least)
        return ink_levels(shares, GRAYS)

    return grays


def _signed_weights(result: ScoreNumbers, sweeps: ScoreSweeps) -> Levels:
    return diverging_levels(result.linear.matrix, sweeps.weight_axis.most)


def _matches(result: ScoreNumbers) -> FloatArray:
    return result.linear.matches


def _sums(result: ScoreNumbers) -> FloatArray:
    return result.linear.scores


def _templates(state: ScoreFunctionState, sweeps: ScoreSweeps, t: Text) -> Panel:
    """The image beside the three rows of W as images."""

    def side_by_side(result: ScoreNumbers) -> Levels:
        # A column of nothing stands behind each of them.
        weights = _signed_weights(result, sweeps)
        images = weights.reshape(*weights.shape[:-1], SIDE, SIDE)
        gap = np.full((*images.shape[:-1], 1), ZERO_LEVEL, np.uint8)
        spaced = np.concatenate([images, gap], axis=-1)
        return spaced.swapaxes(-3, -2)

    left, right = TEMPLATE_LEFTS[0], TEMPLATE_LEFTS[-1] + SIDE + 1
    return Panel(
        id="templates",
        figure=_templates_figure(class_names(t)),
        pictures=(
            Picture(
                pixels=_grays(sweeps),
                shape=(SIDE, SIDE),
                extent=(0, SIDE, SIDE, 0),
                palette=_gray_palette(),
            ),
            Picture(
                pixels=side_by_side,
                shape=(SIDE, CLASSES * (SIDE + 1)),
                extent=(left, right, SIDE, 0),
                palette=diverging_palette(),
            ),
        ),
        marks=(
            Note(
                *_coordinates(TEMPLATE_AT),
                numbers=lambda result: result.linear.matrix,
                digits=3,
                room=1.7,
            ),
            Note(
                tuple(left + SIDE / 2 for left in TEMPLATE_LEFTS),
                (SIDE + 0.32,) * CLASSES,
                numbers=_matches,
                digits=5,
                prefix="w·x = ",
                room=MOST_TEXT,
            ),
        ),
        title=t("score_function.panel.templates"),
        alt=t(
            "score_function.alt.templates", values=listed(class_names(t), sweeps.now.linear.matches)
        ),
        legend=(
            LegendEntry(t("score_function.legend.positive"), POSITIVE),
            LegendEntry(t("score_function.legend.negative"), NEGATIVE),
        ),
        ratio=TEMPLATES_RATIO if state.scene is None else WIDE_RATIO,
    )


def _equation(state: ScoreFunctionState, sweeps: ScoreSweeps, t: Text) -> Panel:
    """W x + b = s in colours, with a ring around the highest score."""
    top, bottom = ROWS[0] - 0.5, ROWS[-1] + 0.5
    return Panel(
        id="equation",
        figure=_equation_figure(class_names(t)),
        pictures=(
            Picture(
                pixels=lambda result: _signed_weights(result, sweeps),
                shape=(CLASSES, PIXELS),
                extent=(0, PIXELS, bottom, top),
                palette=diverging_palette(),
            ),
            Picture(
                pixels=_grays(sweeps),
                shape=(PIXELS, 1),
                extent=(COLUMN_X - 0.5, COLUMN_X + 0.5, PIXELS, 0),
                palette=_gray_palette(),
            ),
            Picture(
                pixels=lambda result: diverging_levels(result.linear.bias, sweeps.bias_axis.most),
                shape=(CLASSES, 1),
                extent=(BIAS_X - 0.5, BIAS_X + 0.5, bottom, top),
                palette=diverging_palette(),
            ),
        ),
        marks=(
            _score_cells(),
            Ring(
                (SCORE_X,),
                lambda result: ROWS[0] + result.compared.predictions,
                size=(SCORE_WIDTH, 1.0),
            ),
        ),
        title=t("score_function.panel.equation"),
        alt=t(
            "score_function.alt.equation", values=listed(class_names(t), sweeps.now.linear.scores)
        ),
        legend=(
            LegendEntry(t("score_function.legend.drag"), MUTED, "none"),
            LegendEntry(t("score_function.legend.highest"), INK, "outline"),
        ),
    )


def _score_cells() -> Cell:
    return Cell(
        (SCORE_X,) * CLASSES,
        ROWS,
        numbers=_sums,
        digits=5,
        colors=CLASS_COLORS[:CLASSES],
        size=(SCORE_WIDTH, CELL_SIZE[1]),
    )


def _scores(state: ScoreFunctionState, sweeps: ScoreSweeps, t: Text) -> Panel:
    """Bars of the scores; the axis ends at twice the largest, and one may be dragged beyond."""
    limit = round_up(max(2.0 * float(np.abs(sweeps.now.linear.scores).max()), 1.0))
    places = tuple(map(float, range(CLASSES)))
    legend = (
        LegendEntry(t("legend.threshold"), HINGE, "line"),
        LegendEntry(t("legend.violation"), HINGE, "hatch"),
        LegendEntry(t("legend.flag"), MUTED, "none"),
    )
    panel = scores_panel(
        scored(sweeps.now, t),
        ScoreAxis(limit=limit, step=1.0, decimals=0),
        legend,
        t,
        title=t("score_function.panel.scores"),
        of=lambda result: result.compared,
    )
    return replace(
        panel,
        marks=(
            Note(
                places,
                (1.36 * limit,) * CLASSES,
                numbers=lambda result: result.compared.probabilities,
                prefix="p = ",
                colors=(CROSS_ENTROPY,),
            ),
            Label(
                places,
                lambda result: np.clip(result.linear.scores, -limit, limit),
                numbers=_sums,
                decimals=(2,),
            ),
        ),
        alt=t("alt.scores", values=listed(class_names(t), sweeps.now.linear.scores)),
    )


def _products(state: ScoreFunctionState, sweeps: ScoreSweeps, t: Text) -> Panel:
    """The products of each row, their sum, the bias and the score."""
    largest = max(float(np.abs(sweeps.now.linear.products).max()), 1e-9)
    return Panel(
        id="products",
        figure=_products_figure(class_names(t)),
        marks=(
            Cell(
                *_coordinates(MATRIX_AT),
                numbers=lambda result: result.linear.products,
                digits=5,
                levels=tuple(share * largest for share in PRODUCT_LEVELS),
                colors=(POSITIVE, NEGATIVE),
                size=CELL_SIZE,
            ),
            Cell((COLUMN_X,) * CLASSES, ROWS, numbers=_matches, digits=5, size=CELL_SIZE),
            Cell(
                (BIAS_X,) * CLASSES,
                ROWS,
                numbers=lambda result: result.linear.bias,
                digits=5,
                size=CELL_SIZE,
            ),
            _score_cells(),
        ),
        title=t("score_function.panel.products"),
        alt=t(
            "score_function.alt.products", values=listed(class_names(t), sweeps.now.linear.matches)
        ),
        legend=(LegendEntry(t("score_function.legend.product"), MUTED, "none"),),
    )


PANELS: Final = (_templates, _equation, _scores, _products)
"""Each makes one panel of the state, its sweeps and the texts."""


def _coordinates(
    points: tuple[tuple[float, float], ...],
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(x for x, _ in points), tuple(y for _, y in points)


@cache
def _gray_palette() -> tuple[Tint, ...]:
    """Brightness is the same on light and dark paper: 0 is black and the most is white."""
    shares = (round(255 * level / (GRAYS - 1)) for level in range(GRAYS))
    return tuple(Tint(f"rgb({share},{share},{share})") for share in shares)


def roomy(panel: Panel, state: ScoreFunctionState) -> Panel:
    """Give a panel of a scene a row of its own.

    Beside the guide, half of the width would leave its numbers too small.
    """
    return panel if state.scene is None else replace(panel, wide=True)


@cache
def drawing(
    across: tuple[float, float],
    down: tuple[float, float],
    *,
    left: int = 10,
    below: int = 30,
    is_square: bool = False,
) -> go.Figure:
    """Give an empty plane for cells and pictures: y grows downwards, and no axis is drawn.

    If it is square, a unit is as wide as it is high.
    """
    figure = base_figure()
    hidden = {"showgrid": False, "zeroline": False, "ticks": "", "showline": False}
    figure.update_xaxes(range=across, tickvals=[], **hidden)
    figure.update_yaxes(range=down[::-1], tickvals=[], **hidden)
    if is_square:
        figure.update_xaxes(constrain="domain")
        figure.update_yaxes(scaleanchor="x", constrain="domain", constraintoward="middle")
    figure.update_layout(margin={"l": left, "r": 10, "t": 8, "b": below})
    return figure


def sheet(figure: go.Figure, left: float, top: float, shape: tuple[int, int]) -> None:
    """Draw the outline of an image of so many rows and columns."""
    rows, columns = shape
    figure.add_shape(
        type="rect",
        x0=left,
        x1=left + columns,
        y0=top,
        y1=top + rows,
        line={"color": ZERO, "width": 1},
    )


@lru_cache(FIGURES_KEPT)
def _templates_figure(names: tuple[str, ...]) -> go.Figure:
    """The image beside the three rows of W as images."""
    figure = go.Figure(drawing((-0.1, 11.1), (-0.05, 2.6), is_square=True))
    lefts = (0.0, *TEMPLATE_LEFTS)
    figure.update_xaxes(tickvals=[left + SIDE / 2 for left in lefts], ticktext=["x", *names])
    for left in lefts:
        sheet(figure, left, 0.0, (SIDE, SIDE))
    return figure


@lru_cache(FIGURES_KEPT)
def _equation_figure(names: tuple[str, ...]) -> go.Figure:
    """W x + b = s, with its signs."""
    return _equation_plane(
        names,
        {SCORE_X: "s", BIAS_X: "b", COLUMN_X: "x", PIXELS / 2: "W"},
        {DOT_X: "·", PLUS_X: "+", EQUALS_X: "="},
    )


@lru_cache(FIGURES_KEPT)
def _products_figure(names: tuple[str, ...]) -> go.Figure:
    """The products of each row, their sum, the bias and the score."""
    pixels = {0.5 + index: f"w{name[1:]}{name}" for index, name in enumerate(PIXEL_NAMES)}
    return _equation_plane(
        names,
        {SCORE_X: "s", BIAS_X: "b", COLUMN_X: "W x", **pixels},
        {DOT_X: "=", PLUS_X: "+", EQUALS_X: "="},
    )


def _equation_plane(
    names: tuple[str, ...], captions: dict[float, str], signs: dict[float, str]
) -> go.Figure:
    figure = go.Figure(drawing((-0.05, SCORE_X + SCORE_WIDTH / 2 + 0.05), (-0.1, 4.1), left=38))
    figure.update_xaxes(tickvals=list(captions), ticktext=list(captions.values()))
    figure.update_yaxes(tickvals=ROWS, ticktext=names)
    for x, sign in signs.items():
        figure.add_annotation(x=x, y=ROWS[1], text=sign, showarrow=False, font={"size": 22})
    return figure
