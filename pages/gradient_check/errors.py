"""What a gradient check says: relative errors, kinks, and whether the step is to blame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.gradients.check import relative_error
from core.validation import FloatArray, LabelArray, as_floats, require_finite
from pages.gradient_check.checked_functions import Checkable
from pages.gradient_check.difference_quotients import (
    BEST_STEP,
    BEST_STEP_FLOAT32,
    DifferenceQuotients,
    as_points,
)

__all__ = ["RULE_OF_THUMB", "Finding", "GradientErrors", "gradient_errors", "rule_of_thumb"]

RULE_OF_THUMB: Final = (1e-7, 1e-4, 1e-2)
"""Relative errors up to which one may be happy, content if there are kinks, or just uneasy; beyond
the last, the gradient is probably wrong. From the CS231n notes, "Neural networks part 3"."""

# Within this factor of the rounding error that is to be expected, a difference proves nothing.
_ROUNDING_ALLOWANCE = 8.0
# Closer than this, a kink cannot be told from a kink at the point itself.
_RESOLUTION = 1e-12


class Finding(IntEnum):
    """What a check says about a gradient."""

    AGREES = 0
    """The worst relative error is at most 1e-7."""
    NEARLY_AGREES = 1
    """It is at most 1e-4."""
    STEP_TOO_LARGE = 2
    """It is more, but only because of truncation: a smaller step would do."""
    STEP_TOO_SMALL = 3
    """It is more, but only because of rounding: a larger step would do."""
    WRONG = 4
    """The gradients differ with the best step, too."""
    MISTAKE_HIDDEN = 5
    """The gradient is mistaken, but right at this point."""
    ALL_ZERO = 6
    """Both gradients are 0 throughout, which most mistakes would not change."""
    ONLY_KINKS = 7
    """Every entry is exactly at a kink: no step leaves anything to compare."""
    UNRESOLVED = 8
    """The gradient is too small beside the function's value for float64 to resolve."""
    KINKS_WITHIN_STEP = 9
    """Every entry has a kink within the step, but a smaller one would miss some of them."""
    BENT = 10
    """The gradient is right, but its slope jumps within the step: the error falls only as h."""


@dataclass(frozen=True, eq=False)
class GradientErrors:
    """An analytic gradient beside difference quotients, at points of shape (..., n).

    Attributes
    ----------
    points : (..., n)
    labels, steps : (...)
        The true classes, and the step h at each point.
    value : (...)
        The function.
    analytic, right : (..., n)
        The analytic gradient that is checked, mistaken if that was asked for, and the right one.
    central, central32 : (..., n)
        (f(x + h) - f(x - h)) / 2h in each entry, all in float64, and all in float32.
    error, error32 : (..., n)
        Their relative errors, as in :func:`core.gradients.check.relative_error`.
    kinks : (..., n), bool
        Whether there is a kink between x - h and x + h: then there is nothing to compare.
    findings : (...)
        The :class:`Finding` at each point, in float64.
    suspects : (...)
        The entry that the finding is about: the one that is most wrong, or else the one with the
        largest relative error.
    """

    points: FloatArray
    labels: LabelArray
    steps: FloatArray
    value: FloatArray
    analytic: FloatArray
    right: FloatArray
    central: FloatArray
    central32: FloatArray
    error: FloatArray
    error32: FloatArray
    kinks: NDArray[np.bool_]
    findings: NDArray[np.int64]
    suspects: NDArray[np.int64]

    @property
    def worst(self) -> FloatArray:
        """Largest relative error in float64 of the entries without a kink; 0 if there are none."""
        return np.asarray(np.max(self.error, axis=-1, where=~self.kinks, initial=0.0))

    @property
    def worst32(self) -> FloatArray:
        """Largest relative error in float32 of the entries without a kink; 0 if there are none."""
        return np.asarray(np.max(self.error32, axis=-1, where=~self.kinks, initial=0.0))

    @property
    def is_below_float32(self) -> NDArray[np.bool_]:
        """Whether float32 is far off only because the step is below the best one for it."""
        size = np.maximum(1.0, np.abs(self.points).max(axis=-1))
        is_small = self.steps < BEST_STEP_FLOAT32 * size
        return np.asarray(is_small & (self.worst32 > RULE_OF_THUMB[2]))

    @property
    def kink_count(self) -> NDArray[np.int64]:
        """Number of entries with a kink."""
        return np.asarray(np.count_nonzero(self.kinks, axis=-1), dtype=np.int64)


