"""Numbers and names as text: typed by hand, or in an address; and what of it cannot be used."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

__all__ = [
    "LARGEST_SCORE",
    "Problem",
    "parse_number",
    "parse_numbers",
    "parts_of",
    "short",
    "split_names",
    "write_names",
    "write_number",
    "write_scores",
]

LARGEST_SCORE: Final = 1e6


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
    """Read one line of CSV."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return [name.strip() for name in next(csv.reader([line], skipinitialspace=True), [])]


def parts_of(text: str) -> list[str]:
    """Split at commas, semicolons or spaces."""
    return [part for part in re.split(r"[,;\s，；、]+", text.strip()) if part]


def parse_number(text: str, parameter: str, used: float | None) -> tuple[float, Problem | None]:
    """Read a number; 0 if it cannot be used, and there is nothing else to use."""
    used_text = "" if used is None else write_number(used)
    try:
        value = float(text.strip().replace("−", "-"))
    except ValueError:
        return used or 0.0, Problem(parameter, short(text), "number", used_text)
    if not abs(value) <= LARGEST_SCORE:
        limits = {"largest": f"{LARGEST_SCORE:,.0f}"}
        return used or 0.0, Problem(parameter, short(text), "size", used_text, limits)
    return value, None


def parse_numbers(
    text: str, parameter: str, *, count: int, reason: str, largest: float, used: str
) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read as many numbers as there have to be, of limited size; None if they cannot be used.

    ``reason`` tells that there are more or fewer, with ``{count}``.
    """
    parts = parts_of(text)
    if len(parts) != count:
        return None, (Problem(parameter, short(text), reason, used, {"count": str(count)}),)
    read = [parse_number(part, parameter, 0.0) for part in parts]
    problems = [Problem(p.parameter, p.value, p.reason, used, p.limits) for _, p in read if p]
    values = tuple(value for value, _ in read)
    if not problems and max(map(abs, values)) > largest:
        limits = {"least": f"−{largest:,g}", "most": f"{largest:,g}"}
        problems = [Problem(parameter, short(text), "range", used, limits)]
    return (None if problems else values), tuple(problems)
