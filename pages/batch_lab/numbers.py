"""One sample of a batch, and what every step of it makes of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from core.losses.batch import BatchResult, BatchTotals, confusion_matrix
from core.losses.comparison import Comparison, compare_losses
from core.losses.exact_decimals import decimal_places
from core.validation import FloatArray
from pages.ui.kit.scores import ScoreAxis, label_moves, score_axis, score_moves
from pages.ui.stage.sweeps import tabulate

__all__ = ["LOWEST", "BatchNumbers", "BatchSweeps", "sweep_sample", "totals_with_sample"]


LOWEST: Final = -1e6
"""The score of a class of probability 0, where it can be minus infinity in the table."""


@dataclass(frozen=True, eq=False)
class BatchNumbers:
    """A sample of shape (..., classes), and the whole batch with it, of shape (...)."""

    sample: Comparison
    totals: BatchTotals


@dataclass(frozen=True, eq=False)
class BatchSweeps:
    """Everything that a hand can reach: now, and by handle."""

    axis: ScoreAxis
    now: BatchNumbers
    by: Mapping[str, BatchNumbers]


def sweep_sample(result: BatchResult, index: int) -> BatchSweeps:
    """Evaluate a sample and the batch for every step of its scores and its label, in one batch."""
    present = np.maximum(result.batch.scores[index], LOWEST)
    axis = score_axis(present)

    def evaluate(scores: FloatArray, labels: ArrayLike) -> BatchNumbers:
        sample = compare_losses(
            scores,
            labels,
            margin=result.margin,
            variant=result.variant,
            decimals=decimal_places(present, axis.grid, result.margin),
        )
        return BatchNumbers(sample, totals_with_sample(result, index, sample))

    sweeps = tabulate(
        evaluate,
        {"scores": present, "labels": result.batch.labels[index]},
        {**score_moves(present, axis.grid), **label_moves(present.size)},
    )
    return BatchSweeps(axis, sweeps.now, sweeps.by)


def totals_with_sample(result: BatchResult, index: int, sample: Comparison) -> BatchTotals:
    """Replace one sample by each of several, of shape (..., classes); give the totals, (...)."""
    batch, classes = result.batch, len(result.batch.names)
    others = confusion_matrix(batch.labels, result.predictions, classes)
    others[batch.labels[index], result.predictions[index]] -= 1
    own = np.arange(classes**2) == (sample.labels * classes + sample.predictions)[..., None]
    # Without the sample, rather than minus it: the difference would lose the digits of the others.
    return BatchTotals(
        size=batch.size,
        cross_entropy_sum=np.delete(result.cross_entropy, index).sum() + sample.cross_entropy,
        hinge_sum=np.delete(result.hinge, index).sum() + sample.hinge,
        confusion=others + own.reshape(*sample.labels.shape, classes, classes),
    )
