"""How methods and floating-point types fare as the logits grow and shift: numerical stability."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.precision.exact import ExactSoftmax, exact_softmax
from core.precision.float_types import (
    POOLINGS,
    PRECISIONS,
    Method,
    Status,
    judge,
    outcomes,
    softmax_cross_entropy,
)
from core.validation import FloatArray, as_floats, require_finite

__all__ = [
    "COMPARED",
    "SCALES",
    "SHIFTS",
    "Cure",
    "Stability",
    "StabilitySweep",
    "compare_methods",
    "sweep_stability",
]

IntArray = NDArray[np.int8]

COMPARED: tuple[Method, ...] = ("naive", "shifted", "log_space")
"""The methods that are compared; the one with an offset has its own curve."""

SCALES = np.array([float(f"{10 ** (k / 40 - 2):.3g}") for k in range(201)])
"""The steps of the scale: .01 to 1000, 40 a decade, to three digits."""
SHIFTS = np.arange(-1000.0, 1001.0, 10.0)
"""The steps of the shift."""


class Cure(IntEnum):
    """How much it takes to get the loss, in every type."""

    SHIFTED = 0
    """Subtracting the largest logit is enough."""
    LOG_SPACE = 1
    """It takes log-space: shifted, the loss of a type is 0, infinite, or without some digits."""
    LARGER_TYPE = 2
    """Even in log-space a type fails: its numbers do not reach far enough, or are too coarse."""


@dataclass(frozen=True, eq=False)
class Stability:
    """All methods in all types on the same logits, beside the exact result.

    Arrays that end in classes hold a number for each class that may be the true one.

    Attributes
    ----------
    logits : (..., classes)
        scale * scores + shift.
    exact : ExactSoftmax of shape (..., classes)
        The true probabilities and losses of these float64 logits.
    probabilities, losses : (..., methods, types, classes)
        What each method returns, as float64.
    probability_statuses, loss_statuses : (..., methods, types, classes)
        The `core.precision.float_types.Status` of each.
    errors : (..., methods, types, classes)
        The relative error of the loss: 1 for a lost 0, inf for inf, NaN for NaN.
    outcomes : (..., methods, types, classes)
        The `core.precision.float_types.Outcome` of each.
    pooled, pooled_statuses : (..., poolings, types, 2, 2, classes)
        A batch of two, the scores with the shift and without it, by the shifted softmax: p and the
        loss of either, with the largest logit of each row and with that of the batch.
    log_odds : (..., classes)
        Each logit, measured from where its p is 1/2.
    """

    logits: FloatArray
    exact: ExactSoftmax
    probabilities: FloatArray
    losses: FloatArray
    probability_statuses: IntArray
    loss_statuses: IntArray
    errors: FloatArray
    outcomes: IntArray
    pooled: FloatArray
    pooled_statuses: IntArray
    log_odds: FloatArray

    @property
    def naive_fails(self) -> NDArray[np.bool_]:
        """Whether the naive loss is not right for a type, shape (..., classes)."""
        return self._is_wrong[..., 0, :]

    @property
    def cures(self) -> IntArray:
        """The :class:`Cure`, shape (..., classes)."""
        shifted, log_space = self._is_wrong[..., 1, :], self._is_wrong[..., 2, :]
        cure = np.where(log_space, Cure.LARGER_TYPE, np.where(shifted, Cure.LOG_SPACE, 0))
        return np.asarray(cure, dtype=np.int8)

    @property
    def _is_wrong(self) -> NDArray[np.bool_]:
        """Whether the loss of a method is not right for a type, shape (..., methods, classes)."""
        return np.asarray((self.loss_statuses != Status.RIGHT).any(axis=-2))

    @property
    def kept_digits(self) -> IntArray:
        """How many significant digits of the loss are right where some are lost, otherwise -1.

        The relative error is at most 10 to the minus this, shape (..., methods, types, classes).
        """
        is_rounded = self.loss_statuses == Status.ROUNDED
        errors = np.where(is_rounded, np.clip(self.errors, np.finfo(np.float64).tiny, 1.0), 1.0)
        digits = np.floor(-np.log10(errors))
        return np.asarray(np.where(is_rounded, digits, -1.0), dtype=np.int8)


def compare_methods(
    scores: ArrayLike, *, scale: ArrayLike = 1.0, shift: ArrayLike = 0.0
) -> Stability:
    """Compute softmax and cross-entropy of scale * scores + shift in every way.

    Parameters
    ----------
    scores : (classes,)
        The logits to start from.
    scale, shift : array_like
        Of shapes that broadcast to the same (...).

    Returns
    -------
    Stability

    Raises
    ------
    ValueError
        If scores, scale or shift are not finite or make logits above 1e12.

    Examples
    --------
    >>> from core.precision.float_types import Outcome
    >>> result = compare_methods([1, 2, 3], shift=98)
    >>> [Outcome(outcome).name for outcome in result.outcomes[0, :, 2]]
    ['EXP_OVERFLOW', 'EXP_OVERFLOW', 'RIGHT']
    """
    present = as_floats("scores", scores).astype(np.float64)
    factors, offsets = as_floats("scale", scale), as_floats("shift", shift)
    require_finite("scores", present)
    require_finite("scale", factors)
    require_finite("shift", offsets)
    scaled, moved = np.broadcast_arrays(factors[..., None] * present, offsets[..., None])
    logits = scaled + moved
    pair = np.stack([logits, scaled], axis=-2)
    exact_pair = exact_softmax(pair)
    exact = ExactSoftmax(exact_pair.probabilities[..., 0, :], exact_pair.losses[..., 0, :])

    kept: dict[str, list[NDArray[np.generic]]] = {
        name: []
        for name in (
            "probabilities",
            "losses",
            "probability_statuses",
            "loss_statuses",
            "errors",
            "outcomes",
        )
    }
    for method in COMPARED:
        for precision in PRECISIONS:
            computed = softmax_cross_entropy(logits, method=method, precision=precision)
            kept["probabilities"].append(computed.probabilities.astype(np.float64))
            kept["losses"].append(computed.losses.astype(np.float64))
            kept["probability_statuses"].append(judge(computed.probabilities, exact.probabilities))
            kept["loss_statuses"].append(judge(computed.losses, exact.losses))
            kept["errors"].append(exact.losses.relative_error(computed.losses))
            kept["outcomes"].append(outcomes(computed, exact))

    pooled, pooled_statuses = [], []
    for pooling in POOLINGS:
        for precision in PRECISIONS:
            computed = softmax_cross_entropy(
                pair, method="shifted", precision=precision, pooling=pooling
            )
            both = (computed.probabilities, computed.losses)
            pooled.append(np.stack(both, axis=-2).astype(np.float64))
            judged = [judge(part, true) for part, true in zip(both, exact_pair, strict=True)]
            pooled_statuses.append(np.stack(judged, axis=-2))

    batch = logits.shape[:-1]
    grid = (len(COMPARED), len(PRECISIONS), -1)
    pools = (len(POOLINGS), len(PRECISIONS), 2, 2, -1)
    return Stability(
        logits=logits,
        exact=exact,
        **{name: np.stack(parts, axis=-2).reshape(*batch, *grid) for name, parts in kept.items()},
        pooled=np.stack(pooled, axis=-4).reshape(*batch, *pools),
        pooled_statuses=np.stack(pooled_statuses, axis=-4).reshape(*batch, *pools),
        log_odds=_log_odds(logits),
    )


def _log_odds(logits: FloatArray) -> FloatArray:
    """Return each logit minus the log-sum-exp of the others."""
    with np.errstate(under="ignore"):
        rivals = [
            np.logaddexp.reduce(np.delete(logits, j, axis=-1), axis=-1)
            for j in range(logits.shape[-1])
        ]
    return np.asarray(logits - np.stack(rivals, axis=-1))


@dataclass(frozen=True, eq=False)
class StabilitySweep:
    """The methods now, for every scale in `SCALES` and for every shift in `SHIFTS`."""

    now: Stability
    by_scale: Stability
    by_shift: Stability


def sweep_stability(scores: ArrayLike, *, scale: float, shift: float) -> StabilitySweep:
    """Compute every method for every step of the scale and of the shift, in one batch.

    Parameters
    ----------
    scores : (classes,)
        The logits to start from.
    scale, shift : float
        The present ones.

    Returns
    -------
    StabilitySweep

    Raises
    ------
    ValueError
        As `compare_methods` does.

    Examples
    --------
    >>> sweep = sweep_stability([1, 2, 3], scale=1, shift=0)
    >>> sweep.now.losses.shape, sweep.by_shift.losses.shape
    ((3, 3, 3), (201, 3, 3, 3))
    """
    scales = np.concatenate([[scale], SCALES, np.full(SHIFTS.shape, scale)])
    shifts = np.concatenate([[shift], np.full(SCALES.shape, shift), SHIFTS])
    everything = compare_methods(scores, scale=scales, shift=shifts)
    end = 1 + SCALES.size
    return StabilitySweep(
        now=_part(everything, 0),
        by_scale=_part(everything, slice(1, end)),
        by_shift=_part(everything, slice(end, None)),
    )


def _part(result: Stability, rows: int | slice) -> Stability:
    """Return some of the samples."""
    exact = ExactSoftmax(result.exact.probabilities[rows], result.exact.losses[rows])
    arrays = {
        entry.name: getattr(result, entry.name)[rows]
        for entry in fields(result)
        if entry.name != "exact"
    }
    return Stability(exact=exact, **arrays)
