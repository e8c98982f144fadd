"""Softmax step by step, at any temperature: everything the softmax lesson shows.

A constant c added to all logits cancels. So the steps are computed from the logits alone, where no
rounding of z + c can disturb them; what that rounding would have done is told by ``shift_error``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import log_softmax, softmax, softmax_jacobian
from core.validation import FloatArray, as_logits, as_real, reject_entry
from pages.ui.kit.sweeps import ScoreAxis, one_at_a_time, score_axis
from pages.ui.stage.sweep_rows import rows_of

__all__ = [
    "LARGEST_CONSTANT",
    "TEMPERATURE_GRID",
    "Regime",
    "SoftmaxSteps",
    "SoftmaxSweep",
    "constant_grid",
    "logit_axis",
    "plus_constant",
    "softmax_steps",
    "sweep_softmax",
]

IntArray = NDArray[np.int64]

LARGEST_CONSTANT = 1000.0
_CONSTANTS_EACH_WAY = 50


def _temperatures(largest: float, each_way: int) -> FloatArray:
    powers = np.arange(-each_way, each_way + 1) / each_way
    return np.array([float(f"{largest**power:.3g}") for power in powers])


TEMPERATURE_GRID = _temperatures(20.0, 60)
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


@dataclass(frozen=True)
class SoftmaxSteps:
    """The steps from logits to probabilities, and their derivative; shapes (..., classes).

    Attributes
    ----------
    logits : (..., classes)
        z, without the constant.
    temperature, constant : (...)
        T and c.
    exponents : (..., classes)
        ((z + c) - max(z + c)) / T, at most 0.
    exponentials : (..., classes)
        Their exponentials, at most 1.
    probabilities : (..., classes)
        p = softmax((z + c) / T): the exponentials divided by their sum.
    entropy : (...)
        H = -sum p ln p in nats: 0 for a certain class, ln(classes) for a uniform p.
    jacobian : (..., classes, classes)
        dp_i / dz_j = p_i (delta_ij - p_j) / T: row i for p_i, column j for z_j.
    shift_error : (...)
        The largest difference that adding c in float64 makes to a probability: rounding only.
    """

    logits: FloatArray
    temperature: FloatArray
    constant: FloatArray
    exponents: FloatArray
    exponentials: FloatArray
    probabilities: FloatArray
    entropy: FloatArray
    jacobian: FloatArray
    shift_error: FloatArray

    @property
    def moved_logits(self) -> FloatArray:
        """The logits with the constant added, z + c."""
        return plus_constant(self.logits, self.constant[..., None])

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
    def leaders(self) -> IntArray:
        """How many classes share the highest logit."""
        highest = self.logits.max(axis=-1, keepdims=True)
        return np.asarray(np.count_nonzero(self.logits == highest, axis=-1), dtype=np.int64)

    @property
    def regimes(self) -> IntArray:
        """The :class:`Regime` of each sample's probabilities."""
        classes = self.logits.shape[-1]
        highest = self.probabilities.max(axis=-1)
        lowest = self.probabilities.min(axis=-1)
        conditions = [
            self.leaders == classes,
            1.0 / self.leaders - highest < ALMOST,
            highest - lowest < ALMOST,
            self.temperature < 1,
            self.temperature > 1,
        ]
        regimes = [
            Regime.EQUAL,
            Regime.ALMOST_ARGMAX,
            Regime.ALMOST_UNIFORM,
            Regime.SHARPENED,
            Regime.FLATTENED,
        ]
        return np.asarray(np.select(conditions, regimes, Regime.PLAIN), dtype=np.int64)

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
    logits: ArrayLike, *, temperature: ArrayLike = 1.0, constant: ArrayLike = 0.0
) -> SoftmaxSteps:
    r"""Compute the softmax of logits step by step, with its entropy and its Jacobian.

    .. math:: p_i = \frac{e^{(z_i + c) / T}}{\sum_j e^{(z_j + c) / T}}, \qquad
              H = -\sum_i p_i \ln p_i, \qquad
              \frac{\partial p_i}{\partial z_j} = \frac{p_i (\delta_{ij} - p_j)}{T}

    Parameters
    ----------
    logits : (..., classes)
        The scores z.
    temperature : (...) or broadcastable to it
        T > 0.
    constant : (...) or broadcastable to it
        What is added to all logits of a sample.

    Returns
    -------
    SoftmaxSteps
        All in float64, whatever the type of the logits.

    Raises
    ------
    ValueError
        If the logits are not finite, a temperature is not a finite number above 0, or a constant
        is not finite.

    Notes
    -----
    The terms of the entropy are all positive, and ln p is exact even for a p that rounds to 1.
    So the entropy keeps its digits in both limits, T to 0 and T to infinity.

    References
    ----------
    G. Hinton, O. Vinyals and J. Dean, "Distilling the Knowledge in a Neural Network", 2015 (the
    temperature).

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
    )


@np.errstate(over="ignore", under="ignore")
def _exponents(logits: FloatArray, divisor: FloatArray) -> FloatArray:
    return np.asarray((logits - logits.max(axis=-1, keepdims=True)) / divisor[..., None])


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


@dataclass(frozen=True)
class SoftmaxSweep:
    """The steps now, along each logit, along the temperature and along the constant.

    Attributes
    ----------
    axis : ScoreAxis
        What z + c runs through.
    constants : (101,)
        What c runs through.
    now : SoftmaxSteps of shape (classes,)
    by_logit : SoftmaxSteps of shape (classes, steps, classes)
        First axis: the logit that moves; z + c is on the grid of ``axis``.
    by_temperature : SoftmaxSteps of shape (121, classes)
        Over ``TEMPERATURE_GRID``.
    by_constant : SoftmaxSteps of shape (101, classes)
        Over ``constants``.
    """

    axis: ScoreAxis
    constants: FloatArray
    now: SoftmaxSteps
    by_logit: SoftmaxSteps
    by_temperature: SoftmaxSteps
    by_constant: SoftmaxSteps


def sweep_softmax(
    logits: ArrayLike, *, temperature: float = 1.0, constant: float = 0.0
) -> SoftmaxSweep:
    """Compute the steps for every step of every logit, of T and of c, in one batch.

    Parameters
    ----------
    logits : (classes,)
        The scores z.
    temperature : float
        T > 0.
    constant : float
        c, from -1000 to 1000.

    Returns
    -------
    SoftmaxSweep

    Raises
    ------
    ValueError
        As `softmax_steps` does, and if the constant is out of range.

    Examples
    --------
    >>> sweep = sweep_softmax([1, 2, 3])
    >>> sweep.by_logit.jacobian.shape, sweep.by_temperature.entropy.shape
    ((3, 201, 3, 3), (121,))
    """
    z = np.asarray(logits, dtype=np.float64)
    now_t = as_real("temperature", temperature, above=0.0)
    now_c = as_real("constant", constant, minimum=-LARGEST_CONSTANT, maximum=LARGEST_CONSTANT)
    axis = logit_axis(z, now_c)
    constants = constant_grid(axis)
    classes, run = z.size, axis.grid.size
    by_logit = one_at_a_time(z, plus_constant(axis.grid, -now_c))
    fixed = np.tile(z, (TEMPERATURE_GRID.size + constants.size, 1))
    batch = np.concatenate([z[None], by_logit.reshape(-1, classes), fixed])
    ends = np.cumsum([0, 1, classes * run, TEMPERATURE_GRID.size, constants.size])
    present, along_logits, along_t, along_c = (slice(a, b) for a, b in pairwise(ends))
    temperatures, shifts = np.full(len(batch), now_t), np.full(len(batch), now_c)
    temperatures[along_t] = TEMPERATURE_GRID
    shifts[along_c] = constants
    everything = softmax_steps(batch, temperature=temperatures, constant=shifts)
    return SoftmaxSweep(
        axis=axis,
        constants=constants,
        now=rows_of(everything, present, ()),
        by_logit=rows_of(everything, along_logits, (classes, run)),
        by_temperature=rows_of(everything, along_t, (TEMPERATURE_GRID.size,)),
        by_constant=rows_of(everything, along_c, (constants.size,)),
    )
