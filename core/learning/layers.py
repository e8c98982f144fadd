"""Forward and backward through the layers of a network.

The functions are single passes. The backward ones take the gradient of the loss at a layer's
outputs, and what the forward pass saw. They sum over the batch and never divide by its size: the
loss has done that. A batch has a sample a row; a single sample is a batch of one. Arguments that
are empty or not finite, or whose shapes do not fit each other, are a ValueError.

The classes are layers that remember: each is one forward pass, made by its ``forward``, that keeps
what went in and what came out as read-only arrays for display, and knows the way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import relu, relu_derivative, softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HingeVariant, hinge
from core.losses.loss import Loss
from core.losses.squared_error import squared_error
from core.losses.targets import one_hot
from core.validation import (
    FloatArray,
    LabelArray,
    as_floats,
    as_labels,
    as_logits,
    as_real,
    require_finite,
)

__all__ = [
    "Affine",
    "AffineGradients",
    "HingeLossLayer",
    "LossLayer",
    "ReLU",
    "SoftmaxWithLoss",
    "SquaredError",
    "affine_backward",
    "affine_forward",
    "read_only",
    "relu_backward",
]


@dataclass(frozen=True, eq=False)
class AffineGradients:
    """What an affine layer passes back, each in the shape of what it is the gradient of.

    Attributes
    ----------
    inputs : ndarray, shape (batch, features), or (features,) for a single sample
        dx, for the layer before.
    weights : ndarray, shape (features, outputs)
        dW, summed over the batch.
    bias : ndarray, shape (outputs,)
        db, summed over the batch.
    """

    inputs: FloatArray
    weights: FloatArray
    bias: FloatArray


def affine_forward(inputs: ArrayLike, weights: ArrayLike, bias: ArrayLike) -> FloatArray:
    r"""Return the outputs of an affine layer.

    .. math:: \mathrm{out} = x W + b

    Inputs x (batch, features), W (features, outputs) and b (outputs,).

    References
    ----------
    Saitoh, "Deep Learning from Scratch" (2019), section 5.6.

    Examples
    --------
    >>> affine_forward([1.0, 2.0], [[1.0, 0.0, -1.0], [0.5, 1.0, 0.0]], [0.0, 0.0, 10.0])
    array([2., 2., 9.])
    """
    x, w = _inputs_and_weights(inputs, weights)
    b = _finite("bias", bias)
    if b.shape != w.shape[1:]:
        raise ValueError(
            f"bias must have shape {w.shape[1:]} to match weights of shape {w.shape}, "
            f"got shape {b.shape}"
        )
    return np.asarray(x @ w + b)


def affine_backward(
    output_gradient: ArrayLike, inputs: ArrayLike, weights: ArrayLike
) -> AffineGradients:
    r"""Return the gradients at the inputs, the weights and the bias of an affine layer.

    .. math:: dx = d\mathrm{out}\; W^\mathsf{T}, \quad dW = x^\mathsf{T} d\mathrm{out}, \quad
              db = \sum_\text{batch} d\mathrm{out}

    dout is the gradient of the loss at the outputs; x and W are those of the forward pass.

    References
    ----------
    Saitoh, "Deep Learning from Scratch" (2019), section 5.6.
    CS231n notes, "Backpropagation, intuitions": gradients of a matrix product.

    Examples
    --------
    >>> back = affine_backward([1.0, -1.0], [2.0, 3.0], [[1.0, 0.0], [0.5, 1.0]])
    >>> back.inputs
    array([ 1. , -0.5])
    >>> back.weights
    array([[ 2., -2.],
           [ 3., -3.]])
    >>> back.bias
    array([ 1., -1.])
    """
    x, w = _inputs_and_weights(inputs, weights)
    d_out = _finite("output_gradient", output_gradient)
    expected = (*x.shape[:-1], w.shape[1])
    if d_out.shape != expected:
        raise ValueError(
            f"output_gradient must have shape {expected} to match inputs of shape {x.shape} "
            f"and weights of shape {w.shape}, got shape {d_out.shape}"
        )
    rows, d_rows = np.atleast_2d(x), np.atleast_2d(d_out)
    return AffineGradients(
        inputs=np.asarray(d_out @ w.T), weights=rows.T @ d_rows, bias=d_rows.sum(axis=0)
    )


def relu_backward(output_gradient: ArrayLike, inputs: ArrayLike) -> FloatArray:
    r"""Return the gradient at the inputs of a ReLU layer, whose forward pass is `relu`.

    .. math:: dx = d\mathrm{out} \cdot [x > 0]

    Where x is exactly 0 it is 0, by convention.

    Examples
    --------
    >>> relu_backward([5.0, 6.0, 7.0], [-1.0, 0.0, 2.0])
    array([0., 0., 7.])
    """
    x = _finite("inputs", inputs)
    d_out = _finite("output_gradient", output_gradient)
    if d_out.shape != x.shape:
        raise ValueError(
            f"output_gradient must have the shape of the inputs, {x.shape}, got shape {d_out.shape}"
        )
    # Adding 0 turns -0 into 0.
    return np.asarray(d_out * relu_derivative(x) + np.zeros((), d_out.dtype))


@dataclass(frozen=True, eq=False)
class Affine:
    """An affine layer: out = x W + b.

    Attributes
    ----------
    inputs : ndarray, shape (batch, features)
        x; a single sample is a batch of one.
    weights, bias : ndarray, shapes (features, outputs) and (outputs,)
        W and b.
    outputs : ndarray, shape (batch, outputs)

    Examples
    --------
    >>> layer = Affine.forward([1.0, 2.0], [[1.0, 0.0], [0.5, 1.0]], [0.0, 10.0])
    >>> layer.outputs
    array([[ 2., 12.]])
    >>> layer.backward([1.0, -1.0]).inputs
    array([[ 1. , -0.5]])
    """

    inputs: FloatArray
    weights: FloatArray
    bias: FloatArray
    outputs: FloatArray

    @classmethod
    def forward(cls, inputs: ArrayLike, weights: ArrayLike, bias: ArrayLike) -> Self:
        """Send a batch through the layer; arguments and errors are those of `affine_forward`."""
        outputs = affine_forward(inputs, weights, bias)
        return cls(
            read_only(_rows(inputs)),
            read_only(as_floats("weights", weights)),
            read_only(as_floats("bias", bias)),
            read_only(_rows(outputs)),
        )

    def backward(self, output_gradient: ArrayLike) -> AffineGradients:
        """Return dx, dW and db for a gradient at the outputs; errors as of `affine_backward`."""
        return affine_backward(_rows(output_gradient), self.inputs, self.weights)


@dataclass(frozen=True, eq=False)
class ReLU:
    """A layer of rectified linear units: out = max(0, x).

    Attributes
    ----------
    inputs : ndarray, shape (batch, units)
        x; a single sample is a batch of one.
    mask : ndarray of bool, same shape
        Where x > 0: what lets the gradient through.
    outputs : ndarray, same shape

    Examples
    --------
    >>> layer = ReLU.forward([[-1.0, 0.0, 2.0]])
    >>> layer.outputs, layer.mask
    (array([[0., 0., 2.]]), array([[False, False,  True]]))
    >>> layer.backward([[5.0, 6.0, 7.0]])
    array([[0., 0., 7.]])
    """

    inputs: FloatArray
    mask: NDArray[np.bool_]
    outputs: FloatArray

    @classmethod
    def forward(cls, inputs: ArrayLike) -> Self:
        """Send a batch through the layer; errors as of `core.losses.activations.relu`."""
        x, outputs = _rows(inputs), _rows(relu(inputs))
        mask = x > 0.0
        mask.setflags(write=False)
        return cls(read_only(x), mask, read_only(outputs))

    def backward(self, output_gradient: ArrayLike) -> FloatArray:
        """Return dx for a gradient at the outputs; errors as of `relu_backward`."""
        return relu_backward(_rows(output_gradient), self.inputs)


@dataclass(frozen=True, eq=False)
class LossLayer:
    """A last layer: scores in, one loss out, the mean over the batch.

    Attributes
    ----------
    scores : ndarray, shape (batch, classes)
        What went in; a single sample is a batch of one.
    labels : ndarray of int, shape (batch,)
        The true classes.
    per_sample : ndarray, shape (batch,)
        The loss of each sample.
    value : float
        Their mean.
    gradient : ndarray, shape (batch, classes)
        The derivative of the mean by each score: here, and nowhere else, is divided by the batch.
    """

    scores: FloatArray
    labels: LabelArray
    per_sample: FloatArray
    value: float
    gradient: FloatArray

    def backward(self, output_gradient: float = 1.0) -> FloatArray:
        """Return the gradient at the scores, for a gradient at the loss: usually 1.

        Raises
        ------
        ValueError
            If the gradient is not a finite number.
        """
        return np.asarray(self.gradient * as_real("output_gradient", output_gradient))


@dataclass(frozen=True, eq=False)
class SoftmaxWithLoss(LossLayer):
    """Softmax and cross-entropy in one layer: dscores = (p - t) / N.

    Attributes
    ----------
    probabilities, targets : ndarray, shape (batch, classes)
        p, and t with a 1 at each label.

    References
    ----------
    Saitoh, "Deep Learning from Scratch" (2019), section 5.6.3.

    Examples
    --------
    >>> layer = SoftmaxWithLoss.forward([[0.0, 0.0], [0.0, 0.0]], [0, 1])
    >>> round(layer.value, 6), layer.probabilities[0]
    (0.693147, array([0.5, 0.5]))
    >>> layer.backward()
    array([[-0.25,  0.25],
           [ 0.25, -0.25]])
    """

    probabilities: FloatArray
    targets: FloatArray

    @classmethod
    def forward(cls, scores: ArrayLike, labels: ArrayLike) -> Self:
        """Send scores, (batch, classes), through the layer; errors as of `cross_entropy`.

        With a single sample, scores (classes,) and one label, N is 1, not the number of classes.
        """
        rows, classes = _scores_and_labels(scores, labels)
        cached = _cached(rows, classes, cross_entropy(rows, classes))
        targets = one_hot(classes, rows.shape[1]).astype(rows.dtype)
        return cls(*cached, read_only(softmax(rows)), read_only(targets))


@dataclass(frozen=True, eq=False)
class HingeLossLayer(LossLayer):
    """The multiclass hinge (SVM) loss as a layer.

    Attributes
    ----------
    margins : ndarray, shape (batch, classes)
        How far each class is inside the margin: above 0 it is violated.

    Examples
    --------
    >>> layer = HingeLossLayer.forward([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0]], [0, 1])
    >>> round(layer.value, 4)
    1.45
    >>> layer.backward()
    array([[-0.5,  0.5,  0. ],
           [ 0. ,  0. ,  0. ]])
    """

    margins: FloatArray

    @classmethod
    def forward(
        cls,
        scores: ArrayLike,
        labels: ArrayLike,
        *,
        margin: float = 1.0,
        variant: HingeVariant = "weston_watkins",
        power: Literal[1, 2] = 1,
    ) -> Self:
        """Send scores, (batch, classes), through the layer; options and errors as of `hinge`."""
        rows, classes = _scores_and_labels(scores, labels)
        loss = hinge(rows, classes, margin=margin, variant=variant, power=power)
        return cls(*_cached(rows, classes, loss), read_only(loss.margins))


@dataclass(frozen=True, eq=False)
class SquaredError(LossLayer):
    """Half the sum of squared errors as a layer: dscores = (y - t) / N.

    Attributes
    ----------
    targets : ndarray, shape (batch, classes)
        t, with a 1 at each label.

    Examples
    --------
    >>> SquaredError.forward([0.3, 0.2, 0.5], 1).backward()
    array([[ 0.3, -0.8,  0.5]])
    """

    targets: FloatArray

    @classmethod
    def forward(cls, scores: ArrayLike, labels: ArrayLike) -> Self:
        """Send scores, (batch, classes), through the layer; errors as of `squared_error`."""
        rows, classes = _scores_and_labels(scores, labels)
        targets = one_hot(classes, rows.shape[1]).astype(rows.dtype)
        return cls(*_cached(rows, classes, squared_error(rows, classes)), read_only(targets))


def read_only(values: FloatArray) -> FloatArray:
    """Return a copy that cannot be written to.

    Examples
    --------
    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    copy = np.array(values)
    copy.setflags(write=False)
    return copy


