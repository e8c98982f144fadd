"""Tables of labelled points, x1, x2 and label, to a data set and back."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.learning.datasets import Dataset
from core.tables.cells import Allowed, check_name, decimal_sign, edited_text, read_numbers
from core.tables.columns import Columns, columns_of, labelled
from core.tables.faults import NO_ANSWERS, Answers, Note, TableError, TableQuestionError
from core.tables.headings import LABEL_COLUMN
from core.tables.numbers import value
from core.tables.sheet import sheet_of
from core.tables.writing import csv_text
from core.validation import FloatArray

__all__ = [
    "LARGEST_COORDINATE",
    "MOST_CLASSES",
    "MOST_POINTS",
    "POINT_REASONS",
    "PointReading",
    "points_from_cells",
    "read_points",
    "write_points",
]

COLUMNS: Final = ("x1", "x2", LABEL_COLUMN)
LARGEST_FILE: Final = 1_000_000
MOST_POINTS: Final = 2_000
FEWEST_CLASSES: Final = 2
MOST_CLASSES: Final = 10
LARGEST_COORDINATE: Final = 1e3
MOST_OFFERED: Final = 6
"""Features of which any two are offered."""
LARGEST_UNSCALED: Final = 10.0
"""Coordinates beyond this have units of their own, in which training would not get on."""
SCALED_DECIMALS: Final = 4

_COORDINATE: Final = Allowed(LARGEST_COORDINATE, "coordinate_size")
_FINITE: Final = Allowed(float(np.finfo(np.float64).max) ** 0.5, "coordinate_size")

POINT_REASONS: Final = (
    "column_count",
    "coordinate_size",
    "decimal",
    "empty",
    "empty_cell",
    "encoding",
    "encoding_unknown",
    "features",
    "file_kind",
    "file_size",
    "headings",
    "index",
    "line_long",
    "many_classes",
    "name_long",
    "name_unprintable",
    "no_labels",
    "not_finite",
    "not_number",
    "one_class",
    "one_class_left",
    "point_count",
    "quote",
    "ragged",
    "two_numbers",
    "two_signs",
    "wide",
)
"""Every reason for which a table of points is refused, or asked about."""


@dataclass(frozen=True, eq=False)
class PointReading:
    """Points, what was understood of their table, and whether they were standardised."""

    dataset: Dataset
    notes: Sequence[Note]
    is_scaled: bool


def read_points(table: str | bytes, answers: Answers = NO_ANSWERS) -> PointReading:
    r"""Read a table of points in the plane and their classes.

    A row a point: two coordinates and a label, in the layouts of
    :func:`core.tables.sheet.sheet_of` and :func:`core.tables.columns.columns_of`. A class is what
    is written as its label; labels that are all numbers are compared and ordered as such, others
    are in order of appearance. Points without a label, or with -100, are left out. Where there are
    coordinates beyond 10, both features are standardised, to a mean of 0 and a standard deviation
    of 1, unless ``answers["scale"]`` is "as_is".

    Parameters
    ----------
    table : str or bytes
        At most 1 MB.
    answers : mapping
        The options that were chosen where a `TableQuestionError` was raised, by its reason.

    Returns
    -------
    PointReading
        Between 2 and 10 classes, at most 2000 points, coordinates between -1000 and 1000.

    Raises
    ------
    TableError
        If the table cannot be used: one of `POINT_REASONS`, with the first wrong row and column.
    TableQuestionError
        If it can mean several things, or has more than two features.

    References
    ----------
    RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".

    Examples
    --------
    >>> data = read_points("x1,x2,label\n0.5,0.4,red\n-0.4,0.3,blue").dataset
    >>> data.names, data.points.tolist(), data.labels.tolist()
    (('red', 'blue'), [[0.5, 0.4], [-0.4, 0.3]], [0, 1])
    >>> read_points("0.5,0.4,1\n0.8,x,1")
    Traceback (most recent call last):
    core.tables.faults.TableError: table has a fault (not_number) at row 2, column 2: 'x'
    """
    sheet = sheet_of(table, answers, largest_file=LARGEST_FILE, most_rows=MOST_POINTS)
    columns = columns_of(sheet, answers, features=2)
    if not columns.rows:
        raise TableError("empty")
    if len(columns.rows) > MOST_POINTS:
        row = columns.lines[MOST_POINTS]
        raise TableError("point_count", row=row, value=f"> {MOST_POINTS}", most=MOST_POINTS)
    used, unused = _features(columns, answers)
    count = len(columns.labels)
    headings = columns.headings
    one_hot = [headings[c] if headings else str(c - columns.labels[0]) for c in columns.labels]
    rows = labelled(columns, one_hot if count > 1 else ())
    sign = decimal_sign(rows.cells, rows.lines, used, sheet.signs, answers)
    is_scaled = answers.get("scale") != "as_is"
    points = read_numbers(rows.cells, rows.lines, used, _FINITE if is_scaled else _COORDINATE, sign)
    points, scaled = _standardised(points) if is_scaled else (points, [])
    dataset = _dataset(points, _same_numbers(rows.labels), rows.lines, rows.column)
    size = {"size": f"{dataset.size:,}", "names": ", ".join(dataset.names)}
    names = {"names": ", ".join(_heading(columns, column) for column in used)}
    kind = "labels_one_hot" if count > 1 else "labels_in"
    places = {"column": str(columns.labels[0] + 1), "last": str(columns.labels[-1] + 1)}
    notes = [Note("points", size), Note(kind, places), *rows.notes, *columns.notes]
    notes += [Note("features", names)] if unused else []
    notes += [Note("decimal_comma")] if sign == "," else []
    return PointReading(dataset, [*notes, *scaled, *sheet.notes], bool(scaled))


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
    >>> points_from_cells([["0,5", 0.4, "red"], [None, None, None], [1, 2, 7]]).names
    ('red', '7')
    """
    written = [(number, list(map(edited_text, row))) for number, row in enumerate(rows, 1)]
    lines = [number for number, cells in written if any(cells)]
    filled = [cells for _, cells in written if any(cells)]
    if not filled:
        raise TableError("empty")
    if len(filled) > MOST_POINTS:
        row = lines[MOST_POINTS]
        raise TableError("point_count", row=row, value=f"> {MOST_POINTS}", most=MOST_POINTS)
    points = read_numbers(filled, lines, (0, 1), _COORDINATE, None)
    labels = [cells[2] for cells in filled]
    if "" in labels:
        raise TableError("empty_cell", row=lines[labels.index("")], column=len(COLUMNS))
    return _dataset(points, labels, lines, len(COLUMNS))


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
    '\ufeffx1,x2,label\n0.5,0.4,A\n1.0,2.0,B\n'
    """
    if dataset.features != 2:
        raise ValueError(f"dataset must have 2 features, got {dataset.features}")
    rows = zip(dataset.points.tolist(), dataset.labels.tolist(), strict=True)
    return csv_text(COLUMNS, ([*point, dataset.names[label]] for point, label in rows))


def _features(columns: Columns, answers: Answers) -> tuple[list[int], list[int]]:
    """The columns of the two coordinates, and the other ones."""
    numbers = columns.numbers
    if len(numbers) < 2:
        raise TableError(
            "column_count", row=columns.lines[0], value=len(columns.rows[0]), columns=len(COLUMNS)
        )
    pairs = {
        f"{first + 1},{second + 1}": [first, second]
        for first, second in itertools.combinations(numbers[:MOST_OFFERED], 2)
    }
    chosen = next(iter(pairs)) if len(numbers) == 2 else answers.get("features", "")
    if chosen not in pairs:
        options = {
            key: " × ".join(_heading(columns, column) for column in pair)
            for key, pair in pairs.items()
        }
        raise TableQuestionError("features", options, value=len(numbers))
    return pairs[chosen], [column for column in numbers if column not in pairs[chosen]]


def _heading(columns: Columns, column: int) -> str:
    return columns.headings[column] if columns.headings else str(column + 1)


def _standardised(points: FloatArray) -> tuple[FloatArray, list[Note]]:
    """Give both features a mean of 0 and a standard deviation of 1, if they have units."""
    if np.abs(points).max() <= LARGEST_UNSCALED:
        return points, []
    means, deviations = points.mean(axis=0), points.std(axis=0)
    scaled = (points - means) / np.where(deviations > 0, deviations, 1.0)
    written = {
        name: ", ".join(f"{value:.4g}" for value in values.tolist())
        for name, values in (("means", means), ("deviations", deviations))
    }
    return np.round(scaled, SCALED_DECIMALS), [Note("standardised", written)]


def _same_numbers(labels: Sequence[str]) -> list[str]:
    """Labels that are all numbers, each number written in one way: 1.0e+00, 01 and 1 are one."""
    numbers = {label: value(label, ".") for label in set(labels)}
    written = {label: f"{number:.15g}" for label, number in numbers.items() if number is not None}
    return [written[label] for label in labels] if len(written) == len(numbers) else list(labels)


def _dataset(
    points: FloatArray, labels: Sequence[str], lines: Sequence[int], column: int
) -> Dataset:
    """Make a data set: classes by their number if all have one, else as they appear."""
    names = list(dict.fromkeys(labels))
    for name in names:
        check_name(name, lines[labels.index(name)], column)
    if len(names) > MOST_CLASSES:
        place = {"row": lines[labels.index(names[MOST_CLASSES])], "column": column}
        raise TableError("many_classes", **place, value=names[MOST_CLASSES], most=MOST_CLASSES)
    if len(names) < FEWEST_CLASSES:
        raise TableError("one_class", column=column, value=names[0], least=FEWEST_CLASSES)
    numbers = {name: value(name, ".") for name in names}
    if all(number is not None and math.isfinite(number) for number in numbers.values()):
        names.sort(key=lambda name: numbers[name] or 0.0)
    places = {name: number for number, name in enumerate(names)}
    return Dataset(tuple(names), points, np.array([places[label] for label in labels]))
