"""Models at many steps of a run at once: what a timeline scrubs is computed before it is moved."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from core.validation import FloatArray, as_floats

__all__ = ["stacked_scores"]

# What the hidden units of a few steps may take, so that they stay in a core's cache.
_CHUNK_BYTES = 2 * 1024 * 1024


@np.errstate(over="ignore", invalid="ignore")
def stacked_scores(
    parameters: Mapping[str, ArrayLike], X: ArrayLike, *, dtype: DTypeLike = np.float64
) -> FloatArray:
    r"""Return the scores of the same samples at many steps of a run.

    .. math:: s_k = X W_{1k} + b_{1k}, \quad \text{or} \quad
              s_k = \max(0, X W_{1k} + b_{1k})\, W_{2k} + b_{2k}

    Parameters
    ----------
    parameters : mapping of str to array_like
        The parameters of each step under their names, as `training.History` has them: W1
        (steps, features, outputs) and b1 (steps, outputs) of a linear classifier; of a two-layer
        network also W2 (steps, outputs, classes) and b2 (steps, classes).
    X : array_like, shape (samples, features)
        The samples.
    dtype : dtype
        What to compute in; float32 is twice as fast, and exact enough for a picture. What is too
        large for it becomes infinite or NaN.

    Returns
    -------
    ndarray, shape (steps, samples, classes)
        The scores. In memory a class lies in one piece, so that comparing classes is fast; the
        hidden units are made a few steps at a time, so that it takes little else.

    Raises
    ------
    ValueError
        If the names are others, or the shapes do not fit each other.

    Examples
    --------
    >>> W1, b1 = [[[1.0, -1.0]], [[2.0, -2.0]]], [[0.0, 0.0], [0.5, 0.0]]
    >>> stacked_scores({"W1": W1, "b1": b1}, [[1.0], [3.0]]).tolist()
    [[[1.0, -1.0], [3.0, -3.0]], [[2.5, -2.0], [6.5, -6.0]]]
    """
    if list(parameters) not in (["W1", "b1"], ["W1", "b1", "W2", "b2"]):
        raise ValueError(
            f"parameters must be W1 and b1, or W1, b1, W2 and b2, got {', '.join(parameters)}"
        )
    samples = as_floats("X", X)
    if samples.ndim != 2:
        raise ValueError(f"X must have shape (samples, features), got shape {samples.shape}")
    arrays = {name: as_floats(name, values) for name, values in parameters.items()}
    _require_shapes(arrays, samples.shape[1])

    # A sample is a column, so that each class, and each hidden unit, runs along memory.
    columns = np.ascontiguousarray(samples.T, dtype=dtype)
    layers = {name: np.ascontiguousarray(a, dtype=dtype) for name, a in arrays.items()}
    steps, classes = layers["b2" if "b2" in layers else "b1"].shape
    scores = np.empty((classes, steps, columns.shape[1]), columns.dtype)
    if "W2" not in layers:
        weights = layers["W1"].transpose(2, 0, 1)
        np.matmul(weights, columns, out=scores)
        scores += layers["b1"].T[:, :, None]
    else:
        for chunk in _chunks(layers["b1"], columns.shape[1]):
            hidden = layers["W1"][chunk].transpose(0, 2, 1) @ columns
            hidden += layers["b1"][chunk][:, :, None]
            np.maximum(hidden, 0.0, out=hidden)
            second = layers["W2"][chunk].transpose(0, 2, 1) @ hidden
            second += layers["b2"][chunk][:, :, None]
            scores[:, chunk] = second.transpose(1, 0, 2)
    return scores.transpose(1, 2, 0)


def _chunks(units: FloatArray, samples: int) -> list[slice]:
    steps, count = units.shape
    length = max(1, _CHUNK_BYTES // (count * samples * units.itemsize))
    return [slice(start, start + length) for start in range(0, steps, length)]


def _require_shapes(arrays: Mapping[str, FloatArray], features: int) -> None:
    steps, inputs = len(arrays["W1"]) if arrays["W1"].ndim else 0, features
    for name, array in arrays.items():
        outputs = array.shape[-1] if array.ndim else 0
        is_weights = name.startswith("W")
        wanted = (steps, inputs, outputs) if is_weights else (steps, inputs)
        if array.shape != wanted:
            shape = f"({steps}, {inputs}{', outputs' if is_weights else ''})"
            raise ValueError(f"{name} must have shape {shape}, got shape {array.shape}")
        inputs = outputs