def _rows(values: ArrayLike) -> FloatArray:
    """Return a single sample as a batch of one; what is no number is left to the checks."""
    return np.atleast_2d(as_floats("values", values))


def _scores_and_labels(scores: ArrayLike, labels: ArrayLike) -> tuple[FloatArray, LabelArray]:
    values = as_logits("scores", scores)
    if values.ndim > 2:
        raise ValueError(
            f"scores must have shape (classes,) or (batch, classes), got shape {values.shape}"
        )
    classes = as_labels("labels", labels, "scores", values.shape)
    return np.atleast_2d(values), classes.reshape(-1)


def _cached(
    rows: FloatArray, labels: LabelArray, loss: Loss
) -> tuple[FloatArray, LabelArray, FloatArray, float, FloatArray]:
    """Return the fields of `LossLayer`."""
    own_labels = labels.copy()
    own_labels.setflags(write=False)
    arrays = (read_only(rows), read_only(loss.per_sample), read_only(loss.gradient))
    return arrays[0], own_labels, arrays[1], float(np.asarray(loss.value)), arrays[2]


def _finite(name: str, values: ArrayLike) -> FloatArray:
    array = as_floats(name, values)
    require_finite(name, array)
    return array


def _inputs_and_weights(inputs: ArrayLike, weights: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, w = _finite("inputs", inputs), _finite("weights", weights)
    if x.ndim not in (1, 2):
        raise ValueError(
            f"inputs must have shape (features,) or (batch, features), got shape {x.shape}"
        )
    if w.ndim != 2 or w.shape[0] != x.shape[-1]:
        raise ValueError(
            f"weights must have shape ({x.shape[-1]}, outputs) to match inputs of shape {x.shape}, "
            f"got shape {w.shape}"
        )
    return x, w
