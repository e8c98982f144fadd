"""What the hinge lesson shows, now and for every step of every handle."""

from __future__ import annotations

from dataclasses import dataclass

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
from pages.ui.kit.scores import (
    LABEL,
    STEPS_EACH_WAY,
    ScoreSweeps,
    label_moves,
    round_up,
    score_axis,
    score_id,
    score_moves,
)
from pages.ui.stage.sweeps import one_at_a_time, tabulate

__all__ = ["MARGIN_LINE", "HingeNumbers", "HingeSweeps", "sweep_hinges"]

MARGIN_LINE = "margin_line"
"""The handle at the margin line."""


@dataclass(frozen=True, eq=False)
class HingeNumbers:
    """The hinge losses, and the chosen one along one score."""

    hinge: HingeComparison
    along: int
    curve: FloatArray | None = None
    """The loss along that score, (..., steps); None where it stays as it is."""
    kinks: FloatArray | None = None
    """Where it bends, (..., 2, classes): see `hinge_kinks`."""


class HingeSweeps(ScoreSweeps[HingeNumbers]):
    """Everything that a hand can reach, and the axes with room for it."""

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
        return (low if self.now.hinge.power == 1 else max(low, -1.5 * high)), high

    @property
    def loss_limit(self) -> float:
        """A round number that neither the curves along the scores nor any state exceeds."""
        return round_up(max(float(each.hinge.loss.max()) for each in self.all) or 1.0)

    @property
    def variants_limit(self) -> float:
        """A number with a round root that no variant exceeds in any state."""
        losses = (loss.max() for each in self.all for loss in each.hinge.losses.values())
        return (4 * round_up(np.sqrt(max(map(float, losses)) or 1.0) / 4)) ** 2

    @property
    def function(self) -> tuple[FloatArray, FloatArray]:
        """The hinge itself: m between the margin limits, and max(0, m) to the power."""
        low, high = self.margin_limits
        at = np.sort(np.append(np.linspace(low, high, 2 * STEPS_EACH_WAY + 1), 0.0))
        return at, np.maximum(at, 0.0) ** self.now.hinge.power

    def _limits(self, name: str) -> tuple[float, float]:
        reached = [getattr(each.hinge, name) for each in self.all]
        low = max(-float(numbers.min()) for numbers in reached)
        high = max(float(numbers.max()) for numbers in reached)
        return -round_up(max(low, self.axis.step)), round_up(max(high, self.axis.step))


def sweep_hinges(
    scores: ArrayLike,
    label: int,
    *,
    along: int,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
    power: HingePower = 1,
) -> HingeSweeps:
    """Evaluate every variant for every step of every score, label and margin, in one batch."""
    present = np.asarray(scores, dtype=np.float64)
    # The margin line is drawn among the scores: it needs room as they do.
    axis = score_axis([*present, margin])
    decimals = decimal_places(present, axis.grid, margin)

    def evaluate(scores: FloatArray, labels: ArrayLike, margin: ArrayLike) -> HingeComparison:
        return compare_hinges(
            scores, labels, margin=margin, variant=variant, power=power, decimals=decimals
        )

    def curved(hinge: HingeComparison, along: int) -> HingeNumbers:
        path = one_at_a_time(present, axis.grid)[along]
        labels, margins = hinge.labels, hinge.margin
        return HingeNumbers(
            hinge,
            along,
            hinge_losses(
                path, labels[..., None], margin=margins[..., None], variant=variant, power=power
            ),
            hinge_kinks(hinge.scores, along, labels, margin=margins, variant=variant, power=power),
        )

    sweeps = tabulate(
        evaluate,
        {"scores": present, "labels": label, "margin": float(margin)},
        {
            **score_moves(present, axis.grid),
            **label_moves(present.size),
            MARGIN_LINE: {"margin": axis.grid[axis.grid >= 0]},
        },
    )
    every = range(present.size)
    return HingeSweeps(
        curved(sweeps.now, along),
        {
            **{score_id(j): HingeNumbers(sweeps.by[score_id(j)], j) for j in every},
            **{handle: curved(sweeps.by[handle], along) for handle in (LABEL, MARGIN_LINE)},
        },
        axis,
        tuple(curved(sweeps.now, j) for j in every),
    )
