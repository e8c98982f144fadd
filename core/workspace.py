"""The forward and backward pass of a model on buffers that are made once: the inside of training.

It computes what `core.models` computes, and tests hold the two together. What makes it quick is
its layout. All parameters lie in one vector, so that an optimiser moves them in one go. The bias is
the last row of its weights, and each input ends in a 1, so that one matrix product does what an
affine layer does, and another gives dW and db. Behind the first layer a column is a sample: sums
over a few classes then run along memory.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses import hinge, squared_error
from core.models import Model, Objective
from core.validation import FloatArray, LabelArray

__all__ = ["Evaluation", "Workspace"]


class Evaluation(NamedTuple):
    """The objective on a batch, and how many predictions are right.

    Attributes
    ----------
    data_loss, penalty : float
        NaN or infinite if the scores are too large.
    accuracy : float
        The part of the samples whose prediction is their label.
    """

    data_loss: float
    penalty: float
    accuracy: float

    @property
    def total(self) -> float:
        """The data loss plus the penalty."""
        return self.data_loss + self.penalty


class _Buffers:
    """What is written to for a batch of a given size."""

    def __init__(self, batch: int, hidden: int, classes: int, dtype: np.dtype[Any]) -> None:
        self.columns = np.arange(batch)
        self.scores = np.empty((classes, batch), dtype)
        self.flat_scores = self.scores.reshape(-1)
        self.winners = np.empty(batch, np.intp)
        self.places = np.empty(batch, np.intp)
        self.true_places = np.empty(batch, np.intp)
        self.peaks = np.empty(batch, dtype)
        self.sums = np.empty(batch, dtype)
        self.true_scores = np.empty(batch, dtype)
        # The last row stays 1: it is what the second layer's bias is multiplied by.
        self.hidden = np.ones((hidden + 1, batch), dtype)
        self.units = self.hidden[:-1]
        self.d_units = np.empty((hidden, batch), dtype)
        self.mask = np.empty((hidden, batch), np.bool_)


class Workspace:
    """A model's parameters in one vector, with the gradient of its objective beside it.

    Parameters
    ----------
    model : Model
        Where to start, and the objective. It is not changed.

    Attributes
    ----------
    parameters, gradient : ndarray, shape (parameters,)
        Change them in place. The order is W1, b1, W2, b2, each row by row.

    Examples
    --------
    >>> from core.models import LinearClassifier
    >>> workspace = Workspace(LinearClassifier([[1.0, -1.0]], [0.0, 0.0], Objective("hinge")))
    >>> workspace.differentiate(workspace.inputs([[0.25]]), np.array([0])).total
    0.5
    >>> workspace.gradient
    array([-0.25,  0.25, -1.  ,  1.  ])
    """

    def __init__(self, model: Model) -> None:
        self._objective = model.objective
        self._shapes = {name: array.shape for name, array in model.parameters.items()}
        self.parameters = np.concatenate([p.reshape(-1) for p in model.parameters.values()])
        self.gradient = np.zeros_like(self.parameters)
        self._make_views()

    def __getstate__(self) -> tuple[Objective, dict[str, tuple[int, ...]], FloatArray, FloatArray]:
        # Views would come back as arrays of their own.
        return self._objective, self._shapes, self.parameters, self.gradient

    def __setstate__(
        self, state: tuple[Objective, dict[str, tuple[int, ...]], FloatArray, FloatArray]
    ) -> None:
        self._objective, self._shapes, self.parameters, self.gradient = state
        self._make_views()

    def inputs(self, X: ArrayLike) -> FloatArray:
        """Return samples, (batch, features), as (batch, features + 1): each ends in a 1."""
        points = np.asarray(X)
        rows = np.ones((len(points), points.shape[1] + 1), self.parameters.dtype)
        rows[:, :-1] = points
        return rows

    def snapshot(self) -> Mapping[str, FloatArray]:
        """Return read-only copies of the parameters by name."""
        return self._by_name(self.parameters.copy())

    @np.errstate(all="ignore")
    def evaluate(self, inputs: FloatArray, labels: LabelArray) -> Evaluation:
        """Return the objective and the accuracy on samples made by `inputs`."""
        buffers = self._buffers_for(len(inputs))
        self._forward(inputs, buffers)
        return self._evaluation(buffers, labels)

    @np.errstate(all="ignore")
    def differentiate(self, inputs: FloatArray, labels: LabelArray) -> Evaluation:
        """Return what `evaluate` returns, and write the gradient of the total to `gradient`.

        Parameters
        ----------
        inputs : ndarray, shape (batch, features + 1)
            Samples as `inputs` makes them.
        labels : ndarray of int, shape (batch,)
            Their labels; not checked.
        """
        buffers = self._buffers_for(len(inputs))
        last_inputs = self._forward(inputs, buffers)
        evaluation = self._evaluation(buffers, labels)
        d_scores = buffers.scores
        np.matmul(last_inputs, d_scores.T, out=self._gradients[-1])
        if self._hidden:
            np.matmul(self._layers[-1][:-1], d_scores, out=buffers.d_units)
            np.greater(buffers.units, 0.0, out=buffers.mask)
            np.multiply(buffers.d_units, buffers.mask, out=buffers.d_units)
            np.matmul(inputs.T, buffers.d_units.T, out=self._gradients[0])
        self._add_penalty_gradient()
        return evaluation

    def _make_views(self) -> None:
        shapes = list(self._shapes.values())
        self._hidden = shapes[0][1] if len(shapes) == 4 else 0
        self._classes = shapes[-1][0]
        self._layers = self._matrices(self.parameters)
        self._gradients = self._matrices(self.gradient)
        self._buffers: dict[int, _Buffers] = {}

    def _matrices(self, vector: FloatArray) -> list[FloatArray]:
        """Return views (inputs + 1, outputs) of the layers: the weights, and the bias below."""
        matrices: list[FloatArray] = []
        start = 0
        for shape in self._shapes.values():
            if len(shape) == 2:
                rows = shape[0] + 1
                matrices.append(vector[start : start + rows * shape[1]].reshape(rows, shape[1]))
                start += rows * shape[1]
        return matrices

    def _by_name(self, vector: FloatArray) -> dict[str, FloatArray]:
        vector.setflags(write=False)
        arrays: dict[str, FloatArray] = {}
        start = 0
        for name, shape in self._shapes.items():
            size = math.prod(shape)
            arrays[name] = vector[start : start + size].reshape(shape)
            start += size
        return arrays

    def _buffers_for(self, batch: int) -> _Buffers:
        if batch not in self._buffers:
            dtype = self.parameters.dtype
            self._buffers[batch] = _Buffers(batch, self._hidden, self._classes, dtype)
        return self._buffers[batch]

    def _forward(self, inputs: FloatArray, buffers: _Buffers) -> NDArray[Any]:
        """Write the scores, and return what went into the last layer, a sample a column."""
        columns: NDArray[Any] = inputs.T
        if self._hidden:
            np.matmul(self._layers[0].T, columns, out=buffers.units)
            np.maximum(buffers.units, 0.0, out=buffers.units)
            columns = buffers.hidden
        np.matmul(self._layers[-1].T, columns, out=buffers.scores)
        return columns

    def _evaluation(self, buffers: _Buffers, labels: LabelArray) -> Evaluation:
        """Evaluate the scores, and write the data loss's gradient over them."""
        buffers.scores.argmax(axis=0, out=buffers.winners)
        accuracy = int(np.count_nonzero(buffers.winners == labels)) / len(labels)
        penalty = self._penalty()
        if self._objective.loss == "cross_entropy":
            return Evaluation(_cross_entropy(buffers, labels), penalty, accuracy)
        if not math.isfinite(buffers.scores.sum()):
            return Evaluation(math.nan, penalty, accuracy)
        if self._objective.loss == "squared_error":
            loss = squared_error(buffers.scores.T, labels)
        else:
            loss = hinge(
                buffers.scores.T,
                labels,
                margin=self._objective.margin,
                variant=self._objective.variant,
                power=self._objective.power,
            )
        buffers.scores[...] = loss.gradient.T
        return Evaluation(float(np.asarray(loss.value)), penalty, accuracy)

    def _penalty(self) -> float:
        l1, l2 = self._objective.l1, self._l2
        value = 0.0
        for matrix in self._layers:
            weights = matrix[:-1].reshape(-1)
            if l1:
                value += l1 * float(np.abs(weights).sum())
            if l2:
                value += l2 * float(weights @ weights)
        return value

    def _add_penalty_gradient(self) -> None:
        l1, l2 = self._objective.l1, self._l2
        for matrix, gradient in zip(self._layers, self._gradients, strict=True):
            if l1:
                gradient[:-1] += l1 * np.sign(matrix[:-1])
            if l2:
                gradient[:-1] += 2.0 * l2 * matrix[:-1]

    @property
    def _l2(self) -> float:
        return self._objective.l2 * (0.5 if self._objective.half else 1.0)


