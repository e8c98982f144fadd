"""Points in the plane as text: ``x1,x2,class`` a point, with semicolons between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from core.tables.numbers import value
from pages.ui.state.written import Problem, short, split_names, write_number

__all__ = [
    "LARGEST_COORDINATE",
    "MOST_EDITED_POINTS",
    "Point",
    "parse_groups",
    "parse_points",
    "write_points",
]

Point: TypeAlias = tuple[float, float, int]
"""Two coordinates, and the number of the class, from 0 on."""

MOST_EDITED_POINTS: Final = 60
"""As many points as can be dragged, and fit into an address."""

LARGEST_COORDINATE: Final = 1000.0
MOST_GROUPS: Final = 10
LONGEST_NAME: Final = 24


def write_points(points: Sequence[Point]) -> str:
    """Points as they stand in the URL."""
    return ";".join(f"{write_number(x)},{write_number(y)},{group}" for x, y, group in points)


def parse_points(text: str) -> tuple[tuple[Point, ...] | None, tuple[Problem, ...]]:
    """Read points; None if they cannot be used."""
    written = [part for part in text.split(";") if part.strip()]
    if not 1 <= len(written) <= MOST_EDITED_POINTS:
        limits = {"most": str(MOST_EDITED_POINTS)}
        return None, (Problem("points", str(len(written)), "point_count", limits=limits),)
    points: list[Point] = []
    for part in written:
        point = _point(part)
        if point is None:
            limits = {"largest": f"{LARGEST_COORDINATE:,g}", "last": str(MOST_GROUPS - 1)}
            return None, (Problem("points", short(part), "point", limits=limits),)
        points.append(point)
    return tuple(points), ()


def _point(text: str) -> Point | None:
    parts = text.split(",")
    if len(parts) != 3:
        return None
    x, y, group = (value(part, ".") for part in parts)
    if x is None or y is None or group not in range(MOST_GROUPS):
        return None
    is_near = abs(x) <= LARGEST_COORDINATE and abs(y) <= LARGEST_COORDINATE
    return (x, y, int(group)) if is_near and group is not None else None


def parse_groups(text: str) -> tuple[tuple[str, ...] | None, tuple[Problem, ...]]:
    """Read the names of the classes of points; None if they cannot be used."""
    names = split_names(text)
    is_usable = all(0 < len(name) <= LONGEST_NAME for name in names)
    if not (is_usable and len(set(names)) == len(names) and 2 <= len(names) <= MOST_GROUPS):
        limits = {"most": str(MOST_GROUPS), "longest": str(LONGEST_NAME)}
        return None, (Problem("groups", short(text), "groups", limits=limits),)
    return tuple(names), ()
