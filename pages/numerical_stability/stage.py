"""The stage on which the logits grow and shift, and every method in every type follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from core.precision.float_types import PRECISIONS
from core.validation import FloatArray
from pages.numerical_stability import NumericalStabilityState
from pages.numerical_stability.numbers import (
    COMPARED,
    SLIDERS,
    Cure,
    Stability,
    StabilitySweeps,
    sweep_stability,
)
from pages.numerical_stability.outcomes import CodeArray, Outcome
from pages.numerical_stability.panels import PANELS
from pages.numerical_stability.table_panels import outcome_texts, told_outcomes
from pages.ui.export import Table
from pages.ui.kit.scores import LABEL, label_handle
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import Handle, Slider
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["moved", "result_table", "seen", "stability_stage", "sweeps_of"]

DECIMALS: Final = {"scale": 2, "shift": 0}

SEEN: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "table": (("table",), ("naive_sentence", "cure_sentence")),
    "exp": (("exp", "errors"), ("largest", "smallest", "naive_sentence")),
    "offset": (
        ("offset_loss", "offset_slope"),
        ("true_loss", "offset_loss", "true_slope", "offset_slope"),
    ),
    "batch": (("pooled",), ("largest", "smallest")),
}
"""The panels and the readouts of each view."""


def sweeps_of(state: NumericalStabilityState) -> StabilitySweeps:
    """Everything the stage shows, for every step of every handle."""
    example = state.example
    return sweep_stability(
        example.scores, example.label, scale=state.scale, shift=state.shift, along=state.swept
    )


def stability_stage(state: NumericalStabilityState, sweeps: StabilitySweeps, t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[panel(state, t) for panel in PANELS],
        handles=[
            *(_slider(name, state, sweeps, t) for name in SLIDERS),
            label_handle(state.example, t, sweep=sweeps.by[LABEL], panel="table"),
        ],
        readouts=_readouts(t),
        now=sweeps.now,
        focus=state.swept,
        pinned=True,
    )


def seen(stage: Stage, look: str) -> Stage:
    """Give what a view shows of the stage; other readouts stay, unseen, for the texts of panels."""
    panels, readouts = SEEN[look]
    return replace(
        stage,
        panels=[panel for panel in stage.panels if panel.id in panels],
        handles=[
            handle for handle in stage.handles if getattr(handle, "panel", None) in (None, *panels)
        ],
        readouts=[
            readout if readout.id in readouts else replace(readout, label=None)
            for readout in stage.readouts
        ],
    )


def moved(state: NumericalStabilityState, release: Release) -> NumericalStabilityState:
    """The state after a release; the same state if the message makes no sense."""
    example, values = state.example, release.values
    try:
        scale, shift = (float(str(values[name])) for name in SLIDERS)
        label = int(str(values.get(LABEL, example.label)))
        target = example.target if label == example.label else None
        example = replace(example, label=label, target=target)
    except (KeyError, ValueError):
        return state
    for value, grid in zip((scale, shift), SLIDERS.values(), strict=True):
        if not grid[0] <= value <= grid[-1]:
            return state
    swept = release.focus if release.focus in SLIDERS else state.swept
    return replace(state, example=example, scale=scale, shift=shift, swept=swept)


def result_table(state: NumericalStabilityState, result: Stability, t: Text) -> Table:
    """The numbers on screen, a row a method and type; what is not a number as text."""
    names = [*(f"p_{name}" for name in state.example.names), "loss"]
    rows = [*result.numbers.reshape(-1, len(names)), result.exact.value]
    cases = [(method, precision) for method in COMPARED for precision in PRECISIONS]
    outcomes = [Outcome(outcome).name.lower() for outcome in result.outcomes.ravel().tolist()]
    headings = {
        name: t(f"numerical_stability.data.{name}")
        for name in ("method", "type", "loss", "outcome")
    }
    classes = {f"p_{name}": f"p({name})" for name in state.example.names}
    return Table(
        columns={
            "method": [*(method for method, _ in cases), "exact"],
            "type": [*(precision for _, precision in cases), "-"],
            **{
                name: [f"{value:.17g}" for value in column.tolist()]
                for name, column in zip(names, np.stack(rows, axis=-1), strict=True)
            },
            "outcome": [*outcomes, "exact"],
        },
        headings={**headings, **classes},
        settings={
            "logits": result.logits.tolist(),
            "label": state.example.label,
            "scale": state.scale,
            "shift": state.shift,
            "log10_exact_loss": float(result.exact.log10[-1]),
        },
    )


def _slider(name: str, state: NumericalStabilityState, sweeps: StabilitySweeps, t: Text) -> Handle:
    grid = tuple(SLIDERS[name].tolist())
    return Slider(
        id=name,
        label=t(f"numerical_stability.handle.{name}"),
        value=state.scale if name == "scale" else state.shift,
        minimum=grid[0],
        maximum=grid[-1],
        decimals=DECIMALS[name],
        grid=grid,
        limits=(grid[0], grid[-1]),
        sweep=sweeps.by[name],
        focus=sweeps.focuses[name],
    )


def _readouts(t: Text) -> list[Readout]:
    def number(id: str, channel: Channel, decimals: int = 4, tone: str = "") -> Readout:
        return Readout(id, channel, t(f"numerical_stability.readout.{id}"), decimals, tone=tone)

    def sentence(id: str, channel: Channel, kinds: Sequence[str]) -> Readout:
        choices = tuple(t(f"numerical_stability.{kind}") for kind in kinds)
        return Readout(id, channel, label="", choices=choices)

    def outcome(method: int, precision: int) -> Channel:
        return lambda result: told_outcomes(result)[..., method, precision]

    def swept(result: Stability) -> CodeArray | None:
        return None if result.curves is None else np.full(result.labels.shape, result.along)

    texts = outcome_texts(t)
    return [
        number("largest", lambda r: r.logits.max(axis=-1), 2),
        number("smallest", lambda r: r.logits.min(axis=-1), 2),
        number("true_loss", lambda r: _unless_lost(r.exact.value[..., -1]), tone="cross-entropy"),
        number("offset_loss", lambda r: r.offset.value),
        number("true_slope", lambda r: _unless_lost(r.plain.slope), tone="cross-entropy"),
        number("offset_slope", lambda r: _unless_lost(r.offset.slope)),
        *(
            Readout(f"{method}_{precision}", outcome(i, j), choices=texts)
            for i, method in enumerate(COMPARED)
            for j, precision in enumerate(PRECISIONS)
        ),
        Readout(
            "swept_name",
            swept,
            choices=tuple(t(f"numerical_stability.swept.{name}") for name in SLIDERS),
        ),
        sentence("naive_sentence", lambda r: r.naive_fails, ("naive.right", "naive.fails")),
        sentence(
            "cure_sentence", lambda r: r.cures, [f"cure.{cure.name.lower()}" for cure in Cure]
        ),
    ]


def _unless_lost(values: FloatArray) -> FloatArray:
    """Leave out what is too small for float64: its true value is not 0."""
    return np.where(values == 0.0, np.nan, values)
