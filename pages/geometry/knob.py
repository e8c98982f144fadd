"""One knob from softmax to the SVM: the loss with temperature and margin, as both are turned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.smoothed_hinge import smoothed_hinge
from core.validation import FloatArray
from pages.geometry.plane import MARGIN, difference_axis, differences, from_differences
from pages.geometry.simplex import OTHERS
from pages.ui.kit.scores import ScoreAxis
from pages.ui.stage.sweeps import Sweeps, tabulate

__all__ = [
    "TEMPERATURE",
    "TEMPERATURES",
    "KnobMember",
    "KnobNumbers",
    "KnobSweeps",
    "level_lines",
    "sweep_knob",
]

TEMPERATURE: Final = "temperature"
"""The slider of T."""
TEMPERATURES: Final = (
    *(0.0, 1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05),
    *np.round(np.arange(2, 21) * 0.05, 2).tolist(),
    *np.round(np.arange(11, 31) * 0.1, 1).tolist(),
)
LEVELS: Final = np.array([0.05, 0.5, 1.0, 2.0, 4.0])
"""Of a plane that reaches 6 to each side."""
LINE_POINTS: Final = 61
CURVE_POINTS: Final = 121


class KnobMember(IntEnum):
    """Which loss of the family it is."""

    SVM = 0
    SOFTMAX = 1
    BETWEEN = 2
    VANISHED = 3
    """Between, and the smallest component of the gradient is below what float64 holds."""


@dataclass(frozen=True, eq=False)
class KnobNumbers:
    """The loss of the present scores and its shape, for temperature and margin.

    Attributes
    ----------
    temperature, margin, loss : (...,)
    gradient : (..., 3)
    after : (..., 2)
        The differences after one step down the gradient.
    lines : (..., levels, points, 2)
        Level lines over the plane of differences.
    curve, svm_curve : (..., points)
        The loss, and that of T = 0, along the difference of the first wrong class.
    """

    temperature: FloatArray
    margin: FloatArray
    loss: FloatArray
    gradient: FloatArray
    after: FloatArray
    lines: FloatArray
    curve: FloatArray
    svm_curve: FloatArray

    @property
    def members(self) -> NDArray[np.int64]:
        """The `KnobMember` of each."""
        has_vanished = (self.gradient == 0).any(axis=-1)
        conditions = [
            self.temperature == 0,
            (self.temperature == 1) & (self.margin == 0),
            has_vanished,
        ]
        members = [KnobMember.SVM, KnobMember.SOFTMAX, KnobMember.VANISHED]
        return np.asarray(np.select(conditions, members, KnobMember.BETWEEN), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class KnobSweeps(Sweeps[str, KnobNumbers]):
    """What a hand can reach; the place of the point, and what is drawn along the curve."""

    axis: ScoreAxis
    apart: FloatArray
    along: FloatArray
    soft_curve: FloatArray
    """Cross-entropy along the same differences."""
    margins: FloatArray


def softplus(values: FloatArray, temperature: FloatArray) -> FloatArray:
    """Give T log(1 + exp(x / T)); for T = 0 that is max(0, x)."""
    safe = np.where(temperature == 0, 1.0, temperature)
    with np.errstate(over="ignore", under="ignore"):
        smooth = safe * np.logaddexp(0.0, values / safe)
    return np.where(temperature == 0, np.maximum(values, 0.0), smooth)


def level_lines(
    levels: ArrayLike, temperature: ArrayLike, margin: ArrayLike, limit: float
) -> FloatArray:
    """Give lines of equal loss over the plane, (..., levels, points, 2).

    Along a line the distance v = d_1 - d_2 from the diagonal runs, and T log of the shares that
    both exponentials have in their sum is -softplus(-v) and -softplus(v).
    """
    T, distance = (
        np.asarray(given, dtype=np.float64)[..., None, None] for given in (temperature, margin)
    )
    c = np.asarray(levels, dtype=np.float64)[:, None]
    safe = np.where(T == 0, 1.0, T)
    with np.errstate(under="ignore", over="ignore"):
        height = c + np.where(T == 0, 0.0, safe * np.log(-np.expm1(-c / safe))) - distance
    steps = np.linspace(-1.0, 1.0, LINE_POINTS)
    v = 2.2 * limit * np.sign(steps) * steps**2  # closer to each other near the corner
    return np.stack([height - softplus(-v, T), height - softplus(v, T)], axis=-1)


def sweep_knob(
    scores: ArrayLike, label: int, *, temperature: float, margin: float, rate: float
) -> KnobSweeps:
    """Evaluate the loss for every temperature and every margin."""
    apart = differences(scores, label)
    axis = difference_axis([*apart, margin])
    along = np.linspace(-axis.limit, axis.limit, CURVE_POINTS)
    others = OTHERS[label]
    moving = from_differences(np.stack([along, np.full_like(along, apart[1])], axis=-1), label)
    still = from_differences(apart, label)
    levels = LEVELS * axis.limit / 6

    def curve(temperature: FloatArray, margin: FloatArray) -> FloatArray:
        shape = (len(temperature), CURVE_POINTS)
        return smoothed_hinge(
            np.broadcast_to(moving, (*shape, 3)),
            np.full(shape, label),
            temperature=temperature[:, None],
            margin=margin[:, None],
            reduction="none",
        ).per_sample

    def evaluate(temperature: FloatArray, margin: FloatArray) -> KnobNumbers:
        count = len(temperature)
        loss = smoothed_hinge(
            np.broadcast_to(still, (count, 3)),
            np.full(count, label),
            temperature=temperature,
            margin=margin,
            reduction="none",
        )
        after = still - rate * loss.gradient
        return KnobNumbers(
            temperature=temperature,
            margin=margin,
            loss=loss.per_sample,
            gradient=loss.gradient,
            after=after[:, others] - after[:, [label]],
            lines=level_lines(levels, temperature, margin, axis.limit),
            curve=curve(temperature, margin),
            svm_curve=curve(np.zeros(count), margin),
        )

    margins = np.round(np.arange(61) * axis.step / 2, axis.decimals + 1)
    sweeps = tabulate(
        evaluate,
        {"temperature": float(temperature), "margin": float(margin)},
        {TEMPERATURE: {"temperature": TEMPERATURES}, MARGIN: {"margin": margins}},
    )
    soft = curve(np.ones(1), np.zeros(1))[0]
    return KnobSweeps(sweeps.now, sweeps.by, axis, apart, along, soft, margins)
