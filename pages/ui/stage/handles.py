"""Handles: quantities that mouse, finger and keyboard can change."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pages.ui.stage.channels import Channel, FloatArray

__all__ = [
    "Bar",
    "CellHandle",
    "Flag",
    "Handle",
    "NumberHandle",
    "Point",
    "Slider",
    "Timeline",
    "Value",
    "steps",
]

Value: TypeAlias = float | tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Handle:
    """One quantity, and everything that its steps change.

    Parameters
    ----------
    id, label
        The key of the value in a release, and the name that a screen reader speaks.
    value, minimum, maximum, step, decimals
        The value, and the grid on which it moves. The present value may lie off the grid.
    grid
        All values in rising order, if they are not equally far apart; ``step`` is not used then.
    sweep
        The result for each step: its arrays have an axis of steps in front; in the plane of all
        pairs of steps, y counting faster. Places whose channel finds None in it keep what they
        show.
    focus
        The result that is shown as soon as the handle is taken, such as the curve along its axis.
    follows
        The channel of its value, when another handle moves it.
    moves
        For a handle without a sweep: (coordinate, channel, index) of the numbers that follow it; a
        single value is coordinate 0.
    live
        Send throttled updates during the drag: for a handle whose effect cannot be tabulated.
    names
        Texts to speak instead of the values 0, 1, 2, ...
    limits
        Least and largest value that may be typed.
    is_fixed
        Whether it only shows its value, and cannot be taken.
    cells
        For a handle with two coordinates whose sweep has not a row for each place of its grid: the
        row of each, (steps in x, steps in y), in order. Where ``follows`` then is, the handle
        stands.
    told
        What is spoken of a place in the plane, with its coordinates as ``{x}`` and ``{y}``, and
        readouts as ``{id}``.
    """

    kind: ClassVar[str]

    id: str
    label: str
    value: Value
    minimum: Value
    maximum: Value
    step: float = 1.0
    decimals: int = 2
    color: str = "var(--st-primary-color)"
    sweep: Any = None
    focus: Any = None
    follows: Channel | None = None
    moves: tuple[tuple[int, Channel, int], ...] = ()
    live: bool = False
    names: tuple[str, ...] | None = None
    limits: tuple[float, float] = (-1e6, 1e6)
    grid: tuple[float, ...] | None = None
    is_fixed: bool = False
    cells: NDArray[np.uint16] | None = field(default=None, compare=False)
    told: str = ""

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of steps of each coordinate, both ends included."""
        if self.grid is not None:
            return (len(self.grid),)
        lows, highs = (
            end if isinstance(end, tuple) else (end,) for end in (self.minimum, self.maximum)
        )
        ends = zip(lows, highs, strict=True)
        return tuple(round((high - low) / self.step) + 1 for low, high in ends)

    @property
    def rows(self) -> int:
        """Number of rows of its sweep: all steps, in the plane those in x times those in y."""
        return math.prod(self.counts) if self.cells is None else int(self.cells.max()) + 1

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels of the handle itself, beside those of the panels."""
        return () if self.follows is None else (self.follows,)

    def pack(self, place: Callable[[Channel], Any]) -> dict[str, Any]:
        """Write the handle for the browser; ``place`` gives the number of a channel's place."""
        return {
            "id": self.id,
            "label": self.label,
            "value": self.value,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "step": self.step,
            "decimals": self.decimals,
            "mark": self.kind,
            "color": self.color,
            "live": self.live,
            "names": self.names,
            "limits": self.limits,
            "grid": self.grid,
            "rows": self.rows if self.sweep is not None else 0,
            "follows": None if self.follows is None else place(self.follows),
            "panel": None,
            "axis": "x",
            "at": None,
            "flag": "",
            "rate": 0.0,
            "origin": None,
            "is_removable": False,
            "is_fixed": self.is_fixed,
            "told": self.told,
        }


@dataclass(frozen=True, kw_only=True)
class _OnPanel(Handle):
    """A handle on a panel, which moves along an axis; ``at`` is its place on the other one.

    Where ``at`` is None it is at the lower edge of the panel. With ``origin``, a channel, the
    handle stands at that number less its value, such as a margin below a score.
    """

    panel: str
    axis: Literal["x", "y", "xy"] = "y"
    at: float | tuple[float, float] | None = None
    origin: Channel | None = None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels of the handle itself, beside those of the panels."""
        return super().channels if self.origin is None else (*super().channels, self.origin)

    def pack(self, place: Callable[[Channel], Any]) -> dict[str, Any]:
        """Write the handle for the browser."""
        origin = None if self.origin is None else place(self.origin)
        spot = {"panel": self.panel, "axis": self.axis, "at": self.at, "origin": origin}
        return super().pack(place) | spot


@dataclass(frozen=True, kw_only=True)
class Bar(_OnPanel):
    """The end of a bar."""

    kind = "bar"


@dataclass(frozen=True, kw_only=True)
class Point(_OnPanel):
    """A marker; with ``axis="xy"`` value, minimum and maximum are pairs.

    One that ``is_removable`` asks for its removal on Delete, or on a double click or tap.
    """

    kind = "point"

    is_removable: bool = False

    def pack(self, place: Callable[[Channel], Any]) -> dict[str, Any]:
        """Write the handle for the browser."""
        return super().pack(place) | {"is_removable": self.is_removable}


@dataclass(frozen=True, kw_only=True)
class Flag(_OnPanel):
    """A flag with a word on it, which is dragged among classes."""

    kind = "flag"

    axis: Literal["x", "y", "xy"] = "x"
    decimals: int = 0
    flag: str

    def pack(self, place: Callable[[Channel], Any]) -> dict[str, Any]:
        """Write the handle for the browser."""
        return super().pack(place) | {"flag": self.flag}


@dataclass(frozen=True, kw_only=True)
class NumberHandle(_OnPanel):
    """A number that stays in its place, and grows as the pointer goes to the right."""

    kind = "number"

    axis: Literal["x", "y", "xy"] = "x"


@dataclass(frozen=True, kw_only=True)
class CellHandle(NumberHandle):
    """The same over a mark of kind cell, which writes it."""

    kind = "cell"


@dataclass(frozen=True, kw_only=True)
class Slider(Handle):
    """A value on a track of its own below the panels."""

    kind = "slider"


@dataclass(frozen=True, kw_only=True)
class Timeline(Handle):
    """The same with play and pause; it plays so many steps a second."""

    kind = "timeline"

    decimals: int = 0
    rate: float = 30.0

    def pack(self, place: Callable[[Channel], Any]) -> dict[str, Any]:
        """Write the handle for the browser."""
        return super().pack(place) | {"rate": self.rate}


def steps(minimum: float, maximum: float, step: float, decimals: int) -> FloatArray:
    """Grid of a handle, both ends included, rounded as the stage rounds it."""
    return np.round(minimum + step * np.arange(round((maximum - minimum) / step) + 1), decimals)
