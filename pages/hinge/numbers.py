"""What the hinge lesson shows, for every step of every handle."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from core.losses.exact_decimals import decimal_places
from core.losses.hinge import HingeVariant
from core.losses.hinge_variants import (
    HingeComparison,
    HingePower,
    compare_hinges,
    hinge_kinks,
    hinge_losses,
)
from core.validation import FloatArray
from pages.ui.kit.sweeps import STEPS_EACH_WAY, ScoreAxis, one_at_a_time, round_up, score_axis
from pages.ui.stage.sweep_rows import rows_of

__all__ = ["HingeSweep", "sweep_hinges"]


@dataclass(frozen=True, eq=False)
class HingeSweep:
    """The hinge losses now, along each score, for each label and for each margin.

    Attributes
    ----------
    axis : ScoreAxis
        Where the scores move; the margin moves from 0 to its limit in the same steps.
    now : HingeComparison of shape ()
    by_score : HingeComparison of shape (classes, steps)
        First axis: the score that moves. Its losses are the curves along each score.
    by_label : HingeComparison of shape (classes,)
    by_margin : HingeComparison of shape (margins,)
    curves_by_label, curves_by_margin : (classes, steps), (margins, steps)
        The chosen loss along the score ``along``, for each label and for each margin.
    kinks_by_score, kinks_by_label, kinks_by_margin : (..., 2, classes)
        Where those curves bend, as :func:`core.losses.hinge_variants.hinge_kinks` tells.
    """

    axis: ScoreAxis
    now: HingeComparison
    by_score: HingeComparison
    by_label: HingeComparison
    by_margin: HingeComparison
    curves_by_label: FloatArray
    curves_by_margin: FloatArray
    kinks_by_score: FloatArray
    kinks_by_label: FloatArray
    kinks_by_margin: FloatArray

    @property
    def margin_limits(self) -> tuple[float, float]:
        """Round numbers, below and above 0, that no margin of any class exceeds."""
        return self._limits("margins")

    @property
    def gradient_limits(self) -> tuple[float, float]:
        """Round numbers, below and above 0, that few entries of the gradient exceed.

        That of the true class may: squared, it adds up many that are large, and an axis with room
        for all of them would leave none for the others.
        """
        low, high = self._limits("gradient")
        return (low if self.now.power == 1 else max(low, -1.5 * high)), high

    @property
    def loss_limit(self) -> float:
        """A round number that neither the curves along the scores nor any state exceeds."""
        return round_up(max(float(state.loss.max()) for state in self.states) or 1.0)

    @property
    def variants_limit(self) -> float:
        """A number with a round root that no variant exceeds in any state."""
        losses = (loss.max() for state in self.states for loss in state.losses.values())
        return (4 * round_up(np.sqrt(max(map(float, losses)) or 1.0) / 4)) ** 2

    def _limits(self, name: str) -> tuple[float, float]:
        least = self.axis.step
        low = max(-float(getattr(state, name).min()) for state in self.states)
        high = max(float(getattr(state, name).max()) for state in self.states)
        return -round_up(max(low, least)), round_up(max(high, least))

    @property
    def function(self) -> tuple[FloatArray, FloatArray]:
        """The hinge itself: m between the margin limits, and max(0, m) to the power."""
        low, high = self.margin_limits
        run = np.linspace(low, high, 2 * STEPS_EACH_WAY + 1)
        at = np.sort(np.append(run, 0.0))
        return at, np.maximum(at, 0.0) ** self.now.power

    @property
    def states(self) -> tuple[HingeComparison, ...]:
        """Everything that a hand can reach from here."""
        return self.now, self.by_score, self.by_label, self.by_margin


def sweep_hinges(
    scores: ArrayLike,
    label: int,
    *,
    along: int,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
    power: HingePower = 1,
) -> HingeSweep:
    """Evaluate every variant for every step of every score, label and margin, in one batch.

    Parameters
    ----------
    scores : (classes,)
    label : int
        The true class.
    along : int
        The score along which the loss is drawn.
    margin, variant, power
        As in :func:`core.losses.hinge.hinge`.

    Raises
    ------
    ValueError
        As :func:`core.losses.hinge_variants.compare_hinges` does.
    """
    present = np.asarray(scores, dtype=np.float64)
    # The margin line is drawn among the scores: it needs room as they do.
    axis = score_axis([*present, margin])
    grid, margins = axis.grid, axis.grid[axis.grid >= 0]
    classes, every = present.size, np.arange(present.size)
    repeated = np.tile(present, (classes, 1))
    by_score = one_at_a_time(present, grid)
    counts = (1, by_score.shape[0] * grid.size, classes, margins.size)
    everything = compare_hinges(
        np.concatenate(
            [
                present[None],
                by_score.reshape(-1, classes),
                repeated,
                np.tile(present, (margins.size, 1)),
            ]
        ),
        np.concatenate([np.full(sum(counts[:2]), label), every, np.full(margins.size, label)]),
        margin=np.concatenate([np.full(sum(counts[:3]), float(margin)), margins]),
        variant=variant,
        power=power,
        decimals=decimal_places(present, grid, margin),
    )
    ends = np.cumsum((0, *counts))
    parts = [slice(start, end) for start, end in pairwise(ends)]
    path, labels, steps = by_score[along], every[:, None], margins[:, None]
    return HingeSweep(
        axis=axis,
        now=rows_of(everything, parts[0], ()),
        by_score=rows_of(everything, parts[1], (classes, grid.size)),
        by_label=rows_of(everything, parts[2], (classes,)),
        by_margin=rows_of(everything, parts[3], (margins.size,)),
        curves_by_label=hinge_losses(path, labels, margin=margin, variant=variant, power=power),
        curves_by_margin=hinge_losses(path, label, margin=steps, variant=variant, power=power),
        kinks_by_score=hinge_kinks(
            repeated, every, label, margin=margin, variant=variant, power=power
        ),
        kinks_by_label=hinge_kinks(
            repeated, along, every, margin=margin, variant=variant, power=power
        ),
        kinks_by_margin=hinge_kinks(
            np.tile(present, (margins.size, 1)),
            along,
            label,
            margin=margins,
            variant=variant,
            power=power,
        ),
    )
