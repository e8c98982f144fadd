"""What the columns of a table are: numbers, the true class, or nothing that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.tables.cells import name_in
from core.tables.faults import Answers, Note, TableError, TableQuestionError
from core.tables.headings import is_index, is_prediction, is_sure, label_places
from core.tables.numbers import Sign, is_number, whole_number
from core.tables.sheet import Sheet

__all__ = ["Columns", "LabelledRows", "columns_of", "labelled"]

SAMPLED_ROWS: Final = 50
FEWEST_COUNTED: Final = 3
"""Rows from which on a first column that counts is noticed."""


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of a table by what they are, counted from 0.

    Attributes
    ----------
    headings : list of str or None
        Of all columns; None without a line of headings.
    heading_line : int
        The line of the headings.
    rows, lines
        The cells of all other rows, and their lines in the file.
    numbers : list of int
        The columns of numbers.
    labels : list of int
        The column of labels, or several that are 1 for one class each.
    notes : list of Note
        What was left out.
    """

    headings: list[str] | None
    heading_line: int
    rows: list[list[str]]
    lines: list[int]
    numbers: list[int]
    labels: list[int]
    notes: list[Note]


def columns_of(sheet: Sheet, answers: Answers, *, features: int | None = None) -> Columns:
    """Find out what each column is: by its heading, else by its cells.

    Parameters
    ----------
    sheet : Sheet
    answers : mapping
        To the questions ``headings`` and ``index``.
    features : int or None
        How many columns of numbers there have to be at least; None: as many as classes, two or
        more.

    Returns
    -------
    Columns

    Raises
    ------
    TableQuestionError
        If the first row can be one of headings, or the first column can count the rows.
    """
    headings, from_rows = _headings(sheet, answers)
    rows, lines = sheet.rows[from_rows:], sheet.lines[from_rows:]
    sample = [[row[column] for row in rows[:SAMPLED_ROWS]] for column in range(len(sheet.rows[0]))]
    kinds = [_kind(cells, sheet.signs) for cells in sample]
    left_out: dict[int, str] = {}
    for column, heading in enumerate(headings or ()):
        is_first = column == 0 or (column == 1 and kinds[0] == "text")
        if is_prediction(heading) and kinds[column] != "number":
            left_out[column] = "prediction"
        elif is_index(heading) and (
            kinds[column] == "text"
            or (kinds[column] == "whole" and is_first and _are_distinct(rows, column))
        ):
            left_out[column] = "index"
    labels = _label_columns(headings, kinds, rows, [*left_out], features)
    others = [column for column in range(len(kinds)) if column not in (*left_out, *labels)]
    for column in others:
        is_text = kinds[column] == "text" and len(rows) > 1
        if is_text and (headings is not None or _are_distinct(rows, column)):
            left_out[column] = "text"
    numbers = [column for column in others if column not in left_out]
    if _counts(headings, rows, numbers, features) and _is_index(sheet, answers):
        left_out[numbers.pop(0)] = "index"
    named = [f" ({heading})" if heading else "" for heading in headings or [""] * len(kinds)]
    notes = [
        Note(f"left_out_{why}", {"column": f"{column + 1}{named[column]}"})
        for column, why in sorted(left_out.items())
    ]
    return Columns(headings, sheet.lines[0], rows, lines, numbers, labels, notes)


def _kind(cells: Sequence[str], signs: Sequence[Sign]) -> str:
    """Whether most cells are numbers that can only be whole, other numbers or text."""
    filled = [cell for cell in cells if cell]
    numbers = [cell for cell in filled if is_number(cell)]
    if 2 * len(numbers) < len(filled) or not filled:
        return "text"
    are_whole = all(whole_number(cell, signs) is not None for cell in numbers)
    return "whole" if are_whole else "number"


def _headings(sheet: Sheet, answers: Answers) -> tuple[list[str] | None, int]:
    """The headings, and the first row below them."""
    first, below = sheet.rows[0], sheet.rows[1:SAMPLED_ROWS]
    numbers = [cell for cell in first if is_number(cell)]
    places = label_places(first)
    if not numbers or (places and _names_labels(first, places[0], numbers, below)):
        return first, 1
    is_over_numbers = any(
        cell and not is_number(cell) and all(is_number(row[column]) for row in below)
        for column, cell in enumerate(first)
    )
    if below and is_over_numbers and 2 * len(numbers) < len(first):
        return first, 1
    counted = [str(number) for number in range(len(first))]
    if below and first in (counted, ["", *counted[:-1]]):
        is_over_text = any(not any(map(is_number, cells)) for cells in zip(*below, strict=True))
        if (
            not first[0]
            or is_over_text
            or _answer(
                "headings",
                {"headings": "", "sample": ""},
                answers,
                row=sheet.lines[0],
                value=", ".join(first),
            )
            == "headings"
        ):
            return first, 1
    for comment in sheet.comments:
        if len(comment) == len(first) and label_places(comment):
            return comment, 0
    return None, 0


