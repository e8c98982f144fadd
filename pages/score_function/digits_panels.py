"""A linear classifier of handwritten digits as pictures, and which number goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.learning.datasets import IMAGE_SHAPE
from core.validation import FloatArray, LabelArray
from pages.score_function.digit_classifier import DigitClassifier
from pages.score_function.panels import drawing, sheet
from pages.ui.kit.bars import FIGURES_KEPT, class_bars
from pages.ui.kit.palette_entries import ZERO_LEVEL, diverging_levels, ink_levels
from pages.ui.kit.sweeps import round_up
from pages.ui.kit.theme import (
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    TARGET,
    diverging_palette,
    ink_palette,
)
from pages.ui.stage.vocabulary import LegendEntry, Mark, Numbers, Picture, Place, Spot

__all__ = [
    "PANELS",
    "RATIOS",
    "bars_figure",
    "digit_figure",
    "digit_places",
    "legend",
    "marks",
    "pictures",
    "rows_figure",
]

PANELS: Final = ("digit", "rows", "digit_scores", "digit_probabilities")
SCORES, PROBABILITIES = Spot("digit_scores", 0, "y"), Spot("digit_probabilities", 0, "y")

HEIGHT, WIDTH = IMAGE_SHAPE
GAP: Final = 2
ACROSS: Final = 5
"""Images in a line of the wall of templates."""
RATIOS: Final = {"digit": 2.6, "rows": 2.4}
"""Width by height of the panels of images."""
STRONGEST_SHARE: Final = 0.6
"""Of the largest weight: few weights are larger, and the others would be pale."""
STRIDE_X, STRIDE_Y = WIDTH + GAP, HEIGHT + GAP
EVIDENCE_LEFTS: Final = (float(STRIDE_X), float(2 * STRIDE_X))


def digit_places(found: DigitClassifier, indices: LabelArray) -> dict[Place, Numbers]:
    """Numbers and pixels of the digits of these indices, one row a digit."""
    tops, rivals = found.predictions[indices], found.rivals[indices]
    labels = found.data.labels[indices]
    every = np.arange(len(indices))
    scores, probabilities = found.scores[indices], found.probabilities[indices]
    evidence = np.stack([found.evidence(indices, classes) for classes in (tops, rivals)], axis=1)
    is_learned = ~np.isin(indices, found.held_out)
    top_x, top_y = _centres(tops)
    true_x, true_y = _centres(labels)
    return {
        "digit_image": ink_levels(found.data.points[indices]),
        "evidence": _wall(diverging_levels(evidence, strongest(found)), 2),
        SCORES: scores,
        PROBABILITIES: probabilities,
        "score_labels": scores,
        "probability_labels": probabilities,
        "top_x": top_x,
        "top_y": top_y,
        "true_x": true_x,
        "true_y": true_y,
        "names": np.stack([tops, rivals], axis=1).astype(np.float64),
        "top_name": tops.astype(np.float64),
        "rival_name": rivals.astype(np.float64),
        "true_name": labels.astype(np.float64),
        "top_score": scores[every, tops],
        "rival_score": scores[every, rivals],
        "top_probability": probabilities[every, tops],
        "index": indices.astype(np.float64),
        # Right or wrong, held out or learned from: in the order of the sentences.
        "reading": 2.0 * (tops != labels) + is_learned,
    }


@cache
def strongest(found: DigitClassifier) -> float:
    """The size of weights, and of weights times pixels, that has the strongest colour."""
    return STRONGEST_SHARE * float(np.abs(found.matrix).max())


def _centres(classes: LabelArray) -> tuple[FloatArray, FloatArray]:
    """Where the templates of these classes stand on their wall."""
    line, place = np.divmod(classes, ACROSS)
    return place * STRIDE_X + WIDTH / 2, line * STRIDE_Y + HEIGHT / 2


def _wall(images: NDArray[np.uint8], across: int) -> NDArray[np.uint8]:
    """Images (..., n, 64) beside each other, in lines of so many, as one (..., pixels)."""
    lead, count = images.shape[:-2], images.shape[-2]
    lines = count // across
    wall = np.full((*lead, lines * STRIDE_Y, across * STRIDE_X), ZERO_LEVEL, np.uint8)
    for index in range(count):
        top, left = index // across * STRIDE_Y, index % across * STRIDE_X
        wall[..., top : top + HEIGHT, left : left + WIDTH] = images[..., index, :].reshape(
            *lead, HEIGHT, WIDTH
        )
    return wall.reshape(*lead, -1)


def wall_of_templates(found: DigitClassifier) -> NDArray[np.uint8]:
    """The ten rows of W as one picture."""
    return _wall(diverging_levels(found.matrix, strongest(found)), ACROSS)


def pictures() -> list[Picture]:
    """The digit, what its pixels add to two scores, and the rows of W."""
    signed = diverging_palette()
    lines = 10 // ACROSS
    left = EVIDENCE_LEFTS[0]
    return [
        Picture("digit_image", "digit", IMAGE_SHAPE, (0, WIDTH, HEIGHT, 0), ink_palette()),
        Picture(
            "evidence",
            "digit",
            (STRIDE_Y, 2 * STRIDE_X),
            (left, left + 2 * STRIDE_X, STRIDE_Y, 0),
            signed,
        ),
        Picture(
            "wall",
            "rows",
            (lines * STRIDE_Y, ACROSS * STRIDE_X),
            (0, ACROSS * STRIDE_X, lines * STRIDE_Y, 0),
            signed,
        ),
    ]


def marks(names: tuple[str, ...]) -> list[Mark]:
    """Whose score the small images belong to; rings around two templates; numbers at the bars."""
    classes = tuple(float(index) for index in range(10))
    ring = (WIDTH + 1.2, HEIGHT + 1.2)
    middle = tuple(left + WIDTH / 2 for left in EVIDENCE_LEFTS)
    return [
        Mark(
            "digit", "text", middle, (HEIGHT + 0.9,) * 2, numbers="names", choices=names, room=7.0
        ),
        Mark("rows", "ring", "true_x", "true_y", size=ring, colors=(MUTED,)),
        Mark("rows", "ring", "top_x", "top_y", size=ring, colors=(INK,)),
        Mark("digit_scores", "label", classes, "score_labels", decimals=(1,)),
        Mark("digit_probabilities", "label", classes, "probability_labels", decimals=(2,)),
    ]


@lru_cache(FIGURES_KEPT)
def digit_figure() -> go.Figure:
    """An ink drawing on a sheet of paper, and two empty ones beside it."""
    figure = go.Figure(
        drawing((-0.5, 3 * STRIDE_X - GAP + 0.5), (-0.4, HEIGHT + 1.8), below=8, is_square=True)
    )
    for left in (0.0, *EVIDENCE_LEFTS):
        sheet(figure, left, 0.0, IMAGE_SHAPE)
    figure.add_annotation(x=WIDTH / 2, y=HEIGHT + 0.9, text="x", showarrow=False)
    return figure


@lru_cache(FIGURES_KEPT)
def rows_figure() -> go.Figure:
    """Ten sheets with their digits in the corner."""
    lines = 10 // ACROSS
    figure = go.Figure(
        drawing(
            (-1.2, ACROSS * STRIDE_X - GAP + 0.9),
            (-0.9, lines * STRIDE_Y - 1.1),
            below=8,
            is_square=True,
        )
    )
    for index in range(10):
        line, place = divmod(index, ACROSS)
        sheet(figure, place * STRIDE_X, line * STRIDE_Y, IMAGE_SHAPE)
        figure.add_annotation(
            x=place * STRIDE_X,
            y=line * STRIDE_Y,
            text=f"<b>{index}</b>",
            showarrow=False,
            xanchor="left",
            yanchor="top",
            xshift=1,
        )
    return figure


def bars_figure(panel: str, found: DigitClassifier) -> go.Figure:
    """Ten bars, for the scores or the probabilities of any digit."""
    if panel == "digit_probabilities":
        return class_bars(found.data.names, 0.0, 1.18, ticks=(0.0, 0.5, 1.0))
    edge = 1.15 * round_up(strongest_score(found))
    return class_bars(found.data.names, -edge, edge)


@cache
def strongest_score(found: DigitClassifier) -> float:
    """The size of the largest score of any digit."""
    return float(np.abs(found.scores).max())


def legend(panel: str, word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    if panel == "digit":
        return (LegendEntry(word("adds"), POSITIVE), LegendEntry(word("takes"), NEGATIVE))
    if panel == "rows":
        return (
            LegendEntry(word("positive"), POSITIVE),
            LegendEntry(word("negative"), NEGATIVE),
            LegendEntry(word("top_ring"), TARGET, "outline"),
            LegendEntry(word("true_ring"), MUTED, "outline"),
        )
    if panel == "digit_probabilities":
        return (LegendEntry(word("same_order"), MUTED, "none"),)
    return ()
