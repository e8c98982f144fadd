"""Tables of scores and labels, as text or as the bytes of a file, to a batch and back.

A table that is as it should be is read by NumPy's own parser. Only when that fails, or when what it
read cannot be a batch, are the cells looked at one by one, to name the first wrong one.
"""

from __future__ import annotations

import csv
import io
import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from core.losses.batch import Batch
from core.tables.table_text import (
    LARGEST_FILE,
    LONGEST_NAME,
    SEPARATORS,
    Line,
    TableError,
    cell_text,
    lines_of,
    number_in,
    separator_of,
    text_of,
)
from core.validation import LabelArray

__all__ = [
    "LABEL_COLUMN",
    "REASONS",
    "TableError",
    "batch_from_cells",
    "read_table",
    "write_table",
]

LABEL_COLUMN: Final = "label"
"""Name of the column of true classes in the tables that are written."""

MOST_ROWS: Final = 200_000
FEWEST_CLASSES: Final = 2
MOST_CLASSES: Final = 10
LARGEST_SCORE: Final = 1e6

REASONS: Final = (
    "class_count",
    "empty_cell",
    "empty",
    "encoding",
    "file_kind",
    "file_size",
    "label_range",
    "label_unknown",
    "name_empty",
    "name_long",
    "name_twice",
    "name_unprintable",
    "not_finite",
    "not_number",
    "quote",
    "ragged",
    "row_count",
    "score_size",
)
"""Every reason for which a table is refused."""

_DEFAULT_NAMES = "ABCDEFGHIJ"
_LABEL_NAMES = (LABEL_COLUMN, "class", "y", "标签", "类别")


def read_table(
    table: str | bytes, *, largest_file: int = LARGEST_FILE, most_rows: int = MOST_ROWS
) -> Batch:
    r"""Read a table of scores and labels.

    A row a sample, a column a class, and a column of labels: the one called label, class or y, else
    the last. Separators are commas, semicolons, tabs or spaces; empty lines are left out. The first
    line is a header if it names the label column or holds no number; without one the classes are
    called A, B, C, ... A label is the name of a class or its number, counted from 0; if all labels
    are names, they are taken as names even where names are numbers. Where the separator is no
    comma, a comma may stand for the decimal point.

    Parameters
    ----------
    table : str or bytes
        Bytes are UTF-8, with or without a byte order mark.
    largest_file : int
        The largest size, in bytes.
    most_rows : int
        The largest number of samples.

    Returns
    -------
    Batch
        Between 2 and 10 classes, scores between -1e6 and 1e6.

    Raises
    ------
    TableError
        If the table cannot be used; it tells the first wrong row and column.

    References
    ----------
    RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".

    Examples
    --------
    >>> batch = read_table("cat,car,frog,label\n3.2,5.1,-1.7,cat\n1.3,4.9,2.0,car")
    >>> batch.names, batch.scores.tolist(), batch.labels.tolist()
    (('cat', 'car', 'frog'), [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0]], [0, 1])
    >>> read_table("3.2 5.1 0\n1.3 x 1")
    Traceback (most recent call last):
    core.tables.table_text.TableError: table has a fault (not_number) at row 2, column 2: 'x'
    """
    text = text_of(table, largest_file)
    separator = separator_of(text)
    number, cells = next(lines_of(text, separator), (0, []))
    if not cells:
        raise TableError("empty")
    has_header = _is_header(cells)
    label_at = _label_column(cells) if has_header else len(cells) - 1
    names = _class_names(cells if has_header else None, len(cells) - 1, label_at, number)

    skipped = number if has_header else number - 1
    batch = _read_fast(text, separator, skipped, label_at, names, most_rows)
    if batch is not None:
        return batch
    lines = lines_of(text, separator)
    if has_header:
        next(lines)
    return _read_carefully(lines, separator, label_at, names, most_rows)


