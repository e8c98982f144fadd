"""The cross-entropy of softmax with any target: all its lesson tells, along every handle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import log_softmax, softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.targets import entropy, kl_divergence, nats_to_bits, perplexity
from core.validation import FloatArray, as_floats, as_logits, reject_entry, require_finite
from pages.cross_entropy.target_mass import MASS_GRID, move_mass
from pages.ui.kit.scores import LABEL, ScoreAxis, ScoreSweeps, score_axis, score_id
from pages.ui.stage.sweeps import one_at_a_time, tabulate

__all__ = [
    "OUTPUTS",
    "PAIRINGS",
    "CrossEntropyNumbers",
    "CrossEntropySweeps",
    "ErrorSize",
    "FedOutputs",
    "evaluate_cross_entropy",
    "feed_outputs",
    "logit_axis",
    "logits_of",
    "sweep_cross_entropy",
    "target_id",
]

IntArray = NDArray[np.int64]

Pairing = Literal["softmax_cross_entropy", "identity_squared_error", "softmax_squared_error"]
PAIRINGS: Final[tuple[Pairing, ...]] = get_args(Pairing)
"""An output function and the loss behind it: those whose gradient sizes are compared."""

Output = Literal["softmax", "sigmoid", "exponential"]
OUTPUTS: Final[tuple[Output, ...]] = get_args(Output)

LOGIT_OF_ZERO: Final = -1000.0
"""Stands for log 0: e^-1000 is exactly 0 in float64, and every number stays finite."""

READABLE_SPREAD: Final = 100.0
"""A class whose logit is further below the largest has no say in the range of the axis."""

SMALLEST_SIZE: Final = 1e-4
"""Gradients smaller than this are off the axis: there is nothing left to learn from."""

LARGE: Final = 0.5
SMALL: Final = 0.1
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
class CrossEntropyNumbers:
    """The cross-entropy of softmax(z) with a target."""

    logits: FloatArray
    """z, (..., classes)."""
    targets: FloatArray
    """t, (..., classes)."""
    labels: IntArray
    """The class that the flag marks, (...)."""
    probabilities: FloatArray
    """p = softmax(z)."""
    surprisals: FloatArray
    """-log p of each class in nats: what the loss would be if it were the true one. Exact when p is
    next to 1, and beyond the smallest p that float64 holds."""
    gradient: FloatArray
    """dL/dz = p - t."""
    loss: FloatArray
    """L = -sum t log p, in nats, (...)."""
    entropy: FloatArray
    """H(t) in nats."""
    divergence: FloatArray
    """The Kullback-Leibler divergence D(t || p) in nats; L is the sum of both."""
    gradient_sizes: FloatArray
    """|p - t|, |z - t| and |J (p - t)| with J_ij = p_i (delta_ij - p_j), (..., 3): how large the
    gradient at z is for each of the `PAIRINGS`, half the sum of squares each. The last one vanishes
    wherever p has settled on one class, also on a wrong one.

    Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.6: canonical links."""
    error_sizes: IntArray
    """The `ErrorSize` of each sample."""
    along: int = 0
    """The logit along which the gradient sizes are drawn."""
    curves: FloatArray | None = None
    """They along that logit, (..., points, 3); None where they stay as they are."""

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


def evaluate_cross_entropy(
    logits: ArrayLike, targets: ArrayLike, labels: ArrayLike = 0
) -> CrossEntropyNumbers:
    """Evaluate logits and targets of shape (..., classes), with labels of shape (...).

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
    sizes = _gradient_sizes(losses.gradient, table - wanted, probabilities)
    least = entropy(wanted)
    return CrossEntropyNumbers(
        logits=table,
        targets=wanted,
        labels=np.array(np.broadcast_to(labels, table.shape[:-1]), dtype=np.int64),
        probabilities=probabilities,
        surprisals=0.0 - logs,
        gradient=losses.gradient,
        loss=losses.per_sample,
        entropy=least,
        divergence=kl_divergence(wanted, logs),
        gradient_sizes=sizes,
        error_sizes=_error_sizes(sizes, is_hard=least == 0.0),
    )


def _error_sizes(gradient_sizes: FloatArray, *, is_hard: NDArray[np.bool_]) -> IntArray:
    size, _, squared = np.moveaxis(gradient_sizes, -1, 0)
    # A gradient of a one-hot target is exact to its last digit, however small.
    rounding = np.where(is_hard, 0.0, 8.0 * np.finfo(np.float64).eps)
    conditions = [size <= rounding, size < SMALL, size < LARGE, squared < BLIND * size]
    sizes = [ErrorSize.NONE, ErrorSize.SMALL, ErrorSize.MIDDLE, ErrorSize.LARGE_AND_BLIND]
    return np.asarray(np.select(conditions, sizes, ErrorSize.LARGE), dtype=np.int64)


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


