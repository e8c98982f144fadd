"""The cross-entropy of softmax with any target: all its lesson tells, along every handle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import log_softmax, softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.targets import entropy, kl_divergence, move_mass, nats_to_bits, perplexity
from core.validation import FloatArray, as_floats, as_logits, reject_entry, require_finite
from pages.ui.kit.sweeps import ScoreAxis, one_at_a_time, score_axis
from pages.ui.stage.sweep_rows import rows_of

__all__ = [
    "MASS_GRID",
    "OUTPUTS",
    "PAIRINGS",
    "CrossEntropyResult",
    "CrossEntropySweep",
    "ErrorSize",
    "FedOutputs",
    "evaluate_cross_entropy",
    "feed_outputs",
    "gradient_sizes",
    "logit_axis",
    "logits_of",
    "sweep_cross_entropy",
]

Pairing = Literal["softmax_cross_entropy", "identity_squared_error", "softmax_squared_error"]
PAIRINGS: Final[tuple[Pairing, ...]] = get_args(Pairing)
"""An output function and the loss behind it, in the order of `gradient_sizes`."""

Output = Literal["softmax", "sigmoid", "exponential"]
OUTPUTS: Final[tuple[Output, ...]] = get_args(Output)

MASS_STEP: Final = 0.01
MASS_GRID: Final = tuple(np.round(np.arange(101) * MASS_STEP, 2).tolist())
"""The masses that a class of the target can be given by hand."""

LOGIT_OF_ZERO: Final = -1000.0
"""Stands for log 0: e^-1000 is exactly 0 in float64, and every number stays finite."""

READABLE_SPREAD: Final = 100.0
"""A class whose logit is further below the largest has no say in the range of the axis."""


SMALLEST_SIZE: Final = 1e-4
"""Gradients smaller than this are off the axis: there is nothing left to learn from."""

LARGE: Final = 0.5
SMALL: Final = 0.05
"""Norms of p - t from which an error is called large, and below which it is called small."""

BLIND: Final = 0.1
"""Fraction of |p - t| below which the gradient of softmax with squared error is called blind."""


class ErrorSize(IntEnum):
    """How far p is from t, which is also how large the gradient is."""

    LARGE = 0
    """|p - t| is large, and softmax with squared error would learn from it, too."""
    LARGE_AND_BLIND = 1
    """|p - t| is large, but softmax with squared error has next to no gradient."""
    MIDDLE = 2
    """|p - t| is neither large nor small."""
    SMALL = 3
    """|p - t| is small, but not 0."""
    NONE = 4
    """p and t are the same to all digits."""


@dataclass(frozen=True, eq=False)
class CrossEntropyResult:
    """The cross-entropy of softmax(z) with a target, for logits of shape (..., classes).

    Attributes
    ----------
    logits, targets, probabilities : (..., classes)
        z, t, and p = softmax(z).
    surprisals : (..., classes)
        -log p of each class in nats: what the loss would be if it were the true one. Exact when p
        is next to 1, and beyond the smallest p that float64 holds.
    gradient : (..., classes)
        dL/dz = p - t.
    loss : (...)
        L = -sum t log p, in nats.
    entropy, divergence : (...)
        H(t) and the Kullback-Leibler divergence D(t || p), in nats; L is their sum.
    gradient_sizes : (..., 3)
        `gradient_sizes` of each of the `PAIRINGS`.
    """

    logits: FloatArray
    targets: FloatArray
    probabilities: FloatArray
    surprisals: FloatArray
    gradient: FloatArray
    loss: FloatArray
    entropy: FloatArray
    divergence: FloatArray
    gradient_sizes: FloatArray

    @property
    def bits(self) -> FloatArray:
        """The loss in bits."""
        return nats_to_bits(self.loss)

    @property
    def perplexity(self) -> FloatArray:
        """How many equally likely classes would give the same loss: e to the loss."""
        return perplexity(self.loss)

    @property
    def gradient_sum(self) -> FloatArray:
        """The sum of p - t over the classes; 0 if it cannot be told from 0."""
        total = self.gradient.sum(axis=-1)
        rounding = self.gradient.shape[-1] * np.finfo(np.float64).eps
        return np.where(np.abs(total) > rounding, total, 0.0)

    @property
    def log_sum_exp(self) -> FloatArray:
        """log(sum of e^z): what the true logit has to reach for the loss to be 0."""
        winner = np.argmax(self.logits, axis=-1)[..., None]
        highest = np.take_along_axis(self.logits, winner, axis=-1)[..., 0]
        value = highest + np.take_along_axis(self.surprisals, winner, axis=-1)[..., 0]
        # For logits that are log p it is 0, which the rounded logarithms miss by a hair.
        rounding = 4.0 * np.finfo(np.float64).eps * np.abs(highest)
        return np.where(np.abs(value) > rounding, value, 0.0)

    @property
    def expected_logit(self) -> FloatArray:
        """Return sum t z: what the loss takes from the log-sum-exp."""
        return np.asarray((self.targets * self.logits).sum(axis=-1))

    @property
    def error_sizes(self) -> NDArray[np.int64]:
        """The `ErrorSize` of each sample."""
        size, _, squared = np.moveaxis(self.gradient_sizes, -1, 0)
        # A gradient of a one-hot target is exact to its last digit, however small.
        rounding = np.where(self.entropy > 0.0, 8.0 * np.finfo(np.float64).eps, 0.0)
        conditions = [size <= rounding, size < SMALL, size < LARGE, squared < BLIND * size]
        sizes = [ErrorSize.NONE, ErrorSize.SMALL, ErrorSize.MIDDLE, ErrorSize.LARGE_AND_BLIND]
        return np.asarray(np.select(conditions, sizes, ErrorSize.LARGE), dtype=np.int64)


def evaluate_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> CrossEntropyResult:
    """Evaluate the cross-entropy of softmax and all that the lesson tells about it.

    Parameters
    ----------
    logits : array_like, shape (..., classes)
        The scores z; finite.
    targets : array_like, shape (..., classes)
        Distributions t.

    Returns
    -------
    CrossEntropyResult
        Everything per sample, in float64.

    Raises
    ------
    ValueError
        If the logits are not finite, or the targets are not distributions of the same shape.

    Examples
    --------
    >>> cat = evaluate_cross_entropy([3.2, 5.1, -1.7], [1, 0, 0])
    >>> round(float(cat.loss), 4), round(float(cat.bits), 4), round(float(cat.perplexity), 4)
    (2.0404, 2.9436, 7.6933)
    >>> cat.gradient.round(4), float(cat.gradient_sum)
    (array([-0.87 ,  0.869,  0.001]), 0.0)
    """
    table = as_logits("logits", logits).astype(np.float64, copy=False)
    require_finite("logits", table)
    wanted = as_floats("targets", targets).astype(np.float64, copy=False)
    if wanted.shape != table.shape:
        raise ValueError(
            f"targets must be distributions of shape {table.shape} to match logits, "
            f"got shape {wanted.shape}"
        )
    losses = cross_entropy(table, wanted, reduction="none")
    probabilities, logs = softmax(table), log_softmax(table)
    return CrossEntropyResult(
        logits=table,
        targets=wanted,
        probabilities=probabilities,
        surprisals=0.0 - logs,
        gradient=losses.gradient,
        loss=losses.per_sample,
        entropy=entropy(wanted),
        divergence=kl_divergence(wanted, logs),
        gradient_sizes=_sizes(losses.gradient, table - wanted, probabilities),
    )


def gradient_sizes(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    r"""Return how large the gradient at z is for three pairs of output function and loss.

    .. math:: \|p - t\|, \quad \|z - t\|, \quad \|J (p - t)\|, \quad
              J_{ij} = p_i (\delta_{ij} - p_j)

    These are softmax with cross-entropy, identity with squared error, and softmax with squared
    error, half the sum of squares each. The last one vanishes wherever p has settled on one
    class, also on a wrong one.

    Parameters
    ----------
    logits : array_like, shape (..., classes)
        The scores z; finite.
    targets : array_like, shape (..., classes)
        Distributions t.

    Returns
    -------
    ndarray of float64, shape (..., 3)
        Euclidean norms.

    Raises
    ------
    ValueError
        As `evaluate_cross_entropy` does.

    References
    ----------
    Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.6: canonical links.

    Examples
    --------
    >>> gradient_sizes([[0, 0], [6, 1]], [[1, 0], [0, 1]]).round(4)
    array([[0.7071, 1.    , 0.3536],
           [1.4047, 6.    , 0.0187]])
    """
    return evaluate_cross_entropy(logits, targets).gradient_sizes


def _norm(vectors: FloatArray) -> FloatArray:
    # The squares in np.linalg.norm would underflow, and call a tiny gradient 0.
    return np.asarray(np.hypot.reduce(vectors, axis=-1))


@np.errstate(under="ignore")
def _through_jacobian(errors: FloatArray, probabilities: FloatArray) -> FloatArray:
    """Return J (p - t), class by class p_i sum_j p_j (e_i - e_j).

    p_i (e_i - sum_j p_j e_j) is the same, but cancels where p has settled on one class.
    """
    differences = errors[..., :, None] - errors[..., None, :]
    return np.asarray(probabilities * (differences @ probabilities[..., None])[..., 0])


def _sizes(errors: FloatArray, distances: FloatArray, probabilities: FloatArray) -> FloatArray:
    vectors = (errors, distances, _through_jacobian(errors, probabilities))
    return np.stack([_norm(vector) for vector in vectors], axis=-1)


@dataclass(frozen=True, eq=False)
class FedOutputs:
    """Cross-entropy fed with outputs that may not be a softmax, for one sample.

    Attributes
    ----------
    outputs : (classes,)
        What stands in the place of p.
    total : float
        Their sum.
    loss : float
        -sum t log(output).
    gradient : (classes,)
        Its derivative by the logits.
    """

    outputs: FloatArray
    total: float
    loss: float
    gradient: FloatArray


@np.errstate(over="ignore", under="ignore")
def feed_outputs(logits: ArrayLike, target: ArrayLike) -> Mapping[Output, FedOutputs]:
    r"""Feed cross-entropy with the softmax of the logits, and with two outputs that are none.

    .. math:: L = -\sum_j t_j \log q_j, \quad q = \mathrm{softmax}(z), \;
              \sigma(z) = \frac{1}{1 + e^{-z}}, \; e^z

    Only for the softmax is the gradient p - t. For the sigmoids it is -t (1 - q), so that a
    wrong class is never pushed down; for the exponentials it is -t, and the loss has no lower end.

    Parameters
    ----------
    logits, target : array_like, shape (classes,)
        The scores z, finite, and a distribution t.

    Returns
    -------
    Mapping from the `OUTPUTS` to FedOutputs

    Raises
    ------
    ValueError
        As `evaluate_cross_entropy` does, or if there is more than one sample.

    Examples
    --------
    >>> fed = feed_outputs([3.2, 5.1, -1.7], [1, 0, 0])
    >>> [round(case.loss, 4) for case in fed.values()]
    [2.0404, 0.04, -3.2]
    >>> [round(case.total, 4) for case in fed.values()]
    [1.0, 2.1092, 188.7371]
    """
    right = evaluate_cross_entropy(logits, target)
    if right.logits.ndim != 1:
        raise ValueError(f"logits must have shape (classes,), got shape {right.logits.shape}")
    z, t = right.logits, right.targets
    # log(1 + e^-z), which is -log of the sigmoid, without overflow.
    sigmoid_surprisals = np.logaddexp(0.0, -z)
    cases = (
        (right.probabilities, right.loss, right.gradient),
        (
            np.exp(-sigmoid_surprisals),
            (t * sigmoid_surprisals).sum(),
            0.0 - t * np.exp(-np.logaddexp(0.0, z)),
        ),
        (np.exp(z), 0.0 - (t * z).sum(), 0.0 - t),
    )
    return {
        output: FedOutputs(outputs, float(outputs.sum()), float(loss), gradient)
        for output, (outputs, loss, gradient) in zip(OUTPUTS, cases, strict=True)
    }


def logits_of(probabilities: ArrayLike) -> FloatArray:
    r"""Return logits whose softmax are the given probabilities: their logarithms.

    .. math:: z_j = \log p_j

    Parameters
    ----------
    probabilities : array_like, shape (..., classes)
        Numbers that are not negative, at least one of them above 0 in each sample. They need not
        add up to 1: softmax divides by their sum.

    Returns
    -------
    ndarray of float64
        Same shape; for probability 0 it is -1000 instead of -inf: e^-1000 is exactly 0 in float64.

    Raises
    ------
    ValueError
        If a probability is negative or not finite, or a sample has none above 0.

    Examples
    --------
    >>> logits_of([0.25, 0.75, 0]).round(4).tolist()
    [-1.3863, -0.2877, -1000.0]
    >>> softmax(logits_of([0.01, 0.99, 0])).round(4)
    array([0.01, 0.99, 0.  ])
    """
    given = as_logits("probabilities", probabilities).astype(np.float64, copy=False)
    require_finite("probabilities", given)
    if given.min() < 0.0:
        reject_entry("probabilities", given, given < 0.0, "must not be negative")
    largest = given.max(axis=-1, keepdims=True)
    if not largest.all():
        empty = np.broadcast_to(largest == 0.0, given.shape)
        reject_entry("probabilities", given, empty, "must not be 0 for all classes of a sample")
    # First by the largest, since the sum of the largest float64 numbers would overflow.
    shares = given / largest
    shares /= shares.sum(axis=-1, keepdims=True)
    logs = np.full_like(shares, LOGIT_OF_ZERO)
    return np.asarray(np.log(shares, out=logs, where=shares > 0.0))


def logit_axis(logits: ArrayLike) -> ScoreAxis:
    """Return the range of an axis on which the logits that matter can be told apart.

    A class more than 100 below the largest logit has probability 0 to 43 decimals. It may lie
    beyond the axis, so that it does not squeeze the others.

    Parameters
    ----------
    logits : array_like, shape (classes,)
        The scores z.

    Returns
    -------
    ScoreAxis

    Raises
    ------
    ValueError
        If the logits are not finite.

    Examples
    --------
    >>> logit_axis([-4.6, 0, -1000]).limit
    10.0
    """
    present = as_logits("logits", logits)
    require_finite("logits", present)
    return score_axis(present[present >= present.max() - READABLE_SPREAD])


@dataclass(frozen=True, eq=False)
class CrossEntropySweep:
    """What the lesson shows now, along each logit and along each class's target mass.

    Attributes
    ----------
    axis : ScoreAxis
        The range of the logits.
    now : CrossEntropyResult of shape (classes,)
    by_logit : CrossEntropyResult of shape (classes, steps, classes)
        First axis: the logit that moves along ``axis.grid``.
    by_mass : CrossEntropyResult of shape (classes, 101, classes)
        First axis: the class whose target mass moves along `MASS_GRID`; see
        `core.losses.targets.move_mass` for the others.
    curve_grid : (points,)
        Logits at which the curves of gradient sizes are drawn: every second step of the axis, or
        every fourth for more than six classes.
    curves_by_logit : (classes, points, 3)
        The sizes along each logit.
    curves_by_mass : (classes, 101, points, 3)
        The sizes along the logit ``along`` for each step of each target mass.
    """

    axis: ScoreAxis
    now: CrossEntropyResult
    by_logit: CrossEntropyResult
    by_mass: CrossEntropyResult
    curve_grid: FloatArray
    curves_by_logit: FloatArray
    curves_by_mass: FloatArray

    @property
    def size_limits(self) -> tuple[float, float]:
        """Powers of ten between which the gradient sizes are; the lower one at least 1e-4."""
        sizes = np.concatenate([self.curves_by_logit.ravel(), self.curves_by_mass.ravel()])
        smallest = max(float(sizes.min()), SMALLEST_SIZE)
        ends = np.floor(np.log10(smallest)), np.ceil(np.log10(sizes.max()))
        return float(10.0 ** ends[0]), float(10.0 ** ends[1])


def sweep_cross_entropy(logits: ArrayLike, target: ArrayLike, *, along: int) -> CrossEntropySweep:
    """Evaluate every step of every logit and of every target mass in one batch.

    Parameters
    ----------
    logits, target : array_like, shape (classes,)
        The scores z, finite, and a distribution t.
    along : int
        The logit along which the gradient sizes are drawn.

    Returns
    -------
    CrossEntropySweep

    Raises
    ------
    ValueError
        As `evaluate_cross_entropy` and `core.losses.targets.move_mass` do.

    Examples
    --------
    >>> sweep = sweep_cross_entropy([3.2, 5.1, -1.7], [1, 0, 0], along=0)
    >>> sweep.by_logit.loss.shape, sweep.by_mass.loss.shape, sweep.curves_by_mass.shape
    ((3, 201), (3, 101), (3, 101, 101, 3))
    """
    present = as_logits("logits", logits).astype(np.float64, copy=False)
    axis = logit_axis(present)
    classes = present.size
    wanted = as_floats("target", target).astype(np.float64, copy=False)
    stride = 2 if classes <= 6 else 4  # many classes make many curves
    masses = move_mass(wanted, np.arange(classes)[:, None], MASS_GRID)
    moved = one_at_a_time(present, axis.grid)
    shapes = [(), moved.shape[:-1], masses.shape[:-1]]
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
    z, t = np.empty((2, ends[-1], classes))
    z[:], t[:] = present, wanted
    z[ends[1] : ends[2]] = moved.reshape(-1, classes)
    t[ends[2] :] = masses.reshape(-1, classes)
    everything = evaluate_cross_entropy(z, t)
    now, by_logit, by_mass = (
        rows_of(everything, slice(start, end), shape)
        for (start, end), shape in zip(pairwise(ends), shapes, strict=True)
    )
    return CrossEntropySweep(
        axis=axis,
        now=now,
        by_logit=by_logit,
        by_mass=by_mass,
        curve_grid=axis.grid[::stride],
        curves_by_logit=by_logit.gradient_sizes[:, ::stride],
        curves_by_mass=_curves_by_mass(
            moved[along, ::stride],
            by_logit.probabilities[along, ::stride],
            masses[:, 0],
        ),
    )


def _curves_by_mass(path: FloatArray, probabilities: FloatArray, without: FloatArray) -> FloatArray:
    """Gradient sizes at each point of a path for each target mass, shape (classes, 101, points, 3).

    ``without[k]`` is the target with no mass at k. A target is a straight line in that mass m, from
    there to one-hot; so is each gradient g, from g0 to g1, and
    |g|^2 = (1 - m)^2 |g0|^2 + 2 m (1 - m) g0 g1 + m^2 |g1|^2, with no class left to sum over.
    """
    ends = np.stack([without, np.eye(len(without))])[:, :, None, :]
    errors = probabilities - ends
    vectors = np.stack([errors, path - ends, _through_jacobian(errors, probabilities)], axis=-2)
    start, end = vectors
    squares = np.stack(
        [(a * b).sum(axis=-1) for a, b in ((start, start), (start, end), (end, end))]
    )
    mass = np.asarray(MASS_GRID)
    weights = np.stack([(1.0 - mass) ** 2, 2.0 * mass * (1.0 - mass), mass**2])
    swept = np.tensordot(weights.T, squares, axes=1).swapaxes(0, 1)
    # Rounding can take a square below 0 where a gradient passes through 0.
    return np.asarray(np.sqrt(np.maximum(swept, 0.0)))
