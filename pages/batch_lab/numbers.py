"""One sample of a batch, and what every step of it makes of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from core.losses.batch import BatchResult, BatchTotals, totals_with_sample
from pages.ui.kit.sweeps import ComparisonSweep, sweep_comparison

__all__ = ["SampleSweep", "sweep_sample"]


@dataclass(frozen=True, eq=False)
class SampleSweep:
    """One sample of a batch with every step of each of its scores, and with every label.

    Attributes
    ----------
    sample : ComparisonSweep
        The sample itself.
    now : BatchTotals of shape ()
        The whole batch as it is.
    by_score : BatchTotals of shape (classes, steps)
        The whole batch. First axis: the score that moves.
    by_label : BatchTotals of shape (classes,)
        The whole batch. First axis: the label.
    """

    sample: ComparisonSweep
    now: BatchTotals
    by_score: BatchTotals
    by_label: BatchTotals


def sweep_sample(result: BatchResult, index: int) -> SampleSweep:
    """Move every score of one sample through its range, and its label through the classes.

    Parameters
    ----------
    result : BatchResult
        The batch.
    index : int
        The sample that moves.

    Returns
    -------
    SampleSweep

    Raises
    ------
    IndexError
        If there is no such sample.

    Examples
    --------
    >>> result = evaluate_batch(Batch(("a", "b"), [[3, 1], [2, 4]], [0, 0]))
    >>> sweep = sweep_sample(result, 1)
    >>> sweep.by_label.accuracy.tolist(), sweep.by_score.accuracy.shape
    ([0.5, 1.0], (2, 201))
    """
    label = int(result.batch.labels[index])
    sample = sweep_comparison(
        result.batch.scores[index],
        label,
        along=label,
        margin=result.margin,
        variant=result.variant,
    )
    return SampleSweep(
        sample=sample,
        now=totals_with_sample(result, index, sample.now),
        by_score=totals_with_sample(result, index, sample.by_score),
        by_label=totals_with_sample(result, index, sample.by_label),
    )
