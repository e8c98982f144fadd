"""What a lesson shows, for every step of every handle, computed before the hand moves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from core.losses.comparison import Comparison, compare_losses
from core.losses.exact_decimals import decimal_places
from core.losses.hinge import HingeVariant
from core.losses.hinge_variants import hinge_kinks
from core.validation import FloatArray
from pages.ui.kit.scores import ScoreAxis, round_up, score_axis
from pages.ui.stage.sweep_rows import rows_of
from pages.ui.stage.sweeps import one_at_a_time

__all__ = [
    "ComparisonSweep",
    "ScoreAxis",
    "one_at_a_time",
    "round_up",
    "score_axis",
    "sweep_comparison",
]


@dataclass(frozen=True)
class ComparisonSweep:
    """Both losses now, along each score, and for each label.

    Attributes
    ----------
    now : Comparison of shape (classes,)
    by_score : Comparison of shape (classes, steps, classes)
        First axis: the score that moves.
    by_label : Comparison of shape (classes, classes)
        First axis: the label.
    curves_by_label : Comparison of shape (classes, steps, classes)
        The losses along the score ``along``, for each label.
    kinks_by_score, kinks_by_label : (classes, 2, classes)
        Where the hinge loss along that score bends, as (score, loss); NaN pads the rows. By label:
        along ``along``.
    """

    axis: ScoreAxis
    now: Comparison
    by_score: Comparison
    by_label: Comparison
    curves_by_label: Comparison
    kinks_by_score: FloatArray
    kinks_by_label: FloatArray

    @property
    def loss_limit(self) -> float:
        """A round number that no loss on any of the curves exceeds."""
        return round_up(max(self.by_score.cross_entropy.max(), self.by_score.hinge.max()))

    @property
    def smallest_loss(self) -> float:
        """A power of ten, at least 1e-12, that the cross-entropy of few steps falls below."""
        smallest = max(float(self.by_score.cross_entropy.min()), 1e-12)
        return float(10.0 ** np.floor(np.log10(smallest)))


def sweep_comparison(
    scores: ArrayLike,
    label: int,
    *,
    along: int,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
) -> ComparisonSweep:
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

    Raises
    ------
    ValueError
        As :func:`core.losses.comparison.compare_losses` does.
    """
    present = np.asarray(scores, dtype=np.float64)
    axis = score_axis(present)
    classes, run = present.size, axis.grid.size
    repeated = np.tile(present, (classes, 1))
    by_score = one_at_a_time(present, axis.grid)
    batch = np.concatenate(
        [
            present[None],
            repeated,
            by_score.reshape(-1, classes),
            np.tile(by_score[along], (classes, 1)),
        ]
    )
    every = np.arange(classes)
    labels = np.concatenate([[label], every, np.full(classes * run, label), np.repeat(every, run)])
    decimals = decimal_places(present, axis.grid, margin)
    everything = compare_losses(batch, labels, margin=margin, variant=variant, decimals=decimals)
    ends = np.cumsum([0, 1, classes, classes * run, classes * run])
    parts = [slice(start, end) for start, end in pairwise(ends)]
    return ComparisonSweep(
        axis=axis,
        now=rows_of(everything, parts[0], ()),
        by_label=rows_of(everything, parts[1], (classes,)),
        by_score=rows_of(everything, parts[2], (classes, run)),
        curves_by_label=rows_of(everything, parts[3], (classes, run)),
        kinks_by_score=hinge_kinks(repeated, every, label, margin=margin, variant=variant),
        kinks_by_label=hinge_kinks(repeated, along, every, margin=margin, variant=variant),
    )
