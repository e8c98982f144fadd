"""One look for every figure: colours, fonts, axes.

Colours that depend on light or dark are CSS variables, which the stage fills in; class colours work
on both. They are those of M. Okabe and K. Ito, "Color Universal Design", 2008, and five more that
readers with any kind of colour blindness tell from them, and from both losses.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cache
from typing import get_args

import plotly.graph_objects as go

from pages.ui.kit.palette_entries import ZERO_LEVEL
from pages.ui.stage.panels import Symbol, Tint

__all__ = [
    "CLASS_COLORS",
    "CLASS_SYMBOLS",
    "CROSS_ENTROPY",
    "EDGE",
    "EDGE_WIDTH",
    "GRID",
    "HINGE",
    "HINGE_TEXT",
    "INK",
    "MUTED",
    "NEGATIVE",
    "POSITIVE",
    "TARGET",
    "ZERO",
    "base_figure",
    "class_axis",
    "diverging_palette",
    "ink_palette",
    "plain",
    "region_palette",
]

CROSS_ENTROPY = "var(--cross-entropy)"
HINGE = "var(--hinge)"
HINGE_TEXT = "var(--hinge-text)"
"""For words and numbers, which need more contrast than lines."""
INK = "var(--ink)"
MUTED = "var(--muted)"
GRID = "var(--grid)"
ZERO = "var(--zero)"
POSITIVE = "var(--positive)"
NEGATIVE = "var(--negative)"
TARGET = "var(--target)"

# Blue and vermilion are kept for the two losses.
CLASS_COLORS = (
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#CC79A7",
    "#707070",
    "#F0E442",
    "#882255",
    "#B4E1A5",
    "#87F0F0",
    "#5A4B1E",
)
CLASS_SYMBOLS: tuple[Symbol, ...] = get_args(Symbol)
"""Points tell their class by shape, too."""

EDGE = MUTED
"""Around what is filled: on white, orange and sky blue alone are too pale."""
EDGE_WIDTH = 1


def plain(text: str) -> str:
    """Text that Plotly shows as it is, without reading tags or entities in it."""
    return html.escape(text, quote=False)


def base_figure() -> go.Figure:
    """Make an empty figure in the lab's look: no interaction that would get in a finger's way."""
    axis = {
        "gridcolor": GRID,
        "zerolinecolor": ZERO,
        "zerolinewidth": 1,
        "linecolor": ZERO,
        "title": {"font": {"size": 15}, "standoff": 6},
        "automargin": False,
        "fixedrange": True,
    }
    figure = go.Figure()
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "var(--st-font)", "color": INK},
        margin={"l": 52, "r": 14, "t": 14, "b": 34},
        showlegend=False,
        dragmode=False,
        hovermode=False,
        xaxis=axis,
        yaxis=axis,
    )
    return figure


def class_axis(figure: go.Figure, names: Sequence[str], *, room_below: int = 0) -> None:
    """Give the classes their places 0, 1, 2, ... on the x axis, with more pixels below if asked."""
    longest = max(len(name) for name in names)
    figure.update_xaxes(
        range=[-0.5, len(names) - 0.5],
        tickvals=list(range(len(names))),
        ticktext=[plain(name) for name in names],
        tickangle=-35 if longest * len(names) > 42 else 0,
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    slanted = 3 * min(longest, 16) if longest * len(names) > 42 else 0
    figure.update_layout(margin_b=34 + slanted + room_below, margin_l=52 + slanted // 2)


@cache
def region_palette(classes: int, levels: int = 16) -> tuple[Tint, ...]:
    """Colours of decision regions: entry class * levels + level, stronger with the level."""
    opacities = [0.16 + 0.38 * level / (levels - 1) for level in range(levels)]
    return tuple(Tint(CLASS_COLORS[k], opacity) for k in range(classes) for opacity in opacities)


@cache
def diverging_palette() -> tuple[Tint, ...]:
    """Colours of signed numbers, as `pages.ui.kit.palette_entries.diverging_levels` counts them."""
    shares = [(level - ZERO_LEVEL) / ZERO_LEVEL for level in range(2 * ZERO_LEVEL + 1)]
    return tuple(Tint(NEGATIVE if share < 0 else POSITIVE, 0.9 * abs(share)) for share in shares)


@cache
def ink_palette(levels: int = 17) -> tuple[Tint, ...]:
    """Colours of a picture drawn with ink on paper, as `palette_entries.ink_levels` counts them."""
    return tuple(Tint(INK, level / (levels - 1)) for level in range(levels))
