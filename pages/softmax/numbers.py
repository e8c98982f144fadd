"""Softmax step by step, at any temperature: everything the softmax lesson shows.

A constant c added to all logits cancels. So the steps are computed from the logits alone, where no
rounding of z + c can disturb them; what that rounding would have done is told by ``shift_error``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import log_softmax, softmax, softmax_jacobian
from core.validation import FloatArray, as_logits, reject_entry
from pages.softmax import LARGEST_CONSTANT, TEMPERATURES
from pages.ui.kit.scores import ScoreAxis, ScoreSweeps, score_axis, score_id, score_moves
from pages.ui.stage.sweeps import tabulate

__all__ = [
    "CONSTANT",
    "TEMPERATURE",
    "TEMPERATURE_GRID",
    "Regime",
    "SoftmaxSteps",
    "SoftmaxSweeps",
    "constant_grid",
    "logit_axis",
    "plus_constant",
    "softmax_steps",
    "sweep_softmax",
]

IntArray = NDArray[np.int64]

TEMPERATURE, CONSTANT = "temperature", "constant"
"""The sliders' handles."""

_CONSTANTS_EACH_WAY = 50


def _temperatures(largest: float, each_way: int) -> FloatArray:
    powers = np.arange(-each_way, each_way + 1) / each_way
    return np.array([float(f"{largest**power:.3g}") for power in powers])


TEMPERATURE_GRID = _temperatures(TEMPERATURES[1], 60)
"""From 0.05 to 20 in equal ratios, to three digits, 1 in the middle; shape (121,)."""
TEMPERATURE_GRID.flags.writeable = False


ALMOST = 1e-3
"""Distance of a probability from its limit below which the limit is called almost reached."""


class Regime(IntEnum):
    """How the probabilities lie between the two limits of the temperature."""

    EQUAL = 0
    """All logits are the same: p is uniform at every temperature."""
    ALMOST_ARGMAX = 1
    """As T -> 0: the classes with the highest logit share nearly everything, because the others are
    many times T lower."""
    SHARPENED = 2
    """T < 1."""
    PLAIN = 3
    """T = 1."""
    FLATTENED = 4
    """T > 1."""
    ALMOST_UNIFORM = 5
    """As T -> infinity: every class has nearly the same probability, because the logits differ by
    far less than T."""


@dataclass(frozen=True, eq=False)
class SoftmaxSteps:
    """The steps from logits to probabilities, and their derivative."""

    logits: FloatArray
    """z, without the constant, (..., classes)."""
    temperature: FloatArray
    """T, (...)."""
    constant: FloatArray
    """c, (...)."""
    exponents: FloatArray
    """((z + c) - max(z + c)) / T, at most 0."""
    exponentials: FloatArray
    """Their exponentials, at most 1."""
    probabilities: FloatArray
    """p = softmax((z + c) / T): the exponentials divided by their sum."""
    entropy: FloatArray
    """H = -sum p ln p in nats: 0 for a certain class, ln(classes) for a uniform p."""
    jacobian: FloatArray
    """dp_i / dz_j = p_i (delta_ij - p_j) / T: row i for p_i, column j for z_j."""
    shift_error: FloatArray
    """The largest difference that adding c in float64 makes to a probability: rounding only."""
    moved_logits: FloatArray
    """The logits with the constant added, z + c."""
    leaders: IntArray
    """How many classes share the highest logit."""
    regimes: IntArray
    """The :class:`Regime` of the probabilities."""
    focus: int = 0
    """The logit whose derivatives are told."""

    @property
    def total(self) -> FloatArray:
        """Sum of the exponentials: from 1 to the number of classes."""
        return np.asarray(self.exponentials.sum(axis=-1))

    @property
    def entropy_in_bits(self) -> FloatArray:
        """The entropy with the logarithm to base 2."""
        return np.asarray(self.entropy / np.log(2.0))

    @property
    def largest_entropy(self) -> float:
        """Limit of the entropy as T grows: the logarithm of the number of classes."""
        return float(np.log(self.logits.shape[-1]))

    @property
    def winners(self) -> IntArray:
        """The class with the highest logit, and so with the highest p; the first of several."""
        return np.asarray(np.argmax(self.logits, axis=-1), dtype=np.int64)

    @property
    def top_probability(self) -> FloatArray:
        """The highest p."""
        return np.asarray(self.probabilities.max(axis=-1))

    @property
    def own_probability(self) -> FloatArray:
        """The p of the class in focus."""
        return np.asarray(self.probabilities[..., self.focus])

    @property
    def own_derivative(self) -> FloatArray:
        """How the logit in focus acts on its own p."""
        return np.asarray(self.jacobian[..., self.focus, self.focus])

    @property
    def other_derivatives(self) -> FloatArray:
        """How it acts on all other p together."""
        column = self.jacobian[..., :, self.focus]
        return np.asarray(np.delete(column, self.focus, axis=-1).sum(axis=-1))

    @property
    def row_sums(self) -> FloatArray:
        """Effect on each p_i of raising all logits: 0."""
        return self._sums(axis=-1)

    @property
    def column_sums(self) -> FloatArray:
        """Change of the sum of all p as z_j rises: 0."""
        return self._sums(axis=-2)

    def _sums(self, axis: int) -> FloatArray:
        # The entries are rounded, and so would their sum be, if anything were left of it.
        limits, classes = np.finfo(np.float64), self.jacobian.shape[-1]
        sums = self.jacobian.sum(axis=axis)
        rounding = limits.eps * np.abs(self.jacobian).sum(axis=axis) + limits.tiny
        return np.where(np.abs(sums) <= classes * rounding, 0.0, sums)


