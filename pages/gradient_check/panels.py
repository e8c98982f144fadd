"""The panels of the gradient check."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.difference_quotients import (
    BEST_STEP,
    BEST_STEP_FLOAT32,
    OFFSETS,
    picked,
)
from pages.gradient_check.numbers import GradientNumbers, GradientSweeps
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM, class_bars
from pages.ui.kit.scores import listing
from pages.ui.kit.theme import INK, MUTED, TARGET, ZERO, base_figure, class_axis
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Dot, Label, Note, Ring
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["PANELS"]

FLOAT64, FLOAT32 = "var(--float64)", "var(--float32)"

LEAST_ERROR, LARGEST_ERROR = 1e-16, 10.0
"""The range of the axis of errors. An error of 0 has no place on it, and lies on its floor."""

ROOM_FOR_BOTH: Final = 6
"""Up to so many entries, the errors in float64 and in float32 are both written at the bars."""

BELOW_ERRORS: Final = 1e-40
"""Below the range of the axis: where a prediction of 0 is drawn."""

BESIDE: Final = 0.19
"""Half the distance between the float64 and the float32 bar of an entry."""

RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _point(state: GradientCheckState, sweeps: GradientSweeps, t: Text) -> Panel:
    """Bars of the point: scores, weights or inputs."""
    function, names, limit = CHECKED_FUNCTIONS[state.check], state.example.names, sweeps.axis.limit
    room = FLAG_ROOM if function.uses_label else 0
    written = [*map(format_given, state.example.scores)]
    return Panel(
        id="scores",
        figure=class_bars(names, -1.25 * limit, 1.5 * limit, room_below=room),
        show={(0, "y"): lambda result: result.errors.points},
        title=t(f"gradient_check.panel.{function.point}"),
        alt=t("gradient_check.alt.scores", values=listing(names, written)),
        legend=(LegendEntry(t("legend.flag"), INK, "none"),) if function.uses_label else (),
    )


def _gradients(state: GradientCheckState, sweeps: GradientSweeps, t: Text) -> Panel:
    """Bars of the analytic gradient around the numerical ones, their errors, rings at kinks."""
    names, limit, now = state.example.names, sweeps.slope_limit, sweeps.now.errors
    classes = len(names)
    places = tuple(map(float, range(classes)))
    upper, lower = -1.53 * limit, -1.89 * limit

    def bars(result: GradientNumbers) -> FloatArray:
        errors = result.errors
        return np.concatenate([errors.analytic, errors.central, errors.central32], axis=-1)

    def label_ends(result: GradientNumbers) -> FloatArray:
        # Beside a gradient of 0 its number stands where the bars are not.
        errors = result.errors
        return np.where(errors.analytic == 0, -1e-9 * errors.central, errors.analytic)

    def written(own: Channel, color: str, heights: tuple[float, ...]) -> Note:
        def comparable(result: GradientNumbers) -> FloatArray:
            return np.where(result.errors.kinks, np.nan, own(result.errors))

        return Note(places, heights, (color,), numbers=comparable, decimals=(1,))

    if classes <= ROOM_FOR_BOTH:
        notes = [
            written(lambda errors: errors.error, FLOAT64, (upper,) * classes),
            written(lambda errors: errors.error32, FLOAT32, (lower,) * classes),
        ]
    else:
        # Side by side the numbers would touch: every second one stands lower.
        alternating = ((upper, lower) * classes)[:classes]
        notes = [written(lambda errors: errors.error, FLOAT64, alternating)]
    pairs = [
        f"{format_fixed(analytic, 4)} / {format_fixed(central, 4)}"
        for analytic, central in zip(now.analytic.tolist(), now.central.tolist(), strict=True)
    ]
    return Panel(
        id="gradients",
        figure=_gradients_figure(names, limit),
        show={(0, "y"): bars},
        marks=(
            Ring(
                places,
                lambda result: np.where(result.errors.kinks, 0.0, np.nan),
                (INK,),
                size=(0.94, 2.2 * limit),
            ),
            Label(places, label_ends, numbers=lambda result: result.errors.analytic),
            *notes,
        ),
        title=t("gradient_check.panel.gradients"),
        alt=t("gradient_check.alt.gradients", values=listing(names, pairs)),
        legend=(
            LegendEntry(t("gradient_check.legend.analytic"), TARGET, "outline"),
            LegendEntry("float64", FLOAT64),
            LegendEntry("float32", FLOAT32),
            LegendEntry(t("gradient_check.legend.below"), MUTED, "none"),
            LegendEntry(t("gradient_check.legend.kink"), INK, "ring"),
        ),
        asked=Label(
            tuple(place - BESIDE for place in places), lambda result: result.errors.central
        ),
    )


def _errors(state: GradientCheckState, sweeps: GradientSweeps, t: Text) -> Panel:
    """The error of one entry's derivative against the step, and the present step."""

    def predicted(result: GradientNumbers) -> FloatArray:
        curves = result.curves
        gap = np.full((*result.entries.shape, 1), np.nan)
        lines = [curves.rounding, gap, curves.rounding32, gap, curves.truncation]
        return np.asarray(np.maximum(np.concatenate(lines, axis=-1), BELOW_ERRORS))

    def twice_the_step(result: GradientNumbers) -> FloatArray:
        return np.repeat(result.errors.steps[..., None], 2, axis=-1)

    def present(result: GradientNumbers) -> FloatArray:
        both = (result.errors.error, result.errors.error32)
        pair = np.stack([picked(errors, result.entries) for errors in both], axis=-1)
        return np.asarray(np.maximum(pair, LEAST_ERROR))

    return Panel(
        id="errors",
        figure=_errors_figure(sweeps.steps, t("gradient_check.panel.best_step")),
        show={
            (0, "y"): predicted,
            (1, "y"): lambda result: np.maximum(result.curves.forward, LEAST_ERROR),
            (2, "y"): lambda result: np.maximum(result.curves.central32, LEAST_ERROR),
            (3, "y"): lambda result: np.maximum(result.curves.central, LEAST_ERROR),
            (4, "x"): twice_the_step,
        },
        marks=(Dot(twice_the_step, present, (FLOAT64, FLOAT32)),),
        title=t("gradient_check.panel.errors"),
        alt=t("gradient_check.alt.errors"),
        legend=(
            LegendEntry("float64", FLOAT64, "line"),
            LegendEntry("float32", FLOAT32, "line"),
            LegendEntry(t("gradient_check.legend.forward"), FLOAT64, "none"),
            LegendEntry(t("gradient_check.legend.predicted"), MUTED, "none"),
        ),
    )


