"""What the lesson of two classes shows, now and for every step of every handle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import softmax
from core.losses.cross_entropy import cross_entropy_values
from core.losses.exact_decimals import decimal_places
from core.validation import FloatArray
from pages.ui.kit.scores import ScoreAxis, label_moves, score_axis, score_moves
from pages.ui.stage.sweeps import tabulate

__all__ = [
    "DELTA",
    "LOSSES",
    "SIGNED",
    "HingePlace",
    "Others",
    "TwoClassNumbers",
    "TwoClassSweeps",
    "exponential",
    "logistic",
    "moved_apart",
    "sigmoid",
    "sweep_two_classes",
]

SIGNED, DELTA = "signed_margin", "delta"
"""The handles of m and of the margin of the hinge losses."""

LOSSES: Final = ("zero_one", "hinge", "squared_hinge", "logistic", "exponential")
SMALLEST_LIMIT: Final = 5.0
STEPS_EACH_WAY: Final = 50


class HingePlace(IntEnum):
    """Where m is, seen from the hinge."""

    INSIDE = 0
    MET = 1
    BEYOND = 2


class Others(IntEnum):
    """What the losses without a margin do at m."""

    OVERFLOW = 0
    """The exponential loss is too large for a float64 number."""
    WRONG = 1
    TIE = 2
    RIGHT = 3
    VANISHED = 4
    """What the logistic and the exponential loss still push is too small for one."""


@dataclass(frozen=True, eq=False)
class TwoClassNumbers:
    """All losses of two classes, and their slopes along m.

    Attributes
    ----------
    scores : (..., 2)
    labels : (...,)
        0 or 1.
    delta : (...,)
        The margin of the hinge losses.
    m : (...,)
        The signed margin y (s1 - s0), with y = +1 for label 1 and -1 for label 0.
    losses, slopes : (..., 5)
        In the order of `LOSSES`.
    sigmoids : (..., 2)
        sigma(s0 - s1) and sigma(s1 - s0), by the formula of the sigmoid.
    softmaxes : (..., 2)
        The same by softmax.
    binary, softmax_loss : (...,)
        -log sigma(m), and the cross-entropy of softmax with the two logits; in nats.
    places, others : (...,)
        `HingePlace` and `Others`.
    """

    scores: FloatArray
    labels: NDArray[Any]
    delta: FloatArray
    m: FloatArray
    losses: FloatArray
    slopes: FloatArray
    sigmoids: FloatArray
    softmaxes: FloatArray
    binary: FloatArray
    softmax_loss: FloatArray
    places: NDArray[Any]
    others: NDArray[Any]

    @property
    def difference(self) -> FloatArray:
        """The difference s1 - s0."""
        return np.asarray(self.scores[..., 1] - self.scores[..., 0])

    @property
    def true_probability(self) -> FloatArray:
        """The probability of the true class."""
        return np.where(self.labels == 1, self.sigmoids[..., 1], self.sigmoids[..., 0])


@dataclass(frozen=True, eq=False)
class TwoClassSweeps:
    """Everything that a hand can reach: now, and by handle."""

    axis: ScoreAxis
    reach: ScoreAxis
    """The range in which m moves, and the picture is drawn."""
    now: TwoClassNumbers
    by: Mapping[str, TwoClassNumbers]


def sigmoid(values: ArrayLike) -> FloatArray:
    """Return 1 / (1 + exp(-x)), accurate for every x.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    x = np.asarray(values, dtype=np.float64)
    with np.errstate(under="ignore"):
        small = np.exp(-np.abs(x))
        return np.asarray(np.where(x < 0, small, 1.0) / (1.0 + small))


def logistic(m: ArrayLike) -> FloatArray:
    """Return log(1 + exp(-m)) in nats, which is -log sigma(m), accurate for every m.

    Examples
    --------
    >>> logistic([-1000.0, 1000.0]).tolist(), float(logistic(40.0)) == float(np.exp(-40.0))
    ([1000.0, 0.0], True)
    """
    at = np.asarray(m, dtype=np.float64)
    with np.errstate(under="ignore"):
        return np.asarray(np.maximum(-at, 0.0) + np.log1p(np.exp(-np.abs(at))))


