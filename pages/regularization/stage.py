"""The two stages of the lesson on regularisation: the weights move, and lambda moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.losses.penalties import PENALTIES
from core.validation import FloatArray
from pages.regularization import RegularizationState
from pages.regularization import panels as figures
from pages.regularization.path import STRENGTHS, Optima, Sparsity, optima, zero_from
from pages.regularization.penalty_comparison import (
    INPUTS,
    LARGEST_WEIGHT,
    PenaltyComparison,
    WeightAxis,
    compare_penalties,
    sweep_weights,
    weight_axis,
)
from pages.ui.export import Table
from pages.ui.kit.bars import class_bars
from pages.ui.kit.handles import stage_words
from pages.ui.kit.sweeps import round_up
from pages.ui.kit.theme import CLASS_COLORS
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.vocabulary import Handle, LegendEntry, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = [
    "FIRST_WEIGHTS",
    "PathSweep",
    "WeightSweep",
    "mixing_of",
    "moved_strength",
    "moved_weights",
    "path_stage",
    "path_sweep",
    "path_table",
    "penalty_names",
    "weight_sweep",
    "weight_table",
    "weights_of",
    "weights_stage",
    "zeros_of",
]

FIRST_WEIGHTS = (1.0, 0.0, 0.0, 0.0)
STRENGTH = "lambda"
COSTS = {
    "l1": ("nothing", "cancelling", "same_sign", "same_sign"),
    "l2": ("nothing", "cancelling", "uneven", "even"),
    "elastic": ("nothing", "cancelling", "uneven", "even"),
}
"""The sentences in the order of `pages.regularization.penalty_comparison.Sharing`.

