"""The panels of SVM against softmax, and which number of a comparison goes where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.losses.comparison import Comparison, OneStep
from core.losses.hinge import HingeVariant
from core.losses.hinge_variants import HingeComparison
from core.validation import FloatArray
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM, FULL_WIDTH
from pages.ui.kit.sweeps import ScoreAxis
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    HINGE,
    MUTED,
    TARGET,
    base_figure,
    class_axis,
)
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "comparison_places",
    "curve_places",
    "gradients_figure",
    "legend",
    "losses_figure",
    "marks",
    "point_places",
    "probabilities_figure",
    "score_places",
    "scores_figure",
]

# A trace costs far more to repaint than a bar, so each panel of bars is one trace.
SCORE_BASES, SCORE_HEIGHTS = Spot("scores", 0, "base"), Spot("scores", 0, "y")
TARGET_BASES, PROBABILITIES = Spot("probabilities", 0, "base"), Spot("probabilities", 0, "y")
GRADIENTS = Spot("gradients", 0, "y")
CROSS_ENTROPY_CURVE = Spot("losses", 0, "y")
HINGE_CURVE = Spot("losses", 1, "y")
KINK_SCORES, KINK_LOSSES = Spot("losses", 2, "x"), Spot("losses", 2, "y")
POINT_SCORES, POINT_LOSSES = "point_scores", "point_losses"
PROBABILITY_LABELS = "probability_labels"

GHOST_WIDTH, GHOST_PLACE = 0.1, 0.43
SIDE_BY_SIDE = 0.19
"""Half the distance between the two gradient bars of a class."""


BELOW_SCORES, BELOW_PROBABILITIES = -1e7, -9.0
"""Below any range of a panel. A bar that is not to be seen waits there: Plotly would draw the
outline of an empty bar, and would not give a bar that was NaN its outline back in a drag."""


def score_places(
    result: Comparison | HingeComparison, ghosts: OneStep | None = None
) -> dict[Place, FloatArray]:
    """Bars of the scores, of the stretches that violate a margin, and of the margin line.

    With ``ghosts``, the scores after a step of either loss stand beside the present ones.
    """
    zeros = np.zeros_like(result.scores)
    bases: tuple[FloatArray, ...] = (
        zeros,
        np.where(result.violations == 0, BELOW_SCORES, result.violation_bases),
        np.where(np.isnan(result.thresholds), BELOW_SCORES, result.thresholds),
    )
    heights = [result.scores, result.violations, zeros]
    if ghosts is not None:
        bases = (*bases, zeros, zeros)
        heights += [ghosts.softmax, ghosts.svm]
    return {
        SCORE_BASES: np.concatenate(bases, axis=-1),
        SCORE_HEIGHTS: np.concatenate(heights, axis=-1),
    }


def comparison_places(result: Comparison, ghosts: OneStep | None = None) -> dict[Place, FloatArray]:
    """Numbers that follow from the scores and the label, by the place that shows them."""
    zeros = np.zeros_like(result.scores)
    gradients = np.concatenate([result.cross_entropy_gradient, result.hinge_gradient], axis=-1)
    target_bases = [np.where(result.targets == 0, BELOW_PROBABILITIES, 0.0), zeros]
    targets_and_probabilities = [result.targets, result.probabilities]
    return {
        **score_places(result, ghosts),
        TARGET_BASES: np.concatenate(target_bases, axis=-1),
        PROBABILITIES: np.concatenate(targets_and_probabilities, axis=-1),
        PROBABILITY_LABELS: result.probabilities,
        GRADIENTS: gradients,
        "hinge": result.hinge,
        "cross_entropy": result.cross_entropy,
        "true_probability": result.true_probability,
        "violation_count": result.violation_count.astype(np.float64),
        "cross_entropy_gradient_norm": result.cross_entropy_gradient_norm,
        "hinge_gradient_norm": result.hinge_gradient_norm,
        "verdict": result.verdicts.astype(np.float64),
        "true_name": result.labels.astype(np.float64),
        "top_name": result.predictions.astype(np.float64),
    }


def point_places(result: Comparison, along: int) -> dict[Place, FloatArray]:
    """The present point on both curves along one score."""
    score = result.scores[..., along]
    return {
        POINT_SCORES: np.stack([score, score], axis=-1),
        POINT_LOSSES: np.stack([result.cross_entropy, result.hinge], axis=-1),
    }


def curve_places(curves: Comparison, kinks: FloatArray) -> dict[Place, FloatArray]:
    """Both losses along one score, and the kinks of the hinge loss: kinks of shape (..., 2, n)."""
    return {
        CROSS_ENTROPY_CURVE: curves.cross_entropy,
        HINGE_CURVE: curves.hinge,
        KINK_SCORES: kinks[..., 0, :],
        KINK_LOSSES: kinks[..., 1, :],
    }


def marks(panels: Sequence[str], classes: int) -> list[Mark]:
    """The numbers at the bars, and the present points of both losses."""
    places = np.arange(classes, dtype=np.float64)
    everything = (
        Mark("probabilities", "label", tuple(places), PROBABILITY_LABELS, decimals=(3,)),
        Mark(
            "gradients",
            "push",
            (*(places - SIDE_BY_SIDE), *(places + SIDE_BY_SIDE)),
            GRADIENTS,
            decimals=(2,) * classes + (0,) * classes,
        ),
        Mark("losses", "dot", POINT_SCORES, POINT_LOSSES, colors=(CROSS_ENTROPY, HINGE)),
    )
    return [mark for mark in everything if mark.panel in panels]


@lru_cache(FIGURES_KEPT)
def scores_figure(
    names: tuple[str, ...], axis: ScoreAxis, *, has_ghosts: bool = False
) -> go.Figure:
    """Bars of scores; the stretch by which a class violates its margin; the margin line.

    With ghosts, a slim bar for each loss, beside the score: where one step would take the score.
    """
    classes = len(names)
    ghosts = classes if has_ghosts else 0
    places = list(range(classes))
    figure = base_figure()
    figure.add_bar(
        x=[
            *places * 3,
            *(place - GHOST_PLACE for place in places[:ghosts]),
            *(place + GHOST_PLACE for place in places[:ghosts]),
        ],
        width=[FULL_WIDTH] * (2 * classes) + [1.0] * classes + [GHOST_WIDTH] * 2 * ghosts,
        marker={
            "color": [
                *CLASS_COLORS[:classes],
                *[HINGE] * 2 * classes,
                *[CROSS_ENTROPY] * ghosts,
                *[HINGE] * ghosts,
            ],
            "line": {
                "color": HINGE,
                "width": [0] * classes + [2] * classes + [3] * classes + [0] * 2 * ghosts,
            },
            "opacity": [1.0] * 3 * classes + [0.6] * 2 * ghosts,
            "pattern": {
                "shape": [""] * classes + ["/"] * classes + [""] * (classes + 2 * ghosts),
                "size": 7,
                "solidity": 0.35,
            },
        },
    )
    class_axis(figure, names, room_below=FLAG_ROOM)
    # Room at both ends for the value at the end of a bar.
    figure.update_yaxes(range=[-1.25 * axis.limit, 1.5 * axis.limit])
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def probabilities_figure(names: tuple[str, ...]) -> go.Figure:
    """Bars of p in class colours inside hollow bars of the target t."""
    classes = len(names)
    blank = "rgba(0,0,0,0)"
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * 2,
        width=[0.86] * classes + [0.62] * classes,
        marker={
            "color": [*[blank] * classes, *CLASS_COLORS[:classes]],
            "line": {"color": TARGET, "width": [2] * classes + [0] * classes},
        },
    )
    class_axis(figure, names)
    figure.update_yaxes(range=[0, 1.16], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def gradients_figure(names: tuple[str, ...], variant: HingeVariant) -> go.Figure:
    """Both gradients side by side: a positive one pushes the score down, a negative one up."""
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=[
            *(place - SIDE_BY_SIDE for place in range(classes)),
            *(place + SIDE_BY_SIDE for place in range(classes)),
        ],
        width=1.8 * SIDE_BY_SIDE,
        marker={"color": [CROSS_ENTROPY] * classes + [HINGE] * classes},
    )
    lowest = -(classes - 1) if variant == "weston_watkins" else -1
    room = 0.22 * (1 - lowest)
    class_axis(figure, names)
    figure.update_yaxes(range=[lowest - room, 1 + room], nticks=6)
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def losses_figure(
    axis: ScoreAxis, highest: float, *, lowest: float | None, score_label: str
) -> go.Figure:
    """Both losses along one score, with the kinks of the hinge loss.

    Up to ``highest``; from 0 on a linear axis, or from ``lowest`` on a logarithmic one, on which a
    loss of 0 has no place.
    """
    figure = base_figure()
    for color in (CROSS_ENTROPY, HINGE):
        figure.add_scatter(x=axis.grid.tolist(), mode="lines", line={"color": color, "width": 3})
    figure.add_scatter(
        mode="markers",
        marker={"symbol": "circle-open", "size": 11, "color": HINGE, "line": {"width": 2}},
    )
    figure.update_xaxes(range=[-axis.limit, axis.limit], title_text=score_label, fixedrange=False)
    figure.update_yaxes(range=[-0.05 * highest, 1.06 * highest], fixedrange=False)
    if lowest is not None:
        ends = np.log10([lowest, 2 * highest]).tolist()
        decades = max(1, round((ends[1] - ends[0]) / 5))
        figure.update_yaxes(type="log", range=ends, exponentformat="power", dtick=decades)
    figure.update_layout(
        dragmode="zoom", margin={"b": 46}, uirevision=f"{axis.limit} {highest} {lowest}"
    )
    return figure


def legend(
    panel: str, word: Callable[[str], str], *, has_ghosts: bool = False
) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    both = (("cross_entropy", CROSS_ENTROPY), ("hinge", HINGE))
    if panel == "scores":
        ghosts = (
            LegendEntry(word("softmax_ghost"), CROSS_ENTROPY),
            LegendEntry(word("svm_ghost"), HINGE),
        )
        return (
            LegendEntry(word("threshold"), HINGE, "line"),
            LegendEntry(word("violation"), HINGE, "hatch"),
            # There is room for one line of words.
            *(ghosts if has_ghosts else (LegendEntry(word("flag"), MUTED, "none"),)),
        )
    if panel == "probabilities":
        return (LegendEntry(word("p"), MUTED), LegendEntry(word("t"), TARGET, "outline"))
    if panel == "gradients":
        bars = tuple(LegendEntry(word(name), color) for name, color in both)
        return (*bars, LegendEntry(word("push"), MUTED, "none"))
    lines = tuple(LegendEntry(word(name), color, "line") for name, color in both)
    return (*lines, LegendEntry(word("kink"), HINGE, "ring"))
