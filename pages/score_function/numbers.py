"""The score function of four pixels with both losses, now and for every step of every entry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.score_function import (
    FOUR_PIXEL_CAT,
    LinearExample,
    LinearScores,
    score_function,
)
from core.losses.comparison import Comparison, compare_losses
from core.losses.hinge import HingeVariant
from core.validation import FloatArray
from pages.score_function import CLASSES, LARGEST_BIAS, LARGEST_PIXEL, LARGEST_WEIGHT, PIXELS
from pages.ui.kit.scores import label_moves
from pages.ui.stage.sweeps import Sweeps, one_at_a_time, tabulate

__all__ = [
    "BiasEffect",
    "EntryAxis",
    "ScoreNumbers",
    "ScoreSweeps",
    "bias_axis",
    "pixel_axis",
    "sweep_scores",
    "weight_axis",
]

_WEIGHT_STEPS = {1.0: 0.01, 3.0: 0.05, 10.0: 0.2, 30.0: 0.5, LARGEST_WEIGHT: 2.0}
_BIAS_STEPS = {1.0: 0.01, 10.0: 0.1, 100.0: 1.0, LARGEST_BIAS: 10.0}
"""The step of an entry that may be as large as the key."""
_CENTRED_PIXEL = 128.0


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
class ScoreNumbers:
    """W x + b taken apart, both losses on the scores, and what is to be said of them.

    Attributes
    ----------
    verdicts, bias_effects : (...,) of int
        The :class:`core.losses.comparison.DigitVerdict` on the losses, and the :class:`BiasEffect`.
    """

    linear: LinearScores
    compared: Comparison
    verdicts: NDArray[np.int64]
    bias_effects: NDArray[np.int64]

    @property
    def best_match(self) -> NDArray[np.intp]:
        """The class with the highest score without the bias; the first of several."""
        return np.asarray(np.argmax(self.linear.matches, axis=-1))

    @property
    def template_norms(self) -> FloatArray:
        """The length of each row of W, shape (..., 3)."""
        return np.asarray(np.sqrt((self.linear.matrix**2).sum(axis=-1)))

    @property
    def image_norm(self) -> FloatArray:
        """The length of x."""
        return np.asarray(np.sqrt((self.linear.pixels**2).sum(axis=-1)))

    @property
    def cosines(self) -> FloatArray:
        """Cosine of the angle between each row of W and x; NaN where one of them is 0."""
        lengths = self.template_norms * self.image_norm[..., None]
        with np.errstate(invalid="ignore", divide="ignore"):
            cosines = np.clip(self.linear.matches / lengths, -1.0, 1.0)
        return np.where(lengths > 0, cosines, np.nan)


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


@dataclass(frozen=True, eq=False)
class ScoreSweeps(Sweeps[str, ScoreNumbers]):
    """A score function now, and for every step of each of its entries and for each true class."""

    weight_axis: EntryAxis
    pixel_axis: EntryAxis
    bias_axis: EntryAxis


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
    >>> pixel_axis(FOUR_PIXEL_CAT.pixels), pixel_axis([-15, 22, -44, 56]).least
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


def sweep_scores(
    example: LinearExample, *, margin: float = 1.0, variant: HingeVariant = "weston_watkins"
) -> ScoreSweeps:
    """Compute the scores for every step of every entry and for every true class, in one batch.

    Examples
    --------
    >>> sweep_scores(FOUR_PIXEL_CAT).by["bias2"].linear.scores[-1].tolist()
    [-96.8, 437.9, 71.95]
    """
    present = {
        "matrix": np.array(example.matrix),
        "pixels": np.array(example.pixels),
        "bias": np.array(example.bias),
        "labels": np.array(example.label),
    }
    weights, pixels, biases = (
        weight_axis(present["matrix"]),
        pixel_axis(present["pixels"]),
        bias_axis(present["bias"]),
    )

    def evaluate(
        matrix: FloatArray, pixels: FloatArray, bias: FloatArray, labels: ArrayLike
    ) -> ScoreNumbers:
        linear = score_function(matrix, pixels, bias)
        compared = compare_losses(linear.scores, labels, margin=margin, variant=variant)
        return ScoreNumbers(linear, compared, compared.verdicts, _bias_effects(linear))

    def moves(kind: str, name: str, axis: EntryAxis) -> dict[str, dict[str, ArrayLike]]:
        swept = one_at_a_time(present[name].ravel(), axis.grid)
        return {
            f"{kind}{index}": {name: table.reshape(-1, *present[name].shape)}
            for index, table in enumerate(swept)
        }

    sweeps = tabulate(
        evaluate,
        present,
        {
            **moves("weight", "matrix", weights),
            **moves("pixel", "pixels", pixels),
            **moves("bias", "bias", biases),
            **label_moves(CLASSES),
        },
    )
    # A pixel can be taken in the column and in the image.
    images = {f"image{index}": sweeps.by[f"pixel{index}"] for index in range(PIXELS)}
    return ScoreSweeps(sweeps.now, {**sweeps.by, **images}, weights, pixels, biases)


def _bias_effects(linear: LinearScores) -> NDArray[np.int64]:
    cat, bias = FOUR_PIXEL_CAT, linear.bias
    is_published = (
        (linear.matrix == cat.matrix).all(axis=(-2, -1))
        & (linear.pixels == cat.pixels).all(axis=-1)
        & (bias == cat.bias).all(axis=-1)
    )
    is_equal = (bias == bias[..., :1]).all(axis=-1)
    is_kept = linear.matches.argmax(axis=-1) == linear.scores.argmax(axis=-1)
    effects = np.select(
        [is_published, is_equal, is_kept],
        [BiasEffect.AS_PUBLISHED, BiasEffect.NONE, BiasEffect.KEEPS],
        BiasEffect.DECIDES,
    )
    return np.asarray(effects, dtype=np.int64)
