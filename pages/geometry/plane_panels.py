"""The panels of the plane of score differences and of the simplex."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.geometry import GeometryState
from pages.geometry.plane import Border, Paths, PlaneSweeps, PointNumbers
from pages.geometry.simplex import CORNERS, difference_names, kite, likelihood_lines, place_of
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM
from pages.ui.kit.scores import listing
from pages.ui.kit.theme import (
    CROSS_ENTROPY,
    HINGE,
    HINGE_TEXT,
    INK,
    MUTED,
    base_figure,
)
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Arrow, Dot, Note
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = [
    "PLANE_RATIO",
    "PLANE_SHARE",
    "SATISFIED",
    "SIMPLEX_RATIO",
    "broken",
    "corner_notes",
    "of_border",
    "of_point",
    "of_step",
    "plane_panel",
    "simplex_figure",
    "simplex_panel",
]

SOFTMAX_LEVELS: Final = (0.1, 0.5, 1.0, 2.0, 4.0)
SVM_LEVELS: Final = (1.0, 2.0, 4.0)
"""Of a plane that reaches 6 to each side."""
SIMPLEX_LEVELS: Final = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
CURVE: Final = 81
PLANE_SHARE, SIMPLEX_SHARE = 1.2, 1.2
PLANE_RATIO, SIMPLEX_RATIO = 1.03, 1.1
SATISFIED: Final = "rgba(213, 94, 0, 0.17)"


def of_point(take: Callable[[PointNumbers], Any]) -> Channel:
    """A number that moves with the point."""
    return lambda result: None if result.point is None else take(result.point)


def of_border(take: Callable[[Border], Any]) -> Channel:
    """A number that only margin or label move."""
    return lambda result: None if result.border is None else take(result.border)


def of_paths(take: Callable[[Paths], Any]) -> Channel:
    """A number of whole runs."""
    return lambda result: None if result.paths is None else take(result.paths)


def of_step(take: Callable[[Paths], Any]) -> Channel:
    """A number of the runs at the step that is shown."""
    return lambda result: None if result.stepped is None else take(result.stepped)


def broken(lines: FloatArray) -> FloatArray:
    """Join lines (..., lines, points, 2) to one that is interrupted between them."""
    gap = np.full((*lines.shape[:-2], 1, 2), np.nan)
    joined = np.concatenate([lines, gap], axis=-2)
    return joined.reshape(*joined.shape[:-3], -1, 2)


def both_axes(trace: int, path: Callable[[Any], FloatArray], of: Any) -> dict[Any, Channel]:
    """Show the points of a path, (..., points, 2), as a trace."""
    return {
        (trace, letter): of(lambda result, axis=axis: path(result)[..., axis])
        for axis, letter in enumerate("xy")
    }


def _corner(low: FloatArray, at: FloatArray, high: FloatArray) -> FloatArray:
    """A line from below to a corner and to the left, with two places for a cut corner."""
    return np.stack(
        [np.stack(pair, axis=-1) for pair in ((high, low), (high, at), (at, high), (low, high))],
        axis=-2,
    )


def _zero_region(limit: float) -> Callable[[Border], FloatArray]:
    def path(border: Border) -> FloatArray:
        edge, end = -border.margin, np.full_like(border.margin, -limit)
        corners = ((end, end), (edge, end), (edge, edge), (end, edge), (end, end))
        return np.stack([np.stack(pair, axis=-1) for pair in corners], axis=-2)

    return path


def _svm_lines(limit: float, variant: str) -> Callable[[Border], FloatArray]:
    """Level lines of the hinge loss: upright, then across or square, then level."""
    levels = np.array(SVM_LEVELS) * limit / 6

    def path(border: Border) -> FloatArray:
        high = levels - border.margin[..., None]
        low = np.full_like(high, -limit)
        turn = high if variant == "crammer_singer" else -border.margin[..., None] + 0.0 * high
        return broken(_corner(low, turn, high))

    return path


def _kinks(limit: float, variant: str) -> Callable[[Border], FloatArray]:
    def path(border: Border) -> FloatArray:
        edge, end = -border.margin, np.full_like(border.margin, limit)
        if variant == "crammer_singer":
            lines = [
                [(edge, -end), (edge, edge)],
                [(-end, edge), (edge, edge)],
                [(edge, edge), (end, end)],
            ]
        else:
            lines = [
                [(edge, -end), (edge, end)],
                [(-end, edge), (end, edge)],
                [(edge, edge), (edge, edge)],
            ]
        return broken(
            np.stack(
                [np.stack([np.stack(p, axis=-1) for p in line], axis=-2) for line in lines], axis=-3
            )
        )

    return path


def _arrows(
    start: Callable[[PointNumbers], FloatArray], soft: Any, svm: Any
) -> tuple[Arrow, Arrow]:
    """One step down each gradient."""

    def mark(end: Callable[[PointNumbers], FloatArray], color: str) -> Arrow:
        return Arrow(
            of_point(lambda point: start(point)[..., :1]),
            of_point(lambda point: start(point)[..., 1:]),
            (color,),
            to_x=of_point(lambda point: end(point)[..., :1]),
            to_y=of_point(lambda point: end(point)[..., 1:]),
        )

    return mark(soft, CROSS_ENTROPY), mark(svm, HINGE)


def _run_dots(soft: Callable[[Paths], FloatArray], svm: Callable[[Paths], FloatArray]) -> Dot:
    """Where both runs are at the step that is shown."""

    def places(axis: int) -> Channel:
        return of_step(lambda run: np.stack([soft(run)[..., axis], svm(run)[..., axis]], axis=-1))

    return Dot(places(0), places(1), (CROSS_ENTROPY, HINGE))


def _point_dot(place: Callable[[PointNumbers], FloatArray]) -> Dot:
    return Dot(
        of_point(lambda point: place(point)[..., :1]), of_point(lambda point: place(point)[..., 1:])
    )


def plane_panel(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> Panel:
    """Level lines of both losses over the differences, and where each goes from the point."""
    limit, three = sweeps.axis.limit, state.three
    at = float(sweeps.now.border.margin) if sweeps.now.border else 0.0
    names = [*zip(*(difference_names(three.names, label) for label in range(3)), strict=True)]

    def label_of(border: Border) -> Any:
        return border.labels[..., None]

    levels = np.array(SVM_LEVELS) * limit / 6
    return Panel(
        id="plane",
        figure=_plane_figure(limit),
        show={
            **both_axes(0, _zero_region(limit), of_border),
            **both_axes(2, _svm_lines(limit, state.variant), of_border),
            **both_axes(3, _kinks(limit, state.variant), of_border),
            **both_axes(4, lambda paths: paths.softmax, of_paths),
            **both_axes(5, lambda paths: paths.svm, of_paths),
        },
        marks=(
            Note(
                (0.76 * limit,),
                (-0.9 * limit,),
                ("var(--ink)",),
                numbers=of_border(label_of),
                choices=names[0],
            ),
            Note(
                (-0.72 * limit,),
                (0.9 * limit,),
                ("var(--ink)",),
                numbers=of_border(label_of),
                choices=names[1],
            ),
            *_level_notes(limit, levels),
            *_arrows(lambda p: p.differences, lambda p: p.softmax_step, lambda p: p.svm_step),
            _run_dots(lambda run: run.softmax, lambda run: run.svm),
            _point_dot(lambda point: point.differences),
        ),
        title=t("geometry.panel.plane"),
        alt=t("geometry.alt.plane", values=_apart(state, sweeps), margin=format_given(at)),
        legend=(
            LegendEntry(t("geometry.legend.softmax"), CROSS_ENTROPY, "line"),
            LegendEntry(t("geometry.legend.svm"), HINGE, "line"),
            LegendEntry(t("geometry.legend.satisfied"), SATISFIED, "fill"),
        ),
        height=PLANE_SHARE,
        ratio=PLANE_RATIO,
    )


def _apart(state: GeometryState, sweeps: PlaneSweeps) -> str:
    three, point = state.three, sweeps.now.point
    values = [] if point is None else point.differences.tolist()
    pairs = difference_names(three.names, three.label)
    return listing(pairs, [*map(format_given, values)])


def _level_notes(limit: float, levels: FloatArray) -> tuple[Note, Note]:
    """The loss on each level line: of cross-entropy at the left edge, of the hinge at the lower."""
    soft = np.array(SOFTMAX_LEVELS[1:]) * limit / 6
    heights = _log_expm1(soft)

    def across(border: Border) -> FloatArray:
        return levels - border.margin[..., None]

    left = tuple([-0.9 * limit] * len(soft))
    low = tuple([-0.99 * limit] * len(levels))
    return (
        Note(left, tuple(heights), (CROSS_ENTROPY,), numbers=tuple(soft), digits=3, side="above"),
        Note(of_border(across), low, (HINGE_TEXT,), numbers=tuple(levels), digits=3, side="above"),
    )


def simplex_panel(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> Panel:
    """The same in the triangle of probabilities."""
    three, now = state.three, sweeps.now
    levels = np.array(SIMPLEX_LEVELS)

    def lines(border: Border) -> FloatArray:
        return broken(place_of(likelihood_lines(border.labels, levels)))

    def region(border: Border) -> FloatArray:
        corners = place_of(kite(border.labels, border.margin))
        return np.concatenate([corners, corners[..., :1, :]], axis=-2)

    def tip(border: Border) -> FloatArray:
        return place_of(kite(border.labels, border.margin)[..., 2, :])

    p = [] if now.point is None else now.point.probabilities.tolist()
    return Panel(
        id="simplex",
        figure=_with_kite(),
        show={
            **both_axes(1, region, of_border),
            **both_axes(2, lines, of_border),
            **both_axes(3, lambda paths: paths.softmax_places, of_paths),
            **both_axes(4, lambda paths: paths.svm_places, of_paths),
        },
        marks=(
            *corner_notes(three.names, of_point(lambda point: point.probabilities)),
            Note(
                of_border(lambda border: tip(border)[..., :1]),
                of_border(lambda border: tip(border)[..., 1:]),
                (HINGE_TEXT,),
                numbers=of_border(lambda b: 1 / (1 + 2 * np.exp(-b.margin))[..., None]),
                decimals=(3,),
                prefix="p = ",
                side="below",
            ),
            *_arrows(lambda p: p.place, lambda p: p.softmax_place, lambda p: p.svm_place),
            _run_dots(lambda run: run.softmax_places, lambda run: run.svm_places),
            _point_dot(lambda point: point.place),
        ),
        title=t("geometry.panel.simplex"),
        alt=t(
            "geometry.alt.simplex",
            values=listing(three.names, [format_fixed(value, 3) for value in p]),
        ),
        legend=(
            LegendEntry(t("geometry.legend.likelihood"), CROSS_ENTROPY, "line"),
            LegendEntry(t("geometry.legend.kite"), SATISFIED, "fill"),
            LegendEntry(t("legend.flag"), MUTED, "none"),
        ),
        height=SIMPLEX_SHARE,
        ratio=SIMPLEX_RATIO,
    )


def corner_notes(names: tuple[str, ...], numbers: Channel) -> tuple[Note, ...]:
    """The name of each class at its corner, and its probability."""
    sides: tuple[Any, ...] = ("below", "above", "below")
    return tuple(
        Note(
            (float(CORNERS[index, 0]),),
            (float(CORNERS[index, 1]),),
            numbers=partial(_entry, numbers, index),
            decimals=(3,),
            prefix=f"{name} ",
            side=sides[index],
        )
        for index, name in enumerate(names)
    )


def _entry(numbers: Channel, index: int, result: Any) -> FloatArray | None:
    values = numbers(result)
    return None if values is None else values[..., index : index + 1]


@lru_cache(FIGURES_KEPT)
def _plane_figure(limit: float) -> go.Figure:
    """The region of loss 0, level lines, kinks, then the two runs."""
    figure = base_figure()
    figure.add_scatter(
        mode="lines", fill="toself", fillcolor=SATISFIED, line={"color": HINGE, "width": 0}
    )
    curves = _softmax_curves(limit)
    figure.add_scatter(
        x=curves[:, 0].tolist(),
        y=curves[:, 1].tolist(),
        mode="lines",
        line={"color": CROSS_ENTROPY, "width": 2, "simplify": False},
    )
    figure.add_scatter(mode="lines", line={"color": HINGE, "width": 2, "simplify": False})
    figure.add_scatter(
        mode="lines", line={"color": HINGE, "width": 1.2, "dash": "dot", "simplify": False}
    )
    _add_runs(figure)
    ends = [-limit, limit]
    ticks = [round(limit * share, 9) for share in (-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1)]
    figure.update_xaxes(range=ends, tickvals=ticks, constrain="domain")
    figure.update_yaxes(range=ends, tickvals=ticks)
    figure.update_layout(margin={"l": 40, "r": 16, "t": 14, "b": 30})
    return figure


def _add_runs(figure: go.Figure) -> None:
    for color in (CROSS_ENTROPY, HINGE):
        figure.add_scatter(
            mode="lines", line={"color": color, "width": 3, "dash": "dash", "simplify": False}
        )


def _log_expm1(values: FloatArray) -> FloatArray:
    """Give log(exp(x) - 1) for x > 0, which is x itself where it is large."""
    return np.asarray(values + np.log(-np.expm1(-values)))


def _softmax_curves(limit: float) -> FloatArray:
    """Level lines of cross-entropy: with p_y fixed the others share what is left."""
    shares = -np.logaddexp(0.0, -np.linspace(-2.5 * limit, 2.5 * limit, CURVE))
    sums = _log_expm1(np.array(SOFTMAX_LEVELS)[:, None] * limit / 6)
    lines = np.stack([sums + shares, sums + shares[::-1]], axis=-1)
    return broken(np.round(lines, 4))


@lru_cache(1)
def _with_kite() -> go.Figure:
    """The triangle, a filled region, level lines, then two runs."""
    figure = go.Figure(simplex_figure())
    figure.add_scatter(
        mode="lines", fill="toself", fillcolor=SATISFIED, line={"color": HINGE, "width": 2}
    )
    figure.add_scatter(mode="lines", line={"color": CROSS_ENTROPY, "width": 1.5, "simplify": False})
    _add_runs(figure)
    figure.update_layout(margin_b=FLAG_ROOM + 4)
    return figure


@lru_cache(1)
def simplex_figure() -> go.Figure:
    """The triangle alone, as trace 0."""
    figure = base_figure()
    border = [*CORNERS.tolist(), CORNERS[0].tolist()]
    figure.add_scatter(
        x=[x for x, _ in border],
        y=[y for _, y in border],
        mode="lines",
        line={"color": INK, "width": 2},
    )
    figure.update_xaxes(range=[-0.32, 2.32], visible=False)
    figure.update_yaxes(range=[-0.24, 2.24], visible=False)
    figure.update_layout(margin={"l": 6, "r": 6, "t": 6, "b": 6})
    return figure
