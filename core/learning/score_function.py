"""The score function W x + b of a linear classifier, taken apart, and what both losses make of it.

The image has four pixels and there are three classes, as in the figures of the CS231n notes: every
number can be seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.comparison import Comparison, compare_losses
from core.losses.exact_decimals import MOST_DECIMALS, decimal_places, whole
from core.losses.losses import HingeVariant
from core.validation import FloatArray, as_floats, reject_entry, require_finite
from pages.ui.kit.sweeps import one_at_a_time
from pages.ui.stage.sweep_rows import rows_of

__all__ = [
    "CLASSES",
    "FOUR_PIXEL_CAT",
    "LARGEST_BIAS",
    "LARGEST_MATRIX_ENTRY",
    "LARGEST_PIXEL",
    "LOSS_FIGURE",
    "PIXELS",
    "BiasEffect",
    "EntryAxis",
    "LinearExample",
    "ScoreFunction",
    "ScoreSweep",
    "bias_axis",
    "pixel_axis",
    "score_function",
    "sweep_scores",
    "weight_axis",
]

CLASSES: Final = 3
PIXELS: Final = 4
LARGEST_MATRIX_ENTRY: Final = 100.0
LARGEST_PIXEL: Final = 255.0
LARGEST_BIAS: Final = 1000.0

_WEIGHT_STEPS = {1.0: 0.01, 3.0: 0.05, 10.0: 0.2, 30.0: 0.5, LARGEST_MATRIX_ENTRY: 2.0}
_BIAS_STEPS = {1.0: 0.01, 10.0: 0.1, 100.0: 1.0, LARGEST_BIAS: 10.0}
"""The step of an entry that may be as large as the key."""
_CENTRED_PIXEL = 128.0


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
        As in :func:`core.losses.losses.hinge`.

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


@dataclass(frozen=True)
class EntryAxis:
    """The range in which an entry moves: from ``least`` to ``most`` in steps of ``step``."""

    least: float
    most: float
    step: float

    @property
    def grid(self) -> FloatArray:
        """All steps, both ends included."""
        count = round((self.most - self.least) / self.step) + 1
        return np.asarray(np.round(self.least + self.step * np.arange(count), 4))


def weight_axis(matrix: ArrayLike) -> EntryAxis:
    """Return the smallest range of weights about 0, up to 1, 3, 10, 30 or 100, that holds all.

    Examples
    --------
    >>> weight_axis(FOUR_PIXEL_CAT.matrix)
    EntryAxis(least=-3.0, most=3.0, step=0.05)
    """
    return _axis_about_0(matrix, _WEIGHT_STEPS)


def bias_axis(bias: ArrayLike) -> EntryAxis:
    """Return the smallest range of biases about 0, up to 1, 10, 100 or 1000, that holds all.

    Examples
    --------
    >>> bias_axis(FOUR_PIXEL_CAT.bias)
    EntryAxis(least=-10.0, most=10.0, step=0.1)
    """
    return _axis_about_0(bias, _BIAS_STEPS)


def pixel_axis(pixels: ArrayLike) -> EntryAxis:
    """Return the range of a pixel: 0 to 255, or about 0 if one is negative, as without the mean.

    Examples
    --------
    >>> pixel_axis(FOUR_PIXEL_CAT.pixels), pixel_axis(LOSS_FIGURE.pixels).least
    (EntryAxis(least=0.0, most=255.0, step=1.0), -128.0)
    """
    image = np.asarray(pixels, dtype=np.float64)
    if (image >= 0).all():
        return EntryAxis(0.0, LARGEST_PIXEL, 1.0)
    limit = _CENTRED_PIXEL if np.abs(image).max() <= _CENTRED_PIXEL else LARGEST_PIXEL
    return EntryAxis(-limit, limit, 1.0)


def _axis_about_0(entries: ArrayLike, steps: dict[float, float]) -> EntryAxis:
    largest = float(np.abs(np.asarray(entries, dtype=np.float64)).max())
    limit = next(limit for limit in steps if largest <= limit)
    return EntryAxis(-limit, limit, steps[limit])


@dataclass(frozen=True, eq=False)
class ScoreSweep:
    """A score function now, and for every step of each of its entries, the others as they are.

    Attributes
    ----------
    weight_axis, pixel_axis, bias_axis : EntryAxis
        The steps.
    now : ScoreFunction of shape ()
    by_weight : ScoreFunction of shape (12, steps)
        First axis: the entry of W that moves, row by row.
    by_pixel : ScoreFunction of shape (4, steps)
    by_bias : ScoreFunction of shape (3, steps)
    by_label : ScoreFunction of shape (3,)
        For each true class.
    """

    weight_axis: EntryAxis
    pixel_axis: EntryAxis
    bias_axis: EntryAxis
    now: ScoreFunction
    by_weight: ScoreFunction
    by_pixel: ScoreFunction
    by_bias: ScoreFunction
    by_label: ScoreFunction


def sweep_scores(
    matrix: ArrayLike,
    pixels: ArrayLike,
    bias: ArrayLike,
    label: int,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
) -> ScoreSweep:
    """Compute the scores for every step of every entry and for every true class, in one batch.

    Parameters
    ----------
    matrix : (3, 4)
    pixels : (4,)
    bias : (3,)
    label : int
    margin, variant
        As in :func:`score_function`.

    Returns
    -------
    ScoreSweep

    Raises
    ------
    ValueError
        As :func:`score_function`.

    Examples
    --------
    >>> cat = FOUR_PIXEL_CAT
    >>> sweep = sweep_scores(cat.matrix, cat.pixels, cat.bias, cat.label)
    >>> sweep.by_bias.scores[2, -1].tolist()
    [-96.8, 437.9, 71.95]
    """
    weights = _entries("matrix", matrix, (CLASSES, PIXELS), LARGEST_MATRIX_ENTRY)
    image = _entries("pixels", pixels, (PIXELS,), LARGEST_PIXEL)
    offset = _entries("bias", bias, (CLASSES,), LARGEST_BIAS)
    axes = weight_axis(weights), pixel_axis(image), bias_axis(offset)
    present = (weights.ravel(), image, offset)
    swept = [one_at_a_time(part, axis.grid) for part, axis in zip(present, axes, strict=True)]
    shapes = [part.shape[:2] for part in swept]
    ends = np.cumsum([0, 1, *(first * steps for first, steps in shapes), CLASSES])
    batch = [np.tile(part, (int(ends[-1]), 1)) for part in present]
    parts = [slice(start, end) for start, end in pairwise(ends.tolist())]
    for whole_batch, rows, moving in zip(batch, parts[1:4], swept, strict=True):
        whole_batch[rows] = moving.reshape(-1, moving.shape[-1])
    labels = np.full(int(ends[-1]), label)
    labels[parts[4]] = np.arange(CLASSES)
    everything = score_function(
        batch[0].reshape(-1, CLASSES, PIXELS),
        batch[1],
        batch[2],
        labels,
        margin=margin,
        variant=variant,
    )
    by_weight, by_pixel, by_bias = (
        rows_of(everything, rows, shape) for rows, shape in zip(parts[1:4], shapes, strict=True)
    )
    return ScoreSweep(
        *axes,
        now=rows_of(everything, parts[0], ()),
        by_weight=by_weight,
        by_pixel=by_pixel,
        by_bias=by_bias,
        by_label=rows_of(everything, parts[4], (CLASSES,)),
    )
