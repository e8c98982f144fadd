"""The panels of the gradient check, and which of its numbers goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.gradient_check.difference_quotients import (
    BEST_STEP,
    BEST_STEP_FLOAT32,
    OFFSETS,
    Magnified,
)
from pages.gradient_check.errors import GradientErrors
from pages.gradient_check.step_error import ErrorCurves
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM
from pages.ui.kit.theme import INK, MUTED, TARGET, ZERO, base_figure, class_axis
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "curve_places",
    "error_places",
    "errors_figure",
    "gradients_figure",
    "legend",
    "magnified_figure",
    "magnified_places",
    "marks",
    "point_places",
]

FLOAT64, FLOAT32 = "#2B8C7B", "#BB52A9"

SCORES = Spot("scores", 0, "y")
GRADIENTS = Spot("gradients", 0, "y")
CENTRAL, CENTRAL32 = Spot("errors", 3, "y"), Spot("errors", 2, "y")
FORWARD, PREDICTED = Spot("errors", 1, "y"), Spot("errors", 0, "y")
STEP_LINE = Spot("errors", 4, "x")
CURVE32, CURVE = Spot("magnified", 0, "y"), Spot("magnified", 1, "y")
TANGENT, SECANT = Spot("magnified", 2, "y"), Spot("magnified", 3, "y")
ANALYTIC, LABEL_ENDS, KINK_RINGS = "analytic", "label_ends", "kink_rings"
ERRORS, ERRORS32 = "entry_errors", "entry_errors32"
POINT_STEPS, POINT_ERRORS = "point_steps", "point_errors"
ENDS = "secant_ends"

LEAST_ERROR, LARGEST_ERROR = 1e-16, 10.0
"""The range of the axis of errors. An error of 0 has no place on it, and lies on its floor."""

ROOM_FOR_BOTH = 6
"""Up to so many entries, the errors in float64 and in float32 are both written at the bars."""

BELOW_ERRORS = 1e-40
"""Below the range of the axis: where a prediction of 0 is drawn."""

BESIDE = 0.19
"""Half the distance between the float64 and the float32 bar of an entry."""


def error_places(errors: GradientErrors) -> dict[Place, FloatArray]:
    """Numbers of the whole gradient, by the place that shows them."""
    bars = (errors.analytic, errors.central, errors.central32)
    is_comparable = ~errors.kinks.all(axis=-1)
    return {
        SCORES: errors.points,
        GRADIENTS: np.concatenate(bars, axis=-1),
        ANALYTIC: errors.analytic,
        LABEL_ENDS: np.where(errors.analytic == 0, -1e-9 * errors.central, errors.analytic),
        KINK_RINGS: np.where(errors.kinks, 0.0, np.nan),
        ERRORS: np.where(errors.kinks, np.nan, errors.error),
        ERRORS32: np.where(errors.kinks, np.nan, errors.error32),
        STEP_LINE: np.stack([errors.steps, errors.steps], axis=-1),
        POINT_STEPS: np.stack([errors.steps, errors.steps], axis=-1),
        "value": errors.value,
        "worst": np.where(is_comparable, errors.worst, np.nan),
        "worst32": np.where(is_comparable, errors.worst32, np.nan),
        "kink_count": errors.kink_count.astype(np.float64),
        "kinks_note": errors.kink_count.astype(np.float64),
        "float32_note": errors.is_below_float32.astype(np.float64),
        "step": errors.steps,
        "finding": errors.findings.astype(np.float64),
        "suspect_name": errors.suspects.astype(np.float64),
    }


def curve_places(curves: ErrorCurves) -> dict[Place, FloatArray]:
    """The error of one entry's derivative against the step."""
    gap = np.full((*curves.rounding.shape[:-1], 1), np.nan)
    predicted = [curves.rounding, gap, curves.rounding32, gap, curves.truncation]
    return {
        CENTRAL: np.maximum(curves.central, LEAST_ERROR),
        CENTRAL32: np.maximum(curves.central32, LEAST_ERROR),
        FORWARD: np.maximum(curves.forward, LEAST_ERROR),
        PREDICTED: np.maximum(np.concatenate(predicted, axis=-1), BELOW_ERRORS),
    }


def magnified_places(view: Magnified) -> dict[Place, FloatArray]:
    """One entry's slope under the magnifying glass."""
    return {
        CURVE32: view.curve32,
        CURVE: view.curve,
        TANGENT: view.tangent,
        SECANT: view.secant,
        ENDS: view.ends,
    }


def point_places(errors: GradientErrors, entry: int) -> dict[Place, FloatArray]:
    """The present errors of one entry's derivative, and its name."""
    pair = np.stack([errors.error[..., entry], errors.error32[..., entry]], axis=-1)
    return {
        POINT_ERRORS: np.maximum(pair, LEAST_ERROR),
        "focus_name": np.full(errors.value.shape, float(entry)),
    }


def marks(classes: int, limit: float) -> list[Mark]:
    """The numbers at the bars, rings at kinks, the present errors, and the ends of the secant."""
    places = tuple(np.arange(classes, dtype=np.float64).tolist())
    upper, lower = -1.53 * limit, -1.89 * limit
    texts = [(ERRORS, FLOAT64, (upper,) * classes), (ERRORS32, FLOAT32, (lower,) * classes)]
    if classes > ROOM_FOR_BOTH:
        # Side by side the numbers would touch: every second one stands lower.
        texts = [(ERRORS, FLOAT64, ((upper, lower) * classes)[:classes])]
    return [
        Mark("gradients", "ring", places, KINK_RINGS, colors=(INK,), size=(0.94, 2.2 * limit)),
        Mark("gradients", "label", places, LABEL_ENDS, numbers=ANALYTIC, decimals=(3,)),
        *(
            Mark("gradients", "text", places, heights, errors, (1,), colors=(color,))
            for errors, color, heights in texts
        ),
        Mark("errors", "dot", POINT_STEPS, POINT_ERRORS, colors=(FLOAT64, FLOAT32)),
        Mark("magnified", "dot", (-1.0, 1.0), ENDS, colors=(FLOAT64,)),
    ]


