"""A mini-batch's noisy gradient against the gradient of all samples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.learning.datasets import Dataset
from core.learning.models import Model
from core.learning.workspace import Workspace
from core.validation import FloatArray, LabelArray

__all__ = ["GradientNoise", "gradient_noise"]

# What is shorter than this part of the gradients of all parameters is a sum that cancelled.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class GradientNoise:
    r"""The gradient g of a mini-batch beside the full one G, at several steps of a run.

    Both are those of the total, as a step takes them: the penalty is in them. The plane that both
    span says it all: along G, g goes on for a part of the length of G, and across it for another.

    .. math:: \mathrm{along} = \frac{g \cdot G}{|G|^2}, \quad
              \mathrm{across} = \frac{|g - \mathrm{along}\; G|}{|G|}

    All arrays have shape (steps, names); "all" are the parameters as one vector, the others each by
    its name. ``along`` and ``across`` are 1 and 0 without noise, and NaN where G is 0, up to
    rounding; ``full_norms`` and ``batch_norms`` are the lengths of G and g.
    """

    names: tuple[str, ...]
    along: FloatArray
    across: FloatArray
    full_norms: FloatArray
    batch_norms: FloatArray

    @property
    def ratios(self) -> FloatArray:
        """How long g is, in lengths of G; NaN where G is 0."""
        return np.hypot(self.along, self.across)

    @property
    def cosines(self) -> FloatArray:
        """The cosine of the angle between both; NaN where one of them is 0."""
        ratios = self.ratios
        undefined = np.full_like(ratios, np.nan)
        return np.divide(self.along, ratios, out=undefined, where=ratios > 0.0)


def gradient_noise(
    model: Model,
    train: Dataset,
    parameters: Mapping[str, NDArray[np.floating]],
    batches: Sequence[LabelArray],
) -> GradientNoise:
    """Compare the gradients of mini-batches with those of all samples.

    ``parameters`` are those of each step, and ``batches`` the samples that each looks at. The
    model gives the objective; its own parameters are of no effect.
    """
    if list(parameters) != list(model.parameters):
        raise ValueError(
            f"parameters must be {', '.join(model.parameters)}, got {', '.join(parameters)}"
        )
    steps = len(parameters["W1"])
    if len(batches) != steps:
        raise ValueError(f"batches must be {steps}, one a step, got {len(batches)}")

    names = ("all", *model.parameters)
    workspace = Workspace(model)
    inputs, labels = workspace.inputs(train.points), train.labels
    vectors = np.concatenate([values.reshape(steps, -1) for values in parameters.values()], axis=1)
    parts = _parts(model)
    results = np.empty((4, steps, len(names)))
    for step, batch in enumerate(batches):
        workspace.parameters[...] = vectors[step]
        workspace.differentiate(inputs, labels)
        full = workspace.gradient.astype(np.float64)
        workspace.differentiate(inputs[batch], labels[batch])
        noisy = workspace.gradient.astype(np.float64)
        zero = _ROUNDING * float(np.linalg.norm(full) + np.linalg.norm(noisy))
        for column, part in enumerate(parts):
            results[:, step, column] = _compared(noisy[part], full[part], zero)
    return GradientNoise(names, *results)


def _parts(model: Model) -> list[slice]:
    """Return where all parameters, and each of them, lie in the vector of all."""
    ends = np.cumsum([array.size for array in model.parameters.values()]).tolist()
    starts = [0, *ends[:-1]]
    return [slice(0, ends[-1]), *(slice(*limits) for limits in zip(starts, ends, strict=True))]


def _compared(
    noisy: FloatArray, full: FloatArray, zero: float
) -> tuple[float, float, float, float]:
    full_norm, batch_norm = float(np.linalg.norm(full)), float(np.linalg.norm(noisy))
    if full_norm <= zero:
        return math.nan, math.nan, 0.0, batch_norm
    direction = full / full_norm
    length = float(noisy @ direction)
    across = float(np.linalg.norm(noisy - length * direction))
    return length / full_norm, across / full_norm, full_norm, batch_norm
