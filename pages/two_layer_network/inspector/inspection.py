"""One forward and backward pass through a two-layer network, array by array.

The arrays are those that `TwoLayerNet.loss` computes. What is added here is their order: which step
of the pass makes which arrays, from which others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.models import TwoLayerNet
from core.learning.objective import LossName, ModelLoss
from core.losses.targets import one_hot
from core.validation import FloatArray, LabelArray, as_count, as_labels

__all__ = [
    "AXES",
    "OPERATIONS",
    "Axis",
    "Inspection",
    "Operand",
    "Operation",
    "PassPhase",
    "PassStep",
    "inspect",
    "spread",
]

PassPhase = Literal["given", "forward", "backward", "penalty"]

Operation = Literal[
    "given",
    "affine",
    "relu",
    "softmax",
    "margins",
    "loss",
    "loss_gradient",
    "weights_gradient",
    "bias_gradient",
    "inputs_gradient",
    "relu_gradient",
    "penalty",
]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)

Axis = Literal["samples", "features", "hidden", "classes"]

_LAYER: Final[Mapping[str, tuple[Axis, ...]]] = {
    "X": ("samples", "features"),
    "W1": ("features", "hidden"),
    "b1": ("hidden",),
    "a1": ("samples", "hidden"),
    "mask": ("samples", "hidden"),
    "h": ("samples", "hidden"),
    "W2": ("hidden", "classes"),
    "b2": ("classes",),
    "scores": ("samples", "classes"),
    "targets": ("samples", "classes"),
    "probabilities": ("samples", "classes"),
    "margins": ("samples", "classes"),
    "losses": ("samples",),
    "loss": (),
}
AXES: Final[Mapping[str, tuple[Axis, ...]]] = {
    **_LAYER,
    **{f"d{name}": _LAYER[name] for name in ("scores", "W2", "b2", "h", "a1", "W1", "b1")},
    **{f"{part}_{name}": _LAYER[name] for part in ("penalty", "total") for name in ("W2", "W1")},
}
"""What the axes of each array count. A gradient has the axes of what it is the gradient of."""


@dataclass(frozen=True)
class Operand:
    """An array that a step takes, perhaps transposed."""

    name: str
    is_transposed: bool = False


@dataclass(frozen=True)
class PassStep:
    """What is computed in one step, from which inputs, in the order of the formula.

    ``phase`` tells whether this is before the pass, on the way to the loss, on the way back, or the
    gradient of the penalty, which is added to that of the data loss; ``outputs`` are the arrays
    that are known from this step on.
    """

    phase: PassPhase
    operation: Operation
    inputs: tuple[Operand, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Inspection:
    """All arrays of a pass by name, and the steps in which they come about.

    The arrays are read-only, in the order in which they become known, and in the axes of `AXES`.
    The gradients dW2 to db1 are those of the data loss; ``penalty_W1`` and ``penalty_W2`` are the
    gradients of the penalty, and ``total_W1`` and ``total_W2`` the sums. The first of the ``steps``
    has all that is given.
    """

    arrays: Mapping[str, NDArray[Any]]
    labels: LabelArray
    steps: tuple[PassStep, ...]
    result: ModelLoss

    @property
    def known_from(self) -> Mapping[str, int]:
        """The index of the step from which on each array is known."""
        return {name: i for i, step in enumerate(self.steps) for name in step.outputs}

    def table(self, name: str, *, is_transposed: bool = False) -> FloatArray:
        """Return an array as rows and columns of numbers, as it is drawn.

        A bias is a row, one number a sample is a column, and the mask is 1 where it lets through.

        Examples
        --------
        >>> net = TwoLayerNet([[1.0, -1.0]], [0.5, 0.0], [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
        >>> pass_ = inspect(net, [[2.0]], [0])
        >>> pass_.table("b1"), pass_.table("mask"), pass_.table("W1", is_transposed=True)
        (array([[0.5, 0. ]]), array([[1., 0.]]), array([[ 1.],
               [-1.]]))
        """
        array = np.asarray(self.arrays[name], dtype=np.float64)
        rows = array[:, None] if AXES[name] == ("samples",) else np.atleast_2d(array)
        return rows.T if is_transposed else rows


def inspect(model: TwoLayerNet, X: ArrayLike, y: ArrayLike) -> Inspection:
    """Send a batch X (samples, features) forward and backward, and keep every array.

    See Saitoh, "Deep Learning from Scratch" (2019), section 5.7, and the CS231n notes, "Putting it
    together: Minimal Neural Network Case Study".

    >>> net = TwoLayerNet([[1.0, -1.0]], [0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    >>> pass_ = inspect(net, [[3.0], [-2.0]], [0, 0])
    >>> pass_.arrays["scores"]
    array([[3., 0.],
           [0., 2.]])
    >>> [step.outputs for step in pass_.steps if step.phase == "backward"][:3]
    [('dscores',), ('dW2',), ('db2',)]
    """
    result = model.loss(X, y)
    scores = result.forward["scores"]
    labels = as_labels("y", np.atleast_1d(y), "scores", scores.shape)
    arrays: dict[str, NDArray[Any]] = {
        **model.parameters,
        **result.forward,
        **result.backward,
        "targets": one_hot(labels, model.classes),
        "losses": result.per_sample,
        "loss": np.array(result.data_loss),
    }
    objective = model.objective
    is_penalised = objective.l1 > 0 or objective.l2 > 0
    if is_penalised:
        for name in ("W2", "W1"):
            arrays[f"penalty_{name}"] = objective.penalty(model.parameters[name]).gradient
            arrays[f"total_{name}"] = result.gradients[name]
    steps = _steps(objective.loss, is_penalised=is_penalised)
    for array in arrays.values():
        array.setflags(write=False)
    return Inspection(
        arrays={name: arrays[name] for step in steps for name in step.outputs},
        labels=labels,
        steps=steps,
        result=result,
    )


def spread(count: int, most: int) -> LabelArray:
    """Return at most so many of the indices below ``count``, evenly spread from first to last.

    >>> spread(300, 4), spread(3, 4)
    (array([  0, 100, 199, 299]), array([0, 1, 2]))
    """
    total = as_count("count", count, minimum=1)
    kept = min(total, as_count("most", most, minimum=1))
    return np.linspace(0, total - 1, kept).round().astype(np.intp)


def _steps(loss: LossName, *, is_penalised: bool) -> tuple[PassStep, ...]:
    """Return the steps of a pass; between the scores and the loss they depend on the loss."""
    inner = {"cross_entropy": "probabilities", "hinge": "margins", "squared_error": "scores"}[loss]
    compared = (inner, "targets")
    found = [
        _step("given", "given", (), "X", "targets", "W1", "b1", "W2", "b2"),
        _step("forward", "affine", ("X", "W1", "b1"), "a1"),
        _step("forward", "relu", ("a1",), "mask", "h"),
        _step("forward", "affine", ("h", "W2", "b2"), "scores"),
    ]
    if loss == "cross_entropy":
        found.append(_step("forward", "softmax", ("scores",), inner))
    if loss == "hinge":
        found.append(_step("forward", "margins", ("scores", "targets"), inner))
    found += [
        _step("forward", "loss", compared, "losses", "loss"),
        _step("backward", "loss_gradient", compared, "dscores"),
        _step("backward", "weights_gradient", ("h.T", "dscores"), "dW2"),
        _step("backward", "bias_gradient", ("dscores",), "db2"),
        _step("backward", "inputs_gradient", ("dscores", "W2.T"), "dh"),
        _step("backward", "relu_gradient", ("dh", "mask"), "da1"),
        _step("backward", "weights_gradient", ("X.T", "da1"), "dW1"),
        _step("backward", "bias_gradient", ("da1",), "db1"),
    ]
    if is_penalised:
        found += [
            _step("penalty", "penalty", (f"d{name}", name), f"penalty_{name}", f"total_{name}")
            for name in ("W2", "W1")
        ]
    return tuple(found)


def _step(
    phase: PassPhase, operation: Operation, inputs: tuple[str, ...], *outputs: str
) -> PassStep:
    operands = tuple(Operand(name.removesuffix(".T"), name.endswith(".T")) for name in inputs)
    return PassStep(phase, operation, operands, outputs)
