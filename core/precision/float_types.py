"""Softmax and cross-entropy as they come out in float16, float32 and float64, right or wrong.

The methods are those of tutorials and libraries, each computed with every intermediate result
rounded to the type. Here, and only here, NaN and infinity are results like others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from core.precision.offset import OFFSET
from core.validation import FloatArray, as_logits, require_finite, require_option

__all__ = [
    "METHODS",
    "POOLINGS",
    "PRECISIONS",
    "Computed",
    "ExpLimits",
    "Method",
    "Pooling",
    "Precision",
    "exp_limits",
    "softmax_cross_entropy",
]

Method = Literal["naive", "shifted", "log_space", "offset"]
Precision = Literal["float16", "float32", "float64"]
Pooling = Literal["row", "batch"]
METHODS: tuple[Method, ...] = get_args(Method)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)


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
