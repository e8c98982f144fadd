"""The figure that all pages of the benchmarks show: one panel of ten bars."""

from __future__ import annotations

import plotly.graph_objects as go

__all__ = ["DRAGGED", "LIMIT", "STEP", "VALUES", "ten_bars"]

VALUES = (3.2, 5.1, -1.7, 1.0, 2.0, -4.0, 0.5, 6.0, -2.5, 4.0)
DRAGGED = 3
LIMIT, STEP = 10.0, 0.1
HEIGHT = 207
"""That of a stage's panel in the window of the benchmarks."""


def ten_bars(values: tuple[float, ...] = VALUES) -> go.Figure:
    """Draw ten bars."""
    figure = go.Figure(go.Bar(x=list(range(len(values))), y=list(values), width=0.72))
    figure.update_layout(
        template="none",
        height=HEIGHT,
        margin={"l": 48, "r": 14, "t": 10, "b": 34},
        showlegend=False,
        dragmode=False,
        hovermode=False,
        xaxis={"range": [-0.5, len(values) - 0.5], "fixedrange": True},
        yaxis={"range": [-1.18 * LIMIT, 1.42 * LIMIT], "fixedrange": True},
    )
    return figure
