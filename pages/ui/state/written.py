"""Numbers and names as text: typed by hand, or in an address; and what of it cannot be used."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from core.tables.numbers import AmbiguousError, meanings, read_list

__all__ = [
    "LARGEST_SCORE",
    "Problem",
    "parse_list",
    "parse_number",
    "parse_numbers",
    "short",
    "split_names",
    "write_names",
    "write_number",
    "write_scores",
]

LARGEST_SCORE: Final = 1e6
MOST_TOLD: Final = 10
"""Numbers of a list of which it is told that they cannot be used."""


@dataclass(frozen=True)
class Problem:
    """A part of a parameter that cannot be used, why, and what is used instead.

    ``reason`` is the key of a sentence in ``ui/text``; ``limits`` fills its placeholders. Without
    ``used``, it is what is usual.
    """

    parameter: str
    value: str
    reason: str
    used: str = ""
    limits: Mapping[str, str] = field(default_factory=dict)


def short(text: str) -> str:
    """Cut a long text, for a sentence that names it."""
    return text if len(text) <= 40 else text[:39] + "…"


def write_number(value: float) -> str:
    """Shortest text that reads back as the same number."""
    if not math.isfinite(value):
        return repr(float(value))
    return repr(int(value)) if value == int(value) else repr(float(value))


def write_scores(scores: Sequence[float]) -> str:
    """Scores as they are typed and as they stand in the URL."""
    return ",".join(write_number(score) for score in scores)


def write_names(names: Sequence[str]) -> str:
    """Names as they are typed and as they stand in the URL: one line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


def split_names(text: str) -> list[str]:
    """Read one line of CSV; one that the reader takes for too long is one name."""
    line = "".join(character if character.isprintable() else " " for character in text)
    try:
        return [name.strip() for name in next(csv.reader([line], skipinitialspace=True), [])]
    except csv.Error:
        return [line]


def parse_number(text: str, parameter: str, used: float | None) -> tuple[float, Problem | None]:
    """Read a number; 0 if it cannot be used, and there is nothing else to use."""
    found = meanings(text)
    used_text = "" if used is None else write_number(used)
    if len(found) == 1:
        return _limited(text, found[0], parameter, used or 0.0, used_text)
    limits = dict(zip(("first", "second"), map(write_number, found), strict=False))
    reason = "two_numbers" if found else "number"
    return used or 0.0, Problem(parameter, short(text), reason, used_text, limits)


def _limited(
    text: str, value: float, parameter: str, used: float, used_text: str
) -> tuple[float, Problem | None]:
    if abs(value) <= LARGEST_SCORE:
        return value, None
    limits = {"largest": f"{LARGEST_SCORE:,.0f}"}
    return used, Problem(parameter, short(text), "size", used_text, limits)


def parse_list(text: str, parameter: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read numbers in a row, 0 for each that cannot be used; None if they can be others as well."""
    try:
        written = read_list(text)
    except AmbiguousError:
        return None, (Problem(parameter, short(text), "two_lists"),)
    read = [
        (0.0, Problem(parameter, short(part), "number", "0"))
        if number is None
        else _limited(part, number, parameter, 0.0, "0")
        for part, number in written
    ]
    problems = tuple(problem for _, problem in read if problem is not None)
    return tuple(value for value, _ in read), problems[:MOST_TOLD]


def parse_numbers(
    text: str, parameter: str, *, count: int, reason: str, largest: float, used: str
) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read as many numbers as there have to be, of limited size; None if they cannot be used.

    ``reason`` tells that there are more or fewer, with ``{count}``.
    """
    values, found = parse_list(text, parameter)
    problems = tuple(replace(problem, used=used) for problem in found)
    if values is not None and len(values) != count:
        problems = (Problem(parameter, short(text), reason, used, {"count": str(count)}),)
    elif values is not None and not problems and max(map(abs, values)) > largest:
        limits = {"least": f"−{largest:,g}", "most": f"{largest:,g}"}
        problems = (Problem(parameter, short(text), "range", used, limits),)
    return (None if problems else values), problems
