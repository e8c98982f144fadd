"""Gradients by central differences, and what they say about an analytic gradient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.validation import FloatArray, as_floats, as_real, require_finite

__all__ = ["GradientCheck", "check_gradient", "numerical_gradient", "relative_error"]

Function = Callable[[FloatArray], SupportsFloat]


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """An analytic gradient beside the numerical one; all arrays have the shape of the point.

    Attributes
    ----------
    analytic, numerical : ndarray
        The two gradients.
    relative_error : ndarray
        See :func:`relative_error`.
    kinks : ndarray of bool
        True where the slopes to the left and to the right disagree, so that there is no derivative
        to compare with, or where they lie on different sides of a kink less than a step away.
    """

    analytic: FloatArray
    numerical: FloatArray
    relative_error: FloatArray
    kinks: NDArray[np.bool_]

    @property
    def worst(self) -> float:
        """The largest relative error among the entries without a kink; 0 if there are none."""
        return float(np.max(self.relative_error, where=~self.kinks, initial=0.0))


def relative_error(analytic: ArrayLike, numerical: ArrayLike) -> FloatArray:
    r"""Return how far two gradients lie apart, entry by entry.

    .. math:: \frac{|a - n|}{\max(|a|, |n|)}

    and 0 where both are 0. Rounding alone makes it large where the gradient is tiny beside the
    function's value.

    Parameters
    ----------
    analytic, numerical : array_like
        The gradients a and n, whose shapes broadcast.

    Returns
    -------
    ndarray
        The errors, from 0 to 2.

    Raises
    ------
    ValueError
        If a gradient is empty or not finite.

    References
    ----------
    CS231n notes, "Neural networks part 3": use relative error for the comparison.

    Examples
    --------
    >>> relative_error([1.0, 0.0, -1.0], [0.99, 0.0, 1.0])
    array([0.01, 0.  , 2.  ])
    """
    a, n = as_floats("analytic", analytic), as_floats("numerical", numerical)
    require_finite("analytic", a)
    require_finite("numerical", n)
    size = np.maximum(np.abs(a), np.abs(n))
    return np.asarray(np.abs(a - n) / np.where(size > 0.0, size, 1.0))


def numerical_gradient(
    function: Function, point: ArrayLike, *, step: float | None = None
) -> FloatArray:
    r"""Return the gradient of a function by central differences.

    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2 h}

    Parameters
    ----------
    function : callable
        Takes an array in the shape of the point and returns a number.
    point : array_like
        Where to differentiate, any shape.
    step : float, optional
        The step h > 0. By default cbrt(eps) max(1, |x_i|), about 6e-6 in float64, which balances
        the errors of truncation, of order h^2, and of rounding, of order eps / h.

    Returns
    -------
    ndarray of float64
        The gradient, same shape as the point.

    Raises
    ------
    ValueError
        If the point is empty or not finite, or the step is not a finite number above 0, or so
        small that adding it changes nothing.

    References
    ----------
    Press et al., "Numerical Recipes" (3rd ed. 2007), section 5.7.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), [1.0, -3.0]).round(6)
    array([ 2., -6.])
    """
    below, _, above, width_below, width_above = _neighbours(function, point, step)
    return (above - below) / (width_below + width_above)


def check_gradient(
    function: Function,
    gradient: ArrayLike | Callable[[FloatArray], ArrayLike],
    point: ArrayLike,
    *,
    step: float | None = None,
    kink_tolerance: float = 1e-3,
) -> GradientCheck:
    """Compare an analytic gradient with central differences, and flag kinks.

    Parameters
    ----------
    function : callable
        Takes an array in the shape of the point and returns a number.
    gradient : array_like or callable
        The analytic gradient at the point, or a function of the point that returns it.
    point : array_like
        Where to compare, any shape.
    step : float, optional
        As for `numerical_gradient`.
    kink_tolerance : float
        How far the slopes to the left and to the right may differ, in units of the larger of them
        and of 1, before the entry counts as a kink. Curvature makes them differ by about a step.

    Returns
    -------
    GradientCheck
        Both gradients, their relative errors, and where the kinks are.

    Raises
    ------
    ValueError
        If the gradient does not have the shape of the point, or as for `numerical_gradient`.

    References
    ----------
    CS231n notes, "Neural networks part 3": gradient checks, and kinks in the objective.

    Examples
    --------
    >>> check = check_gradient(lambda x: abs(x).sum(), np.sign, [2.0, 0.0])
    >>> check.kinks
    array([False,  True])
    >>> check.worst < 1e-9
    True
    """
    x = _point(point)
    below, here, above, width_below, width_above = _neighbours(function, x, step)
    numerical = (above - below) / (width_below + width_above)
    analytic = as_floats("gradient", gradient(x.copy()) if callable(gradient) else gradient)
    if analytic.shape != x.shape:
        raise ValueError(
            f"gradient must have the shape of the point, {x.shape}, got shape {analytic.shape}"
        )
    analytic = analytic.astype(np.float64)

    left, right = (here - below) / width_below, (above - here) / width_above
    scale = np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))
    return GradientCheck(
        analytic=analytic,
        numerical=numerical,
        relative_error=relative_error(analytic, numerical),
        kinks=np.abs(right - left) > as_real("kink_tolerance", kink_tolerance, above=0.0) * scale,
    )


def _point(point: ArrayLike) -> FloatArray:
    """Return the point as an own float64 array: differences in a shorter type would be noise."""
    x = as_floats("point", point).astype(np.float64)
    require_finite("point", x)
    return x


def _neighbours(
    function: Function, point: ArrayLike, step: float | None
) -> tuple[FloatArray, float, FloatArray, FloatArray, FloatArray]:
    """Return f a step below, at and a step above the point in each entry, and the step widths.

    The widths are those that are left after rounding x + h and x - h.
    """
    x = _point(point)
    if step is None:
        steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1.0, np.abs(x))
    else:
        steps = np.full_like(x, as_real("step", step, above=0.0))
    below, above = np.empty_like(x), np.empty_like(x)
    lower, upper = x - steps, x + steps
    stuck = (lower == x) | (upper == x)
    if stuck.any():
        entry = float(x[stuck][0])
        raise ValueError(f"step must be large enough to change an entry of {entry!r}, got {step!r}")
    for index in np.ndindex(x.shape):
        for values, shifted in ((below, lower), (above, upper)):
            moved = x.copy()
            moved[index] = shifted[index]
            values[index] = float(function(moved))
    return below, float(function(x.copy())), above, x - lower, upper - x
