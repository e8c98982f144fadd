"""Softmax and cross-entropy beyond float64: the reference that other results are judged by.

Every number is a significand, held as the unevaluated sum of two float64 (double-double, about 32
decimal digits), times a power of two with a separate exponent. So nothing is rounded visibly,
nothing underflows, and the result is the same on every machine, unlike that of ``np.longdouble``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.validation import FloatArray, as_logits, reject_entry

__all__ = ["LARGEST_LOGIT", "Exact", "ExactSoftmax", "exact_softmax"]

IntArray = NDArray[np.int64]

LARGEST_LOGIT = 1e12
"""Largest size of a logit that the reference takes."""


class _Double(NamedTuple):
    """An unevaluated sum high + low, where low is at most half a unit in the last place of high."""

    high: FloatArray
    low: FloatArray


@dataclass(frozen=True, eq=False)
class Exact:
    """Positive numbers (high + low) * 2^exponent, exact to about 30 digits.

    Attributes
    ----------
    high, low : ndarray of float64
        The significand in two parts.
    exponent : ndarray of int64
        The power of two.
    """

    high: FloatArray
    low: FloatArray
    exponent: IntArray

    @property
    def value(self) -> FloatArray:
        """The numbers as float64; 0 where they are too small for it."""
        with np.errstate(under="ignore"):
            return _scale(self.high, self.exponent)

    @property
    def log10(self) -> FloatArray:
        """The decimal logarithm of the numbers, which tells those too small for float64."""
        return np.asarray(np.log10(self.high) + self.exponent * math.log10(2.0))

    def relative_error(self, computed: ArrayLike) -> FloatArray:
        """Return ``|computed - exact| / exact``: nan for nan, inf for inf, 1 for a lost 0.

        Parameters
        ----------
        computed : array_like
            What should be these numbers, in float16, float32 or float64.

        Returns
        -------
        ndarray of float64
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            values = np.asarray(computed).astype(np.float64)
            # Scaling up by a power of two is exact, and close numbers subtract exactly.
            scaled = _scale(values, -self.exponent)
            return np.asarray(np.abs((scaled - self.high) - self.low) / self.high)

    def __getitem__(self, index: Any) -> Exact:
        """Return some of the numbers."""
        return Exact(self.high[index], self.low[index], self.exponent[index])

    def reshape(self, shape: tuple[int, ...]) -> Exact:
        """Return the same numbers in another shape."""
        parts = (self.high.reshape(shape), self.low.reshape(shape), self.exponent.reshape(shape))
        return Exact(*parts)


class ExactSoftmax(NamedTuple):
    """Exact numbers of shape (..., classes).

    Attributes
    ----------
    probabilities : Exact
    losses : Exact
        The cross-entropy in nats for each class that may be the true one: -log p.
    """

    probabilities: Exact
    losses: Exact


def exact_softmax(logits: ArrayLike) -> ExactSoftmax:
    r"""Return softmax and cross-entropy of float64 logits, exact to about 30 digits.

    .. math:: p_i = \frac{e^{z_i - z_k}}{1 + S}, \quad
              -\log p_i = (z_k - z_i) + \log(1 + S), \quad
              S = \sum_{j \ne k} e^{z_j - z_k}, \quad k = \arg\max z

    Parameters
    ----------
    logits : array_like, shape (..., classes)
        At least two classes. The float64 numbers are taken as exact.

    Returns
    -------
    ExactSoftmax
        The probabilities, and the loss for each class. All of them are above 0.

    Raises
    ------
    ValueError
        If there are fewer than two classes, or a logit is not finite or above 1e12 in size.

    Notes
    -----
    The relative error is at most (1 + max |z_i - z_j|) * 2^-96 (shown with mpmath in the tests).
    The difference of two float64 is exactly a double-double. Its exponential is 2^k (1 + q), with q
    the Taylor series of exp(r) - 1 for the rest r, at most ln(2) / 2 in size. log(1 + S) is one
    step of Newton's method from the float64 value.

    References
    ----------
    Dekker, "A floating-point technique for extending the available precision", Numerische
    Mathematik 18 (1971).
    Hida, Li and Bailey, "Library for double-double and quad-double arithmetic" (2007).

    Examples
    --------
    >>> exact = exact_softmax([10, -100, -100])
    >>> print(f"{exact.losses.value[0]:.4g}")
    3.378e-48
    >>> round(float(exact_softmax([1000, -10000]).probabilities.log10[1]), 2)
    -4777.24
    """
    values = as_logits("logits", logits)
    if values.shape[-1] < 2:
        raise ValueError(f"logits must have at least two classes, got shape {values.shape}")
    bad = ~(np.abs(values) <= LARGEST_LOGIT)
    if bad.any():
        reject_entry("logits", values, bad, f"must be at most {LARGEST_LOGIT:g} in size")
    rows = values.astype(np.float64).reshape(-1, values.shape[-1])
    with np.errstate(under="ignore"):
        probabilities, losses = _exact_rows(rows)
    return ExactSoftmax(probabilities.reshape(values.shape), losses.reshape(values.shape))


