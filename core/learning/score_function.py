"""The score function W x + b of a linear classifier, taken apart, and published examples of it.

The published images have four pixels and three classes, as in the figures of the CS231n notes:
every number can be seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from core.losses.exact_decimals import MOST_DECIMALS, decimal_places, whole
from core.validation import FloatArray, as_floats, require_finite

__all__ = ["FOUR_PIXEL_CAT", "LOSS_FIGURE", "LinearExample", "LinearScores", "score_function"]


@dataclass(frozen=True)
class LinearExample:
    """A published score function with its image.

    Attributes
    ----------
    matrix : tuple of three rows of four floats
        The weights W, a row a class.
    pixels : tuple of four floats
        The image x of 2 x 2 pixels, row by row.
    bias : tuple of three floats
        The bias b, one a class.
    label : int
        The true class y.
    """

    matrix: tuple[tuple[float, ...], ...]
    pixels: tuple[float, ...]
    bias: tuple[float, ...]
    label: int


FOUR_PIXEL_CAT: Final = LinearExample(
    matrix=((0.2, -0.5, 0.1, 2.0), (1.5, 1.3, 2.1, 0.0), (0.0, 0.25, 0.2, -0.3)),
    pixels=(56.0, 231.0, 24.0, 2.0),
    bias=(1.1, 3.2, -1.2),
    label=0,
)
"""The cat of the CS231n notes, "Linear classification": the first class is the true one."""

LOSS_FIGURE: Final = LinearExample(
    matrix=((0.01, -0.05, 0.1, 0.05), (0.7, 0.2, 0.05, 0.16), (0.0, -0.45, -0.2, 0.03)),
    pixels=(-15.0, 22.0, -44.0, 56.0),
    bias=(0.0, 0.2, -0.3),
    label=2,
)
"""The figure of the same notes in which both losses are computed from the same scores."""


@dataclass(frozen=True, eq=False)
class LinearScores:
    """The scores of images under weights and biases, and what they are made of.

    Attributes
    ----------
    matrix : (..., classes, pixels)
        W: one row a class.
    pixels : (..., pixels)
        x: the image.
    bias : (..., classes)
        b: one number a class.
    products : (..., classes, pixels)
        What each pixel adds to each score: W_ij x_j.
    matches : (..., classes)
        W x, the scores without the bias.
    scores : (..., classes)
        W x + b.
    """

    matrix: FloatArray
    pixels: FloatArray
    bias: FloatArray
    products: FloatArray
    matches: FloatArray
    scores: FloatArray


def score_function(matrix: ArrayLike, pixels: ArrayLike, bias: ArrayLike) -> LinearScores:
    r"""Compute the scores of a linear classifier.

    .. math:: s_i = \sum_j W_{ij} x_j + b_i

    Numbers of few decimal places are multiplied and added exactly as they are written, so that
    0.25 * 231 + 0.2 * 24 - 0.3 * 2 is 61.95 and not 61.949999999999996.

    Parameters
    ----------
    matrix : (..., classes, pixels)
        The weights W, one row a class.
    pixels : (..., pixels)
        The image x.
    bias : (..., classes)
        The bias b.

    Returns
    -------
    LinearScores
        With the leading shape to which all arguments broadcast, in float64.

    Raises
    ------
    ValueError
        If a shape does not fit, or a number is not finite.

    References
    ----------
    CS231n notes, "Linear classification": the four-pixel cat. Its figure prints 61.95 for the last
    class, which leaves out the bias of -1.2.

    Examples
    --------
    >>> cat = FOUR_PIXEL_CAT
    >>> result = score_function(cat.matrix, cat.pixels, cat.bias)
    >>> result.matches.tolist(), result.scores.tolist()
    ([-97.9, 434.7, 61.95], [-96.8, 437.9, 60.75])
    """
    weights = _finite("matrix", matrix)
    if weights.ndim < 2:
        raise ValueError(f"matrix must have shape (..., classes, pixels), got {weights.shape}")
    classes, count = weights.shape[-2:]
    image, offset = _vectors("pixels", pixels, count), _vectors("bias", bias, classes)
    lead = np.broadcast_shapes(weights.shape[:-2], image.shape[:-1], offset.shape[:-1])
    weights = np.broadcast_to(weights, (*lead, classes, count))
    image = np.broadcast_to(image, (*lead, count))
    offset = np.broadcast_to(offset, (*lead, classes))

    places = decimal_places(weights), decimal_places(image)
    factor, unit = sum(places), 10.0 ** sum(places)
    decimals = max(factor, decimal_places(offset))
    raw = whole(weights, places[0]) * whole(image, places[1])[..., None, :]
    matches = raw.sum(axis=-1) / unit
    if decimals <= MOST_DECIMALS:
        total = raw.sum(axis=-1) * 10.0 ** (decimals - factor) + whole(offset, decimals)
        scores = total / 10.0**decimals
    else:
        scores = matches + offset
    return LinearScores(weights, image, offset, raw / unit, matches, scores)


def _finite(name: str, given: ArrayLike) -> FloatArray:
    array = as_floats(name, given).astype(np.float64, copy=False)
    require_finite(name, array)
    return array


def _vectors(name: str, given: ArrayLike, count: int) -> FloatArray:
    array = _finite(name, given)
    if array.shape[-1:] != (count,):
        raise ValueError(f"{name} must have shape (..., {count}), got shape {array.shape}")
    return array
