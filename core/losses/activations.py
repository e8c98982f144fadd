"""Softmax, its logarithm and its derivative; ReLU and its derivative.

The softmax functions subtract each sample's largest logit first: only differences of logits
matter, and ``exp`` of a difference that is at most zero cannot overflow. The largest class then
contributes exactly 1 to the sum, so that the sum of the *other* classes carries all the information
about how confident the prediction is. Keeping the two apart is what keeps tiny losses from becoming
0.
"""

import numpy as np
from numpy.typing import ArrayLike

from core.validation import (
    FloatArray,
    LabelArray,
    as_floats,
    as_logits,
    as_real,
    reject_logits,
    require_finite,
    working_dtype,
)

__all__ = ["log_softmax", "relu", "relu_derivative", "softmax", "softmax_jacobian"]


@np.errstate(over="ignore", under="ignore")
def softmax(logits: ArrayLike, *, axis: int = -1, temperature: float = 1.0) -> FloatArray:
    r"""Turn logits into probabilities.

    .. math:: p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}

    Parameters
    ----------
    logits : array_like
        The scores z, of any shape with at least one axis. -inf is allowed and gets
        probability exactly 0.
    axis : int
        The axis of the classes.
    temperature : float
        The divisor T > 0 of the logits: above 1 flattens the probabilities, below 1 sharpens them.

    Returns
    -------
    ndarray
        The probabilities, same shape and float type as the logits (integers become float64);
        their sum over ``axis`` is 1.

    Raises
    ------
    ValueError
        If the logits are empty, contain NaN or +inf, or a sample is -inf throughout; if the axis
        does not exist; if the temperature is not a finite number above 0.

    Notes
    -----
    In float64 the relative error is at most 4 + max |z_i - z_j| / T machine epsilons.

    References
    ----------
    Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA J. Numer. Anal. 41 (2021).

    Examples
    --------
    >>> softmax([1, 2, 3]).round(4)
    array([0.09  , 0.2447, 0.6652])
    >>> softmax([1010, 1000, 990]).round(4)
    array([1., 0., 0.])
    """
    values, rows, winners, peaks = _checked_rows(logits, axis)
    # Subtracting first: dividing could overflow, and would round each logit on its own.
    rows -= peaks
    rows /= _divisor(temperature, rows)
    np.exp(rows, out=rows)
    rows /= 1.0 + _sum_without(rows, winners)[:, None]
    return _restored(rows, values, axis)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def log_softmax(logits: ArrayLike, *, axis: int = -1, temperature: float = 1.0) -> FloatArray:
    r"""Return the logarithm of the softmax, in nats.

    .. math:: \log p_i = (z_i - z_k) / T - \log\Bigl(1 + \sum_{j \ne k} e^{(z_j - z_k) / T}\Bigr),
              \quad k = \arg\max z

    Parameters
    ----------
    logits : array_like
        The scores z, of any shape with at least one axis. -inf is allowed: its logarithm is -inf.
    axis : int
        The axis of the classes.
    temperature : float
        The divisor T > 0 of the logits.

    Returns
    -------
    ndarray
        Log-probabilities, at most 0, same shape and float type as the logits (integers become
        float64).

    Raises
    ------
    ValueError
        If the logits are empty, contain NaN or +inf, or a sample is -inf throughout; if the axis
        does not exist; if the temperature is not a finite number above 0.

    Notes
    -----
    Both terms of the formula have the same sign, so nothing cancels; and the second is
    computed by ``log1p``, so that it stays exact when the other classes are negligible; there the
    rounding error of z_j - z_k matters, too, and is corrected.
    In float64 and with T = 1 the relative error is at most 4 machine epsilons.

    References
    ----------
    Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA J. Numer. Anal. 41 (2021).

    Examples
    --------
    >>> log_softmax([1, 2, 3]).round(4)
    array([-2.4076, -1.4076, -0.4076])
    >>> print(f"{log_softmax([10, -100, -100])[0]:.4g}")
    -3.378e-48
    """
    values, rows, winners, peaks = _checked_rows(logits, axis)
    divisor = _divisor(temperature, rows)
    shifted = (rows - peaks) / divisor
    exponentials = np.exp(shifted)
    exponentials *= 1.0 + _subtraction_error(rows, peaks) / divisor
    shifted -= np.log1p(_sum_without(exponentials, winners))[:, None]
    return _restored(shifted, values, axis)


