"""What a gradient check says: relative errors, kinks, and whether the step is to blame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.gradients.check import relative_error
from core.validation import FloatArray, LabelArray, as_floats, require_finite
from pages.gradient_check.checked_functions import CheckedFunction, CheckedValue
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
    """An analytic gradient beside difference quotients, at points of shape (..., n)."""

    points: FloatArray
    labels: LabelArray
    steps: FloatArray
    """The step h at each point, (...)."""
    value: FloatArray
    """The function, (...)."""
    analytic: FloatArray
    """The gradient that is checked, (..., n), mistaken if that was asked for."""
    right: FloatArray
    """The right one."""
    central: FloatArray
    """(f(x + h) - f(x - h)) / 2h in each entry, all in float64, (..., n)."""
    central32: FloatArray
    """The same, all in float32."""
    error: FloatArray
    """Its relative error, as in :func:`core.gradients.check.relative_error`."""
    error32: FloatArray
    kinks: NDArray[np.bool_]
    """Whether there is a kink between x - h and x + h: then there is nothing to compare."""
    findings: NDArray[np.int64]
    """The :class:`Finding` at each point, in float64, (...)."""
    suspects: NDArray[np.int64]
    """The entry that the finding is about: the one that is most wrong, or else the one with the
    largest relative error."""

    @property
    def worst(self) -> FloatArray:
        """Largest relative error in float64 of the entries without a kink; NaN if all have one."""
        return self._worst(self.error)

    @property
    def worst32(self) -> FloatArray:
        """The same in float32."""
        return self._worst(self.error32)

    def _worst(self, errors: FloatArray) -> FloatArray:
        largest = np.max(errors, axis=-1, where=~self.kinks, initial=0.0)
        return np.where(self.kinks.all(axis=-1), np.nan, largest)

    @property
    def is_below_float32(self) -> NDArray[np.bool_]:
        """Whether float32 is far off only because the step is below the best one for it."""
        is_small = self.steps < BEST_STEP_FLOAT32 * _sizes(self.points)
        return np.asarray(is_small & (self.worst32 > RULE_OF_THUMB[2]))

    @property
    def kink_count(self) -> NDArray[np.int64]:
        """Number of entries with a kink."""
        return np.asarray(np.count_nonzero(self.kinks, axis=-1), dtype=np.int64)


def gradient_errors(
    function: CheckedFunction,
    points: ArrayLike,
    labels: ArrayLike = 0,
    *,
    steps: ArrayLike = BEST_STEP,
    margin: float = 1.0,
    mistaken: bool = False,
) -> GradientErrors:
    """Check the gradient, or the one with the usual mistake, at many points, entry by entry.

    Examples
    --------
    >>> from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
    >>> cross_entropy = CHECKED_FUNCTIONS["cross_entropy"]
    >>> check = gradient_errors(cross_entropy, [3.2, 5.1, -1.7], 0, steps=1e-5)
    >>> check.central.round(4)
    array([-0.87 ,  0.869,  0.001])
    >>> Finding(int(check.findings)).name
    'AGREES'
    """
    x, y, h = as_points(points, labels, steps)
    pick = function.mistaken if mistaken else function.evaluate
    given = pick(x, y, margin=margin)
    given32 = pick(x.astype(np.float32), y, margin=margin)
    right = function.evaluate(x, y, margin=margin).gradient
    every = np.arange(x.shape[-1])
    along = DifferenceQuotients(
        function, x[..., None, :], every, y[..., None], h[..., None], margin
    )
    central, central32 = along.central(np.float64), along.central(np.float32)
    error = relative_error(given.gradient, central)
    # With a step below the resolution, a kink at the point itself would not be crossed.
    kinks = replace(along, steps=np.maximum(h, _RESOLUTION * _sizes(x))[..., None]).has_kink()
    findings, suspects = _findings(along, given, right, central, error, kinks, is_mistaken=mistaken)
    return GradientErrors(
        points=x,
        labels=y,
        steps=h,
        value=given.value,
        analytic=given.gradient,
        right=right,
        central=central,
        central32=central32,
        error=error,
        error32=relative_error(given32.gradient.astype(np.float64), central32),
        kinks=kinks,
        findings=findings,
        suspects=suspects,
    )


def _findings(
    along: DifferenceQuotients,
    given: CheckedValue,
    right: FloatArray,
    central: FloatArray,
    error: FloatArray,
    kinks: NDArray[np.bool_],
    *,
    is_mistaken: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tell what is to blame for the errors, and in which entry.

    A difference with the given step does not tell whether the gradient or the step is: so this
    looks at the differences with the best step, `BEST_STEP`, too.
    """
    x, h, content = along.points[..., 0, :], along.steps, RULE_OF_THUMB[1]
    size = _sizes(x)
    best = replace(along, steps=(BEST_STEP * size)[..., None])
    reference = best.central()
    off = np.abs(given.gradient - reference)
    slope = np.maximum(np.abs(right), np.abs(reference)).max(axis=-1)
    noise = np.finfo(np.float64).eps * (np.abs(given.value) + size * slope) / (BEST_STEP * size)
    is_clear = off > _ROUNDING_ALLOWANCE * noise[..., None]
    # Each squared term puts the quotient off by at most h / 2, and an entry has at most n of them.
    bend = x.shape[-1] / 2.0 * (1.0 + content)
    is_bent = along.has_bend() & (np.abs(right - central) <= bend * h)
    near_bend = best.has_bend() & (off <= bend * best.steps)
    differs = (relative_error(given.gradient, reference) > content) & ~(
        kinks | best.has_kink() | near_bend
    )
    is_wrong = differs & is_clear
    any_wrong = is_wrong.any(axis=-1)
    largest = np.where(kinks, 0.0, np.maximum(np.abs(given.gradient), np.abs(central)))
    rule = rule_of_thumb(np.max(error, axis=-1, where=~kinks, initial=0.0))
    at_kinks = kinks & replace(along, steps=(_RESOLUTION * size)[..., None]).has_kink()
    # The first that applies.
    finding = {
        Finding.ONLY_KINKS: at_kinks.all(axis=-1),
        Finding.KINKS_WITHIN_STEP: kinks.all(axis=-1),
        Finding.WRONG: any_wrong,
        Finding.MISTAKE_HIDDEN: is_mistaken & (given.gradient == right).all(axis=-1),
        Finding.ALL_ZERO: largest.max(axis=-1) == 0.0,
        Finding.AGREES: rule == 0,
        Finding.NEARLY_AGREES: rule == 1,
        Finding.BENT: (kinks | is_bent | (error <= content)).all(axis=-1),
        Finding.UNRESOLVED: differs.any(axis=-1),
        Finding.STEP_TOO_LARGE: h[..., 0] > BEST_STEP * size,
    }
    found = np.select([*finding.values()], [*finding], Finding.STEP_TOO_SMALL)
    doubtful = np.where(
        any_wrong[..., None], np.where(is_wrong, off, -1.0), np.where(kinks, -1.0, error)
    )
    return np.asarray(found, dtype=np.int64), np.asarray(doubtful.argmax(axis=-1), dtype=np.int64)


def _sizes(points: FloatArray) -> FloatArray:
    """Return what a step is to be compared with: the largest entry of each point, at least 1."""
    return np.asarray(np.maximum(1.0, np.abs(points).max(axis=-1)))


def rule_of_thumb(errors: ArrayLike) -> NDArray[np.int64]:
    """Return which of four bands a relative error is in, by the bounds of `RULE_OF_THUMB`.

    Examples
    --------
    >>> rule_of_thumb([1e-9, 1e-6, 1e-3, 0.4]).tolist()
    [0, 1, 2, 3]
    """
    values = as_floats("errors", errors)
    require_finite("errors", values)
    return np.asarray(np.searchsorted(RULE_OF_THUMB, values, side="left"), dtype=np.int64)
