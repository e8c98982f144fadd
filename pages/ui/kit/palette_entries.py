"""Numbers as pixels: which entry of a palette each number of an array has."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.validation import as_count, as_floats, as_real, require_finite

__all__ = ["ZERO_LEVEL", "diverging_levels", "ink_levels", "tiled"]

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


def tiled(images: NDArray[np.uint8], columns: int, *, fill: int) -> NDArray[np.uint8]:
    """Lay small images out as one, a line of pixels between them.

    Parameters
    ----------
    images : ndarray of uint8, shape (..., images, rows, columns)
        At least one.
    columns : int
        How many images stand side by side, at least 1.
    fill : int
        The entry of the palette for the lines, and for the room behind the last image.

    Returns
    -------
    ndarray of uint8, shape (..., rows, columns)
        Row by row; the lines run between the images only, not around them.

    Examples
    --------
    >>> tiled(np.array([[[1]], [[2]], [[3]]], np.uint8), 2, fill=0)
    array([[1, 0, 2],
           [0, 0, 0],
           [3, 0, 0]], dtype=uint8)
    """
    across = as_count("columns", columns, minimum=1)
    *steps, count, height, width = images.shape
    down = -(-count // across)
    padded = np.full((*steps, down * across, height + 1, width + 1), fill, np.uint8)
    padded[..., :count, :height, :width] = images
    grid = padded.reshape(*steps, down, across, height + 1, width + 1).swapaxes(-2, -3)
    whole = grid.reshape(*steps, down * (height + 1), across * (width + 1))
    return np.ascontiguousarray(whole[..., :-1, :-1])
