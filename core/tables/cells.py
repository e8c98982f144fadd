"""Numbers and names in the cells of a table."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.tables.faults import Answers, TableError, TableQuestionError
from core.tables.numbers import SIGNS, Sign, decimal_signs, meanings, value
from core.validation import FloatArray

__all__ = [
    "LONGEST_NAME",
    "Allowed",
    "check_name",
    "decimal_sign",
    "edited_text",
    "name_in",
    "read_numbers",
]

LONGEST_NAME: Final = 24

_GUARDED = re.compile(r"'+[=+\-@]")


@dataclass(frozen=True)
class Allowed:
    """What a number of a table may be: of limited size, and whether minus infinity."""

    largest: float
    reason: str
    is_infinite: bool = False


def name_in(cell: str) -> str:
    """Return the name in a cell, without what keeps a spreadsheet from computing it.

    Examples
    --------
    >>> name_in("'=cat"), name_in("'cat'")
    ('=cat', "'cat'")
    """
    return cell[1:] if _GUARDED.match(cell) else cell


def check_name(name: str, row: int, column: int) -> None:
    """Raise a `TableError` if a class cannot be called so."""
    if not name.isprintable():
        raise TableError("name_unprintable", row=row, column=column, value=name)
    if len(name) > LONGEST_NAME:
        raise TableError("name_long", row=row, column=column, value=name, longest=LONGEST_NAME)


def edited_text(cell: object) -> str:
    """Return the text of a cell of an edited table; None and NaN stand for an empty one.

    Examples
    --------
    >>> edited_text(1.5), edited_text(" cat "), edited_text(None)
    ('1.5', 'cat', '')
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell).strip()


def read_numbers(
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    columns: Sequence[int],
    allowed: Allowed,
    sign: Sign | None,
) -> FloatArray:
    """Read columns of numbers, all written with one decimal sign, or each by itself if None.

    Returns
    -------
    (rows, columns)

    Raises
    ------
    TableError
        For the first cell that is no number that is allowed.
    """
    read = [_floats([row[column] for row in rows], sign) for column in columns]
    numbers = np.array(read, dtype=np.float64).reshape(len(columns), len(rows)).T
    sizes = np.abs(numbers)
    if allowed.is_infinite:
        sizes = np.where(np.isneginf(numbers), 0.0, sizes)
    wrong = ~(sizes <= allowed.largest)
    if wrong.any():
        row, place = map(int, np.argwhere(wrong)[0])
        column = columns[place]
        raise _fault(rows[row][column], numbers[row, place], allowed, lines[row], column + 1, sign)
    return numbers


def _floats(cells: list[str], sign: Sign | None) -> list[float]:
    """The numbers of cells, NaN for what is none."""
    text = "\n".join(cells)
    # Python's own reader takes digits of all scripts, and signs between them.
    if text.isascii() and "_" not in text and "," not in text and sign != ",":
        try:
            return list(map(float, cells))
        except ValueError:
            pass
    return [_number(cell, sign) for cell in cells]


def _number(cell: str, sign: Sign | None) -> float:
    if sign is not None:
        number = value(cell, sign)
        return math.nan if number is None else number
    found = meanings(cell)
    return found[0] if len(found) == 1 else math.nan


def _fault(
    cell: str, number: float, allowed: Allowed, row: int, column: int, sign: Sign | None
) -> TableError:
    found = value(cell, sign or ".")
    reason, limits = "not_number", dict[str, str]()
    if not cell:
        reason = "empty_cell"
    elif found is not None and not math.isfinite(found):
        reason = "not_finite"
    elif math.isfinite(number):
        reason, limits = allowed.reason, {"largest": f"{allowed.largest:,.0f}"}
    elif sign is None and len(meanings(cell)) > 1:
        first, second = (f"{meaning:.15g}" for meaning in meanings(cell))
        reason, limits = "two_numbers", {"first": first, "second": second}
    elif meanings(cell):
        reason = "two_signs"
    return TableError(reason, row=row, column=column, value=cell, **limits)


def decimal_sign(
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    columns: Sequence[int],
    signs: Sequence[Sign],
    answers: Answers,
) -> Sign:
    """Find the decimal sign of a table, among those that there can be.

    Raises
    ------
    TableQuestionError
        If all its numbers can have been written with one or the other, and are different then.
    """
    if len(signs) == 1:
        return signs[0]
    unclear: tuple[int, int] | None = None
    for row, cells in enumerate(rows):
        for column in columns:
            cell = cells[column]
            if "," in cell or "." in cell or not cell.isascii():
                possible = decimal_signs([cell])
                if len(possible) == 1:
                    return possible.pop()
                if unclear is None and value(cell, ".") != value(cell, ","):
                    unclear = row, column
    if unclear is None:
        return "."
    row, column = unclear
    cell = rows[row][column]
    for sign in SIGNS:
        if answers.get("decimal") == sign:
            return sign
    options = {str(sign): f"{value(cell, sign):.15g}" for sign in SIGNS}
    raise TableQuestionError("decimal", options, row=lines[row], column=column + 1, value=cell)
