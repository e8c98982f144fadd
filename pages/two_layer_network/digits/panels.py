"""The panels of the digits view: image, hidden units, ten scores, ten probabilities."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.learning.datasets import IMAGE_SHAPE
from core.validation import FloatArray
from pages.two_layer_network.digits.digit_readings import Readings
from pages.two_layer_network.digits.drawn_digits import BITMAP_SHAPE
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.comparison_panels import BELOW_PROBABILITIES, PROBABILITIES, TARGET_BASES
from pages.ui.kit.palette_entries import ink_levels
from pages.ui.kit.theme import TARGET, ZERO, base_figure, ink_palette
from pages.ui.stage.vocabulary import Mark, Numbers, Picture, Place, Spot

__all__ = [
    "BITMAP",
    "HIDDEN",
    "IMAGE",
    "hidden_figure",
    "image_figure",
    "image_ratio",
    "marks",
    "pictures",
    "places",
    "score_range",
    "target_places",
]

SCORES = Spot("scores", 0, "y")
IMAGE, BITMAP, HIDDEN = "image_pixels", "bitmap_pixels", "hidden_pixels"
PROBABILITY_LABELS, FLAG = "digit_probability_labels", "true_class"

UNITS_A_ROW = 16
SIDE = float(IMAGE_SHAPE[0])
GAP = 1.0
"""Between the bitmap of a drawing and its image, in pixels of the image."""


def places(readings: Readings, label: int | None) -> dict[Place, Numbers]:
    """Numbers that follow from the scores, at each step, by the place that shows them."""
    first, second = readings.ranking[:, 0], readings.ranking[:, 1]
    steps = np.arange(len(readings.scores))
    targets = np.zeros_like(readings.probabilities)
    if label is not None:
        targets[:, label] = 1.0
    highest = float(readings.hidden.max())
    units = readings.hidden.shape[1]
    hidden = np.zeros((len(steps), _rows(units) * _columns(units)))
    hidden[:, :units] = readings.hidden / highest if highest else 0.0
    return {
        SCORES: readings.scores,
        TARGET_BASES: np.concatenate(
            [np.where(targets == 0.0, BELOW_PROBABILITIES, 0.0), np.zeros_like(targets)], axis=1
        ),
        PROBABILITIES: np.concatenate([targets, readings.probabilities], axis=1),
        PROBABILITY_LABELS: readings.probabilities,
        HIDDEN: ink_levels(hidden),
        "active_units": np.count_nonzero(readings.hidden, axis=1).astype(np.float64),
        "top_name": first.astype(np.float64),
        "second_name": second.astype(np.float64),
        "top_score": readings.scores[steps, first],
        "second_score": readings.scores[steps, second],
        "top_probability": readings.probabilities[steps, first],
        "lead": readings.lead,
        "duel": readings.duel[:, 0],
    }


def target_places(label: int | None) -> dict[Place, Numbers]:
    """Where the true class is marked; nowhere for a drawing, which nobody has labelled."""
    return {FLAG: np.array([np.nan if label is None else float(label)])}


def score_range(scores: FloatArray) -> tuple[float, float]:
    """The axis of the scores: it holds still through the run, with room for the numbers."""
    low, high = min(0.0, float(scores.min())), max(0.0, float(scores.max()))
    span = max(high - low, 1e-3)
    unit = 10.0 ** math.floor(math.log10(span)) / 2.0
    room = 0.14 * span
    return (
        unit * math.floor((low - room) / unit),
        unit * math.ceil((high + room) / unit),
    )


@lru_cache(FIGURES_KEPT)
def image_figure(has_bitmap: bool) -> go.Figure:
    """Make the frame of the image; beside it, of the bitmap that a drawing was made into."""
    width = 2 * SIDE + GAP if has_bitmap else SIDE
    figure = _blank(width, SIDE)
    for left in (0.0, SIDE + GAP) if has_bitmap else (0.0,):
        _frame(figure, left, SIDE, SIDE)
    return figure


def image_ratio(has_bitmap: bool) -> float:
    """Width of the image's panel divided by its height."""
    return (2 * SIDE + GAP) / SIDE if has_bitmap else 1.0


@lru_cache(FIGURES_KEPT)
def hidden_figure(units: int) -> go.Figure:
    """Make the frame of the hidden units."""
    figure = _blank(_columns(units), _rows(units))
    _frame(figure, 0.0, _columns(units), _rows(units))
    return figure


def pictures(units: int, *, has_bitmap: bool) -> list[Picture]:
    """The image, the hidden units, and the bitmap of a drawing."""
    ink = ink_palette()
    left = SIDE + GAP if has_bitmap else 0.0
    shape = (_rows(units), _columns(units))
    extent = (0.0, float(shape[1]), 0.0, float(shape[0]))
    shown = [
        Picture(IMAGE, "image", IMAGE_SHAPE, (left, left + SIDE, 0.0, SIDE), ink),
        Picture(HIDDEN, "hidden", shape, extent, ink),
    ]
    if has_bitmap:
        shown.append(Picture(BITMAP, "image", BITMAP_SHAPE, (0.0, SIDE, 0.0, SIDE), ink))
    return shown


def marks(lowest: float, classes: int) -> list[Mark]:
    """The numbers at the bars, and a flag at the true class."""
    across: tuple[float, ...] = tuple(np.arange(classes, dtype=np.float64).tolist())
    return [
        Mark("scores", "label", across, SCORES, decimals=(1,)),
        Mark("probabilities", "label", across, PROBABILITY_LABELS, decimals=(3,)),
        Mark(
            "scores",
            "text",
            FLAG,
            (lowest,),
            numbers=FLAG,
            choices=("⚑",) * classes,
            colors=(TARGET,),
            side="above",
        ),
    ]


def bitmap_levels(bitmap: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Ink and paper of a bitmap as pixels of its picture."""
    return ink_levels(bitmap.reshape(-1))


def _columns(units: int) -> int:
    return min(units, UNITS_A_ROW)


def _rows(units: int) -> int:
    return -(-units // UNITS_A_ROW)


def _blank(width: float, height: float) -> go.Figure:
    figure = base_figure()
    # Half a line of the frame lies outside.
    figure.update_xaxes(range=[-0.01 * width, 1.01 * width], visible=False)
    figure.update_yaxes(range=[-0.01 * height, 1.01 * height], visible=False)
    figure.update_layout(margin={"l": 14, "r": 14, "t": 14, "b": 14})
    return figure


def _frame(figure: go.Figure, left: float, width: float, height: float) -> None:
    figure.add_shape(
        type="rect",
        x0=left,
        x1=left + width,
        y0=0,
        y1=height,
        line={"color": ZERO, "width": 1},
    )
