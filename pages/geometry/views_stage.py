"""The views of the lesson: which stage each has, and which numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pages.geometry import GeometryState
from pages.geometry.calibration_stage import (
    calibration_stage,
    calibration_table,
    moved_softening,
)
from pages.geometry.knob_stage import knob_stage, knob_sweeps, knob_table, moved_knob
from pages.geometry.plane_stage import moved, plane_stage, plane_table, sweeps_of
from pages.geometry.surface_stage import surface_stage
from pages.geometry.uncertain_stage import (
    moved_label,
    now_of,
    uncertain_stage,
    uncertain_table,
)
from pages.ui.export import Table
from pages.ui.guide.guide import Shown
from pages.ui.text import Text

__all__ = ["stage_of", "table_of"]


def _surfaces(state: GeometryState, t: Text) -> Shown:
    sweeps = sweeps_of(state)
    plane = plane_stage(state, sweeps, t)
    return Shown("geometry_surfaces", plane, moved).on(surface_stage(plane, state, sweeps, t))


STAGES: Final[Mapping[str, Callable[[GeometryState, Text], Shown]]] = {
    "plane": lambda state, t: Shown(
        "geometry_plane", plane_stage(state, sweeps_of(state), t), moved
    ),
    "knob": lambda state, t: Shown(
        "geometry_knob", knob_stage(state, knob_sweeps(state), t), moved_knob
    ),
    "surfaces": _surfaces,
    "uncertain": lambda state, t: Shown(
        "geometry_uncertain", uncertain_stage(state, now_of(state), t), moved_label
    ),
    "calibration": lambda state, t: Shown(
        "geometry_calibration", calibration_stage(state, t), moved_softening
    ),
}
TABLES: Final[Mapping[str, Callable[[GeometryState, Text], Table]]] = {
    "plane": lambda state, t: plane_table(state, sweeps_of(state), t),
    "knob": lambda state, t: knob_table(state, knob_sweeps(state), t),
    "surfaces": lambda state, t: plane_table(state, sweeps_of(state), t),
    "uncertain": lambda state, t: uncertain_table(state, now_of(state), t),
    "calibration": calibration_table,
}


def stage_of(state: GeometryState, t: Text) -> Shown:
    """Lay out the stage of the view that is looked at."""
    return STAGES[state.view](state, t)


def table_of(state: GeometryState, t: Text) -> Table:
    """Give the numbers of the view that is looked at."""
    return TABLES[state.view](state, t)
