"""A run of the linear classifier in numbers: the losses of every point and all gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.models import LinearClassifier, Objective
from core.learning.snapshots import stacked_scores
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.losses.loss import Loss
from core.losses.penalties import elastic_net
from core.losses.squared_error import squared_error
from core.validation import FloatArray, LabelArray

__all__ = [
    "LinearRun",
    "Standing",
    "linear_run",
    "published_classifier",
    "standings",
    "without_residue",
]

_RESIDUE: Final = 1e-12
"""More than the rounding of 2000 terms, and far less than what a step changes."""


class Standing(IntEnum):
    """What there is to say of a run with the softmax loss and one with the SVM loss at a step."""

    SAME = 0
    """Both have the same weights and biases."""
    SVM_SATISFIED = 1
    """All margins are met, the hinge loss of the SVM's run is 0, and there is no penalty."""
    SVM_SHRINKING = 2
    """All margins are met, but there is a penalty."""
    BOTH_RIGHT = 3
    """Both predict every sample, but the SVM's margins are not all met."""
    SOFTMAX_AHEAD = 4
    """The run with the softmax loss predicts more samples."""
    SVM_AHEAD = 5
    """The run with the SVM loss predicts more samples."""
    BOTH_WRONG = 6
    """Both predict equally many, and not all."""


@dataclass(frozen=True, eq=False)
class LinearRun:
    """A linear classifier at every step of a run, on all samples.

    Attributes
    ----------
    weights, bias : ndarray, shapes (steps, features, classes) and (steps, classes)
        W1 and b1.
    scores : ndarray, shape (steps, samples, classes)
        The scores.
    cross_entropy, hinge : ndarray, shape (steps, samples)
        Both losses of each sample, whichever of them the run follows.
    data_loss, penalty, total : ndarray, shape (steps,)
        The objective of the run: its mean loss, its penalty on the weights, and their sum.
    accuracy : ndarray, shape (steps,)
        The part of the samples whose prediction is their label.
    data_gradient, penalty_gradient : ndarray, shape (steps, features, classes)
        The gradients of the mean loss and of the penalty by the weights.
    bias_gradient : ndarray, shape (steps, classes)
        The gradient of the total by the bias; it has no penalty.
    weight_terms, bias_terms : ndarray, shapes as of weights and bias
        The sums of the absolute values of the terms that the gradients of the total are sums of.
    """

    weights: FloatArray
    bias: FloatArray
    scores: FloatArray
    cross_entropy: FloatArray
    hinge: FloatArray
    data_loss: FloatArray
    penalty: FloatArray
    total: FloatArray
    accuracy: FloatArray
    data_gradient: FloatArray
    penalty_gradient: FloatArray
    bias_gradient: FloatArray
    weight_terms: FloatArray
    bias_terms: FloatArray

    @property
    def weight_gradient(self) -> FloatArray:
        """The gradient of the total by the weights."""
        return self.data_gradient + self.penalty_gradient

    @property
    def steps(self) -> int:
        """How many steps there are, the start included."""
        return len(self.total)


def linear_run(
    parameters: Mapping[str, ArrayLike], X: ArrayLike, y: LabelArray, objective: Objective
) -> LinearRun:
    r"""Evaluate a linear classifier at every step of a run, in one go.

    .. math:: \frac{\partial L}{\partial W} = X^\mathsf{T}
              \frac{\partial L}{\partial s} + \frac{\partial R}{\partial W}

    Parameters
    ----------
    parameters : mapping of str to array_like
        W1 (steps, features, classes) and b1 (steps, classes), as `training.History` has them.
    X : array_like, shape (samples, features)
        The samples.
    y : ndarray of int, shape (samples,)
        Their labels.
    objective : Objective
        What the run makes small. Its margin, variant and power are those of `hinge` in any case.

    Returns
    -------
    LinearRun
        At each step the same numbers as `core.learning.models.LinearClassifier.loss`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or scores are not finite.

    Examples
    --------
    >>> parameters = {"W1": [[[1.0, -1.0]], [[2.0, -2.0]]], "b1": [[0.0, 0.0], [0.0, 0.0]]}
    >>> run = linear_run(parameters, [[0.25]], np.array([0]), Objective("hinge", l2=0.1))
    >>> run.data_loss.tolist(), run.penalty.round(3).tolist()
    ([0.5, 0.0], [0.2, 0.8])
    >>> run.data_gradient[0], run.penalty_gradient[0]
    (array([[-0.25,  0.25]]), array([[ 0.2, -0.2]]))
    """
    weights, bias = (np.asarray(parameters[name], dtype=np.float64) for name in ("W1", "b1"))
    samples = np.asarray(X, dtype=np.float64)
    scores = stacked_scores({"W1": weights, "b1": bias}, samples)
    steps, count, classes = scores.shape

    # One batch of all samples at all steps; a step's share is divided by its own samples below.
    rows, labels = scores.reshape(-1, classes), np.tile(y, steps)
    soft = cross_entropy(rows, labels, reduction="none")
    svm = hinge(
        rows,
        labels,
        margin=objective.margin,
        variant=objective.variant,
        power=objective.power,
        reduction="none",
    )
    own: Loss = {"cross_entropy": soft, "hinge": svm}.get(objective.loss) or squared_error(
        rows, labels, reduction="none"
    )
    d_scores = own.gradient.reshape(scores.shape) / count
    data_loss = own.per_sample.reshape(steps, count).mean(axis=1)
    penalty = elastic_net(
        weights, l1_strength=objective.l1, l2_strength=objective.l2, half=objective.half
    )
    penalties = penalty.per_weight.sum(axis=(1, 2))
    return LinearRun(
        weights=weights,
        bias=bias,
        scores=scores,
        cross_entropy=soft.per_sample.reshape(steps, count),
        hinge=svm.per_sample.reshape(steps, count),
        data_loss=data_loss,
        penalty=penalties,
        total=data_loss + penalties,
        accuracy=(scores.argmax(axis=2) == y).mean(axis=1),
        data_gradient=samples.T @ d_scores,
        penalty_gradient=penalty.gradient,
        bias_gradient=d_scores.sum(axis=1),
        weight_terms=np.abs(samples).T @ np.abs(d_scores) + np.abs(penalty.gradient),
        bias_terms=np.abs(d_scores).sum(axis=1),
    )


