"""Difference quotients as a student writes them, in float32 or float64, at many points at once.

They have 2 h below the line and are computed in the float type in question throughout: their
errors are what is to be seen. For the best numerical gradient see :mod:`core.gradient_check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from core.checkable import Checkable
from core.validation import (
    FloatArray,
    LabelArray,
    as_floats,
    as_labels,
    as_logits,
    reject_entry,
    require_finite,
)

__all__ = [
    "BEST_STEP",
    "BEST_STEP_FLOAT32",
    "OFFSETS",
    "STEPS",
    "DifferenceQuotients",
    "Magnified",
    "as_points",
    "magnified",
    "one_hot",
]

STEPS: Final = tuple(float(f"{10.0 ** (k / 4 - 15):.2e}") for k in range(57))
"""Steps h from 1e-15 to 1e-1, four a decade."""

OFFSETS: Final = tuple(k / 5 for k in range(-10, 11))
"""Places between x - 2h and x + 2h, in steps: from -2 to 2."""

BEST_STEP: Final = float(np.cbrt(np.finfo(np.float64).eps))
BEST_STEP_FLOAT32: Final = float(np.cbrt(np.finfo(np.float32).eps))
"""Where central differences are usually best: the cube root of the machine epsilon."""


@dataclass(frozen=True, eq=False)
class DifferenceQuotients:
    """Steps of length h from points in a direction, and what the function's change says.

    Attributes
    ----------
    function : Checkable
    points, directions : (..., n)
        Where, and which way: a direction is 1 in the entry that moves and 0 in the others.
    labels, steps : (...)
        All four broadcast with each other.
    margin : float
        The margin of a hinge loss.
    """

    function: Checkable
    points: FloatArray
    directions: FloatArray
    labels: LabelArray
    steps: FloatArray
    margin: float

    def central(self, dtype: DTypeLike = np.float64) -> FloatArray:
        """Return (f(x + h) - f(x - h)) / 2h, computed in the type throughout."""
        difference = self._value(self._moved(1.0, dtype)) - self._value(self._moved(-1.0, dtype))
        return np.asarray(difference / (2.0 * self.steps).astype(dtype), dtype=np.float64)

    def forward(self, offsets: ArrayLike = 1.0, dtype: DTypeLike = np.float64) -> FloatArray:
        """Return (f(x + u h) - f(x)) / h, computed in the type throughout.

        That is the forward difference for u = 1; the offsets u broadcast with the steps.
        """
        here = self._value(self.points.astype(dtype))
        difference = self._value(self._moved(offsets, dtype)) - here
        return np.asarray(difference / self.steps.astype(dtype), dtype=np.float64)

    def has_kink(self) -> NDArray[np.bool_]:
        """Tell whether a kink lies between x - h and x + h."""
        low, high = self._moved(-1.0, np.float64), self._moved(1.0, np.float64)
        return self.function.kink_between(low, high, self.labels, margin=self.margin)

    def has_bend(self) -> NDArray[np.bool_]:
        """Tell whether the second derivative jumps between x - h and x + h."""
        low, high = self._moved(-1.0, np.float64), self._moved(1.0, np.float64)
        return self.function.bend_between(low, high, self.labels, margin=self.margin)

    def _moved(self, offsets: ArrayLike, dtype: DTypeLike) -> FloatArray:
        lengths = (np.asarray(offsets, dtype=np.float64) * self.steps).astype(dtype)
        shift = self.directions.astype(dtype) * lengths[..., None]
        return np.asarray(self.points.astype(dtype) + shift)

    def _value(self, points: FloatArray) -> FloatArray:
        labels = np.broadcast_to(self.labels, points.shape[:-1])
        return self.function.value(points, labels, self.margin)


@dataclass(frozen=True, eq=False)
class Magnified:
    """A function under a magnifying glass that shows from x - 2h to x + 2h: shape (..., offsets).

    Attributes
    ----------
    curve, curve32 : (..., offsets)
        (f(x + u h) - f(x)) / h for each offset u of `OFFSETS`, in float64 and in float32: slopes
        look as they are, and rounding as it is beside the step.
    tangent, secant : (..., 2)
        Straight lines at u = -2 and u = 2: the one by the analytic slope, mistaken if that was
        asked for, and the one through the float64 curve at u = -1 and u = 1, whose slope is the
        central difference.
    ends : (..., 2)
        The float64 curve at u = -1 and u = 1.
    """

    curve: FloatArray
    curve32: FloatArray
    tangent: FloatArray
    secant: FloatArray
    ends: FloatArray


def magnified(
    function: Checkable,
    points: ArrayLike,
    labels: ArrayLike = 0,
    *,
    entries: ArrayLike,
    steps: ArrayLike = BEST_STEP,
    margin: float = 1.0,
    mistaken: bool = False,
) -> Magnified:
    """Look at a function along one entry, from two steps below the point to two above.

    Parameters
    ----------
    function, points, labels, steps, margin, mistaken
        As for :func:`gradient_errors`.
    entries : array_like of int, broadcastable to the leading shape of the points
        The entry at each point.

    Returns
    -------
    Magnified

    Raises
    ------
    ValueError
        As for :func:`gradient_errors`.

    Examples
    --------
    >>> from core.checkable import CHECKABLE
    >>> view = magnified(CHECKABLE["l2"], [3.0, 1.0], entries=0, steps=0.1)
    >>> view.tangent, view.ends.round(3)
    (array([-12.,  12.]), array([-5.9,  6.1]))
    """
    x, y, h = as_points(points, labels, steps)
    is_entry = one_hot(entries, x)
    pick = function.mistaken if mistaken else function.evaluate
    analytic = (pick(x, y, margin=margin).gradient * is_entry).sum(axis=-1)
    along = DifferenceQuotients(
        function, x[..., None, :], is_entry[..., None, :], y[..., None], h[..., None], margin
    )
    curve = along.forward(OFFSETS)
    lower, upper = curve[..., OFFSETS.index(-1.0)], curve[..., OFFSETS.index(1.0)]
    middle, slope = (lower + upper) / 2.0, (upper - lower) / 2.0
    return Magnified(
        curve=curve,
        curve32=along.forward(OFFSETS, np.float32),
        tangent=np.stack([-2.0 * analytic, 2.0 * analytic], axis=-1),
        secant=np.stack([middle - 2.0 * slope, middle + 2.0 * slope], axis=-1),
        ends=np.stack([lower, upper], axis=-1),
    )


def as_points(
    points: ArrayLike, labels: ArrayLike, steps: ArrayLike = BEST_STEP
) -> tuple[FloatArray, LabelArray, FloatArray]:
    """Return finite float64 points (..., n), with a label and a step above 0 for each.

    Raises
    ------
    ValueError
        If they are not so, or do not fit each other.

    Examples
    --------
    >>> as_points([[1, 2], [3, 4]], 0, 0.5)[2]
    array([0.5, 0.5])
    """
    x = as_logits("points", points).astype(np.float64)
    require_finite("points", x)
    shape = x.shape[:-1]
    label = np.broadcast_to(np.asarray(labels), shape)
    h = np.broadcast_to(as_floats("steps", steps).astype(np.float64), shape)
    require_finite("steps", h)
    if h.min() <= 0.0:
        reject_entry("steps", h, h <= 0.0, "must be greater than 0")
    return x, as_labels("labels", label, "points", x.shape), h


def one_hot(entries: ArrayLike, points: FloatArray) -> FloatArray:
    """Return directions in the shape of the points (..., n): 1 at the entry, and 0 elsewhere.

    Raises
    ------
    ValueError
        If an entry is not a whole number from 0 to n - 1, or the shapes do not fit.

    Examples
    --------
    >>> one_hot(1, np.zeros((2, 3))).tolist()
    [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    """
    wanted = np.broadcast_to(np.asarray(entries), points.shape[:-1])
    entry = as_labels("entries", wanted, "points", points.shape)
    return np.asarray(np.arange(points.shape[-1]) == entry[..., None], dtype=np.float64)
