"""Functions whose gradients are worth checking, each as it comes out of the other modules.

Every one takes points of shape (..., n), and gives a number and a gradient for each. For the losses
a point holds the scores; for the penalties the same numbers are weights, for the layers inputs. All
work in the float type of the points, so that a check can be watched failing in float32.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.layers import affine_backward, affine_forward, relu_backward
from core.losses.activations import relu, softmax
from core.losses.cross_entropy import cross_entropy, cross_entropy_values
from core.losses.hinge import HINGE_VARIANTS, HingeVariant, hinge, hinge_margins, hinge_values
from core.losses.penalties import Penalty, elastic_net, l1, l2
from core.losses.squared_error import squared_error
from core.validation import FloatArray, as_labels, as_logits, require_finite

__all__ = [
    "AFFINE_BIAS",
    "CHECKED_FUNCTIONS",
    "CheckedFunction",
    "CheckedValue",
    "Crossing",
    "affine_weights",
]

Labels = NDArray[np.intp]
Crossed = NDArray[np.bool_]

AFFINE_BIAS: Final = (0.5, -0.25, 0.75)
"""The bias of the affine layer that is checked: it has three outputs."""


@dataclass(frozen=True, eq=False)
class CheckedValue:
    """A function at points of shape (..., n): values of shape (...), and gradients (..., n)."""

    value: FloatArray
    gradient: FloatArray


Numbers = Callable[[FloatArray, Labels, float], FloatArray]
"""Of points (..., n), labels (...) and the margin: values (...), or gradients (..., n)."""
Crossing = Callable[[FloatArray, FloatArray, Labels, float], Crossed]
"""Of two points, labels and the margin."""


@dataclass(frozen=True)
class CheckedFunction:
    """A function with its analytic gradient, the usual mistake in it, and its kinks."""

    id: str
    value: Numbers
    gradient: Numbers
    mistake: Callable[[FloatArray, Labels, FloatArray], FloatArray]
    """Takes points, labels and the right gradient; gives it with a mistake that is often made."""
    crossed: Crossing | None = None
    """Whether any max switches its winner between two points; None if the gradient never jumps."""
    bent: Crossing | None = None
    """Whether the second derivative of a squared hinge jumps between them."""
    third_derivative: Callable[[FloatArray], FloatArray] | None = None
    """By each entry, on which the truncation error depends; None for straight lines and parabolas,
    where it is 0."""
    point: Literal["scores", "weights", "inputs"] = "scores"
    """What the numbers of a point are."""
    uses_label: bool = False
    uses_margin: bool = False

    def evaluate(
        self, points: ArrayLike, labels: ArrayLike = 0, *, margin: float = 1.0
    ) -> CheckedValue:
        """Return the values and the analytic gradients at points (..., n).

        Examples
        --------
        >>> CHECKED_FUNCTIONS["cross_entropy"].evaluate([3.2, 5.1, -1.7], 0).gradient.round(4)
        array([-0.87 ,  0.869,  0.001])
        """
        x, y = _fitted(points, labels)
        return CheckedValue(self.value(x, y, margin), self.gradient(x, y, margin))

    def mistaken(
        self, points: ArrayLike, labels: ArrayLike = 0, *, margin: float = 1.0
    ) -> CheckedValue:
        """Return the values with the mistaken gradients."""
        x, y = _fitted(points, labels)
        right = self.gradient(x, y, margin)
        return CheckedValue(self.value(x, y, margin), self.mistake(x, y, right))

    def kink_between(
        self, lower: ArrayLike, upper: ArrayLike, labels: ArrayLike = 0, *, margin: float = 1.0
    ) -> Crossed:
        """Tell whether the straight way from one point to the other crosses a kink.

        As CS231n suggests, by the winners of each max: if one changes, a kink was crossed. A kink
        at the very end of the way is not crossed. Where a square starts to rise there is none:
        see :meth:`bend_between`.

        Examples
        --------
        >>> CHECKED_FUNCTIONS["relu"].kink_between([-1.0, 2.0], [1.0, 2.0])
        array(True)
        """
        return _between(self.crossed, lower, upper, labels, margin)

    def bend_between(
        self, lower: ArrayLike, upper: ArrayLike, labels: ArrayLike = 0, *, margin: float = 1.0
    ) -> Crossed:
        """Tell whether the second derivative jumps on the straight way between two points.

        The gradient does not jump there, so a check may look: but the difference quotient is off
        by about h instead of h^2. For each term max(0, m)^2 it is off by at most h / 2.

        Examples
        --------
        >>> squared = CHECKED_FUNCTIONS["weston_watkins_squared"]
        >>> squared.bend_between([2.0, 0.9], [2.0, 1.1])
        array(True)
        """
        return _between(self.bent, lower, upper, labels, margin)


def affine_weights(features: int) -> FloatArray:
    """Return the fixed weights W, shape (features, 3), of the affine layer that is checked.

    Numbers without a pattern: row by row, sin 1, sin 2, sin 3, ... rounded to one decimal.

    Examples
    --------
    >>> affine_weights(2)
    array([[ 0.8,  0.9,  0.1],
           [-0.8, -1. , -0.3]])
    """
    outputs = len(AFFINE_BIAS)
    angles = np.arange(1, features * outputs + 1, dtype=np.float64)
    return np.asarray(np.round(np.sin(angles), 1).reshape(features, outputs))


def _between(
    crossed: Crossing | None,
    lower: ArrayLike,
    upper: ArrayLike,
    labels: ArrayLike,
    margin: float,
) -> Crossed:
    low, y = _fitted(lower, labels)
    high, _ = _fitted(upper, labels)
    if crossed is None:
        return np.zeros(low.shape[:-1], dtype=np.bool_)
    return np.asarray(crossed(low, high, y, margin))


def _fitted(points: ArrayLike, labels: ArrayLike) -> tuple[FloatArray, Labels]:
    x = as_logits("points", points)
    require_finite("points", x)
    wanted = np.broadcast_to(np.asarray(labels), x.shape[:-1])
    return x, as_labels("labels", wanted, "points", x.shape)


def _one_hot(points: FloatArray, labels: Labels) -> FloatArray:
    return np.asarray((np.arange(points.shape[-1]) == labels[..., None]).astype(points.dtype))


def _third_of_cross_entropy(points: FloatArray) -> FloatArray:
    """Differentiate p twice more: p (1 - p), and p (1 - p) (1 - 2 p)."""
    p = softmax(points)
    return np.asarray(p * (1.0 - p) * (1.0 - 2.0 * p))


def _without_target(points: FloatArray, labels: Labels, gradient: FloatArray) -> FloatArray:
    return np.asarray(gradient + _one_hot(points, labels))


def _hinge_function(variant: HingeVariant, power: Literal[1, 2]) -> CheckedFunction:
    is_squared = power == 2

    def value(points: FloatArray, labels: Labels, margin: float) -> FloatArray:
        return hinge_values(points, labels, margin=margin, variant=variant, power=power)

    def gradient(points: FloatArray, labels: Labels, margin: float) -> FloatArray:
        loss = hinge(points, labels, margin=margin, variant=variant, power=power, reduction="none")
        return loss.gradient

    def margins(points: FloatArray, labels: Labels, margin: float) -> FloatArray:
        return hinge_margins(points, labels, margin=margin, variant=variant)

    def crossed(low: FloatArray, high: FloatArray, labels: Labels, margin: float) -> Crossed:
        before, after = margins(low, labels, margin), margins(high, labels, margin)
        if variant != "crammer_singer":
            return _changes_sign(before, after)
        # The true class has the margin 0, and stands for the 0 in max(0, ...).
        best_before, best_after = _largest(before), _largest(after)
        has_changed = ~((before == best_before) & (after == best_after)).any(axis=-1)
        if is_squared:
            # Only a change from one violating class to another makes the squared worst one jump.
            has_changed &= ((best_before > 0) & (best_after > 0))[..., 0]
        return np.asarray(has_changed)

    def bent(low: FloatArray, high: FloatArray, labels: Labels, margin: float) -> Crossed:
        before, after = margins(low, labels, margin), margins(high, labels, margin)
        if variant == "crammer_singer":
            return np.asarray((_largest(before) > 0) != (_largest(after) > 0))[..., 0]
        return _changes_sign(before, after)

    def mistake(points: FloatArray, labels: Labels, right: FloatArray) -> FloatArray:
        if is_squared:
            return right * 0.5
        if variant == "one_vs_all":
            return np.abs(right)
        return right * (1.0 - _one_hot(points, labels))

    return CheckedFunction(
        f"{variant}_squared" if is_squared else variant,
        value,
        gradient,
        mistake,
        crossed if variant == "crammer_singer" or not is_squared else None,
        bent if is_squared else None,
        uses_label=True,
        uses_margin=True,
    )


def _largest(margins: FloatArray) -> FloatArray:
    """Return the largest margin of each sample, shape (..., 1)."""
    # Along short rows NumPy is slow, but not to copy them.
    rows = np.asfortranarray(margins.reshape(-1, margins.shape[-1]))
    return np.asarray(rows.max(axis=1).reshape(*margins.shape[:-1], 1))


def _changes_sign(before: FloatArray, after: FloatArray) -> Crossed:
    rises, falls = (before < 0) & (after > 0), (before > 0) & (after < 0)
    return np.asarray((rises | falls).any(axis=-1))


def _of_penalty(penalty: Callable[[FloatArray], Penalty]) -> tuple[Numbers, Numbers]:
    """Return the value and the gradient of a penalty, point by point."""
    return (
        lambda x, y, m: np.asarray(penalty(x).per_weight.sum(axis=-1)),
        lambda x, y, m: penalty(x).gradient,
    )


def _crosses_zero(low: FloatArray, high: FloatArray, labels: Labels, margin: float) -> Crossed:
    return _changes_sign(low, high)


def _affine_outputs(rows: FloatArray) -> FloatArray:
    weights = affine_weights(rows.shape[1]).astype(rows.dtype)
    return affine_forward(rows, weights, np.array(AFFINE_BIAS, dtype=rows.dtype))


def _affine_value(points: FloatArray, labels: Labels, margin: float) -> FloatArray:
    """Half the squared length of the outputs, so that the outputs are their own gradient."""
    outputs = _affine_outputs(points.reshape(-1, points.shape[-1]))
    return np.asarray(0.5 * (outputs * outputs).sum(axis=-1).reshape(points.shape[:-1]))


def _affine_gradient(points: FloatArray, labels: Labels, margin: float) -> FloatArray:
    rows = points.reshape(-1, points.shape[-1])
    weights = affine_weights(rows.shape[1]).astype(points.dtype)
    back = affine_backward(_affine_outputs(rows), rows, weights)
    return back.inputs.reshape(points.shape)


def _without_bias(points: FloatArray, labels: Labels, gradient: FloatArray) -> FloatArray:
    weights = affine_weights(points.shape[-1]).astype(points.dtype)
    return np.asarray((points @ weights) @ weights.T)


def _importance(points: FloatArray) -> FloatArray:
    """Return the factors 1, 2, 3, ... by which the outputs of ReLU enter the sum."""
    return np.arange(1, points.shape[-1] + 1, dtype=points.dtype)


def _relu_value(points: FloatArray, labels: Labels, margin: float) -> FloatArray:
    """Sum the outputs with weights 1, 2, 3, ..., which are then the gradient that comes back."""
    return np.asarray((_importance(points) * relu(points)).sum(axis=-1))


def _relu_gradient(points: FloatArray, labels: Labels, margin: float) -> FloatArray:
    return relu_backward(np.broadcast_to(_importance(points), points.shape), points)


def _without_mask(points: FloatArray, labels: Labels, gradient: FloatArray) -> FloatArray:
    return np.broadcast_to(_importance(points), points.shape)


CHECKED_FUNCTIONS: Final = {
    entry.id: entry
    for entry in (
        CheckedFunction(
            "cross_entropy",
            lambda x, y, m: cross_entropy_values(x, y),
            lambda x, y, m: cross_entropy(x, y, reduction="none").gradient,
            _without_target,
            third_derivative=_third_of_cross_entropy,
            uses_label=True,
        ),
        *(_hinge_function(variant, 1) for variant in HINGE_VARIANTS),
        *(_hinge_function(variant, 2) for variant in HINGE_VARIANTS),
        CheckedFunction(
            "squared_error",
            lambda x, y, m: squared_error(x, y, reduction="none").per_sample,
            lambda x, y, m: squared_error(x, y, reduction="none").gradient,
            _without_target,
            uses_label=True,
        ),
        CheckedFunction(
            "l1", *_of_penalty(l1), lambda x, y, g: np.abs(g), _crosses_zero, point="weights"
        ),
        CheckedFunction("l2", *_of_penalty(l2), lambda x, y, g: g * 0.5, point="weights"),
        CheckedFunction(
            "elastic_net",
            *_of_penalty(elastic_net),
            lambda x, y, g: 2.0 * x,
            _crosses_zero,
            point="weights",
        ),
        CheckedFunction("affine", _affine_value, _affine_gradient, _without_bias, point="inputs"),
        CheckedFunction(
            "relu", _relu_value, _relu_gradient, _without_mask, _crosses_zero, point="inputs"
        ),
    )
}
"""Every function that can be checked, by its id: losses, penalties with strength 1, layers."""
