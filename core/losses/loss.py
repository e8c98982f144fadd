"""What every loss is made of: its value with its gradient, rows, blocks, reductions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from core.validation import (
    FloatArray,
    working_dtype,
)

__all__ = [
    "REDUCTIONS",
    "Loss",
    "Reduction",
    "are_labels",
    "as_rows",
    "block_length",
    "blocks",
    "like",
    "reduce",
]

Reduction = Literal["mean", "sum", "none"]
REDUCTIONS: tuple[Reduction, ...] = get_args(Reduction)

# What a block of rows may take so that it stays in a core's cache between the passes over it.
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss with its gradient.

    Attributes
    ----------
    value : float or ndarray
        The mean or the sum over the samples; with ``reduction="none"`` the same as `per_sample`.
    per_sample : ndarray
        The loss of each sample, shape (batch,); shape () for a single sample.
    gradient : ndarray
        The derivative of the value by each score, same shape as the scores. It is already divided
        by the batch size for ``reduction="mean"``, and not for the others.
    """

    value: float | FloatArray
    per_sample: FloatArray
    gradient: FloatArray


def as_rows(values: FloatArray) -> FloatArray:
    """Return the samples as (batch, classes) in the type to compute in, if possible as a view."""
    return values.reshape(-1, values.shape[-1]).astype(working_dtype(values.dtype), copy=False)


def blocks(rows: FloatArray) -> Iterator[slice]:
    """Cut the rows into blocks that stay in cache while several passes go over them."""
    step = block_length(rows)
    return (slice(start, start + step) for start in range(0, len(rows), step))


def block_length(rows: FloatArray) -> int:
    """Return how many rows a block has."""
    row_bytes: int = rows.shape[1] * rows.itemsize
    return min(len(rows), max(1, _BLOCK_BYTES // row_bytes))


def are_labels(targets: ArrayLike, values: FloatArray, scores_name: str) -> bool:
    """Tell by the shape whether the targets are one label a sample or one number a score."""
    try:
        shape = np.shape(targets)
    except ValueError as error:
        raise ValueError(f"targets must be a rectangular array of numbers: {error}") from error
    if shape == values.shape[:-1]:
        return True
    if shape == values.shape:
        return False
    raise ValueError(
        f"targets must be labels of shape {values.shape[:-1]} or numbers of shape {values.shape} "
        f"to match {scores_name} of shape {values.shape}, got shape {shape}"
    )


def reduce(
    per_sample: FloatArray, values: FloatArray, reduction: Reduction
) -> tuple[float | FloatArray, FloatArray]:
    """Return the reduced value and the losses of the samples, in the shape of the batch."""
    losses = like(per_sample, values, values.shape[:-1])
    if reduction == "none":
        return losses, losses
    total = per_sample.mean if reduction == "mean" else per_sample.sum
    return float(total(dtype=np.float64)), losses


def like(rows: FloatArray, values: FloatArray, shape: tuple[int, ...] | None = None) -> FloatArray:
    """Return a result in the float type of the input, and in its shape unless told another."""
    return rows.reshape(values.shape if shape is None else shape).astype(values.dtype, copy=False)
