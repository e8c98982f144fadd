"""Where a penalty moves the optimum: least squares with two weights, solved exactly.

Two weights are few enough to try each pattern of signs, zero included, and to keep the one that
meets the conditions of the optimum. A weight that L1 sets to 0 is then exactly 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.validation import FloatArray, as_floats, as_real, reject_entry, require_finite
from pages.ui.stage.sweeps import Sweeps, tabulate

__all__ = [
    "ELLIPSE_POINTS",
    "PROBLEM",
    "STRENGTH",
    "STRENGTHS",
    "LeastSquares",
    "Optima",
    "PathNumbers",
    "Sparsity",
    "contour",
    "optima",
    "penalty_ball",
    "position",
    "soft_threshold",
    "sweep_path",
    "zero_from",
]

STRENGTH: Final = "lambda"
"""The slider of lambda."""

BALL_POINTS, ELLIPSE_POINTS = 41, 61
STEPS_A_DECADE: Final = 30
SMALLEST: Final = 0.01
STRENGTHS: FloatArray = np.array(
    [
        0.0,
        *(
            float(f"{SMALLEST * 10.0 ** (step / STEPS_A_DECADE):.2e}")
            for step in range(4 * STEPS_A_DECADE + 1)
        ),
    ]
)
"""The values of lambda: 0, then .01 to 100, thirty to a power of ten. A logarithm has no place for
0, so 0 stands one step before .01."""
STRENGTHS.flags.writeable = False


class Sparsity(IntEnum):
    """What has become of the two weights of an optimum."""

    FREE = 0
    """Lambda is 0: nothing is penalised."""
    DENSE = 1
    """No weight is 0."""
    FIRST_ZERO = 2
    """The first weight is exactly 0, the second is not."""
    SECOND_ZERO = 3
    """The second weight is exactly 0, the first is not."""
    EMPTY = 4
    """Both weights are exactly 0."""


@dataclass(frozen=True, eq=False)
class LeastSquares:
    r"""Least squares with two weights and no bias.

    .. math:: L(w) = \frac{1}{2N} \lVert X w - y \rVert^2
                   = \tfrac12 w^\top H w - b^\top w + \tfrac{1}{2N} \lVert y \rVert^2

    Attributes
    ----------
    features : (N, 2)
        The rows of X, neither column a multiple of the other.
    targets : (N,)
        The numbers y that X w is to meet.

    Examples
    --------
    >>> PROBLEM.minimum, PROBLEM.loss([2.0, 0.5])
    (array([2. , 0.5]), array(0.125))
    """

    features: FloatArray
    targets: FloatArray

    def __post_init__(self) -> None:
        """Refuse what has no single optimum."""
        for name in ("features", "targets"):
            values = as_floats(name, getattr(self, name))
            require_finite(name, values)
        if self.features.ndim != 2 or self.features.shape[1] != 2:
            raise ValueError(f"features must have shape (N, 2), got shape {self.features.shape}")
        if self.targets.shape != self.features.shape[:1]:
            raise ValueError(
                f"targets must have shape {self.features.shape[:1]}, got shape {self.targets.shape}"
            )
        if np.linalg.matrix_rank(self.features) < 2:
            raise ValueError("features must not be multiples of one another")

    @property
    def curvature(self) -> FloatArray:
        """The second derivatives H = X^T X / N, shape (2, 2)."""
        return np.asarray(self.features.T @ self.features / len(self.targets))

    @property
    def pull(self) -> FloatArray:
        """Minus the gradient at w = 0, b = X^T y / N, shape (2,)."""
        return np.asarray(self.features.T @ self.targets / len(self.targets))

    @property
    def minimum(self) -> FloatArray:
        """The weights of the smallest data loss, shape (2,)."""
        return np.asarray(np.linalg.solve(self.curvature, self.pull))

    def loss(self, weights: ArrayLike) -> FloatArray:
        """Return the data loss of weights of shape (..., 2), shape (...)."""
        residuals = np.asarray(weights) @ self.features.T - self.targets
        return np.asarray(0.5 * np.mean(residuals * residuals, axis=-1))


PROBLEM = LeastSquares(
    features=np.array([[2.0, 1.0], [1.0, 2.0], [-1.0, -2.0], [-2.0, -1.0]]),
    targets=np.array([5.0, 2.5, -3.5, -4.0]),
)
"""Two features that say nearly the same: without a penalty the weights are 2 and .5."""


@dataclass(frozen=True, eq=False)
class Optima:
    """The optimum of data loss plus penalty for each strength.

    Attributes
    ----------
    strengths : (...,)
        Lambda.
    weights : (..., 2)
        The optimum.
    data_loss, penalty, total : (...,)
        The data loss at the optimum, the penalty, and their sum, which is as small as can be.
    pulls : (..., 2)
        How hard the data pull each weight away from 0, the other one being where it is.
    thresholds, divisors : (...,), (..., 2)
        The pull that L1 takes off, and what the rest is divided by: the weight is then
        ``soft_threshold(pulls, thresholds) / divisors``.
    sparsity : (...,)
        The :class:`Sparsity`, as an integer.
    """

    strengths: FloatArray
    weights: FloatArray
    data_loss: FloatArray
    penalty: FloatArray
    total: FloatArray
    pulls: FloatArray
    thresholds: FloatArray
    divisors: FloatArray
    sparsity: NDArray[np.int64]


def soft_threshold(values: ArrayLike, threshold: ArrayLike) -> FloatArray:
    r"""Return values moved towards 0 by a threshold, and 0 where they would cross it.

    .. math:: S(\rho, \tau) = \mathrm{sign}(\rho) \max(0, |\rho| - \tau)

    This is the minimum over w of (w - rho)^2 / 2 + tau |w|, entry by entry (Donoho, "De-noising by
    soft-thresholding", 1995). The threshold, at least 0, broadcasts against the values.

    Examples
    --------
    >>> soft_threshold([3.0, -0.5, -2.0], 1.0)
    array([ 2.,  0., -1.])
    """
    rho, tau = as_floats("values", values), as_floats("threshold", threshold)
    require_finite("values", rho)
    require_finite("threshold", tau)
    if tau.min() < 0:
        reject_entry("threshold", tau, tau < 0, "must not be negative")
    return np.asarray(np.sign(rho) * np.maximum(0.0, np.abs(rho) - tau) + 0.0)


def optima(
    strengths: ArrayLike,
    *,
    mixing: float,
    half: bool = False,
    problem: LeastSquares = PROBLEM,
) -> Optima:
    r"""Return the optimum for each strength lambda of an elastic net.

    .. math:: \min_w \; L(w) + \lambda \alpha \sum_i |w_i| + \lambda (1 - \alpha) \sum_i w_i^2

    For each of the nine patterns of signs (+, -, 0 for each weight) the optimum with these signs
    solves a linear system. It is the optimum of all if its signs are as assumed, and if for each
    weight that is 0 the data pull no harder than the L1 part holds. The data loss is strictly
    convex, so there is exactly one (Osborne, Presnell and Turlach, "A new approach to variable
    selection in least squares problems", 2000).

    Parameters
    ----------
    strengths : (...,)
        The values of lambda, each at least 0.
    mixing
        The share alpha of L1, from 0 to 1: 1 is L1 alone, 0 is L2 alone.
    half
        Whether the L2 part is halved, as in :func:`core.losses.penalties.l2`.

    Examples
    --------
    >>> optima([0.0, 1.0, 2.25, 6.0], mixing=1.0).weights.round(4)
    array([[2.    , 0.5   ],
           [1.7778, 0.2778],
           [1.5   , 0.    ],
           [0.    , 0.    ]])
    >>> optima([0.0, 1.0, 6.0], mixing=0.0).weights.round(4)
    array([[2.    , 0.5   ],
           [1.0154, 0.7154],
           [0.3709, 0.3109]])
    """
    lam = _strengths(strengths)
    share = as_real("mixing", mixing, minimum=0.0, maximum=1.0)
    thresholds = lam * share
    doubled = lam * (1.0 - share) * (1.0 if half else 2.0)
    weights = _solve(problem, thresholds, doubled)
    squares = (weights * weights).sum(axis=-1)
    penalty = thresholds * np.abs(weights).sum(axis=-1) + 0.5 * doubled * squares
    data_loss = problem.loss(weights)
    curvature = problem.curvature
    across = curvature - np.diag(np.diag(curvature))
    is_zero = weights == 0.0
    return Optima(
        strengths=lam,
        weights=weights,
        data_loss=data_loss,
        penalty=penalty,
        total=data_loss + penalty,
        pulls=problem.pull - weights @ across,
        thresholds=thresholds,
        divisors=np.diag(curvature) + doubled[..., None],
        sparsity=np.asarray(
            np.select(
                [lam == 0.0, is_zero.all(axis=-1), is_zero[..., 0], is_zero[..., 1]],
                [Sparsity.FREE, Sparsity.EMPTY, Sparsity.FIRST_ZERO, Sparsity.SECOND_ZERO],
                Sparsity.DENSE,
            ),
            dtype=np.int64,
        ),
    )


@lru_cache(64)
def zero_from(
    *, mixing: float, half: bool = False, problem: LeastSquares = PROBLEM
) -> tuple[float, float]:
    """Return the lambda from which each weight is exactly 0 and stays so; infinity for never.

    Each to about 1e-12 of its size.

    Examples
    --------
    >>> [round(strength, 9) for strength in zero_from(mixing=1.0)]
    [6.0, 2.25]
    >>> zero_from(mixing=0.0)
    (inf, inf)
    """
    share = as_real("mixing", mixing, minimum=0.0, maximum=1.0)
    if share == 0.0:
        return np.inf, np.inf
    # Beyond the largest pull, L1 holds both weights at 0.
    enough = float(np.abs(problem.pull).max()) / share
    found = []
    for index in range(2):
        low, high = 0.0, 1.01 * enough
        for _ in range(6):
            grid = np.linspace(low, high, 201)
            is_zero = optima(grid, mixing=share, half=half, problem=problem).weights[:, index] == 0
            last = int(np.flatnonzero(~is_zero)[-1]) if not is_zero.all() else 0
            low, high = float(grid[last]), float(grid[min(last + 1, 200)])
        found.append(high if low > 0.0 else 0.0)
    return found[0], found[1]


def contour(levels: ArrayLike, *, points: int, problem: LeastSquares = PROBLEM) -> FloatArray:
    """Return the ellipses on which the data loss has the given values, (..., points, 2).

    The last point is the first again; an ellipse of the smallest loss is a point.

    Examples
    --------
    >>> ellipse = contour(1.0, points=5)
    >>> PROBLEM.loss(ellipse)
    array([1., 1., 1., 1., 1.])
    """
    heights = as_floats("levels", levels)
    require_finite("levels", heights)
    above = np.maximum(0.0, heights - problem.loss(problem.minimum))
    # With H = C C^T, the loss rises by r^2 / 2 where C^T (w - minimum) has length r.
    stretch = np.linalg.inv(np.linalg.cholesky(problem.curvature).T)
    ellipse = _circle(points) @ stretch.T
    return np.asarray(problem.minimum + np.sqrt(2.0 * above)[..., None, None] * ellipse)


def penalty_ball(
    weights: ArrayLike, *, mixing: float, half: bool = False, points: int
) -> FloatArray:
    """Return the curve on which the penalty is as large as at the weights, (..., points, 2).

    It is a diamond for L1, a circle for L2, and a rounded diamond between them. Lambda does not
    matter: it multiplies the penalty everywhere. The last point is the first again; the corners are
    among them if ``points`` is a multiple of four plus one. The curve through 0 is a point.

    Examples
    --------
    >>> penalty_ball([1.5, 0.5], mixing=1.0, points=5).round(9) + 0.0
    array([[ 2.,  0.],
           [ 0.,  2.],
           [-2.,  0.],
           [ 0., -2.],
           [ 2.,  0.]])
    """
    w = as_floats("weights", weights)
    require_finite("weights", w)
    share = as_real("mixing", mixing, minimum=0.0, maximum=1.0)
    squares = (1.0 - share) * (0.5 if half else 1.0)
    size = (share * np.abs(w) + squares * w * w).sum(axis=-1)[..., None]
    ways = _circle(points)
    slope = share * np.abs(ways).sum(axis=-1)
    # The root of squares r^2 + slope r = size that neither cancels nor divides 0 by 0.
    divisor = slope + np.sqrt(slope * slope + 4.0 * squares * size)
    radius = np.divide(2.0 * size, divisor, out=np.zeros_like(divisor), where=divisor > 0)
    return np.asarray(radius[..., None] * ways)


@dataclass(frozen=True, eq=False)
class PathNumbers:
    """The optimum with the chosen penalty, the one with another, and the curves that touch there.

    Attributes
    ----------
    ball, ellipse : (..., points, 2)
        Where the penalty, and where the data loss, is as large as at the optimum.
    """

    chosen: Optima
    other: Optima
    ball: FloatArray
    ellipse: FloatArray


def sweep_path(
    strength: float, *, mixing: float, other: float, half: bool = False
) -> Sweeps[str, PathNumbers]:
    """Solve for the present lambda and for every other; ``other`` is the mixing to compare with."""

    def evaluate(strengths: FloatArray) -> PathNumbers:
        chosen = optima(strengths, mixing=mixing, half=half)
        return PathNumbers(
            chosen,
            optima(strengths, mixing=other, half=half),
            penalty_ball(chosen.weights, mixing=mixing, half=half, points=BALL_POINTS),
            contour(chosen.data_loss, points=ELLIPSE_POINTS),
        )

    return tabulate(evaluate, {"strengths": strength}, {STRENGTH: {"strengths": STRENGTHS}})


def position(strengths: ArrayLike) -> FloatArray:
    """Return how many steps from the left each lambda, from 0 to 100, stands on the slider.

    0 for 0, 1 for .01, then thirty to a power of ten; between 0 and .01 in proportion.

    Examples
    --------
    >>> position([0.0, 0.01, 1.0, 100.0])
    array([  0.,   1.,  61., 121.])
    """
    lam = _strengths(strengths)
    steps = 1.0 + STEPS_A_DECADE * np.log10(np.maximum(lam, SMALLEST) / SMALLEST)
    return np.where(lam < SMALLEST, lam / SMALLEST, steps)


def _solve(problem: LeastSquares, thresholds: FloatArray, doubled: FloatArray) -> FloatArray:
    """Return the optima, shape (..., 2)."""
    curvature, pull = problem.curvature, problem.pull
    weights = np.zeros((*thresholds.shape, 2))
    worst = np.full(thresholds.shape, np.inf)
    for pattern in product((1.0, 0.0, -1.0), repeat=2):
        signs = np.array(pattern)
        free = signs != 0.0
        # A weight that is held at 0 keeps a row and column of its own, with the solution 0.
        system = np.where(np.outer(free, free), curvature, 0.0) + np.diag(~free * 1.0)
        systems = system + doubled[..., None, None] * np.diag(free * 1.0)
        right = np.where(free, pull - thresholds[..., None] * signs, 0.0)
        found = np.linalg.solve(systems, right[..., None])[..., 0]
        slope = pull - found @ curvature
        wrong_sign = np.where(free, np.maximum(0.0, -signs * found), 0.0).max(axis=-1)
        too_strong = np.maximum(0.0, np.abs(slope) - thresholds[..., None])
        violation = wrong_sign + np.where(free, 0.0, too_strong).max(axis=-1)
        # On the border of two patterns both hold but for rounding: the sparser one wins.
        violation = violation + 1e-13 * free.sum()
        weights = np.where((violation < worst)[..., None], found, weights)
        worst = np.minimum(worst, violation)
    return weights


def _circle(points: int) -> FloatArray:
    """Return points on the unit circle, shape (points, 2), exact on the axes."""
    angle = np.linspace(0.0, 2.0 * np.pi, points)
    ways = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return np.where(np.abs(ways) < 1e-15, 0.0, ways)


def _strengths(strengths: ArrayLike) -> FloatArray:
    lam = as_floats("strengths", strengths).astype(np.float64, copy=False)
    require_finite("strengths", lam)
    if lam.min() < 0:
        reject_entry("strengths", lam, lam < 0, "must not be negative")
    return lam
