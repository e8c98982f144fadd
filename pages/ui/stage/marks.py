"""Marks: points, numbers and cells that the stage draws over a panel, cheaper than a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from pages.ui.stage.channels import Source

__all__ = ["Arrow", "Cell", "Dot", "Label", "Mark", "Note", "Push", "Ring"]

_CHANNELS = ("x", "y", "to_x", "to_y", "numbers", "shades", "tones")
_LEFT_OUT = {
    "to_x": None,
    "to_y": None,
    "numbers": None,
    "shades": None,
    "levels": None,
    "decimals": (3,),
    "digits": None,
    "significant": None,
    "prefix": "",
    "choices": None,
    "side": "level",
    "size": (1.0, 1.0),
    "room": None,
    "is_round": False,
    "is_kept_in_view": False,
}


@dataclass(frozen=True)
class Mark:
    """Something at each of several points.

    Parameters
    ----------
    x, y
        Where, of the same length. Nothing is drawn where one of them is NaN.
    colors
        They repeat, unless there are tones.
    tones
        Which of the colours each point has.
    """

    kind: ClassVar[str]

    x: Source
    y: Source
    colors: tuple[str, ...] = ("var(--ink)",)
    tones: Source | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything that places its points or says what stands there."""
        given = (getattr(self, name, None) for name in _CHANNELS)
        return tuple(source for source in given if source is not None)

    @property
    def written(self) -> Source | None:
        """The numbers that stand there, if any."""
        return None

    def pack(self, panel: str, place: Callable[[Source], Any]) -> dict[str, Any]:
        """Write the mark for the browser; ``place`` gives the number of a channel's place."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in _CHANNELS:
            source = given.get(name)
            given[name] = None if source is None else place(source)
        return {**_LEFT_OUT, "panel": panel, "kind": self.kind, **given}


@dataclass(frozen=True)
class Dot(Mark):
    """A point."""

    kind = "dot"


@dataclass(frozen=True)
class Arrow(Mark):
    """An arrow from each point to another; none is drawn where they are the same."""

    kind = "arrow"

    to_x: Source = ()
    to_y: Source = ()


@dataclass(frozen=True)
class Ring(Mark):
    """An outline of the given width and height, in units of the axes.

    With ``is_kept_in_view`` a panel that is wider than the screen is scrolled to it when it moves.
    """

    kind = "ring"

    size: tuple[float, float] = (1.0, 1.0)
    is_round: bool = False
    is_kept_in_view: bool = False


@dataclass(frozen=True)
class _Written(Mark):
    """A mark that is a number.

    Parameters
    ----------
    numbers
        What is written, if it is not ``y``. NaN is written as nothing.
    decimals
        How many, and they repeat.
    significant
        Write so many significant digits instead, however small or large the number.
    digits
        Write at most so many significant digits instead, without trailing zeros, and no more than
        four decimals; for numbers of very different size where room is short.
    choices
        Texts of which the number picks one.
    """

    numbers: Source | None = None
    decimals: tuple[int, ...] = (3,)
    significant: int | None = None
    digits: int | None = None
    choices: tuple[str, ...] | None = None

    @property
    def written(self) -> Source | None:
        """The numbers that stand there."""
        return self.y if self.numbers is None else self.numbers


@dataclass(frozen=True)
class Label(_Written):
    """The number at the end of a bar."""

    kind = "label"


@dataclass(frozen=True)
class Push(_Written):
    """The same for a derivative, with an arrow to where descent pushes."""

    kind = "push"


@dataclass(frozen=True)
class Note(_Written):
    """A number beside a point, above, below or at it, after a ``prefix`` such as "Σ = ".

    ``room`` is the width of seven digits in units of the x axis; else the text is as large as the
    panel's.
    """

    kind = "text"

    prefix: str = ""
    side: Literal["above", "below", "level"] = "level"
    room: float | None = None


@dataclass(frozen=True)
class Cell(_Written):
    """A number in a coloured rectangle of the given ``size``, as in a heat map; NaN is written.

    Parameters
    ----------
    shades
        Strength of each cell's colour, -1 to 1; the sign picks the first or the second of
        ``colors``.
    levels
        Instead of shades, in rising order: the more of these sizes a cell's number reaches, the
        stronger is its colour; its sign picks the first or the second of ``colors``.
    """

    kind = "cell"

    shades: Source | None = None
    levels: tuple[float, ...] | None = None
    size: tuple[float, float] = (1.0, 1.0)
