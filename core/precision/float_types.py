"""Softmax and cross-entropy as they come out in float16, float32 and float64, right or wrong.

The methods are those of tutorials and libraries, each computed with every intermediate result
rounded to the type. What they return is judged by the exact result of `precision.exact`. Here, and
only here, NaN and infinity are results like others: they are what the lesson is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.precision.exact import Exact, ExactSoftmax
from core.validation import (
    FloatArray,
    as_floats,
    as_logits,
    as_real,
    reject_entry,
    require_finite,
    require_option,
)

__all__ = [
    "EPSILONS_OF_RIGHT",
    "METHODS",
    "OFFSET",
    "POOLINGS",
    "PRECISIONS",
    "Computed",
    "ExpLimits",
    "Method",
    "OffsetLoss",
    "Outcome",
    "Pooling",
    "Precision",
    "Status",
    "exp_limits",
    "judge",
    "offset_cross_entropy",
    "outcomes",
    "softmax_cross_entropy",
]

Method = Literal["naive", "shifted", "log_space", "offset"]
Precision = Literal["float16", "float32", "float64"]
Pooling = Literal["row", "batch"]
METHODS: tuple[Method, ...] = get_args(Method)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)

StatusArray = NDArray[np.int8]

OFFSET = 1e-7
"""What many tutorials add to p, so that its logarithm is not that of 0."""

EPSILONS_OF_RIGHT = 8
"""A relative error of up to so many machine epsilons is what a type is allowed: 7.8e-3 in float16,
9.5e-7 in float32, 1.8e-15 in float64. Only the last few of its bits may be wrong."""


class Status(IntEnum):
    """What became of one number."""

    RIGHT = 0
    """Right for its type, all but the last few bits: see `EPSILONS_OF_RIGHT`."""
    ROUNDED = 1
    """A number, but more digits are lost than the type has to lose."""
    ZERO = 2
    """0, though the true value is not 0: underflow."""
    INFINITE = 3
    """inf, though the true value is finite: overflow, or the logarithm of a lost 0."""
    NAN = 4
    """Not a number: inf / inf, 0 / 0 or inf - inf."""


class Outcome(IntEnum):
    """What happened to one sample, the last of these that applies."""

    RIGHT = 0
    """Every probability and the loss are right."""
    LOSS_ROUNDED = 1
    """Every probability is right, but digits of the loss are lost."""
    ROUNDED = 2
    """Nothing is lost altogether, but digits of a probability are, and maybe of the loss."""
    SOME_UNDERFLOW = 3
    """A probability became 0; the loss is a number, and maybe digits of it are lost."""
    LOSS_VANISHED = 4
    """The probability of the true class became 1, and the loss 0: nothing is left to learn."""
    LOSS_UNDERFLOW = 5
    """The loss itself is below the smallest number of the type, and became 0."""
    TRUE_UNDERFLOW = 6
    """The probability of the true class became 0, and the loss infinite."""
    LOSS_OVERFLOW = 7
    """The loss itself is beyond the largest number of the type."""
    SUM_OVERFLOW = 8
    """Each exponential fits, but not their sum: every probability is 0."""
    ALL_UNDERFLOW = 9
    """Every exponential became 0, and 0 / 0 is NaN."""
    EXP_OVERFLOW = 10
    """An exponential is infinite, and inf / inf is NaN."""
    LOGITS_OVERFLOW = 11
    """A logit itself is beyond the largest number of the type."""


class ExpLimits(NamedTuple):
    """Where exp fails in a floating-point type.

    Attributes
    ----------
    overflow : float
        Above it, exp is infinite.
    subnormal : float
        Below it, exp loses digits.
    underflow : float
        Below it, exp is 0.
    """

    overflow: float
    subnormal: float
    underflow: float


@cache
def exp_limits(precision: Precision) -> ExpLimits:
    """Return the limits of exp in a floating-point type.

    Parameters
    ----------
    precision : {"float16", "float32", "float64"}
        The type.

    Returns
    -------
    ExpLimits
        The logarithms of the largest, of the smallest normal, and of half the smallest subnormal
        number.

    Raises
    ------
    ValueError
        If the type is none of the three.

    References
    ----------
    IEEE 754-2019, section 3.

    Examples
    --------
    >>> [round(limit, 2) for limit in exp_limits("float64")]
    [709.78, -708.4, -745.13]
    >>> [round(limit, 2) for limit in exp_limits("float16")]
    [11.09, -9.7, -17.33]
    """
    require_option("precision", precision, PRECISIONS)
    limits = np.finfo(precision)
    return ExpLimits(
        overflow=float(np.log(np.float64(limits.max))),
        subnormal=float(np.log(np.float64(limits.smallest_normal))),
        underflow=float(np.log(np.float64(limits.smallest_subnormal)) - np.log(2.0)),
    )


@dataclass(frozen=True, eq=False)
class Computed:
    """What a method returns in a floating-point type, with the steps on its way.

    Attributes
    ----------
    logits : (..., classes)
        The logits, rounded to the type.
    exponentials : (..., classes)
        exp of the logits, or of the shifted logits.
    total : (...)
        The sum of the exponentials.
    probabilities, losses : (..., classes)
        p, and the cross-entropy in nats for each class that may be the true one.
    """

    logits: FloatArray
    exponentials: FloatArray
    total: FloatArray
    probabilities: FloatArray
    losses: FloatArray


@np.errstate(all="ignore")
def softmax_cross_entropy(
    logits: ArrayLike,
    *,
    method: Method,
    precision: Precision,
    pooling: Pooling = "row",
) -> Computed:
    r"""Compute softmax and cross-entropy by a method, right or wrong, in a floating-point type.

    - ``naive``: p = exp(z) / sum exp(z); L = -log p.
    - ``shifted``: the same with z - max z for z.
    - ``log_space``: log p_i = (z_i - z_k) - log1p(sum over j != k of exp(z_j - z_k)), k = argmax z;
      p = exp(log p); L = -log p.
    - ``offset``: p as ``shifted``; L = -log(p + 1e-7).

    Parameters
    ----------
    logits : array_like, shape (..., classes)
        Finite. They are rounded to the type first, and may overflow by that.
    method : {"naive", "shifted", "log_space", "offset"}
        How it is computed.
    precision : {"float16", "float32", "float64"}
        The type of every number on the way. Sums run from the first class to the last.
    pooling : {"row", "batch"}
        Whether the largest logit is that of each row, or, as in a common mistake, that of the whole
        batch: logits of shape (..., batch, classes).

    Returns
    -------
    Computed
        Probabilities, losses and the steps on the way, in the type; 0, inf and NaN as they come.

    Raises
    ------
    ValueError
        If a logit is not finite or an option is unknown; if there is no batch to pool.

    References
    ----------
    Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA J. Numer. Anal. 41 (2021).

    Examples
    --------
    >>> z = [1010, 1000, 990]
    >>> softmax_cross_entropy(z, method="naive", precision="float64").probabilities
    array([nan, nan, nan])
    >>> in_log_space = softmax_cross_entropy(z, method="log_space", precision="float32")
    >>> print(f"{in_log_space.losses[0]:.4g}")
    4.54e-05
    """
    values = as_logits("logits", logits)
    require_finite("logits", values)
    require_option("method", method, METHODS)
    require_option("precision", precision, PRECISIONS)
    require_option("pooling", pooling, POOLINGS)
    if pooling == "batch" and values.ndim < 2:
        raise ValueError(
            "logits must have shape (..., batch, classes) to be pooled over the batch, "
            f"got shape {values.shape}"
        )

    z = values.astype(precision)
    if method != "naive":
        over = (-1,) if pooling == "row" else (-2, -1)
        shifted = z - z.max(axis=over, keepdims=True)
    else:
        shifted = z
    exponentials = np.exp(shifted)
    total = _sum(exponentials)
    if method == "log_space":
        # Without the largest, which is exactly 1 and would swallow the others.
        rest = exponentials.copy()
        np.put_along_axis(rest, z.argmax(axis=-1, keepdims=True), 0, axis=-1)
        log_p = shifted - np.log1p(_sum(rest))[..., None]
        probabilities = np.exp(log_p)
        losses = -log_p
    else:
        probabilities = exponentials / total[..., None]
        offset = OFFSET if method == "offset" else 0.0
        losses = -np.log(probabilities + z.dtype.type(offset))
    return Computed(z, exponentials, total, probabilities, losses)


def _sum(terms: FloatArray) -> FloatArray:
    """Sum over the last axis, each partial sum rounded to the type, which ``np.sum`` does not."""
    return np.asarray(np.add.accumulate(terms, axis=-1)[..., -1])


def judge(computed: FloatArray, exact: Exact) -> StatusArray:
    """Tell what became of each number.

    Parameters
    ----------
    computed : ndarray of float16, float32 or float64
        The numbers; their type says how exact they can be.
    exact : Exact
        The true values, of the same shape.

    Returns
    -------
    ndarray of int8
        A `Status` for each.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> from core.precision.exact import exact_softmax
    >>> z = [123, 456, 789]
    >>> naive = softmax_cross_entropy(z, method="naive", precision="float64")
    >>> [Status(s).name for s in judge(naive.probabilities, exact_softmax(z).probabilities)]
    ['ZERO', 'ZERO', 'NAN']
    """
    values = as_floats("computed", computed)
    if values.shape != exact.high.shape:
        raise ValueError(
            f"computed must have the shape {exact.high.shape} of exact, got {values.shape}"
        )
    error = exact.relative_error(values)
    allowed = EPSILONS_OF_RIGHT * float(np.finfo(values.dtype).eps)
    status = np.where(error <= allowed, Status.RIGHT, Status.ROUNDED)
    status = np.where(values == 0, Status.ZERO, status)
    status = np.where(np.isinf(values), Status.INFINITE, status)
    return np.where(np.isnan(values), Status.NAN, status).astype(np.int8)


def outcomes(computed: Computed, exact: ExactSoftmax) -> StatusArray:
    """Tell what happened to each sample, for each class that may be the true one.

    Parameters
    ----------
    computed : Computed
        What a method returned.
    exact : ExactSoftmax
        The true values, of the same shape.

    Returns
    -------
    ndarray of int8, shape (..., classes)
        An `Outcome` for each sample and true class.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> from core.precision.exact import exact_softmax
    >>> z = [10, -100, -100]
    >>> shifted = softmax_cross_entropy(z, method="shifted", precision="float64")
    >>> Outcome(outcomes(shifted, exact_softmax(z))[0]).name
    'LOSS_VANISHED'
    """
    p, losses = computed.probabilities, computed.losses
    statuses = judge(p, exact.probabilities)
    loss_statuses = judge(losses, exact.losses)
    any_nan = (statuses == Status.NAN).any(axis=-1, keepdims=True)
    is_infinite = loss_statuses == Status.INFINITE
    vanished = loss_statuses == Status.ZERO
    fits = np.isfinite(computed.logits)
    limits = np.finfo(p.dtype)
    true_losses = exact.losses.value
    conditions = [
        any_nan & ~fits.all(axis=-1, keepdims=True) | is_infinite & ~fits,
        any_nan & np.isinf(computed.exponentials).any(axis=-1, keepdims=True),
        any_nan & np.ones_like(fits),
        is_infinite & np.isinf(computed.total)[..., None],
        is_infinite & (true_losses > float(limits.max)),
        is_infinite,
        vanished & (true_losses < float(limits.smallest_subnormal)),
        vanished,
        (statuses == Status.ZERO).any(axis=-1, keepdims=True) & np.ones_like(fits),
        (statuses != Status.RIGHT).any(axis=-1, keepdims=True) & np.ones_like(fits),
        loss_statuses != Status.RIGHT,
    ]
    results = [outcome for outcome in reversed(Outcome) if outcome != Outcome.RIGHT]
    return np.asarray(np.select(conditions, results, Outcome.RIGHT), dtype=np.int8)


@dataclass(frozen=True, eq=False)
class OffsetLoss:
    """The loss with a number added to p, and its derivative by the true logit, in float64.

    Attributes
    ----------
    value, slope : ndarray
        -log(p + offset), and -p (1 - p) / (p + offset).
    """

    value: FloatArray
    slope: FloatArray


def offset_cross_entropy(log_odds: ArrayLike, *, offset: float = OFFSET) -> OffsetLoss:
    r"""Return the cross-entropy with an offset in the logarithm, and its slope.

    .. math:: L = -\log(p + \epsilon), \quad
              \frac{\partial L}{\partial z_y} = -\frac{p (1 - p)}{p + \epsilon}, \quad
              p = \frac{1}{1 + e^{-u}}

    Parameters
    ----------
    log_odds : array_like
        u = z_y - log(sum over j != y of exp(z_j)): the true logit, measured from where p is 1/2.
    offset : float
        The number that is added to p, at least 0. With 0 it is the cross-entropy itself, and the
        slope is p - 1.

    Returns
    -------
    OffsetLoss
        Both, in the shape of the log-odds: exact but for the offset, however far out.

    Raises
    ------
    ValueError
        If the log-odds are NaN or the offset is negative.

    Notes
    -----
    The gradient at all logits is p - t, times p_y / (p_y + offset): where p_y is far below the
    offset, nothing is learned, and there most would have to be.

    Examples
    --------
    >>> capped = offset_cross_entropy(-100.0)
    >>> print(f"{capped.value:.3f} {capped.slope:.1e}")
    16.118 -3.7e-37
    >>> right = offset_cross_entropy(-100.0, offset=0)
    >>> print(f"{right.value:.3f} {right.slope:.1e}")
    100.000 -1.0e+00
    """
    u = as_floats("log_odds", log_odds).astype(np.float64)
    if np.isnan(u).any():
        reject_entry("log_odds", u, np.isnan(u), "must be a number")
    added = as_real("offset", offset, minimum=0.0)
    with np.errstate(divide="ignore", under="ignore"):
        log_p, log_rest = -np.logaddexp(0.0, -u), -np.logaddexp(0.0, u)
        value = -np.logaddexp(log_p, np.log(added)) if added else -log_p
        slope = -np.exp(log_p + log_rest + value) if added else -np.exp(log_rest)
    return OffsetLoss(np.asarray(value), np.asarray(slope))
