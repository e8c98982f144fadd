"""The panels of SVM against softmax, and which number of a comparison goes where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.comparison import Comparison
from core.losses import HingeVariant
from core.sweeps import FloatArray, ScoreAxis
from pages.ui.figures.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    HINGE,
    INK,
    MUTED,
    TARGET,
    base_figure,
    class_axis,
)
from pages.ui.stage.vocabulary import Place, Spot

__all__ = [
    "comparison_places",
    "curve_places",
    "gradients_figure",
    "losses_figure",
    "point_places",
    "probabilities_figure",
    "scores_figure",
]

SCORES = Spot("scores", 0, "y")
VIOLATION_BASES = Spot("scores", 1, "base")
VIOLATIONS = Spot("scores", 1, "y")
THRESHOLDS = Spot("scores", 2, "y")
TARGETS = Spot("probabilities", 0, "y")
PROBABILITIES = Spot("probabilities", 1, "y")
CROSS_ENTROPY_GRADIENT = Spot("gradients", 0, "y")
HINGE_GRADIENT = Spot("gradients", 1, "y")
CROSS_ENTROPY_CURVE = Spot("losses", 0, "y")
HINGE_CURVE = Spot("losses", 1, "y")
KINK_SCORES, KINK_LOSSES = Spot("losses", 2, "x"), Spot("losses", 2, "y")
POINT_SCORES, POINT_LOSSES = Spot("losses", 3, "x"), Spot("losses", 3, "y")


def _segments(levels: FloatArray) -> FloatArray:
    """Heights of a horizontal stroke a class: left end, right end, gap."""
    return np.stack([levels, levels, np.full_like(levels, np.nan)], axis=-1).reshape(
        *levels.shape[:-1], -1
    )


def comparison_places(result: Comparison) -> dict[Place, FloatArray]:
    """Numbers that follow from the scores and the label, by the place that shows them."""
    return {
        SCORES: result.scores,
        VIOLATION_BASES: result.violation_bases,
        VIOLATIONS: result.violations,
        THRESHOLDS: _segments(result.thresholds),
        TARGETS: result.targets,
        PROBABILITIES: result.probabilities,
        CROSS_ENTROPY_GRADIENT: result.cross_entropy_gradient,
        HINGE_GRADIENT: result.hinge_gradient,
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


def scores_figure(names: Sequence[str], axis: ScoreAxis) -> go.Figure:
    """Bars of scores; the stretch by which a class violates its margin; the margin line."""
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=list(range(classes)),
        width=0.72,
        marker={"color": CLASS_COLORS[:classes]},
    )
    figure.add_bar(
        x=list(range(classes)),
        width=0.72,
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"color": HINGE, "width": 2},
            "pattern": {"shape": "/", "fgcolor": HINGE, "size": 7, "solidity": 0.35},
        },
    )
    edges = [[place - 0.48, place + 0.48, None] for place in range(classes)]
    figure.add_scatter(
        x=[edge for pair in edges for edge in pair],
        mode="lines",
        line={"color": HINGE, "width": 3, "dash": "4px,3px"},
    )
    class_axis(figure, names)
    # Room above for the flag, and at both ends for the value at the end of a bar.
    figure.update_yaxes(range=[-1.18 * axis.limit, 1.42 * axis.limit])
    figure.update_layout(barmode="overlay")
    return figure


def probabilities_figure(
    names: Sequence[str], *, probability_label: str, target_label: str
) -> go.Figure:
    """Bars of p in class colours inside hollow bars of the target t."""
    classes = len(names)
    figure = base_figure(legend=True)
    figure.add_bar(
        x=list(range(classes)),
        width=0.86,
        marker={"color": "rgba(0,0,0,0)", "line": {"color": TARGET, "width": 2}},
        name=target_label,
    )
    figure.add_bar(
        x=list(range(classes)),
        width=0.62,
        marker={"color": CLASS_COLORS[:classes]},
        texttemplate="%{y:.3f}",
        textposition="outside",
        textfont={"size": 15 if classes <= 6 else 11, "color": INK},
        cliponaxis=False,
        textangle=0,
        name=probability_label,
    )
    class_axis(figure, names)
    figure.update_yaxes(range=[0, 1.14], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_layout(barmode="overlay")
    return figure


def gradients_figure(
    names: Sequence[str],
    variant: HingeVariant,
    *,
    cross_entropy_label: str,
    hinge_label: str,
    down_label: str,
    up_label: str,
) -> go.Figure:
    """Both gradients side by side: a positive one pushes the score down, a negative one up."""
    classes = len(names)
    figure = base_figure(legend=True)
    for label, color, template in (
        (cross_entropy_label, CROSS_ENTROPY, "%{y:.2f}"),
        (hinge_label, HINGE, "%{y:d}"),
    ):
        figure.add_bar(
            x=list(range(classes)),
            marker={"color": color},
            texttemplate=template,
            textposition="outside",
            textfont={"size": 14 if classes <= 5 else 10, "color": INK},
            cliponaxis=False,
            textangle=0,
            name=label,
        )
    lowest = -(classes - 1) if variant == "weston_watkins" else -1
    span = 1 - lowest
    for text, level, anchor in ((down_label, 1 + 0.2 * span, "top"), (up_label, lowest - 0.2 * span, "bottom")):
        figure.add_annotation(
            text=text,
            xref="paper",
            x=1,
            xanchor="right",
            y=level,
            yanchor=anchor,
            showarrow=False,
            font={"size": 13, "color": MUTED},
        )
    class_axis(figure, names)
    figure.update_yaxes(range=[lowest - 0.22 * span, 1 + 0.22 * span], nticks=6)
    figure.update_layout(barmode="group", bargap=0.25, bargroupgap=0.06)
    return figure


def losses_figure(
    axis: ScoreAxis,
    highest: float,
    *,
    cross_entropy_label: str,
    hinge_label: str,
    kink_label: str,
    score_label: str,
) -> go.Figure:
    """Both losses along one score, with the kinks of the hinge loss and the present point."""
    figure = base_figure(legend=True)
    figure.add_scatter(
        x=axis.grid.tolist(), mode="lines", line={"color": CROSS_ENTROPY, "width": 3}, name=cross_entropy_label
    )
    figure.add_scatter(
        x=axis.grid.tolist(), mode="lines", line={"color": HINGE, "width": 3}, name=hinge_label
    )
    figure.add_scatter(
        mode="markers",
        marker={"symbol": "circle-open", "size": 11, "color": HINGE, "line": {"width": 2}},
        name=kink_label,
    )
    figure.add_scatter(
        mode="markers",
        marker={"size": 14, "color": [CROSS_ENTROPY, HINGE], "line": {"color": INK, "width": 2}},
        showlegend=False,
    )
    figure.update_xaxes(range=[-axis.limit, axis.limit], title_text=score_label, fixedrange=False)
    figure.update_yaxes(range=[-0.05 * highest, 1.06 * highest], fixedrange=False)
    figure.update_layout(dragmode="zoom", margin={"b": 46}, uirevision=f"{axis.limit} {highest}")
    return figure
