"""Handles: quantities that mouse, finger and keyboard can change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

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
        The result for each step: its arrays have an axis of steps in front. Places whose channel
        finds None in it keep what they show.
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

    @property
    def rows(self) -> int:
        """Number of steps, both ends included."""
        if self.grid is not None:
            return len(self.grid)
        if isinstance(self.minimum, tuple) or isinstance(self.maximum, tuple):
            return 0
        return round((self.maximum - self.minimum) / self.step) + 1

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
