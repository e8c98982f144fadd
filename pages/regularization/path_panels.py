"""The panels of the optimum along lambda: in the plane of both weights, as curves, and its rule."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from core.validation import FloatArray
from pages.regularization import RegularizationState
from pages.regularization.panels import COLORS, HEIGHT, WEIGHT_LEGEND, penalty_names
from pages.regularization.path import (
    ELLIPSE_POINTS,
    PROBLEM,
    STRENGTH,
    STRENGTHS,
    PathNumbers,
    contour,
    position,
    soft_threshold,
    zero_from,
)
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import CLASS_COLORS, INK, MUTED, ZERO, base_figure
from pages.ui.stage.marks import Dot, Note
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.stage.sweeps import Sweeps
from pages.ui.text import Text

__all__ = ["LARGEST_PULL", "LEVELS", "PANELS", "PLANE"]

LEVELS: Final = (0.25, 0.75, 1.75, 3.5, 6.0, 10.0)
"""Data losses of the contours; the smallest is 0.125."""
PLANE: Final = ((-2.1, 3.0), (-2.0, 2.0))
LARGEST_PULL, LARGEST_SHRUNK = 8.0, 3.4
TICKS: Final = (0.0, 0.1, 1.0, 10.0, 100.0)
WEIGHT_COLORS: Final = CLASS_COLORS[:2]

PathSweeps: TypeAlias = Sweeps[str, PathNumbers]
Points: TypeAlias = tuple[tuple[float, float], ...]


def _optima(sweeps: PathSweeps) -> tuple[Points, Points]:
    """The optimum for every lambda: with the chosen penalty, and with the other."""
    path = sweeps.by[STRENGTH]
    chosen, other = (tuple(map(tuple, each.weights.tolist())) for each in (path.chosen, path.other))
    return chosen, other


def _plane(state: RegularizationState, sweeps: PathSweeps, t: Text) -> Panel:
    """Contours of the data loss, the ways of both optima, the penalty ball and its contour."""
    names, color = penalty_names(t), COLORS[state.penalty]
    least = PROBLEM.minimum.tolist()

    def weight(index: int, result: PathNumbers) -> FloatArray:
        return np.stack([each.weights[..., index] for each in (result.chosen, result.other)], -1)

    return Panel(
        id="plane",
        figure=_plane_figure(color, *_optima(sweeps)),
        show={
            (3, "x"): lambda result: result.ball[..., 0],
            (3, "y"): lambda result: result.ball[..., 1],
            (4, "x"): lambda result: result.ellipse[..., 0],
            (4, "y"): lambda result: result.ellipse[..., 1],
        },
        marks=(
            Note((least[0],), (least[1],), numbers=(0.0,), choices=("✕",)),
            Dot(
                lambda result: weight(0, result),
                lambda result: weight(1, result),
                colors=(color, MUTED),
            ),
        ),
        title=t("regularization.panel.plane"),
        alt=t("regularization.alt.plane", name=names[state.penalty]),
        legend=(
            LegendEntry(names[state.penalty], color, "line"),
            LegendEntry(names[state.other_penalty], MUTED, "line"),
            LegendEntry(t("regularization.legend.data_minimum"), INK, "none"),
        ),
        height=HEIGHT,
    )


def _path(state: RegularizationState, sweeps: PathSweeps, t: Text) -> Panel:
    """Both weights along lambda, with a ring from where on each is 0."""
    names = penalty_names(t)
    zeros = tuple(
        (strength, index)
        for index, strength in enumerate(zero_from(mixing=state.l1_share, half=state.half))
        if strength <= float(STRENGTHS[-1])
    )

    def cursor(result: PathNumbers) -> FloatArray:
        at = position(result.chosen.strengths)
        return np.stack([at, at], axis=-1)

    return Panel(
        id="path",
        figure=_path_figure(*_optima(sweeps), zeros, axis_label=t("regularization.axis.strength")),
        show={(0, "x"): cursor},
        marks=(Dot(cursor, lambda result: result.chosen.weights, colors=WEIGHT_COLORS),),
        title=t("regularization.panel.path"),
        alt=t("regularization.alt.path", name=names[state.penalty]),
        legend=(
            *(entry._replace(shape="line") for entry in WEIGHT_LEGEND[:2]),
            LegendEntry(
                t("regularization.legend.dotted", other=names[state.other_penalty]), MUTED, "none"
            ),
        ),
        height=HEIGHT,
    )


def _threshold(state: RegularizationState, sweeps: PathSweeps, t: Text) -> Panel:
    """The weight that a pull leads to: without a penalty, and with the chosen one."""
    name, color = penalty_names(t)[state.penalty], COLORS[state.penalty]

    def pulls(result: PathNumbers) -> FloatArray:
        held = np.minimum(result.chosen.thresholds, LARGEST_PULL)
        ends = np.full_like(held, LARGEST_PULL)
        return np.stack([-ends, -held, held, ends], axis=-1)

    def shrunk(result: PathNumbers) -> FloatArray:
        left = soft_threshold(pulls(result), result.chosen.thresholds[..., None])
        return left / result.chosen.divisors[..., :1]

    return Panel(
        id="threshold",
        figure=_threshold_figure(color, pull_label=t("regularization.axis.pull")),
        show={(1, "x"): pulls, (1, "y"): shrunk},
        marks=(
            Dot(
                lambda result: result.chosen.pulls,
                lambda result: result.chosen.weights,
                colors=WEIGHT_COLORS,
            ),
        ),
        title=t("regularization.panel.threshold"),
        alt=t("regularization.alt.threshold", name=name),
        legend=(
            LegendEntry(name, color, "line"),
            LegendEntry(t("regularization.legend.no_penalty"), MUTED, "line"),
            *WEIGHT_LEGEND[:2],
        ),
        height=HEIGHT,
    )


PANELS: Final = (_plane, _path, _threshold)
"""Each makes one panel of the state, its sweeps and the texts."""


@lru_cache(FIGURES_KEPT)
def _plane_figure(color: str, chosen: Points, other: Points) -> go.Figure:
    gap = np.full((len(LEVELS), 1, 2), np.nan)
    ellipses = np.concatenate([contour(LEVELS, points=ELLIPSE_POINTS), gap], axis=1)
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
    figure: go.Figure, points: ArrayLike, color: str, *, width: float, dash: str = "solid"
) -> None:
    x, y = np.asarray(points).T.tolist()
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": color, "width": width, "dash": dash, "simplify": False},
    )


@lru_cache(FIGURES_KEPT)
def _path_figure(
    chosen: Points, other: Points, zeros: tuple[tuple[float, int], ...], *, axis_label: str
) -> go.Figure:
    """Drawn through for the chosen penalty, dotted for the other.

    ``zeros`` tells from which lambda on which weight is 0.
    """
    at = position(STRENGTHS)
    low, high = -0.12, 2.2
    figure = base_figure()
    figure.add_scatter(y=[low, high], mode="lines", line={"color": INK, "width": 1.5})
    for index, color in enumerate(WEIGHT_COLORS):
        dotted, through = (np.stack([at, np.array(way)[:, index]], 1) for way in (other, chosen))
        _line(figure, dotted, color, width=2, dash="dot")
        _line(figure, through, color, width=3)
    figure.add_scatter(
        x=[float(position(strength)) for strength, _ in zeros],
        y=[0.0] * len(zeros),
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 13,
            "color": [WEIGHT_COLORS[index] for _, index in zeros],
            "line": {"width": 3},
        },
    )
    figure.update_xaxes(
        range=[-3, len(STRENGTHS) + 2],
        tickvals=position(TICKS).tolist(),
        ticktext=[f"{tick:g}" for tick in TICKS],
        tickangle=0,
        title_text=axis_label,
    )
    figure.update_yaxes(range=[low, high])
    figure.update_layout(margin={"b": 46})
    return figure


@lru_cache(FIGURES_KEPT)
def _threshold_figure(color: str, *, pull_label: str) -> go.Figure:
    slope = 1.0 / float(PROBLEM.curvature[0, 0])
    ends = LARGEST_PULL * np.array([-1.0, 1.0])
    figure = base_figure()
    _line(figure, np.stack([ends, slope * ends], axis=1), MUTED, width=1.5, dash="dash")
    figure.add_scatter(mode="lines", line={"color": color, "width": 3, "simplify": False})
    figure.update_xaxes(range=ends.tolist(), title_text=pull_label)
    figure.update_yaxes(range=[-LARGEST_SHRUNK, LARGEST_SHRUNK])
    figure.update_layout(margin={"b": 46})
    return figure
