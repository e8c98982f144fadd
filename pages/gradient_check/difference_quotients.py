"""Difference quotients as a student writes them, in float32 or float64, at many points at once.

They have 2 h below the line and are computed in the float type in question throughout: their
errors are what is to be seen. For the best numerical gradient see :mod:`core.gradients.check`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from core.validation import (
    FloatArray,
    LabelArray,
    as_floats,
    as_labels,
    as_logits,
    reject_entry,
    require_finite,
)
from pages.gradient_check.checked_functions import CheckedFunction, Crossing

__all__ = [
    "BEST_STEP",
    "BEST_STEP_FLOAT32",
    "OFFSETS",
    "STEPS",
    "DifferenceQuotients",
    "Magnified",
    "as_entries",
    "as_points",
    "magnified",
    "picked",
]

STEPS: Final = tuple(float(f"{10.0 ** (k / 4 - 15):.2e}") for k in range(57))
"""Steps h from 1e-15 to 1e-1, four a decade."""

OFFSETS: Final = tuple(k / 5 for k in range(-10, 11))
"""Places between x - 2h and x + 2h, in steps: from -2 to 2."""

BEST_STEP: Final = float(np.cbrt(np.finfo(np.float64).eps))
BEST_STEP_FLOAT32: Final = float(np.cbrt(np.finfo(np.float32).eps))
"""Where central differences are usually best: the cube root of the machine epsilon."""


_BLOCK_ENTRIES = 2**15
"""So many entries of points are evaluated at a time: more would leave the cache."""


@dataclass(frozen=True, eq=False)
class DifferenceQuotients:
    """Steps of length h from points along one entry, and what the function's change says.

    The shapes (...) of points (..., n), entries, labels and steps broadcast with each other.
    """

    function: CheckedFunction
    points: FloatArray
    entries: LabelArray
    labels: LabelArray
    steps: FloatArray
    margin: float

    def central(self, dtype: DTypeLike = np.float64) -> FloatArray:
        """Return (f(x + h) - f(x - h)) / 2h, computed in the type throughout."""
        value = self.function.value
        difference = self._block_by_block(
            lambda up, down, labels: (
                value(up, labels, self.margin) - value(down, labels, self.margin)
            ),
            (1.0, -1.0),
            dtype,
        )
        return np.asarray(difference / (2.0 * self.steps).astype(dtype), dtype=np.float64)

    def forward(self, offsets: ArrayLike = 1.0, dtype: DTypeLike = np.float64) -> FloatArray:
        """Return (f(x + u h) - f(x)) / h, computed in the type throughout.

        That is the forward difference for u = 1; the offsets u broadcast with the steps.
        """
        value = self.function.value
        labels = np.broadcast_to(self.labels, self.points.shape[:-1])
        here = value(self.points.astype(dtype), labels, self.margin)
        there = self._block_by_block(
            lambda moved, labels: value(moved, labels, self.margin), (offsets,), dtype
        )
        return np.asarray((there - here) / self.steps.astype(dtype), dtype=np.float64)

    def has_kink(self) -> NDArray[np.bool_]:
        """Tell whether a kink lies between x - h and x + h."""
        return self._is_between(self.function.crossed)

    def has_bend(self) -> NDArray[np.bool_]:
        """Tell whether the second derivative jumps between x - h and x + h."""
        return self._is_between(self.function.bent)

    def _is_between(self, crossed: Crossing | None) -> NDArray[np.bool_]:
        if crossed is None:
            return np.zeros(self._shape(self.steps), dtype=np.bool_)
        return self._block_by_block(
            lambda low, high, labels: crossed(low, high, labels, self.margin), (-1.0, 1.0)
        )

    def _shape(self, lengths: FloatArray) -> tuple[int, ...]:
        return np.broadcast_shapes(self.points.shape[:-1], self.entries.shape, lengths.shape)

    def _block_by_block(
        self,
        function: Callable[..., NDArray[Any]],
        offsets: Sequence[ArrayLike],
        dtype: DTypeLike = np.float64,
    ) -> NDArray[Any]:
        """Apply a function of moved points and labels to few at a time, which stay in cache."""
        steps = [np.asarray(offset, dtype=np.float64) * self.steps for offset in offsets]
        shape = self._shape(steps[0])
        given = [np.broadcast_to(of, shape) for of in (self.entries, self.labels, *steps)]
        points = np.broadcast_to(self.points, (*shape, self.points.shape[-1]))
        length = max(1, _BLOCK_ENTRIES // math.prod(points.shape[1:]))
        results = []
        for start in range(0, len(points), length):
            rows = slice(start, start + length)
            entries, labels, *lengths = (of[rows] for of in given)
            moved = [_moved(points[rows], entries, by.astype(dtype)) for by in lengths]
            results.append(function(*moved, labels))
        return np.concatenate(results)


def _moved(points: FloatArray, entries: LabelArray, lengths: FloatArray) -> FloatArray:
    """Move one entry of each point: adding 0 to all the others would take most of the time."""
    moved = points.astype(lengths.dtype, order="C")
    starts = np.arange(0, moved.size, moved.shape[-1]).reshape(entries.shape)
    moved.reshape(-1)[starts + entries] += lengths
    return moved


@dataclass(frozen=True, eq=False)
class Magnified:
    """A function under a magnifying glass that shows from x - 2h to x + 2h."""

    curve: FloatArray
    """(f(x + u h) - f(x)) / h for each offset u of `OFFSETS`, (..., offsets), in float64: slopes
    look as they are, and rounding as it is beside the step."""
    curve32: FloatArray
    """The same in float32."""
    tangent: FloatArray
    """The straight line by the analytic slope, mistaken if that was asked for, at u = -2 and 2,
    (..., 2)."""
    secant: FloatArray
    """The one through the float64 curve at u = -1 and 1: its slope is the central difference."""
    ends: FloatArray
    """That curve at u = -1 and 1, (..., 2)."""


def magnified(
    function: CheckedFunction,
    points: ArrayLike,
    labels: ArrayLike = 0,
    *,
    entries: ArrayLike,
    steps: ArrayLike = BEST_STEP,
    margin: float = 1.0,
    mistaken: bool = False,
) -> Magnified:
    """Look at one entry of each point, from two steps below it to two above.

    Examples
    --------
    >>> from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
    >>> view = magnified(CHECKED_FUNCTIONS["l2"], [3.0, 1.0], entries=0, steps=0.1)
    >>> view.tangent, view.ends.round(3)
    (array([-12.,  12.]), array([-5.9,  6.1]))
    """
    x, y, h = as_points(points, labels, steps)
    entry = as_entries(entries, x)
    pick = function.mistaken if mistaken else function.evaluate
    analytic = picked(pick(x, y, margin=margin).gradient, entry)
    along = DifferenceQuotients(
        function, x[..., None, :], entry[..., None], y[..., None], h[..., None], margin
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
    """Return finite float64 points (..., n), with a label and a step above 0 for each."""
    x = as_logits("points", points).astype(np.float64)
    require_finite("points", x)
    shape = x.shape[:-1]
    label = np.broadcast_to(np.asarray(labels), shape)
    h = np.broadcast_to(as_floats("steps", steps).astype(np.float64), shape)
    require_finite("steps", h)
    if h.min() <= 0.0:
        reject_entry("steps", h, h <= 0.0, "must be greater than 0")
    return x, as_labels("labels", label, "points", x.shape), h


def as_entries(entries: ArrayLike, points: FloatArray) -> LabelArray:
    """Return which entry is meant at each of the points (..., n): integers of shape (...)."""
    wanted = np.broadcast_to(np.asarray(entries), points.shape[:-1])
    return as_labels("entries", wanted, "points", points.shape)


def picked(values: FloatArray, entries: LabelArray) -> FloatArray:
    """Return one of the last axis's values (..., n) for each of the entries (...).

    Examples
    --------
    >>> picked(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0]))
    array([2., 3.])
    """
    # Adding 0 turns -0 into 0.
    return np.asarray(np.take_along_axis(values, entries[..., None], axis=-1)[..., 0] + 0.0)
