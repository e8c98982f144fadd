"""A gradient check for every step of every handle, computed before the hand moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from pages.gradient_check.checked_functions import Checkable
from pages.gradient_check.difference_quotients import STEPS, Magnified, magnified
from pages.gradient_check.errors import GradientErrors, gradient_errors
from pages.gradient_check.step_error import ErrorCurves, error_curves
from pages.ui.kit.sweeps import ScoreAxis, one_at_a_time, score_axis
from pages.ui.stage.sweep_rows import rows_of

__all__ = ["GradientSweep", "GradientView", "sweep_gradient_check"]


FEW_ENTRIES = 6

_SLOPE_NEAR_ZERO = 2.0


@dataclass(frozen=True, eq=False)
class GradientView:
    """All entries of a gradient, and one of them closely; all of the same leading shape."""

    errors: GradientErrors
    curves: ErrorCurves
    magnified: Magnified


@dataclass(frozen=True, eq=False)
class GradientSweep:
    """A gradient check now, along each entry of the point, for each label and for each step.

    Attributes
    ----------
    axis : ScoreAxis
        The range in which the entries of the point move.
    steps : tuple of float
        The steps h of the error curves and of ``by_step``: `STEPS`, or every second of them if
        there are many entries, so that a sweep is computed and sent in time.
    by_entry : GradientView of leading shape (n,)
        The present point, with each entry looked at closely.
    by_score : GradientView of leading shape (n, values)
        First axis: the entry that moves, and is looked at closely.
    by_label : GradientView of leading shape (n,)
        First axis: the label.
    by_step : GradientView of leading shape (steps,)
        For each of the steps.
    """

    axis: ScoreAxis
    steps: tuple[float, ...]
    by_entry: GradientView
    by_score: GradientView
    by_label: GradientView
    by_step: GradientView

    @property
    def slope_limit(self) -> float:
        """A round number that leaves the slopes room to grow, at most as far as they can."""
        both = [
            np.maximum(np.abs(view.errors.analytic), np.abs(view.errors.right)).max()
            for view in (self.by_score, self.by_entry)
        ]
        largest = float(both[0]) or 1.0
        # A gradient of 0 leaves room for the slopes nearby, not for the largest in reach.
        wanted = min(largest, 1.6 * float(both[1]) or _SLOPE_NEAR_ZERO)
        power = 10.0 ** np.floor(np.log10(wanted))
        return float(next(m * power for m in (1, 1.5, 2, 3, 4, 6, 8, 10) if m * power >= wanted))


def sweep_gradient_check(
    function: Checkable,
    point: ArrayLike,
    label: int = 0,
    *,
    along: int = 0,
    step: float = 1e-5,
    margin: float = 1.0,
    mistaken: bool = False,
) -> GradientSweep:
    """Check a gradient for every value of every entry, every label and every step, in one batch.

    Parameters
    ----------
    function : Checkable
        What to check.
    point : array_like, shape (n,)
        Where to check it.
    label : int
        The true class.
    along : int
        The entry that is looked at closely as the label and the step change.
    step : float
        The step h > 0.
    margin, mistaken
        As in :func:`pages.gradient_check.errors.gradient_errors`.

    Raises
    ------
    ValueError
        As :func:`pages.gradient_check.errors.gradient_errors` does.

    Examples
    --------
    >>> from pages.gradient_check.checked_functions import CHECKABLE
    >>> sweep = sweep_gradient_check(CHECKABLE["l2"], [1.0, 2.0])
    >>> sweep.by_score.errors.analytic.shape
    (2, 201, 2)
    """
    present = np.asarray(point, dtype=np.float64)
    axis = score_axis(present)
    n, run = present.size, axis.grid.size
    grid = STEPS if n <= FEW_ENTRIES else STEPS[::2]
    every = np.arange(n)
    by_score = one_at_a_time(present, axis.grid).reshape(-1, n)
    shapes = ((n,), (n, run), (n,), (len(grid),))
    ends = np.cumsum([0, *(math.prod(shape) for shape in shapes)])
    rows = [slice(start, end) for start, end in pairwise(ends)]

    points = np.tile(present, (ends[-1], 1))
    labels = np.full(ends[-1], label)
    steps = np.full(ends[-1], step)
    entries = np.full(ends[-1], along)
    entries[rows[0]] = every
    points[rows[1]] = by_score
    entries[rows[1]] = np.repeat(every, run)
    labels[rows[2]] = every
    steps[rows[3]] = grid
    everything = GradientView(
        gradient_errors(function, points, labels, steps=steps, margin=margin, mistaken=mistaken),
        error_curves(
            function,
            points,
            labels,
            entries=entries,
            steps=grid,
            margin=margin,
            mistaken=mistaken,
        ),
        magnified(
            function,
            points,
            labels,
            entries=entries,
            steps=steps,
            margin=margin,
            mistaken=mistaken,
        ),
    )
    parts = zip(rows, shapes, strict=True)
    return GradientSweep(axis, grid, *(rows_of(everything, part, shape) for part, shape in parts))