def _exact_rows(rows: FloatArray) -> tuple[Exact, Exact]:
    """Return significands and exponents of all probabilities and losses."""
    index = np.arange(len(rows))
    winners = rows.argmax(axis=1)
    peaks = rows[index, winners]
    shifted = _two_sum(rows, -peaks[:, None])
    quotients, exponents = _expm1_scaled(shifted)
    significands = _add(_Double(np.ones_like(rows), np.zeros_like(rows)), quotients)

    # The sum over the others is 2^top times a number near 1, so that it cannot underflow.
    others = exponents.copy()
    others[index, winners] = np.iinfo(np.int64).min // 2
    top = others.max(axis=1)
    shift = others - top[:, None]
    total = _Double(np.zeros(len(rows)), np.zeros(len(rows)))
    for j in range(rows.shape[1]):
        scaled = _Double(*(_scale(part[:, j], shift[:, j]) for part in significands))
        total = _add(total, scaled)
    plain = _Double(*(_scale(part, top) for part in total))
    one = _Double(np.ones(len(rows)), np.zeros(len(rows)))
    denominator = _Double(*(part[:, None] for part in _add(one, plain)))
    probabilities = _divide(significands, denominator)

    logarithm = _Double(*(part[:, None] for part in _log1p(plain)))
    losses = _add(logarithm, _Double(-shifted.high, -shifted.low))
    # log(1 + S) is S below 2^-120, to more digits than are kept.
    is_tiny = (shifted.high == 0.0) & (top < -120)[:, None]
    return Exact(*probabilities, exponents), Exact(
        np.where(is_tiny, total.high[:, None], losses.high),
        np.where(is_tiny, total.low[:, None], losses.low),
        np.where(is_tiny, top[:, None], 0),
    )


def _split(number: Fraction) -> tuple[float, float]:
    high = float(number)
    return high, float(number - Fraction(high))


_LN2 = (math.log(2.0), 2.3190468138462996e-17)
_TERMS = 24
"""Enough terms of the series: the next is below 2^-115."""
_PLAIN_TERMS = 12
"""From this term on float64 does: the rest of the series is below 2^-45."""
_COEFFICIENTS = [_split(Fraction(1, math.factorial(n))) for n in range(_TERMS + 1)]


def _expm1_scaled(x: _Double) -> tuple[_Double, IntArray]:
    """Return q and k with exp(x) = 2^k (1 + q)."""
    k = np.rint(x.high / _LN2[0])
    whole = _multiply(_Double(k, np.zeros_like(k)), _Double(*map(np.asarray, _LN2)))
    rest = _add(x, _Double(-whole.high, -whole.low))
    tail = np.zeros_like(rest.high)
    for n in range(_TERMS, _PLAIN_TERMS - 1, -1):
        tail = tail * rest.high + _COEFFICIENTS[n][0]
    series = _Double(tail, np.zeros_like(tail))
    for n in range(_PLAIN_TERMS - 1, 0, -1):
        series = _add(_multiply(series, rest), _Double(*map(np.asarray, _COEFFICIENTS[n])))
    return _multiply(series, rest), k.astype(np.int64)


def _log1p(x: _Double) -> _Double:
    """Return log(1 + x) for x >= 0."""
    start = np.log1p(x.high)
    quotients, k = _expm1_scaled(_Double(start, np.zeros_like(start)))
    power = _scale(np.ones_like(start), k)
    scaled = _Double(quotients.high * power, quotients.low * power)
    excess = _add(_Double(power - 1.0, np.zeros_like(power)), scaled)
    excess = _add(excess, _Double(-x.high, -x.low))
    return _two_sum(start, -excess.high / (1.0 + x.high))


def _scale(x: FloatArray, k: IntArray) -> FloatArray:
    """Return x 2^k, where |k| beyond 5000 makes no difference to a float64."""
    return np.asarray(np.ldexp(x, np.clip(k, -5000, 5000).astype(np.int32)))


def _two_sum(a: FloatArray, b: FloatArray) -> _Double:
    total = a + b
    virtual = total - a
    return _Double(total, (a - (total - virtual)) + (b - virtual))


def _quick_two_sum(a: FloatArray, b: FloatArray) -> _Double:
    """Return the exact sum of numbers of which a is the larger in size."""
    total = a + b
    return _Double(total, b - (total - a))


def _two_product(a: FloatArray, b: FloatArray) -> _Double:
    product = a * b
    a_high, b_high = _upper_half(a), _upper_half(b)
    a_low, b_low = a - a_high, b - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return _Double(product, error)


def _upper_half(a: FloatArray) -> FloatArray:
    """Return the upper 26 bits."""
    spread = 134217729.0 * a
    return np.asarray(spread - (spread - a))


def _add(a: _Double, b: _Double) -> _Double:
    high, error = _two_sum(a.high, b.high)
    low, rest = _two_sum(a.low, b.low)
    high, error = _quick_two_sum(high, error + low)
    return _quick_two_sum(high, error + rest)


def _multiply(a: _Double, b: _Double) -> _Double:
    high, error = _two_product(a.high, b.high)
    return _quick_two_sum(high, error + (a.high * b.low + a.low * b.high))


def _divide(a: _Double, b: _Double) -> _Double:
    first = a.high / b.high
    product = _multiply(_Double(first, np.zeros_like(first)), b)
    remainder = _add(a, _Double(-product.high, -product.low))
    return _quick_two_sum(first, remainder.high / b.high)