def exponential(m: ArrayLike) -> FloatArray:
    """Return exp(-m): infinite where no float64 number is so large."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.exp(-np.asarray(m, dtype=np.float64)))


def moved_apart(scores: ArrayLike, label: int, m: ArrayLike) -> FloatArray:
    """Move two scores, one up and the other down by the same, until they have the given m.

    Examples
    --------
    >>> moved_apart([3.2, 5.1], 0, [-1.9, 0.0, 1.0]).tolist()
    [[3.2, 5.1], [4.15, 4.15], [4.65, 3.65]]
    """
    present, wanted = np.asarray(scores, dtype=np.float64), np.asarray(m, dtype=np.float64)
    half = 0.5 * wanted[..., None] * np.where(np.arange(2) == label, 1.0, -1.0)
    apart = present.mean() + half
    places = decimal_places(present, wanted)
    # The half of a number may need one place more than the number. Else 3.2 + 0.05 is not 3.25.
    is_decimal = all(np.array_equal(np.round(some, places), some) for some in (present, wanted))
    return np.asarray(np.round(apart, places + 1) if is_decimal else apart)


def sweep_two_classes(
    scores: ArrayLike, label: int, *, delta: float = 1.0, is_in_bits: bool = False
) -> TwoClassSweeps:
    """Evaluate every loss for every step of both scores, label, m and margin, in one batch.

    Parameters
    ----------
    scores : (2,)
    label : int
        0 or 1.
    delta : float
        The margin of the hinge losses.
    is_in_bits : bool
        Whether the logistic loss is in bits.
    """
    present = np.asarray(scores, dtype=np.float64)
    now = (present[1] - present[0]) * (1.0 if label == 1 else -1.0)
    reach = _reach(max(abs(float(now)), delta))
    steps = round(2 * reach.limit / reach.step) + 1
    along_m = np.round(np.linspace(-reach.limit, reach.limit, steps), reach.decimals)
    apart = moved_apart(present, label, along_m)
    # All that m moves the scores to has room among them.
    axis = score_axis([*present, *apart[[0, -1]].ravel()])
    decimals = decimal_places(present, axis.grid, apart, along_m, delta)

    def evaluate(scores: FloatArray, labels: NDArray[Any], delta: FloatArray) -> TwoClassNumbers:
        return _evaluate(scores, labels, delta, decimals, 1 / np.log(2) if is_in_bits else 1.0)

    sweeps = tabulate(
        evaluate,
        {"scores": present, "labels": label, "delta": float(delta)},
        {
            **score_moves(present, axis.grid),
            **label_moves(2),
            SIGNED: {"scores": apart},
            DELTA: {"delta": along_m[along_m >= 0]},
        },
    )
    return TwoClassSweeps(axis, reach, sweeps.now, sweeps.by)


def _evaluate(
    scores: FloatArray, labels: NDArray[Any], delta: FloatArray, decimals: int, unit: float
) -> TwoClassNumbers:
    difference = scores[..., 1] - scores[..., 0]
    m = np.where(labels == 1, difference, -difference) + 0.0
    # Whether a margin is met is a question about decimals: 5.1 - 3.2 is 1.9 there.
    decimal_m = np.round(m, decimals) + 0.0 if decimals else m
    short = np.round(delta - decimal_m, decimals) if decimals else delta - decimal_m
    inside = np.maximum(short, 0.0)
    binary, exponentials = logistic(m), exponential(m)
    losses = (
        np.where(decimal_m <= 0, 1.0, 0.0),
        inside,
        inside**2,
        unit * binary,
        exponentials,
    )
    slopes = (
        np.zeros_like(m),
        np.where(short > 0, -1.0, 0.0),
        -2.0 * inside + 0.0,
        -unit * sigmoid(-m) + 0.0,
        -exponentials + 0.0,
    )
    return TwoClassNumbers(
        scores=scores,
        labels=labels,
        delta=delta,
        m=m,
        losses=np.stack(losses, axis=-1),
        slopes=np.stack(slopes, axis=-1),
        sigmoids=np.stack([sigmoid(-difference), sigmoid(difference)], axis=-1),
        softmaxes=softmax(scores),
        binary=binary,
        softmax_loss=cross_entropy_values(scores, labels),
        places=np.where(short > 0, HingePlace.INSIDE, HingePlace.BEYOND)
        + np.where(short == 0, HingePlace.MET - HingePlace.BEYOND, 0),
        others=np.select(
            [np.isinf(exponentials), decimal_m < 0, decimal_m == 0, binary > 0],
            [Others.OVERFLOW, Others.WRONG, Others.TIE, Others.RIGHT],
            Others.VANISHED,
        ),
    )


def _reach(largest: float) -> ScoreAxis:
    """The range of m: a small one as long as that is enough, else as scores have it."""
    if largest < SMALLEST_LIMIT:
        return ScoreAxis(SMALLEST_LIMIT, SMALLEST_LIMIT / STEPS_EACH_WAY, 1)
    return score_axis([largest])
