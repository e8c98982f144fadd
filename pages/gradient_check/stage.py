"""The stage of the gradient check: scores and the step h move, and every error with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.gradient_check import GradientCheckState
from pages.gradient_check import panels as figures
from pages.gradient_check.checked_functions import CHECKABLE
from pages.gradient_check.difference_quotients import STEPS
from pages.gradient_check.errors import Finding
from pages.gradient_check.numbers import GradientSweep, GradientView, sweep_gradient_check
from pages.ui.export import Table
from pages.ui.kit.bars import FLAG_ROOM, class_bars
from pages.ui.kit.handles import (
    label_handle,
    moved_example,
    score_handles,
    score_id,
    stage_words,
)
from pages.ui.kit.theme import INK
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.vocabulary import Handle, LegendEntry, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = ["READOUTS", "STEP_HANDLE", "gradient_stage", "moved", "result_table", "sweep_of"]

READOUTS = {"value": 4, "step": 4, "worst": 4, "worst32": 4, "kink_count": 0}
"""The live numbers, with their decimals."""

STEP_HANDLE = "h"


def sweep_of(state: GradientCheckState) -> GradientSweep:
    """Everything the stage shows, for every step of every handle."""
    return sweep_gradient_check(
        CHECKABLE[state.check],
        state.example.scores,
        state.example.label,
        along=state.focus,
        step=state.difference_step,
        margin=state.margin,
        mistaken=bool(state.mistake),
    )


def point_kind(check: str) -> str:
    """Tell what the numbers of the point are to a function: scores, weights or inputs."""
    return {"l1": "weights", "l2": "weights", "elastic_net": "weights"}.get(
        check, "inputs" if check in ("affine", "relu") else "scores"
    )


def gradient_stage(key: str, state: GradientCheckState, sweep: GradientSweep, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    every = range(len(state.example.names))
    shown = _places(sweep.by_entry, state.focus)
    now = {place: values[state.focus] for place, values in shown.items()}
    words = _readouts(state, t)
    handles = score_handles(
        state,
        sweep.axis,
        t,
        sweeps=[_row(_places(sweep.by_score, index), index) for index in every],
        focuses=[_close_up(sweep, index) for index in every],
    )
    if CHECKABLE[state.check].uses_label:
        handles.append(label_handle(state, t, sweep=_places(sweep.by_label, state.focus)))
    stage(
        key,
        panels=[
            _panel(id, state, sweep, now, words, t)
            for id in ("scores", "gradients", "errors", "magnified")
        ],
        handles=[*handles, _step_handle(state, sweep, t)],
        readouts=words,
        marks=figures.marks(len(state.example.names), sweep.slope_limit),
        now=now,
        focus=score_id(state.focus),
        on_release=_adopt,
        labels=stage_words(t),
    )


def moved(state: GradientCheckState, release: Release) -> GradientCheckState:
    """The state after a release; the same state if the message makes no sense."""
    given = moved_example(state, release)
    try:
        step = float(str(release.values[STEP_HANDLE]))
    except (KeyError, ValueError):
        return state
    if given is None or not STEPS[0] <= step <= STEPS[-1]:
        return state
    return replace(given, difference_step=step)


def result_table(state: GradientCheckState, sweep: GradientSweep, t: Text) -> Table:
    """The numbers on screen, a row an entry of the gradient."""
    errors = sweep.by_entry.errors
    columns = {
        "point": errors.points[0],
        "analytic": errors.analytic[0],
        "central": errors.central[0],
        "error": errors.error[0],
        "central32": errors.central32[0],
        "error32": errors.error32[0],
        "kink": errors.kinks[0].astype(np.int64),
    }
    return Table(
        columns={
            "class": state.example.names,
            **{name: values.tolist() for name, values in columns.items()},
        },
        headings={
            "class": t("data.class"),
            **{name: t(f"gradient_check.data.{name}") for name in columns},
        },
        settings={
            "check": state.check,
            "h": state.difference_step,
            "mistake": bool(state.mistake),
            "label": state.example.label,
            "margin": state.margin,
            "value": float(errors.value[0]),
        },
    )


def _adopt(release: Release) -> None:
    write_state(moved(read_state(GradientCheckState)[0], release))


def _places(view: GradientView, entry: int) -> dict[Place, FloatArray]:
    return {
        **figures.error_places(view.errors),
        **figures.curve_places(view.curves),
        **figures.magnified_places(view.magnified),
        **figures.point_places(view.errors, entry),
    }


def _row(places: Mapping[Place, FloatArray], index: int) -> dict[Place, FloatArray]:
    return {place: values[index] for place, values in places.items()}


def _close_up(sweep: GradientSweep, entry: int) -> dict[Place, FloatArray]:
    """What changes when another entry is looked at closely."""
    view = sweep.by_entry
    places = {
        **figures.curve_places(view.curves),
        **figures.magnified_places(view.magnified),
        **figures.point_places(view.errors, entry),
    }
    return _row(places, entry)


def _step_handle(state: GradientCheckState, sweep: GradientSweep, t: Text) -> Handle:
    places = _places(sweep.by_step, state.focus)
    return Handle(
        id=STEP_HANDLE,
        label=t("gradient_check.handle.step"),
        value=state.difference_step,
        minimum=sweep.steps[0],
        maximum=sweep.steps[-1],
        grid=sweep.steps,
        limits=(STEPS[0], STEPS[-1]),
        mark="flag",
        panel="errors",
        axis="x",
        color=INK,
        flag=t("gradient_check.handle.flag"),
        sweep=places,
    )


def _readouts(state: GradientCheckState, t: Text) -> list[Readout]:
    names = state.example.names
    numbers = [
        Readout(id, label=t(f"gradient_check.readout.{id}"), decimals=decimals)
        for id, decimals in READOUTS.items()
    ]
    notes = ("", *(t("gradient_check.kinks", count=n) for n in range(1, len(names) + 1)))
    findings = tuple(
        t(
            f"gradient_check.finding.{finding.name.lower()}",
            mistake=t(f"gradient_check.mistake.{state.check}"),
        )
        for finding in Finding
    )
    return [
        *numbers,
        *(Readout(id, choices=names) for id in ("focus_name", "suspect_name")),
        Readout("kinks_note", choices=notes),
        Readout("float32_note", choices=("", t("gradient_check.float32"))),
        Readout("finding", label="", choices=findings),
    ]


def _panel(
    id: str,
    state: GradientCheckState,
    sweep: GradientSweep,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    errors = sweep.by_entry.errors
    numbers = {
        "scores": [format_given(score) for score in state.example.scores],
        "gradients": [
            f"{format_fixed(float(analytic), 4)} / {format_fixed(float(central), 4)}"
            for analytic, central in zip(errors.analytic[0], errors.central[0], strict=True)
        ],
    }.get(id, [])
    listing = ", ".join(map(" ".join, zip(state.example.names, numbers, strict=False)))
    title = point_kind(state.check) if id == "scores" else id
    legend = figures.legend(id, lambda name: t(f"gradient_check.legend.{name}"))
    if id == "scores" and CHECKABLE[state.check].uses_label:
        legend = (LegendEntry(t("legend.flag"), INK, "none"),)
    return Panel(
        id=id,
        figure=_figure(id, state, sweep, t),
        title=t(f"gradient_check.panel.{title}"),
        alt=spoken(readouts, now, t(f"gradient_check.alt.{id}", values=listing)),
        legend=legend,
    )


def _figure(id: str, state: GradientCheckState, sweep: GradientSweep, t: Text) -> go.Figure:
    names = state.example.names
    limit = sweep.axis.limit
    if id == "scores":
        room = FLAG_ROOM if CHECKABLE[state.check].uses_label else 0
        return class_bars(names, -1.25 * limit, 1.5 * limit, room_below=room)
    if id == "gradients":
        return figures.gradients_figure(names, sweep.slope_limit)
    if id == "errors":
        return figures.errors_figure(sweep.steps, t("gradient_check.panel.best_step"))
    return figures.magnified_figure(sweep.slope_limit)
