"""The forward and backward pass of a model on buffers that are made once: the inside of training.

It computes what `learning.models` computes, and tests hold the two together. What makes it quick is
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

from core.learning.models import Model
from core.learning.objective import Objective
from core.losses.hinge import hinge
from core.losses.squared_error import squared_error
from core.validation import FloatArray, LabelArray

__all__ = ["Evaluation", "Workspace"]


class Evaluation(NamedTuple):
    """The objective on some samples, and how many predictions are right.

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
        self.true_places = np.empty(batch, np.intp)
        self.peaks = np.empty(batch, dtype)
        self.sums = np.empty(batch, dtype)
        self.losses = np.empty(batch, dtype)
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
    >>> from core.learning.models import LinearClassifier
    >>> workspace = Workspace(LinearClassifier([[1.0, -1.0]], [0.0, 0.0], Objective("hinge")))
    >>> workspace.differentiate(workspace.inputs([[0.25]]), np.array([0]))
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

    def evaluate(self, inputs: FloatArray, labels: LabelArray) -> Evaluation:
        """Return the objective and the accuracy on samples made by `inputs`."""
        buffers = self._buffers_for(len(inputs))
        with np.errstate(all="ignore"):
            self._forward(inputs, buffers)
            hits = np.count_nonzero(buffers.scores.argmax(axis=0) == labels)
            data_loss, penalty = self._data_loss(buffers, labels), self._penalty(None)
        return Evaluation(data_loss, penalty, int(hits) / len(labels))

    def differentiate(self, inputs: FloatArray, labels: LabelArray) -> float:
        """Return the total on a batch, and write its gradient to `gradient`.

        If scores or parameters are too large, the total is NaN or infinite; whether NumPy warns of
        it is up to the caller.

        Parameters
        ----------
        inputs : ndarray, shape (batch, features + 1)
            Samples as `inputs` makes them.
        labels : ndarray of int, shape (batch,)
            Their labels; not checked.
        """
        buffers = self._buffers_for(len(inputs))
        last_inputs = self._forward(inputs, buffers)
        data_loss = self._data_loss(buffers, labels)
        d_scores = buffers.scores
        np.matmul(last_inputs, d_scores.T, out=self._gradients[-1])
        if self._hidden:
            np.matmul(self._layers[-1][:-1], d_scores, out=buffers.d_units)
            np.greater(buffers.units, 0.0, out=buffers.mask)
            np.multiply(buffers.d_units, buffers.mask, out=buffers.d_units)
            np.matmul(inputs.T, buffers.d_units.T, out=self._gradients[0])
        return data_loss + self._penalty(self.gradient)

    def _make_views(self) -> None:
        shapes = list(self._shapes.values())
        self._hidden = shapes[0][1] if len(shapes) == 4 else 0
        self._classes = shapes[-1][0]
        self._layers = self._matrices(self.parameters)
        self._gradients = self._matrices(self.gradient)
        self._buffers: dict[int, _Buffers] = {}
        self._work = np.empty_like(self.parameters)
        self._l1 = self._strengths(self._objective.l1)
        self._l2 = self._strengths(self._objective.l2 * (1.0 if self._objective.half else 2.0))

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

    def _data_loss(self, buffers: _Buffers, labels: LabelArray) -> float:
        """Return the mean loss of the scores, and write its gradient over them."""
        if self._objective.loss == "cross_entropy":
            return _cross_entropy(buffers, labels)
        if not math.isfinite(buffers.scores.sum()):
            return math.nan
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
        return float(np.asarray(loss.value))

    def _strengths(self, strength: float) -> FloatArray | None:
        """Return the strength of a penalty on each parameter, 0 on biases; None without one."""
        if not strength:
            return None
        strengths = np.zeros_like(self.parameters)
        for matrix in self._matrices(strengths):
            matrix[:-1] = strength
        return strengths

    def _penalty(self, gradient: FloatArray | None) -> float:
        """Return the penalty, and add its gradient to a gradient."""
        value = 0.0
        if self._l1 is not None:
            np.sign(self.parameters, out=self._work)
            self._work *= self._l1
            value += float(self.parameters @ self._work)
            if gradient is not None:
                gradient += self._work
        if self._l2 is not None:
            np.multiply(self.parameters, self._l2, out=self._work)
            value += 0.5 * float(self.parameters @ self._work)
            if gradient is not None:
                gradient += self._work
        return value


def _cross_entropy(buffers: _Buffers, labels: LabelArray) -> float:
    """Return the mean cross-entropy of the scores, and write its gradient over them.

    This is `cross_entropy.cross_entropy` without its checks, its copies and its finest digits of
    the gradient: a batch of 64 samples takes a tenth of the time.
    """
    scores, flat, columns = buffers.scores, buffers.flat_scores, buffers.columns
    batch = len(columns)
    scores.argmax(axis=0, out=buffers.winners)
    winners = np.multiply(buffers.winners, batch, out=buffers.winners)
    winners += columns
    true_places = np.multiply(labels, batch, out=buffers.true_places)
    true_places += columns

    scores -= flat.take(winners, out=buffers.peaks, mode="clip")
    losses = flat.take(true_places, out=buffers.losses, mode="clip")
    np.exp(scores, out=scores)
    # Without the winner's 1, in which the losses of confident predictions would vanish.
    flat[winners] = 0.0
    sums = np.add.reduce(scores, axis=0, out=buffers.sums)
    np.subtract(np.log1p(sums, out=buffers.peaks), losses, out=losses)
    flat[winners] = 1.0
    sums += 1.0
    sums *= batch
    scores /= sums
    flat[true_places] -= 1.0 / batch
    return float(np.add.reduce(losses)) / batch
