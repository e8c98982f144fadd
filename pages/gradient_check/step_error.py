"""The error of difference quotients against the step: measured, and predicted by theory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from core.gradients.check import relative_error
from core.validation import FloatArray, as_floats, reject_entry, require_finite
from pages.gradient_check.checked_functions import CheckedFunction
from pages.gradient_check.difference_quotients import (
    STEPS,
    DifferenceQuotients,
    as_entries,
    as_points,
    picked,
)

__all__ = [
    "ErrorCurves",
    "PredictedErrors",
    "error_curves",
    "predicted_errors",
    "third_derivatives",
]


@dataclass(frozen=True, eq=False)
class ErrorCurves:
    """Relative errors of one entry's derivative against the step.

    What theory predicts is of shape (..., 2): with the first and with the last step, relative to
    |f'|, and infinite where that is 0. Between the two it is a straight line on logarithmic axes.
    """

    central: FloatArray
    """Of the central difference, in float64, for each of the steps, (..., steps)."""
    central32: FloatArray
    """The same in float32."""
    forward: FloatArray
    """Of the forward difference (f(x + h) - f(x)) / h, in float64, for every fourth step."""
    truncation: FloatArray
    rounding: FloatArray
    rounding32: FloatArray


def error_curves(
    function: CheckedFunction,
    points: ArrayLike,
    labels: ArrayLike = 0,
    *,
    entries: ArrayLike,
    steps: Sequence[float] = STEPS,
    margin: float = 1.0,
    mistaken: bool = False,
) -> ErrorCurves:
    """Return the error of one entry's derivative as the step grows: an entry for each point.

    After Press et al., "Numerical Recipes" (3rd ed. 2007), section 5.7.
    """
    x, y, _ = as_points(points, labels)
    entry = as_entries(entries, x)
    pick = function.mistaken if mistaken else function.evaluate
    given = pick(x, y, margin=margin)
    given32 = pick(x.astype(np.float32), y, margin=margin)
    analytic = picked(given.gradient, entry)[..., None]
    analytic32 = picked(given32.gradient.astype(np.float64), entry)[..., None]
    along = DifferenceQuotients(
        function, x[..., None, :], entry[..., None], y[..., None], np.array(steps), margin
    )
    sparse = replace(along, steps=np.array(steps[::4]))

    right = function.evaluate(x, y, margin=margin)
    slope = np.abs(picked(right.gradient, entry))[..., None]
    value = right.value[..., None]
    third = picked(third_derivatives(function, x), entry)[..., None]
    ends = (steps[0], steps[-1])
    predicted = predicted_errors(value, third, ends)
    predicted32 = predicted_errors(value, third, ends, dtype=np.float32)
    return ErrorCurves(
        central=relative_error(analytic, along.central()),
        central32=relative_error(analytic32, along.central(np.float32)),
        forward=relative_error(analytic, sparse.forward()),
        truncation=_relative_to(slope, predicted.truncation),
        rounding=_relative_to(slope, predicted.rounding),
        rounding32=_relative_to(slope, predicted32.rounding),
    )


@dataclass(frozen=True, eq=False)
class PredictedErrors:
    """What theory predicts for the error of a central difference."""

    truncation: FloatArray
    """h^2 |f'''| / 6: what the Taylor series leaves out."""
    rounding: FloatArray
    """eps |f| / h: what rounding the function's values does."""
    best_step: FloatArray
    """The step at which the sum is smallest, cbrt(3 eps |f| / |f'''|); infinite where there is no
    truncation, or next to none."""

    @property
    def total(self) -> FloatArray:
        """Truncation and rounding together."""
        return np.asarray(self.truncation + self.rounding)


@np.errstate(over="ignore", under="ignore")
def predicted_errors(
    value: ArrayLike,
    third_derivative: ArrayLike,
    steps: ArrayLike,
    *,
    dtype: DTypeLike = np.float64,
) -> PredictedErrors:
    r"""Predict the error of a central difference from the function's size and curvature.

    .. math:: \left| \frac{f(x + h) - f(x - h)}{2 h} - f'(x) \right| \approx
              \frac{h^2}{6} |f'''(x)| + \frac{\varepsilon |f(x)|}{h}

    Examples
    --------
    >>> predicted = predicted_errors(2.0, 0.1, 1e-5)
    >>> print(f"{predicted.truncation:.1e} {predicted.rounding:.1e} {predicted.best_step:.1e}")
    1.7e-12 4.4e-11 2.4e-05
    """
    given = {"value": value, "third_derivative": third_derivative, "steps": steps}
    arrays = {name: as_floats(name, of).astype(np.float64) for name, of in given.items()}
    for name, array in arrays.items():
        require_finite(name, array)
    if arrays["steps"].min() <= 0.0:
        reject_entry("steps", arrays["steps"], arrays["steps"] <= 0.0, "must be greater than 0")
    size, bend, h = np.broadcast_arrays(*map(np.abs, arrays.values()))
    epsilon = float(np.finfo(dtype).eps)
    best = np.full(h.shape, np.inf)
    np.divide(3.0 * epsilon * size, bend, out=best, where=bend > 0.0)
    return PredictedErrors(
        truncation=np.asarray(h**2 * bend / 6.0),
        rounding=np.asarray(epsilon * size / h),
        best_step=np.asarray(np.cbrt(best)),
    )


def third_derivatives(function: CheckedFunction, points: ArrayLike) -> FloatArray:
    """Return the third derivative by each entry, 0 for lines and parabolas."""
    x, _, _ = as_points(points, 0)
    return np.zeros_like(x) if function.third_derivative is None else function.third_derivative(x)


def _relative_to(slope: FloatArray, errors: FloatArray) -> FloatArray:
    relative = np.full(errors.shape, np.inf)
    # A slope that is next to nothing may make the quotient overflow, to infinity too.
    with np.errstate(over="ignore", under="ignore"):
        np.divide(errors, slope, out=relative, where=slope > 0.0)
    return relative
