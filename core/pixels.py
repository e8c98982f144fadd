"""Numbers as pixels: which entry of a palette each number of an array has."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.validation import as_count, as_floats, as_real, require_finite

__all__ = ["ZERO_LEVEL", "diverging_levels", "ink_levels"]

ZERO_LEVEL = 127
"""The entry of a diverging palette that stands for 0; as many lie below as above."""


def diverging_levels(array: ArrayLike, limit: float) -> NDArray[np.uint8]:
    r"""Return where signed numbers stand in a palette of 255 entries with 0 in its middle.

    .. math:: 127 + \mathrm{round}(127\, \mathrm{clip}(x / \mathrm{limit}, -1, 1))

    Parameters
    ----------
    array : array_like
        Finite numbers, such as weights.
    limit : float
        What has the strongest colour, as all beyond it; at least 0. With 0, every number has the
        colour of 0.

    Returns
    -------
    ndarray of uint8, of the array's shape

    Raises
    ------
    ValueError
        If a number is not finite, or the limit out of range.

    Examples
    --------
    >>> diverging_levels([-2.0, 0.0, 0.5, 9.0], 2.0)
    array([  0, 127, 159, 254], dtype=uint8)
    """
    numbers = as_floats("array", array)
    require_finite("array", numbers)
    strongest = as_real("limit", limit, minimum=0.0)
    if strongest == 0.0:
        return np.full(numbers.shape, ZERO_LEVEL, np.uint8)
    shares = np.clip(numbers / strongest, -1.0, 1.0)
    levels: NDArray[np.uint8] = (ZERO_LEVEL + np.rint(ZERO_LEVEL * shares)).astype(np.uint8)
    return levels


def ink_levels(pixels: ArrayLike, levels: int = 17) -> NDArray[np.uint8]:
    """Return where pixels from 0 (paper) to 1 (ink) stand in a palette.

    Parameters
    ----------
    pixels : array_like
        From 0 to 1; what is beyond is cut off.
    levels : int
        The entries of the palette, from 2 to 256.

    Returns
    -------
    ndarray of uint8, of the array's shape

    Raises
    ------
    ValueError
        If a pixel is not finite, or ``levels`` out of range.

    Examples
    --------
    >>> ink_levels([0.0, 0.5, 1.0])
    array([ 0,  8, 16], dtype=uint8)
    """
    numbers = as_floats("pixels", pixels)
    require_finite("pixels", numbers)
    last = as_count("levels", levels, minimum=2, maximum=256) - 1
    return np.rint(last * np.clip(numbers, 0.0, 1.0)).astype(np.uint8)
