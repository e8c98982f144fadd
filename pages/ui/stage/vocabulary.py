"""The words of the stage: spots, panels, handles, readouts, releases. No screen is needed here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pages.ui.stage.number_format import format_fixed, format_significant
from pages.ui.stage.panels import LegendEntry, Tint
from pages.ui.stage.release import Release

__all__ = [
    "FloatArray",
    "Handle",
    "LegendEntry",
    "Mark",
    "Numbers",
    "Panel",
    "Picture",
    "Place",
    "Readout",
    "Release",
    "Spot",
    "Tint",
    "Value",
    "spoken",
    "steps",
]

FloatArray: TypeAlias = NDArray[np.floating[Any]]
Numbers: TypeAlias = NDArray[np.floating[Any] | np.uint8]
Value: TypeAlias = float | tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """An attribute of a trace that an array of numbers fills, such as the heights of all bars."""

    panel: str
    trace: int
    attribute: str


Place: TypeAlias = Spot | str
"""Where numbers are shown: a :class:`Spot` in a figure, or the id of a readout, of marks, of a
picture, or of a handle that follows when another is moved."""


@dataclass(frozen=True)
class Panel:
    """One figure, drawn without its moving numbers: those come from the stage's ``now``.

    ``title`` may contain readouts as ``{id}``. ``alt`` tells the current values in words. A
    ``wide`` panel takes a row of its own; a ``tall`` one stands beside two rows where there are
    three columns. ``height`` is a multiple of the usual height. With ``ratio``, width divided by
    height, a drawing keeps its shape; ``height`` is then the most that it takes. A screen narrower
    than ``least_width`` pixels scrolls the panel sideways. A panel that ``takes_points`` tells
    where its empty plane was clicked or tapped.
    """

    id: str
    figure: go.Figure
    title: str
    alt: str
    legend: tuple[LegendEntry, ...] = ()
    wide: bool = False
    tall: bool = False
    height: float = 1.0
    least_width: int = 0
    ratio: float | None = None
    takes_points: bool = False


@dataclass(frozen=True)
class Picture:
    """Coloured pixels under the traces of a panel, such as decision regions, or an image.

    Parameters
    ----------
    id
        The place of its pixels: ``now`` and sweeps hold uint8 arrays that count in ``palette``.
    panel
        The panel that it is drawn on.
    shape
        Rows and columns; the first row is at the top.
    extent
        Left, right, bottom and top edge in units of the axes.
    palette
        At most 256 colours, each with its opacity.
    smooth
        Whether to blur the edges between pixels.
    """

    id: str
    panel: str
    shape: tuple[int, int]
    extent: tuple[float, float, float, float]
    palette: tuple[Tint, ...]
    smooth: bool = False


@dataclass(frozen=True)
class Mark:
    """Points, numbers or cells that the stage draws over a panel, cheaper than a trace.

    Parameters
    ----------
    panel, kind
        ``"label"``: the number at the end of a bar; ``"push"``: the same for a derivative, with an
        arrow to where descent pushes; ``"dot"``: a point; ``"ring"``: an outline of the given
        ``size``; ``"text"``: a number beside a point; ``"cell"``: a number in a coloured rectangle
        of the given ``size``, as in a heat map.
    x, y
        Where: fixed, or a place; of the same length. Nothing is drawn where one of them is NaN.
    numbers
        What is written, if it is not ``y``. NaN is written as nothing, but as NaN in a cell.
    decimals, prefix
        How a number is written; ``decimals`` repeats. ``prefix`` is such as ``"Σ = "``.
    significant
        Write so many significant digits instead, however small or large the number.
    digits
        Write at most so many significant digits instead, without trailing zeros, and no more than
        four decimals; for numbers of very different size where room is short.
    choices
        Texts of which the number picks one.
    shades
        Strength of each cell's colour, -1 to 1; the sign picks the first or the second of
        ``colors``.
    levels
        Instead of shades, in rising order: the more of these sizes a cell's number reaches, the
        stronger is its colour; its sign picks the first or the second of ``colors``.
    tones
        Which of ``colors`` each point has. Without tones and shades the colours repeat.
    side
        Where a text stands: above the point, below it, or at it.
    size
        Width and height of a cell or ring, in units of the axes.
    room
        Width of seven digits of a text, in units of the x axis; else a text is as large as the
        panel's.
    is_round
        Draw a ring as a circle or an ellipse.
    is_kept_in_view
        When the mark moves, scroll a panel that is wider than the screen to where it is.
    """

    panel: str
    kind: Literal["label", "push", "dot", "ring", "text", "cell"]
    x: tuple[float, ...] | Place
    y: tuple[float, ...] | Place
    numbers: Place | None = None
    decimals: tuple[int, ...] = (3,)
    significant: int | None = None
    digits: int | None = None
    prefix: str = ""
    choices: tuple[str, ...] | None = None
    shades: Place | None = None
    levels: tuple[float, ...] | None = None
    tones: Place | None = None
    colors: tuple[str, ...] = ("var(--ink)",)
    side: Literal["above", "below", "level"] = "level"
    size: tuple[float, float] = (1.0, 1.0)
    room: float | None = None
    is_round: bool = False
    is_kept_in_view: bool = False


@dataclass(frozen=True)
class Readout:
    """A live number, or, with ``choices``, the one of several texts that the number picks.

    A text may contain other readouts as ``{id}``. A readout without a label is not shown itself.
    With ``significant``, a number is written with at most so many significant digits, however small
    or large it is, and without trailing zeros.
    """

    id: str
    label: str | None = None
    decimals: int = 4
    significant: int | None = None
    choices: tuple[str, ...] | None = None
    tone: str = ""


@dataclass(frozen=True)
class Handle:
    """One quantity that mouse, finger and keyboard can change.

    Parameters
    ----------
    id, label
        The key of the value in a release, and the name that a screen reader speaks.
    value, minimum, maximum, step, decimals
        The value, and the grid on which it moves. With ``axis="xy"`` value, minimum and maximum
        are pairs. The present value may lie off the grid.
    mark
        ``"bar"``: the end of a bar; ``"point"``: a marker; ``"flag"``: a flag dragged among
        classes; ``"number"``: a number that stays in its place, and grows as the pointer goes
        to the right; ``"cell"``: the same over a mark of kind cell, which writes it;
        ``"slider"``: a value on a track of its own below the panels; ``"timeline"``: the same with
        play and pause.
    panel, axis, at
        Where it is: the axis along which it moves, and its place on the other axis
        (None: at the lower edge of the panel); x and y of a number. A slider and a timeline have no
        panel.
    origin
        A place whose number the value is counted down from: the handle stands at that number less
        its value, such as a margin below a score. None: the handle stands at its value.
    grid
        All values in rising order, if they are not equally far apart; ``step`` is not used then.
    sweep
        What each place shows for each step: arrays of shape (steps, n). Places that a sweep leaves
        out keep what they show.
    focus
        What changes as soon as the handle is taken, such as the curve along its axis; None if
        nothing does.
    moves
        For a handle without a sweep: (coordinate, place, index) of the numbers that follow it; a
        single value is coordinate 0. A place may be the id of another handle, which follows, too.
    live
        Send throttled updates during the drag: for a handle whose effect cannot be tabulated.
    names
        Texts to speak instead of the values 0, 1, 2, ...
    rate
        Steps a second of a timeline that plays.
    limits
        Least and largest value that may be typed.
    is_removable
        Whether Delete, or a double click or tap, asks for its removal.
    """

    id: str
    label: str
    value: Value
    minimum: Value
    maximum: Value
    step: float = 1.0
    decimals: int = 2
    mark: Literal["bar", "point", "flag", "number", "cell", "slider", "timeline"] = "point"
    panel: str | None = None
    axis: Literal["x", "y", "xy"] = "y"
    at: float | tuple[float, float] | None = None
    color: str = "var(--st-primary-color)"
    sweep: Mapping[Place, Numbers] = field(default_factory=dict)
    focus: Mapping[Place, FloatArray] | None = None
    moves: tuple[tuple[int, Place, int], ...] = ()
    live: bool = False
    names: tuple[str, ...] | None = None
    flag: str = ""
    rate: float = 30.0
    limits: tuple[float, float] = (-1e6, 1e6)
    grid: tuple[float, ...] | None = None
    origin: Place | None = None
    is_removable: bool = False

    @property
    def rows(self) -> int:
        """Number of steps of the sweep, both ends included."""
        if self.grid is not None:
            return len(self.grid)
        if isinstance(self.minimum, tuple) or isinstance(self.maximum, tuple):
            return 0
        return round((self.maximum - self.minimum) / self.step) + 1


def steps(minimum: float, maximum: float, step: float, decimals: int) -> FloatArray:
    """Grid of a handle, both ends included, rounded as the stage rounds it."""
    return np.round(minimum + step * np.arange(round((maximum - minimum) / step) + 1), decimals)


def spoken(readouts: Sequence[Readout], now: Mapping[Place, Numbers], template: str) -> str:
    """Fill the ``{id}`` of a template with the readouts' present texts, as the stage does."""
    by_id = {readout.id: readout for readout in readouts}

    def word(found: re.Match[str]) -> str:
        readout = by_id.get(found[1])
        if readout is None:
            return found[0]
        value = float(np.ravel(now[readout.id])[0])
        if readout.choices is None:
            if readout.significant is not None:
                return format_significant(value, readout.significant, trimmed=True)
            return format_fixed(value, readout.decimals)
        return readout.choices[int(value)]

    return re.sub(r"\{(\w+)\}", word, template)
