"""The panels of the lesson of two classes."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.two_classes import TwoClassesState
from pages.two_classes.numbers import (
    LOSSES,
    TwoClassNumbers,
    TwoClassSweeps,
    exponential,
    logistic,
    sigmoid,
)
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM, FULL_WIDTH, class_bars
from pages.ui.kit.scores import ScoreAxis, listing
from pages.ui.kit.theme import CLASS_COLORS, CROSS_ENTROPY, HINGE, INK, MUTED, base_figure, plain
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Dot, Note
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.panels import LegendEntry, Panel, Shape
from pages.ui.text import Text

__all__ = ["COLORS", "PANELS", "top_of"]

COLORS: Final = (INK, HINGE, HINGE, CROSS_ENTROPY, CLASS_COLORS[3])
"""The colours of the losses."""
SHAPES: Final[tuple[Shape, ...]] = ("line", "line", "dots", "line", "line")
LOWEST_SLOPE: Final = -3.4
HIGHEST_SLOPE: Final = 0.4
FINE: Final = 201
COARSE: Final = 61
"""Points of the square, which all move with its margin: enough for a parabola."""
BEYOND: Final = 4.0
"""A curve goes on so many times higher than the panel: from there on it is not seen."""
LARGEST_NAT: Final = 40.0
"""Farther from 0 the sigmoid is flat."""


def top_of(reach: ScoreAxis) -> float:
    """The highest loss that is drawn: the hinge has room for a margin of a quarter of the reach."""
    return 1.2 * reach.limit


def _pair(low: FloatArray | float, high: FloatArray | float, like: FloatArray) -> FloatArray:
    """Two ends of a line, at each step."""
    return np.stack([np.broadcast_to(low, like.shape), np.broadcast_to(high, like.shape)], axis=-1)


def _upright(result: TwoClassNumbers) -> FloatArray:
    """The line at m."""
    return _pair(result.m, result.m, result.m)


def _legend(state: TwoClassesState, t: Text) -> tuple[LegendEntry, ...]:
    logistic_name = "logistic_bits" if state.is_in_bits else "logistic"
    names = [logistic_name if name == "logistic" else name for name in LOSSES]
    return tuple(
        LegendEntry(t(f"two_classes.loss.{name}"), color, shape)
        for name, color, shape in zip(names, COLORS, SHAPES, strict=True)
    )


def _dots(reach: ScoreAxis, of: Channel, low: float, high: float) -> Dot:
    """A point on each curve, where it is within the picture."""

    def heights(result: TwoClassNumbers) -> FloatArray:
        values = of(result)
        is_seen = (values >= low) & (values <= high)
        return np.where(is_seen & (np.abs(result.m)[..., None] <= reach.limit), values, np.nan)

    def places(result: TwoClassNumbers) -> FloatArray:
        return np.repeat(result.m[..., None], len(LOSSES), axis=-1)

    return Dot(places, heights, colors=COLORS)


def _losses(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> Panel:
    """Every loss over m."""
    reach = sweeps.reach
    top = top_of(reach)
    # As far as the square is seen, if the reach is not even less.
    run = np.linspace(0.0, min(np.sqrt(BEYOND * top), 3 * reach.limit), COARSE)

    def square_places(result: TwoClassNumbers) -> FloatArray:
        falling = result.delta[..., None] - run[::-1]
        end = np.full((*result.delta.shape, 1), reach.limit)
        return np.concatenate([falling, end], axis=-1)

    def hinge_places(result: TwoClassNumbers) -> FloatArray:
        ends = np.full_like(result.delta, reach.limit)
        return np.stack([-ends, result.delta, ends], axis=-1)

    def hinge_heights(result: TwoClassNumbers) -> FloatArray:
        zeros = np.zeros_like(result.delta)
        return np.stack([reach.limit + result.delta, zeros, zeros], axis=-1)

    return Panel(
        id="losses",
        figure=_losses_figure(reach, tuple((run[::-1] ** 2).tolist()), is_in_bits=state.is_in_bits),
        show={
            (1, "x"): square_places,
            (2, "x"): hinge_places,
            (2, "y"): hinge_heights,
            (5, "x"): _upright,
        },
        marks=(_dots(reach, lambda result: result.losses, 0.0, top),),
        title=t("two_classes.panel.losses"),
        alt=t("two_classes.alt.losses", values=_listed(sweeps.now.losses, t)),
        legend=_legend(state, t),
    )


def _slopes(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> Panel:
    """The slope of every loss over m."""
    reach = sweeps.reach

    def ends(result: TwoClassNumbers) -> FloatArray:
        return np.full_like(result.delta, reach.limit)

    def square_places(result: TwoClassNumbers) -> FloatArray:
        end = ends(result)
        return np.stack([-end, result.delta, end], axis=-1)

    def square_heights(result: TwoClassNumbers) -> FloatArray:
        zeros = np.zeros_like(result.delta)
        return np.stack([-2.0 * (ends(result) + result.delta), zeros, zeros], axis=-1)

    def hinge_places(result: TwoClassNumbers) -> FloatArray:
        end = ends(result)
        return np.stack([-end, result.delta, result.delta, end], axis=-1)

    return Panel(
        id="slopes",
        figure=_slopes_figure(reach, is_in_bits=state.is_in_bits),
        show={
            (1, "x"): square_places,
            (1, "y"): square_heights,
            (2, "x"): hinge_places,
            (5, "x"): _upright,
        },
        marks=(_dots(reach, lambda result: result.slopes, LOWEST_SLOPE, HIGHEST_SLOPE),),
        title=t("two_classes.panel.slopes"),
        alt=t("two_classes.alt.slopes", values=_listed(sweeps.now.slopes, t)),
        legend=(LegendEntry(t("two_classes.legend.slopes"), MUTED, "none"),),
    )


def _scores(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> Panel:
    """The two scores as bars, and between them m."""
    pair = state.pair

    def heights(result: TwoClassNumbers) -> FloatArray:
        low, high = result.scores[..., 0], result.scores[..., 1]
        return np.stack([low, low, high, high], axis=-1)

    def above(result: TwoClassNumbers) -> FloatArray:
        return np.asarray(result.scores.max(axis=-1)[..., None])

    return Panel(
        id="scores",
        figure=_scores_figure(pair.names, state.shown, sweeps.axis.limit),
        show={(0, "y"): lambda result: result.scores, (1, "y"): heights},
        marks=(
            Note(
                (0.5,),
                above,
                numbers=lambda result: result.m[..., None],
                digits=6,
                prefix="m = ",
                side="above",
            ),
        ),
        title=t("panel.scores"),
        alt=t(
            "two_classes.alt.scores",
            values=listing(pair.names, [*map(format_given, pair.scores)]),
        ),
        legend=(
            LegendEntry(t("legend.flag"), MUTED, "none"),
            LegendEntry(t("two_classes.legend.signed"), INK, "line"),
        ),
    )


def _sigmoid(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> Panel:
    """Both probabilities over the difference of the scores."""
    first, second = state.pair.names
    colors = tuple(CLASS_COLORS[index] for index in state.shown)

    def places(result: TwoClassNumbers) -> FloatArray:
        return np.repeat(result.difference[..., None], 2, axis=-1)

    def upright(result: TwoClassNumbers) -> FloatArray:
        return _pair(result.difference, result.difference, result.difference)

    def near(result: TwoClassNumbers) -> FloatArray:
        # Beside the line, on the side where there is more room.
        shift = 0.17 * sweeps.reach.limit
        at = np.clip(result.difference, -sweeps.reach.limit, sweeps.reach.limit)
        return np.repeat((at + np.where(at > 0, -shift, shift))[..., None], 2, axis=-1)

    probabilities = [format_fixed(p, 4) for p in sweeps.now.sigmoids.tolist()]
    return Panel(
        id="sigmoid",
        figure=_sigmoid_figure(
            sweeps.reach, colors, t("two_classes.axis.difference", first=first, second=second)
        ),
        show={(2, "x"): upright},
        marks=(
            Dot(places, lambda result: result.sigmoids, colors=colors),
            Note(near, lambda result: result.sigmoids, decimals=(4,), side="above"),
        ),
        title=t("two_classes.panel.sigmoid"),
        alt=t("two_classes.alt.sigmoid", values=listing(state.pair.names, probabilities)),
        legend=(
            LegendEntry(t("two_classes.legend.second", name=second), colors[1], "line"),
            LegendEntry(t("two_classes.legend.first", name=first), colors[0], "line"),
        ),
    )


PANELS: Final = (_losses, _scores, _slopes, _sigmoid)
"""Each makes one panel of the state, its sweeps and the texts."""


def _listed(values: FloatArray, t: Text) -> str:
    """Say the number of each loss."""
    names = [t(f"two_classes.loss.{name}") for name in LOSSES]
    return listing(names, [format_fixed(value, 4) for value in values.tolist()])


def _line(color: str, *, dash: str = "solid", width: float = 3) -> dict[str, object]:
    return {"color": color, "width": width, "dash": dash, "simplify": False}


def _curve_places(reach: ScoreAxis, highest: float) -> FloatArray:
    """Places of m for a smooth exponential and logistic curve, up to this height."""
    steep = -np.log(np.geomspace(np.exp(-min(LARGEST_NAT, reach.limit)), highest, FINE))
    even = np.linspace(-reach.limit, reach.limit, FINE)
    both = np.union1d(even, steep[np.abs(steep) <= reach.limit])
    return np.asarray(both, dtype=np.float64)


def _unit(is_in_bits: bool) -> float:
    return 1 / float(np.log(2)) if is_in_bits else 1.0


@lru_cache(FIGURES_KEPT)
def _losses_figure(reach: ScoreAxis, squares: tuple[float, ...], *, is_in_bits: bool) -> go.Figure:
    """Traces in the order of the losses, but the square below its hinge; then the line at m."""
    top = top_of(reach)
    m = _curve_places(reach, BEYOND * top)
    rising = m[m >= -np.log(BEYOND * top)]
    figure = base_figure()
    figure.add_scatter(
        x=[-reach.limit, 0, 0, reach.limit],
        y=[1, 1, 0, 0],
        mode="lines",
        line=_line(INK, width=2.5),
    )
    figure.add_scatter(y=[*squares, 0], mode="lines", line=_line(HINGE, dash="dot"))
    figure.add_scatter(mode="lines", line=_line(HINGE))
    logistics = _unit(is_in_bits) * logistic(m)
    for x, y, color in ((m, logistics, COLORS[3]), (rising, exponential(rising), COLORS[4])):
        figure.add_scatter(x=x.tolist(), y=y.tolist(), mode="lines", line=_line(color))
    figure.add_scatter(y=[0, top], mode="lines", line=_line(MUTED, width=1.5))
    _along_m(figure, reach)
    figure.update_yaxes(range=[-0.07 * top, 1.08 * top])
    return figure


@lru_cache(FIGURES_KEPT)
def _slopes_figure(reach: ScoreAxis, *, is_in_bits: bool) -> go.Figure:
    """The same order as that of the losses."""
    m = _curve_places(reach, -BEYOND * LOWEST_SLOPE)
    rising = m[m >= -np.log(-BEYOND * LOWEST_SLOPE)]
    figure = base_figure()
    figure.add_scatter(
        x=[-reach.limit, reach.limit], y=[0, 0], mode="lines", line=_line(INK, width=2.5)
    )
    figure.add_scatter(mode="lines", line=_line(HINGE, dash="dot"))
    figure.add_scatter(y=[-1, -1, 0, 0], mode="lines", line=_line(HINGE))
    logistics = -_unit(is_in_bits) * sigmoid(-m)
    for x, y, color in ((m, logistics, COLORS[3]), (rising, -exponential(rising), COLORS[4])):
        figure.add_scatter(x=x.tolist(), y=y.tolist(), mode="lines", line=_line(color))
    figure.add_scatter(y=[LOWEST_SLOPE, HIGHEST_SLOPE], mode="lines", line=_line(MUTED, width=1.5))
    _along_m(figure, reach)
    figure.update_yaxes(range=[LOWEST_SLOPE, HIGHEST_SLOPE])
    return figure


@lru_cache(FIGURES_KEPT)
def _scores_figure(names: tuple[str, ...], shown: tuple[int, int], limit: float) -> go.Figure:
    """Two bars in the colours that their classes have among all, and the way between their ends."""
    figure = go.Figure(class_bars(names, -1.25 * limit, 1.5 * limit, room_below=FLAG_ROOM))
    figure.update_traces(marker_color=[CLASS_COLORS[index] for index in shown])
    edge = FULL_WIDTH / 2
    figure.add_scatter(x=[edge, 0.5, 0.5, 1 - edge], mode="lines", line=_line(INK, width=2))
    return figure


@lru_cache(FIGURES_KEPT)
def _sigmoid_figure(reach: ScoreAxis, colors: tuple[str, ...], axis_label: str) -> go.Figure:
    """Both probabilities, the first class below the second; then the line at the difference."""
    near = np.linspace(-LARGEST_NAT, LARGEST_NAT, 4 * FINE)
    even = np.linspace(-reach.limit, reach.limit, FINE)
    x = np.union1d(even, near[np.abs(near) <= reach.limit])
    figure = base_figure()
    for sign, color in zip((-1, 1), colors, strict=True):
        p = sigmoid(sign * x)
        figure.add_scatter(x=x.tolist(), y=p.tolist(), mode="lines", line=_line(color))
    figure.add_scatter(y=[0, 1], mode="lines", line=_line(MUTED, width=1.5))
    figure.update_xaxes(range=[-reach.limit, reach.limit], title_text=plain(axis_label))
    figure.update_yaxes(range=[-0.08, 1.2], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_layout(margin={"b": 46})
    return figure


def _along_m(figure: go.Figure, reach: ScoreAxis) -> None:
    figure.update_xaxes(range=[-reach.limit, reach.limit], title_text="m")
    figure.update_layout(margin={"b": 46})