def without_residue(sums: FloatArray, terms: FloatArray) -> FloatArray:
    """Return sums, with 0 for those whose terms cancel but for rounding.

    A sum of n terms may be off by n times 1.1e-16 of their absolute values. Terms that cancel, such
    as those of a bias in a step without errors, so leave about 1e-17 of them, which says nothing.

    Parameters
    ----------
    sums : ndarray
        As they were computed.
    terms : ndarray, the same shape
        For each, the sum of the absolute values of its terms; at most 2000 of them.

    Returns
    -------
    ndarray
        0 where a sum is at most 1e-12 of its terms.

    Examples
    --------
    >>> sums, terms = np.array([0.1 + 0.2 - 0.3, 1e-17]), np.array([0.6, 1e-17])
    >>> without_residue(sums, terms).tolist()
    [0.0, 1e-17]
    """
    return np.where(np.abs(sums) <= _RESIDUE * terms, 0.0, sums)


def standings(softmax: LinearRun, svm: LinearRun) -> NDArray[np.int64]:
    """Return the :class:`Standing` of each step of two runs of equal length.

    Parameters
    ----------
    softmax, svm : LinearRun
        One with the cross-entropy, one with the hinge loss.

    Examples
    --------
    >>> parameters = {"W1": [[[1.0, -1.0]], [[2.0, -2.0]]], "b1": [[0.0, 0.0], [0.0, 0.0]]}
    >>> start = {name: values[:1] * 2 for name, values in parameters.items()}
    >>> X, y = [[0.25]], np.array([0])
    >>> softmax = linear_run(start, X, y, Objective())
    >>> svm = linear_run(parameters, X, y, Objective("hinge"))
    >>> [Standing(standing).name for standing in standings(softmax, svm)]
    ['SAME', 'SVM_SATISFIED']
    """
    same_weights = (softmax.weights == svm.weights).all(axis=(1, 2))
    conditions = [
        same_weights & (softmax.bias == svm.bias).all(axis=1),
        (svm.data_loss == 0.0) & (svm.penalty == 0.0),
        svm.data_loss == 0.0,
        (softmax.accuracy == 1.0) & (svm.accuracy == 1.0),
        softmax.accuracy > svm.accuracy,
        softmax.accuracy < svm.accuracy,
    ]
    found = list(Standing)[: len(conditions)]
    return np.asarray(np.select(conditions, found, Standing.BOTH_WRONG), dtype=np.int64)


def published_classifier() -> LinearClassifier:
    """Return the classifier that the CS231n demo's screenshot shows, for its nine points.

    Its objective is the Weston-Watkins hinge loss with lambda 0.1: a data loss of 0.64, a penalty
    of 1.93 and a total of 2.57. The demo lets W fall by half of lambda W for the penalty, although
    lambda times the sum of W squared has the gradient 2 lambda W.

    Returns
    -------
    LinearClassifier

    References
    ----------
    CS231n, "Linear Classification Loss Visualization".

    Examples
    --------
    >>> from core.learning.datasets import nine_points
    >>> data = nine_points()
    >>> loss = published_classifier().loss(data.points, data.labels)
    >>> f"{loss.data_loss:.2f} + {loss.penalty:.2f} = {loss.total:.2f}"
    '0.64 + 1.93 = 2.57'
    """
    weights = np.array([[2.06, 1.48], [0.44, -1.82], [2.27, -2.04]])
    return LinearClassifier(weights.T, np.array([-0.42, 0.52, -0.10]), Objective("hinge", l2=0.1))
