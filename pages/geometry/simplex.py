"""The triangle of probabilities of three classes: its corners, places and borders.

Class 0 is at the left corner, class 1 at the top and class 2 at the right; a place is (x, y), both
from 0 to 2, and the panel is so wide that the sides are equally long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from core.validation import FloatArray

__all__ = [
    "CORNERS",
    "OTHERS",
    "SIDE",
    "difference_names",
    "kite",
    "likelihood_lines",
    "place_of",
    "probabilities_at",
]

CORNERS: Final = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 0.0]])
SIDE: Final = 2.0
OTHERS: Final = np.array([[1, 2], [0, 2], [0, 1]])
"""The two classes that are not the true one, by the true one."""


def difference_names(names: Sequence[str], label: int) -> tuple[str, str]:
    """Name both differences of scores.

    Examples
    --------
    >>> difference_names(["cat", "car", "frog"], 0)
    ('car − cat', 'frog − cat')
    """
    first, second = (f"{names[other]} − {names[label]}" for other in OTHERS[label])
    return first, second


def place_of(probabilities: ArrayLike) -> FloatArray:
    """Give the place of a distribution (..., 3).

    Examples
    --------
    >>> place_of([0.5, 0.25, 0.25]).tolist()
    [0.75, 0.5]
    """
    return np.asarray(np.asarray(probabilities, dtype=np.float64) @ CORNERS)


def probabilities_at(place: ArrayLike) -> FloatArray:
    """Give the distribution at a place (..., 2); outside of the triangle an entry is negative.

    Examples
    --------
    >>> probabilities_at([0.75, 0.5]).tolist()
    [0.5, 0.25, 0.25]
    """
    x, y = np.moveaxis(np.asarray(place, dtype=np.float64), -1, 0)
    top = y / 2
    right = (x - top) / 2
    return np.stack([1.0 - top - right, top, right], axis=-1)


def _of_true(
    labels: ArrayLike, true: FloatArray, first: FloatArray, second: FloatArray
) -> FloatArray:
    """Distributions with these entries for the true class and the two others, in their order."""
    label = np.asarray(labels)
    true, first, second, label = np.broadcast_arrays(true, first, second, label)
    table = np.empty((*label.shape, 3))
    columns = np.concatenate([label[..., None], OTHERS[label]], axis=-1)
    np.put_along_axis(table, columns, np.stack([true, first, second], axis=-1), axis=-1)
    return table


def kite(labels: ArrayLike, margin: ArrayLike) -> FloatArray:
    """Give the border of where the SVM is satisfied, p_j <= exp(-margin) p_y, (..., 4, 3).

    From the true corner along one side, to the inner tip at p_y = 1 / (1 + 2 exp(-margin)), to the
    other side.

    Examples
    --------
    >>> kite(0, 0.0)[[0, 1]].tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]
    """
    label, distance = np.broadcast_arrays(labels, np.asarray(margin, dtype=np.float64))
    ratio = np.exp(-distance)
    none, side, tip = np.zeros_like(ratio), 1 / (1 + ratio), 1 / (1 + 2 * ratio)
    corners = (
        (np.ones_like(ratio), none, none),
        (side, ratio * side, none),
        (tip, ratio * tip, ratio * tip),
        (side, none, ratio * side),
    )
    return np.stack([_of_true(label, *corner) for corner in corners], axis=-2)


def likelihood_lines(labels: ArrayLike, losses: ArrayLike) -> FloatArray:
    """Give both ends of each line -log p_y = loss, (..., losses, 2, 3).

    Examples
    --------
    >>> likelihood_lines(0, [np.log(2)]).tolist()
    [[[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]]
    """
    label = np.asarray(labels)[..., None]
    true = np.exp(-np.asarray(losses, dtype=np.float64))
    none = np.zeros_like(true)
    ends = [_of_true(label, true, 1 - true, none), _of_true(label, true, none, 1 - true)]
    return np.stack(ends, axis=-2)
