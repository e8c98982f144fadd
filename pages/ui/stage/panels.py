"""Panels: one picture each, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

import plotly.graph_objects as go

from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Mark

__all__ = ["LegendEntry", "Panel", "Picture", "Shape", "Symbol", "Tint"]


Symbol: TypeAlias = Literal[
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "star",
    "triangle-down",
    "hexagon",
    "x",
    "pentagon",
]
"""The shape of a point."""

Shape: TypeAlias = Literal["fill", "outline", "hatch", "line", "dots", "ring", "none"] | Symbol


class LegendEntry(NamedTuple):
    """A word beside its colour."""

    label: str
    color: str
    shape: Shape = "fill"


class Tint(NamedTuple):
    """A colour, and how much of what is below it is covered, from 0 to 1."""

    color: str
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Coloured pixels under the traces of a panel, such as decision regions, or an image.

    Parameters
    ----------
    pixels
        Channel of uint8 arrays that count in ``palette``.
    shape
        Rows and columns; the first row is at the top.
    extent
        Left, right, bottom and top edge in units of the axes.
    palette
        At most 256 colours, each with its opacity.
    smooth
        Whether to blur the edges between pixels.
    """

    pixels: Channel
    shape: tuple[int, int]
    extent: tuple[float, float, float, float]
    palette: tuple[Tint, ...]
    smooth: bool = False

    @property
    def size(self) -> int:
        """How many pixels it has."""
        return self.shape[0] * self.shape[1]

    def pack(self, panel: str, place: int, palette: int) -> dict[str, Any]:
        """Write the picture for the browser; its palette by its number."""
        return {
            "place": place,
            "panel": panel,
            "shape": self.shape,
            "extent": self.extent,
            "palette": palette,
            "smooth": self.smooth,
        }


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One figure with its marks, its legend and its words, and which number of a result goes where.

    Parameters
    ----------
    id
        Names the panel on its stage.
    figure
        Drawn without its moving numbers.
    show
        For (trace, attribute), such as ``(0, "y")`` for the heights of all bars, the channel that
        fills it.
    marks, pictures
        What is drawn on top of the traces and below them.
    title, alt
        Both may contain readouts as ``{id}``. ``alt`` tells the current values in words.
    legend
        What the colours mean.
    wide, tall
        A wide panel takes a row of its own; a tall one stands beside two rows where there are three
        columns.
    height
        A multiple of the usual height.
    ratio
        Width divided by height, for a drawing that keeps its shape; ``height`` is then the most
        that it takes.
    least_width
        A screen narrower than so many pixels scrolls the panel sideways.
    takes_points
        Whether it tells where its empty plane was clicked or tapped.
    is_covered
        Whether nothing but its axes is shown.
    over_steps
        Whether its curves run over the steps of the timeline.
    asked
        The numbers that a scene may ask for, if not those of the last mark; it is not drawn.
    """

    id: str
    figure: go.Figure
    title: str
    alt: str
    show: Mapping[tuple[int, str], Channel] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    pictures: tuple[Picture, ...] = ()
    legend: tuple[LegendEntry, ...] = ()
    wide: bool = False
    tall: bool = False
    height: float = 1.0
    least_width: int = 0
    ratio: float | None = None
    takes_points: bool = False
    is_covered: bool = False
    over_steps: bool = False
    asked: Mark | None = None

    def pack(self, alt: str, figure: str) -> dict[str, Any]:
        """Write the panel for the browser, with its spoken text filled and its figure as JSON."""
        names = (
            *("id", "title", "legend", "wide", "tall", "height", "least_width", "ratio"),
            *("takes_points", "is_covered", "over_steps"),
        )
        given = {name: getattr(self, name) for name in names}
        return {**given, "alt": alt, "figure": figure}
