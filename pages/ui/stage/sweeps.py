"""Sweeps: one function, evaluated now and for every step of every handle, in one batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Sweeps", "every_pair", "one_at_a_time", "rows_of", "tabulate"]

Result = TypeVar("Result")
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Sweeps(Generic[Name, Result]):
    """What is shown now, and what each step of each handle makes of it.

    Attributes
    ----------
    now
        The result of the present inputs.
    by
        For each handle a result whose arrays have an axis of steps in front.
    """

    now: Result
    by: Mapping[Name, Result]

    @property
    def all(self) -> tuple[Result, ...]:
        """Everything that a hand can reach from here."""
        return (self.now, *self.by.values())


def tabulate(
    evaluate: Callable[..., Result],
    present: Mapping[str, ArrayLike],
    moves: Mapping[Name, Mapping[str, ArrayLike]],
) -> Sweeps[Name, Result]:
    """Evaluate a function for the present inputs and for every step of every handle, in one batch.

    Parameters
    ----------
    evaluate
        Takes the inputs by name, each with a leading axis of the batch, and returns a record of
        arrays with the same leading axis.
    present
        Its inputs now, without that axis.
    moves
        For each handle the inputs that it changes, with a leading axis of steps; the others stay
        as they are.

    Examples
    --------
    >>> sweeps = tabulate(lambda a, b: a + b, {"a": 1.0, "b": 2.0}, {"a": {"a": [0.0, 5.0]}})
    >>> float(sweeps.now), sweeps.by["a"].tolist()
    (3.0, [2.0, 7.0])
    """
    now = {name: np.asarray(value) for name, value in present.items()}
    moved = [
        {name: np.asarray(values) for name, values in changes.items()} for changes in moves.values()
    ]
    counts = [len(next(iter(changes.values()))) for changes in moved]
    batch = {
        name: np.concatenate(
            [
                value[None],
                *(
                    changes.get(name, np.broadcast_to(value, (count, *value.shape)))
                    for changes, count in zip(moved, counts, strict=True)
                ),
            ]
        )
        for name, value in now.items()
    }
    everything = evaluate(**batch)
    ends = pairwise(accumulate(counts, initial=1))
    return Sweeps(
        rows_of(everything, slice(0, 1), ()),
        {
            name: rows_of(everything, slice(start, end), (end - start,))
            for name, (start, end) in zip(moves, ends, strict=True)
        },
    )


def one_at_a_time(values: ArrayLike, grid: ArrayLike) -> Any:
    """Vary one entry at a time, the others fixed.

    Parameters
    ----------
    values : (n,)
        The present values.
    grid : (steps,)
        What each entry runs through.

    Returns
    -------
    (n, steps, n)
        Entry [i, k] is ``values`` with entry i replaced by ``grid[k]``.

    Examples
    --------
    >>> one_at_a_time([1.0, 2.0], [0.0, 5.0]).tolist()
    [[[0.0, 2.0], [5.0, 2.0]], [[1.0, 0.0], [1.0, 5.0]]]
    """
    present = np.asarray(values, dtype=np.float64)
    run = np.asarray(grid, dtype=np.float64)
    swept = np.tile(present, (present.size, run.size, 1))
    diagonal = np.arange(present.size)
    swept[diagonal, :, diagonal] = run
    return swept


def every_pair(first: ArrayLike, second: ArrayLike) -> Any:
    """Give all pairs of steps in the order of a sweep over a grid, (steps * steps, 2).

    Examples
    --------
    >>> every_pair([1.0, 2.0], [0.0, 5.0]).tolist()
    [[1.0, 0.0], [1.0, 5.0], [2.0, 0.0], [2.0, 5.0]]
    """
    grid = np.meshgrid(np.asarray(first), np.asarray(second), indexing="ij")
    return np.stack(grid, axis=-1).reshape(-1, 2)


def rows_of(record: Result, rows: slice, shape: tuple[int, ...]) -> Result:
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
        given = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
        parts = {name: rows_of(value, rows, shape) for name, value in given.items()}
        taken = dataclasses.replace(record, **parts)
    return taken  # type: ignore[no-any-return]
