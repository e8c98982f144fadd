"""Rows of a record: a dataclass of arrays that share their leading axis, such as a sweep."""

import dataclasses
from typing import Any, TypeVar

import numpy as np

__all__ = ["rows_of"]

Record = TypeVar("Record")


def rows_of(record: Record, rows: slice, shape: tuple[int, ...]) -> Record:
    """Return some rows of every array of a record, in another leading shape.

    Parameters
    ----------
    record : dataclass, mapping or ndarray
        Arrays of shape (batch, ...); mappings and dataclasses among the fields are taken apart, and
        anything else stays as it is.
    rows : slice
        Which rows of the batch.
    shape : tuple of int
        What becomes of the leading axis; () for a single row.

    Returns
    -------
    The same kind of record, with arrays of shape (*shape, ...).

    Examples
    --------
    >>> rows_of(np.arange(6), slice(2, 6), (2, 2)).tolist()
    [[2, 3], [4, 5]]
    """
    taken: Any = record
    if isinstance(record, np.ndarray):
        taken = record[rows].reshape((*shape, *record.shape[1:]))
    elif isinstance(record, dict):
        taken = {key: rows_of(value, rows, shape) for key, value in record.items()}
    elif dataclasses.is_dataclass(record) and not isinstance(record, type):
        fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
        parts = {name: rows_of(field, rows, shape) for name, field in fields.items()}
        taken = dataclasses.replace(record, **parts)
    return taken  # type: ignore[no-any-return]