def _gradient_sizes(
    errors: FloatArray, distances: FloatArray, probabilities: FloatArray
) -> FloatArray:
    vectors = (errors, distances, _through_jacobian(errors, probabilities))
    return np.stack([_norm(vector) for vector in vectors], axis=-1)


@dataclass(frozen=True, eq=False)
class FedOutputs:
    """Cross-entropy fed with outputs that may not be a softmax, for one sample."""

    outputs: FloatArray
    """What stands in the place of p, (classes,)."""
    total: float
    """Their sum."""
    loss: float
    """-sum t log(output)."""
    gradient: FloatArray
    """Its derivative by the logits, (classes,)."""


@np.errstate(over="ignore", under="ignore")
def feed_outputs(logits: ArrayLike, target: ArrayLike) -> Mapping[Output, FedOutputs]:
    """Feed cross-entropy with the softmax of one sample, and with two outputs that are none.

    Only for the softmax is the gradient p - t. For the sigmoids it is -t (1 - q), so that a wrong
    class is never pushed down; for the exponentials it is -t, and the loss has no lower end.

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
    """Return logits whose softmax are the given probabilities: their logarithms.

    They need not add up to 1: softmax divides by their sum. For probability 0 it is -1000 instead
    of -inf: e^-1000 is exactly 0 in float64.

    Examples
    --------
    >>> logits_of([0.25, 0.75, 0]).round(4).tolist()
    [-1.3863, -0.2877, -1000.0]
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

    Examples
    --------
    >>> logit_axis([-4.6, 0, -1000]).limit
    10.0
    """
    present = as_logits("logits", logits)
    require_finite("logits", present)
    return score_axis(present[present >= present.max() - READABLE_SPREAD])


def target_id(index: int) -> str:
    """Name the handle of a class's target mass."""
    return f"target{index}"


@dataclass(frozen=True, eq=False)
class CrossEntropySweeps(ScoreSweeps[CrossEntropyNumbers]):
    """Everything that a hand can reach: by handle, and when the handle of each logit is taken."""

    curve_grid: FloatArray
    """Logits at which the curves are drawn: every second step of the axis, or every fourth for more
    than six classes, which make many curves."""

    @property
    def size_limits(self) -> tuple[float, float]:
        """Powers of ten between which the gradient sizes are; the lower one at least 1e-4."""
        every = [each.curves for each in (*self.focuses, *self.by.values())]
        curves = [curve for curve in every if curve is not None]
        smallest = max(min(curve.min() for curve in curves), SMALLEST_SIZE)
        largest = max(curve.max() for curve in curves)
        ends = np.floor(np.log10(smallest)), np.ceil(np.log10(largest))
        return float(10.0 ** ends[0]), float(10.0 ** ends[1])


def sweep_cross_entropy(
    logits: ArrayLike, target: ArrayLike, label: int, *, along: int
) -> CrossEntropySweeps:
    """Evaluate every step of every logit and target mass, and every label, in one batch."""
    present = np.asarray(logits, dtype=np.float64)
    wanted = np.asarray(target, dtype=np.float64)
    axis, every = logit_axis(present), range(present.size)
    stride = 2 if present.size <= 6 else 4
    paths = one_at_a_time(present, axis.grid)
    masses = move_mass(wanted, np.arange(present.size)[:, None], MASS_GRID)
    sweeps = tabulate(
        evaluate_cross_entropy,
        {"logits": present, "targets": wanted, "labels": label},
        {
            **{score_id(j): {"logits": paths[j]} for j in every},
            **{target_id(j): {"targets": masses[j]} for j in every},
            LABEL: {"labels": np.arange(present.size), "targets": np.eye(present.size)},
        },
    )
    by_logit = [replace(sweeps.by[score_id(j)], along=j) for j in every]
    curves = _curves_by_mass(
        paths[along, ::stride], by_logit[along].probabilities[::stride], masses[:, 0]
    )
    by_mass = [replace(sweeps.by[target_id(j)], along=along, curves=curves[j]) for j in every]
    focuses = tuple(
        replace(sweeps.now, along=j, curves=by_logit[j].gradient_sizes[::stride]) for j in every
    )
    return CrossEntropySweeps(
        focuses[along],
        {
            **{score_id(j): by_logit[j] for j in every},
            **{target_id(j): by_mass[j] for j in every},
            LABEL: replace(sweeps.by[LABEL], along=along, curves=curves[:, -1]),
        },
        axis,
        focuses,
        axis.grid[::stride],
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
