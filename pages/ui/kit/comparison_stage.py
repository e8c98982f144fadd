"""The stage on which both losses follow the hand: for every page that compares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import plotly.graph_objects as go

from core.losses.comparison import Comparison, Verdict, one_step
from core.losses.hinge import HingeVariant
from core.validation import FloatArray
from pages.ui.export import Table
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.comparison import ComparisonNumbers, ComparisonSweeps, sweep_comparison
from pages.ui.kit.scores import (
    LABEL,
    ScoreAxis,
    label_handle,
    listing,
    moved_example,
    score_handles,
    score_id,
    scores_panel,
)
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    EDGE,
    EDGE_WIDTH,
    HINGE,
    MUTED,
    TARGET,
    base_figure,
    class_axis,
)
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Dot, Label, Push
from pages.ui.stage.mount import Stage
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.losses import LossesState
from pages.ui.text import Text

__all__ = [
    "PANELS",
    "READOUTS",
    "comparison_stage",
    "moved",
    "probabilities_panel",
    "result_table",
    "sweeps_of",
    "verdict_texts",
]

S = TypeVar("S", bound=LossesState)

SIDE_BY_SIDE: Final = 0.19
"""Half the distance between the two gradient bars of a class."""
BELOW_PROBABILITIES: Final = -9.0
"""Below the range of the panel: there waits the frame of a target that is 0."""


class _Number(NamedTuple):
    """A live number of a comparison, and the loss that colours it."""

    of: Callable[[Comparison], Any]
    tone: str = ""
    decimals: int = 4


READOUTS: Final = {
    "hinge": _Number(lambda c: c.hinge, "hinge"),
    "cross_entropy": _Number(lambda c: c.cross_entropy, "cross-entropy"),
    "true_probability": _Number(lambda c: c.true_probability),
    "violation_count": _Number(lambda c: c.violation_count, "hinge", 0),
    "hinge_gradient_norm": _Number(lambda c: c.hinge_gradient_norm, "hinge"),
    "cross_entropy_gradient_norm": _Number(
        lambda c: c.cross_entropy_gradient_norm, "cross-entropy"
    ),
}


def sweeps_of(state: LossesState) -> ComparisonSweeps:
    """Everything the stage shows, for every step of every handle."""
    return sweep_comparison(
        state.example.scores,
        state.example.label,
        along=state.focus,
        margin=state.margin,
        variant=state.variant,
    )


def comparison_stage(
    state: LossesState,
    sweeps: ComparisonSweeps,
    t: Text,
    *,
    panels: Sequence[str] = ("scores", "probabilities", "gradients", "losses"),
    readouts: Sequence[str] = tuple(READOUTS),
    ghost_rate: float | None = None,
) -> Stage:
    """Lay out the stage.

    With a ghost rate, slim bars show where one step of gradient descent of that size would take
    the scores.
    """
    example = state.example
    scores = partial(_scores, ghost_rate=ghost_rate)
    return Stage(
        panels=[PANELS.get(id, scores)(state, sweeps, t) for id in panels],
        handles=[
            *score_handles(example, sweeps.axis, t, sweeps=sweeps.by, focuses=sweeps.focuses),
            label_handle(example, t, sweep=sweeps.by[LABEL]),
        ],
        readouts=_readouts(state, readouts, t),
        now=sweeps.now,
        focus=score_id(state.focus),
    )


def moved(state: S, release: Release) -> S:
    """The state after a release; the same state if the message makes no sense."""
    return moved_example(state, release) or state


def result_table(state: LossesState, result: Comparison, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    columns = {
        "score": result.scores,
        "target": result.targets,
        "probability": result.probabilities,
        "cross_entropy_gradient": result.cross_entropy_gradient,
        "violation": result.violations,
        "hinge_gradient": result.hinge_gradient,
    }
    return Table(
        columns={
            "class": state.example.names,
            **{name: values.tolist() for name, values in columns.items()},
        },
        headings={name: t(f"data.{name}") for name in ("class", *columns)},
        settings={
            "label": state.example.label,
            "margin": state.margin,
            "variant": state.variant,
            "cross_entropy": float(result.cross_entropy),
            "hinge": float(result.hinge),
        },
    )


def _readouts(state: LossesState, shown: Sequence[str], t: Text) -> list[Readout]:
    names = state.example.names
    numbers = [
        Readout(
            id,
            partial(_compared, number.of),
            t(f"readout.{id}") if id in shown else None,
            decimals=number.decimals,
            tone=number.tone,
        )
        for id, number in READOUTS.items()
    ]
    return [
        *numbers,
        Readout("true_name", lambda r: r.compared.labels, choices=names),
        Readout("top_name", lambda r: r.compared.predictions, choices=names),
        Readout("focus_name", lambda r: np.full(r.compared.labels.shape, r.along), choices=names),
        Readout(
            "verdict",
            lambda r: r.compared.verdicts,
            label="",
            choices=verdict_texts(state.variant, state.margin, len(names), t),
        ),
    ]


def verdict_texts(variant: HingeVariant, margin: float, classes: int, t: Text) -> tuple[str, ...]:
    """What is told of each :class:`Verdict`, with the names and numbers as ``{id}``."""
    kind = "verdict_one_vs_all" if variant == "one_vs_all" else "verdict"
    counts = {"classes": classes, "wrong": classes - 1}
    return tuple(
        t(f"{kind}.{verdict.name.lower()}", margin=format_given(margin), **counts)
        for verdict in Verdict
    )


def _compared(of: Callable[[Comparison], Any], result: ComparisonNumbers) -> Any:
    return of(result.compared)


def _scores(
    state: LossesState, sweeps: ComparisonSweeps, t: Text, *, ghost_rate: float | None
) -> Panel:
    def ghosts(result: ComparisonNumbers) -> FloatArray:
        after = one_step(result.compared, ghost_rate or 0.0)
        return np.concatenate([after.softmax, after.svm], axis=-1)

    # There is room for one line of words.
    others = (
        (LegendEntry(t("legend.flag"), MUTED, "none"),)
        if ghost_rate is None
        else (
            LegendEntry(t("legend.softmax_ghost"), CROSS_ENTROPY),
            LegendEntry(t("legend.svm_ghost"), HINGE),
        )
    )
    legend = (
        LegendEntry(t("legend.threshold"), HINGE, "line"),
        LegendEntry(t("legend.violation"), HINGE, "hatch"),
        *others,
    )
    return scores_panel(
        state.example,
        sweeps.axis,
        legend,
        t,
        of=lambda result: result.compared,
        ghosts=None if ghost_rate is None else ghosts,
    )


def _probabilities(state: LossesState, sweeps: ComparisonSweeps, t: Text) -> Panel:
    return probabilities_panel(state.example.names, sweeps.now, t, of=lambda r: r.compared)


def probabilities_panel(
    names: tuple[str, ...],
    now: Any,
    t: Text,
    *,
    of: Channel,
) -> Panel:
    """Bars of p in class colours inside hollow bars of the target t; ``of`` gives both."""

    def probabilities(result: Any) -> FloatArray:
        found: FloatArray = of(result).probabilities
        return found

    def bases(result: Any) -> FloatArray:
        targets = of(result).targets
        hidden = np.where(targets == 0, BELOW_PROBABILITIES, 0.0)
        return np.concatenate([hidden, np.zeros_like(targets)], axis=-1)

    def heights(result: Any) -> FloatArray:
        return np.concatenate([of(result).targets, of(result).probabilities], axis=-1)

    written = [format_fixed(p, 3) for p in probabilities(now).tolist()]
    return Panel(
        id="probabilities",
        figure=_probabilities_figure(names),
        show={(0, "base"): bases, (0, "y"): heights},
        marks=(Label(tuple(map(float, range(len(names)))), probabilities),),
        title=t("panel.probabilities"),
        alt=t("alt.probabilities", values=listing(names, written)),
        legend=(
            LegendEntry(t("legend.p"), MUTED),
            LegendEntry(t("legend.t"), TARGET, "outline"),
        ),
    )


def _gradients(state: LossesState, sweeps: ComparisonSweeps, t: Text) -> Panel:
    """Both gradients side by side: a positive one pushes the score down, a negative one up."""
    now, names = sweeps.now.compared, state.example.names
    pairs = zip(now.cross_entropy_gradient.tolist(), now.hinge_gradient.tolist(), strict=True)
    written = [f"{format_fixed(soft, 3)} / {format_fixed(svm, 0)}" for soft, svm in pairs]

    def gradients(result: ComparisonNumbers) -> FloatArray:
        compared = result.compared
        return np.concatenate([compared.cross_entropy_gradient, compared.hinge_gradient], axis=-1)

    return Panel(
        id="gradients",
        figure=_gradients_figure(names, state.variant),
        show={(0, "y"): gradients},
        marks=(
            Push(
                _side_by_side(len(names)),
                gradients,
                decimals=(2,) * len(names) + (0,) * len(names),
            ),
        ),
        title=t("panel.gradients"),
        alt=t("alt.gradients", values=listing(names, written)),
        legend=(
            LegendEntry(t("legend.cross_entropy"), CROSS_ENTROPY),
            LegendEntry(t("legend.hinge"), HINGE),
            LegendEntry(t("legend.push"), MUTED, "none"),
        ),
    )


def _losses(state: LossesState, sweeps: ComparisonSweeps, t: Text) -> Panel:
    """Both losses along one score, with the kinks of the hinge loss and the present points."""

    def points(result: ComparisonNumbers) -> FloatArray:
        score = result.compared.scores[..., result.along]
        return np.stack([score, score], axis=-1)

    def losses(result: ComparisonNumbers) -> FloatArray:
        return np.stack([result.compared.cross_entropy, result.compared.hinge], axis=-1)

    return Panel(
        id="losses",
        figure=_losses_figure(
            sweeps.axis,
            sweeps.loss_limit,
            lowest=sweeps.smallest_loss if state.is_logarithmic else None,
            score_label=t("panel.score_axis"),
        ),
        show={
            (0, "y"): lambda r: None if r.curves is None else r.curves.cross_entropy,
            (1, "y"): lambda r: None if r.curves is None else r.curves.hinge,
            (2, "x"): lambda r: None if r.kinks is None else r.kinks[..., 0, :],
            (2, "y"): lambda r: None if r.kinks is None else r.kinks[..., 1, :],
        },
        marks=(Dot(points, losses, colors=(CROSS_ENTROPY, HINGE)),),
        title=t("panel.losses"),
        alt=t("alt.losses"),
        legend=(
            LegendEntry(t("legend.cross_entropy"), CROSS_ENTROPY, "line"),
            LegendEntry(t("legend.hinge"), HINGE, "line"),
            LegendEntry(t("legend.kink"), HINGE, "ring"),
        ),
    )


PANELS: Final = {"probabilities": _probabilities, "gradients": _gradients, "losses": _losses}


def _side_by_side(classes: int) -> tuple[float, ...]:
    return tuple(place + side for side in (-SIDE_BY_SIDE, SIDE_BY_SIDE) for place in range(classes))


@lru_cache(FIGURES_KEPT)
def _probabilities_figure(names: tuple[str, ...]) -> go.Figure:
    classes = len(names)
    blank = "rgba(0,0,0,0)"
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * 2,
        width=[0.86] * classes + [0.62] * classes,
        marker={
            "color": [*[blank] * classes, *CLASS_COLORS[:classes]],
            "line": {
                "color": [TARGET] * classes + [EDGE] * classes,
                "width": [2] * classes + [EDGE_WIDTH] * classes,
            },
        },
    )
    class_axis(figure, names)
    figure.update_yaxes(range=[0, 1.16], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _gradients_figure(names: tuple[str, ...], variant: HingeVariant) -> go.Figure:
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=_side_by_side(classes),
        width=1.8 * SIDE_BY_SIDE,
        marker={"color": [CROSS_ENTROPY] * classes + [HINGE] * classes},
    )
    lowest = -(classes - 1) if variant == "weston_watkins" else -1
    room = 0.22 * (1 - lowest)
    class_axis(figure, names)
    figure.update_yaxes(range=[lowest - room, 1 + room], nticks=6)
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _losses_figure(
    axis: ScoreAxis, highest: float, *, lowest: float | None, score_label: str
) -> go.Figure:
    """From 0 on a linear axis, or from ``lowest`` on a logarithmic one, where 0 has no place."""
    figure = base_figure()
    for color in (CROSS_ENTROPY, HINGE):
        figure.add_scatter(x=axis.grid.tolist(), mode="lines", line={"color": color, "width": 3})
    figure.add_scatter(
        mode="markers",
        marker={"symbol": "circle-open", "size": 11, "color": HINGE, "line": {"width": 2}},
    )
    figure.update_xaxes(range=[-axis.limit, axis.limit], title_text=score_label, fixedrange=False)
    figure.update_yaxes(range=[-0.05 * highest, 1.06 * highest], fixedrange=False)
    if lowest is not None:
        ends = np.log10([lowest, 2 * highest]).tolist()
        decades = max(1, round((ends[1] - ends[0]) / 5))
        figure.update_yaxes(type="log", range=ends, exponentformat="power", dtick=decades)
    figure.update_layout(
        dragmode="zoom", margin={"b": 46}, uirevision=f"{axis.limit} {highest} {lowest}"
    )
    return figure
