"""The panels of the four weights: what they are, what they cost, and how each is pulled."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.losses.penalties import PENALTIES
from core.validation import FloatArray
from pages.regularization import RegularizationState
from pages.regularization.penalty_comparison import INPUTS, PenaltyComparison, WeightSweeps
from pages.ui.kit.bars import FIGURES_KEPT, class_bars
from pages.ui.kit.scores import listing, round_up
from pages.ui.kit.theme import CLASS_COLORS, EDGE, EDGE_WIDTH, INK, MUTED, base_figure, class_axis
from pages.ui.stage.marks import Label, Push
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["COLORS", "HEIGHT", "PANELS", "WEIGHT_LEGEND", "WEIGHT_NAMES", "penalty_names"]

WEIGHT_NAMES: Final = ("w₁", "w₂", "w₃", "w₄")
WEIGHT_LEGEND: Final = tuple(
    LegendEntry(name, color) for name, color in zip(WEIGHT_NAMES, CLASS_COLORS, strict=False)
)
COLORS: Final = {"l1": "#A5673F", "l2": "#6F5FBF", "elastic": INK}
"""The colour of each penalty; those of the weights are the first of the class colours."""

PALE: Final = 0.45
GROUP: Final = 0.27
"""Distance between the bars of two penalties on one weight."""
GROUP_PLACES: Final = tuple(
    weight + GROUP * (penalty - 1)
    for penalty in range(len(PENALTIES))
    for weight in range(len(INPUTS))
)
HEIGHT: Final = 1.3


def penalty_names(t: Text) -> dict[str, str]:
    """Give the short name of each penalty."""
    return {"l1": "L1", "l2": "L2", "elastic": t("regularization.name.elastic")}


def _weights(state: RegularizationState, sweeps: WeightSweeps, t: Text) -> Panel:
    edge = 1.45 * sweeps.axis.limit
    return Panel(
        id="weights",
        figure=class_bars(WEIGHT_NAMES, -edge, edge),
        show={(0, "y"): lambda result: result.weights},
        title=t("regularization.panel.weights"),
        alt=t("regularization.alt.weights", values=_listed(sweeps.now.weights)),
        legend=(LegendEntry(t("regularization.legend.inputs"), MUTED, "none"),),
        height=HEIGHT,
    )


def _penalties(state: RegularizationState, sweeps: WeightSweeps, t: Text) -> Panel:
    """One bar a penalty, stacked from what each weight adds, below a line at the least."""

    def heights(result: PenaltyComparison) -> FloatArray:
        parts = result.per_weight.reshape(*result.score.shape, -1)
        return np.concatenate([parts, np.zeros_like(result.least)], axis=-1)

    def bases(result: PenaltyComparison) -> FloatArray:
        below = np.cumsum(result.per_weight, axis=-1) - result.per_weight
        return np.concatenate([below.reshape(*result.score.shape, -1), result.least], axis=-1)

    highest = max(float(result.values.max()) for result in sweeps.all)
    names = tuple(penalty_names(t).values())
    return Panel(
        id="penalties",
        figure=_penalties_figure(names, state.penalty, round_up(highest)),
        show={(0, "y"): heights, (0, "base"): bases},
        marks=(Label((0.0, 1.0, 2.0), lambda result: result.values, decimals=(4,)),),
        title=t("regularization.panel.penalties"),
        alt=t("regularization.alt.penalties"),
        legend=(*WEIGHT_LEGEND, LegendEntry(t("regularization.legend.least"), INK, "line")),
        height=HEIGHT,
    )


def _gradients(state: RegularizationState, sweeps: WeightSweeps, t: Text) -> Panel:
    """The derivative by each weight, one bar a penalty."""
    names = penalty_names(t)

    def gradients(result: PenaltyComparison) -> FloatArray:
        return result.gradient.reshape(*result.score.shape, -1)

    first = len(INPUTS) * PENALTIES.index(state.penalty)
    chosen = slice(first, first + len(INPUTS))
    steepest = max(float(np.abs(result.gradient).max()) for result in sweeps.all)
    return Panel(
        id="gradients",
        figure=_gradients_figure(state.penalty, round_up(steepest)),
        show={(0, "y"): gradients},
        marks=(Push(GROUP_PLACES[chosen], lambda r: gradients(r)[..., chosen], digits=3),),
        title=t("regularization.panel.gradients"),
        alt=t(
            "regularization.alt.gradients",
            name=names[state.penalty],
            values=_listed(sweeps.now.gradient[PENALTIES.index(state.penalty)]),
        ),
        legend=(
            *(
                LegendEntry(names[id], COLORS[id], "hatch" if id == "elastic" else "fill")
                for id in PENALTIES
            ),
            LegendEntry(t("regularization.legend.pale"), MUTED, "none"),
        ),
        height=HEIGHT,
    )


PANELS: Final = (_weights, _penalties, _gradients)
"""Each makes one panel of the state, its sweeps and the texts."""


def _listed(numbers: FloatArray) -> str:
    return listing(WEIGHT_NAMES, [format_fixed(number, 4) for number in numbers.tolist()])


@lru_cache(FIGURES_KEPT)
def _penalties_figure(names: tuple[str, ...], chosen: str, highest: float) -> go.Figure:
    """Bars of three penalties, the chosen one in full colour; then lines, bars of no height."""
    count = len(INPUTS)
    figure = base_figure()
    figure.add_bar(
        x=[*(penalty for penalty in range(3) for _ in INPUTS), 0, 1, 2],
        width=[0.56] * 3 * count + [0.86] * 3,
        marker={
            "color": [*CLASS_COLORS[:count] * 3, *["rgba(0,0,0,0)"] * 3],
            "opacity": [*(_opacity(name, chosen) for name in PENALTIES for _ in INPUTS), 1, 1, 1],
            "line": {
                "color": [EDGE] * 3 * count + [INK] * 3,
                "width": [EDGE_WIDTH] * 3 * count + [2.5] * 3,
            },
        },
    )
    class_axis(figure, names)
    figure.update_yaxes(range=[0, 1.12 * highest])
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _gradients_figure(chosen: str, highest: float) -> go.Figure:
    figure = base_figure()
    each = [name for name in PENALTIES for _ in INPUTS]
    figure.add_bar(
        x=GROUP_PLACES,
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
