"""The stage on which the logits grow and shift, and every method in every type follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from core.precision.float_types import POOLINGS, PRECISIONS, Outcome
from core.validation import FloatArray
from pages.numerical_stability import panels as figures
from pages.numerical_stability.numbers import (
    COMPARED,
    SCALES,
    SHIFTS,
    Cure,
    Stability,
    StabilitySweep,
    sweep_stability,
)
from pages.ui.export import Table
from pages.ui.kit.handles import LABEL_HANDLE, label_handle, stage_words
from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import Handle, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.state.state import State
from pages.ui.text import Text

__all__ = ["READOUTS", "moved", "result_table", "stability_stage", "stability_words", "sweep_of"]

READOUTS = {
    "largest": "",
    "smallest": "",
    "true_loss": "cross-entropy",
    "offset_loss": "",
    "true_slope": "cross-entropy",
    "offset_slope": "",
}
"""The live numbers, each with what colours it."""

SLIDERS = ("scale", "shift")


def sweep_of(state: State) -> StabilitySweep:
    """Everything the stage shows, for every step of both sliders."""
    return sweep_stability(state.example.scores, scale=state.scale, shift=state.shift)


def stability_stage(key: str, state: State, sweep: StabilitySweep, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    label, classes = state.example.label, len(state.example.names)
    words = stability_words(t)
    now = {
        **figures.constants(classes),
        **figures.places(sweep.now, label),
        **figures.step_places(state.scale, state.shift, state.swept),
        **figures.curve_places(_along(sweep, state.swept), label),
    }
    readouts = _readouts(words, t)
    stage(
        key,
        panels=[_panel(id, state, now, readouts, t) for id in figures.PANELS],
        handles=[
            *(_slider(name, state, sweep, t) for name in SLIDERS),
            label_handle(state, t, sweep=_label_sweep(state, sweep), panel="table"),
        ],
        readouts=readouts,
        marks=figures.marks(classes, words, _ticks()),
        now=now,
        focus=state.swept,
        on_release=_adopt,
        labels=stage_words(t),
        pinned=True,
    )


def result_table(state: State, result: Stability, t: Text) -> Table:
    """The numbers on screen, a row a method and type; what is not a number as text."""
    label = state.example.label
    names = [*state.example.names, "loss"]
    numbers = np.concatenate(
        [result.probabilities, result.losses[..., label : label + 1]], axis=-1
    ).reshape(-1, len(names))
    exact = result.exact
    last = [*exact.probabilities.value.tolist(), float(exact.losses.value[label])]
    rows = [(m, p) for m in COMPARED for p in PRECISIONS]
    columns: dict[str, list[str]] = {
        "method": [*(method for method, _ in rows), "exact"],
        "type": [*(precision for _, precision in rows), "-"],
        **{
            f"p_{name}" if i < len(names) - 1 else name: [
                f"{value:.17g}" for value in [*numbers[:, i].tolist(), last[i]]
            ]
            for i, name in enumerate(names)
        },
        "outcome": [
            *(Outcome(o).name.lower() for o in result.outcomes[..., label].ravel().tolist()),
            "exact",
        ],
    }
    headings = {
        name: t(f"numerical_stability.data.{name}")
        for name in ("method", "type", "loss", "outcome")
    }
    classes = {f"p_{name}": f"p({name})" for name in state.example.names}
    return Table(
        columns=columns,
        headings={**headings, **classes},
        settings={
            "logits": result.logits.tolist(),
            "label": label,
            "scale": state.scale,
            "shift": state.shift,
            "log10_exact_loss": float(exact.losses.log10[label]),
        },
    )


def moved(state: State, release: Release) -> State:
    """The state after a release; the same state if the message makes no sense."""
    values = release.values
    try:
        scale, shift = (float(str(values[name])) for name in SLIDERS)
        label = int(str(values[LABEL_HANDLE]))
        example = replace(state.example, label=label, target=None)
    except (KeyError, ValueError):
        return state
    if not SCALES[0] <= scale <= SCALES[-1] or not SHIFTS[0] <= shift <= SHIFTS[-1]:
        return state
    if label == state.example.label:
        example = state.example
    swept = release.focus if release.focus in SLIDERS else state.swept
    return replace(state, example=example, scale=scale, shift=shift, swept=swept)


def _adopt(release: Release) -> None:
    write_state(moved(read_state()[0], release))


def _along(sweep: StabilitySweep, slider: str) -> Stability:
    return sweep.by_scale if slider == "scale" else sweep.by_shift


def _ticks() -> tuple[str, ...]:
    """Name the ticks of both sliders, one after the other."""
    steps = range(0, figures.STEPS, 40)
    return tuple(
        f"{values[step]:,g}".replace("-", "−") for values in (SCALES, SHIFTS) for step in steps
    )


def _slider(name: str, state: State, sweep: StabilitySweep, t: Text) -> Handle:
    along, label = _along(sweep, name), state.example.label
    present = state.scale if name == "scale" else state.shift
    grid = SCALES if name == "scale" else SHIFTS
    steps = np.arange(figures.STEPS, dtype=np.float64)
    return Handle(
        id=name,
        label=t(f"numerical_stability.handle.{name}"),
        value=present,
        minimum=float(grid[0]),
        maximum=float(grid[-1]),
        decimals=2 if name == "scale" else 0,
        mark="slider",
        axis="x",
        grid=tuple(grid.tolist()),
        limits=(float(grid[0]), float(grid[-1])),
        sweep={
            **figures.places(along, label),
            "error_positions": np.repeat(steps[:, None], len(figures.ROWS), axis=1),
        },
        focus={
            **figures.step_places(state.scale, state.shift, name),
            **figures.curve_places(along, label),
        },
    )


def _label_sweep(state: State, sweep: StabilitySweep) -> dict[Place, FloatArray]:
    """What each class makes of the numbers, if it is the true one."""
    along = _along(sweep, state.swept)
    each = [
        {**figures.places(sweep.now, label), **figures.curve_places(along, label)}
        for label in range(len(state.example.names))
    ]
    return {place: np.stack([places[place] for places in each]) for place in each[0]}


def stability_words(t: Text) -> tuple[str, ...]:
    """Tell each outcome, and then each with how many digits of the loss are right."""
    told = [t(f"numerical_stability.outcome.{outcome.name.lower()}") for outcome in Outcome]
    kept = [
        t("numerical_stability.kept.none"),
        t("numerical_stability.kept.one"),
        *(
            t("numerical_stability.kept.several", digits=digits)
            for digits in range(2, figures.MOST_KEPT + 1)
        ),
    ]
    return (*told, *(told[outcome] + digits for outcome in figures.ROUNDED_LOSS for digits in kept))


def _readouts(words: tuple[str, ...], t: Text) -> list[Readout]:
    numbers = [
        Readout(
            id,
            label=t(f"numerical_stability.readout.{id}"),
            decimals=2 if id in ("largest", "smallest") else 4,
            tone=tone,
        )
        for id, tone in READOUTS.items()
    ]
    outcomes = [
        Readout(f"{method}_{precision}", choices=words)
        for method in COMPARED
        for precision in PRECISIONS
    ]
    swept = Readout(
        "swept_name", choices=tuple(t(f"numerical_stability.swept.{name}") for name in SLIDERS)
    )
    naive = Readout(
        "naive_sentence",
        label="",
        choices=(t("numerical_stability.naive.right"), t("numerical_stability.naive.fails")),
    )
    cures = tuple(t(f"numerical_stability.cure.{cure.name.lower()}") for cure in Cure)
    return [*numbers, *outcomes, swept, naive, Readout("cure_sentence", label="", choices=cures)]


def _panel(
    id: str,
    state: State,
    now: Mapping[Place, FloatArray],
    readouts: list[Readout],
    t: Text,
) -> Panel:
    classes = len(state.example.names)
    return Panel(
        id=id,
        figure=_figure(id, state, t),
        title=t(f"numerical_stability.panel.{id}"),
        alt=spoken(readouts, now, t(f"numerical_stability.alt.{id}")),
        legend=figures.legend(id, lambda name: t(f"numerical_stability.legend.{name}")),
        wide=id in ("table", "pooled"),
        height={"table": 1.6, "pooled": 0.9}.get(id, 1.0),
        least_width={"table": max(700, 250 + 60 * (classes + 1)), "pooled": 560}.get(id, 0),
    )


def _figure(id: str, state: State, t: Text) -> go.Figure:
    if id == "table":
        methods = [t(f"numerical_stability.method.{method}") for method in COMPARED]
        rows = tuple(f"{method} {precision}" for method in methods for precision in PRECISIONS)
        heads = (t(f"numerical_stability.table.{name}") for name in ("exact", "loss", "outcome"))
        return figures.table_figure(state.example.names, rows, *heads)
    if id == "exp":
        return figures.exp_figure()
    if id == "errors":
        return figures.errors_figure()
    if id == "offset_loss":
        return figures.offset_loss_figure(t("numerical_stability.panel.odds"))
    if id == "offset_slope":
        return figures.offset_slope_figure(t("numerical_stability.panel.odds"))
    poolings = [t(f"numerical_stability.pooling.{pooling}") for pooling in POOLINGS]
    rows = tuple(f"{pooling} {precision}" for pooling in poolings for precision in PRECISIONS)
    columns = tuple(
        t(f"numerical_stability.pooled.{name}") for name in ("shifted_p", "loss", "plain_p", "loss")
    )
    return figures.pooled_figure(rows, columns)
