"""The stage of both surfaces: the point is dragged in the plane, and stands on both."""

from __future__ import annotations

from dataclasses import replace

from pages.geometry import GeometryState
from pages.geometry.plane import POINT, PlaneSweeps
from pages.geometry.surface_panels import surface_panels
from pages.ui.stage.mount import Stage
from pages.ui.text import Text

__all__ = ["surface_stage"]

SHOWN = ("cross_entropy", "hinge", "standing")


def surface_stage(plane: Stage, state: GeometryState, sweeps: PlaneSweeps, t: Text) -> Stage:
    """Lay out the stage: that of the plane, with surfaces for the triangle."""
    return replace(
        plane,
        panels=surface_panels(state, sweeps, t),
        handles=[handle for handle in plane.handles if handle.id == POINT],
        readouts=[
            readout if readout.id in SHOWN else replace(readout, label=None)
            for readout in plane.readouts
            if readout.id != "gradients"
        ],
    )
