"""Penalties on weights, each with its value and its gradient.

A penalty is a sum over the weights, so that what each weight costs and how hard it is pulled can
be seen one by one. Biases are not penalised: the caller leaves them out.

The weights w may have any shape, and keep their float type (integers become float64; a value is a
Python float). Weights that are empty or not finite, and a strength lambda that is not a finite
number of at least 0, are a ValueError.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.validation import FloatArray, as_floats, as_real, require_finite

__all__ = ["PENALTIES", "Penalty", "elastic_net", "l1", "l2"]


PENALTIES = ("l1", "l2", "elastic")


@dataclass(frozen=True, eq=False)
class Penalty:
    """A penalty with its gradient.

    Attributes
    ----------
    value : float
        The sum over all weights.
    per_weight : ndarray
        What each weight adds to the value, same shape as the weights.
    gradient : ndarray
        The derivative of the value by each weight, same shape as the weights.
    """

    value: float
    per_weight: FloatArray
    gradient: FloatArray


def l1(weights: ArrayLike, *, strength: float = 1.0) -> Penalty:
    r"""Return the L1 penalty and its gradient.

    .. math:: R = \lambda \sum_i |w_i|, \quad
              \frac{\partial R}{\partial w_i} = \lambda\, \mathrm{sign}(w_i)

    At a weight of exactly 0 there is a kink: every number from -lambda to lambda is a subgradient,
    and 0 is taken. A weight that has reached 0 is then left there.

    References
    ----------
    Tibshirani, "Regression shrinkage and selection via the lasso" (1996).

    Examples
    --------
    >>> penalty = l1([2.0, -0.5, 0.0])
    >>> penalty.value
    2.5
    >>> penalty.gradient
    array([ 1., -1.,  0.])
    """
    values = _weights(weights)
    factor = as_real("strength", strength, minimum=0.0)
    return _penalty(factor * np.abs(values), factor * np.sign(values))


def l2(weights: ArrayLike, *, strength: float = 1.0, half: bool = False) -> Penalty:
    r"""Return the L2 penalty and its gradient.

    .. math:: R = \lambda \sum_i w_i^2, \quad \frac{\partial R}{\partial w_i} = 2 \lambda w_i

    With ``half`` it is half of that, as in many books: the value is then lambda / 2 times the sum
    of the squares, and the gradient lambda w.

    References
    ----------
    Krogh and Hertz, "A simple weight decay can improve generalization" (1992).
    CS231n notes, "Linear classification": the squared norm, without the half.

    Examples
    --------
    >>> l2([1, 0, 0, 0]).value, l2([0.25, 0.25, 0.25, 0.25]).value
    (1.0, 0.25)
    >>> penalty = l2([3.0, -1.0], strength=0.1, half=True)
    >>> penalty.value, penalty.gradient
    (0.5, array([ 0.3, -0.1]))
    """
    values = _weights(weights)
    factor = as_real("strength", strength, minimum=0.0)
    if half:
        factor *= 0.5
    return _penalty(factor * (values * values), (2.0 * factor) * values)


def elastic_net(
    weights: ArrayLike,
    *,
    l1_strength: float = 1.0,
    l2_strength: float = 1.0,
    half: bool = False,
) -> Penalty:
    r"""Return the sum of an L1 and an L2 penalty, and its gradient.

    .. math:: R = \sum_i \left( \lambda_1 |w_i| + \lambda_2 w_i^2 \right), \quad
              \frac{\partial R}{\partial w_i} = \lambda_1\, \mathrm{sign}(w_i) + 2 \lambda_2 w_i

    ``half`` is that of `l2`. At a weight of exactly 0 the subgradient 0 is taken, as in `l1`.

    References
    ----------
    Zou and Hastie, "Regularization and variable selection via the elastic net" (2005).

    Examples
    --------
    >>> penalty = elastic_net([2.0, 0.0], l1_strength=1.0, l2_strength=0.5)
    >>> penalty.value, penalty.gradient
    (4.0, array([3., 0.]))
    """
    values = _weights(weights)
    first = as_real("l1_strength", l1_strength, minimum=0.0)
    second = as_real("l2_strength", l2_strength, minimum=0.0) * (0.5 if half else 1.0)
    return _penalty(
        first * np.abs(values) + second * (values * values),
        first * np.sign(values) + (2.0 * second) * values,
    )


def _weights(weights: ArrayLike) -> FloatArray:
    values = as_floats("weights", weights)
    require_finite("weights", values)
    return values


def _penalty(per_weight: FloatArray, gradient: FloatArray) -> Penalty:
    return Penalty(
        value=float(per_weight.sum(dtype=np.float64)),
        per_weight=np.asarray(per_weight),
        gradient=np.asarray(gradient),
    )
