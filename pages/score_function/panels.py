"""The score function of four pixels as a picture, and which number goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.learning.score_function import CLASSES, PIXELS, ScoreFunction
from core.validation import FloatArray
from pages.score_function.numbers import EntryAxis, ScoreSweep
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.comparison_panels import SCORE_BASES, SCORE_HEIGHTS, comparison_places
from pages.ui.kit.palette_entries import ZERO_LEVEL, diverging_levels, ink_levels
from pages.ui.kit.sweeps import round_up
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    ZERO,
    base_figure,
    diverging_palette,
)
from pages.ui.stage.vocabulary import LegendEntry, Mark, Numbers, Picture, Place, Tint

__all__ = [
    "BIAS_AT",
    "COLUMN_AT",
    "IMAGE_AT",
    "MATRIX_AT",
    "NAMES",
    "PANELS",
    "PIXEL_NAMES",
    "TEMPLATES_RATIO",
    "drawing",
    "equation_figure",
    "legend",
    "marks",
    "pictures",
    "places",
    "products_figure",
    "score_limit",
    "sheet",
    "templates_figure",
]

PANELS: Final = ("templates", "equation", "scores", "products")
NAMES: Final = ("cat", "dog", "ship")
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

TEMPLATES_RATIO: Final = 3.0
"""Width by height of the panel with four images in a row."""
MOST_TEXT: Final = 2.1
"""Room for the text under a template, in pixels of it."""
PRODUCT_LEVELS: Final = (0.01, 0.03, 0.1, 0.25, 0.5)
"""Shares of the largest product at which a cell's colour becomes stronger."""


def places(result: ScoreFunction, sweep: ScoreSweep) -> dict[Place, Numbers]:
    """Numbers and pixels that follow from W, x, b and the label, by the place they go to."""
    lead = result.bias_effect.shape
    compared = comparison_places(result.comparison)
    kept = (
        SCORE_BASES,
        SCORE_HEIGHTS,
        "hinge",
        "cross_entropy",
        "true_probability",
        "violation_count",
        "cross_entropy_gradient_norm",
        "verdict",
        "true_name",
        "top_name",
    )
    weights = diverging_levels(result.matrix, sweep.weight_axis.most)
    image = _grays(result.pixels, sweep.pixel_axis)
    shown: dict[Place, Numbers] = {place: compared[place] for place in kept}
    return shown | {
        "image": image,
        "column": image,
        "matrix": weights.reshape(*lead, -1),
        "templates": _side_by_side(weights),
        "offset": diverging_levels(result.bias, sweep.bias_axis.most),
        "template_numbers": result.matrix.reshape(*lead, -1),
        "products": result.products.reshape(*lead, -1),
        "matches": result.matches,
        "biases": result.bias,
        "sums": result.scores,
        "probabilities": result.comparison.probabilities,
        "bar_ends": np.clip(result.scores, -score_limit(sweep), score_limit(sweep)),
        "top_row": ROWS[0] + compared["top_name"],
        "match_name": result.best_match.astype(np.float64),
        "last_match": result.matches[..., -1],
        "last_score": result.scores[..., -1],
        "bias_effect": result.bias_effect.astype(np.float64),
    }


def score_limit(sweep: ScoreSweep) -> float:
    """Where the axis of the scores ends: at twice the largest; a bar may be dragged beyond."""
    return round_up(max(2.0 * float(np.abs(sweep.now.scores).max()), 1.0))


def _grays(pixels: FloatArray, axis: EntryAxis) -> Levels:
    return ink_levels((pixels - axis.least) / (axis.most - axis.least), GRAYS)


def _side_by_side(weights: Levels) -> Levels:
    """The rows of W as images in a row, with a column of nothing between two of them."""
    lead = weights.shape[:-2]
    width = SIDE + 1
    wall = np.full((*lead, SIDE, CLASSES * width), ZERO_LEVEL, np.uint8)
    for index in range(CLASSES):
        image = weights[..., index, :].reshape(*lead, SIDE, SIDE)
        wall[..., index * width : index * width + SIDE] = image
    return wall.reshape(*lead, -1)


@cache
def _gray_palette() -> tuple[Tint, ...]:
    """Brightness is the same on light and dark paper: 0 is black and the most is white."""
    shares = (round(255 * level / (GRAYS - 1)) for level in range(GRAYS))
    return tuple(Tint(f"rgb({share},{share},{share})") for share in shares)


def pictures() -> list[Picture]:
    """The image, the same as a column, W, its rows as images, and b."""
    signed, grays = diverging_palette(), _gray_palette()
    left, right = TEMPLATE_LEFTS[0], TEMPLATE_LEFTS[-1] + SIDE + 1
    top, bottom = ROWS[0] - 0.5, ROWS[-1] + 0.5
    return [
        Picture("image", "templates", (SIDE, SIDE), (0, SIDE, SIDE, 0), grays),
        Picture(
            "templates", "templates", (SIDE, CLASSES * (SIDE + 1)), (left, right, SIDE, 0), signed
        ),
        Picture("matrix", "equation", (CLASSES, PIXELS), (0, PIXELS, bottom, top), signed),
        Picture("column", "equation", (PIXELS, 1), (COLUMN_X - 0.5, COLUMN_X + 0.5, 4, 0), grays),
        Picture(
            "offset", "equation", (CLASSES, 1), (BIAS_X - 0.5, BIAS_X + 0.5, bottom, top), signed
        ),
    ]


