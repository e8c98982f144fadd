"""The panels of the lesson on numerical stability."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.precision.float_types import PRECISIONS, exp_limits
from core.precision.offset import OFFSET, OffsetLoss, offset_cross_entropy
from core.validation import FloatArray
from pages.numerical_stability import NumericalStabilityState
from pages.numerical_stability.numbers import COMPARED, SCALES, SLIDERS, Stability
from pages.numerical_stability.outcomes import Status
from pages.numerical_stability.table_panels import STATUS_COLORS, methods_panel, pooled_panel
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import CLASS_COLORS, CROSS_ENTROPY, INK, MUTED, base_figure
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Dot, Note
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["BELOW_EPSILON", "ERROR_RANGE", "LOST_ERROR", "PANELS"]

METHOD_COLORS: Final = ("#6F5FBF", "#B8A800", INK)
DASHES: Final = ("dot", "dash", "solid")

ZONE_OPACITY: Final = 0.42

EPSILONS: Final = np.log10([float(np.finfo(precision).eps) for precision in PRECISIONS])
BELOW_EPSILON: Final = 1.2
"""By how many decades below the epsilon of its type an error is drawn at most: there is no better
number in the type, and the line would only be restless."""
LOST_ERROR: Final = 2.0
"""Where an error of inf or NaN is drawn, on the axis of log10."""
ERROR_RANGE: Final = (EPSILONS[-1] - BELOW_EPSILON - 0.8, LOST_ERROR + 1.0)
STEPS: Final = SCALES.size
TICKS: Final = tuple(range(0, STEPS, 40))
"""Steps of both sliders that are named below the errors."""

LANE: Final = 0.24
LANE_RANGE: Final = (-5.3, 5.3)
LARGEST_DECADES: Final = 4


def _exp(state: NumericalStabilityState, t: Text) -> Panel:
    """A lane a type, with the logits as they are and shifted."""
    colors = CLASS_COLORS[: len(state.example.names)]
    lanes = tuple(float(lane) for lane in range(len(PRECISIONS)) for _ in colors)

    def logits(result: Stability) -> FloatArray:
        return np.tile(_decades(result.logits), len(PRECISIONS))

    def shifted(result: Stability) -> FloatArray:
        highest = result.logits.max(axis=-1, keepdims=True)
        return np.tile(_decades(result.logits - highest), len(PRECISIONS))

    return Panel(
        id="exp",
        figure=_exp_figure(),
        marks=(
            Dot(logits, tuple(lane - LANE for lane in lanes), colors),
            Note(
                shifted,
                tuple(lane + LANE for lane in lanes),
                colors,
                numbers=(0.0,) * len(lanes),
                choices=("◆",),
            ),
        ),
        title=t("numerical_stability.panel.exp"),
        alt=t("numerical_stability.alt.exp"),
        legend=(
            LegendEntry("● s", MUTED, "none"),
            LegendEntry("◆ s − max s", MUTED, "none"),
            LegendEntry(t("numerical_stability.legend.underflow"), STATUS_COLORS[Status.ZERO]),
            LegendEntry(t("numerical_stability.legend.subnormal"), STATUS_COLORS[Status.ROUNDED]),
            LegendEntry(t("numerical_stability.legend.overflow"), STATUS_COLORS[Status.INFINITE]),
        ),
    )


def _errors(state: NumericalStabilityState, t: Text) -> Panel:
    """The error of the loss along a slider, with the present one of each method and type."""
    cases = [(i, j) for i in range(len(COMPARED)) for j in range(len(PRECISIONS))]

    def curve(method: int, precision: int) -> Channel:
        def heights(result: Stability) -> FloatArray | None:
            return (
                None if result.curves is None else _heights(result.curves)[..., method, precision]
            )

        return heights

    def steps(result: Stability) -> FloatArray:
        return np.repeat(result.steps[..., result.along, None], len(cases), axis=-1)

    def ticks(result: Stability) -> FloatArray | None:
        if result.curves is None:
            return None
        first = result.along * len(TICKS)
        return np.broadcast_to(
            np.arange(first, first + len(TICKS)), (*result.labels.shape, len(TICKS))
        )

    lines = tuple(
        LegendEntry(t(f"numerical_stability.legend.{method}"), color, "line")
        for method, color in zip(COMPARED, METHOD_COLORS, strict=True)
    )
    return Panel(
        id="errors",
        figure=_errors_figure(),
        show={(trace, "y"): curve(*case) for trace, case in enumerate(cases)},
        marks=(
            Dot(
                steps,
                lambda result: _heights(result.loss_errors),
                tuple(METHOD_COLORS[method] for method, _ in cases),
            ),
            Note(
                tuple(map(float, TICKS)),
                (ERROR_RANGE[0],) * len(TICKS),
                numbers=ticks,
                choices=tuple(
                    f"{grid[step]:,g}".replace("-", "−")
                    for grid in SLIDERS.values()
                    for step in TICKS
                ),
                side="below",
            ),
        ),
        title=t("numerical_stability.panel.errors"),
        alt=t("numerical_stability.alt.errors"),
        legend=(*lines, LegendEntry("float16 ⋯ float32 ╌ float64 ─", MUTED, "none")),
    )


def _offset_loss(state: NumericalStabilityState, t: Text) -> Panel:
    return _offset_panel("offset_loss", _loss_height, _offset_loss_figure, t)


def _offset_slope(state: NumericalStabilityState, t: Text) -> Panel:
    return _offset_panel("offset_slope", _slope, _offset_slope_figure, t)


def _offset_panel(
    id: str, height: Callable[[OffsetLoss], FloatArray], figure: Callable[[str], go.Figure], t: Text
) -> Panel:
    """Something of the loss along the log-odds, with and without 1e-7 inside the logarithm."""

    def odds(result: Stability) -> FloatArray:
        return np.repeat(_decades(result.log_odds)[..., None], 2, axis=-1)

    def heights(result: Stability) -> FloatArray:
        return np.stack([height(result.plain), height(result.offset)], axis=-1)

    return Panel(
        id=id,
        figure=figure(t("numerical_stability.panel.odds")),
        marks=(Dot(odds, heights, (CROSS_ENTROPY, INK)),),
        title=t(f"numerical_stability.panel.{id}"),
        alt=t(f"numerical_stability.alt.{id}"),
        legend=(
            LegendEntry("−ln p", CROSS_ENTROPY, "line"),
            LegendEntry("−ln(p + 1e−7)", INK, "line"),
        ),
    )


PANELS: Final = (methods_panel, _exp, _errors, _offset_loss, _offset_slope, pooled_panel)
"""Each makes one panel of the state and the texts."""


def _decade_names(numbers: Sequence[int]) -> list[str]:
    """Write powers of ten of either sign, short enough for a narrow panel."""
    powers = str.maketrans("12345", "¹²³⁴⁵")
    names = []
    for number in numbers:
        power = str(len(str(abs(number))) - 1).translate(powers)
        short = str(number) if abs(number) <= 10 else f"{'-' * (number < 0)}10{power}"
        names.append(short.replace("-", "−"))
    return names


def _decades(values: FloatArray) -> FloatArray:
    """Place numbers of either sign on an axis that is logarithmic far from 0."""
    return np.asarray(np.sign(values) * np.log10(1.0 + np.abs(values)))


def _loss_height(loss: OffsetLoss) -> FloatArray:
    return _decades(loss.value)


def _slope(loss: OffsetLoss) -> FloatArray:
    return loss.slope


def _heights(errors: FloatArray) -> FloatArray:
    """Place relative errors of shape (..., methods, types) on the axis of log10."""
    with np.errstate(divide="ignore"):
        heights = np.clip(np.log10(errors), EPSILONS - BELOW_EPSILON, 0.0)
    return np.where(np.isfinite(errors), heights, LOST_ERROR)


@lru_cache(FIGURES_KEPT)
def _exp_figure() -> go.Figure:
    """A lane a type: where exp is 0, loses digits, is fine, and is infinite."""
    figure = base_figure()
    numbers = (-1000, -100, -10, 0, 10, 100, 1000)
    names = [
        "" if abs(number) == 100 else name
        for number, name in zip(numbers, _decade_names(numbers), strict=True)
    ]
    figure.update_xaxes(
        range=list(LANE_RANGE),
        tickvals=_decades(np.array(numbers)).tolist(),
        ticktext=names,
        tickangle=0,
        zeroline=False,
    )
    figure.update_yaxes(
        range=[len(PRECISIONS) - 0.45, -0.55],
        tickvals=list(range(len(PRECISIONS))),
        ticktext=list(PRECISIONS),
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    low, high = LANE_RANGE
    for lane, precision in enumerate(PRECISIONS):
        limits = exp_limits(precision)
        overflow, subnormal, underflow = _decades(np.array(limits)).tolist()
        for left, right, status in (
            (low, underflow, Status.ZERO),
            (underflow, subnormal, Status.ROUNDED),
            (overflow, high, Status.INFINITE),
        ):
            figure.add_shape(
                type="rect",
                x0=left,
                x1=right,
                y0=lane - 0.42,
                y1=lane + 0.42,
                fillcolor=STATUS_COLORS[status],
                opacity=ZONE_OPACITY,
                line_width=0,
                layer="below",
            )
        # Where logits, above, and shifted ones, which are never positive, are not expected.
        for at, limit, anchor, height in (
            (underflow, limits.underflow, "right", lane - LANE),
            (overflow, limits.overflow, "left", lane + LANE),
        ):
            figure.add_annotation(
                x=at,
                y=height,
                text=format_fixed(limit, 2),
                showarrow=False,
                xanchor=anchor,
            )
    figure.update_layout(margin={"l": 72, "r": 14, "t": 8, "b": 34})
    return figure


@lru_cache(FIGURES_KEPT)
def _errors_figure() -> go.Figure:
    """Lines of the relative error of the loss along a slider, without their heights."""
    figure = base_figure()
    for color in METHOD_COLORS:
        for dash in DASHES:
            figure.add_scatter(
                x=list(range(STEPS)),
                mode="lines",
                line={"color": color, "width": 2, "dash": dash},
            )
    figure.update_xaxes(
        range=[-4, STEPS + 3], tickvals=list(TICKS), showticklabels=False, zeroline=False
    )
    powers = (-16, -12, -8, -4, 0)
    figure.update_yaxes(
        range=list(ERROR_RANGE),
        tickvals=[*powers, LOST_ERROR],
        ticktext=[*(f"10<sup>{power}</sup>".replace("-", "−") for power in powers), "∞, NaN"],
        zeroline=False,
    )
    for precision, epsilon in zip(PRECISIONS, EPSILONS.tolist(), strict=True):
        figure.add_annotation(
            x=-3,
            y=epsilon,
            text=f"ε {precision}",
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            yshift=4,
            font={"color": MUTED},
            bgcolor="var(--st-background-color)",
        )
    figure.update_layout(margin={"l": 64, "r": 26, "t": 8, "b": 34})
    return figure


def _offset_figure(odds_name: str, height: Callable[[OffsetLoss], FloatArray]) -> go.Figure:
    """Something of the loss along the log-odds of the true class, with the offset and without."""
    figure = base_figure()
    decades = np.linspace(-LARGEST_DECADES, 3, 281)
    log_odds = np.sign(decades) * (10.0 ** np.abs(decades) - 1.0)
    for loss, color, dash in (
        (offset_cross_entropy(log_odds, offset=0.0), CROSS_ENTROPY, "solid"),
        (offset_cross_entropy(log_odds), INK, "dash"),
    ):
        figure.add_scatter(
            x=_decades(log_odds).tolist(),
            y=height(loss).tolist(),
            mode="lines",
            line={"color": color, "width": 3, "dash": dash},
        )
    numbers = (-1000, -100, -10, 0, 10, 100)
    figure.update_xaxes(
        range=[float(decades[0]), float(decades[-1])],
        tickvals=_decades(np.array(numbers)).tolist(),
        ticktext=_decade_names(numbers),
        title_text=odds_name,
        tickangle=0,
        zeroline=False,
    )
    figure.update_layout(margin={"b": 50})
    return figure


@lru_cache(FIGURES_KEPT)
def _offset_loss_figure(odds_name: str) -> go.Figure:
    """The loss with and without 1e-7 inside the logarithm."""
    figure = _offset_figure(odds_name, _loss_height)
    numbers = (0, 1, 10, 100, 1000, 10000)
    figure.update_yaxes(
        range=[-0.2, LARGEST_DECADES + 0.2],
        tickvals=_decades(np.array(numbers)).tolist(),
        ticktext=_decade_names(numbers),
        zeroline=False,
    )
    cap = -float(np.log(OFFSET))
    figure.add_annotation(
        x=-LARGEST_DECADES,
        y=float(_decades(np.array(cap))),
        text=format_fixed(cap, 3),
        showarrow=False,
        xanchor="left",
        yanchor="top",
    )
    figure.update_layout(margin={"l": 64})
    return figure


@lru_cache(FIGURES_KEPT)
def _offset_slope_figure(odds_name: str) -> go.Figure:
    """The derivative by the true logit with and without 1e-7 inside the logarithm."""
    figure = _offset_figure(odds_name, _slope)
    figure.update_yaxes(range=[-1.12, 0.12], tickvals=[-1, -0.75, -0.5, -0.25, 0], zeroline=False)
    return figure
