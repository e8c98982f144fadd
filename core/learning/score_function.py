"""The score function W x + b of a linear classifier, taken apart, and what both losses make of it.

The image has four pixels and there are three classes, as in the figures of the CS231n notes: every
number can be seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.comparison import Comparison, compare_losses
from core.losses.exact_decimals import MOST_DECIMALS, decimal_places, whole
from core.losses.hinge import HingeVariant
from core.validation import FloatArray, as_floats, reject_entry, require_finite

__all__ = [
    "CLASSES",
    "FOUR_PIXEL_CAT",
    "LARGEST_BIAS",
    "LARGEST_MATRIX_ENTRY",
    "LARGEST_PIXEL",
    "LOSS_FIGURE",
    "PIXELS",
    "BiasEffect",
    "LinearExample",
    "ScoreFunction",
    "score_function",
]

CLASSES: Final = 3
PIXELS: Final = 4
LARGEST_MATRIX_ENTRY: Final = 100.0
LARGEST_PIXEL: Final = 255.0
LARGEST_BIAS: Final = 1000.0


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


class BiasEffect(IntEnum):
    """What the bias does to the prediction."""

    NONE = 0
    """All biases are equal: every score moves alike."""
    KEEPS = 1
    """The same class has the highest score with the bias and without it."""
    DECIDES = 2
    """With the bias, another class has the highest score."""
    AS_PUBLISHED = 3
    """The four-pixel cat, whose figure prints the last score without its bias."""


@dataclass(frozen=True, eq=False)
class ScoreFunction:
    """Scores of images (..., 4) under weights (..., 3, 4) and biases (..., 3), with both losses.

    Attributes
    ----------
    matrix : (..., 3, 4)
        W: one row a class.
    pixels : (..., 4)
        x: the image, row by row.
    bias : (..., 3)
        b: one number a class.
    products : (..., 3, 4)
        What each pixel adds to each score: W_ij x_j.
    matches : (..., 3)
        W x, the scores without the bias.
    comparison : Comparison of shape (...)
        Both losses on the scores W x + b.
    bias_effect : (...,)
        The :class:`BiasEffect`, as an integer.
    """

    matrix: FloatArray
    pixels: FloatArray
    bias: FloatArray
    products: FloatArray
    matches: FloatArray
    comparison: Comparison
    bias_effect: NDArray[np.int64]

    @property
    def scores(self) -> FloatArray:
        """W x + b, shape (..., 3)."""
        return self.comparison.scores

    @property
    def best_match(self) -> NDArray[np.int64]:
        """The class with the highest score without the bias; the first of several."""
        return np.asarray(np.argmax(self.matches, axis=-1), dtype=np.int64)

    @property
    def template_norms(self) -> FloatArray:
        """The length of each row of W, shape (..., 3)."""
        return np.asarray(np.sqrt((self.matrix**2).sum(axis=-1)))

    @property
    def image_norm(self) -> FloatArray:
        """The length of x."""
        return np.asarray(np.sqrt((self.pixels**2).sum(axis=-1)))

    @property
    def cosines(self) -> FloatArray:
        """Cosine of the angle between each row of W and x; NaN where one of them is 0."""
        lengths = self.template_norms * self.image_norm[..., None]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(lengths > 0, np.clip(self.matches / lengths, -1.0, 1.0), np.nan)


def score_function(
    matrix: ArrayLike,
    pixels: ArrayLike,
    bias: ArrayLike,
    label: ArrayLike,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
) -> ScoreFunction:
    r"""Compute the scores of a linear classifier and both losses on them.

    .. math:: s_i = \sum_j W_{ij} x_j + b_i

    Numbers of few decimal places are multiplied and added exactly as they are written, so that
    0.25 * 231 + 0.2 * 24 - 0.3 * 2 is 61.95 and not 61.949999999999996.

    Parameters
    ----------
    matrix : (..., 3, 4)
        The weights W, one row a class.
    pixels : (..., 4)
        The image x.
    bias : (..., 3)
        The bias b.
    label : (...) of int
        The true class, 0 to 2.
    margin, variant
        As in :func:`core.losses.hinge.hinge`.

    Returns
    -------
    ScoreFunction
        With the leading shape to which all arguments broadcast.

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite or beyond `LARGEST_MATRIX_ENTRY`,
        `LARGEST_PIXEL` or `LARGEST_BIAS`, or as :func:`core.losses.comparison.compare_losses` does.

    References
    ----------
    CS231n notes, "Linear classification": the four-pixel cat. Its figure prints 61.95 for the last
    class, which leaves out the bias of -1.2.

    Examples
    --------
    >>> cat = FOUR_PIXEL_CAT
    >>> result = score_function(cat.matrix, cat.pixels, cat.bias, cat.label)
    >>> result.matches.tolist(), result.scores.tolist()
    ([-97.9, 434.7, 61.95], [-96.8, 437.9, 60.75])
    """
    weights = _entries("matrix", matrix, (CLASSES, PIXELS), LARGEST_MATRIX_ENTRY)
    image = _entries("pixels", pixels, (PIXELS,), LARGEST_PIXEL)
    offset = _entries("bias", bias, (CLASSES,), LARGEST_BIAS)
    lead = np.broadcast_shapes(
        weights.shape[:-2], image.shape[:-1], offset.shape[:-1], np.shape(label)
    )
    weights = np.broadcast_to(weights, (*lead, CLASSES, PIXELS))
    image = np.broadcast_to(image, (*lead, PIXELS))
    offset = np.broadcast_to(offset, (*lead, CLASSES))

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
    comparison = compare_losses(scores, label, margin=margin, variant=variant)
    return ScoreFunction(
        matrix=weights,
        pixels=image,
        bias=offset,
        products=raw / unit,
        matches=matches,
        comparison=comparison,
        bias_effect=_bias_effect(weights, image, offset, matches, scores),
    )


def _entries(name: str, given: ArrayLike, shape: tuple[int, ...], largest: float) -> FloatArray:
    array = as_floats(name, given).astype(np.float64, copy=False)
    if array.shape[-len(shape) :] != shape:
        wanted = ", ".join(map(str, shape))
        raise ValueError(f"{name} must have shape (..., {wanted}), got shape {array.shape}")
    require_finite(name, array)
    if np.abs(array).max() > largest:
        reject_entry(
            name, array, np.abs(array) > largest, f"must be from -{largest:g} to {largest:g}"
        )
    return array


def _bias_effect(
    matrix: FloatArray,
    pixels: FloatArray,
    bias: FloatArray,
    matches: FloatArray,
    scores: FloatArray,
) -> NDArray[np.int64]:
    cat = FOUR_PIXEL_CAT
    is_published = (
        (matrix == cat.matrix).all(axis=(-2, -1))
        & (pixels == cat.pixels).all(axis=-1)
        & (bias == cat.bias).all(axis=-1)
    )
    is_equal = (bias == bias[..., :1]).all(axis=-1)
    is_kept = matches.argmax(axis=-1) == scores.argmax(axis=-1)
    effects = np.select(
        [is_published, is_equal, is_kept],
        [BiasEffect.AS_PUBLISHED, BiasEffect.NONE, BiasEffect.KEEPS],
        BiasEffect.DECIDES,
    )
    return np.asarray(effects, dtype=np.int64)
