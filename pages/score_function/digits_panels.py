"""The panels of the digits, which a linear classifier reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.learning.datasets import IMAGE_SHAPE
from core.validation import FloatArray, LabelArray
from pages.score_function.digit_classifier import DigitClassifier, ReadDigits
from pages.score_function.panels import drawing, listed, sheet
from pages.ui.kit.bars import FIGURES_KEPT, class_bars
from pages.ui.kit.palette_entries import ZERO_LEVEL, diverging_levels, ink_levels
from pages.ui.kit.scores import round_up
from pages.ui.kit.theme import (
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    TARGET,
    diverging_palette,
    ink_palette,
)
from pages.ui.stage.marks import Label, Note, Ring
from pages.ui.stage.panels import LegendEntry, Panel, Picture
from pages.ui.text import Text

__all__ = ["PANELS"]

HEIGHT, WIDTH = IMAGE_SHAPE
GAP: Final = 2
ACROSS: Final = 5
LINES: Final = 2
"""Of the wall of templates: images in a line, and lines."""
STRONGEST_SHARE: Final = 0.6
"""Of the largest weight: few weights are larger, and the others would be pale."""
STRIDE_X, STRIDE_Y = WIDTH + GAP, HEIGHT + GAP
EVIDENCE_LEFTS: Final = (float(STRIDE_X), float(2 * STRIDE_X))
RING_SIZE: Final = (WIDTH + 1.2, HEIGHT + 1.2)
PLACES: Final = tuple(map(float, range(10)))


@cache
def _strongest(found: DigitClassifier) -> float:
    """The size of weights, and of weights times pixels, that has the strongest colour."""
    return STRONGEST_SHARE * float(np.abs(found.matrix).max())


def _digit(found: DigitClassifier, now: ReadDigits, t: Text) -> Panel:
    """The digit, and what its pixels add to two scores."""
    left = EVIDENCE_LEFTS[0]

    def evidence(result: ReadDigits) -> NDArray[np.uint8]:
        return _wall(diverging_levels(result.evidence, _strongest(found)), 2)

    return Panel(
        id="digit",
        figure=_digit_figure(),
        pictures=(
            Picture(
                pixels=lambda result: ink_levels(result.images),
                shape=IMAGE_SHAPE,
                extent=(0, WIDTH, HEIGHT, 0),
                palette=ink_palette(),
            ),
            Picture(
                pixels=evidence,
                shape=(STRIDE_Y, 2 * STRIDE_X),
                extent=(left, left + 2 * STRIDE_X, STRIDE_Y, 0),
                palette=diverging_palette(),
            ),
        ),
        marks=(
            Note(
                tuple(left + WIDTH / 2 for left in EVIDENCE_LEFTS),
                (HEIGHT + 0.9,) * 2,
                numbers=lambda result: np.stack([result.predictions, result.rivals], axis=-1),
                choices=tuple(
                    t("score_function.mark.adds", name=name) for name in found.data.names
                ),
                room=7.0,
            ),
        ),
        title=t("score_function.panel.digit"),
        alt=t("score_function.alt.digit"),
        legend=(
            LegendEntry(t("score_function.legend.adds"), POSITIVE),
            LegendEntry(t("score_function.legend.takes"), NEGATIVE),
        ),
        ratio=2.6,
    )


def _rows(found: DigitClassifier, now: ReadDigits, t: Text) -> Panel:
    """The rows of W as images, with rings around two of them."""
    wall = _wall(diverging_levels(found.matrix, _strongest(found)), ACROSS)

    def ring(classes: Callable[[ReadDigits], LabelArray], color: str) -> Ring:
        return Ring(
            lambda result: classes(result) % ACROSS * STRIDE_X + WIDTH / 2,
            lambda result: classes(result) // ACROSS * STRIDE_Y + HEIGHT / 2,
            size=RING_SIZE,
            colors=(color,),
        )

    return Panel(
        id="rows",
        figure=_rows_figure(),
        pictures=(
            Picture(
                pixels=lambda result: np.broadcast_to(wall, (*result.labels.shape, wall.size)),
                shape=(LINES * STRIDE_Y, ACROSS * STRIDE_X),
                extent=(0, ACROSS * STRIDE_X, LINES * STRIDE_Y, 0),
                palette=diverging_palette(),
            ),
        ),
        marks=(
            ring(lambda result: result.labels, MUTED),
            ring(lambda result: result.predictions, INK),
        ),
        title=t("score_function.panel.rows"),
        alt=t("score_function.alt.rows"),
        legend=(
            LegendEntry(t("score_function.legend.positive"), POSITIVE),
            LegendEntry(t("score_function.legend.negative"), NEGATIVE),
            LegendEntry(t("score_function.legend.top_ring"), TARGET, "outline"),
            LegendEntry(t("score_function.legend.true_ring"), MUTED, "outline"),
        ),
        ratio=2.4,
    )


def _scores(found: DigitClassifier, now: ReadDigits, t: Text) -> Panel:
    edge = 1.15 * round_up(_largest_score(found))

    def scores(result: ReadDigits) -> FloatArray:
        return result.scores

    return Panel(
        id="digit_scores",
        figure=class_bars(found.data.names, -edge, edge),
        show={(0, "y"): scores},
        marks=(Label(PLACES, scores, decimals=(1,)),),
        title=t("score_function.panel.digit_scores"),
        alt=t("score_function.alt.digit_scores", values=listed(found.data.names, now.scores)),
    )


@cache
def _largest_score(found: DigitClassifier) -> float:
    """The size of the largest score of any digit."""
    return float(np.abs(found.scores).max())


def _probabilities(found: DigitClassifier, now: ReadDigits, t: Text) -> Panel:
    def probabilities(result: ReadDigits) -> FloatArray:
        return result.probabilities

    return Panel(
        id="digit_probabilities",
        figure=class_bars(found.data.names, 0.0, 1.18, ticks=(0.0, 0.5, 1.0)),
        show={(0, "y"): probabilities},
        marks=(Label(PLACES, probabilities, decimals=(2,)),),
        title=t("score_function.panel.digit_probabilities"),
        alt=t(
            "score_function.alt.digit_probabilities",
            values=listed(found.data.names, now.probabilities),
        ),
        legend=(LegendEntry(t("score_function.legend.same_order"), MUTED, "none"),),
    )


PANELS: Final = (_digit, _rows, _scores, _probabilities)
"""Each makes one panel of the classifier, the present digit and the texts."""


def _wall(images: NDArray[np.uint8], across: int) -> NDArray[np.uint8]:
    """Images (..., n, 64) beside each other, in lines of so many, as one (..., pixels)."""
    *lead, count, _ = images.shape
    tiles = np.full((*lead, count, STRIDE_Y, STRIDE_X), ZERO_LEVEL, np.uint8)
    tiles[..., :HEIGHT, :WIDTH] = images.reshape(*lead, count, HEIGHT, WIDTH)
    lines = tiles.reshape(*lead, count // across, across, STRIDE_Y, STRIDE_X)
    return lines.swapaxes(-3, -2).reshape(*lead, -1)


@lru_cache(FIGURES_KEPT)
def _digit_figure() -> go.Figure:
    """An ink drawing on a sheet of paper, and two empty ones beside it."""
    figure = go.Figure(
        drawing((-0.5, 3 * STRIDE_X - GAP + 0.5), (-0.4, HEIGHT + 1.8), below=8, is_square=True)
    )
    for left in (0.0, *EVIDENCE_LEFTS):
        sheet(figure, left, 0.0, IMAGE_SHAPE)
    figure.add_annotation(x=WIDTH / 2, y=HEIGHT + 0.9, text="x", showarrow=False)
    return figure


@lru_cache(FIGURES_KEPT)
def _rows_figure() -> go.Figure:
    """Ten sheets with their digits in the corner."""
    figure = go.Figure(
        drawing(
            (-1.2, ACROSS * STRIDE_X - GAP + 0.9),
            (-0.9, LINES * STRIDE_Y - 1.1),
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
