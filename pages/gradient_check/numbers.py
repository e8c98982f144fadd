"""A gradient check for every step of every handle, computed before the hand moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from core.validation import FloatArray, LabelArray
from pages.gradient_check.checked_functions import CheckedFunction
from pages.gradient_check.difference_quotients import STEPS, Magnified, magnified
from pages.gradient_check.errors import GradientErrors, gradient_errors
from pages.gradient_check.step_error import ErrorCurves, error_curves
from pages.ui.kit.scores import (
    ScoreSweeps,
    label_moves,
    round_up,
    score_axis,
    score_id,
    score_moves,
)
from pages.ui.stage.sweeps import rows_of, tabulate

__all__ = ["STEP", "GradientNumbers", "GradientSweeps", "sweep_gradient_check"]

STEP: Final = "h"
"""The handle of the step of the difference quotients."""

FEW_ENTRIES: Final = 6
SLOPE_NEAR_ZERO: Final = 2.0

_ENTRY: Final = "entry"


@dataclass(frozen=True, eq=False)
class GradientNumbers:
    """All entries of a gradient, and one of them closely; all of the same leading shape."""

    errors: GradientErrors
    entries: LabelArray
    """The one that is looked at closely, (...)."""
    curves: ErrorCurves
    magnified: Magnified


@dataclass(frozen=True, eq=False)
class GradientSweeps(ScoreSweeps[GradientNumbers]):
    """Everything that a hand can reach; the axis is that of the entries of the point."""

    steps: tuple[float, ...]
    """The steps h of the error curves and of their handle: `STEPS`, or every second of them if
    there are many entries, so that a sweep is computed and sent in time."""

    @property
    def slope_limit(self) -> float:
        """A round number that leaves the slopes room to grow, at most as far as they can."""
        reach = [self.by[score_id(index)] for index in range(len(self.focuses))]
        largest = max(map(_largest_slope, reach)) or 1.0
        # A gradient of 0 leaves room for the slopes nearby, not for the largest in reach.
        return round_up(min(largest, 1.6 * _largest_slope(self.now) or SLOPE_NEAR_ZERO))


def _largest_slope(numbers: GradientNumbers) -> float:
    errors = numbers.errors
    return float(np.maximum(np.abs(errors.analytic), np.abs(errors.right)).max())


def sweep_gradient_check(
    function: CheckedFunction,
    point: ArrayLike,
    label: int = 0,
    *,
    along: int = 0,
    step: float = 1e-5,
    margin: float = 1.0,
    mistaken: bool = False,
) -> GradientSweeps:
    """Check a gradient for every value of every entry, every label and every step, in one batch.

    ``along`` is the entry that is looked at closely as the label and the step change.
    """
    present = np.asarray(point, dtype=np.float64)
    axis, every = score_axis(present), range(present.size)
    grid = STEPS if present.size <= FEW_ENTRIES else STEPS[::2]
    settings: dict[str, Any] = {"margin": margin, "mistaken": mistaken}

    def evaluate(
        scores: FloatArray, labels: LabelArray, steps: FloatArray, entries: LabelArray
    ) -> GradientNumbers:
        given = (function, scores, labels)
        return GradientNumbers(
            gradient_errors(*given, steps=steps, **settings),
            entries,
            error_curves(*given, entries=entries, steps=grid, **settings),
            magnified(*given, entries=entries, steps=steps, **settings),
        )

    moves = score_moves(present, axis.grid)
    sweeps = tabulate(
        evaluate,
        {"scores": present, "labels": label, "steps": step, "entries": along},
        {
            **{
                score_id(index): {
                    **moves[score_id(index)],
                    "entries": np.full(axis.grid.size, index),
                }
                for index in every
            },
            **label_moves(present.size),
            STEP: {"steps": np.array(grid)},
            _ENTRY: {"entries": np.arange(present.size)},
        },
    )
    return GradientSweeps(
        sweeps.now,
        sweeps.by,
        axis,
        tuple(rows_of(sweeps.by[_ENTRY], slice(index, index + 1), ()) for index in every),
        grid,
    )
