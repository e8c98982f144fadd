"""Models that turn features into scores: the linear classifier and the two-layer network.

A model is its parameters together with the objective it is to be trained for. Samples are rows:
X is (batch, features), and W1 is (features, outputs), the transpose of the W of CS231n. Parameters
are kept as read-only copies in the float type of W1; if they are not finite, or their shapes do not
fit, that is a ValueError.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from core.learning.layers import (
    Affine,
    HingeLossLayer,
    LossLayer,
    ReLU,
    SoftmaxWithLoss,
    SquaredError,
    affine_forward,
    read_only,
)
from core.learning.objective import ModelLoss, Objective
from core.losses.activations import relu
from core.validation import (
    FloatArray,
    LabelArray,
    as_count,
    as_floats,
    as_real,
    require_finite,
)

__all__ = ["LinearClassifier", "Model", "TwoLayerNet"]


class Model(ABC):
    """What the linear classifier and the two-layer network have in common."""

    objective: Objective

    @property
    @abstractmethod
    def parameters(self) -> Mapping[str, FloatArray]:
        """The parameters by name, in the order of the forward pass: W1, b1, (W2, b2)."""

    @abstractmethod
    def loss(self, X: ArrayLike, y: ArrayLike) -> ModelLoss:
        """Return data loss, penalty, total and all gradients on a batch.

        Of samples (batch, features) and their labels (batch,); a single sample is a batch of one.
        What does not fit the model, or is not finite, is a ValueError.
        """

    @abstractmethod
    def scores(self, X: ArrayLike) -> FloatArray:
        """Return the scores of samples (batch, features), as (batch, classes)."""

    @property
    def features(self) -> int:
        """The number of features of a sample."""
        return int(self.parameters["W1"].shape[0])

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(list(self.parameters.values())[-1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The float type of the parameters, in which everything is computed."""
        return self.parameters["W1"].dtype

    def predictions(self, X: ArrayLike) -> LabelArray:
        """Return the class with the highest score of each sample; the first of several."""
        return np.asarray(self.scores(X).argmax(axis=1), dtype=np.intp)

    def accuracy(self, X: ArrayLike, y: ArrayLike) -> float:
        """Return the part of the samples whose prediction is their label."""
        return float(np.mean(self.predictions(X) == np.asarray(y)))

    def with_parameters(self, parameters: Mapping[str, ArrayLike]) -> Self:
        """Return a model in which the named parameters are others."""
        changes: dict[str, Any] = dict(parameters)
        return replace(self, **changes)  # type: ignore[type-var]

    def with_objective(self, objective: Objective) -> Self:
        """Return the same model for another objective: the same start for both losses."""
        changes: dict[str, Any] = {"objective": objective}
        return replace(self, **changes)  # type: ignore[type-var]

    def _inputs(self, X: ArrayLike) -> FloatArray:
        """Return the samples as rows in the type of the parameters."""
        return np.atleast_2d(as_floats("X", X)).astype(self.dtype, copy=False)


