"""Both losses on the same scores, now and for every step of every handle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from core.losses.comparison import Comparison, compare_losses
from core.losses.exact_decimals import decimal_places
from core.losses.hinge import HingeVariant
from core.losses.hinge_variants import hinge_kinks
from core.validation import FloatArray
from pages.ui.kit.scores import (
    LABEL,
    ScoreSweeps,
    label_moves,
    round_up,
    score_axis,
    score_id,
    score_moves,
)
from pages.ui.stage.sweeps import one_at_a_time, tabulate

__all__ = ["ComparisonNumbers", "ComparisonSweeps", "sweep_comparison"]


@dataclass(frozen=True, eq=False)
class ComparisonNumbers:
    """Both losses, and their curves along one score."""

    compared: Comparison
    along: int
    curves: Comparison | None = None
    """Both along that score, of shape (..., steps); None where they stay as they are."""
    kinks: FloatArray | None = None
    """Where the hinge loss bends, (..., 2, classes): see `hinge_kinks`."""


class ComparisonSweeps(ScoreSweeps[ComparisonNumbers]):
    """Everything that a hand can reach, and the axes with room for it."""

    @property
    def loss_limit(self) -> float:
        """A round number that no loss on any of the curves exceeds."""
        losses = (loss for each in self._curves for loss in (each.cross_entropy, each.hinge))
        return round_up(max(float(loss.max()) for loss in losses))

    @property
    def smallest_loss(self) -> float:
        """A power of ten, at least 1e-12, that the cross-entropy of few steps falls below."""
        smallest = max(min(float(each.cross_entropy.min()) for each in self._curves), 1e-12)
        return float(10.0 ** np.floor(np.log10(smallest)))

    @property
    def _curves(self) -> list[Comparison]:
        return [self.by[score_id(index)].compared for index in range(len(self.focuses))]


def sweep_comparison(
    scores: ArrayLike,
    label: int,
    *,
    along: int,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
) -> ComparisonSweeps:
    """Evaluate both losses for every step of every score and for every label, in one batch.

    Parameters
    ----------
    scores : (classes,)
    label : int
        The true class.
    along : int
        The score along which the losses are drawn.
    margin, variant
        As in :func:`core.losses.hinge.hinge`.
    """
    present = np.asarray(scores, dtype=np.float64)
    axis, classes = score_axis(present), range(present.size)
    paths = one_at_a_time(present, axis.grid)

    def evaluate(scores: FloatArray, labels: ArrayLike) -> Comparison:
        decimals = decimal_places(present, axis.grid, margin)
        return compare_losses(scores, labels, margin=margin, variant=variant, decimals=decimals)

    def bent(numbers: ComparisonNumbers) -> ComparisonNumbers:
        compared = numbers.compared
        kinks = hinge_kinks(
            compared.scores, numbers.along, compared.labels, margin=margin, variant=variant
        )
        return replace(numbers, kinks=kinks)

    sweeps = tabulate(
        evaluate,
        {"scores": present, "labels": label},
        {**score_moves(present, axis.grid), **label_moves(present.size)},
    )
    by_score = [sweeps.by[score_id(index)] for index in classes]
    focuses = tuple(
        bent(ComparisonNumbers(sweeps.now, index, by_score[index])) for index in classes
    )
    curves = evaluate(np.stack([paths[along]] * present.size), np.arange(present.size)[:, None])
    return ComparisonSweeps(
        focuses[along],
        {
            **{score_id(j): ComparisonNumbers(by_score[j], j) for j in classes},
            LABEL: bent(ComparisonNumbers(sweeps.by[LABEL], along, curves)),
        },
        axis,
        focuses,
    )