@np.errstate(over="ignore", under="ignore")
def softmax_jacobian(logits: ArrayLike, *, temperature: float = 1.0) -> FloatArray:
    r"""Return the derivative of each probability with respect to each logit.

    .. math:: \frac{\partial p_i}{\partial z_j} = \frac{p_i (\delta_{ij} - p_j)}{T}

    Parameters
    ----------
    logits : array_like
        The scores z, shape (..., classes).
    temperature : float
        The divisor T > 0 of the logits.

    Returns
    -------
    ndarray
        The Jacobian, shape (..., classes, classes), row i for p_i and column j for z_j. It is
        symmetric, and each row sums to 0: adding a constant to all logits changes nothing.

    Raises
    ------
    ValueError
        As for `softmax`.

    Examples
    --------
    >>> softmax_jacobian([1, 2, 3]).round(4)
    array([[ 0.0819, -0.022 , -0.0599],
           [-0.022 ,  0.1848, -0.1628],
           [-0.0599, -0.1628,  0.2227]])
    """
    values, rows, winners, peaks = _checked_rows(logits, -1)
    divisor = _divisor(temperature, rows)
    rows -= peaks
    rows /= divisor
    np.exp(rows, out=rows)
    others = _sum_without(rows, winners)
    total = 1.0 + others
    rows /= total[:, None]

    # 1 - p loses all digits as p approaches 1; the winner's is known without subtracting.
    complements = 1.0 - rows
    complements[np.arange(len(rows)), winners] = others / total

    jacobian = 0.0 - rows[:, :, None] * rows[:, None, :]
    np.einsum("nii->ni", jacobian)[...] = rows * complements
    jacobian /= divisor
    return jacobian.reshape(*values.shape, values.shape[-1]).astype(values.dtype, copy=False)


def relu(values: ArrayLike) -> FloatArray:
    r"""Return the rectified linear unit of each value.

    .. math:: \mathrm{ReLU}(x) = \max(0, x)

    Parameters
    ----------
    values : array_like
        The inputs x, any shape.

    Returns
    -------
    ndarray
        Same shape and float type as the values (integers become float64).

    Raises
    ------
    ValueError
        If the values are empty or not finite.

    References
    ----------
    Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).

    Examples
    --------
    >>> relu([-1.5, 0.0, 2.0])
    array([0., 0., 2.])
    """
    inputs = as_floats("values", values)
    require_finite("values", inputs)
    # Adding 0 turns -0 into 0.
    return np.asarray(np.maximum(inputs, 0.0) + np.zeros((), inputs.dtype))


def relu_derivative(values: ArrayLike) -> FloatArray:
    r"""Return the derivative of the rectified linear unit: 1 above 0, else 0.

    Parameters
    ----------
    values : array_like
        The inputs x, any shape.

    Returns
    -------
    ndarray
        Same shape and float type as the values (integers become float64).

    Raises
    ------
    ValueError
        If the values are empty or not finite.

    Notes
    -----
    At exactly 0 there is a kink: every number from 0 to 1 is a subgradient, and 0 is taken, the
    convention of most libraries.

    References
    ----------
    Bertoin et al., "Numerical influence of ReLU'(0) on backpropagation" (2021).

    Examples
    --------
    >>> relu_derivative([-1.5, 0.0, 2.0])
    array([0., 0., 1.])
    """
    inputs = as_floats("values", values)
    require_finite("values", inputs)
    return np.asarray((inputs > 0.0).astype(inputs.dtype))


def _sum_without(exponentials: FloatArray, winners: LabelArray) -> FloatArray:
    """Sum each row without its winner, the class whose exponential is exactly 1.

    With the 1 included, contributions below an epsilon would be lost, and with them the loss of
    a confident prediction.
    """
    index = np.arange(len(exponentials))
    exponentials[index, winners] = 0.0
    others: FloatArray = exponentials.sum(axis=1)
    exponentials[index, winners] = 1.0
    return others


def _checked_rows(
    logits: ArrayLike, axis: int
) -> tuple[FloatArray, FloatArray, LabelArray, FloatArray]:
    """Return the logits, an own copy as (rows, classes), and each row's winner and maximum."""
    values = as_logits("logits", logits)
    if not -values.ndim <= axis < values.ndim:
        raise ValueError(f"axis must exist in logits of shape {values.shape}, got {axis!r}")
    moved = np.moveaxis(values, axis, -1)
    rows = moved.astype(working_dtype(values.dtype), order="C").reshape(-1, moved.shape[-1])
    winners = rows.argmax(axis=1)
    peaks = rows[np.arange(len(rows)), winners]
    # A NaN counts as the largest entry, so that the maxima alone tell whether all is well.
    if not np.isfinite(peaks).all():
        reject_logits("logits", values, axis)
    return values, rows, winners, peaks[:, None]


def _divisor(temperature: float, rows: FloatArray) -> float:
    """Return the temperature, kept from becoming 0 or infinite in the type of the rows."""
    limits = np.finfo(rows.dtype)
    checked = as_real("temperature", temperature, above=0.0)
    return min(max(checked, float(limits.tiny)), float(limits.max))


def _subtraction_error(rows: FloatArray, peaks: FloatArray) -> FloatArray:
    """Return what rounding took from rows - peaks, exactly (Knuth's two-sum)."""
    difference = rows - peaks
    taken = difference - rows
    error = (rows - (difference - taken)) - (peaks + taken)
    # Infinite differences have no rounding error.
    return np.where(np.isfinite(error), error, 0.0)


def _restored(rows: FloatArray, values: FloatArray, axis: int) -> FloatArray:
    moved_shape = np.moveaxis(values, axis, -1).shape
    return np.moveaxis(rows.reshape(moved_shape), -1, axis).astype(values.dtype, copy=False)
