"""The panels of the hinge lesson."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.losses.exact_decimals import decimal_places
from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from core.losses.hinge_variants import HINGE_POWERS, Term
from core.validation import FloatArray
from pages.hinge import HingeState
from pages.hinge.numbers import HingeNumbers, HingeSweeps
from pages.ui.kit.bars import FIGURES_KEPT, FULL_WIDTH
from pages.ui.kit.scores import ScoreAxis, listing, scores_panel
from pages.ui.kit.theme import (
    CLASS_COLORS,
    EDGE,
    EDGE_WIDTH,
    HINGE,
    INK,
    MUTED,
    base_figure,
    class_axis,
)
from pages.ui.stage.marks import Dot, Label, Note, Push
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["PANELS", "shown_decimals"]

CASES: Final = tuple((variant, power) for variant in HINGE_VARIANTS for power in HINGE_POWERS)
PALE: Final = 0.35
PARKED: Final = -1000.0
"""Where a kink that is not there is kept, in units of the axis: far below it."""
SIDE_BY_SIDE: Final = 0.21
"""Half the distance between the bars of the hinge and the squared hinge."""
SHORT_DECIMALS: Final = 3
"""What a number on a bar has room for."""


def shown_decimals(state: HingeState, sweeps: HingeSweeps) -> int:
    """Give as many decimals as the numbers have, and a bar has room for."""
    own = decimal_places(state.example.scores, state.margin)
    return min(SHORT_DECIMALS, max(own, sweeps.axis.decimals))


def _scores(state: HingeState, sweeps: HingeSweeps, t: Text) -> Panel:
    legend = (
        LegendEntry(t("hinge.legend.line"), HINGE, "line"),
        LegendEntry(t("legend.violation"), HINGE, "hatch"),
    )
    return scores_panel(state.example, sweeps.axis, legend, t, of=lambda result: result.hinge)


def _own_margins(result: HingeNumbers) -> FloatArray:
    """Give the margin of each class that has a term."""
    return np.where(result.hinge.terms != Term.NONE, result.hinge.margins, np.nan)


def _listed_margins(state: HingeState, sweeps: HingeSweeps) -> str:
    """Say the margin of each class that has one."""
    decimals, hinge = shown_decimals(state, sweeps), sweeps.now.hinge
    return ", ".join(
        f"{name} {format_fixed(margin, decimals)}"
        for name, margin, term in zip(state.example.names, hinge.margins, hinge.terms, strict=True)
        if term != Term.NONE
    )


def _margins(state: HingeState, sweeps: HingeSweeps, t: Text) -> Panel:
    """Bars of the margins: pale where they are cut off or do not count, full where they count."""
    decimals, names = shown_decimals(state, sweeps), state.example.names
    places = tuple(map(float, range(len(names))))

    def bars(result: HingeNumbers) -> FloatArray:
        hinge = result.hinge
        pale = np.where(hinge.counted > 0, 0.0, hinge.margins)
        return np.concatenate([pale, hinge.counted], axis=-1)

    def termless(result: HingeNumbers) -> FloatArray:
        # The true class of a multi-class SVM has no margin of its own: a flag stands in its place.
        has_all = (result.hinge.terms != Term.NONE).all(axis=-1)
        return np.where(has_all, np.nan, result.hinge.labels)[..., None]

    rule = "one_vs_all" if state.variant == "one_vs_all" else "pairwise"
    written = [format_fixed(m, decimals) for m in sweeps.now.hinge.margins.tolist()]
    return Panel(
        id="margins",
        figure=_margins_figure(names, sweeps.margin_limits),
        show={(0, "y"): bars},
        marks=(
            Note(termless, (0.0,), numbers=termless, choices=("⚑",) * len(names), side="above"),
            Label(places, _own_margins, decimals=(decimals,)),
        ),
        title=t(f"hinge.panel.margins_{rule}"),
        alt=t("hinge.alt.margins", values=listing(names, written)),
        legend=(
            LegendEntry(t("hinge.legend.counted"), MUTED),
            LegendEntry(t("hinge.legend.cut_off"), MUTED, "outline"),
        ),
    )


def _function(state: HingeState, sweeps: HingeSweeps, t: Text) -> Panel:
    """The hinge itself, with a point for each class."""
    names = state.example.names

    def terms(result: HingeNumbers) -> FloatArray:
        hinge = result.hinge
        return np.where(hinge.terms != Term.NONE, hinge.violations**hinge.power, np.nan)

    at, values = sweeps.function
    return Panel(
        id="function",
        figure=_function_figure(
            tuple(at.tolist()),
            tuple(values.tolist()),
            has_kink=state.power == 1,
            margin_label=t("hinge.axis.margin"),
        ),
        marks=(Dot(_own_margins, terms, colors=CLASS_COLORS[: len(names)]),),
        title=t(f"hinge.panel.function_{state.power}"),
        alt=t("hinge.alt.function", values=_listed_margins(state, sweeps)),
        legend=(LegendEntry(t("hinge.legend.class"), MUTED, "ring"),),
    )


def _gradient(state: HingeState, sweeps: HingeSweeps, t: Text) -> Panel:
    """Bars of the gradient: a positive one pushes the score down, a negative one up."""
    names, decimals = state.example.names, shown_decimals(state, sweeps)

    def gradient(result: HingeNumbers) -> FloatArray:
        return result.hinge.gradient

    places = tuple(map(float, range(len(names))))
    written = [format_fixed(g, decimals) for g in sweeps.now.hinge.gradient.tolist()]
    return Panel(
        id="gradient",
        figure=_gradient_figure(names, sweeps.gradient_limits),
        show={(0, "y"): gradient},
        marks=(Push(places, gradient, decimals=(0 if state.power == 1 else decimals,)),),
        title=t("hinge.panel.gradient"),
        alt=t("hinge.alt.gradient", values=listing(names, written)),
        legend=(LegendEntry(t("legend.push"), MUTED, "none"),),
    )


def _losses(state: HingeState, sweeps: HingeSweeps, t: Text) -> Panel:
    """The loss along one score, with its kinks and the present point."""
    highest = sweeps.loss_limit

    def kink_scores(result: HingeNumbers) -> FloatArray | None:
        # Plotly draws no path for a NaN, and only all of the paths can be moved with the hand.
        return None if result.kinks is None else np.nan_to_num(result.kinks[..., 0, :])

    def kink_losses(result: HingeNumbers) -> FloatArray | None:
        if result.kinks is None:
            return None
        return np.nan_to_num(result.kinks[..., 1, :], nan=PARKED * highest)

    return Panel(
        id="losses",
        figure=_losses_figure(sweeps.axis, highest, score_label=t("panel.score_axis")),
        show={
            (0, "y"): lambda result: result.curve,
            (1, "x"): kink_scores,
            (1, "y"): kink_losses,
        },
        marks=(
            Dot(
                lambda result: result.hinge.scores[..., result.along, None],
                lambda result: result.hinge.loss[..., None],
                colors=(HINGE,),
            ),
        ),
        title=t("hinge.panel.losses"),
        alt=t("hinge.alt.losses", values=_listed_kinks(sweeps.now)),
        legend=(
            LegendEntry(t("legend.hinge"), HINGE, "line"),
            LegendEntry(t("legend.kink"), HINGE, "ring"),
        ),
    )


def _listed_kinks(now: HingeNumbers) -> str:
    kinks = [] if now.kinks is None else np.round(now.kinks, 9).T.tolist()
    return ", ".join(
        f"({format_given(score)}, {format_given(loss)})" for score, loss in kinks if loss == loss
    )


def _variants(state: HingeState, sweeps: HingeSweeps, t: Text) -> Panel:
    """Bars of every variant's loss on an axis of roots; the chosen one in full colour."""

    def losses(result: HingeNumbers) -> FloatArray:
        return np.stack([result.hinge.losses[case] for case in CASES], axis=-1)

    def roots(result: HingeNumbers) -> FloatArray:
        # As the axis is one of roots: else no bar would be seen beside the squared losses.
        return np.sqrt(losses(result))

    words = {variant: t(f"hinge.variant.{variant}") for variant in HINGE_VARIANTS}
    return Panel(
        id="variants",
        figure=_variants_figure(
            tuple(words.values()), (state.variant, state.power), sweeps.variants_limit
        ),
        show={(0, "y"): roots},
        marks=(Label(_variant_places(), roots, numbers=losses, digits=4),),
        title=t("hinge.panel.variants"),
        alt=t(
            "hinge.alt.variants",
            values=", ".join(
                f"{words[variant]} {format_fixed(float(loss), 4)}"
                for (variant, _), loss in sweeps.now.hinge.losses.items()
            ),
        ),
        legend=(
            LegendEntry(t("hinge.legend.power_1"), HINGE),
            LegendEntry(t("hinge.legend.power_2"), HINGE, "hatch"),
            LegendEntry(t("hinge.legend.chosen"), INK, "outline"),
        ),
    )


