"""The stage of the gradient check: scores and the step h move, and every error with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.difference_quotients import STEPS
from pages.gradient_check.errors import Finding, GradientErrors
from pages.gradient_check.numbers import STEP, GradientSweeps, sweep_gradient_check
from pages.gradient_check.panels import PANELS
from pages.ui.export import Table
from pages.ui.kit.scores import LABEL, label_handle, moved_example, score_handles, score_id
from pages.ui.kit.theme import INK
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import Flag, Handle
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["gradient_stage", "moved", "result_table", "sweeps_of"]


def sweeps_of(state: GradientCheckState) -> GradientSweeps:
    """Everything the stage shows, for every step of every handle."""
    return sweep_gradient_check(
        CHECKED_FUNCTIONS[state.check],
        state.example.scores,
        state.example.label,
        along=state.focus,
        step=state.difference_step,
        margin=state.margin,
        mistaken=state.mistake,
    )


def gradient_stage(state: GradientCheckState, sweeps: GradientSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    example = state.example
    handles = score_handles(example, sweeps.axis, t, sweeps=sweeps.by, focuses=sweeps.focuses)
    if CHECKED_FUNCTIONS[state.check].uses_label:
        handles.append(label_handle(example, t, sweep=sweeps.by[LABEL]))
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[*handles, _step_handle(state, sweeps, t)],
        readouts=_readouts(state, t),
        now=sweeps.now,
        focus=score_id(state.focus),
    )


def moved(state: GradientCheckState, release: Release) -> GradientCheckState:
    """The state after a release; the same state if the message makes no sense."""
    new = moved_example(state, release)
    try:
        step = float(str(release.values[STEP]))
    except (KeyError, ValueError):
        return state
    if new is None or not STEPS[0] <= step <= STEPS[-1]:
        return state
    return replace(new, difference_step=step)


def result_table(state: GradientCheckState, errors: GradientErrors, t: Text) -> Table:
    """The numbers on screen, a row an entry of the gradient."""
    columns = {
        "point": errors.points,
        "analytic": errors.analytic,
        "central": errors.central,
        "error": errors.error,
        "central32": errors.central32,
        "error32": errors.error32,
        "kink": errors.kinks.astype(np.int64),
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
            "mistake": state.mistake,
            "label": state.example.label,
            "margin": state.margin,
            "value": float(errors.value),
        },
    )


def _step_handle(state: GradientCheckState, sweeps: GradientSweeps, t: Text) -> Handle:
    return Flag(
        id=STEP,
        label=t("gradient_check.handle.step"),
        value=state.difference_step,
        minimum=sweeps.steps[0],
        maximum=sweeps.steps[-1],
        decimals=2,
        grid=sweeps.steps,
        limits=(STEPS[0], STEPS[-1]),
        panel="errors",
        color=INK,
        flag=t("gradient_check.handle.flag"),
        sweep=sweeps.by[STEP],
    )


def _readouts(state: GradientCheckState, t: Text) -> list[Readout]:
    names = state.example.names

    def number(id: str, channel: Channel, decimals: int = 4) -> Readout:
        return Readout(id, channel, t(f"gradient_check.readout.{id}"), decimals)

    mistake = t(f"gradient_check.mistake.{state.check}")
    return [
        number("value", lambda r: r.errors.value),
        number("step", lambda r: r.errors.steps),
        number("worst", lambda r: r.errors.worst),
        number("worst32", lambda r: r.errors.worst32),
        number("kink_count", lambda r: r.errors.kink_count, 0),
        Readout("focus_name", lambda r: r.entries, choices=names),
        Readout("suspect_name", lambda r: r.errors.suspects, choices=names),
        Readout(
            "kinks_note",
            lambda r: r.errors.kink_count,
            choices=(
                "",
                *(t("gradient_check.kinks", count=n) for n in range(1, len(names) + 1)),
            ),
        ),
        Readout(
            "float32_note",
            lambda r: r.errors.is_below_float32,
            choices=("", t("gradient_check.float32")),
        ),
        Readout(
            "finding",
            lambda r: r.errors.findings,
            label="",
            choices=tuple(
                t(f"gradient_check.finding.{finding.name.lower()}", mistake=mistake)
                for finding in Finding
            ),
        ),
    ]
