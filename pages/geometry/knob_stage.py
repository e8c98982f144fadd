"""The stage of the knob: temperature and margin move, the loss between both morphs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pages.geometry import GeometryState
from pages.geometry.knob import (
    TEMPERATURE,
    TEMPERATURES,
    KnobMember,
    KnobNumbers,
    KnobSweeps,
    sweep_knob,
)
from pages.geometry.knob_panels import knob_curve_panel, knob_plane_panel
from pages.geometry.plane import MARGIN
from pages.ui.export import Table
from pages.ui.kit.theme import HINGE, INK
from pages.ui.stage.handles import Slider
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.losses import LARGEST_MARGIN
from pages.ui.text import Text

__all__ = ["knob_stage", "knob_sweeps", "knob_table", "moved_knob"]

USUAL: float = 1.0
HIGHEST: float = 10.0


def temperature_of(state: GeometryState) -> float:
    """T, or what it is without a parameter."""
    return USUAL if state.temperature is None else state.temperature


def knob_sweeps(state: GeometryState) -> KnobSweeps:
    """Everything the stage shows, for every step of both sliders."""
    three = state.three
    return sweep_knob(
        three.scores,
        three.label,
        temperature=temperature_of(state),
        margin=state.margin,
        rate=state.rate,
    )


def knob_stage(state: GeometryState, sweeps: KnobSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[knob_plane_panel(state, sweeps, t), knob_curve_panel(state, sweeps, t)],
        handles=[
            Slider(
                id=TEMPERATURE,
                label=t("geometry.handle.temperature"),
                value=temperature_of(state),
                minimum=TEMPERATURES[0],
                maximum=TEMPERATURES[-1],
                grid=TEMPERATURES,
                decimals=2,
                color=INK,
                limits=(0.0, HIGHEST),
                sweep=sweeps.by[TEMPERATURE],
            ),
            Slider(
                id=MARGIN,
                label=t("geometry.handle.knob_margin"),
                value=state.margin,
                minimum=float(sweeps.margins[0]),
                maximum=float(sweeps.margins[-1]),
                step=float(sweeps.margins[1]),
                decimals=2,
                color=HINGE,
                limits=(0.0, LARGEST_MARGIN),
                sweep=sweeps.by[MARGIN],
            ),
        ],
        readouts=_readouts(t),
        now=sweeps.now,
        turns=True,
    )


def moved_knob(state: GeometryState, release: Release) -> GeometryState:
    """The state after a release; the same state if the message makes no sense."""
    try:
        temperature = float(str(release.values[TEMPERATURE]))
        margin = float(str(release.values[MARGIN]))
    except (KeyError, ValueError):
        return state
    if not 0 <= temperature <= HIGHEST or not 0 <= margin <= LARGEST_MARGIN:
        return state
    changed = None if temperature == temperature_of(state) else temperature
    return replace(
        state, margin=margin, temperature=state.temperature if changed is None else changed
    )


def knob_table(state: GeometryState, sweeps: KnobSweeps, t: Text) -> Table:
    """The loss and its gradient at every temperature of the slider."""
    by, names = sweeps.by[TEMPERATURE], state.three.names
    gradients = {f"gradient {i}": by.gradient[:, i].tolist() for i in range(3)}
    return Table(
        columns={
            "temperature": by.temperature.tolist(),
            "loss": by.loss.tolist(),
            **gradients,
        },
        headings={
            "temperature": "T",
            "loss": t("geometry.data.loss"),
            **{
                f"gradient {i}": t("geometry.data.gradient", name=name)
                for i, name in enumerate(names)
            },
        },
        settings={
            "scores": state.three.scores,
            "label": state.three.label,
            "margin": state.margin,
            "T": temperature_of(state),
        },
    )


def _readouts(t: Text) -> list[Readout]:
    def component(index: int) -> Any:
        return lambda result: result.gradient[..., index]

    members = tuple(t(f"geometry.member.{member.name.lower()}") for member in KnobMember)
    return [
        Readout("knob_temperature", lambda r: r.temperature, "T", significant=4),
        Readout("knob_margin", lambda r: r.margin, t("control.margin"), decimals=2, tone="hinge"),
        Readout("knob_loss", _loss, t("geometry.readout.knob_loss"), decimals=4),
        *(Readout(f"knob_gradient{i}", component(i), decimals=4) for i in range(3)),
        Readout(
            "knob_gradients",
            lambda r: 0.0 * r.loss,
            label="",
            choices=(t("geometry.knob_gradients"),),
        ),
        Readout("member", lambda r: r.members, label="", choices=members),
    ]


def _loss(result: KnobNumbers) -> Any:
    return result.loss
