"""A batch of samples: both losses of each, their sum and mean, accuracy and confusion matrix.

Everything a batch shows is a sum over its samples, divided by their number N: a mean loss, the
accuracy, and so each sample's share of the gradient. That is why one sample can be moved without
evaluating the others again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.comparison import Comparison, compare_losses
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HingeVariant, hinge
from core.validation import FloatArray, LabelArray, as_floats, as_labels, reject_entry

__all__ = [
    "Batch",
    "BatchResult",
    "BatchTotals",
    "confusion_matrix",
    "evaluate_batch",
]

IntArray = NDArray[np.int64]

BLOCK_ROWS = 16_384


@dataclass(frozen=True, eq=False)
class Batch:
    """Scores and labels of several samples.

    Attributes
    ----------
    names : tuple of str
        One name a class.
    scores : (batch, classes)
        The scores, finite, or -inf for a wrong class: its probability is 0. One sample of shape
        (classes,) becomes a batch of one.
    labels : (batch,)
        The true classes.

    Examples
    --------
    >>> Batch(("cat", "car", "frog"), [3.2, 5.1, -1.7], 0).scores.shape
    (1, 3)
    """

    names: tuple[str, ...]
    scores: FloatArray
    labels: LabelArray

    def __post_init__(self) -> None:
        """Check what was given, and take one sample as a batch of one."""
        scores = as_floats("scores", self.scores).astype(np.float64)
        if scores.ndim == 1:
            scores = scores[None]
        if scores.ndim != 2 or scores.shape[1] != len(self.names):
            raise ValueError(
                f"scores must have shape (batch, {len(self.names)}), one column for each of the "
                f"names {self.names}, got shape {scores.shape}"
            )
        bad = ~(np.isfinite(scores) | np.isneginf(scores))
        if bad.any():
            reject_entry("scores", scores, bad, "must be finite or -inf")
        given = np.reshape(self.labels, -1)
        labels = as_labels("labels", given, "scores", scores.shape).copy()
        for name, array in (("scores", scores), ("labels", labels)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def size(self) -> int:
        """The number N of samples."""
        return len(self.labels)

    def with_sample(self, index: int, scores: ArrayLike, label: int) -> Batch:
        """Return a batch in which one sample has other scores and another label.

        Examples
        --------
        >>> batch = Batch(("a", "b"), [[1, 2], [3, 4]], [0, 1])
        >>> batch.with_sample(1, [5, 6], 0).scores.tolist(), batch.scores.tolist()
        ([[1.0, 2.0], [5.0, 6.0]], [[1.0, 2.0], [3.0, 4.0]])
        """
        all_scores, all_labels = self.scores.copy(), self.labels.copy()
        all_scores[index], all_labels[index] = scores, label
        return Batch(self.names, all_scores, all_labels)


@dataclass(frozen=True, eq=False)
class BatchTotals:
    """Sums over the samples of a batch; a leading shape (...) holds several batches of one size.

    Attributes
    ----------
    size : int
        The number N of samples.
    cross_entropy_sum, hinge_sum : (...)
        The sums of both losses.
    confusion : (..., classes, classes)
        How often the class of the row was predicted as the class of the column.
    """

    size: int
    cross_entropy_sum: FloatArray
    hinge_sum: FloatArray
    confusion: IntArray

    @property
    def cross_entropy_mean(self) -> FloatArray:
        """Mean cross-entropy, in nats."""
        return self.cross_entropy_sum / self.size

    @property
    def hinge_mean(self) -> FloatArray:
        """Mean hinge loss, in units of the scores."""
        return self.hinge_sum / self.size

    @property
    def correct(self) -> IntArray:
        """Number of samples whose highest score is that of their true class."""
        return np.asarray(np.trace(self.confusion, axis1=-2, axis2=-1), dtype=np.int64)

    @property
    def accuracy(self) -> FloatArray:
        """Part of the samples that is predicted right, from 0 to 1."""
        return self.correct / self.size


@dataclass(frozen=True, eq=False)
class BatchResult:
    """Both losses and the prediction of each sample of a batch.

    Attributes
    ----------
    batch : Batch
    margin, variant
        As in :func:`core.losses.hinge.hinge`.
    cross_entropy, hinge : (batch,)
        The losses, in nats and in units of the scores.
    predictions : (batch,)
        The class with the highest score; the first of several.
    """

    batch: Batch
    margin: float
    variant: HingeVariant
    cross_entropy: FloatArray
    hinge: FloatArray
    predictions: LabelArray

    @property
    def totals(self) -> BatchTotals:
        """Sums over all samples."""
        labels, classes = self.batch.labels, len(self.batch.names)
        return BatchTotals(
            size=self.batch.size,
            cross_entropy_sum=self.cross_entropy.sum(),
            hinge_sum=self.hinge.sum(),
            confusion=confusion_matrix(labels, self.predictions, classes),
        )

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each sample is predicted right."""
        return np.asarray(self.predictions == self.batch.labels)

    def comparison(self, rows: ArrayLike) -> Comparison:
        """Return both losses of some samples with their probabilities and gradients.

        The gradients are those of each sample's own loss; the mean loss has 1/N of them.
        """
        chosen = np.asarray(rows, dtype=np.intp)
        return compare_losses(
            self.batch.scores[chosen],
            self.batch.labels[chosen],
            margin=self.margin,
            variant=self.variant,
        )

    def with_sample(self, index: int, scores: ArrayLike, label: int) -> BatchResult:
        """Return the result of :meth:`Batch.with_sample`; only that sample is evaluated.

        Examples
        --------
        >>> result = evaluate_batch(Batch(("a", "b"), [[3, 1], [2, 4]], [0, 0]))
        >>> result.with_sample(1, [4, 2], 0).hinge.tolist()
        [0.0, 0.0]
        """
        batch = self.batch.with_sample(index, scores, label)
        one = evaluate_batch(
            Batch(batch.names, batch.scores[index], batch.labels[index]),
            margin=self.margin,
            variant=self.variant,
        )

        def changed(all_values: NDArray[Any], value: NDArray[Any]) -> NDArray[Any]:
            copy = all_values.copy()
            copy[index] = value[0]
            return copy

        return BatchResult(
            batch,
            self.margin,
            self.variant,
            cross_entropy=changed(self.cross_entropy, one.cross_entropy),
            hinge=changed(self.hinge, one.hinge),
            predictions=changed(self.predictions, one.predictions),
        )


