"""The stage of the optimum of two weights: lambda moves, and L1 sets weights to exactly 0."""

from __future__ import annotations

from dataclasses import replace

from core.losses.penalties import PENALTIES
from pages.regularization import RegularizationState
from pages.regularization.panels import penalty_names
from pages.regularization.path import (
    STRENGTH,
    STRENGTHS,
    Optima,
    PathNumbers,
    Sparsity,
    sweep_path,
    zero_from,
)
from pages.regularization.path_panels import PANELS
from pages.regularization.penalty_comparison import PenaltyComparison
from pages.ui.export import Table
from pages.ui.stage.handles import Slider
from pages.ui.stage.mount import Stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.stage.sweeps import Sweeps
from pages.ui.text import Text

__all__ = ["moved_strength", "path_stage", "path_sweeps", "path_table"]


def path_sweeps(state: RegularizationState) -> Sweeps[str, PathNumbers]:
    """Everything the stage shows, for every lambda."""
    return sweep_path(
        state.strength,
        mixing=state.l1_share,
        other=float(state.other_penalty == "l1"),
        half=state.half,
    )


def path_stage(state: RegularizationState, sweeps: Sweeps[str, PathNumbers], t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[
            Slider(
                id=STRENGTH,
                label=t("regularization.handle.strength"),
                value=state.strength,
                minimum=float(STRENGTHS[0]),
                maximum=float(STRENGTHS[-1]),
                grid=tuple(STRENGTHS.tolist()),
                limits=(0.0, float(STRENGTHS[-1])),
                sweep=sweeps.by[STRENGTH],
            )
        ],
        readouts=_readouts(state, t),
        now=sweeps.now,
    )


def moved_strength(state: RegularizationState, release: Release) -> RegularizationState:
    """The state after a release; the same state if the message makes no sense."""
    try:
        strength = float(str(release.values[STRENGTH]))
    except (KeyError, ValueError):
        return state
    if not 0 <= strength <= float(STRENGTHS[-1]):
        return state
    moved = replace(state, strength=strength)
    # An address with the first lambda speaks of nothing.
    return moved if moved.view == "path" else replace(moved, look="path")


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
            "mixing": state.l1_share,
            "half": state.half,
            "weights": weights.weights.tolist(),
            "score": float(weights.score),
            "penalties": dict(zip(PENALTIES, weights.values.tolist(), strict=True)),
        },
    )


def _readouts(state: RegularizationState, t: Text) -> list[Readout]:
    return [
        Readout("optimum_1", lambda r: r.chosen.weights[..., 0], "w₁"),
        Readout("optimum_2", lambda r: r.chosen.weights[..., 1], "w₂"),
        Readout("data_loss", lambda r: r.chosen.data_loss, t("regularization.readout.data_loss")),
        Readout("penalty", lambda r: r.chosen.penalty, t("regularization.readout.penalty")),
        Readout("total", lambda r: r.chosen.total, t("regularization.readout.total")),
        Readout("other_1", lambda r: r.other.weights[..., 0]),
        Readout("other_2", lambda r: r.other.weights[..., 1]),
        Readout("pull_1", lambda r: abs(r.chosen.pulls[..., 0])),
        Readout("pull_2", lambda r: abs(r.chosen.pulls[..., 1])),
        Readout("hold", lambda r: r.chosen.thresholds),
        Readout("strength", lambda r: r.chosen.strengths),
        Readout("sparsity", lambda r: r.chosen.sparsity, label="", choices=_sentences(state, t)),
    ]


def _sentences(state: RegularizationState, t: Text) -> tuple[str, ...]:
    """What is told of each :class:`Sparsity`."""
    names = penalty_names(t)
    kind = "held" if state.l1_share > 0 else "never"
    first, second = (
        format_fixed(strength, 4, trimmed=True)
        for strength in zero_from(mixing=state.l1_share, half=state.half)
    )
    words = {
        "name": names[state.penalty],
        "other": names[state.other_penalty],
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
    return tuple(sentences[case] for case in Sparsity)