def plus_constant(values: ArrayLike, constant: ArrayLike) -> FloatArray:
    """Add a constant as one does by hand, so that taking it away gives the same values again.

    To nine decimals: finer than any step of a handle, coarser than the rounding of the sum.

    Examples
    --------
    >>> 0.1 + 0.2, plus_constant(0.1, 0.2).item()
    (0.30000000000000004, 0.3)
    >>> 0.7 + 2.2 - 2.2, plus_constant(plus_constant(0.7, 2.2), -2.2).item()
    (0.7000000000000002, 0.7)
    """
    moved = np.round(np.add(values, constant), 9)
    return np.where(np.equal(constant, 0), values, moved)


def softmax_steps(
    logits: ArrayLike, *, temperature: ArrayLike = 1.0, constant: ArrayLike = 0.0, focus: int = 0
) -> SoftmaxSteps:
    """Compute the softmax of logits of shape (..., classes) step by step, in float64.

    Temperature and constant are of shape (...), or broadcast to it. The terms of the entropy are
    all positive, and ln p is exact even for a p that rounds to 1: so the entropy keeps its digits
    in both limits, T to 0 and T to infinity.

    Examples
    --------
    >>> steps = softmax_steps([1, 2, 3])
    >>> steps.probabilities.round(4)
    array([0.09  , 0.2447, 0.6652])
    >>> round(float(steps.entropy), 4), np.diag(steps.jacobian).round(4)
    (0.8324, array([0.0819, 0.1848, 0.2227]))
    >>> float(softmax_steps([1, 2, 3], temperature=1e-3).entropy)
    0.0
    """
    z = as_logits("logits", logits).astype(np.float64)
    if not np.isfinite(z).all():
        reject_entry("logits", z, ~np.isfinite(z), "must be finite")
    divisor = np.array(np.broadcast_to(temperature, z.shape[:-1]), dtype=np.float64)
    bad = ~(np.isfinite(divisor) & (divisor > 0))
    if bad.any():
        reject_entry("temperature", divisor, bad, "must be a finite number above 0")
    shift = np.array(np.broadcast_to(constant, z.shape[:-1]), dtype=np.float64)
    if not np.isfinite(shift).all():
        reject_entry("constant", shift, ~np.isfinite(shift), "must be finite")

    exponents = _exponents(z, divisor)
    probabilities = softmax(exponents)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        # Where p underflows to 0 its term is 0, too, even if ln p overflows.
        terms = np.where(probabilities > 0, -probabilities * log_softmax(exponents), 0.0)
        exponentials = np.exp(exponents)
        jacobian = softmax_jacobian(exponents) / divisor[..., None, None]
    moved = softmax(_exponents(z + shift[..., None], divisor))
    leaders = np.count_nonzero(z == z.max(axis=-1, keepdims=True), axis=-1)
    return SoftmaxSteps(
        logits=z,
        temperature=divisor,
        constant=shift,
        exponents=exponents,
        exponentials=exponentials,
        probabilities=probabilities,
        entropy=np.asarray(terms.sum(axis=-1)),
        jacobian=jacobian,
        shift_error=np.asarray(np.abs(moved - probabilities).max(axis=-1)),
        moved_logits=plus_constant(z, shift[..., None]),
        leaders=np.asarray(leaders, dtype=np.int64),
        regimes=_regimes(probabilities, np.asarray(leaders), divisor),
        focus=focus,
    )