PANELS: Final = (_scores, _margins, _function, _gradient, _losses, _variants)
"""Each makes one panel of the state, its sweeps and the texts."""


def _variant_places() -> tuple[float, ...]:
    return tuple(
        HINGE_VARIANTS.index(variant) + SIDE_BY_SIDE * (2 * power - 3) for variant, power in CASES
    )


@lru_cache(FIGURES_KEPT)
def _margins_figure(names: tuple[str, ...], limits: tuple[float, float]) -> go.Figure:
    """Bars of the margins: pale where they are cut off or do not count, full where they count."""
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * 2,
        width=FULL_WIDTH,
        marker={
            "color": [*CLASS_COLORS[:classes]] * 2,
            "opacity": [PALE] * classes + [1.0] * classes,
            "line": {"color": EDGE, "width": EDGE_WIDTH},
        },
    )
    class_axis(figure, names)
    _with_room(figure, *limits)
    figure.update_yaxes(zerolinecolor=HINGE, zerolinewidth=3)
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _function_figure(
    at: tuple[float, ...], values: tuple[float, ...], *, has_kink: bool, margin_label: str
) -> go.Figure:
    """The hinge itself, with its kink if it has one."""
    figure = base_figure()
    figure.add_scatter(
        x=at, y=values, mode="lines", line={"color": HINGE, "width": 3, "simplify": False}
    )
    if has_kink:
        figure.add_scatter(x=[0], y=[0], mode="markers", marker=_ring())
    figure.update_xaxes(range=[at[0], at[-1]], title_text=margin_label)
    figure.update_yaxes(range=[-0.09 * values[-1], 1.06 * values[-1]])
    figure.update_layout(margin={"b": 46})
    return figure


