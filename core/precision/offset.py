"""The habit of adding a small number to p before the logarithm, and what it does to the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.validation import FloatArray, as_floats, as_real, reject_entry

__all__ = ["OFFSET", "OffsetLoss", "offset_cross_entropy"]

OFFSET = 1e-7
"""What many tutorials add to p, so that its logarithm is not that of 0."""


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