@np.errstate(over="ignore", under="ignore")
def _exponents(logits: FloatArray, divisor: FloatArray) -> FloatArray:
    return np.asarray((logits - logits.max(axis=-1, keepdims=True)) / divisor[..., None])


def _regimes(probabilities: FloatArray, leaders: IntArray, temperature: FloatArray) -> IntArray:
    highest, lowest = probabilities.max(axis=-1), probabilities.min(axis=-1)
    regimes = {
        Regime.EQUAL: leaders == probabilities.shape[-1],
        Regime.ALMOST_ARGMAX: 1.0 / leaders - highest < ALMOST,
        Regime.ALMOST_UNIFORM: highest - lowest < ALMOST,
        Regime.SHARPENED: temperature < 1,
        Regime.FLATTENED: temperature > 1,
    }
    chosen = np.select([*regimes.values()], [*regimes], Regime.PLAIN)
    return np.asarray(chosen, dtype=np.int64)


def logit_axis(logits: ArrayLike, constant: float = 0.0) -> ScoreAxis:
    """The range in which z + c moves, wide enough for z, z + c, and the constant itself.

    Examples
    --------
    >>> logit_axis([3.2, 5.1, -1.7]).limit, logit_axis([10, 0, -10], 1000.0).limit
    (10.0, 2000.0)
    """
    z = np.asarray(logits, dtype=np.float64)
    # The constant may stand at the very end of its own range, half of this one.
    twice = np.nextafter(2.0 * constant, 0.0)
    return score_axis(np.concatenate([z, z + constant, [twice]]))


def constant_grid(axis: ScoreAxis) -> FloatArray:
    """What the constant runs through, shape (101,): half the range of the logits, at most 1000.

    Examples
    --------
    >>> grid = constant_grid(logit_axis([3.2, 5.1, -1.7]))
    >>> float(grid[0]), float(grid[51]), float(grid[-1])
    (-5.0, 0.1, 5.0)
    """
    limit = min(axis.limit / 2.0, LARGEST_CONSTANT)
    ticks = np.arange(-_CONSTANTS_EACH_WAY, _CONSTANTS_EACH_WAY + 1)
    return np.asarray(np.round(ticks * limit / _CONSTANTS_EACH_WAY, 1))


@dataclass(frozen=True, eq=False)
class SoftmaxSweeps(ScoreSweeps[SoftmaxSteps]):
    """Everything that a hand can reach; the axis is what z + c runs through."""

    constants: FloatArray
    """What c runs through, (101,)."""

    @property
    def logit_range(self) -> tuple[float, float]:
        """The axis of z + c: in steps of a quarter of the limit, with room for the values."""
        unit, reach = self.axis.limit / 4.0, float(self.constants[-1])
        lowest, highest = self.now.logits.min() - reach, self.now.logits.max() + reach
        low = unit * np.floor(min(lowest, -self.axis.limit) / unit)
        high = unit * np.ceil(max(highest, self.axis.limit) / unit)
        room = 0.14 * (high - low)
        return float(low - room), float(high + room)


def sweep_softmax(
    logits: ArrayLike, *, focus: int, temperature: float = 1.0, constant: float = 0.0
) -> SoftmaxSweeps:
    """Compute the steps for every step of every logit, of T and of c, in one batch."""
    present = np.asarray(logits, dtype=np.float64)
    axis = logit_axis(present, constant)
    constants = constant_grid(axis)

    def evaluate(scores: FloatArray, temperature: FloatArray, constant: FloatArray) -> SoftmaxSteps:
        return softmax_steps(scores, temperature=temperature, constant=constant, focus=focus)

    sweeps = tabulate(
        evaluate,
        {"scores": present, "temperature": float(temperature), "constant": float(constant)},
        {
            **score_moves(present, plus_constant(axis.grid, -constant)),
            TEMPERATURE: {"temperature": TEMPERATURE_GRID},
            CONSTANT: {"constant": constants},
        },
    )
    every = range(present.size)
    by_logit = {score_id(j): replace(sweeps.by[score_id(j)], focus=j) for j in every}
    return SoftmaxSweeps(
        sweeps.now,
        {**sweeps.by, **by_logit},
        axis,
        tuple(replace(sweeps.now, focus=j) for j in every),
        constants,
    )