@lru_cache(FIGURES_KEPT)
def _gradient_figure(names: tuple[str, ...], limits: tuple[float, float]) -> go.Figure:
    """Bars of the gradient: a positive one pushes the score down, a negative one up."""
    figure = base_figure()
    figure.add_bar(x=list(range(len(names))), width=FULL_WIDTH, marker={"color": HINGE})
    class_axis(figure, names)
    _with_room(figure, *limits)
    figure.update_yaxes(nticks=6)
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _losses_figure(axis: ScoreAxis, highest: float, *, score_label: str) -> go.Figure:
    """The loss along one score, with its kinks."""
    figure = base_figure()
    line = {"color": HINGE, "width": 3, "simplify": False}
    figure.add_scatter(x=axis.grid.tolist(), mode="lines", line=line)
    figure.add_scatter(mode="markers", marker=_ring())
    figure.update_xaxes(range=[-axis.limit, axis.limit], title_text=score_label, fixedrange=False)
    figure.update_yaxes(range=[-0.09 * highest, 1.06 * highest], fixedrange=False)
    figure.update_layout(dragmode="zoom", margin={"b": 46}, uirevision=f"{axis.limit} {highest}")
    return figure


@lru_cache(FIGURES_KEPT)
def _variants_figure(
    names: tuple[str, ...], chosen: tuple[HingeVariant, int], highest: float
) -> go.Figure:
    """Bars of every variant's loss on an axis of roots; the chosen one in full colour."""
    figure = base_figure()
    figure.add_bar(
        x=_variant_places(),
        width=1.85 * SIDE_BY_SIDE,
        marker={
            "color": HINGE,
            "opacity": [1.0 if case == chosen else PALE for case in CASES],
            "line": {"color": INK, "width": [2 if case == chosen else 0 for case in CASES]},
            "pattern": {
                "shape": ["" if power == 1 else "/" for _, power in CASES],
                "size": 7,
                "solidity": 0.4,
            },
        },
    )
    class_axis(figure, names)
    top, ticks = float(np.sqrt(highest)), _round_squares(highest)
    figure.update_yaxes(
        range=[0, 1.14 * top],
        tickvals=np.sqrt(ticks).tolist(),
        ticktext=[f"{tick:.10g}" for tick in ticks],
    )
    figure.update_layout(barmode="overlay")
    return figure


def _round_squares(highest: float) -> list[float]:
    """0 and round numbers up to the highest, far enough from each other on an axis of roots."""
    decades = np.power(10.0, np.arange(-2, np.ceil(np.log10(highest)) + 1))
    ticks = [0.0]
    for tick in np.outer(decades, (1, 2, 5)).ravel().tolist():
        if tick <= highest and tick**0.5 - ticks[-1] ** 0.5 >= 0.18 * highest**0.5:
            ticks.append(tick)
    return ticks


def _ring() -> dict[str, object]:
    return {"symbol": "circle-open", "size": 11, "color": HINGE, "line": {"width": 2}}


def _with_room(figure: go.Figure, low: float, high: float) -> None:
    """Leave room for a number at both ends."""
    room = 0.13 * (high - low)
    figure.update_yaxes(range=[low - room, high + room])
