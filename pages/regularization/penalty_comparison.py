"""The same score from different weights: what L1, L2 and elastic net charge for each weight.

All inputs are 1, so the score is the sum of the weights, and nothing but the penalty tells one way
of sharing it from another. The strength lambda is 1: it multiplies values and gradients alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.penalties import elastic_net, l1, l2
from core.validation import FloatArray, as_logits, as_real, require_finite
from pages.ui.stage.sweeps import Sweeps, one_at_a_time, tabulate

__all__ = [
    "INPUTS",
    "LARGEST_WEIGHT",
    "PenaltyComparison",
    "Sharing",
    "WeightAxis",
    "WeightSweeps",
    "compare_penalties",
    "sweep_weights",
    "weight_axis",
    "weight_id",
]

INPUTS: Final = (1.0, 1.0, 1.0, 1.0)
"""The input x of the CS231n notes."""

STEPS_EACH_WAY: Final = 30
LIMITS: Final = (1.5, 3.0, 7.5, 15.0, 30.0)
LARGEST_WEIGHT: Final = LIMITS[-1]


class Sharing(IntEnum):
    """How weights share a score."""

    ZERO = 0
    """All weights are 0."""
    CANCELLING = 1
    """Weights of both signs: they cancel in the score, not in the penalty."""
    UNEVEN = 2
    """No weight has the wrong sign, but they are not equal."""
    EVEN = 3
    """All weights are equal."""


@dataclass(frozen=True, eq=False)
class PenaltyComparison:
    """Three penalties on the same weights, in the order of :data:`core.losses.penalties.PENALTIES`.

    Attributes
    ----------
    weights : (..., 4)
        The weights w.
    score : (...,)
        The score w . x, with x = [1, 1, 1, 1].
    per_weight, gradient : (..., 3, 4)
        What each weight adds to each penalty, and the derivative of each penalty by each weight.
    values : (..., 3)
        The penalties.
    least : (..., 3)
        The least that any weights with the same score cost.
    full, halved : (..., 2)
        The L2 penalty and the first entry of its gradient, without and with the factor of a half.
    sharing : (...,)
        The :class:`Sharing`, as an integer.
    """

    weights: FloatArray
    score: FloatArray
    per_weight: FloatArray
    gradient: FloatArray
    values: FloatArray
    least: FloatArray
    full: FloatArray
    halved: FloatArray
    sharing: NDArray[np.int64]


@dataclass(frozen=True)
class WeightAxis:
    """The range in which weights move: -limit to +limit in steps of ``step``."""

    limit: float
    step: float

    @property
    def grid(self) -> FloatArray:
        """All steps, shape (61,)."""
        return np.asarray(np.round(np.arange(-STEPS_EACH_WAY, STEPS_EACH_WAY + 1) * self.step, 2))


@dataclass(frozen=True, eq=False)
class WeightSweeps(Sweeps[str, PenaltyComparison]):
    """The penalties now and for every step of every weight."""

    axis: WeightAxis


def weight_id(index: int) -> str:
    """Name the handle of a weight."""
    return f"weight{index}"


def weight_axis(weights: ArrayLike) -> WeightAxis:
    """Return the smallest of 1.5, 3, 7.5, 15 and 30 that is not below any weight's size.

    Examples
    --------
    >>> weight_axis([1, 0, 0, 0]), weight_axis([0.25, -3])
    (WeightAxis(limit=1.5, step=0.05), WeightAxis(limit=3.0, step=0.1))
    """
    sizes = np.abs(np.asarray(weights, dtype=np.float64))
    largest = as_real("the largest weight", float(sizes.max()), maximum=LARGEST_WEIGHT)
    limit = next(limit for limit in LIMITS if largest <= limit)
    return WeightAxis(limit=limit, step=limit / STEPS_EACH_WAY)


def compare_penalties(
    weights: ArrayLike, *, mixing: float = 0.5, half: bool = False
) -> PenaltyComparison:
    r"""Compare what the penalties charge for the same weights (..., 4), with lambda = 1.

    .. math:: R_1 = \sum_i |w_i|, \quad R_2 = \sum_i w_i^2, \quad
              R_e = \alpha R_1 + (1 - \alpha) R_2

    By the inequality of Cauchy and Schwarz, no weights with the score s have a smaller sum of
    squares than s / 4 each, where it is s^2 / 4. The sum of absolute values is at least |s|, and
    all weights without a wrong sign attain it.

    Parameters
    ----------
    mixing
        The share alpha of L1 in the elastic net, from 0 to 1.
    half
        Whether every L2 part is halved, as in :func:`core.losses.penalties.l2`.

    Examples
    --------
    >>> both = compare_penalties([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]])
    >>> both.score, both.values[:, 0], both.values[:, 1]
    (array([1., 1.]), array([1., 1.]), array([1.  , 0.25]))
    """
    w = as_logits("weights", weights).astype(np.float64, copy=False)
    if w.shape[-1] != len(INPUTS):
        raise ValueError(f"weights must have shape (..., {len(INPUTS)}), got shape {w.shape}")
    require_finite("weights", w)
    share = as_real("mixing", mixing, minimum=0.0, maximum=1.0)
    parts = (
        l1(w),
        l2(w, half=half),
        elastic_net(w, l1_strength=share, l2_strength=1.0 - share, half=half),
    )
    score = w @ np.asarray(INPUTS)
    per_weight = np.stack([part.per_weight for part in parts], axis=-2)
    even = (score / len(INPUTS))[..., None] * np.ones(len(INPUTS))
    least_l1, least_l2 = l1(even).per_weight.sum(-1), l2(even, half=half).per_weight.sum(-1)
    full, halved = (l2(w, half=is_half) for is_half in (False, True))
    has_both_signs = (w > 0).any(axis=-1) & (w < 0).any(axis=-1)
    return PenaltyComparison(
        weights=w,
        score=np.asarray(score),
        per_weight=per_weight,
        gradient=np.stack([part.gradient for part in parts], axis=-2),
        values=per_weight.sum(axis=-1),
        least=np.stack([least_l1, least_l2, share * least_l1 + (1.0 - share) * least_l2], axis=-1),
        full=np.stack([full.per_weight.sum(-1), full.gradient[..., 0]], axis=-1),
        halved=np.stack([halved.per_weight.sum(-1), halved.gradient[..., 0]], axis=-1),
        sharing=np.asarray(
            np.select(
                [~w.any(axis=-1), has_both_signs, (w == w[..., :1]).all(axis=-1)],
                [Sharing.ZERO, Sharing.CANCELLING, Sharing.EVEN],
                Sharing.UNEVEN,
            ),
            dtype=np.int64,
        ),
    )


def sweep_weights(weights: ArrayLike, *, mixing: float = 0.5, half: bool = False) -> WeightSweeps:
    """Compare the penalties for every step of every weight, in one batch.

    Examples
    --------
    >>> sweep_weights([1, 0, 0, 0]).by["weight2"].weights[35]
    array([1.  , 0.  , 0.25, 0.  ])
    """
    axis = weight_axis(weights)
    swept = one_at_a_time(weights, axis.grid)
    sweeps = tabulate(
        partial(compare_penalties, mixing=mixing, half=half),
        {"weights": np.asarray(weights, dtype=np.float64)},
        {weight_id(index): {"weights": table} for index, table in enumerate(swept)},
    )
    return WeightSweeps(sweeps.now, sweeps.by, axis)