@lru_cache(FIGURES_KEPT)
def gradients_figure(names: tuple[str, ...], limit: float) -> go.Figure:
    """Hollow bars of the analytic gradient around the two numerical ones."""
    classes = len(names)
    every = np.arange(classes)
    figure = base_figure()
    figure.add_bar(
        x=[*every.tolist(), *(every - BESIDE).tolist(), *(every + BESIDE).tolist()],
        width=[0.84] * classes + [1.8 * BESIDE] * (2 * classes),
        marker={
            "color": ["rgba(0,0,0,0)"] * classes + [FLOAT64] * classes + [FLOAT32] * classes,
            "line": {"color": TARGET, "width": [2] * classes + [0] * (2 * classes)},
        },
    )
    class_axis(figure, names)
    ticks = [-limit, -limit / 2, 0, limit / 2, limit]
    figure.update_yaxes(range=[-2.12 * limit, 1.35 * limit], tickvals=ticks)
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def errors_figure(steps: tuple[float, ...], best_label: str) -> go.Figure:
    """The error against the step, both on logarithmic axes, with the predicted best steps."""
    ends = (steps[0], steps[-1])
    figure = base_figure()
    figure.add_scatter(
        x=[*ends, None, *ends, None, *ends],
        mode="lines",
        line={"color": MUTED, "width": 2, "dash": "dash"},
    )
    figure.add_scatter(
        x=list(steps[::4]), mode="lines", line={"color": FLOAT64, "width": 1.5, "dash": "dot"}
    )
    for color in (FLOAT32, FLOAT64):
        figure.add_scatter(x=list(steps), mode="lines", line={"color": color, "width": 2.5})
    figure.add_scatter(
        y=[LEAST_ERROR, LARGEST_ERROR], mode="lines", line={"color": INK, "width": 1.5}
    )
    for best, color in ((BEST_STEP, FLOAT64), (BEST_STEP_FLOAT32, FLOAT32)):
        figure.add_shape(
            type="line",
            x0=best,
            x1=best,
            y0=0,
            y1=1,
            yref="paper",
            layer="below",
            line={"color": color, "width": 1.5, "dash": "dashdot"},
        )
        figure.add_annotation(
            x=np.log10(best),
            y=1,
            yref="paper",
            xanchor="center",
            yanchor="bottom",
            showarrow=False,
            text=best_label,
            font={"color": color},
        )
    figure.update_xaxes(
        type="log",
        range=np.log10([ends[0] / 3, ends[1] * 6]).tolist(),
        tickvals=[10.0**power for power in range(-15, 0, 2)],
        ticktext=[f"10<sup>−{-power}</sup>" for power in range(-15, 0, 2)],
    )
    figure.update_yaxes(
        type="log",
        range=np.log10([LEAST_ERROR, LARGEST_ERROR]).tolist(),
        tickvals=[10.0**power for power in range(-16, 1, 4)],
        ticktext=[f"10<sup>−{-power}</sup>" if power else "1" for power in range(-16, 1, 4)],
    )
    # The best steps are named above the panel, where no line passes.
    figure.update_layout(margin={"b": 34 + FLAG_ROOM, "l": 58, "t": 30})
    return figure


@lru_cache(FIGURES_KEPT)
def magnified_figure(limit: float) -> go.Figure:
    """The function from x - 2h to x + 2h, its tangent by the gradient, and the secant."""
    figure = base_figure()
    lines = (
        {"color": FLOAT32, "width": 2.5},
        {"color": FLOAT64, "width": 3.5},
    )
    for line in lines:
        figure.add_scatter(x=list(OFFSETS), mode="lines", line=line)
    straight = (
        {"color": TARGET, "width": 2},
        {"color": FLOAT64, "width": 2, "dash": "dash"},
    )
    for line in straight:
        figure.add_scatter(x=[-2, 2], mode="lines", line=line)
    figure.update_xaxes(
        range=[-2.2, 2.2],
        tickvals=[-2, -1, 0, 1, 2],
        ticktext=["x − 2h", "x − h", "x", "x + h", "x + 2h"],
        zerolinecolor=ZERO,
    )
    figure.update_yaxes(range=[-2.3 * limit, 2.3 * limit], nticks=6)
    return figure


def legend(panel: str, word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    entries: dict[str, tuple[LegendEntry, ...]] = {
        "gradients": (
            LegendEntry(word("analytic"), TARGET, "outline"),
            LegendEntry("float64", FLOAT64),
            LegendEntry("float32", FLOAT32),
            LegendEntry(word("below"), MUTED, "none"),
            LegendEntry(word("kink"), INK, "ring"),
        ),
        "errors": (
            LegendEntry("float64", FLOAT64, "line"),
            LegendEntry("float32", FLOAT32, "line"),
            LegendEntry(word("forward"), FLOAT64, "none"),
            LegendEntry(word("predicted"), MUTED, "none"),
        ),
        "magnified": (
            LegendEntry(word("curve64"), FLOAT64, "line"),
            LegendEntry(word("curve32"), FLOAT32, "line"),
            LegendEntry(word("tangent"), TARGET, "line"),
            LegendEntry(word("secant"), FLOAT64, "none"),
        ),
    }
    return entries.get(panel, ())
