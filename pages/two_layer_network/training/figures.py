"""Figures of the training view, drawn without their numbers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.learning.datasets import Dataset
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CLASS_SYMBOLS,
    INK,
    MUTED,
    base_figure,
)
from pages.ui.learning.plane import Box

__all__ = ["accuracy_figure", "gradient_figure", "losses_figure", "pixel_plane", "plane_figure"]


@lru_cache(FIGURES_KEPT)
def plane_figure(train: Dataset, held_out: Dataset | None, box: Box, drawn: int) -> go.Figure:
    """Points in the colours of their classes, and a line for each hidden unit."""
    figure = base_figure()
    figure.add_scatter(mode="lines", line={"color": INK, "width": 1.5}, opacity=0.5)
    _add_points(figure, train, size=8)
    if drawn:
        figure.add_scatter(
            mode="markers",
            marker={"symbol": "circle-open", "size": 14, "color": INK, "line": {"width": 2}},
        )
    if held_out is not None:
        _add_points(figure, held_out, size=10, inside="-dot")
    left, right, bottom, top = box.extent
    figure.update_xaxes(range=[left, right], showgrid=False, zeroline=False, nticks=5)
    figure.update_yaxes(range=[bottom, top], showgrid=False, zeroline=False, nticks=5)
    figure.update_layout(margin={"l": 40, "r": 10, "t": 6, "b": 28})
    return figure


@lru_cache(FIGURES_KEPT)
def losses_figure(
    steps: int,
    limits: tuple[float, float],
    color: str,
    *,
    has_held_out: bool,
    has_batches: bool,
    step_label: str,
) -> go.Figure:
    """The axis is linear from 0 on, and logarithmic from another lower limit on."""
    low, high = limits
    figure = base_figure()
    _add_curves(figure, color, limits, has_held_out=has_held_out)
    if has_batches:
        figure.add_scatter(mode="lines", line={"color": MUTED, "width": 1}, opacity=0.55)
        figure.add_scatter(mode="lines", line={"color": MUTED, "width": 2.5})
    _steps_axis(figure, steps, step_label)
    figure.update_yaxes(range=[low, 1.04 * high])
    if low:
        ends = np.log10([low, 1.2 * high]).tolist()
        figure.update_yaxes(type="log", range=ends, exponentformat="power", dtick=1)
    figure.update_layout(uirevision=f"{steps} {limits}")
    return figure


@lru_cache(FIGURES_KEPT)
def accuracy_figure(
    steps: int, classes: int, color: str, *, has_held_out: bool, step_label: str
) -> go.Figure:
    """Accuracy over the steps."""
    figure = base_figure()
    _add_curves(figure, color, (0, 104), has_held_out=has_held_out)
    figure.add_hline(100 / classes, line={"color": MUTED, "width": 1.5, "dash": "dash"})
    _steps_axis(figure, steps, step_label)
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=25)
    return figure


@lru_cache(FIGURES_KEPT)
def gradient_figure(limit: float, color: str, along: str, across: str) -> go.Figure:
    """The mini-batch's gradient as an arrow beside that of all samples."""
    figure = base_figure()
    strokes = ((MUTED, 5, 1.0), (color, 4, 1.0), (color, 2, 0.6), (color, 2, 0.6))
    for shade, width, opacity in strokes:
        figure.add_scatter(mode="lines", line={"color": shade, "width": width}, opacity=opacity)
    figure.update_xaxes(range=[-0.45 * limit, 1.1 * limit], title_text=along, nticks=6)
    figure.update_yaxes(
        range=[-0.06 * limit, 0.7 * limit],
        title_text=across,
        scaleanchor="x",
        constraintoward="bottom",
        nticks=5,
    )
    figure.update_layout(margin_b=46)
    return figure


@lru_cache(FIGURES_KEPT)
def pixel_plane(height: int, width: int) -> go.Figure:
    """An empty plane for images, in pixels."""
    figure = base_figure()
    figure.update_xaxes(range=[0, width], visible=False)
    figure.update_yaxes(range=[0, height], visible=False)
    figure.update_layout(margin={"l": 10, "r": 10, "t": 6, "b": 6})
    return figure


def _add_points(figure: go.Figure, data: Dataset, *, size: int, inside: str = "") -> None:
    labels = data.labels.tolist()
    figure.add_scatter(
        x=data.points[:, 0].tolist(),
        y=data.points[:, 1].tolist(),
        mode="markers",
        marker={
            "symbol": [CLASS_SYMBOLS[label] + inside for label in labels],
            "size": size,
            "color": [CLASS_COLORS[label] for label in labels],
            "line": {"color": INK, "width": 1},
        },
    )


def _add_curves(
    figure: go.Figure, color: str, limits: tuple[float, float], *, has_held_out: bool
) -> None:
    """Add the cursor, the curve of what is learnt from, and that of what is held out."""
    figure.add_scatter(y=list(limits), mode="lines", line={"color": INK, "width": 2})
    figure.add_scatter(mode="lines", line={"color": color, "width": 3})
    if has_held_out:
        figure.add_scatter(mode="lines", line={"color": color, "width": 3, "dash": "dot"})


def _steps_axis(figure: go.Figure, steps: int, label: str) -> None:
    figure.update_xaxes(range=[0, 1.06 * max(steps, 1)], title_text=label, nticks=6)
    figure.update_layout(margin_b=46)
