"""A linear classifier of handwritten digits: its rows of W, and its scores of every digit.

A fourth of the digits of each class is drawn and held out: the classifier has not learned from
them. Training starts from zero weights and takes every sample in every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.learning.datasets import Dataset, digits, split
from core.learning.models import LinearClassifier, Objective
from core.learning.training import Recipe, Training
from core.losses.activations import softmax
from core.validation import FloatArray, LabelArray

__all__ = [
    "DECAY",
    "HELD_OUT",
    "LEARNING_RATE",
    "SEED",
    "STEPS",
    "DigitClassifier",
    "digit_classifier",
]

HELD_OUT: Final = 0.25
"""The part of each class that is held out."""
SEED: Final = 0
"""Draws what is held out, as for a network that learns the digits with this seed."""
STEPS: Final = 300
LEARNING_RATE: Final = 1.0
DECAY: Final = 1e-3
"""The lambda of the penalty on the sum of the squared weights."""


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

    @property
    def predictions(self) -> LabelArray:
        """The class with the highest score of every digit."""
        return np.asarray(self.scores.argmax(axis=1), dtype=np.intp)

    @property
    def rivals(self) -> LabelArray:
        """The class to compare the prediction with: the true one, or the second if it is right."""
        second = np.argsort(-self.scores, axis=1, kind="stable")[:, 1]
        is_right = self.predictions == self.data.labels
        return np.where(is_right, second, self.data.labels).astype(np.intp)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether the prediction of each digit is its label."""
        return np.asarray(self.predictions == self.data.labels)

    @property
    def mistakes(self) -> LabelArray:
        """The indices of the held-out digits that it reads wrong."""
        return self.held_out[~self.is_right[self.held_out]]

    def evidence(self, indices: LabelArray, classes: LabelArray) -> FloatArray:
        """Return what each pixel of some digits adds to the score of a class, one for each digit.

        Parameters
        ----------
        indices, classes : (n,)
            Which digits, and whose score.

        Returns
        -------
        (n, 64)
            W_ij x_j; with the bias they add up to the score.

        Examples
        --------
        >>> found = digit_classifier()
        >>> added = found.evidence(np.array([0]), np.array([0])).sum() + found.bias[0]
        >>> bool(np.isclose(added, found.scores[0, 0]))
        True
        """
        return np.asarray(self.matrix[classes] * self.data.points[indices])


@cache
def digit_classifier() -> DigitClassifier:
    """Train the classifier: cross-entropy and a small L2 penalty, gradient descent on all samples.

    Returns
    -------
    DigitClassifier
        The same at every call.

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
