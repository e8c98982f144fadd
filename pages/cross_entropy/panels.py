"""The panels of the lesson on cross-entropy."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.cross_entropy.numbers import PAIRINGS, CrossEntropyNumbers, CrossEntropySweeps
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM, class_bars
from pages.ui.kit.scores import ScoreAxis, listing
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    EDGE,
    EDGE_WIDTH,
    GRID,
    INK,
    MUTED,
    TARGET,
    base_figure,
    class_axis,
)
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Cell, Dot, Note, Push
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.state.state import FocusedState
from pages.ui.text import Text

__all__ = ["PANELS"]

BELOW: Final = -9.0
"""Below the range of the panel: where a hollow bar of height 0 waits, unseen."""

ROW_OF_P, ROW_OF_T = -0.27, -0.52
"""Where the numbers of p and t are written, below the bars."""

HIGHEST_SURPRISAL: Final = 8.0
"""The upper end of the axis; what lies beyond is drawn at it."""

SIZE_COLORS: Final = (CROSS_ENTROPY, MUTED, INK)


def _of_label(numbers: CrossEntropyNumbers, values: FloatArray) -> FloatArray:
    """Give the value of the class that the flag marks, (..., 1)."""
    return np.take_along_axis(values, numbers.labels[..., None], axis=-1)


def _scores(state: FocusedState, sweeps: CrossEntropySweeps, t: Text) -> Panel:
    """Bars of the logits, with room at both ends for the value at the end of a bar."""
    names, limit = state.example.names, sweeps.axis.limit
    written = [format_given(logit) for logit in sweeps.now.logits.tolist()]
    return Panel(
        id="scores",
        figure=class_bars(names, -1.25 * limit, 1.5 * limit, room_below=FLAG_ROOM),
        show={(0, "y"): attrgetter("logits")},
        title=t("cross_entropy.panel.scores"),
        alt=t("cross_entropy.alt.scores", values=listing(names, written)),
        legend=(LegendEntry(t("cross_entropy.legend.flag"), MUTED, "none"),),
    )


def _probabilities(state: FocusedState, sweeps: CrossEntropySweeps, t: Text) -> Panel:
    """Bars of p in class colours inside hollow bars of the target t; their numbers below."""
    names, now = state.example.names, sweeps.now

    def bases(numbers: CrossEntropyNumbers) -> FloatArray:
        hidden = np.where(numbers.targets == 0, BELOW, 0.0)
        return np.concatenate([hidden, np.zeros_like(hidden)], axis=-1)

    def heights(numbers: CrossEntropyNumbers) -> FloatArray:
        return np.concatenate([numbers.targets, numbers.probabilities], axis=-1)

    def row(height: float, channel: Channel) -> Cell:
        places = tuple(map(float, range(len(names))))
        return Cell(
            places,
            (height,) * len(names),
            numbers=channel,
            colors=("transparent",),
            size=(1.0, ROW_OF_P - ROW_OF_T),
        )

    written = [
        f"{format_fixed(p, 3)} / {format_fixed(mass, 3)}"
        for p, mass in zip(now.probabilities.tolist(), now.targets.tolist(), strict=True)
    ]
    return Panel(
        id="probabilities",
        figure=_probabilities_figure(names),
        show={(0, "base"): bases, (0, "y"): heights},
        marks=(
            row(ROW_OF_T, attrgetter("targets")),
            row(ROW_OF_P, attrgetter("probabilities")),
        ),
        title=t("cross_entropy.panel.probabilities"),
        alt=t("cross_entropy.alt.probabilities", values=listing(names, written)),
        legend=(
            LegendEntry(t("cross_entropy.legend.p"), MUTED),
            LegendEntry(t("cross_entropy.legend.t"), TARGET, "outline"),
        ),
    )


def _gradient(state: FocusedState, sweeps: CrossEntropySweeps, t: Text) -> Panel:
    """Bars of p - t: a positive one pushes the logit down, a negative one up."""
    names, gradient = state.example.names, attrgetter("gradient")
    places = tuple(map(float, range(len(names))))
    written = [format_fixed(slope, 3) for slope in sweeps.now.gradient.tolist()]
    return Panel(
        id="gradient",
        figure=class_bars(names, -1.3, 1.3, ticks=(-1, -0.5, 0, 0.5, 1)),
        show={(0, "y"): gradient},
        marks=(Push(places, gradient, decimals=(3 if len(names) <= 6 else 2,)),),
        title=t("cross_entropy.panel.gradient"),
        alt=t("cross_entropy.alt.gradient", values=listing(names, written)),
        legend=(LegendEntry(t("cross_entropy.legend.push"), MUTED, "none"),),
    )


def _surprisals(state: FocusedState, sweeps: CrossEntropySweeps, t: Text) -> Panel:
    """The curve of -log p with a point for each class, and a line at the height of the loss."""

    def loss(numbers: CrossEntropyNumbers) -> FloatArray:
        return np.minimum(numbers.loss, HIGHEST_SURPRISAL)[..., None]

    def heights(numbers: CrossEntropyNumbers) -> FloatArray:
        return np.minimum(numbers.surprisals, HIGHEST_SURPRISAL)

    def true_surprisal(numbers: CrossEntropyNumbers) -> FloatArray:
        return _of_label(numbers, numbers.surprisals)

    def beside(numbers: CrossEntropyNumbers) -> FloatArray:
        return np.asarray(np.clip(_of_label(numbers, numbers.probabilities) + 0.08, 0.0, 0.88))

    def above(numbers: CrossEntropyNumbers) -> FloatArray:
        return _of_label(numbers, heights(numbers)) + 0.3

    names = state.example.names
    written = [format_fixed(value, 3) for value in sweeps.now.surprisals.tolist()]
    return Panel(
        id="surprisals",
        figure=_surprisals_figure(t("cross_entropy.panel.probability_axis")),
        show={(1, "base"): loss},
        marks=(
            Dot(attrgetter("probabilities"), heights, colors=CLASS_COLORS),
            Note(beside, above, numbers=true_surprisal, prefix="⚑ ", side="above"),
        ),
        title=t("cross_entropy.panel.surprisals"),
        alt=t("cross_entropy.alt.surprisals", values=listing(names, written)),
        legend=(
            LegendEntry(t("cross_entropy.legend.surprisal"), MUTED, "line"),
            LegendEntry(t("cross_entropy.legend.loss"), CROSS_ENTROPY, "line"),
            LegendEntry(t("cross_entropy.legend.true"), MUTED, "none"),
        ),
    )


def _sizes(state: FocusedState, sweeps: CrossEntropySweeps, t: Text) -> Panel:
    """Three gradient sizes along one logit, with the present point on each curve."""
    limit = sweeps.axis.limit

    def curve(index: int) -> Channel:
        return lambda numbers: None if numbers.curves is None else numbers.curves[..., index]

    def logit(numbers: CrossEntropyNumbers) -> FloatArray:
        at = numbers.logits[..., numbers.along, None]
        shown = np.where(np.abs(at) <= limit, at, np.nan)
        return np.broadcast_to(shown, numbers.gradient_sizes.shape)

    return Panel(
        id="sizes",
        figure=_sizes_figure(
            sweeps.axis,
            tuple(sweeps.curve_grid.tolist()),
            sweeps.size_limits,
            t("cross_entropy.panel.logit_axis"),
        ),
        show={(index, "y"): curve(index) for index in range(len(PAIRINGS))},
        marks=(Dot(logit, attrgetter("gradient_sizes"), colors=SIZE_COLORS),),
        title=t("cross_entropy.panel.sizes"),
        alt=t("cross_entropy.alt.sizes"),
        legend=tuple(
            LegendEntry(t(f"cross_entropy.legend.{pairing}"), color, "line")
            for pairing, color in zip(PAIRINGS, SIZE_COLORS, strict=True)
        ),
    )


PANELS: Final = (_scores, _probabilities, _gradient, _surprisals, _sizes)
"""Each makes one panel of the state, its sweeps and the texts."""


@lru_cache(FIGURES_KEPT)
def _probabilities_figure(names: tuple[str, ...]) -> go.Figure:
    """Bars of p in class colours inside hollow bars of the target t; their numbers below."""
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * 2,
        width=[0.86] * classes + [0.62] * classes,
        marker={
            "color": [*["rgba(0,0,0,0)"] * classes, *CLASS_COLORS[:classes]],
            "line": {
                "color": [TARGET] * classes + [EDGE] * classes,
                "width": [2] * classes + [EDGE_WIDTH] * classes,
            },
        },
    )
    class_axis(figure, names)
    quarters = [0, 0.25, 0.5, 0.75, 1]
    figure.update_yaxes(
        range=[ROW_OF_T - 0.13, 1.16],
        tickvals=[ROW_OF_T, ROW_OF_P, *quarters],
        ticktext=["t", "p", *map(str, quarters)],
        showgrid=False,
        zeroline=False,
    )
    for height in quarters:
        figure.add_shape(
            type="line",
            xref="paper",
            x0=0,
            x1=1,
            y0=height,
            y1=height,
            line={"color": GRID, "width": 1},
            layer="below",
        )
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _surprisals_figure(probability_label: str) -> go.Figure:
    """The curve of -log p, and a line at the height of the loss."""
    figure = base_figure()
    p = np.union1d(np.exp(-np.linspace(HIGHEST_SURPRISAL, 0, 49)), np.linspace(0.02, 1, 50))
    figure.add_scatter(
        x=p.tolist(), y=(-np.log(p)).tolist(), mode="lines", line={"color": MUTED, "width": 3}
    )
    figure.add_bar(
        x=[0.5],
        y=[0],
        width=1.2,
        marker={"color": CROSS_ENTROPY, "line": {"color": CROSS_ENTROPY, "width": 3}},
    )
    figure.update_xaxes(range=[-0.06, 1.03], title_text=probability_label, nticks=6)
    figure.update_yaxes(
        range=[-0.4, 1.16 * HIGHEST_SURPRISAL],
        tickvals=[0, 2, 4, 6, HIGHEST_SURPRISAL],
        ticktext=["0", "2", "4", "6", f"≥ {HIGHEST_SURPRISAL:g}"],
    )
    figure.update_layout(barmode="overlay", margin={"b": 46})
    return figure


@lru_cache(FIGURES_KEPT)
def _sizes_figure(
    axis: ScoreAxis, grid: tuple[float, ...], limits: tuple[float, float], logit_label: str
) -> go.Figure:
    """Three gradient sizes along one logit, on a logarithmic axis."""
    figure = base_figure()
    for color, dash in zip(SIZE_COLORS, ("solid", "dash", "solid"), strict=True):
        figure.add_scatter(x=grid, mode="lines", line={"color": color, "width": 3, "dash": dash})
    figure.update_xaxes(range=[-axis.limit, axis.limit], title_text=logit_label)
    ends = np.log10(limits).tolist()
    figure.update_yaxes(type="log", range=[ends[0], ends[1] + 0.1], exponentformat="power", dtick=1)
    figure.update_layout(margin={"b": 46})
    return figure
