"""Optimisers: how a gradient moves the parameters.

They work in place on one vector of all parameters, and keep what they remember in vectors like it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Literal, get_args

import numpy as np

from core.validation import FloatArray

__all__ = ["OPTIMIZERS", "Adam", "Momentum", "Optimizer", "OptimizerName", "Sgd"]

OptimizerName = Literal["sgd", "momentum", "adam"]
OPTIMIZERS: tuple[OptimizerName, ...] = get_args(OptimizerName)


class Optimizer(ABC):
    """Moves a vector of parameters, step by step."""

    @abstractmethod
    def step(self, parameters: FloatArray, gradient: FloatArray, learning_rate: float) -> None:
        """Move the parameters in place."""


class Sgd(Optimizer):
    r"""Plain gradient descent; on mini-batches, stochastic gradient descent.

    .. math:: w \leftarrow w - \eta\, g

    Parameters
    ----------
    like : ndarray
        A vector of the parameters' length and type.

    Examples
    --------
    >>> w = np.array([1.0, -1.0])
    >>> Sgd(w).step(w, np.array([0.5, 0.0]), 0.1)
    >>> w
    array([ 0.95, -1.  ])
    """

    def __init__(self, like: FloatArray) -> None:
        self._work = np.empty_like(like)

    def step(self, parameters: FloatArray, gradient: FloatArray, learning_rate: float) -> None:
        """Move the parameters in place."""
        np.multiply(gradient, learning_rate, out=self._work)
        parameters -= self._work


class Momentum(Optimizer):
    r"""Gradient descent with a velocity that remembers earlier gradients.

    .. math:: v \leftarrow \mu v - \eta\, g, \quad w \leftarrow w + v

    Parameters
    ----------
    like : ndarray
        A vector of the parameters' length and type.
    momentum : float
        mu, from 0 to below 1.

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).
    CS231n notes, "Neural networks part 3": momentum update.

    Examples
    --------
    >>> w = np.array([1.0])
    >>> optimizer = Momentum(w, 0.5)
    >>> for _ in range(2):
    ...     optimizer.step(w, np.array([1.0]), 0.1)
    >>> w
    array([0.75])
    """

    def __init__(self, like: FloatArray, momentum: float) -> None:
        self._momentum = momentum
        self._velocity = np.zeros_like(like)
        self._work = np.empty_like(like)

    def step(self, parameters: FloatArray, gradient: FloatArray, learning_rate: float) -> None:
        """Move the parameters in place."""
        np.multiply(gradient, learning_rate, out=self._work)
        self._velocity *= self._momentum
        self._velocity -= self._work
        parameters += self._velocity


class Adam(Optimizer):
    r"""Steps divided by the recent size of each parameter's gradient.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
              v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
              w \leftarrow w - \eta\, \frac{\sqrt{1 - \beta_2^k}}{1 - \beta_1^k}\,
              \frac{m}{\sqrt{v} + \epsilon}

    with k the number of the step: the order of calculation that the paper recommends.

    Parameters
    ----------
    like : ndarray
        A vector of the parameters' length and type.
    beta1, beta2 : float
        From 0 to below 1.
    epsilon : float
        Above 0.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), section 2.

    Examples
    --------
    >>> w = np.array([1.0, -1.0])
    >>> Adam(w).step(w, np.array([100.0, -0.1]), 0.1)
    >>> w.round(6)
    array([ 0.9, -0.9])
    """

    def __init__(
        self, like: FloatArray, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self._beta1, self._beta2, self._epsilon = beta1, beta2, epsilon
        self._steps = 0
        # m / (1 - beta1) and v / (1 - beta2): constant factors are put on at the end, on numbers.
        self._gradients = np.zeros_like(like)
        self._squares = np.zeros_like(like)
        self._work = np.empty_like(like)

    def step(self, parameters: FloatArray, gradient: FloatArray, learning_rate: float) -> None:
        """Move the parameters in place."""
        self._steps += 1
        work = self._work
        self._gradients *= self._beta1
        self._gradients += gradient
        np.multiply(gradient, gradient, out=work)
        self._squares *= self._beta2
        self._squares += work

        scale = math.sqrt(1.0 - self._beta2)
        rate = learning_rate * (1.0 - self._beta1) / scale
        rate *= math.sqrt(1.0 - self._beta2**self._steps) / (1.0 - self._beta1**self._steps)
        np.sqrt(self._squares, out=work)
        work += self._epsilon / scale
        np.divide(self._gradients, work, out=work)
        work *= rate
        parameters -= work
