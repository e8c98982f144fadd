"""Numbers with few decimal places, taken exactly as they are written.

Whether a margin is met exactly is a question about decimals: 1.3 - 2.3 + 1 is 0, but 2.2e-16 in
float64. In units of the last decimal place such numbers are whole, and float64 is exact.
"""

import numpy as np
from numpy.typing import ArrayLike

from core.validation import FloatArray

__all__ = ["MOST_DECIMALS", "decimal_places", "whole"]

MOST_DECIMALS = 9
"""Scores of up to a million with so many decimals are whole numbers that float64 holds exactly."""


def decimal_places(*numbers: ArrayLike) -> int:
    """The fewest decimal places that write all numbers exactly; 0 if more than nine are needed.

    Examples
    --------
    >>> decimal_places([3.2, 5.0], 0.25)
    2
    """
    flat = np.concatenate([np.ravel(np.asarray(some, dtype=np.float64)) for some in numbers])
    fitting = (n for n in range(MOST_DECIMALS + 1) if np.array_equal(np.round(flat, n), flat))
    return next(fitting, 0)


def whole(numbers: ArrayLike, decimals: int) -> FloatArray:
    """Numbers of at most so many decimal places in units of the last one; 0: as they are.

    Examples
    --------
    >>> (whole(1.3, 1) - whole(2.3, 1) + whole(1.0, 1)).tolist()
    0.0
    """
    given = np.asarray(numbers, dtype=np.float64)
    return np.rint(given * 10.0**decimals) if decimals else given
