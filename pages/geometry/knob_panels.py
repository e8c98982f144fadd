"""The panels of the knob: level lines over the plane, and the loss along one difference."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.geometry import GeometryState
from pages.geometry.knob import KnobNumbers, KnobSweeps
from pages.geometry.plane_panels import PLANE_RATIO, PLANE_SHARE, broken
from pages.geometry.simplex import difference_names
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import CROSS_ENTROPY, HINGE, INK, MUTED, base_figure, plain
from pages.ui.stage.marks import Arrow, Dot
from pages.ui.stage.number_format import format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["knob_curve_panel", "knob_plane_panel"]


def knob_plane_panel(state: GeometryState, sweeps: KnobSweeps, t: Text) -> Panel:
    """Level lines of the loss, and the way down from the point."""
    x, y = sweeps.apart.tolist()
    first, second = difference_names(state.three.names, state.three.label)

    def lines(result: KnobNumbers) -> FloatArray:
        return broken(result.lines)

    return Panel(
        id="knob_plane",
        figure=_plane_figure(sweeps.axis.limit, first, second),
        show={
            (0, "x"): lambda result: lines(result)[..., 0],
            (0, "y"): lambda result: lines(result)[..., 1],
        },
        marks=(
            Arrow(
                (x,),
                (y,),
                (INK,),
                to_x=lambda result: result.after[..., :1],
                to_y=lambda result: result.after[..., 1:],
            ),
            Dot((x,), (y,)),
        ),
        title=t("geometry.panel.knob_plane"),
        alt=t("geometry.alt.knob_plane"),
        legend=(LegendEntry(t("geometry.legend.knob_levels"), INK, "line"),),
        height=PLANE_SHARE,
        ratio=PLANE_RATIO,
    )


def knob_curve_panel(state: GeometryState, sweeps: KnobSweeps, t: Text) -> Panel:
    """The loss along the first difference, between cross-entropy and Crammer-Singer."""
    first, second = difference_names(state.three.names, state.three.label)
    at = float(sweeps.apart[0])
    return Panel(
        id="knob_curve",
        figure=_curve_figure(
            tuple(sweeps.along.tolist()), tuple(sweeps.soft_curve.tolist()), first
        ),
        show={
            (1, "y"): lambda result: result.svm_curve,
            (2, "y"): lambda result: result.curve,
        },
        marks=(Dot((at,), lambda result: result.loss[..., None]),),
        title=t("geometry.panel.knob_curve", first=first.replace("{", "{{")),
        alt=t(
            "geometry.alt.knob_curve",
            first=first,
            second=second,
            value=format_given(float(sweeps.apart[1])),
        ),
        legend=(
            LegendEntry(t("geometry.legend.knob_loss"), INK, "line"),
            LegendEntry(t("geometry.legend.softmax"), CROSS_ENTROPY, "dots"),
            LegendEntry(t("geometry.legend.crammer_singer"), HINGE, "dots"),
        ),
        height=PLANE_SHARE,
    )


@lru_cache(FIGURES_KEPT)
def _plane_figure(limit: float, first: str, second: str) -> go.Figure:
    figure = base_figure()
    figure.add_scatter(mode="lines", line={"color": INK, "width": 2.5, "simplify": False})
    ends = [-limit, limit]
    ticks = [round(limit * share, 9) for share in (-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1)]
    figure.update_xaxes(range=ends, tickvals=ticks, title_text=plain(first))
    figure.update_yaxes(range=ends, tickvals=ticks, title_text=plain(second))
    figure.update_layout(margin={"l": 58, "r": 14, "t": 14, "b": 46})
    return figure


@lru_cache(FIGURES_KEPT)
def _curve_figure(along: tuple[float, ...], soft: tuple[float, ...], name: str) -> go.Figure:
    limit = along[-1]
    figure = base_figure()
    figure.add_scatter(
        x=along,
        y=np.round(soft, 6).tolist(),
        mode="lines",
        line={"color": CROSS_ENTROPY, "width": 2.5, "dash": "dot", "simplify": False},
    )
    figure.add_scatter(
        x=along, mode="lines", line={"color": HINGE, "width": 2.5, "dash": "dot", "simplify": False}
    )
    figure.add_scatter(x=along, mode="lines", line={"color": INK, "width": 3, "simplify": False})
    figure.update_xaxes(range=[-limit, limit], title_text=plain(name))
    figure.update_yaxes(range=[-0.06 * limit, 1.35 * limit], zerolinecolor=MUTED)
    figure.update_layout(margin={"l": 46, "b": 46})
    return figure