def _magnified(state: GradientCheckState, sweeps: GradientSweeps, t: Text) -> Panel:
    """The function from x - 2h to x + 2h, its tangent by the gradient, and the secant."""
    return Panel(
        id="magnified",
        figure=_magnified_figure(sweeps.slope_limit),
        show={
            (0, "y"): lambda result: result.magnified.curve32,
            (1, "y"): lambda result: result.magnified.curve,
            (2, "y"): lambda result: result.magnified.tangent,
            (3, "y"): lambda result: result.magnified.secant,
        },
        marks=(Dot((-1.0, 1.0), lambda result: result.magnified.ends, (FLOAT64,)),),
        title=t("gradient_check.panel.magnified"),
        alt=t("gradient_check.alt.magnified"),
        legend=(
            LegendEntry(t("gradient_check.legend.curve64"), FLOAT64, "line"),
            LegendEntry(t("gradient_check.legend.curve32"), FLOAT32, "line"),
            LegendEntry(t("gradient_check.legend.tangent"), TARGET, "line"),
            LegendEntry(t("gradient_check.legend.secant"), FLOAT64, "none"),
        ),
    )


PANELS: Final = (_point, _gradients, _errors, _magnified)
"""Each makes one panel of the state, its sweeps and the texts."""


@lru_cache(FIGURES_KEPT)
def _gradients_figure(names: tuple[str, ...], limit: float) -> go.Figure:
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
def _errors_figure(steps: tuple[float, ...], best_label: str) -> go.Figure:
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
        ticktext=[_power_of_ten(power) for power in range(-15, 0, 2)],
    )
    figure.update_yaxes(
        type="log",
        range=np.log10([LEAST_ERROR, LARGEST_ERROR]).tolist(),
        tickvals=[10.0**power for power in range(-16, 1, 4)],
        ticktext=[_power_of_ten(power) for power in range(-16, 1, 4)],
    )
    # The best steps are named above the panel, where no line passes.
    figure.update_layout(margin={"b": 34 + FLAG_ROOM, "l": 58, "t": 30})
    return figure


def _power_of_ten(exponent: int) -> str:
    """Write a power in one size: what is raised by markup is too small to be read."""
    return "1" if exponent == 0 else f"10{str(exponent).translate(RAISED)}"


@lru_cache(FIGURES_KEPT)
def _magnified_figure(limit: float) -> go.Figure:
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
