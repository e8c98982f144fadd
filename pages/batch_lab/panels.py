"""The panels of the batch lab, and which number goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.losses.batch import BatchTotals
from core.losses.comparison import Comparison
from core.losses.hinge import HingeVariant
from core.validation import FloatArray
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.comparison_panels import SIDE_BY_SIDE
from pages.ui.kit.theme import CROSS_ENTROPY, HINGE, INK, MUTED, base_figure, class_axis
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "gradients_figure",
    "legend",
    "marks",
    "places",
    "samples_figure",
]

SAMPLE_LOSSES, SAMPLE_BASES = Spot("samples", 0, "y"), Spot("samples", 0, "base")
SAMPLE_NUMBERS = ("sample_cross_entropies", "sample_hinges")
GRADIENTS, GRADIENT_BASES = Spot("shares", 0, "y"), Spot("shares", 0, "base")
SHARES = "shares"
COUNTS, SHADES = "confusion_counts", "confusion_shades"
HERE_X, HERE_Y = "confusion_x", "confusion_y"

OUT_OF_SIGHT = -1e4
"""Below the panel: Plotly would draw the outline of an empty bar."""
RIGHT = "#009E73"
ROWS = (-0.09, -0.23)
"""Where the numbers of each loss stand, in units of the axis."""
FAINT = 0.45
"""Opacity of the samples that are not on the stage."""
DEEPEST = 0.75
"""Strength of a cell's colour that still lets its number be read."""


def places(
    sample: Comparison, totals: BatchTotals, others: FloatArray, position: int
) -> dict[Place, FloatArray]:
    """Numbers that follow from the sample on the stage, by the place that shows them.

    ``others`` are both losses of the samples in the panel, shape (2, samples); the one on the stage
    stands at ``position`` among them.
    """
    shape = sample.hinge.shape
    shown = np.broadcast_to(others, (*shape, *others.shape)).copy()
    shown[..., 0, position], shown[..., 1, position] = sample.cross_entropy, sample.hinge
    bars = shown.reshape(*shape, -1)
    means = np.stack([totals.cross_entropy_mean, totals.hinge_mean], axis=-1)
    own = np.concatenate([sample.cross_entropy_gradient, sample.hinge_gradient], axis=-1)
    rows = np.maximum(totals.confusion.sum(axis=-1, keepdims=True), 1)
    signs = 2 * np.eye(sample.scores.shape[-1]) - 1
    cells = (*shape, -1)
    return {
        SAMPLE_LOSSES: np.concatenate([bars, np.zeros_like(means)], axis=-1),
        SAMPLE_BASES: np.concatenate([np.zeros_like(bars), means], axis=-1),
        **{name: shown[..., row, :] for row, name in enumerate(SAMPLE_NUMBERS)},
        GRADIENTS: np.concatenate([own, own / totals.size], axis=-1),
        GRADIENT_BASES: np.concatenate(
            [np.where(own == 0, OUT_OF_SIGHT, 0.0), np.zeros_like(own)], axis=-1
        ),
        SHARES: own / totals.size,
        COUNTS: totals.confusion.reshape(cells).astype(np.float64),
        SHADES: (DEEPEST * signs * totals.confusion / rows).reshape(cells),
        HERE_X: sample.predictions[..., None].astype(np.float64),
        HERE_Y: sample.labels[..., None].astype(np.float64),
    }


def marks(samples: int, classes: int, highest: float) -> list[Mark]:
    """The numbers of bars and cells; a ring where the sample on the stage is counted."""
    along, across = tuple(map(float, range(samples))), np.arange(classes, dtype=np.float64)
    return [
        *(
            Mark(
                "samples",
                "text",
                along,
                (row * highest,) * samples,
                numbers=numbers,
                decimals=(2,),
                colors=(color,),
                side="level",
                room=1.0,
            )
            for row, numbers, color in zip(
                ROWS, SAMPLE_NUMBERS, (CROSS_ENTROPY, HINGE), strict=True
            )
        ),
        Mark(
            "shares",
            "push",
            (*(across - SIDE_BY_SIDE), *(across + SIDE_BY_SIDE)),
            SHARES,
            decimals=(2,),
        ),
        Mark(
            "confusion",
            "cell",
            tuple(np.tile(across, classes)),
            tuple(np.repeat(across, classes)),
            numbers=COUNTS,
            decimals=(0,),
            shades=SHADES,
            colors=(RIGHT, MUTED),
        ),
        Mark("confusion", "ring", HERE_X, HERE_Y, colors=(INK,)),
    ]


@lru_cache(FIGURES_KEPT)
def samples_figure(numbers: tuple[int, ...], position: int, highest: float) -> go.Figure:
    """Bars of both losses of some samples, and lines at their means over the whole batch.

    There is room below for the numbers: at the bars, the lines would pass through them.
    """
    samples = len(numbers)
    middle = (samples - 1) / 2
    colors = [CROSS_ENTROPY] * samples + [HINGE] * samples
    faint = [1.0 if place == position else FAINT for place in range(samples)]
    figure = base_figure()
    figure.add_bar(
        x=[
            *(place - SIDE_BY_SIDE for place in range(samples)),
            *(place + SIDE_BY_SIDE for place in range(samples)),
            middle,
            middle,
        ],
        width=[1.8 * SIDE_BY_SIDE] * (2 * samples) + [samples] * 2,
        marker={
            "color": [*colors, CROSS_ENTROPY, HINGE],
            "opacity": [*faint, *faint, 1.0, 1.0],
            "line": {
                "color": [*colors, CROSS_ENTROPY, HINGE],
                "width": [0] * (2 * samples) + [3, 3],
            },
        },
    )
    class_axis(figure, [str(number) for number in numbers])
    power = 10.0 ** np.floor(np.log10(highest / 3))
    step = power * max(m for m in (1, 2, 5) if m * power <= highest / 3)
    ticks = np.arange(0, 1.001 * highest, step)
    figure.update_yaxes(range=[-0.31 * highest, 1.06 * highest], tickvals=ticks.tolist())
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def gradients_figure(names: tuple[str, ...], variant: HingeVariant) -> go.Figure:
    """Hollow bars of a sample's own gradients around filled bars of their N-th part."""
    classes = len(names)
    blank = "rgba(0,0,0,0)"
    colors = [CROSS_ENTROPY] * classes + [HINGE] * classes
    figure = base_figure()
    figure.add_bar(
        x=[
            *(place - SIDE_BY_SIDE for place in range(classes)),
            *(place + SIDE_BY_SIDE for place in range(classes)),
        ]
        * 2,
        width=1.8 * SIDE_BY_SIDE,
        marker={
            "color": [*[blank] * (2 * classes), *colors],
            "line": {"color": colors * 2, "width": [2] * (2 * classes) + [0] * (2 * classes)},
        },
    )
    lowest = -(classes - 1) if variant == "weston_watkins" else -1
    room = 0.22 * (1 - lowest)
    class_axis(figure, names)
    figure.update_yaxes(range=[lowest - room, 1 + room], nticks=6)
    figure.update_layout(barmode="overlay")
    return figure


def legend(panel: str, word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    losses = (
        LegendEntry(word("cross_entropy"), CROSS_ENTROPY),
        LegendEntry(word("hinge"), HINGE),
    )
    if panel == "samples":
        return (*losses, LegendEntry(word("mean"), MUTED, "line"))
    if panel == "shares":
        return (*losses, LegendEntry(word("own"), MUTED, "outline"))
    return (
        LegendEntry(word("right"), RIGHT),
        LegendEntry(word("wrong"), MUTED),
        LegendEntry(word("here"), INK, "outline"),
    )
