"""The panels of both losses as surfaces over the plane of score differences."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.losses.hinge import HingeVariant
from core.validation import FloatArray
from pages.geometry import GeometryState
from pages.geometry.plane import PlaneSweeps, PointNumbers, from_differences, point_numbers
from pages.geometry.plane_panels import of_point, plane_panel
from pages.geometry.simplex import difference_names
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import CROSS_ENTROPY, GRID, HINGE, INK, base_figure, plain
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.stage.sweeps import every_pair
from pages.ui.text import Text

__all__ = ["surface_panels"]

RESOLUTION: Final = 37
"""Odd, and so that -1, where the usual margin puts the kink, is a line of the grid."""
CAMERA: Final = {"eye": {"x": -1.6, "y": -1.6, "z": 1.05}, "center": {"x": 0, "y": 0, "z": -0.18}}
COLORS: Final = {"softmax": CROSS_ENTROPY, "svm": HINGE}


def surface_panels(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> list[Panel]:
    """Make the plane in which the point is dragged, and both surfaces."""
    return [plane_panel(state, sweeps, t), *(_surface(name, state, sweeps, t) for name in COLORS)]


def _x(axis: int, point: PointNumbers) -> FloatArray:
    return point.differences[..., axis : axis + 1]


def _height(name: str, point: PointNumbers) -> Any:
    return (point.cross_entropy if name == "softmax" else point.hinge)[..., None]


def _surface(name: str, state: GeometryState, sweeps: PlaneSweeps, t: Text) -> Panel:
    three = state.three
    names = difference_names(three.names, three.label)
    return Panel(
        id=f"{name}_surface",
        figure=_surface_figure(name, sweeps.axis.limit, state.margin, state.variant, names),
        show={
            (1, "x"): of_point(partial(_x, 0)),
            (1, "y"): of_point(partial(_x, 1)),
            (1, "z"): of_point(partial(_height, name)),
        },
        title=t(f"geometry.panel.{name}_surface"),
        alt=t(f"geometry.alt.{name}_surface"),
        legend=(LegendEntry(t("geometry.legend.turn"), INK, "none"),),
        height=1.2,
    )


@lru_cache(FIGURES_KEPT)
def _surface_figure(
    name: str, limit: float, margin: float, variant: HingeVariant, names: tuple[str, ...]
) -> go.Figure:
    line = np.linspace(-limit, limit, RESOLUTION)
    pairs = every_pair(line, line)
    count = len(pairs)
    both = point_numbers(
        from_differences(pairs, 0), np.zeros(count, int), np.full(count, margin), variant, 1.0
    )
    losses = both.cross_entropy if name == "softmax" else both.hinge
    # Rows of a surface are its y.
    heights = np.round(losses.reshape(RESOLUTION, RESOLUTION).T, 4)
    figure = base_figure()
    figure.add_surface(
        x=line.tolist(),
        y=line.tolist(),
        z=heights.tolist(),
        colorscale=[[0, COLORS[name]], [1, COLORS[name]]],
        showscale=False,
        opacity=0.82,
        hoverinfo="skip",
        contours={
            "z": {
                "show": True,
                "color": INK,
                "width": 2,
                "start": limit / 6,
                "end": 2.5 * limit,
                "size": limit / 3,
                "highlight": False,
            },
            "x": {"highlight": False},
            "y": {"highlight": False},
        },
        lighting={"ambient": 0.75, "diffuse": 0.5, "specular": 0.1},
    )
    figure.add_scatter3d(
        mode="markers", marker={"size": 7, "color": INK, "line": {"color": INK, "width": 1}}
    )
    axis = {"gridcolor": GRID, "color": INK, "showbackground": False, "showspikes": False}
    across = {**axis, "range": [-limit, limit], "tickvals": [-limit, 0, limit]}
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        uirevision="surfaces",
        scene={
            "xaxis": {**across, "title": {"text": plain(names[0])}},
            "yaxis": {**across, "title": {"text": plain(names[1])}},
            "zaxis": {**axis, "title": {"text": ""}, "range": [0, 2.35 * limit], "nticks": 4},
            "camera": CAMERA,
            "dragmode": "turntable",
            "hovermode": False,
            "aspectmode": "cube",
            "uirevision": "surfaces",
        },
    )
    return figure
