"""The plane of score differences and the simplex: what both show, wherever the point is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HingeVariant, hinge
from core.validation import FloatArray
from pages.geometry import STEPS
from pages.geometry.simplex import OTHERS, SIDE, place_of, probabilities_at
from pages.ui.kit.scores import ScoreAxis, label_moves
from pages.ui.stage.sweeps import every_pair, tabulate

__all__ = [
    "MARGIN",
    "MOST_DIGITS",
    "POINT",
    "PROBABILITIES",
    "SIMPLEX_DECIMALS",
    "SIMPLEX_STEP",
    "STEP",
    "Border",
    "Paths",
    "PlaneNumbers",
    "PlaneSweeps",
    "PointNumbers",
    "Standing",
    "difference_axis",
    "differences",
    "differences_at",
    "from_differences",
    "point_numbers",
    "simplex_cells",
    "sweep_plane",
]

POINT, PROBABILITIES, MARGIN, STEP = "point", "probabilities", "margin", "step"
"""The handles: the point in the plane, the same in the simplex, the margin, the step."""

SMALLEST_LIMIT: Final = 6.0
STEPS_EACH_WAY: Final = 60
MOST_DIGITS: Final = 9
SIMPLEX_STEP, SIMPLEX_DECIMALS = 1 / 60, 4
DIFFERENCE_DECIMALS: Final = 3
"""Of what is dragged in the simplex, so that the scores stay short."""


class Standing(IntEnum):
    """What both losses say where the point is."""

    WRONG = 0
    """A wrong class is ahead."""
    TIE = 1
    SHORT = 2
    """The true class is ahead, but not by the margin."""
    SATISFIED = 3
    VANISHED = 4
    """Satisfied, and the cross-entropy is too small for float64."""


@dataclass(frozen=True, eq=False)
class PointNumbers:
    """Both losses at a point.

    Attributes
    ----------
    differences : (..., 2)
        s_j - s_y for the two wrong classes.
    labels : (...,)
    probabilities : (..., 3)
    cross_entropy, hinge : (...,)
    cross_entropy_gradient, hinge_gradient : (..., 3)
        By the three scores; the first is p - t.
    softmax_step, svm_step : (..., 2)
        The differences after one step down each gradient.
    softmax_place, svm_place : (..., 2)
        The places of these in the simplex.
    """

    differences: FloatArray
    labels: NDArray[Any]
    probabilities: FloatArray
    cross_entropy: FloatArray
    cross_entropy_gradient: FloatArray
    hinge: FloatArray
    hinge_gradient: FloatArray
    softmax_step: FloatArray
    svm_step: FloatArray
    softmax_place: FloatArray
    svm_place: FloatArray

    @property
    def place(self) -> FloatArray:
        """Where the point is in the simplex."""
        return place_of(self.probabilities)

    @property
    def true_probability(self) -> FloatArray:
        """The probability of the true class."""
        return np.take_along_axis(self.probabilities, self.labels[..., None], axis=-1)[..., 0]

    @property
    def standings(self) -> NDArray[np.int64]:
        """The `Standing` of each point."""
        worst = self.differences.max(axis=-1)
        is_done = self.hinge == 0
        conditions = [is_done & (self.cross_entropy == 0), worst > 0, worst == 0, ~is_done]
        standings = [Standing.VANISHED, Standing.WRONG, Standing.TIE, Standing.SHORT]
        return np.asarray(np.select(conditions, standings, Standing.SATISFIED), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Border:
    """What the lines of a picture depend on: true class and margin, (...,)."""

    labels: NDArray[Any]
    margin: FloatArray


@dataclass(frozen=True, eq=False)
class Paths:
    """Gradient descent on the scores with each loss: differences, (..., steps + 1, 2)."""

    softmax: FloatArray
    svm: FloatArray
    softmax_places: FloatArray
    svm_places: FloatArray
    softmax_losses: FloatArray
    """The cross-entropy of its own run, (..., steps + 1); and the hinge loss of its."""
    svm_losses: FloatArray


@dataclass(frozen=True, eq=False)
class PlaneNumbers:
    """What is shown; None where a handle leaves it as it is.

    ``stepped`` are the runs at one of their steps, without the axis of steps.
    """

    point: PointNumbers | None = None
    border: Border | None = None
    paths: Paths | None = None
    stepped: Paths | None = None
    step: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class PlaneSweeps:
    """Everything that a hand can reach: now, and by handle.

    ``hidden`` is shown while the point is in the hand: its runs are computed when it is let go.
    """

    axis: ScoreAxis
    now: PlaneNumbers
    by: Mapping[str, PlaneNumbers]
    hidden: PlaneNumbers
    cells: NDArray[np.uint16]
    margins: FloatArray


def differences(scores: ArrayLike, label: int) -> FloatArray:
    """Give s_j - s_y for the two wrong classes, as their decimals say.

    Examples
    --------
    >>> differences([3.2, 5.1, -1.7], 0).tolist()
    [1.9, -4.9]
    """
    table = np.asarray(scores, dtype=np.float64)
    return np.asarray(np.round(table[OTHERS[label]] - table[label], MOST_DIGITS)) + 0.0


def from_differences(apart: ArrayLike, labels: ArrayLike) -> FloatArray:
    """Give scores with these differences and a true score of 0, (..., 3)."""
    given = np.asarray(apart, dtype=np.float64)
    scores = np.zeros((*given.shape[:-1], 3))
    others = np.broadcast_to(OTHERS[np.asarray(labels)], given.shape)
    np.put_along_axis(scores, others, given, axis=-1)
    return scores


def difference_axis(apart: ArrayLike) -> ScoreAxis:
    """The smallest of 6, 12, 30, 60, 120, ... that has room for the point.

    Examples
    --------
    >>> difference_axis([1.9, -4.9]).limit, difference_axis([1e3, 0.0]).step
    (6.0, 20.0)
    """
    largest, limit = float(np.abs(np.asarray(apart)).max()), SMALLEST_LIMIT
    while largest > limit:
        limit *= 2.5 if f"{limit:e}"[0:3] == "1.2" else 2.0
    step = limit / STEPS_EACH_WAY
    return ScoreAxis(limit=limit, step=step, decimals=1 if step < 1 else 0)


def differences_at(place: ArrayLike, label: int, limit: float) -> FloatArray:
    """Give the differences at a place of the simplex, at most at the border of the plane."""
    p = probabilities_at(place)
    others, true = p[..., OTHERS[label]], p[..., label, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.log(np.maximum(others, 0.0)) - np.log(np.maximum(true, 0.0))
    return np.asarray(np.clip(np.round(apart, DIFFERENCE_DECIMALS), -limit, limit)) + 0.0


def sweep_plane(
    scores: ArrayLike,
    label: int,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
    rate: float = 1.0,
    step: int = 0,
) -> PlaneSweeps:
    """Evaluate both losses for every place of the point, every margin and label, in few batches.

    Parameters
    ----------
    scores : (3,)
    label : int
        0, 1 or 2.
    margin, variant
        Of the hinge loss.
    rate
        The step size of gradient descent on the scores.
    step
        The step of it that is shown.
    """
    apart = differences(scores, label)
    axis = difference_axis([*apart, margin])
    margins = np.round(np.arange(STEPS_EACH_WAY + 1) * axis.step, axis.decimals)

    def evaluate(scores: FloatArray, labels: NDArray[Any], margin: FloatArray) -> PlaneNumbers:
        point = point_numbers(scores, labels, margin, variant, rate)
        paths = _paths(scores, labels, margin, variant, rate)
        stepped = _at(paths, np.full(len(labels), step))
        return PlaneNumbers(point, Border(labels, margin), paths, stepped)

    sweeps = tabulate(
        evaluate,
        {"scores": from_differences(apart, label), "labels": label, "margin": float(margin)},
        {MARGIN: {"margin": margins}, **label_moves(3)},
    )
    now = replace(sweeps.now, step=np.array(float(step)))
    points, cells, within = _tables(axis, label, float(margin), variant, rate)
    every_step = np.arange(STEPS + 1)
    assert now.paths is not None
    repeated = Paths(
        **{
            name: np.broadcast_to(values, (STEPS + 1, *values.shape))
            for name, values in vars(now.paths).items()
        }
    )
    run = PlaneNumbers(stepped=_at(repeated, every_step), step=every_step.astype(np.float64))
    return PlaneSweeps(
        axis,
        now,
        {
            **sweeps.by,
            POINT: PlaneNumbers(points),
            PROBABILITIES: PlaneNumbers(within),
            STEP: run,
        },
        PlaneNumbers(paths=_unknown(now.paths), stepped=_unknown(now.stepped)),
        cells,
        margins,
    )


def _unknown(paths: Paths | None) -> Paths:
    return Paths(**{name: np.full_like(values, np.nan) for name, values in vars(paths).items()})


def point_numbers(
    scores: FloatArray,
    labels: NDArray[Any],
    margin: FloatArray,
    variant: HingeVariant,
    rate: float,
) -> PointNumbers:
    """Evaluate both losses of scores whose true score is 0, (..., 3)."""
    soft = cross_entropy(scores, labels, reduction="none")
    value, gradient = _svm(scores, labels, margin, variant)
    p, is_true = softmax(scores), np.arange(3) == labels[..., None]
    # p - t: of a wrong class p itself, to the last bit.
    difference = np.where(is_true, soft.gradient, p)
    after = [scores - rate * slope for slope in (difference, gradient)]
    others = OTHERS[labels]

    def apart(table: FloatArray) -> FloatArray:
        true = np.take_along_axis(table, labels[..., None], axis=-1)
        return np.asarray(np.take_along_axis(table, others, axis=-1) - true) + 0.0

    return PointNumbers(
        differences=apart(scores),
        labels=labels,
        probabilities=p,
        cross_entropy=soft.per_sample,
        cross_entropy_gradient=difference,
        hinge=value,
        hinge_gradient=gradient,
        softmax_step=apart(after[0]),
        svm_step=apart(after[1]),
        softmax_place=place_of(softmax(after[0])),
        svm_place=place_of(softmax(after[1])),
    )


def _svm(
    scores: FloatArray, labels: NDArray[Any], margin: FloatArray, variant: HingeVariant
) -> tuple[FloatArray, FloatArray]:
    """Return the hinge loss of each sample with its own margin, and its gradient.

    The true score takes the margin in: L(s, margin) = L(s', 0).
    """
    is_true = np.arange(3) == labels[..., None]
    lowered = np.round(scores - is_true * margin[..., None], MOST_DIGITS)
    loss = hinge(lowered, labels, margin=0.0, variant=variant, reduction="none")
    return np.round(loss.per_sample, MOST_DIGITS), loss.gradient


def _paths(
    scores: FloatArray,
    labels: NDArray[Any],
    margin: FloatArray,
    variant: HingeVariant,
    rate: float,
) -> Paths:
    soft, svm = scores, scores
    value, gradient = _svm(svm, labels, margin, variant)
    runs: list[tuple[FloatArray, FloatArray, FloatArray, FloatArray]] = []
    for _ in range(STEPS + 1):
        loss = cross_entropy(soft, labels, reduction="none")
        if gradient.any():  # satisfied, the SVM stays where it is
            value, gradient = _svm(svm, labels, margin, variant)
        runs.append((soft, svm, loss.per_sample, value))
        soft = soft - rate * loss.gradient
        # As decimals, or rounding would make it miss a margin that it meets.
        svm = np.round(svm - rate * gradient, MOST_DIGITS)
    softmax_run, svm_run = (np.stack([run[i] for run in runs], axis=-2) for i in (0, 1))
    losses, values = (np.stack([run[i] for run in runs], axis=-1) for i in (2, 3))
    columns = OTHERS[labels][..., None, :]
    true = np.broadcast_to(labels[..., None, None], (*softmax_run.shape[:-1], 1))

    def apart(run: FloatArray) -> FloatArray:
        others = np.broadcast_to(columns, (*run.shape[:-1], 2))
        return np.take_along_axis(run, others, axis=-1) - np.take_along_axis(run, true, axis=-1)

    return Paths(
        softmax=apart(softmax_run),
        svm=apart(svm_run),
        softmax_places=place_of(softmax(softmax_run)),
        svm_places=place_of(softmax(svm_run)),
        softmax_losses=losses,
        svm_losses=values,
    )


def _at(paths: Paths, steps: NDArray[Any]) -> Paths:
    """Take one step of each row of runs."""
    rows = np.arange(len(steps))
    return Paths(**{name: values[rows, steps] for name, values in vars(paths).items()})


@lru_cache(8)
def _tables(
    axis: ScoreAxis, label: int, margin: float, variant: HingeVariant, rate: float
) -> tuple[PointNumbers, NDArray[np.uint16], PointNumbers]:
    """Both losses on the grid of the plane and on that of the simplex, with its cells.

    They do not depend on where the point is, so that a release finds them here.
    """
    line = np.round(np.linspace(-axis.limit, axis.limit, 2 * STEPS_EACH_WAY + 1), axis.decimals)
    cells, places = simplex_cells()
    both = [every_pair(line, line), differences_at(places, label, axis.limit)]
    plane, within = (
        point_numbers(
            from_differences(apart, label),
            np.full(len(apart), label),
            np.full(len(apart), margin),
            variant,
            rate,
        )
        for apart in both
    )
    return plane, cells, within


@cache
def simplex_cells() -> tuple[NDArray[np.uint16], FloatArray]:
    """The cell of each place of the simplex's grid, and the place of each cell.

    A place outside has the cell above or below it, or beside it at a corner: what is dragged out of
    the triangle goes on along its side.
    """
    line = np.round(np.arange(round(SIDE / SIMPLEX_STEP) + 1) * SIMPLEX_STEP, SIMPLEX_DECIMALS)
    grid = every_pair(line, line).reshape(len(line), len(line), 2)
    p = probabilities_at(grid)
    is_inside = np.asarray(np.all(p > SIMPLEX_STEP / 8, axis=-1))
    columns = np.flatnonzero(np.any(is_inside, axis=1))
    nearest = columns[np.abs(np.arange(len(line))[:, None] - columns).argmin(axis=1)]
    rows = np.arange(len(line))
    lowest = is_inside.argmax(axis=1)[nearest]
    highest = (len(line) - 1 - is_inside[:, ::-1].argmax(axis=1))[nearest]
    numbers = np.cumsum(is_inside.ravel()).reshape(is_inside.shape) - 1
    taken = numbers[nearest[:, None], np.clip(rows, lowest[:, None], highest[:, None])]
    return taken.ravel().astype(np.uint16), grid[is_inside]
