"""A run of the linear classifier in numbers: the losses of every point and all gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.objective import Objective
from core.learning.snapshots import stacked_scores
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.losses.loss import Loss
from core.losses.penalties import elastic_net
from core.losses.squared_error import squared_error
from core.validation import FloatArray, LabelArray

__all__ = ["LinearRun", "Standing", "linear_run", "standings", "without_residue"]

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

    Shapes: ``weights`` (steps, features, classes), ``bias`` (steps, classes), ``scores`` (steps,
    samples, classes), ``cross_entropy`` and ``hinge`` (steps, samples), whichever loss the run
    follows; ``data_loss``, ``penalty``, ``total`` and ``accuracy`` (steps,). The gradients have the
    shapes of what they are taken by; ``weight_terms`` and ``bias_terms`` are the sums of the
    absolute values of the terms that the gradients of the total are sums of.
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
    """Evaluate a linear classifier at every step of a run, in one go.

    ``parameters`` are W1 (steps, features, classes) and b1 (steps, classes) of the samples X
    (samples, features) with labels y. Margin, variant and power are those of ``hinge`` in any case.
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
    """Return sums, 0 for those whose terms, of these absolute sums, cancel but for rounding.

    A sum of n terms may be off by n times 1.1e-16 of their absolute values. Terms that cancel, such
    as those of a bias in a step without errors, so leave about 1e-17 of them, which says nothing.

    >>> without_residue(np.array([0.1 + 0.2 - 0.3, 1e-17]), np.array([0.6, 1e-17])).tolist()
    [0.0, 1e-17]
    """
    return np.where(np.abs(sums) <= _RESIDUE * terms, 0.0, sums)


def standings(softmax: LinearRun, svm: LinearRun) -> NDArray[np.int64]:
    """Return the :class:`Standing` of each step of two runs of equal length."""
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
