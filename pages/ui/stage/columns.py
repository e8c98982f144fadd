"""Columns: what one number is at every step of a handle, in few bytes.

That of a handle with one coordinate is sent as it is. A table over a grid of two coordinates has so
many steps that it is worth a look: many of its columns change along one of them only, or take few
values. Both are sent without a loss. Of the others, a number that is written somewhere is sent in
full; for a place in a figure half the digits are far below a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

__all__ = ["Column", "grid_column", "plain_column"]

COLUMNS_KEPT: Final = 128
"""A release mostly finds the table of a grid as it was."""


@dataclass(frozen=True)
class Column:
    """The numbers of a column as bytes, and which of them each step has.

    ``along`` is 0 for a number a step, 1 or 2 for one that only the first or second coordinate
    changes. With ``indices``, of one or two bytes each, a step has the number of its index.
    """

    values: bytes
    type: Literal["numbers", "singles"] = "numbers"
    along: int = 0
    indices: bytes | None = None
    index_type: Literal["bytes", "words"] = "bytes"

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(self.values) + len(self.indices or b"")


def plain_column(column: bytes) -> Column:
    """Send a float64 number for each step."""
    return Column(column)


@lru_cache(COLUMNS_KEPT)
def grid_column(column: bytes, counts: tuple[int, ...], *, is_written: bool) -> Column:
    """Send a column over a grid; ``counts`` are the steps of each coordinate, if all are there.

    Examples
    --------
    >>> grid_column(np.array([1.0, 1.0, 2.0, 2.0]).tobytes(), (2, 2), is_written=True).along
    1
    """
    table = np.frombuffer(column, "<f8")
    if len(counts) == 2:
        grid = table.reshape(counts)
        if (grid == grid[:, :1]).all():
            return Column(grid[:, 0].tobytes(), along=1)
        if (grid == grid[:1]).all():
            return Column(grid[0].tobytes(), along=2)
    values, places = np.unique(table, return_inverse=True)
    index_type: Literal["bytes", "words"] = "bytes" if values.size <= 256 else "words"
    indices = places.astype("u1" if index_type == "bytes" else "<u2").tobytes()
    plain = Column(column) if is_written else Column(table.astype("<f4").tobytes(), "singles")
    few = Column(values.tobytes(), indices=indices, index_type=index_type)
    return min(plain, few, key=lambda found: found.size)
