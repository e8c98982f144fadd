"""The panels of the hinge lesson, and which number goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from core.losses.hinge_variants import HINGE_POWERS, HingeComparison, Term
from core.validation import FloatArray
from pages.ui.kit.bars import FIGURES_KEPT, FULL_WIDTH
from pages.ui.kit.comparison_panels import score_places
from pages.ui.kit.sweeps import ScoreAxis
from pages.ui.kit.theme import CLASS_COLORS, HINGE, INK, MUTED, base_figure, class_axis
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot
from pages.ui.state.example import MAXIMUM_CLASSES

__all__ = [
    "LINE_ORIGIN",
    "MARGIN_LINE",
    "curve_places",
    "function_figure",
    "gradient_figure",
    "legend",
    "losses_figure",
    "margins_figure",
    "marks",
    "point_places",
    "result_places",
    "variants_figure",
]

MARGIN_LINE = "margin_line"
LINE_ORIGIN = "line_origin"
"""The handle at the margin line; the line moves with the true score."""

MARGINS = Spot("margins", 0, "y")
GRADIENT = Spot("gradient", 0, "y")
LOSS_CURVE = Spot("losses", 0, "y")
KINK_SCORES, KINK_LOSSES = Spot("losses", 1, "x"), Spot("losses", 1, "y")
VARIANTS = Spot("variants", 0, "y")
MARGIN_LABELS, TERMS = "margin_labels", "terms"
GRADIENT_LABELS = "gradient_labels"
POINT_SCORE, POINT_LOSS = "point_score", "point_loss"
TERMLESS = "termless"
VARIANT_LOSSES, VARIANT_TOPS = "variant_losses", "variant_tops"

CASES = tuple((variant, power) for variant in HINGE_VARIANTS for power in HINGE_POWERS)
FLAGS = ("⚑",) * MAXIMUM_CLASSES
PALE = 0.5
PARKED = -1000.0
"""Where a kink that is not there is kept, in units of the axis: far below it."""
SIDE_BY_SIDE = 0.21
"""Half the distance between the bars of the hinge and the squared hinge."""


def _listing(members: FloatArray) -> FloatArray:
    """Say for each class which text of a list it is: 0 nothing, 1 the first name, 2 a later one."""
    return np.where(members, np.where(np.cumsum(members, axis=-1) == 1, 1.0, 2.0), 0.0)


def result_places(result: HingeComparison) -> dict[Place, FloatArray]:
    """Numbers that follow from the scores, the label and the margin, by the place they go to."""
    has_term = result.terms != Term.NONE
    terms = result.violations**result.power
    losses = np.stack([result.losses[case] for case in CASES], axis=-1)
    pale = np.where(result.counted > 0, 0.0, result.margins)
    violating = _listing(result.terms == Term.VIOLATED)
    met = _listing(result.terms == Term.MET)
    classes = range(result.scores.shape[-1])
    return {
        **score_places(result),
        LINE_ORIGIN: result.line_origin,
        MARGINS: np.concatenate([pale, result.counted], axis=-1),
        MARGIN_LABELS: np.where(has_term, result.margins, np.nan),
        # The true class of a multi-class SVM has no margin of its own: a flag stands in its place.
        TERMLESS: np.where(has_term.all(axis=-1), np.nan, result.labels)[..., None],
        TERMS: np.where(has_term, terms, np.nan),
        GRADIENT: result.gradient,
        # Roots, as the axis is one of roots: else no bar would be seen beside the squared losses.
        VARIANTS: np.sqrt(losses),
        VARIANT_LOSSES: losses,
        VARIANT_TOPS: np.sqrt(losses),
        "hinge": result.loss,
        "violation_count": result.violation_count.astype(np.float64),
        "push": -result.true_gradient,
        "lead": result.lead,
        "margin": result.margin,
        "verdict": result.verdicts.astype(np.float64),
        "true_name": result.labels.astype(np.float64),
        "worst_name": result.worst.astype(np.float64),
        **{f"inside{index}": violating[..., index] for index in classes},
        **{f"met{index}": met[..., index] for index in classes},
    }


def point_places(result: HingeComparison, along: int) -> dict[Place, FloatArray]:
    """The present point on the curve along one score."""
    return {
        POINT_SCORE: result.scores[..., along : along + 1],
        POINT_LOSS: result.loss[..., None],
    }


def curve_places(losses: FloatArray, kinks: FloatArray, highest: float) -> dict[Place, FloatArray]:
    """The loss along one score, (..., steps), and its kinks, (..., 2, classes)."""
    scores, heights = kinks[..., 0, :], kinks[..., 1, :]
    # Plotly draws no path for a NaN, and only all of the paths can be moved in time with the hand.
    is_used = ~np.isnan(heights)
    return {
        LOSS_CURVE: losses,
        KINK_SCORES: np.where(is_used, scores, 0.0),
        KINK_LOSSES: np.where(is_used, heights, PARKED * highest),
    }


def marks(classes: int, *, margin_decimals: int, power: int) -> list[Mark]:
    """The numbers at the bars, and the points on the curves."""
    places = tuple(np.arange(classes, dtype=np.float64))
    return [
        Mark("margins", "text", TERMLESS, (0.0,), numbers=TERMLESS, choices=FLAGS, side="above"),
        Mark("margins", "label", places, MARGIN_LABELS, decimals=(margin_decimals,)),
        Mark("function", "dot", MARGIN_LABELS, TERMS, colors=CLASS_COLORS[:classes]),
        Mark(
            "gradient", "push", places, GRADIENT, decimals=(0 if power == 1 else margin_decimals,)
        ),
        Mark("losses", "dot", POINT_SCORE, POINT_LOSS, colors=(HINGE,)),
        Mark(
            "variants",
            "label",
            _variant_places(),
            VARIANT_TOPS,
            numbers=VARIANT_LOSSES,
            digits=4,
        ),
    ]


def _variant_places() -> tuple[float, ...]:
    return tuple(
        HINGE_VARIANTS.index(variant) + SIDE_BY_SIDE * (2 * power - 3) for variant, power in CASES
    )


@lru_cache(FIGURES_KEPT)
def margins_figure(names: tuple[str, ...], limits: tuple[float, float]) -> go.Figure:
    """Bars of the margins: pale where they are cut off or do not count, full where they count."""
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * 2,
        width=FULL_WIDTH,
        marker={
            "color": [*CLASS_COLORS[:classes]] * 2,
            "opacity": [PALE] * classes + [1.0] * classes,
            "pattern": {
                "shape": ["/"] * classes + [""] * classes,
                "size": 7,
                "solidity": 0.35,
            },
        },
    )
    class_axis(figure, names)
    _with_room(figure, *limits)
    figure.update_yaxes(zerolinecolor=HINGE, zerolinewidth=3)
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def function_figure(
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
def gradient_figure(names: tuple[str, ...], limits: tuple[float, float]) -> go.Figure:
    """Bars of the gradient: a positive one pushes the score down, a negative one up."""
    figure = base_figure()
    figure.add_bar(x=list(range(len(names))), width=FULL_WIDTH, marker={"color": HINGE})
    class_axis(figure, names)
    _with_room(figure, *limits)
    figure.update_yaxes(nticks=6)
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def losses_figure(axis: ScoreAxis, highest: float, *, score_label: str) -> go.Figure:
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
def variants_figure(
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
    top = float(np.sqrt(highest))
    ticks = top * np.linspace(0, 1, 5)
    figure.update_yaxes(
        range=[0, 1.14 * top],
        tickvals=ticks.tolist(),
        ticktext=[f"{tick**2:.10g}" for tick in ticks],
    )
    figure.update_layout(barmode="overlay")
    return figure


def _ring() -> dict[str, object]:
    return {"symbol": "circle-open", "size": 11, "color": HINGE, "line": {"width": 2}}


def _with_room(figure: go.Figure, low: float, high: float) -> None:
    """Leave room for a number at both ends."""
    room = 0.13 * (high - low)
    figure.update_yaxes(range=[low - room, high + room])


def legend(
    panel: str, word: Callable[[str], str], shared: Callable[[str], str]
) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` and ``shared`` give the name of each."""
    if panel == "scores":
        return (
            LegendEntry(word("line"), HINGE, "line"),
            LegendEntry(shared("violation"), HINGE, "hatch"),
        )
    if panel == "margins":
        return (
            LegendEntry(word("counted"), MUTED),
            LegendEntry(word("cut_off"), MUTED, "hatch"),
        )
    if panel == "function":
        return (LegendEntry(word("class"), MUTED, "ring"),)
    if panel == "gradient":
        return (LegendEntry(shared("push"), MUTED, "none"),)
    if panel == "losses":
        return (
            LegendEntry(shared("hinge"), HINGE, "line"),
            LegendEntry(shared("kink"), HINGE, "ring"),
        )
    return (
        LegendEntry(word("power_1"), HINGE),
        LegendEntry(word("power_2"), HINGE, "hatch"),
        LegendEntry(word("chosen"), INK, "outline"),
    )
