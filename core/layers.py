"""Forward and backward through the layers of a network.

The backward functions take the gradient of the loss at a layer's outputs, and what the forward
pass saw. They sum over the batch and never divide by its size: the loss has done that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.activations import relu_derivative
from core.validation import FloatArray, as_floats, require_finite

__all__ = ["AffineGradients", "affine_backward", "affine_forward", "relu_backward"]


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

    Parameters
    ----------
    inputs : array_like, shape (batch, features) or (features,)
        The inputs x, a sample a row. A single sample is a batch of one.
    weights : array_like, shape (features, outputs)
        W.
    bias : array_like, shape (outputs,)
        b.

    Returns
    -------
    ndarray, shape (batch, outputs), or (outputs,) for a single sample
        The outputs.

    Raises
    ------
    ValueError
        If an argument is empty or not finite, or the shapes do not fit each other.

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

    Parameters
    ----------
    output_gradient : array_like, shape (batch, outputs) or (outputs,)
        dout: the gradient of the loss at the outputs.
    inputs : array_like, shape (batch, features) or (features,)
        The inputs x of the forward pass.
    weights : array_like, shape (features, outputs)
        W of the forward pass.

    Returns
    -------
    AffineGradients
        dx, dW and db.

    Raises
    ------
    ValueError
        If an argument is empty or not finite, or the shapes do not fit each other.

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

    Parameters
    ----------
    output_gradient : array_like
        dout: the gradient of the loss at the outputs, any shape.
    inputs : array_like, same shape
        The inputs x of the forward pass.

    Returns
    -------
    ndarray
        dx, same shape. Where x is exactly 0 it is 0, by convention.

    Raises
    ------
    ValueError
        If an argument is empty or not finite, or the shapes differ.

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