@dataclass(frozen=True, eq=False)
class LinearClassifier(Model):
    """scores = X W1 + b1.

    Attributes
    ----------
    W1, b1 : ndarray, shapes (features, classes) and (classes,)
    objective : Objective

    References
    ----------
    CS231n notes, "Linear classification".

    Examples
    --------
    >>> model = LinearClassifier([[1.0, -1.0], [0.0, 2.0]], [0.5, 0.0], Objective("hinge", l2=0.1))
    >>> loss = model.loss([[1.0, 1.0]], [0])
    >>> loss.data_loss, round(loss.penalty, 3), loss.gradients["b1"]
    (0.5, 0.6, array([-1.,  1.]))
    """

    W1: FloatArray
    b1: FloatArray
    objective: Objective = field(default_factory=Objective)

    def __post_init__(self) -> None:
        """Check the parameters and make them read-only."""
        _keep(self, ("W1", "b1"))

    @classmethod
    def initial(
        cls,
        features: int,
        classes: int,
        *,
        rng: np.random.Generator,
        objective: Objective | None = None,
        scale: float = 0.01,
        dtype: DTypeLike = np.float64,
    ) -> Self:
        """Return a model with normally distributed weights and no bias.

        Parameters
        ----------
        features, classes : int
            At least 1 and at least 2.
        rng : Generator
            Where the randomness comes from.
        objective : Objective, optional
            The cross-entropy without a penalty if None.
        scale : float
            The standard deviation of the weights, at least 0.
        dtype : dtype
            float32 or float64. The same seed gives the same weights, but for their rounding.

        Examples
        --------
        >>> LinearClassifier.initial(2, 3, rng=np.random.default_rng(0)).W1.shape
        (2, 3)
        """
        inputs = as_count("features", features, minimum=1)
        outputs = as_count("classes", classes, minimum=2)
        spread = as_real("scale", scale, minimum=0.0)
        kind = _float_type(dtype)
        weights = spread * rng.standard_normal((inputs, outputs))
        return cls(weights.astype(kind), np.zeros(outputs, kind), objective or Objective())

    @property
    def parameters(self) -> Mapping[str, FloatArray]:
        """W1 and b1."""
        return {"W1": self.W1, "b1": self.b1}

    def scores(self, X: ArrayLike) -> FloatArray:
        """Return the scores of samples (batch, features), as (batch, classes)."""
        return affine_forward(self._inputs(X), self.W1, self.b1)

    def loss(self, X: ArrayLike, y: ArrayLike) -> ModelLoss:
        """Return data loss, penalty, total and all gradients on a batch."""
        affine = Affine.forward(self._inputs(X), self.W1, self.b1)
        last = self.objective.data_loss(affine.outputs, np.atleast_1d(y))
        d_scores = last.backward()
        d_affine = affine.backward(d_scores)

        penalty = self.objective.penalty(self.W1)
        return _model_loss(
            last,
            penalty.value,
            gradients={"W1": d_affine.weights + penalty.gradient, "b1": d_affine.bias},
            forward={"X": affine.inputs},
            backward={"dscores": d_scores, "dW1": d_affine.weights, "db1": d_affine.bias},
        )