L1 does not care how weights of one sign share the score.
"""


@dataclass(frozen=True, eq=False)
class WeightSweep:
    """The penalties now and for every step of every weight."""

    now: PenaltyComparison
    axis: WeightAxis
    by_weight: PenaltyComparison

    @property
    def highest(self) -> float:
        """A round number above every penalty that a drag can reach."""
        return round_up(max(float(self.by_weight.values.max()), float(self.now.values.max())))

    @property
    def steepest(self) -> float:
        """A round number above the size of every derivative that a drag can reach."""
        return round_up(float(np.abs(self.by_weight.gradient).max()))


@dataclass(frozen=True, eq=False)
class PathSweep:
    """The optimum now and for every lambda: with the chosen penalty, and with the other kind."""

    now: Optima
    other_now: Optima
    by_strength: Optima
    other: Optima


def weights_of(state: RegularizationState) -> tuple[float, ...]:
    """The four weights of the first stage."""
    return FIRST_WEIGHTS if state.weights is None else state.weights


def mixing_of(state: RegularizationState) -> float:
    """The share of L1 in the chosen penalty."""
    return {"l1": 1.0, "l2": 0.0}.get(state.penalty, state.mixing)


def _other(state: RegularizationState) -> str:
    """The penalty to compare with: L2 if the chosen one holds weights at 0, else L1."""
    return "l2" if mixing_of(state) > 0 else "l1"


def penalty_names(t: Text) -> tuple[str, ...]:
    """Give the short names of the penalties."""
    return ("L1", "L2", t("regularization.name.elastic"))


def weight_sweep(state: RegularizationState) -> WeightSweep:
    """Everything the first stage shows, for every step of every weight."""
    weights = weights_of(state)
    axis, half = weight_axis(weights), bool(state.half)
    return WeightSweep(
        now=compare_penalties(weights, mixing=state.mixing, half=half),
        axis=axis,
        by_weight=sweep_weights(weights, axis, mixing=state.mixing, half=half),
    )


def path_sweep(state: RegularizationState) -> PathSweep:
    """Everything the second stage shows, for every lambda."""
    half = bool(state.half)
    mixing, other = mixing_of(state), float(_other(state) == "l1")
    return PathSweep(
        now=optima([state.strength], mixing=mixing, half=half),
        other_now=optima([state.strength], mixing=other, half=half),
        by_strength=optima(STRENGTHS, mixing=mixing, half=half),
        other=optima(STRENGTHS, mixing=other, half=half),
    )


@lru_cache(64)
def _zero_from(mixing: float, *, half: bool) -> tuple[float, float]:
    return zero_from(mixing=mixing, half=half)


def zeros_of(state: RegularizationState) -> tuple[float, float]:
    """From which lambda on each of the two weights is 0 with the chosen penalty."""
    return _zero_from(mixing_of(state), half=bool(state.half))


def weights_stage(state: RegularizationState, sweep: WeightSweep, t: Text) -> None:
    """Show the four weights and what they cost; a release becomes the new state."""
    now = figures.weight_places(sweep.now)
    swept = figures.weight_places(sweep.by_weight)
    readouts = _weight_readouts(state, t)
    stage(
        "regularization_weights",
        panels=[_weight_panel(id, state, sweep, now, readouts, t) for id in figures.WEIGHT_PANELS],
        handles=[
            Handle(
                id=_weight_id(index),
                label=t("regularization.handle.weight", name=name),
                value=weights_of(state)[index],
                minimum=-sweep.axis.limit,
                maximum=sweep.axis.limit,
                step=sweep.axis.step,
                mark="bar",
                panel="weights",
                at=index,
                color=CLASS_COLORS[index],
                limits=(-LARGEST_WEIGHT, LARGEST_WEIGHT),
                sweep={place: values[index] for place, values in swept.items()},
            )
            for index, name in enumerate(figures.WEIGHT_NAMES)
        ],
        readouts=readouts,
        marks=figures.weight_marks(),
        now=now,
        on_release=lambda release: write_state(
            moved_weights(read_state(RegularizationState)[0], release)
        ),
        labels=stage_words(t),
    )


def path_stage(state: RegularizationState, sweep: PathSweep, t: Text) -> None:
    """Show the way of the optimum along lambda; a release becomes the new state."""
    mixing, half = mixing_of(state), bool(state.half)
    by_strength = figures.path_places(sweep.by_strength, sweep.other, mixing=mixing, half=half)
    present = figures.path_places(sweep.now, sweep.other_now, mixing=mixing, half=half)
    now = {place: values[0] for place, values in present.items()} | {"cross": np.zeros(1)}
    readouts = _path_readouts(state, t)
    stage(
        "regularization_path",
        panels=[_path_panel(id, state, sweep, now, readouts, t) for id in figures.PATH_PANELS],
        handles=[
            Handle(
                id=STRENGTH,
                label=t("regularization.handle.strength"),
                value=state.strength,
                minimum=float(STRENGTHS[0]),
                maximum=float(STRENGTHS[-1]),
                mark="slider",
                axis="x",
                grid=tuple(STRENGTHS.tolist()),
                limits=(0.0, float(STRENGTHS[-1])),
                sweep=by_strength,
            )
        ],
        readouts=readouts,
        marks=figures.path_marks(figures.COLORS[state.penalty]),
        now=now,
        on_release=lambda release: write_state(
            moved_strength(read_state(RegularizationState)[0], release)
        ),
        labels=stage_words(t),
    )


def moved_weights(state: RegularizationState, release: Release) -> RegularizationState:
    """The state after a weight was let go; the same state if the message makes no sense."""
    try:
        weights = tuple(float(str(release.values[_weight_id(i)])) for i in range(len(INPUTS)))
    except (KeyError, ValueError):
        return state
    if not all(abs(weight) <= LARGEST_WEIGHT for weight in weights):
        return state
    return replace(state, weights=weights)


def moved_strength(state: RegularizationState, release: Release) -> RegularizationState:
    """The state after lambda was let go; the same state if the message makes no sense."""
    try:
        strength = float(str(release.values[STRENGTH]))
    except (KeyError, ValueError):
        return state
    return replace(state, strength=strength) if 0 <= strength <= float(STRENGTHS[-1]) else state


def _weight_id(index: int) -> str:
    return f"weight{index}"


def weight_table(result: PenaltyComparison, t: Text) -> Table:
    """What each weight adds to each penalty, and the gradients; a row a weight."""
    names = penalty_names(t)
    columns: dict[str, Sequence[str | float]] = {
        "weight": figures.WEIGHT_NAMES,
        "value": result.weights.tolist(),
    }
    headings = {"weight": t("regularization.data.weight"), "value": t("regularization.data.value")}
    for kind, table in (("penalty", result.per_weight), ("gradient", result.gradient)):
        for id, name, row in zip(PENALTIES, names, table.tolist(), strict=True):
            columns[f"{id}_{kind}"] = row
            headings[f"{id}_{kind}"] = t(f"regularization.data.{kind}", name=name)
    return Table(columns, headings)


def path_table(
    state: RegularizationState, weights: PenaltyComparison, result: Optima, t: Text
) -> Table:
    """The optimum for every lambda, a row a value; the four weights among the settings."""
    columns = {
        "lambda": result.strengths,
        "w1": result.weights[:, 0],
        "w2": result.weights[:, 1],
        "data_loss": result.data_loss,
        "penalty": result.penalty,
        "total": result.total,
    }
    names = ("data_loss", "penalty", "total")
    return Table(
        columns={name: values.tolist() for name, values in columns.items()},
        headings={
            "lambda": "λ",
            "w1": "w₁",
            "w2": "w₂",
            **{name: t(f"regularization.readout.{name}") for name in names},
        },
        settings={
            "penalty": state.penalty,
            "mixing": mixing_of(state),
            "half": bool(state.half),
            "weights": weights.weights.tolist(),
            "score": float(weights.score),
            "penalties": dict(zip(PENALTIES, weights.values.tolist(), strict=True)),
        },
    )


def _weight_readouts(state: RegularizationState, t: Text) -> list[Readout]:
    names = dict(zip(PENALTIES, penalty_names(t), strict=True))
    least = f"least_{state.penalty}"
    sentences = tuple(
        t(
            f"regularization.cost.{cost}",
            name=names[state.penalty],
            least=f"{{{least}}}",
            value=f"{{{state.penalty}}}",
        )
        for cost in COSTS[state.penalty]
    )
    return [
        Readout("score", label=t("regularization.readout.score")),
        Readout("l1", label=t("regularization.readout.l1")),
        Readout("l2", label=t(f"regularization.readout.l2_{state.half}")),
        Readout("elastic", label=t("regularization.readout.elastic")),
        Readout(least, label=t("regularization.readout.least", name=names[state.penalty])),
        *(Readout(id) for id in ("even", "full", "full_slope", "halved", "halved_slope")),
        Readout("sharing", label="", choices=sentences),
        Readout("convention", label="", choices=(t(f"regularization.half_{state.half}"),)),
    ]


def _path_readouts(state: RegularizationState, t: Text) -> list[Readout]:
    names = dict(zip(PENALTIES, penalty_names(t), strict=True))
    kind = "held" if mixing_of(state) > 0 else "never"
    first, second = (format_fixed(strength, 4, trimmed=True) for strength in zeros_of(state))
    words = {
        "name": names[state.penalty],
        "other": names[_other(state)],
        "first_from": first,
        "second_from": second,
    }
    sentences = {
        Sparsity.FREE: t("regularization.optimum.free"),
        Sparsity.DENSE: t(f"regularization.optimum.dense_{kind}", **words),
        Sparsity.FIRST_ZERO: t(
            "regularization.optimum.one_zero", zero="w₁", pull="{pull_1}", zero_from=first, **words
        ),
        Sparsity.SECOND_ZERO: t(
            "regularization.optimum.one_zero", zero="w₂", pull="{pull_2}", zero_from=second, **words
        ),
        Sparsity.EMPTY: t("regularization.optimum.empty", **words),
    }
    return [
        Readout("optimum_1", label="w₁"),
        Readout("optimum_2", label="w₂"),
        *(
            Readout(id, label=t(f"regularization.readout.{id}"))
            for id in ("data_loss", "penalty", "total")
        ),
        *(Readout(id) for id in ("other_1", "other_2", "pull_1", "pull_2", "hold")),
        Readout("sparsity", label="", choices=tuple(sentences[case] for case in Sparsity)),
    ]


def _weight_panel(
    id: str,
    state: RegularizationState,
    sweep: WeightSweep,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    names = penalty_names(t)
    chosen = PENALTIES.index(state.penalty)
    numbers = sweep.now.gradient[chosen] if id == "gradients" else sweep.now.weights
    listing = ", ".join(
        f"{name} {format_fixed(float(number), 4)}"
        for name, number in zip(figures.WEIGHT_NAMES, numbers, strict=True)
    )
    figure: go.Figure
    if id == "weights":
        edge = 1.2 * sweep.axis.limit
        figure = class_bars(figures.WEIGHT_NAMES, -edge, edge)
    elif id == "penalties":
        figure = figures.penalties_figure(names, state.penalty, sweep.highest)
    else:
        figure = figures.gradients_figure(state.penalty, sweep.steepest)
    return Panel(
        id=id,
        figure=figure,
        title=t(f"regularization.panel.{id}"),
        alt=spoken(
            readouts, now, t(f"regularization.alt.{id}", values=listing, name=names[chosen])
        ),
        legend=_legend(id, state, t),
        height=1.3,
    )


def _path_panel(
    id: str,
    state: RegularizationState,
    sweep: PathSweep,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    color = figures.COLORS[state.penalty]
    ways = (sweep.by_strength.weights.tobytes(), sweep.other.weights.tobytes())
    zeros = tuple(
        (strength, index)
        for index, strength in enumerate(zeros_of(state))
        if strength <= float(STRENGTHS[-1])
    )
    figure: go.Figure
    if id == "plane":
        figure = figures.plane_figure(color, ways)
    elif id == "path":
        figure = figures.path_figure(ways, zeros, axis_label=t("regularization.axis.strength"))
    else:
        figure = figures.threshold_figure(color, pull_label=t("regularization.axis.pull"))
    return Panel(
        id=id,
        figure=figure,
        title=t(f"regularization.panel.{id}"),
        alt=spoken(
            readouts,
            now,
            t(
                f"regularization.alt.{id}",
                name=dict(zip(PENALTIES, penalty_names(t), strict=True))[state.penalty],
            ),
        ),
        legend=_legend(id, state, t),
        height=1.3,
    )


def _legend(id: str, state: RegularizationState, t: Text) -> tuple[LegendEntry, ...]:
    return figures.legend(
        id,
        penalty_names(t),
        state.penalty,
        _other(state),
        lambda name, **words: t(f"regularization.legend.{name}", **words),
    )