def _names_labels(
    first: Sequence[str], place: int, numbers: Sequence[str], below: Sequence[Sequence[str]]
) -> bool:
    """Whether a word for labels is a heading, and no class: y may be one, beside coordinates."""
    are_names = all(map(str.isdecimal, numbers)) and len(set(numbers)) == len(numbers)
    is_alone = all(row[place] != first[place] for row in below)
    return is_sure(first[place]) or (are_names and is_alone)


def _answer(
    reason: str,
    options: dict[str, str],
    answers: Answers,
    *,
    row: int | None = None,
    column: int | None = None,
    value: str = "",
) -> str:
    """What was answered; raise the question if nothing was."""
    if answers.get(reason) in options:
        return answers[reason]
    raise TableQuestionError(reason, options, row=row, column=column, value=value)


def _are_distinct(rows: Sequence[Sequence[str]], column: int) -> bool:
    return len({row[column] for row in rows}) == len(rows)


def _label_columns(
    headings: Sequence[str] | None,
    kinds: Sequence[str],
    rows: Sequence[Sequence[str]],
    left_out: Sequence[int],
    features: int | None,
) -> list[int]:
    named = [place for place in label_places(headings or ()) if place not in left_out]
    if named:
        return named[:1]
    free = [column for column in range(len(kinds)) if column not in left_out]
    # Without headings, text between numbers is a slip of the pen.
    ends = free if headings is not None else [*free[:1], *free[-1:]]
    text = [column for column in ends if kinds[column] == "text"]
    if text:
        return text[-1:]
    one_hot = _one_hot(rows, free, features)
    if one_hot:
        return one_hot
    whole = [column for column in free if kinds[column] == "whole"]
    return whole if len(whole) == 1 else free[-1:]


def _one_hot(rows: Sequence[Sequence[str]], free: Sequence[int], features: int | None) -> list[int]:
    """The last columns, if all rows have a single 1 among their zeros: one for each class."""
    count = len(free) // 2 if features is None else len(free) - features
    if len(rows) < 2 or count < 2 or (features is None and len(free) % 2):
        return []
    last = list(free[-count:])
    is_hot = all(
        sorted(whole_number(row[c]) or 0 for c in last)[-2:] == [0, 1]
        and all(whole_number(row[c]) in (0, 1) for c in last)
        for row in rows
    )
    return last if is_hot else []


def _counts(
    headings: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    features: int | None,
) -> bool:
    """Whether a first column without a heading may count the rows."""
    fewest = 2 if features is None else features
    if headings is not None or numbers[:1] != [0] or len(numbers) <= fewest:
        return False
    first = [whole_number(row[0]) for row in rows]
    return len(rows) >= FEWEST_COUNTED and any(
        first == list(range(start, start + len(rows))) for start in (0, 1)
    )


def _is_index(sheet: Sheet, answers: Answers) -> bool:
    options = {"left_out": "", "used": ""}
    return _answer("index", options, answers, column=1, value=sheet.rows[-1][0]) == "left_out"


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """The rows of a table that have a label, with what is written as theirs."""

    cells: list[list[str]]
    lines: list[int]
    labels: list[str]
    column: int
    notes: list[Note]


def labelled(columns: Columns, names: Sequence[str]) -> LabelledRows:
    """Leave out the rows without a label, and those whose label is -100.

    ``names`` are those of the classes, as far as they are known; where each has a column of its
    own, they are in that order.
    """
    place = columns.labels[0]
    labels = [name_in(row[place]) for row in columns.rows]
    if len(columns.labels) > 1:
        ones = [[whole_number(row[c]) for c in columns.labels].index(1) for row in columns.rows]
        labels = [names[one] for one in ones]
    kept = [
        index
        for index, label in enumerate(labels)
        if label in names or not (label.casefold() in ("", "nan") or whole_number(label) == -100)
    ]
    if not kept:
        raise TableError("no_labels", column=place + 1)
    missing = len(labels) - len(kept)
    return LabelledRows(
        [columns.rows[index] for index in kept],
        [columns.lines[index] for index in kept],
        [labels[index] for index in kept],
        place + 1,
        [Note("unlabelled", {"count": f"{missing:,}"})] if missing else [],
    )
