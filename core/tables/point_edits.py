"""Changes of points in the plane, one by one or as a table, with the faults of a table of points.

Classes keep their order, and so their colours. The last ones go when their last point goes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from core.learning.datasets import Dataset
from core.tables.faults import TableError
from core.tables.point_tables import (
    FEWEST_CLASSES,
    LARGEST_COORDINATE,
    MOST_CLASSES,
    MOST_POINTS,
    points_from_cells,
)

__all__ = ["points_from_edits", "with_point", "with_point_at", "without_point"]

_LABEL_COLUMN: Final = 3


def with_point(dataset: Dataset, x1: float, x2: float, name: str) -> Dataset:
    """Add a point at the end.

    Parameters
    ----------
    dataset : Dataset
        Of two features.
    x1, x2 : float
        Between -1000 and 1000.
    name : str
        Its class; one that is not there yet is added.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If there are 2000 points or 10 classes already, or a coordinate is out of range.

    Examples
    --------
    >>> data = Dataset(("A", "B"), [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    >>> with_point(data, 0.5, 0.5, "B").labels.tolist()
    [0, 1, 1]
    """
    row = dataset.size + 1
    if row > MOST_POINTS:
        raise TableError("point_count", row=row, value=f"> {MOST_POINTS}", most=MOST_POINTS)
    _require_place(x1, x2, row)
    names = dataset.names if name in dataset.names else (*dataset.names, name)
    if len(names) > MOST_CLASSES:
        raise TableError(
            "many_classes", row=row, column=_LABEL_COLUMN, value=name, most=MOST_CLASSES
        )
    points = np.concatenate([dataset.points, [[x1, x2]]])
    return Dataset(names, points, np.append(dataset.labels, names.index(name)))


def with_point_at(dataset: Dataset, index: int, x1: float, x2: float) -> Dataset:
    """Move a point.

    Parameters
    ----------
    dataset : Dataset
        Of two features.
    index : int
        Which point, counted from 0.
    x1, x2 : float
        Where to, between -1000 and 1000.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If a coordinate is out of range.

    Examples
    --------
    >>> data = Dataset(("A", "B"), [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    >>> with_point_at(data, 1, 0.5, -0.5).points.tolist()
    [[0.0, 1.0], [0.5, -0.5]]
    """
    _require_place(x1, x2, index + 1)
    points = dataset.points.copy()
    points[index] = x1, x2
    return Dataset(dataset.names, points, dataset.labels)


def without_point(dataset: Dataset, index: int) -> Dataset:
    """Remove a point.

    Parameters
    ----------
    dataset : Dataset
        Of two features.
    index : int
        Which point, counted from 0.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If points of fewer than two classes would be left.

    Examples
    --------
    >>> data = Dataset(("A", "B"), [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    >>> without_point(data, 1)
    Traceback (most recent call last):
    core.tables.faults.TableError: table has a fault (one_class_left): 'A'; expected least 2
    """
    labels = np.delete(dataset.labels, index)
    present = np.unique(labels)
    if len(present) < FEWEST_CLASSES:
        only = ", ".join(dataset.names[k] for k in present.tolist())
        raise TableError("one_class_left", value=only, least=FEWEST_CLASSES)
    return _with_classes(dataset.names, np.delete(dataset.points, index, axis=0), labels)


def points_from_edits(base: Dataset, rows: Sequence[Sequence[object]]) -> Dataset:
    """Make a data set of an edited table.

    Parameters
    ----------
    base : Dataset
        What was edited.
    rows : sequence of sequences
        Two coordinates and the name of a class, as in `points_from_cells`. A removed row is a row
        of None, so that the other rows keep their numbers.

    Returns
    -------
    Dataset
        The classes of `base`, and then those that are new.

    Raises
    ------
    TableError
        As :func:`core.tables.point_tables.points_from_cells`.

    Examples
    --------
    >>> base = Dataset(("A", "B"), [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    >>> edited = points_from_edits(base, [[0.0, 1.0, "B"], [2.0, 2.0, "A"]])
    >>> edited.names, edited.labels.tolist()
    (('A', 'B'), [1, 0])
    """
    found = points_from_cells(rows)
    names = tuple(dict.fromkeys((*base.names, *found.names)))
    if len(names) > MOST_CLASSES:
        return found
    numbers = np.array([names.index(name) for name in found.names])
    return _with_classes(names, found.points, numbers[found.labels])


def _with_classes(names: tuple[str, ...], points: ArrayLike, labels: ArrayLike) -> Dataset:
    """Leave the classes after the last one that has a point."""
    return Dataset(names[: int(np.max(labels)) + 1], np.asarray(points), np.asarray(labels))


def _require_place(x1: float, x2: float, row: int) -> None:
    for column, value in enumerate((x1, x2), 1):
        if not math.isfinite(value):
            raise TableError("not_finite", row=row, column=column, value=value)
        if abs(value) > LARGEST_COORDINATE:
            limit = f"{LARGEST_COORDINATE:,.0f}"
            raise TableError(
                "coordinate_size", row=row, column=column, value=f"{value:g}", largest=limit
            )
