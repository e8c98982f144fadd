"""Makes a stage ready for a scene: what it is about is shown, what it asks for is covered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from pages.ui.guide.readings import Spot
from pages.ui.stage.channels import Channel, FloatArray
from pages.ui.stage.ghost import Ghost, GhostMark
from pages.ui.stage.handles import Handle
from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import Readout
from pages.ui.state.scenes import Ask, Scene
from pages.ui.text import Text

__all__ = [
    "FUTURE",
    "covered",
    "ghost_id",
    "staged",
    "with_ghost",
    "with_ghost_mark",
    "with_panels",
]

FUTURE: Final = "future"
"""Hidden by this name: what the curves of a run will be."""
GHOST_COLOR: Final = "var(--muted)"


def ghost_id(number: int) -> str:
    """Name the ghost of a scene: another scene's is another handle, and begins at its start."""
    return f"guess{number}"


def staged(stage: Stage, scene: Scene, number: int, t: Text, *, is_asking: bool) -> Stage | None:
    """Give the part of a stage that a scene is about; None if it is about none of its panels.

    While a scene asks, nothing can be dragged, and what it hides is not in the stage at all:
    neither its numbers now nor those that a drag would lead to.
    """
    if not any(panel.id in scene.look for panel in stage.panels):
        return None
    panels = [
        _covered_panel(panel, t) if is_asking and panel.id in scene.hide else panel
        for panel in stage.panels
        if panel.id in scene.look
    ]
    readouts = _readouts(stage, panels, scene, is_asking=is_asking)
    handles = [
        handle
        for handle in stage.handles
        if (getattr(handle, "panel", None) or handle.id) in scene.look
    ]
    return replace(
        stage,
        panels=panels,
        readouts=readouts,
        handles=[_fixed(handle) for handle in handles]
        if is_asking
        else _movable(handles, panels, readouts),
        focus=stage.focus if stage.focus in {handle.id for handle in handles} else None,
        scene=str(number),
        look=scene.look,
        pinned=False,
    )


def with_panels(stage: Stage, ids: Sequence[str]) -> Stage:
    """Leave only these panels, and the handles that are on them or on a track of their own."""
    return _on(stage, [panel for panel in stage.panels if panel.id in ids], stage.readouts)


def covered(stage: Stage, ids: Sequence[str], question: str, t: Text) -> Stage:
    """Cover panels and readouts, which are then not in the stage at all; sentences ask instead."""

    def asking(readout: Readout) -> Readout:
        if readout.id not in ids:
            return readout
        if readout.choices is None:
            return _covered_readout(readout)
        return replace(readout, number=_nothing(readout.number), choices=(question,))

    panels = [_covered_panel(panel, t) if panel.id in ids else panel for panel in stage.panels]
    shown = _on(stage, panels, [asking(readout) for readout in stage.readouts])
    if FUTURE not in ids:
        return shown
    panels = [_without_end(panel) if panel.over_steps else panel for panel in panels]
    return replace(shown, panels=panels, ends_now=True)


def _without_end(panel: Panel) -> Panel:
    """Take out what marks a step that is still to come."""
    layout = go.Layout(panel.figure.layout)
    layout.annotations = ()
    layout.shapes = [shape for shape in layout.shapes if shape.x0 != shape.x1]
    return replace(panel, figure=go.Figure(panel.figure.data, layout))


def _on(stage: Stage, panels: list[Panel], readouts: Sequence[Readout]) -> Stage:
    """Give the stage with other panels and readouts, and the handles that are left."""
    seen = {None, *(panel.id for panel in panels if not panel.is_covered)}
    handles = [handle for handle in stage.handles if getattr(handle, "panel", None) in seen]
    return replace(
        stage,
        panels=panels,
        readouts=readouts,
        handles=_movable(handles, panels, readouts),
        focus=stage.focus if stage.focus in {handle.id for handle in handles} else None,
    )


