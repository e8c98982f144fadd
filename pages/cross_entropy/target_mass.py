"""Targets under the hand: one class is given a mass, and the others share the rest."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from core.losses.targets import one_hot, smooth
from core.validation import FloatArray, as_floats, reject_entry

__all__ = ["MASS_GRID", "move_mass", "smoothing_of"]

MASS_GRID: Final = tuple(np.round(np.arange(101) * 0.01, 2).tolist())
"""The masses that a class of the target can be given by hand."""


def move_mass(target: ArrayLike, index: ArrayLike, mass: ArrayLike) -> FloatArray:
    """Give class ``index`` a mass; the others share the rest as they did before, or else equally.

    Index and mass of shape (...) are broadcast against each other; the targets that come of it are
    of shape (..., classes).

    Examples
    --------
    >>> move_mass([0.5, 0.3, 0.2], 0, 0.75)
    array([0.75, 0.15, 0.1 ])
    >>> move_mass([0, 1, 0], 1, [1.0, 0.5])
    array([[0.  , 1.  , 0.  ],
           [0.25, 0.5 , 0.25]])
    """
    given, wanted = np.asarray(target, dtype=np.float64), as_floats("mass", mass)
    outside = ~((wanted >= 0.0) & (wanted <= 1.0))
    if outside.any():
        reject_entry("mass", wanted, outside, "must be from 0 to 1")
    is_moved = np.arange(given.size) == np.asarray(index)[..., None]
    others = np.where(is_moved, 0.0, given)
    total = others.sum(axis=-1, keepdims=True)
    equal = ~is_moved / (given.size - 1)
    shares = np.divide(others, total, out=equal, where=total > 0.0)
    value = wanted[..., None]
    return np.where(is_moved, value, (1.0 - value) * shares)


def smoothing_of(target: FloatArray, label: int) -> float | None:
    """Return the label smoothing that makes a target of the one-hot one; None if none does.

    Examples
    --------
    >>> smoothing_of(np.array([0.025, 0.925, 0.025, 0.025]), 1)
    0.1
    >>> smoothing_of(np.array([0.1, 0.7, 0.2]), 1) is None
    True
    """
    part = round(min(float(target.min()) * target.size, 1.0), 12)
    expected = smooth(one_hot(label, target.size), part)
    return part if np.allclose(target, expected, rtol=0.0, atol=1e-9) else None
