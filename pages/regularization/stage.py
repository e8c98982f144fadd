"""The stage of the four weights, which share a score: what the penalties charge for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.losses.penalties import PENALTIES
from pages.regularization import RegularizationState
from pages.regularization.panels import PANELS, WEIGHT_NAMES, penalty_names
from pages.regularization.penalty_comparison import (
    INPUTS,
    LARGEST_WEIGHT,
    PenaltyComparison,
    WeightSweeps,
    sweep_weights,
    weight_id,
)
from pages.ui.export import Table
from pages.ui.kit.theme import CLASS_COLORS
from pages.ui.stage.handles import Bar
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["moved_weights", "weight_sweeps", "weight_table", "weights_stage"]


def weight_sweeps(state: RegularizationState) -> WeightSweeps:
    """Everything the stage shows, for every step of every weight."""
    return sweep_weights(state.four_weights, mixing=state.mixing, half=state.half)


def weights_stage(state: RegularizationState, sweeps: WeightSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[
            Bar(
                id=weight_id(index),
                label=t("regularization.handle.weight", name=name),
                value=state.four_weights[index],
                minimum=-sweeps.axis.limit,
                maximum=sweeps.axis.limit,
                step=sweeps.axis.step,
                panel="weights",
                at=index,
                color=CLASS_COLORS[index],
                limits=(-LARGEST_WEIGHT, LARGEST_WEIGHT),
                sweep=sweeps.by[weight_id(index)],
            )
            for index, name in enumerate(WEIGHT_NAMES)
        ],
        readouts=_readouts(state, t),
        now=sweeps.now,
    )


def moved_weights(state: RegularizationState, release: Release) -> RegularizationState:
    """The state after a release; the same state if the message makes no sense."""
    try:
        weights = tuple(float(str(release.values[weight_id(i)])) for i in range(len(INPUTS)))
    except (KeyError, ValueError):
        return state
    if not all(abs(weight) <= LARGEST_WEIGHT for weight in weights):
        return state
    return replace(state, weights=weights)


def weight_table(result: PenaltyComparison, t: Text) -> Table:
    """What each weight adds to each penalty, and the gradients; a row a weight."""
    columns: dict[str, Sequence[str | float]] = {
        "weight": WEIGHT_NAMES,
        "value": result.weights.tolist(),
    }
    headings = {"weight": t("regularization.data.weight"), "value": t("regularization.data.value")}
    for kind, table in (("penalty", result.per_weight), ("gradient", result.gradient)):
        for (id, name), row in zip(penalty_names(t).items(), table.tolist(), strict=True):
            columns[f"{id}_{kind}"] = row
            headings[f"{id}_{kind}"] = t(f"regularization.data.{kind}", name=name)
    return Table(columns, headings)


def _readouts(state: RegularizationState, t: Text) -> list[Readout]:
    name, index = penalty_names(t)[state.penalty], PENALTIES.index(state.penalty)
    half = int(state.half)
    least = f"least_{state.penalty}"
    # L1 does not care how weights of one sign share the score.
    of_one_sign = ("same_sign",) * 2 if state.penalty == "l1" else ("uneven", "even")
    sentences = tuple(
        t(
            f"regularization.cost.{cost}",
            name=name,
            least=f"{{{least}}}",
            value=f"{{{state.penalty}}}",
        )
        for cost in ("nothing", "cancelling", *of_one_sign)
    )
    return [
        Readout("score", lambda r: r.score, t("regularization.readout.score")),
        Readout("l1", lambda r: r.values[..., 0], t("regularization.readout.l1")),
        Readout("l2", lambda r: r.values[..., 1], t(f"regularization.readout.l2_{half}")),
        Readout("elastic", lambda r: r.values[..., 2], t("regularization.readout.elastic")),
        Readout(least, lambda r: r.least[..., index], t("regularization.readout.least", name=name)),
        Readout("even", lambda r: r.score / len(INPUTS)),
        Readout("full", lambda r: r.full[..., 0]),
        Readout("full_slope", lambda r: r.full[..., 1]),
        Readout("halved", lambda r: r.halved[..., 0]),
        Readout("halved_slope", lambda r: r.halved[..., 1]),
        Readout("sharing", lambda r: r.sharing, label="", choices=sentences),
        Readout(
            "convention",
            lambda r: np.zeros_like(r.score),
            label="",
            choices=(t(f"regularization.half_{half}"),),
        ),
    ]
