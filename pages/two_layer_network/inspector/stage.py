"""The inspector of the two-layer network: one step's pass, forward and backward, array by array."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Final

import numpy as np
import streamlit as st

from core.learning.models import TwoLayerNet
from core.learning.training import Record
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.inspector import panels as figures
from pages.two_layer_network.inspector.inspection import AXES
from pages.two_layer_network.inspector.numbers import (
    FEWER_TERMS,
    MOST_TERMS,
    OPERAND_DIGITS,
    RESULT_DIGITS,
    Scene,
    places,
    scene_from,
    slots,
    sweep,
    timeline_sweep,
)
from pages.ui.export import Table
from pages.ui.kit.handles import stage_words
from pages.ui.learning.runs import Run
from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import (
    Handle,
    Numbers,
    Panel,
    Place,
    Readout,
    Release,
    spoken,
)
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = [
    "inspector_scene",
    "inspector_stage",
    "inspector_table",
    "moved",
    "sentences",
    "step_names",
]

PASS: Final = "pass"
SAMPLE: Final = "sample"
UNIT: Final = "unit_followed"
STEP: Final = "at"
_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_HELD: Final = "network_inspector_held"
"""Where the session keeps the state that a hand holds: it comes into the address at the release."""
LEAST_WIDTH: Final = 960
"""Pixels that the map and the numbers need."""


def inspector_scene(state: TwoLayerNetworkState, run: Run) -> Scene:
    """The pass of the training step that the state shows, on the mini-batch that the step drew."""
    step, record = step_of(state, run)
    model = run.training.model_at(step)
    if not isinstance(model, TwoLayerNet):
        raise TypeError(f"run must train a two-layer network, got {type(model).__name__}")
    batch, train = record.batch, run.setup.train
    return scene_from(
        model, train.points[batch], train.labels[batch], train.names, state, step=record.step
    )


def inspector_stage(state: TwoLayerNetworkState, run: Run, t: Text) -> None:
    """Show the inspector; a release becomes the new state."""
    scene = inspector_scene(_in_hand(state), run)
    records = [record.step for record in run.training.records]
    timeline = timeline_sweep(scene)
    now = places(scene, timeline)
    words = _readouts(scene, t)
    stage(
        "network_inspector",
        panels=_panels(scene, now, words, t),
        handles=_handles(scene, timeline, records, t),
        readouts=words,
        marks=[
            *figures.map_marks(scene.layout),
            *figures.close_up_marks(scene.close, lambda note: _note(scene, note, t)),
        ],
        pictures=figures.map_pictures(scene.layout, scene.counts),
        now=now,
        on_release=lambda release: _adopt(release, shown=scene.training_step, last=records[-1]),
        labels=stage_words(t),
        pinned=True,
    )
    st.caption(t("two_layer_network.inspector.colors"))


def step_of(state: TwoLayerNetworkState, run: Run) -> tuple[int, Record]:
    """The record that the state shows: the last one at or before its training step."""
    records = run.training.records
    if state.at is None:
        return len(records) - 1, records[-1]
    at = max(0, bisect_right([record.step for record in records], state.at) - 1)
    return at, records[at]


# ---- words ---------------------------------------------------------------------------------------


def _readouts(scene: Scene, t: Text) -> list[Readout]:
    steps = scene.inspection.steps
    numbers = [_slot(slot, scene, t) for slot in (*slots(), "data_loss")]
    formulas = tuple(figures.formula(step, scene.objective) for step in steps)
    return [
        *numbers,
        Readout("formula", choices=formulas),
        Readout("sentence", label="", choices=sentences(scene, t)),
    ]


def _slot(slot: str, scene: Scene, t: Text) -> Readout:
    if slot == "sign":
        return Readout(slot, choices=("=", "≈"))
    if slot == "gate":
        gates = ("open", "closed")
        return Readout(
            slot, choices=tuple(t(f"two_layer_network.inspector.gate.{gate}") for gate in gates)
        )
    if slot == "class":
        return Readout(slot, choices=scene.names)
    if slot in ("row", "unit", "feature") or slot.startswith("sample"):
        return Readout(slot, decimals=0)
    is_result = slot in ("out", "mean")
    return Readout(slot, significant=RESULT_DIGITS if is_result else OPERAND_DIGITS)


def _note(scene: Scene, note: figures.Note, t: Text) -> str:
    """The name of an array with its shape, how much of it is shown, and in which unit."""
    if not note.shape:
        return note.text
    shape = f"{note.axes} = {note.shape}"
    if note.shown != note.shape:
        shape = t("two_layer_network.inspector.part", shown=note.shown, shape=note.shape)
    exponent = scene.exponent(note.array)
    power = f"10{str(exponent).translate(_SUPERSCRIPTS)}"
    unit = t("two_layer_network.inspector.power", power=power) if exponent else ""
    return f"{note.text}  {shape}{unit}"


def step_names(scene: Scene) -> tuple[str, ...]:
    """What stands on the handle of the timeline at each step."""
    signs = {"given": "", "forward": "→ ", "backward": "← ", "penalty": "+ λ: "}
    found = []
    for step in scene.inspection.steps:
        outputs = ["L"] if step.operation == "loss" else [step.outputs[-1]]
        outputs = ["X, t"] if step.operation == "given" else outputs
        found.append(signs[step.phase] + figures.symbol(outputs[0]).replace("total_", "∇"))
    return tuple(found)


def sentences(scene: Scene, t: Text) -> tuple[str, ...]:
    """What is told at each step, with readouts for the numbers."""
    return tuple(_sentence(scene, number, t) for number in range(scene.last + 1))


def _sentence(scene: Scene, number: int, t: Text) -> str:
    step = scene.inspection.steps[number]
    operation: str = step.operation
    if operation in ("loss", "loss_gradient"):
        operation = f"{operation}_{scene.objective.loss}"
    inner = _inner(scene, number)
    few = inner if inner <= MOST_TERMS else FEWER_TERMS
    is_sum = step.operation == "bias_gradient"
    is_over_samples = is_sum or step.operation == "weights_gradient"
    terms = " + ".join(
        f"{{left{i}}}" if is_sum else f"{{left{i}}} × {{right{i}}}" for i in range(few)
    )
    if few < inner:
        terms += " + {rest}" if is_over_samples else " + …"
    if step.operation == "affine":
        terms += " + {bias}"
    more = ""
    if few < inner:
        kind = "more_samples" if is_over_samples else "more"
        named = t("two_layer_network.inspector.entry.and").join(
            f"{{sample{i}}}" for i in range(few)
        )
        others = inner - few
        more = t(
            f"two_layer_network.inspector.{kind}",
            count=inner,
            shown=few,
            named=named,
            others=others,
        )
    return t(
        f"two_layer_network.inspector.sentence.{operation}",
        entry=_entry(step.outputs[-1] if step.operation != "loss" else "losses", t),
        result=figures.symbol(step.outputs[-1]).replace("total_", "∇"),
        left=_symbol(scene, number, 0),
        right=_symbol(scene, number, 1),
        penalty_gradient=figures.penalty_symbol(scene.objective, step.inputs[-1].name)
        if step.operation == "penalty"
        else "",
        terms=terms,
        more=more,
        count=scene.counts.samples,
    )


def _inner(scene: Scene, number: int) -> int:
    """How many products or terms are summed for an entry."""
    step = scene.inspection.steps[number]
    if step.operation == "bias_gradient":
        return scene.counts.samples
    if step.operation in ("affine", "weights_gradient", "inputs_gradient"):
        left = step.inputs[0]
        axes = AXES[left.name]
        return scene.counts.along(axes[0] if left.is_transposed else axes[1])
    return 0


def _symbol(scene: Scene, number: int, operand: int) -> str:
    inputs = scene.inspection.steps[number].inputs
    if operand >= len(inputs):
        return ""
    return figures.symbol(inputs[operand].name, is_transposed=inputs[operand].is_transposed)


def _entry(name: str, t: Text) -> str:
    words = (t(f"two_layer_network.inspector.entry.{axis}") for axis in AXES[name])
    return t("two_layer_network.inspector.entry.and").join(words)


# ---- panels --------------------------------------------------------------------------------------


def _panels(
    scene: Scene, now: Mapping[Place, Numbers], readouts: Sequence[Readout], t: Text
) -> list[Panel]:
    told = sentences(scene, t)[scene.step].replace("**", "")
    steps, counts = scene.inspection.steps, scene.counts
    floats = {place: np.asarray(values, dtype=np.float64) for place, values in now.items()}
    return [
        Panel(
            id=figures.MAP,
            figure=figures.map_figure(steps, counts),
            title=t("two_layer_network.inspector.panel.map", step=scene.training_step),
            alt=spoken(readouts, floats, t("two_layer_network.inspector.alt.map", sentence=told)),
            wide=True,
            height=0.47,
            least_width=LEAST_WIDTH,
        ),
        Panel(
            id=figures.CLOSE_UP,
            figure=figures.close_up_figure(),
            title="{formula}",
            alt=spoken(
                readouts, floats, t("two_layer_network.inspector.alt.close_up", sentence=told)
            ),
            wide=True,
            height=0.72,
            least_width=LEAST_WIDTH,
        ),
    ]


# ---- handles -------------------------------------------------------------------------------------


def _handles(
    scene: Scene, timeline: Mapping[Place, Numbers], records: Sequence[int], t: Text
) -> list[Handle]:
    found = [
        Handle(
            id=PASS,
            label=t("two_layer_network.inspector.handle.pass"),
            value=float(scene.step),
            minimum=0,
            maximum=scene.last,
            decimals=0,
            mark="timeline",
            axis="x",
            names=step_names(scene),
            rate=0.5,
            sweep=timeline,
        )
    ]
    shown = np.arange(len(scene.shown))
    if len(shown) > 1:
        found.append(
            Handle(
                id=SAMPLE,
                label=t("two_layer_network.inspector.handle.sample"),
                value=float(scene.now.samples),
                minimum=0,
                maximum=len(shown) - 1,
                decimals=0,
                mark="slider",
                axis="x",
                names=tuple(str(row + 1) for row in scene.shown.tolist()),
                sweep=sweep(scene, scene.following(shown, scene.now.hidden)),
            )
        )
    units = np.arange(scene.counts.hidden)
    if len(units) > 1:
        found.append(
            Handle(
                id=UNIT,
                label=t("two_layer_network.inspector.handle.unit"),
                value=float(scene.now.hidden) + 1,
                minimum=1,
                maximum=len(units),
                decimals=0,
                mark="slider",
                axis="x",
                sweep=sweep(scene, scene.following(scene.now.samples, units)),
                limits=(1, len(units)),
            )
        )
    if len(records) > 1:
        found.append(
            Handle(
                id=STEP,
                label=t("two_layer_network.inspector.handle.at"),
                value=float(scene.training_step),
                minimum=float(records[0]),
                maximum=float(records[-1]),
                decimals=0,
                mark="slider",
                axis="x",
                grid=tuple(map(float, records)),
                live=True,
                limits=(float(records[0]), float(records[-1])),
            )
        )
    return found


def _in_hand(state: TwoLayerNetworkState) -> TwoLayerNetworkState:
    """The state with what a hand is moving just now."""
    held: TwoLayerNetworkState | None = st.session_state.get(_HELD)
    if held is None:
        return state
    own = {name: getattr(held, name) for name in ("passed", "followed", "unit", "at")}
    return held if replace(state, **own) == held else state


def _adopt(release: Release, *, shown: int, last: int) -> None:
    state = moved(_in_hand(read_state(TwoLayerNetworkState)[0]), release, shown=shown, last=last)
    st.session_state[_HELD] = state if release.is_held else None
    if not release.is_held:
        write_state(state)


def moved(
    state: TwoLayerNetworkState, release: Release, *, shown: int, last: int
) -> TwoLayerNetworkState:
    """The state after a release; the same state if the message makes no sense.

    ``shown`` is the training step that was shown, and ``last`` is the last one of the run: who
    stays there, follows the training.
    """
    try:
        values = {name: float(str(value)) for name, value in release.values.items()}
        step = int(values[PASS])
        sample = int(values.get(SAMPLE, state.followed))
        unit = round(values.get(UNIT, state.unit + 1)) - 1
        at = round(values.get(STEP, shown))
    except (KeyError, ValueError, OverflowError):
        return state
    if min(step, sample, unit, at) < 0:
        return state
    if at == shown:
        return replace(state, passed=step, followed=sample, unit=unit)
    moment = None if at >= last else at
    return replace(state, passed=step, followed=sample, unit=unit, at=moment)


def inspector_table(state: TwoLayerNetworkState, run: Run, t: Text) -> Table:
    """Every array of the pass, a row an entry; of the samples, those that are drawn."""
    scene = inspector_scene(state, run)
    columns: dict[str, list[str | float]] = {
        name: [] for name in ("array", "row", "column", "value")
    }
    for name in scene.inspection.arrays:
        table = scene.inspection.table(name)
        rows = scene.shown if AXES[name][:1] == ("samples",) else np.arange(len(table))
        entries = table[rows]
        count = entries.shape[1]
        columns["array"] += [name] * entries.size
        columns["row"] += np.repeat(rows + 1, count).tolist()
        columns["column"] += np.tile(np.arange(1, count + 1), len(rows)).tolist()
        columns["value"] += entries.ravel().tolist()
    return Table(
        columns=columns,
        headings={name: t(f"two_layer_network.inspector.data.{name}") for name in columns},
        settings={
            "data": state.data,
            "seed": run.setup.seed,
            "training_step": scene.training_step,
            "samples": scene.counts.samples,
            **asdict(scene.objective),
        },
    )