def batch_from_cells(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Batch:
    """Make a batch of the rows of an edited table: the scores, then the label.

    Parameters
    ----------
    names : sequence of str
        The classes.
    rows : iterable of sequences
        Numbers or text; None and NaN count as an empty cell. Rows of empty cells are left out.

    Returns
    -------
    Batch

    Raises
    ------
    TableError
        As :func:`read_table`; rows and columns are counted from 1, without a header.

    Examples
    --------
    >>> batch_from_cells(("cat", "car"), [[3.2, 5.1, "car"], [1, 2, 0]]).labels.tolist()
    [1, 0]
    """
    lines = ((number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, 1))
    filled = ((number, cells) for number, cells in lines if any(cells))
    checked = _class_names([*names, LABEL_COLUMN], len(names), len(names), 1)
    return _read_carefully(filled, ",", len(names), checked, MOST_ROWS)


def write_table(batch: Batch) -> str:
    r"""Write a batch as CSV with a header; :func:`read_table` reads the same batch back.

    Parameters
    ----------
    batch : Batch

    Returns
    -------
    str
        Numbers have as many digits as they need; labels are names.

    Examples
    --------
    >>> write_table(Batch(("cat", "car"), [[3.2, 5.0]], [1]))
    'cat,car,label\n3.2,5.0,car\n'
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    # A name is not to be mistaken for what separates the names.
    is_risky = any(separator in name for name in batch.names for separator in SEPARATORS)
    header = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL) if is_risky else writer
    header.writerow([*batch.names, LABEL_COLUMN])
    rows = zip(batch.scores.tolist(), batch.labels.tolist(), strict=True)
    writer.writerows([*scores, batch.names[label]] for scores, label in rows)
    return file.getvalue()


def _is_header(cells: Sequence[str]) -> bool:
    is_named = any(cell.casefold() in _LABEL_NAMES for cell in cells)
    return is_named or all(number_in(cell, None) is None for cell in cells)


def _label_column(header: Sequence[str]) -> int:
    words = [cell.casefold() for cell in header]
    for name in _LABEL_NAMES:
        if name in words:
            # The last: a class may be called so, too.
            return len(words) - 1 - words[::-1].index(name)
    return len(words) - 1


def _class_names(
    header: Sequence[str] | None, classes: int, label_at: int, row: int
) -> tuple[str, ...]:
    """The names in a header, or A, B, C, ... if there is none."""
    if not FEWEST_CLASSES <= classes <= MOST_CLASSES:
        limits = {"least": FEWEST_CLASSES, "most": MOST_CLASSES}
        raise TableError("class_count", row=row, value=classes, **limits)
    if header is None:
        return tuple(_DEFAULT_NAMES[:classes])
    names: list[str] = []
    for column, name in enumerate(header, 1):
        if column == label_at + 1:
            continue
        reason = (
            "name_empty"
            if not name
            else "name_unprintable"
            if not name.isprintable()
            else "name_long"
            if len(name) > LONGEST_NAME
            else "name_twice"
            if name in names
            else None
        )
        if reason is not None:
            raise TableError(reason, row=row, column=column, value=name, longest=LONGEST_NAME)
        names.append(name)
    return tuple(names)


def _read_fast(
    text: str,
    separator: str | None,
    skipped: int,
    label_at: int,
    names: tuple[str, ...],
    most_rows: int,
) -> Batch | None:
    """Read a table without a fault; None if there may be one."""
    fields: list[tuple[Any, ...]] = [
        ("before", np.float64, (label_at,)),
        ("label", f"U{LONGEST_NAME + 1}"),
        ("after", np.float64, (len(names) - label_at,)),
    ]
    try:
        with warnings.catch_warnings(action="ignore"):  # that there is no row
            table = np.loadtxt(
                io.StringIO(text, newline=None),
                dtype=np.dtype(fields),
                delimiter=separator,
                comments=None,
                quotechar='"',
                skiprows=skipped,
                max_rows=most_rows + 1,
                ndmin=1,
            )
    except ValueError:
        return None
    if len(table) > most_rows:
        raise TableError("row_count", value=f"> {most_rows}", most=most_rows)
    scores = np.concatenate([table["before"], table["after"]], axis=1)
    # A NaN counts as the largest entry.
    if not (len(table) and np.abs(scores).max() <= LARGEST_SCORE):
        return None
    labels = _class_numbers(np.strings.strip(table["label"]).tolist(), names)
    return None if labels is None else Batch(names, scores, labels)


def _read_carefully(
    lines: Iterable[Line],
    separator: str | None,
    label_at: int,
    names: tuple[str, ...],
    most_rows: int,
) -> Batch:
    """Read a table cell by cell, up to the first fault."""
    scores: list[list[float]] = []
    labels: list[str] = []
    width = len(names) + 1
    for row, cells in lines:
        if len(scores) == most_rows:
            raise TableError("row_count", row=row, value=f"> {most_rows}", most=most_rows)
        if len(cells) != width:
            column = min(len(cells), width) + 1
            raise TableError("ragged", row=row, column=column, value=len(cells), cells=width)
        numbers: list[float] = []
        for column, cell in enumerate(cells, 1):
            place = {"row": row, "column": column}
            if not cell:
                raise TableError("empty_cell", **place)
            if column == label_at + 1:
                _check_label(cell, names, **place)
            else:
                numbers.append(_score(cell, separator, **place))
        scores.append(numbers)
        labels.append(cells[label_at])
    if not scores:
        raise TableError("empty")
    checked = _class_numbers(labels, names)
    assert checked is not None  # each label was checked
    return Batch(names, np.array(scores), checked)


def _score(cell: str, separator: str | None, *, row: int, column: int) -> float:
    number = number_in(cell, separator)
    if number is None:
        raise TableError("not_number", row=row, column=column, value=cell)
    if not math.isfinite(number):
        raise TableError("not_finite", row=row, column=column, value=cell)
    if abs(number) > LARGEST_SCORE:
        limit = f"{LARGEST_SCORE:,.0f}"
        raise TableError("score_size", row=row, column=column, value=cell, largest=limit)
    return number


def _class_numbers(labels: Sequence[str], names: tuple[str, ...]) -> LabelArray | None:
    """Number of the class that each label means; None if one means none."""
    distinct = set(labels)
    by_name = {name: number for number, name in enumerate(names)}
    by_number = {
        label: number
        for label in distinct
        if (number := _label_number(label)) is not None and 0 <= number < len(names)
    }
    # Names win unless all labels are numbers and some of them no names.
    are_numbers = distinct <= by_number.keys() and not distinct <= by_name.keys()
    meaning = by_number if are_numbers else by_number | by_name
    if not distinct <= meaning.keys():
        return None
    return np.fromiter(map(meaning.__getitem__, labels), dtype=np.intp, count=len(labels))


def _label_number(label: str) -> int | None:
    number = number_in(label, ",")
    return int(number) if number is not None and number.is_integer() else None


def _check_label(cell: str, names: tuple[str, ...], *, row: int, column: int) -> None:
    number = _label_number(cell)
    if cell in names or number in range(len(names)):
        return
    reason = "label_unknown" if number is None else "label_range"
    limits = {"last": len(names) - 1, "names": ", ".join(names)}
    raise TableError(reason, row=row, column=column, value=cell, **limits)
