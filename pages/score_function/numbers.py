"""The score function of four pixels, for every step of every entry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from core.learning.score_function import (
    CLASSES,
    LARGEST_BIAS,
    LARGEST_MATRIX_ENTRY,
    LARGEST_PIXEL,
    PIXELS,
    ScoreFunction,
    score_function,
)
from core.losses.hinge import HingeVariant
from core.validation import FloatArray
from pages.ui.kit.sweeps import one_at_a_time
from pages.ui.stage.sweep_rows import rows_of

__all__ = ["EntryAxis", "ScoreSweep", "bias_axis", "pixel_axis", "sweep_scores", "weight_axis"]


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
    weights, image, offset = (np.asarray(part, dtype=np.float64) for part in (matrix, pixels, bias))
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


_WEIGHT_STEPS = {1.0: 0.01, 3.0: 0.05, 10.0: 0.2, 30.0: 0.5, LARGEST_MATRIX_ENTRY: 2.0}


_BIAS_STEPS = {1.0: 0.01, 10.0: 0.1, 100.0: 1.0, LARGEST_BIAS: 10.0}
"""The step of an entry that may be as large as the key."""


_CENTRED_PIXEL = 128.0
