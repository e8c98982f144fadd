"""The stage of the inspector: one step's pass, forward and backward, array by array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from core.learning.models import TwoLayerNet
from core.validation import FloatArray
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.inspector.formulas import formula
from pages.two_layer_network.inspector.inspected_pass import InspectedPass, inspected_pass
from pages.two_layer_network.inspector.inspection import AXES
from pages.two_layer_network.inspector.numbers import (
    PASS,
    SAMPLE,
    UNIT,
    PassNumbers,
    PassSweeps,
    sweep_pass,
)
from pages.two_layer_network.inspector.panels import panels, since
from pages.two_layer_network.inspector.sentence_numbers import (
    OPERAND_DIGITS,
    RESULT_DIGITS,
    SLOTS,
)
from pages.two_layer_network.inspector.sentences import sentences, step_names
from pages.ui.export import Table
from pages.ui.guide.guide import Shown
from pages.ui.learning.runs import Run
from pages.ui.stage.handles import Handle, Slider, Timeline
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.address import read_state, write_state
from pages.ui.state.scenes import is_asking
from pages.ui.text import Text

__all__ = [
    "inspector_in_hand",
    "inspector_stage",
    "inspector_table",
    "moved",
    "pass_of",
    "shown_inspector",
    "sweeps_of",
]

STEP: Final = "at"
_HELD: Final = "network_inspector_held"
"""Where the session keeps the state that a hand holds: it comes into the address at the release."""
_IN_HAND: Final = ("step_of_pass", "followed_sample", "followed_unit", "at")


def pass_of(state: TwoLayerNetworkState, run: Run) -> InspectedPass:
    """The pass of the training step that the state shows, on the mini-batch that the step drew."""
    number = run.record_at(state.at)
    record, model = run.records[number], run.model_at(number)
    if not isinstance(model, TwoLayerNet):
        raise TypeError(f"run must train a two-layer network, got {type(model).__name__}")
    batch, train = record.batch, run.setup.train
    return inspected_pass(
        model, train.points[batch], train.labels[batch], train.names, step=record.step
    )


def sweeps_of(state: TwoLayerNetworkState, inspected: InspectedPass) -> PassSweeps:
    """Everything the stage shows; what is beyond the network is its end."""
    return sweep_pass(
        inspected,
        step=min(state.step_of_pass, inspected.last),
        sample=min(state.followed_sample, len(inspected.shown) - 1),
        unit=min(state.followed_unit, inspected.sizes.hidden - 1),
    )


def shown_inspector(state: TwoLayerNetworkState, run: Run, target: int, t: Text) -> Shown:
    """Lay out the inspector; while a scene asks, nothing of the other steps of the pass."""
    inspected = pass_of(state, run)
    records = [record.step for record in run.records]
    sweeps, only = sweeps_of(state, inspected), is_asking(state)
    return Shown(
        "network_inspector",
        inspector_stage(inspected, sweeps, records, t, is_only_now=only),
        is_complete=run.is_over(target),
        released=partial(_released, shown=inspected.training_step, last=records[-1]),
    )


def inspector_in_hand(state: TwoLayerNetworkState, run: Run, target: int, t: Text) -> Shown:
    """The same with what a hand is moving just now."""
    held = _in_hand(state)
    shown = shown_inspector(held, run, target, t)
    return replace(shown, is_complete=shown.is_complete and held == state)


def inspector_stage(
    inspected: InspectedPass,
    sweeps: PassSweeps,
    records: Sequence[int],
    t: Text,
    *,
    is_only_now: bool = False,
) -> Stage:
    """Lay out the stage; ``records`` are the training steps that can be looked at.

    With ``is_only_now``, nothing of the other steps of the pass is on it.
    """
    now, told = int(sweeps.now.step), sentences(inspected, t)
    formulas = tuple(formula(step, inspected.objective) for step in inspected.inspection.steps)
    if is_only_now:
        told, formulas = (_only(texts, now) for texts in (told, formulas))
    return Stage(
        panels=panels(inspected, told[now].replace("**", ""), t, only=now if is_only_now else None),
        handles=[
            _pass_timeline(inspected, sweeps, t),
            *_sample_slider(inspected, sweeps, t),
            *_unit_slider(inspected, sweeps, t),
            *_training_slider(inspected, records, t),
        ],
        readouts=_readouts(inspected, told, formulas, t),
        now=sweeps.now,
        pinned=True,
    )


# ---- readouts ------------------------------------------------------------------------------------


def _only(texts: tuple[str, ...], step: int) -> tuple[str, ...]:
    """Keep the text of one step of the pass, in its place."""
    return tuple(text if number == step else "" for number, text in enumerate(texts))


def _readouts(
    inspected: InspectedPass, told: tuple[str, ...], formulas: tuple[str, ...], t: Text
) -> list[Readout]:
    data_loss = inspected.inspection.result.data_loss
    return [
        *(_slot(slot, inspected, t) for slot in SLOTS),
        Readout("data_loss", since(inspected, "loss", data_loss), significant=OPERAND_DIGITS),
        Readout("formula", _step, choices=formulas),
        Readout("sentence", _step, label="", choices=told),
    ]


def _step(result: PassNumbers) -> FloatArray:
    return result.step.astype(np.float64)


def _number(slot: str, result: PassNumbers) -> FloatArray:
    return result.sentence[slot]


def _slot(slot: str, inspected: InspectedPass, t: Text) -> Readout:
    gates = ("open", "closed")
    words = {
        "sign": ("=", "≈"),
        "gate": tuple(t(f"two_layer_network.inspector.gate.{gate}") for gate in gates),
        "class": inspected.names,
    }
    number = partial(_number, slot)
    if slot in words:
        return Readout(slot, number, choices=words[slot])
    if slot in ("row", "unit", "feature") or slot.startswith("sample"):
        return Readout(slot, number, decimals=0)
    is_result = slot in ("out", "mean")
    return Readout(slot, number, significant=RESULT_DIGITS if is_result else OPERAND_DIGITS)


# ---- handles -------------------------------------------------------------------------------------


def _pass_timeline(inspected: InspectedPass, sweeps: PassSweeps, t: Text) -> Handle:
    return Timeline(
        id=PASS,
        label=t("two_layer_network.inspector.handle.pass"),
        value=float(sweeps.now.step),
        minimum=0,
        maximum=inspected.last,
        names=step_names(inspected),
        rate=0.5,
        sweep=sweeps.by[PASS],
    )


def _sample_slider(inspected: InspectedPass, sweeps: PassSweeps, t: Text) -> list[Handle]:
    if len(inspected.shown) < 2:
        return []
    return [
        Slider(
            id=SAMPLE,
            label=t("two_layer_network.inspector.handle.sample"),
            value=float(sweeps.now.followed.samples),
            minimum=0,
            maximum=len(inspected.shown) - 1,
            decimals=0,
            names=tuple(str(row + 1) for row in inspected.shown.tolist()),
            sweep=sweeps.by[SAMPLE],
        )
    ]


def _unit_slider(inspected: InspectedPass, sweeps: PassSweeps, t: Text) -> list[Handle]:
    units = inspected.sizes.hidden
    if units < 2:
        return []
    return [
        Slider(
            id=UNIT,
            label=t("two_layer_network.inspector.handle.unit"),
            value=float(sweeps.now.followed.hidden) + 1,
            minimum=1,
            maximum=units,
            decimals=0,
            sweep=sweeps.by[UNIT],
            limits=(1, units),
        )
    ]


def _training_slider(inspected: InspectedPass, records: Sequence[int], t: Text) -> list[Handle]:
    """Another training step is another pass, which cannot be tabulated."""
    if len(records) < 2:
        return []
    first, last = float(records[0]), float(records[-1])
    return [
        Slider(
            id=STEP,
            label=t("two_layer_network.inspector.handle.at"),
            value=float(inspected.training_step),
            minimum=first,
            maximum=last,
            decimals=0,
            grid=tuple(map(float, records)),
            live=True,
            limits=(first, last),
        )
    ]


# ---- releases ------------------------------------------------------------------------------------


def _in_hand(state: TwoLayerNetworkState) -> TwoLayerNetworkState:
    """The state with what a hand is moving just now."""
    held: TwoLayerNetworkState | None = st.session_state.get(_HELD)
    if held is None:
        return state
    own = {name: getattr(held, name) for name in _IN_HAND}
    return held if replace(state, **own) == held else state


def _released(release: Release, *, shown: int, last: int) -> None:
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
        sample = int(values.get(SAMPLE, state.followed_sample))
        unit = round(values.get(UNIT, state.followed_unit + 1)) - 1
        at = round(values.get(STEP, shown))
    except (KeyError, ValueError, OverflowError):
        return state
    if min(step, sample, unit, at) < 0:
        return state
    new = replace(state, step_of_pass=step, followed_sample=sample, followed_unit=unit)
    return new if at == shown else replace(new, at=None if at >= last else at)


def inspector_table(state: TwoLayerNetworkState, run: Run, t: Text) -> Table:
    """Every array of the pass, a row an entry; of the samples, those that are drawn."""
    inspected = pass_of(state, run)
    columns: dict[str, list[str | float]] = {
        name: [] for name in ("array", "row", "column", "value")
    }
    for name in inspected.inspection.arrays:
        table = inspected.inspection.table(name)
        rows = inspected.shown if AXES[name][:1] == ("samples",) else np.arange(len(table))
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
            "training_step": inspected.training_step,
            "samples": inspected.sizes.samples,
            **asdict(inspected.objective),
        },
    )