def marks(sweep: ScoreSweep) -> list[Mark]:
    """The numbers on the templates, the products with their sums, scores and probabilities."""
    largest_product = float(np.abs(sweep.now.products).max())
    class_places = tuple(float(index) for index in range(CLASSES))
    levels = tuple(share * max(largest_product, 1e-9) for share in PRODUCT_LEVELS)
    signs = (POSITIVE, NEGATIVE)
    in_column = (1.0, 0.94)

    def column(x: float) -> tuple[float, ...]:
        return (x,) * CLASSES

    return [
        Mark(
            "templates",
            "text",
            tuple(x for x, _ in TEMPLATE_AT),
            tuple(y for _, y in TEMPLATE_AT),
            numbers="template_numbers",
            digits=3,
            room=1.7,
        ),
        Mark(
            "templates",
            "text",
            tuple(left + SIDE / 2 for left in TEMPLATE_LEFTS),
            column(SIDE + 0.32),
            numbers="matches",
            digits=5,
            prefix="w·x = ",
            room=MOST_TEXT,
        ),
        Mark(
            "equation",
            "cell",
            column(SCORE_X),
            ROWS,
            numbers="sums",
            digits=5,
            colors=CLASS_COLORS[:CLASSES],
            size=(SCORE_WIDTH, 0.94),
        ),
        Mark("equation", "ring", (SCORE_X,), "top_row", size=(SCORE_WIDTH, 1.0)),
        Mark(
            "products",
            "cell",
            tuple(x for x, _ in MATRIX_AT),
            tuple(y for _, y in MATRIX_AT),
            numbers="products",
            digits=5,
            levels=levels,
            colors=signs,
            size=in_column,
        ),
        Mark(
            "products", "cell", column(COLUMN_X), ROWS, numbers="matches", digits=5, size=in_column
        ),
        Mark("products", "cell", column(BIAS_X), ROWS, numbers="biases", digits=5, size=in_column),
        Mark(
            "products",
            "cell",
            column(SCORE_X),
            ROWS,
            numbers="sums",
            digits=5,
            colors=CLASS_COLORS[:CLASSES],
            size=(SCORE_WIDTH, 0.94),
        ),
        Mark("scores", "label", class_places, "bar_ends", numbers="sums", decimals=(2,)),
        Mark(
            "scores",
            "text",
            class_places,
            column(1.36 * score_limit(sweep)),
            numbers="probabilities",
            decimals=(3,),
            prefix="p = ",
            colors=(CROSS_ENTROPY,),
        ),
    ]


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
def templates_figure() -> go.Figure:
    """The image beside the three rows of W as images."""
    figure = go.Figure(drawing((-0.1, 11.1), (-0.05, 2.6), is_square=True))
    lefts = (0.0, *TEMPLATE_LEFTS)
    figure.update_xaxes(tickvals=[left + SIDE / 2 for left in lefts], ticktext=["x", *NAMES])
    for left in lefts:
        sheet(figure, left, 0.0, (SIDE, SIDE))
    return figure


@lru_cache(FIGURES_KEPT)
def equation_figure() -> go.Figure:
    """W x + b = s, with its signs."""
    return _equation(
        {SCORE_X: "s", BIAS_X: "b", COLUMN_X: "x", PIXELS / 2: "W"},
        {DOT_X: "·", PLUS_X: "+", EQUALS_X: "="},
    )


@lru_cache(FIGURES_KEPT)
def products_figure() -> go.Figure:
    """The products of each row, their sum, the bias and the score."""
    pixels = {0.5 + index: f"W{name}" for index, name in enumerate(PIXEL_NAMES)}
    return _equation(
        {SCORE_X: "s", BIAS_X: "b", COLUMN_X: "W x", **pixels},
        {DOT_X: "=", PLUS_X: "+", EQUALS_X: "="},
    )


def _equation(captions: dict[float, str], signs: dict[float, str]) -> go.Figure:
    figure = go.Figure(drawing((-0.05, SCORE_X + SCORE_WIDTH / 2 + 0.05), (-0.1, 4.1), left=38))
    figure.update_xaxes(tickvals=list(captions), ticktext=list(captions.values()))
    figure.update_yaxes(tickvals=ROWS, ticktext=NAMES)
    for x, sign in signs.items():
        figure.add_annotation(x=x, y=ROWS[1], text=sign, showarrow=False, font={"size": 22})
    return figure


def legend(panel: str, word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    if panel == "templates":
        return (
            LegendEntry(word("positive"), POSITIVE),
            LegendEntry(word("negative"), NEGATIVE),
        )
    if panel == "equation":
        return (
            LegendEntry(word("drag"), MUTED, "none"),
            LegendEntry(word("highest"), INK, "outline"),
        )
    return (LegendEntry(word("product"), MUTED, "none"),)