@dataclass(frozen=True, eq=False)
class TwoLayerNet(Model):
    """a1 = X W1 + b1, h = max(0, a1), scores = h W2 + b2.

    Attributes
    ----------
    W1, b1 : ndarray, shapes (features, hidden) and (hidden,)
    W2, b2 : ndarray, shapes (hidden, classes) and (classes,)
    objective : Objective

    References
    ----------
    CS231n notes, "Putting it together: Minimal Neural Network Case Study".
    Saitoh, "Deep Learning from Scratch" (2019), section 5.7.

    Examples
    --------
    >>> net = TwoLayerNet([[1.0, -1.0]], [0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    >>> net.scores([[3.0], [-2.0]])
    array([[3., 0.],
           [0., 2.]])
    >>> list(net.loss([[3.0]], [0]).backward)
    ['dscores', 'dW2', 'db2', 'dh', 'da1', 'dW1', 'db1']
    """

    W1: FloatArray
    b1: FloatArray
    W2: FloatArray
    b2: FloatArray
    objective: Objective = field(default_factory=Objective)

    def __post_init__(self) -> None:
        """Check the parameters and make them read-only."""
        _keep(self, ("W1", "b1", "W2", "b2"))

    @classmethod
    def initial(
        cls,
        features: int,
        hidden: int,
        classes: int,
        *,
        rng: np.random.Generator,
        objective: Objective | None = None,
        scale: float | None = None,
        dtype: DTypeLike = np.float64,
    ) -> Self:
        """Return a network with normally distributed weights and no biases.

        Parameters are those of `LinearClassifier.initial`, and at least one hidden unit. By default
        the standard deviation is sqrt(2 / inputs) in each layer, which keeps the scale of the
        signals through ReLUs.

        References
        ----------
        He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), section 2.2.

        Examples
        --------
        >>> net = TwoLayerNet.initial(64, 50, 10, rng=np.random.default_rng(0))
        >>> net.W1.shape, net.W2.shape
        ((64, 50), (50, 10))
        """
        sizes = (
            as_count("features", features, minimum=1),
            as_count("hidden", hidden, minimum=1),
            as_count("classes", classes, minimum=2),
        )
        kind = _float_type(dtype)
        layers: list[tuple[FloatArray, FloatArray]] = []
        for inputs, outputs in pairwise(sizes):
            he = math.sqrt(2.0 / inputs)
            spread = he if scale is None else as_real("scale", scale, minimum=0.0)
            weights = spread * rng.standard_normal((inputs, outputs))
            layers.append((weights.astype(kind), np.zeros(outputs, kind)))
        return cls(*layers[0], *layers[1], objective or Objective())

    @property
    def parameters(self) -> Mapping[str, FloatArray]:
        """W1, b1, W2 and b2."""
        return {"W1": self.W1, "b1": self.b1, "W2": self.W2, "b2": self.b2}

    def scores(self, X: ArrayLike) -> FloatArray:
        """Return the scores of samples (batch, features), as (batch, classes)."""
        hidden = relu(affine_forward(self._inputs(X), self.W1, self.b1))
        return affine_forward(hidden, self.W2, self.b2)

    def loss(self, X: ArrayLike, y: ArrayLike) -> ModelLoss:
        """Return data loss, penalty, total and all gradients on a batch."""
        first = Affine.forward(self._inputs(X), self.W1, self.b1)
        hidden = ReLU.forward(first.outputs)
        second = Affine.forward(hidden.outputs, self.W2, self.b2)
        last = self.objective.data_loss(second.outputs, np.atleast_1d(y))

        d_scores = last.backward()
        d_second = second.backward(d_scores)
        d_first_outputs = hidden.backward(d_second.inputs)
        d_first = first.backward(d_first_outputs)

        penalty1, penalty2 = self.objective.penalty(self.W1), self.objective.penalty(self.W2)
        return _model_loss(
            last,
            penalty1.value + penalty2.value,
            gradients={
                "W1": d_first.weights + penalty1.gradient,
                "b1": d_first.bias,
                "W2": d_second.weights + penalty2.gradient,
                "b2": d_second.bias,
            },
            forward={
                "X": first.inputs,
                "a1": first.outputs,
                "mask": hidden.mask,
                "h": hidden.outputs,
            },
            backward={
                "dscores": d_scores,
                "dW2": d_second.weights,
                "db2": d_second.bias,
                "dh": d_second.inputs,
                "da1": d_first_outputs,
                "dW1": d_first.weights,
                "db1": d_first.bias,
            },
        )


def _model_loss(
    last: LossLayer,
    penalty: float,
    *,
    gradients: dict[str, FloatArray],
    forward: dict[str, NDArray[Any]],
    backward: dict[str, FloatArray],
) -> ModelLoss:
    seen: dict[str, NDArray[Any]] = {**forward, "scores": last.scores}
    if isinstance(last, SoftmaxWithLoss):
        seen |= {"probabilities": last.probabilities, "targets": last.targets}
    elif isinstance(last, HingeLossLayer):
        seen["margins"] = last.margins
    elif isinstance(last, SquaredError):
        seen["targets"] = last.targets
    for array in (*gradients.values(), *backward.values()):
        array.setflags(write=False)
    return ModelLoss(
        data_loss=last.value,
        penalty=penalty,
        total=last.value + penalty,
        per_sample=last.per_sample,
        gradients=gradients,
        forward=seen,
        backward=backward,
    )


def _keep(model: Model, names: tuple[str, ...]) -> None:
    """Replace the parameters of a new model by checked read-only copies in the type of W1."""
    first = as_floats("W1", getattr(model, "W1"))  # noqa: B009 - one rule for all names
    inputs: int | None = None
    for name in names:
        array = as_floats(name, getattr(model, name))
        require_finite(name, array)
        if name.startswith("W"):
            if array.ndim != 2 or inputs not in (None, array.shape[0]):
                rows = "inputs" if inputs is None else inputs
                raise ValueError(f"{name} must have shape ({rows}, outputs), got {array.shape}")
            inputs = array.shape[1]
        elif array.shape != (inputs,):
            raise ValueError(f"{name} must have shape ({inputs},), got {array.shape}")
        object.__setattr__(model, name, read_only(array.astype(first.dtype)))


def _float_type(dtype: DTypeLike) -> np.dtype[Any]:
    kind = np.dtype(dtype)
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype must be float32 or float64, got {kind}")
    return kind
