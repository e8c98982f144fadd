"""The panels of the lesson on regularisation, and which number goes where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.losses.penalties import PENALTIES
from core.validation import FloatArray
from pages.regularization.path import (
    PROBLEM,
    STRENGTHS,
    Optima,
    contour,
    penalty_ball,
    position,
)
from pages.regularization.penalty_comparison import INPUTS, PenaltyComparison
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import CLASS_COLORS, INK, MUTED, ZERO, base_figure, class_axis
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "COLORS",
    "PATH_PANELS",
    "WEIGHT_NAMES",
    "WEIGHT_PANELS",
    "gradients_figure",
    "legend",
    "path_figure",
    "path_marks",
    "path_places",
    "penalties_figure",
    "plane_figure",
    "threshold_figure",
    "weight_marks",
    "weight_places",
]

WEIGHT_PANELS = ("weights", "penalties", "gradients")
PATH_PANELS = ("plane", "path", "threshold")
WEIGHT_NAMES = ("w₁", "w₂", "w₃", "w₄")
COLORS = {"l1": CLASS_COLORS[9], "l2": CLASS_COLORS[7], "elastic": CLASS_COLORS[8]}
"""The colour of each penalty; those of the weights are the first of the class colours."""

STACK, BASES = Spot("penalties", 0, "y"), Spot("penalties", 0, "base")
TOTALS = "penalty_totals"
GRADIENTS = Spot("gradients", 0, "y")
GRADIENT_LABELS = "gradient_labels"

BALL_X, BALL_Y = Spot("plane", 3, "x"), Spot("plane", 3, "y")
ELLIPSE_X, ELLIPSE_Y = Spot("plane", 4, "x"), Spot("plane", 4, "y")
CURSOR = Spot("path", 0, "x")
THRESHOLD_X, THRESHOLD_Y = Spot("threshold", 1, "x"), Spot("threshold", 1, "y")
OPTIMUM_X, OPTIMUM_Y = "optimum_x", "optimum_y"
AT, WEIGHTS_AT = "strength_at", "weights_at"
PULLS, SHRUNK = "pulls", "shrunk"

PALE = 0.45
GROUP = 0.27
"""Distance between the bars of two penalties on one weight."""
BALL_POINTS, ELLIPSE_POINTS = 41, 61
LEVELS = (0.25, 0.75, 1.75, 3.5, 6.0, 10.0)
"""Data losses of the contours; the smallest is 0.125."""
PLANE = ((-2.1, 3.0), (-2.0, 2.0))
LARGEST_PULL, LARGEST_SHRUNK = 8.0, 3.4
TICKS = (0.0, 0.1, 1.0, 10.0, 100.0)


def weight_places(result: PenaltyComparison) -> dict[Place, FloatArray]:
    """Numbers that follow from the four weights, by the place they go to."""
    parts = result.per_weight
    bases = np.cumsum(parts, axis=-1) - parts
    lead = result.score.shape
    return {
        Spot("weights", 0, "y"): result.weights,
        # Last come bars without height: a line at the least that the score can cost.
        STACK: np.concatenate([parts.reshape(*lead, -1), np.zeros_like(result.least)], axis=-1),
        BASES: np.concatenate([bases.reshape(*lead, -1), result.least], axis=-1),
        TOTALS: result.values,
        GRADIENTS: result.gradient.reshape(*lead, -1),
        GRADIENT_LABELS: result.gradient.reshape(*lead, -1),
        "score": result.score,
        **{name: result.values[..., index] for index, name in enumerate(PENALTIES)},
        **{f"least_{name}": result.least[..., index] for index, name in enumerate(PENALTIES)},
        "even": result.score / len(INPUTS),
        "full": result.full[..., 0],
        "full_slope": result.full[..., 1],
        "halved": result.halved[..., 0],
        "halved_slope": result.halved[..., 1],
        "sharing": result.sharing.astype(np.float64),
        "convention": np.zeros(lead),
    }


def path_places(
    result: Optima, other: Optima, *, mixing: float, half: bool
) -> dict[Place, FloatArray]:
    """Numbers that follow from lambda, shape (n, ...), by the place they go to.

    ``other`` is the penalty to compare with, for the same values of lambda.
    """
    ball = penalty_ball(result.weights, mixing=mixing, half=half, points=BALL_POINTS)
    ellipse = contour(result.data_loss, points=ELLIPSE_POINTS)
    at = position(result.strengths)
    held = np.minimum(result.thresholds, LARGEST_PULL)[:, None]
    pulls = np.concatenate(
        [np.full_like(held, -LARGEST_PULL), -held, held, np.full_like(held, LARGEST_PULL)], axis=1
    )
    shrunk = (pulls - np.clip(pulls, -held, held)) / result.divisors[:, :1]
    return {
        BALL_X: ball[..., 0],
        BALL_Y: ball[..., 1],
        ELLIPSE_X: ellipse[..., 0],
        ELLIPSE_Y: ellipse[..., 1],
        OPTIMUM_X: np.stack([result.weights[:, 0], other.weights[:, 0]], axis=1),
        OPTIMUM_Y: np.stack([result.weights[:, 1], other.weights[:, 1]], axis=1),
        CURSOR: np.stack([at, at], axis=1),
        AT: np.stack([at, at], axis=1),
        WEIGHTS_AT: result.weights,
        THRESHOLD_X: pulls,
        THRESHOLD_Y: shrunk,
        PULLS: result.pulls,
        SHRUNK: result.weights,
        "optimum_1": result.weights[:, 0],
        "optimum_2": result.weights[:, 1],
        "data_loss": result.data_loss,
        "penalty": result.penalty,
        "total": result.total,
        "other_1": other.weights[:, 0],
        "other_2": other.weights[:, 1],
        "pull_1": np.abs(result.pulls[:, 0]),
        "pull_2": np.abs(result.pulls[:, 1]),
        "hold": result.thresholds,
        "sparsity": result.sparsity.astype(np.float64),
    }


def weight_marks() -> list[Mark]:
    """The totals on their bars, and the gradients with where descent pushes."""
    return [
        Mark("penalties", "label", (0.0, 1.0, 2.0), TOTALS, decimals=(4,)),
        Mark("gradients", "push", _group_places(), GRADIENT_LABELS, digits=3),
    ]


def path_marks(color: str) -> list[Mark]:
    """The optimum with the chosen penalty, in its colour, and with the other; both weights."""
    minimum = tuple(PROBLEM.minimum.tolist())
    weights = CLASS_COLORS[:2]
    return [
        Mark("plane", "text", minimum[:1], minimum[1:], numbers="cross", choices=("✕",)),
        Mark("plane", "dot", OPTIMUM_X, OPTIMUM_Y, colors=(color, MUTED)),
        Mark("path", "dot", AT, WEIGHTS_AT, colors=weights),
        Mark("threshold", "dot", PULLS, SHRUNK, colors=weights),
    ]


def _group_places() -> tuple[float, ...]:
    return tuple(
        weight + GROUP * (penalty - 1)
        for penalty in range(len(PENALTIES))
        for weight in range(len(INPUTS))
    )


@lru_cache(FIGURES_KEPT)
def penalties_figure(names: tuple[str, ...], chosen: str, highest: float) -> go.Figure:
    """One bar a penalty, stacked from what each weight adds; the chosen one in full colour."""
    count = len(INPUTS)
    figure = base_figure()
    figure.add_bar(
        x=[*(penalty for penalty in range(3) for _ in INPUTS), 0, 1, 2],
        width=[0.56] * 3 * count + [0.86] * 3,
        marker={
            "color": [*CLASS_COLORS[:count] * 3, *["rgba(0,0,0,0)"] * 3],
            "opacity": [*(_opacity(name, chosen) for name in PENALTIES for _ in INPUTS), 1, 1, 1],
            "line": {
                "color": INK,
                "width": [0] * 3 * count + [2.5] * 3,
            },
        },
    )
    class_axis(figure, names)
    figure.update_yaxes(range=[0, 1.12 * highest])
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def gradients_figure(chosen: str, highest: float) -> go.Figure:
    """The derivative by each weight, one bar a penalty; the chosen one in full colour."""
    figure = base_figure()
    each = [name for name in PENALTIES for _ in INPUTS]
    figure.add_bar(
        x=_group_places(),
        width=0.92 * GROUP,
        marker={
            "color": [COLORS[name] for name in each],
            "opacity": [_opacity(name, chosen) for name in each],
            "pattern": {
                "shape": ["/" if name == "elastic" else "" for name in each],
                "size": 7,
                "solidity": 0.35,
            },
        },
    )
    class_axis(figure, WEIGHT_NAMES)
    figure.update_yaxes(range=[-1.16 * highest, 1.16 * highest])
    figure.update_layout(barmode="overlay")
    return figure


def _opacity(name: str, chosen: str) -> float:
    return 1.0 if name == chosen else PALE


@lru_cache(FIGURES_KEPT)
def plane_figure(color: str, path: tuple[bytes, bytes]) -> go.Figure:
    """Contours of the data loss, the way of both optima, a penalty ball and its contour.

    ``path`` holds the optima along lambda as float64: with the chosen penalty, and the other.
    """
    gap = np.full((len(LEVELS), 1, 2), np.nan)
    ellipses = np.concatenate([contour(LEVELS, points=ELLIPSE_POINTS), gap], axis=1)
    chosen, other = (np.frombuffer(part).reshape(-1, 2) for part in path)
    figure = base_figure()
    _line(figure, ellipses.reshape(-1, 2), ZERO, width=1)
    _line(figure, other, MUTED, width=2, dash="dot")
    _line(figure, chosen, color, width=3)
    figure.add_scatter(mode="lines", line={"color": color, "width": 2, "simplify": False})
    figure.add_scatter(mode="lines", line={"color": INK, "width": 2, "dash": "dash"})
    across, up = PLANE
    figure.update_xaxes(range=across, title_text="w₁", zerolinewidth=2)
    figure.update_yaxes(range=up, title_text="w₂", zerolinewidth=2, scaleanchor="x")
    figure.update_layout(margin={"b": 46})
    return figure


def _line(
    figure: go.Figure, points: FloatArray, color: str, *, width: float, dash: str = "solid"
) -> None:
    figure.add_scatter(
        x=points[:, 0].tolist(),
        y=points[:, 1].tolist(),
        mode="lines",
        line={"color": color, "width": width, "dash": dash, "simplify": False},
    )


@lru_cache(FIGURES_KEPT)
def path_figure(
    path: tuple[bytes, bytes], zeros: tuple[tuple[float, int], ...], *, axis_label: str
) -> go.Figure:
    """Both weights along lambda: drawn through for the chosen penalty, dotted for the other.

    ``zeros`` tells from which lambda on which weight is 0.
    """
    chosen, other = (np.frombuffer(part).reshape(-1, 2) for part in path)
    at = position(STRENGTHS)
    low, high = -0.12, 2.2
    figure = base_figure()
    figure.add_scatter(y=[low, high], mode="lines", line={"color": INK, "width": 1.5})
    for index, color in enumerate(CLASS_COLORS[:2]):
        _line(figure, np.stack([at, other[:, index]], axis=1), color, width=2, dash="dot")
        _line(figure, np.stack([at, chosen[:, index]], axis=1), color, width=3)
    figure.add_scatter(
        x=[float(position(strength)[0]) for strength, _ in zeros],
        y=[0.0] * len(zeros),
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 13,
            "color": [CLASS_COLORS[index] for _, index in zeros],
            "line": {"width": 3},
        },
    )
    figure.update_xaxes(
        range=[-3, len(STRENGTHS) + 2],
        tickvals=[float(position(tick)[0]) for tick in TICKS],
        ticktext=[f"{tick:g}" for tick in TICKS],
        tickangle=0,
        title_text=axis_label,
    )
    figure.update_yaxes(range=[low, high])
    figure.update_layout(margin={"b": 46})
    return figure


@lru_cache(FIGURES_KEPT)
def threshold_figure(color: str, *, pull_label: str) -> go.Figure:
    """The weight that a pull leads to: without a penalty, and with the chosen one."""
    slope = 1.0 / float(PROBLEM.curvature[0, 0])
    ends = LARGEST_PULL * np.array([-1.0, 1.0])
    figure = base_figure()
    _line(figure, np.stack([ends, slope * ends], axis=1), MUTED, width=1.5, dash="dash")
    figure.add_scatter(mode="lines", line={"color": color, "width": 3, "simplify": False})
    figure.update_xaxes(range=ends.tolist(), title_text=pull_label)
    figure.update_yaxes(range=[-LARGEST_SHRUNK, LARGEST_SHRUNK])
    figure.update_layout(margin={"b": 46})
    return figure


def legend(
    panel: str, names: Sequence[str], chosen: str, other: str, word: Callable[..., str]
) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    weights = [
        LegendEntry(name, color) for name, color in zip(WEIGHT_NAMES, CLASS_COLORS, strict=False)
    ]
    by_id = dict(zip(PENALTIES, names, strict=True))
    if panel == "weights":
        return (LegendEntry(word("inputs"), MUTED, "none"),)
    if panel == "penalties":
        return (*weights, LegendEntry(word("least"), INK, "line"))
    if panel == "gradients":
        return tuple(
            LegendEntry(name, COLORS[id], "hatch" if id == "elastic" else "fill")
            for id, name in by_id.items()
        )
    if panel == "plane":
        return (
            LegendEntry(by_id[chosen], COLORS[chosen], "line"),
            LegendEntry(by_id[other], MUTED, "line"),
            LegendEntry(word("data_minimum"), INK, "none"),
        )
    if panel == "path":
        return (
            *(entry._replace(shape="line") for entry in weights[:2]),
            LegendEntry(word("dotted", other=by_id[other]), MUTED, "none"),
        )
    return (
        LegendEntry(by_id[chosen], COLORS[chosen], "line"),
        LegendEntry(word("no_penalty"), MUTED, "line"),
        *weights[:2],
    )
