"""Tables of labelled points, x1, x2 and label, to a data set and back."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

import numpy as np

from core.learning.datasets import Dataset
from core.tables.table_text import (
    LONGEST_NAME,
    Line,
    TableError,
    cell_text,
    lines_of,
    number_in,
    separator_of,
    text_of,
)

__all__ = ["POINT_REASONS", "points_from_cells", "read_points", "write_points"]

COLUMNS: Final = ("x1", "x2", "label")
LARGEST_FILE: Final = 1_000_000
MOST_POINTS: Final = 2_000
FEWEST_CLASSES: Final = 2
MOST_CLASSES: Final = 10
LARGEST_COORDINATE: Final = 1e3

POINT_REASONS: Final = (
    "column_count",
    "coordinate_size",
    "empty",
    "empty_cell",
    "encoding",
    "file_kind",
    "file_size",
    "many_classes",
    "name_long",
    "name_unprintable",
    "not_finite",
    "not_number",
    "one_class",
    "point_count",
    "quote",
)
"""Every reason for which a table of points is refused."""

_LABEL_NAMES = ("label", "class", "target", "标签", "类别")


def read_points(table: str | bytes) -> Dataset:
    r"""Read a table of points in the plane and their classes.

    A row a point: two coordinates and a label. Separators are commas, semicolons, tabs or spaces;
    empty lines are left out. The first line is a header if it holds no number; the label is in the
    column called label, class or target, else in the last. A class is what is written as its label;
    where all are numbers the classes are in their order, else in order of appearance. Where the
    separator is no comma, a comma may stand for the decimal point.

    Parameters
    ----------
    table : str or bytes
        At most 1 MB; bytes are UTF-8, with or without a byte order mark.

    Returns
    -------
    Dataset
        Between 2 and 10 classes, at most 2000 points, coordinates between -1000 and 1000.

    Raises
    ------
    TableError
        If the table cannot be used: one of `POINT_REASONS`, with the first wrong row and column.

    References
    ----------
    RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".

    Examples
    --------
    >>> data = read_points("x1,x2,label\n0.5,0.4,red\n-0.4,0.3,blue")
    >>> data.names, data.points.tolist(), data.labels.tolist()
    (('red', 'blue'), [[0.5, 0.4], [-0.4, 0.3]], [0, 1])
    >>> read_points("0.5,0.4,1\n0.8,x,1")
    Traceback (most recent call last):
    core.tables.table_text.TableError: table has a fault (not_number) at row 2, column 2: 'x'
    """
    text = text_of(table, LARGEST_FILE)
    separator = separator_of(text)
    lines = lines_of(text, separator)
    first = next(lines, None)
    if first is None:
        raise TableError("empty")
    _check_width(first)
    if any(number_in(cell, separator) is not None for cell in first[1]):
        return _read(chain([first], lines), separator, len(COLUMNS) - 1)
    words = [cell.casefold() for cell in first[1]]
    label_at = next((words.index(name) for name in _LABEL_NAMES if name in words), len(words) - 1)
    return _read(lines, separator, label_at)


def points_from_cells(rows: Iterable[Sequence[object]]) -> Dataset:
    """Make a data set of the rows of an edited table: two coordinates, then the label.

    Parameters
    ----------
    rows : iterable of sequences
        Numbers or text; None and NaN count as an empty cell. Rows of empty cells are left out.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        As :func:`read_points`; rows and columns are counted from 1, without a header.

    Examples
    --------
    >>> points_from_cells([[0.5, 0.4, "red"], [None, None, None], [1, 2, 7]]).names
    ('red', '7')
    """
    lines = ((number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, 1))
    return _read(((number, cells) for number, cells in lines if any(cells)), ",", len(COLUMNS) - 1)


def write_points(dataset: Dataset) -> str:
    r"""Write points in the plane as CSV with a header.

    Parameters
    ----------
    dataset : Dataset
        Of two features.

    Returns
    -------
    str
        Numbers have as many digits as they need. :func:`read_points` reads the same points back, of
        the classes that have any; it puts the classes in its own order.

    Raises
    ------
    ValueError
        If there are not two features.

    Examples
    --------
    >>> write_points(Dataset(("A", "B"), [[0.5, 0.4], [1, 2]], [0, 1]))
    'x1,x2,label\n0.5,0.4,A\n1.0,2.0,B\n'
    """
    if dataset.features != 2:
        raise ValueError(f"dataset must have 2 features, got {dataset.features}")
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = zip(dataset.points.tolist(), dataset.labels.tolist(), strict=True)
    writer.writerows([*point, dataset.names[label]] for point, label in rows)
    return file.getvalue()


def _read(lines: Iterable[Line], separator: str | None, label_at: int) -> Dataset:
    points: list[list[float]] = []
    labels: list[str] = []
    for line in lines:
        _check_width(line)
        row, cells = line
        if len(points) == MOST_POINTS:
            raise TableError("point_count", row=row, value=f"> {MOST_POINTS}", most=MOST_POINTS)
        point: list[float] = []
        for column, cell in enumerate(cells, 1):
            if not cell:
                raise TableError("empty_cell", row=row, column=column)
            if column == label_at + 1:
                _check_name(cell, row, column)
                labels.append(cell)
            else:
                point.append(_coordinate(cell, separator, row, column))
        points.append(point)
        if len(set(labels)) > MOST_CLASSES:
            raise TableError(
                "many_classes", row=row, column=label_at + 1, value=labels[-1], most=MOST_CLASSES
            )
    if not points:
        raise TableError("empty")
    names = _in_order(labels)
    if len(names) < FEWEST_CLASSES:
        raise TableError("one_class", column=label_at + 1, value=names[0], least=FEWEST_CLASSES)
    numbers = {name: number for number, name in enumerate(names)}
    return Dataset(names, np.array(points), np.array([numbers[label] for label in labels]))


def _in_order(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the classes by their number if all have one, else as they appear."""
    names = list(dict.fromkeys(labels))
    numbers = [number_in(name, ",") for name in names]
    if any(number is None or not math.isfinite(number) for number in numbers):
        return tuple(names)
    return tuple(sorted(names, key=lambda name: number_in(name, ",") or 0.0))


def _check_width(line: Line) -> None:
    row, cells = line
    if len(cells) != len(COLUMNS):
        raise TableError("column_count", row=row, value=len(cells), columns=len(COLUMNS))


def _check_name(name: str, row: int, column: int) -> None:
    if not name.isprintable():
        raise TableError("name_unprintable", row=row, column=column, value=name)
    if len(name) > LONGEST_NAME:
        raise TableError("name_long", row=row, column=column, value=name, longest=LONGEST_NAME)


def _coordinate(cell: str, separator: str | None, row: int, column: int) -> float:
    number = number_in(cell, separator)
    if number is None:
        raise TableError("not_number", row=row, column=column, value=cell)
    if not math.isfinite(number):
        raise TableError("not_finite", row=row, column=column, value=cell)
    if abs(number) > LARGEST_COORDINATE:
        limit = f"{LARGEST_COORDINATE:,.0f}"
        raise TableError("coordinate_size", row=row, column=column, value=cell, largest=limit)
    return number
