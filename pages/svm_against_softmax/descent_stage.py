"""Follow the gradient: one step of either loss, and both runs on a stage of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.losses.comparison import compare_losses, one_step
from core.validation import FloatArray
from pages.svm_against_softmax import MOST_STEPS, SvmAgainstSoftmaxState
from pages.svm_against_softmax import descent_panels as figures
from pages.svm_against_softmax.descent import (
    Descent,
    Phase,
    follow_gradients,
    steps_to_show,
)
from pages.ui.export import Table
from pages.ui.kit.controls import number_control
from pages.ui.kit.handles import stage_words
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.vocabulary import Handle, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.state.written import LARGEST_SCORE, write_number
from pages.ui.text import Text, escape

__all__ = [
    "READOUTS",
    "after_one_step",
    "at_step",
    "chosen_view",
    "follow_controls",
    "run_of",
    "run_stage",
    "run_table",
    "steps_shown",
]

Loss: TypeAlias = Literal["svm", "softmax"]
View: TypeAlias = Literal["one_step", "run"]

READOUTS: Final = {
    "run_step": "",
    "run_hinge": "hinge",
    "run_cross_entropy": "cross-entropy",
    "run_hinge_gradient_norm": "hinge",
    "run_cross_entropy_gradient_norm": "cross-entropy",
}
"""The live numbers of the runs, each with the loss that colours it."""

STEP_HANDLE: Final = "step"
SLOWEST_RATE: Final = 4.0
"""Steps a second, so that a short run does not bore."""
SECONDS_TO_PLAY: Final = 10
_VIEW_KEY: Final = "follow"


def run_of(state: SvmAgainstSoftmaxState) -> Descent:
    """Both runs from the current example."""
    return follow_gradients(
        state.example.scores,
        state.example.label,
        rate=state.rate,
        margin=state.margin,
        variant=state.variant,
    )


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
        step = round(float(str(release.values[STEP_HANDLE])))
    except (KeyError, ValueError, OverflowError):
        return state
    return replace(state, step=min(max(step, 0), MOST_STEPS))


def chosen_view(state: SvmAgainstSoftmaxState) -> View | None:
    """What of Follow the gradient is open: known before its switch is drawn.

    An address that names a step opens the run.
    """
    if _VIEW_KEY not in st.session_state:
        st.session_state[_VIEW_KEY] = "run" if state.step else None
    return next((view for view in get_args(View) if view == st.session_state[_VIEW_KEY]), None)


def follow_controls(state: SvmAgainstSoftmaxState, run: Descent | None, t: Text) -> None:
    """Choose between one step and the whole run; set the step size; take the step.

    ``run`` is the run if it is open.
    """
    view, rate, first, second = st.columns([3, 2, 3, 3], vertical_alignment="bottom")
    view.segmented_control(
        t("svm_against_softmax.descent.title"),
        get_args(View),
        format_func=lambda name: t(f"svm_against_softmax.descent.{name}"),
        key=_VIEW_KEY,
        help=t("svm_against_softmax.descent.help"),
    )
    if chosen_view(state) is None:
        return
    with rate:
        number_control(state, "rate", t("svm_against_softmax.descent.rate"), step=0.1)
    if run is not None:
        with first:
            _steps_control(state, run, t)
        return
    for column, loss in zip((first, second), get_args(Loss), strict=True):
        column.button(
            t(f"svm_against_softmax.descent.step_{loss}"),
            key=f"step_{loss}",
            on_click=lambda loss: write_state(
                after_one_step(read_state(SvmAgainstSoftmaxState)[0], loss)
            ),
            args=(loss,),
            width="stretch",
        )
    st.markdown(t("svm_against_softmax.descent.ghosts"))


def _steps_control(state: SvmAgainstSoftmaxState, run: Descent, t: Text) -> None:
    st.session_state["steps"] = steps_shown(state, run)

    def changed() -> None:
        steps, present = st.session_state["steps"], read_state(SvmAgainstSoftmaxState)[0]
        write_state(replace(present, steps=steps, step=min(present.step, steps)))

    st.number_input(
        t("svm_against_softmax.descent.steps"),
        min_value=1,
        max_value=MOST_STEPS,
        step=10,
        key="steps",
        help=t("svm_against_softmax.descent.steps_help"),
        on_change=changed,
    )


def steps_shown(state: SvmAgainstSoftmaxState, run: Descent) -> int:
    """How many steps of the runs are shown."""
    return max(state.steps or steps_to_show(run.stop), state.step)


def run_table(state: SvmAgainstSoftmaxState, run: Descent, t: Text) -> Table:
    """The numbers of both runs, a row a step."""
    rows = slice(0, steps_shown(state, run) + 1)
    columns = {
        "hinge": run.svm.hinge,
        "cross_entropy": run.softmax.cross_entropy,
        "hinge_gradient_norm": run.svm.hinge_gradient_norm,
        "cross_entropy_gradient_norm": run.softmax.cross_entropy_gradient_norm,
    }
    scores = {
        f"{loss} {name}": (
            path.scores[rows, index],
            t(f"svm_against_softmax.descent.{loss}_score", name=name),
        )
        for loss, path in (("svm", run.svm), ("softmax", run.softmax))
        for index, name in enumerate(state.example.names)
    }
    return Table(
        columns={
            "step": list(range(rows.stop)),
            **{name: values[rows].tolist() for name, values in columns.items()},
            **{name: values.tolist() for name, (values, _) in scores.items()},
        },
        headings={
            **{name: t(f"svm_against_softmax.descent.run_{name}") for name in ("step", *columns)},
            **{name: heading for name, (_, heading) in scores.items()},
        },
        settings={
            "label": state.example.label,
            "margin": state.margin,
            "variant": state.variant,
            "rate": state.rate,
            "svm_stops_at": run.stop,
        },
    )


def run_stage(key: str, state: SvmAgainstSoftmaxState, run: Descent, t: Text) -> None:
    """Show both runs from the current example on a timeline."""
    steps = steps_shown(state, run)
    by_step = figures.step_places(run, steps)
    now = {place: values[state.step] for place, values in by_step.items()}
    now |= figures.curve_places(run, steps)
    readouts = _readouts(run, state, t)
    stage(
        key,
        panels=[_panel(id, state, run, steps, now, readouts, t) for id in figures.PANELS],
        handles=[
            Handle(
                id=STEP_HANDLE,
                label=t("svm_against_softmax.descent.timeline"),
                value=state.step,
                minimum=0,
                maximum=steps,
                decimals=0,
                mark="timeline",
                axis="x",
                sweep=by_step,
                rate=max(SLOWEST_RATE, steps / SECONDS_TO_PLAY),
                limits=(0, steps),
            )
        ],
        readouts=readouts,
        marks=figures.marks(len(state.example.names)),
        now=now,
        on_release=lambda release: write_state(
            at_step(read_state(SvmAgainstSoftmaxState)[0], release)
        ),
        labels=stage_words(t),
        pinned=True,
    )
    st.markdown(_remarks(run, state, t))


def _readouts(run: Descent, state: SvmAgainstSoftmaxState, t: Text) -> list[Readout]:
    numbers = [
        Readout(
            id,
            label=t(f"svm_against_softmax.descent.{id}"),
            decimals=0 if id == "run_step" else 4,
            tone=tone,
        )
        for id, tone in READOUTS.items()
    ]
    words = {"rate": write_number(state.rate), "steps": run.steps}
    words |= {
        name: "–" if step is None else step
        for name, step in (("stop", run.stop), ("caught_up", run.caught_up))
    }
    from_start = {Phase.SOFTMAX_GOES_ON: "from_start"} if run.stop == 0 else {}
    keys = [from_start.get(phase, phase.name.lower()) for phase in Phase]
    verdicts = tuple(t(f"svm_against_softmax.descent.phase.{key}", **words) for key in keys)
    return [*numbers, Readout("run_verdict", label="", choices=verdicts)]


def _panel(
    id: str,
    state: SvmAgainstSoftmaxState,
    run: Descent,
    steps: int,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    names = state.example.names
    at_start, at_end = (
        ", ".join(
            f"{name} {format_fixed(float(score), 2)}"
            for name, score in zip(names, path.scores[step], strict=True)
        )
        for path in ((run.softmax if id == "run_softmax" else run.svm),)
        for step in (0, steps)
    )
    return Panel(
        id=id,
        figure=_figure(id, state, run, steps, t),
        title=t(f"svm_against_softmax.descent.panel.{id}"),
        alt=spoken(
            readouts,
            now,
            t(f"svm_against_softmax.descent.alt.{id}", steps=steps, start=at_start, end=at_end),
        ),
        legend=figures.legend(
            id, names, lambda name: t(f"svm_against_softmax.descent.legend.{name}")
        ),
    )


def _figure(id: str, state: SvmAgainstSoftmaxState, run: Descent, steps: int, t: Text) -> go.Figure:
    names = state.example.names
    stop = None if run.stop is None or run.stop > steps else run.stop
    step_label = t("svm_against_softmax.descent.step_axis")
    scores = figures.score_range(run, steps)
    if id == "run_losses":
        return figures.losses_figure(
            steps,
            figures.loss_range(run, steps),
            stop,
            is_logarithmic=state.is_logarithmic,
            step_label=step_label,
            stop_label=t("svm_against_softmax.descent.stop", step=stop),
        )
    if id == "run_scores":
        return figures.paths_figure(len(names), steps, scores, stop, step_label=step_label)
    return figures.bars_figure(names, scores, has_thresholds=id == "run_svm")


def _remarks(run: Descent, state: SvmAgainstSoftmaxState, t: Text) -> str:
    """Say how the SVM came to its stop."""
    remarks = [t("svm_against_softmax.descent.free")]
    farthest = int(run.overshoot.argmax())
    if run.overshoot[farthest] > 0:
        name, beyond = state.example.names[farthest], float(run.overshoot[farthest])
        remarks.append(
            t(
                "svm_against_softmax.descent.overshoot",
                name=escape(name),
                beyond=format_fixed(beyond, 4),
            )
        )
    if run.switches:
        remarks.append(t("svm_against_softmax.descent.switches", switches=run.switches))
    return "\n\n".join(remarks)
