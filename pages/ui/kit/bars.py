"""A panel with one bar a class, or several."""

from __future__ import annotations

from functools import lru_cache

import plotly.graph_objects as go

from pages.ui.kit.theme import CLASS_COLORS, EDGE, EDGE_WIDTH, base_figure, class_axis

__all__ = ["FIGURES_KEPT", "FLAG_ROOM", "FULL_WIDTH", "class_bars"]

FIGURES_KEPT = 64
"""A figure without its numbers serves every state with the same names and axes."""

FULL_WIDTH = 0.72
FLAG_ROOM = 28
"""Pixels below the names of the classes, for a flag."""


@lru_cache(FIGURES_KEPT)
def class_bars(
    names: tuple[str, ...],
    lowest: float,
    highest: float,
    *,
    ticks: tuple[float, ...] | None = None,
    room_below: int = 0,
) -> go.Figure:
    """One bar a class in its colour, as trace 0; the axis from ``lowest`` to ``highest``."""
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=list(range(classes)),
        width=FULL_WIDTH,
        marker={
            "color": list(CLASS_COLORS[:classes]),
            "line": {"color": EDGE, "width": EDGE_WIDTH},
        },
    )
    class_axis(figure, names, room_below=room_below)
    figure.update_yaxes(range=[lowest, highest], tickvals=ticks)
    figure.update_layout(barmode="overlay")
    return figure
