"""A linear classifier of handwritten digits: its rows of W, and its scores of every digit.

A fourth of the digits of each class is drawn and held out: the classifier has not learned from
them. Training starts from zero weights and takes every sample in every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.learning.datasets import Dataset, digits, split
from core.learning.history import Recipe
from core.learning.models import LinearClassifier
from core.learning.objective import Objective
from core.learning.training import Training
from core.losses.activations import softmax
from core.validation import FloatArray, LabelArray
from pages.ui.stage.sweeps import Sweeps, tabulate

__all__ = [
    "DECAY",
    "DIGIT",
    "HELD_OUT",
    "LEARNING_RATE",
    "SEED",
    "STEPS",
    "DigitClassifier",
    "DigitVerdict",
    "ReadDigits",
    "digit_classifier",
    "sweep_digits",
]

DIGIT: Final = "digit"
"""The slider of digits."""

HELD_OUT: Final = 0.25
"""The part of each class that is held out."""
SEED: Final = 0
"""Draws what is held out, as for a network that learns the digits with this seed."""
STEPS: Final = 300
LEARNING_RATE: Final = 1.0
DECAY: Final = 1e-3
"""The lambda of the penalty on the sum of the squared weights."""


class DigitVerdict(IntEnum):
    """Whether a digit is read right, and whether the classifier has learned from it."""

    RIGHT_HELD_OUT = 0
    RIGHT_LEARNED = 1
    WRONG_HELD_OUT = 2
    WRONG_LEARNED = 3


@dataclass(frozen=True, eq=False)
class ReadDigits:
    """Some digits, and what the classifier says of each.

    Attributes
    ----------
    indices, labels : (...,) of int
        Which digits, and their true classes.
    images : (..., 64)
        Their pixels, from 0 to 1.
    scores, probabilities : (..., 10)
        The scores W x + b and their softmax.
    predictions, rivals : (...,) of int
        The class with the highest score, and the one to compare it with.
    evidence : (..., 2, 64)
        What each pixel adds to the scores of these two.
    outcomes : (...,) of int
        The :class:`DigitVerdict` of each.
    """

    indices: LabelArray
    labels: LabelArray
    images: FloatArray
    scores: FloatArray
    probabilities: FloatArray
    predictions: LabelArray
    rivals: LabelArray
    evidence: FloatArray
    outcomes: LabelArray

    @property
    def top_score(self) -> FloatArray:
        """The score of the prediction."""
        return _of_class(self.scores, self.predictions)

    @property
    def rival_score(self) -> FloatArray:
        """The score of the rival."""
        return _of_class(self.scores, self.rivals)

    @property
    def top_probability(self) -> FloatArray:
        """The probability of the prediction."""
        return _of_class(self.probabilities, self.predictions)


def _of_class(table: FloatArray, classes: LabelArray) -> FloatArray:
    return np.asarray(np.take_along_axis(table, classes[..., None], axis=-1)[..., 0])


@dataclass(frozen=True, eq=False)
class DigitClassifier:
    """A trained linear classifier, and what it says of each digit.

    Attributes
    ----------
    matrix : (10, 64)
        W: each row is an image, the template of its class.
    bias : (10,)
        b.
    data : Dataset
        All digits.
    held_out : (held_out,) of int
        The indices of the digits that it did not learn from, in rising order.
    scores, probabilities : (digits, 10)
        The scores W x + b of every digit, and their softmax.
    train_accuracy, held_out_accuracy : float
        The part that it reads right, from 0 to 1.
    """

    matrix: FloatArray
    bias: FloatArray
    data: Dataset
    held_out: LabelArray
    scores: FloatArray
    probabilities: FloatArray
    train_accuracy: float
    held_out_accuracy: float

    @cached_property
    def predictions(self) -> LabelArray:
        """The class with the highest score of every digit."""
        return np.asarray(self.scores.argmax(axis=1), dtype=np.intp)

    @cached_property
    def rivals(self) -> LabelArray:
        """The class to compare the prediction with: the true one, or the second if it is right."""
        second = np.argsort(-self.scores, axis=1, kind="stable")[:, 1]
        return np.where(self.is_right, second, self.data.labels).astype(np.intp)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether the prediction of each digit is its label."""
        return np.asarray(self.predictions == self.data.labels)

    @property
    def mistakes(self) -> LabelArray:
        """The indices of the held-out digits that it reads wrong."""
        return self.held_out[~self.is_right[self.held_out]]

    def read(self, indices: LabelArray) -> ReadDigits:
        """Tell everything about the digits of these indices (...,).

        Examples
        --------
        >>> found = digit_classifier()
        >>> zero = found.read(np.array(0))
        >>> added = zero.evidence[0].sum() + found.bias[zero.predictions]
        >>> int(zero.predictions), bool(np.isclose(added, zero.scores[0]))
        (0, True)
        """
        pairs = np.stack([self.predictions[indices], self.rivals[indices]], axis=-1)
        is_learned = ~np.isin(indices, self.held_out)
        return ReadDigits(
            indices=indices,
            labels=self.data.labels[indices],
            images=self.data.points[indices],
            scores=self.scores[indices],
            probabilities=self.probabilities[indices],
            predictions=pairs[..., 0],
            rivals=pairs[..., 1],
            evidence=self.matrix[pairs] * self.data.points[indices][..., None, :],
            outcomes=2 * ~self.is_right[indices] + is_learned,
        )


def sweep_digits(digit: int) -> Sweeps[str, ReadDigits]:
    """What the classifier says of a digit, and of each that it has not learned from."""
    found = digit_classifier()
    return tabulate(found.read, {"indices": digit}, {DIGIT: {"indices": found.held_out}})


@cache
def digit_classifier() -> DigitClassifier:
    """Train the classifier: cross-entropy and a small L2 penalty, gradient descent on all samples.

    Examples
    --------
    >>> found = digit_classifier()
    >>> found.matrix.shape, len(found.held_out), round(found.held_out_accuracy, 3)
    ((10, 64), 450, 0.94)
    """
    data = digits()
    rng = np.random.default_rng(SEED)
    parts = split(data, rng=rng, held_out=HELD_OUT)
    train, held_out = parts.train, parts.held_out
    start = LinearClassifier(
        np.zeros((data.features, data.classes)), np.zeros(data.classes), Objective(l2=DECAY)
    )
    training = Training(
        start,
        train,
        Recipe(learning_rate=LEARNING_RATE),
        rng=rng,
        record_every=STEPS,
    )
    for _ in training.advance(STEPS):
        pass
    model = training.model
    scores = model.scores(data.points)
    return DigitClassifier(
        matrix=model.parameters["W1"].T,
        bias=model.parameters["b1"],
        data=data,
        held_out=parts.held_out_indices,
        scores=scores,
        probabilities=softmax(scores),
        train_accuracy=model.accuracy(train.points, train.labels),
        held_out_accuracy=model.accuracy(held_out.points, held_out.labels),
    )