def _cross_entropy(buffers: _Buffers, labels: LabelArray) -> float:
    """Return the mean cross-entropy of the scores, and write its gradient over them.

    This is `core.losses.cross_entropy` without its checks, its copies and its finest digits of
    the gradient: a batch of 64 samples takes a tenth of the time.
    """
    scores, flat = buffers.scores, buffers.flat_scores
    batch = scores.shape[1]
    np.multiply(buffers.winners, batch, out=buffers.places)
    buffers.places += buffers.columns
    np.multiply(labels, batch, out=buffers.true_places)
    buffers.true_places += buffers.columns

    flat.take(buffers.places, out=buffers.peaks, mode="clip")
    scores -= buffers.peaks
    flat.take(buffers.true_places, out=buffers.true_scores, mode="clip")
    np.exp(scores, out=scores)
    # Without the winner's 1, in which the losses of confident predictions would vanish.
    flat[buffers.places] = 0.0
    np.add.reduce(scores, axis=0, out=buffers.sums)
    np.log1p(buffers.sums, out=buffers.peaks)
    loss: float = float(buffers.peaks.sum() - buffers.true_scores.sum()) / batch

    buffers.sums += 1.0
    buffers.sums *= batch
    np.reciprocal(buffers.sums, out=buffers.sums)
    scores *= buffers.sums
    flat[buffers.places] = buffers.sums
    flat[buffers.true_places] -= 1.0 / batch
    return loss
