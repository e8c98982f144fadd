"""What a loss answers when the label itself is uncertain: its risk minimisers for three classes.

If label y comes with probability q_y, the scores s cost sum_y q_y L_y(s). A loss that is right to
follow puts the class with the largest q on top. The multi-class hinge losses need not: on a part of
all q their minimiser's top score is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.validation import FloatArray, as_distributions, as_floats, require_option

__all__ = [
    "UNCERTAIN_LOSSES",
    "is_undecided",
    "risk",
    "risk_minimiser",
    "undecided_regions",
]

CLASSES: Final = 3
UNCERTAIN_LOSSES: Final = (
    "cross_entropy",
    "crammer_singer",
    "weston_watkins",
    "one_vs_all",
    "squared_hinge",
)
"""The losses; the last is the squared hinge of Weston and Watkins. All margins are 1."""

MET: Final = (
    ((0, 0),),
    ((0, 2),),
    ((0, 2), (0, 1)),
    ((0, 2), (1, 2)),
    ((0, 2), (0, 1), (1, 2)),
)
"""Which margins of the squared hinge may be met, as (y, j) in the order of falling q."""


def risk(scores: ArrayLike, q: ArrayLike, loss: str) -> FloatArray:
    """Return the expected loss of scores (..., 3) when label y comes with probability q_y.

    Examples
    --------
    >>> float(risk([0.0, 0.0, 0.0], [0.4, 0.35, 0.25], "weston_watkins"))
    2.0
    """
    require_option("loss", loss, UNCERTAIN_LOSSES)
    table, mass = np.broadcast_arrays(np.asarray(scores, dtype=np.float64), _distribution(q))
    if loss == "cross_entropy":
        return np.asarray(cross_entropy(table, mass, reduction="none").per_sample)
    variant, power = ("weston_watkins", 2) if loss == "squared_hinge" else (loss, 1)
    losses = [
        hinge(
            table,
            np.full(table.shape[:-1], label),
            variant=variant,  # type: ignore[arg-type]
            power=power,  # type: ignore[arg-type]
            reduction="none",
        ).per_sample
        for label in range(CLASSES)
    ]
    return np.asarray((np.stack(losses, axis=-1) * mass).sum(axis=-1))


def risk_minimiser(q: ArrayLike, loss: str) -> FloatArray:
    r"""Return scores of least risk for the distribution q of the label.

    Cross-entropy answers log q. With q sorted, q1 >= q2 >= q3, and a margin of 1:

    - Crammer-Singer: (1, 0, 0) if q1 >= 1/2, else (0, 0, 0).
    - Weston-Watkins: (2, 1, 0) or (1, 0, 0) if q1 >= 1/2, the first where q2 > 2 q3; below it
      (1, 1, 0) if q2 > 1/3, else (1, 0, 0).
    - One against all: 1 for a class with q > 1/2, and -1 for all others.
    - Squared hinge: smooth: the lowest point of a parabola, of five.

    Parameters
    ----------
    q : array_like, shape (..., 3)
        Probabilities; each row adds up to 1.
    loss : {"cross_entropy", "crammer_singer", "weston_watkins", "one_vs_all", "squared_hinge"}
        Which loss.

    Returns
    -------
    ndarray, shape (..., 3)
        Scores whose mean is 0, but for one against all, where adding a constant matters; and but
        for a q of 0, for which cross-entropy answers -inf.

    References
    ----------
    Wang and Scott, "Weston-Watkins hinge loss and ordered partitions", NeurIPS 2020.
    Dogan, Glasmachers and Igel, "A unified view on multi-class support vector classification",
    JMLR 17 (2016).

    Examples
    --------
    >>> risk_minimiser([0.4, 0.35, 0.25], "crammer_singer").tolist()
    [0.0, 0.0, 0.0]
    >>> risk_minimiser([0.6, 0.3, 0.1], "weston_watkins").tolist()
    [1.0, 0.0, -1.0]
    """
    require_option("loss", loss, UNCERTAIN_LOSSES)
    mass = _distribution(q)
    return _MINIMISERS[loss](mass)


def is_undecided(q: ArrayLike, loss: str) -> NDArray[np.bool_]:
    """Tell where the top score of the risk minimiser is shared although the largest q is not.

    For Crammer-Singer and one against all this is where the largest q is below 1/2, a quarter of
    all q; for Weston-Watkins where besides the second is above 1/3, a sixth.

    Examples
    --------
    >>> [bool(is_undecided([0.4, 0.35, 0.25], loss)) for loss in UNCERTAIN_LOSSES]
    [False, True, True, True, False]
    """
    require_option("loss", loss, UNCERTAIN_LOSSES)
    ordered = np.sort(_distribution(q), axis=-1)
    is_low = ordered[..., 2] < 0.5
    if loss in ("crammer_singer", "one_vs_all"):
        return np.asarray(is_low)
    if loss == "weston_watkins":
        return np.asarray(is_low & (ordered[..., 1] > 1 / 3))
    return np.zeros_like(is_low)


def undecided_regions(loss: str) -> FloatArray:
    """Return the exact corners of the regions in which a loss is undecided.

    Returns
    -------
    ndarray, shape (regions, corners, 3)
        Corners as distributions, in the order of the border.

    Examples
    --------
    >>> undecided_regions("crammer_singer").tolist()
    [[[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]]
    """
    require_option("loss", loss, UNCERTAIN_LOSSES)
    if loss in ("crammer_singer", "one_vs_all"):
        return np.array([[[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]])
    if loss == "weston_watkins":
        third, sixth = 1 / 3, 1 / 6
        kite = np.array(
            [
                [third, third, third],
                [0.5, third, sixth],
                [0.5, 0.5, 0.0],
                [third, 0.5, sixth],
            ]
        )
        return np.stack([np.roll(kite, turn, axis=-1) for turn in range(CLASSES)])
    return np.zeros((0, 0, CLASSES))


def _distribution(q: ArrayLike) -> FloatArray:
    given = as_floats("q", q).astype(np.float64)
    if given.shape[-1:] != (CLASSES,):
        raise ValueError(f"q must have shape (..., 3), got shape {given.shape}")
    return as_distributions("q", given, "q", given.shape, given.dtype)


def _centred(scores: FloatArray) -> FloatArray:
    return np.asarray(scores - scores.mean(axis=-1, keepdims=True)) + 0.0


@np.errstate(divide="ignore", invalid="ignore")
def _log(q: FloatArray) -> FloatArray:
    logarithms = np.log(q)
    known = np.where(q > 0, logarithms, 0.0)
    mean = known.sum(axis=-1, keepdims=True) / (q > 0).sum(axis=-1, keepdims=True)
    return np.asarray(logarithms - mean)


def _by_rank(q: FloatArray, scores: FloatArray) -> FloatArray:
    """Give the largest q the first of the scores, and so on; of equal ones, the first class."""
    order = np.argsort(-q, axis=-1, kind="stable")
    placed = np.empty_like(scores)
    np.put_along_axis(placed, order, scores, axis=-1)
    return _centred(placed)


def _crammer_singer(q: FloatArray) -> FloatArray:
    is_top = np.arange(CLASSES) == 0
    return _by_rank(q, np.where(q.max(axis=-1, keepdims=True) >= 0.5, is_top * 1.0, 0.0))


def _weston_watkins(q: FloatArray) -> FloatArray:
    third, second, first = np.moveaxis(np.sort(q, axis=-1)[..., None], -2, 0)
    scores = np.where(
        first >= 0.5,
        np.where(second > 2 * third, [2.0, 1.0, 0.0], [1.0, 0.0, 0.0]),
        np.where(second > 1 / 3, [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]),
    )
    return _by_rank(q, scores)


def _one_vs_all(q: FloatArray) -> FloatArray:
    return np.where(q > 0.5, 1.0, -1.0)


def _squared_hinge(q: FloatArray) -> FloatArray:
    """Between the kinks the risk is one of five parabolas, by which margins are met.

    With s1 >= s2 >= s3 only those of 1 over 3, 1 over 2 and 2 over 3 can be, the first of them
    first. The lowest points of all five are tried; the risk itself tells which is the true one.
    """
    apart = ~np.eye(CLASSES, dtype=bool)
    active = np.stack([apart.copy() for _ in MET])
    for which, pairs in enumerate(MET):
        active[(which, *np.transpose(pairs))] = False
    ordered = -np.sort(-q, axis=-1)[..., None, :]
    # Row y, column j: the weight of (1 + s_j - s_y)^2.
    weights = np.where(active, ordered[..., None], 0.0)
    columns, rows = weights.sum(axis=-2), weights.sum(axis=-1)
    slopes = (columns + rows)[..., None] * np.eye(CLASSES) - weights - weights.swapaxes(-1, -2)
    lowest = np.linalg.pinv(slopes, hermitian=True) @ (rows - columns)[..., None]
    found = risk(lowest[..., 0], ordered, "squared_hinge").argmin(axis=-1)[..., None, None]
    return _by_rank(q, np.take_along_axis(lowest[..., 0], found, axis=-2)[..., 0, :])


_MINIMISERS: Final[Mapping[str, Callable[[FloatArray], FloatArray]]] = {
    "cross_entropy": _log,
    "crammer_singer": _crammer_singer,
    "weston_watkins": _weston_watkins,
    "one_vs_all": _one_vs_all,
    "squared_hinge": _squared_hinge,
}