def with_ghost(stage: Stage, ask: Ask, spot: Spot, number: int, *, at: float, t: Text) -> Stage:
    """Add the ghost that the reader drags, if its panel is on this stage."""
    if not any(panel.id == spot.panel for panel in stage.panels):
        return stage
    decimals = len(f"{ask.step:g}".partition(".")[2])
    low, high = (round(round(end / ask.step) * ask.step, decimals) for end in spot.limits)
    ghost = Ghost(
        id=ghost_id(number),
        label=t("guide.ghost"),
        value=round(min(max(at, low), high), decimals),
        minimum=low,
        maximum=high,
        limits=(low, high),
        step=ask.step,
        decimals=decimals,
        panel=spot.panel,
        at=spot.x,
        width=ask.width,
        color=GHOST_COLOR,
    )
    return replace(stage, handles=[*stage.handles, ghost], look=(*stage.look, ghost.id))


def with_ghost_mark(stage: Stage, ask: Ask, spot: Spot, *, guess: float, gap: str) -> Stage:
    """Leave the ghost where the reader put it, and mark the way from there to the truth."""
    mark = GhostMark((spot.x,), (guess,), width=ask.width, truth=spot.y, gap=gap)
    panels = [
        replace(panel, marks=(*panel.marks, mark)) if panel.id == spot.panel else panel
        for panel in stage.panels
    ]
    return replace(stage, panels=panels)


def _covered_panel(panel: Panel, t: Text) -> Panel:
    """Leave its title and its axes."""
    layout = go.Layout(panel.figure.layout)
    layout.annotations, layout.shapes = (), ()
    return replace(
        panel,
        figure=go.Figure(layout=layout),
        show={},
        marks=(),
        pictures=(),
        alt=t("guide.covered", title=panel.title),
        takes_points=False,
        is_covered=True,
    )


def _readouts(
    stage: Stage, panels: Sequence[Panel], scene: Scene, *, is_asking: bool
) -> list[Readout]:
    """Keep those that the scene is about, and unseen those that the texts of others need."""
    shown = [
        readout if readout.id in scene.look else replace(readout, label=None)
        for readout in stage.readouts
    ]
    if not is_asking:
        return shown
    texts = [text for panel in panels for text in (panel.title, panel.alt)]
    told = [entry for entry in shown if entry.label is not None and entry.id not in scene.hide]
    texts += [text for entry in told for text in entry.choices or ()]
    used = set(re.findall(r"\{(\w+)\}", " ".join(texts)))
    kept = [entry for entry in shown if entry.label is not None or entry.id in used]
    return [_covered_readout(entry) if entry.id in scene.hide else entry for entry in kept]


def _covered_readout(readout: Readout) -> Readout:
    choices = None if readout.choices is None else ("?",)
    return replace(readout, number=_nothing(readout.number), choices=choices, is_covered=True)


def _nothing(number: Channel) -> Channel:
    """Give zeros instead of numbers."""

    def zeros(result: Any) -> FloatArray | None:
        shown = number(result)
        return None if shown is None else np.zeros(np.shape(shown))

    return zeros


def _fixed(handle: Handle) -> Handle:
    still: dict[str, Any] = {"sweep": None, "cells": None, "focus": None, "moves": (), "told": ""}
    return replace(handle, is_fixed=True, live=False, **still)


def _movable(
    handles: Sequence[Handle], panels: Sequence[Panel], readouts: Sequence[Readout]
) -> list[Handle]:
    """Leave out what they move on panels that are not shown."""
    marks = [mark for panel in panels for mark in panel.marks]
    shown: set[Channel] = {
        *(channel for panel in panels for channel in panel.show.values()),
        *(source for mark in marks for source in mark.sources if callable(source)),
        *(picture.pixels for panel in panels for picture in panel.pictures),
        *(readout.number for readout in readouts),
        *(handle.follows for handle in handles if handle.follows is not None),
    }
    return [
        replace(handle, moves=tuple(move for move in handle.moves if move[1] in shown))
        for handle in handles
    ]