def gradient_errors(
    function: Checkable,
    points: ArrayLike,
    labels: ArrayLike = 0,
    *,
    steps: ArrayLike = BEST_STEP,
    margin: float = 1.0,
    mistaken: bool = False,
) -> GradientErrors:
    """Check the gradient at many points at once, entry by entry.

    Parameters
    ----------
    function : Checkable
        What to check.
    points : array_like, shape (..., n)
        Where to check it.
    labels : array_like of int, broadcastable to shape (...)
        The true classes.
    steps : array_like, broadcastable to shape (...)
        The step h > 0 at each point.
    margin : float
        The margin of a hinge loss.
    mistaken : bool
        Whether to check the gradient with the usual mistake instead of the right one.

    Returns
    -------
    GradientErrors

    Raises
    ------
    ValueError
        If the points are empty or not finite, a step is not a finite number above 0, or a label or
        the margin does not fit.

    Notes
    -----
    A difference with the given step does not tell whether the gradient or the step is to blame.
    The finding does: it also looks at the differences with the best step, `BEST_STEP`.

    References
    ----------
    CS231n notes, "Neural networks part 3": gradient checks.

    Examples
    --------
    >>> from pages.gradient_check.checked_functions import CHECKABLE
    >>> check = gradient_errors(CHECKABLE["cross_entropy"], [3.2, 5.1, -1.7], 0, steps=1e-5)
    >>> check.central.round(4)
    array([-0.87 ,  0.869,  0.001])
    >>> Finding(int(check.findings)).name
    'AGREES'
    """
    x, y, h = as_points(points, labels, steps)
    pick = function.mistaken if mistaken else function.evaluate
    given = pick(x, y, margin=margin)
    given32 = pick(x.astype(np.float32), y, margin=margin)
    right = function.evaluate(x, y, margin=margin)

    every = np.arange(x.shape[-1])
    along = DifferenceQuotients(
        function, x[..., None, :], every, y[..., None], h[..., None], margin
    )
    central, central32 = along.central(np.float64), along.central(np.float32)
    # With a step below the resolution, a kink at the point itself would not be crossed.
    size = np.maximum(1.0, np.abs(x).max(axis=-1))
    least = _RESOLUTION * size
    kinks = replace(along, steps=np.maximum(h, least)[..., None]).has_kink()
    at_kinks = kinks & replace(along, steps=least[..., None]).has_kink()
    error = relative_error(given.gradient, central)

    best = replace(along, steps=(BEST_STEP * size)[..., None])
    reference = best.central()
    slope = np.maximum(np.abs(right.gradient), np.abs(reference)).max(axis=-1)
    noise = np.finfo(np.float64).eps * (np.abs(given.value) + size * slope) / (BEST_STEP * size)
    is_clear = np.abs(given.gradient - reference) > _ROUNDING_ALLOWANCE * noise[..., None]
    content = RULE_OF_THUMB[1]
    # Each squared term puts the quotient off by at most h / 2, and an entry has at most n of them.
    terms = x.shape[-1] / 2.0
    is_bent = along.has_bend() & (
        np.abs(right.gradient - central) <= terms * h[..., None] * (1.0 + content)
    )
    near_bend = best.has_bend() & (
        np.abs(given.gradient - reference) <= terms * (BEST_STEP * size)[..., None] * (1 + content)
    )
    differs = (relative_error(given.gradient, reference) > content) & ~(
        kinks | best.has_kink() | near_bend
    )
    is_wrong = differs & is_clear
    largest = np.where(kinks, 0.0, np.maximum(np.abs(given.gradient), np.abs(central)))
    worst = np.max(error, axis=-1, where=~kinks, initial=0.0)
    rule = rule_of_thumb(worst)
    found = np.select(
        [
            at_kinks.all(axis=-1),
            kinks.all(axis=-1),
            is_wrong.any(axis=-1),
            mistaken & (given.gradient == right.gradient).all(axis=-1),
            largest.max(axis=-1) == 0.0,
            rule == 0,
            rule == 1,
            (kinks | is_bent | (error <= content)).all(axis=-1),
            differs.any(axis=-1),
            h > BEST_STEP * size,
        ],
        [
            Finding.ONLY_KINKS,
            Finding.KINKS_WITHIN_STEP,
            Finding.WRONG,
            Finding.MISTAKE_HIDDEN,
            Finding.ALL_ZERO,
            Finding.AGREES,
            Finding.NEARLY_AGREES,
            Finding.BENT,
            Finding.UNRESOLVED,
            Finding.STEP_TOO_LARGE,
        ],
        Finding.STEP_TOO_SMALL,
    )
    off = np.where(is_wrong, np.abs(given.gradient - reference), -1.0)
    doubtful = np.where(is_wrong.any(axis=-1, keepdims=True), off, np.where(kinks, -1.0, error))
    return GradientErrors(
        points=x,
        labels=y,
        steps=h,
        value=given.value,
        analytic=given.gradient,
        right=right.gradient,
        central=central,
        central32=central32,
        error=error,
        error32=relative_error(given32.gradient.astype(np.float64), central32),
        kinks=kinks,
        findings=np.asarray(found, dtype=np.int64),
        suspects=np.asarray(np.argmax(doubtful, axis=-1), dtype=np.int64),
    )


def rule_of_thumb(errors: ArrayLike) -> NDArray[np.int64]:
    """Return which of four bands a relative error is in, by the bounds of `RULE_OF_THUMB`.

    Parameters
    ----------
    errors : array_like
        Relative errors of a gradient.

    Returns
    -------
    ndarray of int
        0: happy; 1: fine if there are kinks; 2: makes one uneasy; 3: the gradient is probably
        wrong.

    Raises
    ------
    ValueError
        If an error is not finite.

    References
    ----------
    CS231n notes, "Neural networks part 3": gradient checks.

    Examples
    --------
    >>> rule_of_thumb([1e-9, 1e-6, 1e-3, 0.4]).tolist()
    [0, 1, 2, 3]
    """
    values = as_floats("errors", errors)
    require_finite("errors", values)
    return np.asarray(np.searchsorted(RULE_OF_THUMB, values, side="left"), dtype=np.int64)