def evaluate_batch(
    batch: Batch,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
    progress: Callable[[int, int], None] | None = None,
) -> BatchResult:
    r"""Evaluate both losses and the prediction of each sample, block by block.

    .. math:: L = \frac{1}{N} \sum_i L_i, \quad
              \frac{\partial L}{\partial s_i} = \frac{1}{N} \frac{\partial L_i}{\partial s_i}

    Parameters
    ----------
    batch : Batch
        N samples.
    margin, variant
        As in :func:`core.losses.hinge.hinge`.
    progress : callable, optional
        Called after each block with the number of samples done and N.

    References
    ----------
    CS231n, lecture 3: the three images.

    Examples
    --------
    >>> scores = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
    >>> result = evaluate_batch(Batch(("cat", "car", "frog"), scores, [0, 1, 2]))
    >>> result.hinge.round(4).tolist(), round(float(result.totals.hinge_mean), 2)
    ([2.9, 0.0, 12.9], 5.27)
    >>> result.totals.confusion.tolist()
    [[0, 1, 0], [0, 1, 0], [0, 1, 0]]
    """
    size = batch.size
    soft, svm = np.empty((2, size))
    predictions = np.empty(size, dtype=np.intp)
    for start in range(0, size, BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        scores, labels = batch.scores[block], batch.labels[block]
        soft[block] = cross_entropy(scores, labels, reduction="none").per_sample
        svm[block] = hinge(
            scores, labels, margin=margin, variant=variant, reduction="none"
        ).per_sample
        predictions[block] = scores.argmax(axis=1)
        if progress is not None:
            progress(min(start + BLOCK_ROWS, size), size)
    return BatchResult(batch, margin, variant, soft, svm, predictions)


def confusion_matrix(labels: ArrayLike, predictions: ArrayLike, classes: int) -> IntArray:
    """Count how often each class is predicted as each class.

    Parameters
    ----------
    labels : (batch,) of int
        The true classes, from 0 to ``classes - 1``.
    predictions : (..., batch) of int
        The predicted ones; a leading shape holds several predictions of the same samples.
    classes : int

    Returns
    -------
    (..., classes, classes) of int
        Rows are true classes, columns predicted ones.

    Raises
    ------
    ValueError
        If a label or a prediction is out of range, or their numbers differ.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1], [0, 1, 1], 2).tolist()
    [[1, 1], [0, 1]]
    >>> confusion_matrix([0, 0, 1], [[0, 1, 1], [1, 1, 1]], 2).tolist()
    [[[1, 1], [0, 1]], [[0, 2], [0, 1]]]
    """
    shape = (*(np.shape(predictions) or (1,)), classes)
    true = as_labels("labels", labels, "predictions", shape[-2:])
    predicted = as_labels("predictions", predictions, "scores", shape)
    cells, leading = classes * classes, shape[:-2]
    matrices = np.arange(math.prod(leading)).reshape(*leading, 1)
    places = matrices * cells + true * classes + predicted
    counts = np.bincount(places.reshape(-1), minlength=math.prod(leading) * cells)
    return counts.reshape(*leading, classes, classes).astype(np.int64, copy=False)
