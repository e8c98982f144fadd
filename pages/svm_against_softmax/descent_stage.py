"""Follow the gradient: one step of either loss, and both runs on a stage of their own."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np

from core.losses.comparison import compare_losses, one_step
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent import (
    MAXIMUM_STEPS,
    Descent,
    DescentPhase,
    follow_gradients,
    steps_to_show,
)
from pages.svm_against_softmax.descent_numbers import DescentSweeps, sweep_descent
from pages.svm_against_softmax.descent_panels import PANELS
from pages.ui.export import Table
from pages.ui.stage.handles import Timeline
from pages.ui.stage.mount import Stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.written import LARGEST_SCORE
from pages.ui.text import Text, escape

__all__ = [
    "Loss",
    "after_one_step",
    "at_step",
    "descent_of",
    "descent_stage",
    "remarks",
    "run_table",
]

Loss: TypeAlias = Literal["svm", "softmax"]

STEP: Final = "step"
"""The handle of the timeline."""
SLOWEST_RATE: Final = 4.0
"""Steps a second, so that a short run does not bore."""
SECONDS_TO_PLAY: Final = 10


@lru_cache(maxsize=16)
def descent_of(state: SvmAgainstSoftmaxState) -> DescentSweeps:
    """Both runs from the current example, as far as they are shown, for every step."""
    run = follow_gradients(
        state.example.scores,
        state.example.label,
        rate=state.rate,
        margin=state.margin,
        variant=state.variant,
    )
    steps = max(state.steps or steps_to_show(run.stop), state.step)
    return sweep_descent(run, state.step, steps)


def after_one_step(state: SvmAgainstSoftmaxState, loss: Loss) -> SvmAgainstSoftmaxState:
    """The state after one step down the gradient of one of the losses."""
    example = state.example
    result = compare_losses(
        example.scores, example.label, margin=state.margin, variant=state.variant
    )
    after = one_step(result, state.rate)
    scores = after.svm if loss == "svm" else after.softmax
    kept = tuple(np.clip(scores, -LARGEST_SCORE, LARGEST_SCORE).tolist())
    return replace(state, example=replace(state.example, scores=kept))


def at_step(state: SvmAgainstSoftmaxState, release: Release) -> SvmAgainstSoftmaxState:
    """The state after the timeline was let go; the same state if the message makes no sense."""
    try:
        step = round(float(str(release.values[STEP])))
    except (KeyError, ValueError, OverflowError):
        return state
    return replace(state, step=min(max(step, 0), MAXIMUM_STEPS))


def descent_stage(state: SvmAgainstSoftmaxState, sweeps: DescentSweeps, t: Text) -> Stage:
    """Lay out both runs from the current example on a timeline."""
    timeline = Timeline(
        id=STEP,
        label=t("svm_against_softmax.descent.timeline"),
        value=state.step,
        minimum=0,
        maximum=sweeps.steps,
        sweep=sweeps.by_step,
        rate=max(SLOWEST_RATE, sweeps.steps / SECONDS_TO_PLAY),
        limits=(0, sweeps.steps),
    )
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[timeline],
        readouts=_readouts(state, sweeps.run, t),
        now=sweeps.now,
        pinned=True,
    )


def run_table(state: SvmAgainstSoftmaxState, sweeps: DescentSweeps, t: Text) -> Table:
    """The numbers of both runs, a row a step."""
    svm, softmax = sweeps.by_step.svm, sweeps.by_step.softmax
    columns = {
        "hinge": svm.hinge,
        "cross_entropy": softmax.cross_entropy,
        "hinge_gradient_norm": svm.hinge_gradient_norm,
        "cross_entropy_gradient_norm": softmax.cross_entropy_gradient_norm,
    }
    scores = {
        (loss, name): path.scores[:, index]
        for loss, path in (("svm", svm), ("softmax", softmax))
        for index, name in enumerate(state.example.names)
    }
    return Table(
        columns={
            "step": list(range(sweeps.steps + 1)),
            **{name: values.tolist() for name, values in columns.items()},
            **{f"{loss} {name}": values.tolist() for (loss, name), values in scores.items()},
        },
        headings={
            **{name: t(f"svm_against_softmax.descent.run_{name}") for name in ("step", *columns)},
            **{
                f"{loss} {name}": t(f"svm_against_softmax.descent.{loss}_score", name=name)
                for loss, name in scores
            },
        },
        settings={
            "label": state.example.label,
            "margin": state.margin,
            "variant": state.variant,
            "rate": state.rate,
            "svm_stops_at": sweeps.run.stop,
        },
    )


def _readouts(state: SvmAgainstSoftmaxState, run: Descent, t: Text) -> list[Readout]:
    def label(id: str) -> str:
        return t(f"svm_against_softmax.descent.{id}")

    numbers = [
        Readout("run_step", lambda r: r.step, label("run_step"), decimals=0),
        Readout("run_hinge", lambda r: r.svm.hinge, label("run_hinge"), tone="hinge"),
        Readout(
            "run_cross_entropy",
            lambda r: r.softmax.cross_entropy,
            label("run_cross_entropy"),
            tone="cross-entropy",
        ),
        Readout(
            "run_hinge_gradient_norm",
            lambda r: r.svm.hinge_gradient_norm,
            label("run_hinge_gradient_norm"),
            tone="hinge",
        ),
        Readout(
            "run_cross_entropy_gradient_norm",
            lambda r: r.softmax.cross_entropy_gradient_norm,
            label("run_cross_entropy_gradient_norm"),
            tone="cross-entropy",
        ),
    ]
    words = {
        name: "–" if step is None else step
        for name, step in (("stop", run.stop), ("caught_up", run.caught_up))
    }
    from_start = {DescentPhase.SOFTMAX_GOES_ON: "from_start"} if run.stop == 0 else {}
    keys = [from_start.get(phase, phase.name.lower()) for phase in DescentPhase]
    verdicts = tuple(t(f"svm_against_softmax.descent.phase.{key}", **words) for key in keys)
    return [*numbers, Readout("run_verdict", lambda r: r.phases, label="", choices=verdicts)]


def remarks(state: SvmAgainstSoftmaxState, run: Descent, t: Text) -> str:
    """Say how the SVM came to its stop, once it is there."""
    said = [t("svm_against_softmax.descent.free")]
    if run.stop is not None and state.step < run.stop:
        return said[0]
    farthest = int(run.overshoot.argmax())
    if run.overshoot[farthest] > 0:
        name, beyond = state.example.names[farthest], float(run.overshoot[farthest])
        said.append(
            t(
                "svm_against_softmax.descent.overshoot",
                name=escape(name),
                beyond=format_fixed(beyond, 4),
            )
        )
    if run.switches:
        said.append(t("svm_against_softmax.descent.switches", switches=run.switches))
    return "\n\n".join(said)
