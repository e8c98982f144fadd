"""How methods and floating-point types fare as the logits grow and shift: numerical stability."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.exact import ExactSoftmax, exact_softmax
from core.precision import (
    OFFSET,
    POOLINGS,
    PRECISIONS,
    Method,
    OffsetLoss,
    judge,
    offset_cross_entropy,
    outcomes,
    softmax_cross_entropy,
)
from core.validation import FloatArray, as_floats, require_finite

__all__ = [
    "COMPARED",
    "SCALES",
    "SHIFTS",
    "Stability",
    "StabilitySweep",
    "compare_methods",
    "sweep_stability",
]

COMPARED: tuple[Method, ...] = ("naive", "shifted", "log_space")
"""The methods that are compared; the one with an offset has its own curve."""

SCALES = np.array([float(f"{10 ** (k / 40 - 2):.3g}") for k in range(201)])
"""The steps of the scale: .01 to 1000, 40 a decade, to three digits."""
SHIFTS = np.arange(-1000.0, 1001.0, 10.0)
"""The steps of the shift."""


@dataclass(frozen=True, eq=False)
class Stability:
    """All methods in all types on the same logits, beside the exact result.

    Attributes
    ----------
    logits : (..., classes)
        scale * scores + shift.
    exact : ExactSoftmax
        The true probabilities and loss of these float64 logits.
    values, statuses : (..., methods, types, classes + 1)
        The probabilities and, last, the loss, as float64, and the `core.precision.Status` of each.
    errors : (..., methods, types)
        The relative error of the loss: 1 for a lost 0, inf for inf, NaN for NaN.
    outcomes : (..., methods, types)
        The `core.precision.Outcome` of each.
    pooled_values, pooled_statuses : (..., poolings, types, 2, 2)
        A batch of two, the scores with the shift and without it, by the shifted softmax: the
        probability of the true class and the loss of either, with the largest logit of each row
        and with that of the batch.
    log_odds : (...)
        The true logit, measured from where p is 1/2.
    offset, true : OffsetLoss of shape (...)
        The loss and its slope there, with 1e-7 added to p and without.
    """

    logits: FloatArray
    exact: ExactSoftmax
    values: FloatArray
    statuses: NDArray[np.int8]
    errors: FloatArray
    outcomes: NDArray[np.int8]
    pooled_values: FloatArray
    pooled_statuses: NDArray[np.int8]
    log_odds: FloatArray
    offset: OffsetLoss
    true: OffsetLoss


def compare_methods(
    scores: ArrayLike, label: int, *, scale: ArrayLike = 1.0, shift: ArrayLike = 0.0
) -> Stability:
    """Compute softmax and cross-entropy of scale * scores + shift in every way.

    Parameters
    ----------
    scores : (classes,)
        The logits to start from.
    label : int
        The true class.
    scale, shift : array_like
        Of shapes that broadcast to the same (...).

    Returns
    -------
    Stability

    Raises
    ------
    ValueError
        If scores, scale or shift are not finite or make logits above 1e12, or the label does not
        fit.

    Examples
    --------
    >>> from core.precision import Outcome
    >>> result = compare_methods([1, 2, 3], 2, shift=98)
    >>> [Outcome(outcome).name for outcome in result.outcomes[0]]
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
    labels = np.full(logits.shape[:-1], label)
    pair_labels = np.full(pair.shape[:-1], label)

    exact_pair = exact_softmax(pair, pair_labels)
    exact = ExactSoftmax(exact_pair.probabilities[..., 0, :], exact_pair.loss[..., 0])
    true_exact = exact_pair.probabilities[..., label]

    values, statuses, errors, results = [], [], [], []
    for method in COMPARED:
        for precision in PRECISIONS:
            computed = softmax_cross_entropy(logits, labels, method=method, precision=precision)
            p, loss = computed.probabilities, computed.loss[..., None]
            values.append(np.concatenate([p, loss], axis=-1).astype(np.float64))
            p_status = judge(p, exact.probabilities)
            loss_status = judge(computed.loss, exact.loss)[..., None]
            statuses.append(np.concatenate([p_status, loss_status], axis=-1))
            errors.append(exact.loss.relative_error(computed.loss))
            results.append(outcomes(computed, labels, exact))

    pooled_values, pooled_statuses = [], []
    for pooling in POOLINGS:
        for precision in PRECISIONS:
            computed = softmax_cross_entropy(
                pair, pair_labels, method="shifted", precision=precision, pooling=pooling
            )
            p, loss = computed.probabilities[..., label], computed.loss
            pooled_values.append(np.stack([p, loss], axis=-1).astype(np.float64))
            states = [judge(p, true_exact), judge(loss, exact_pair.loss)]
            pooled_statuses.append(np.stack(states, axis=-1))

    rivals = np.delete(logits, label, axis=-1)
    with np.errstate(under="ignore"):
        log_odds = np.asarray(logits[..., label] - np.logaddexp.reduce(rivals, axis=-1))
    batch, grid = logits.shape[:-1], (len(COMPARED), len(PRECISIONS))
    pools = (len(POOLINGS), len(PRECISIONS))
    return Stability(
        logits=logits,
        exact=exact,
        values=np.stack(values, axis=-2).reshape(*batch, *grid, -1),
        statuses=np.stack(statuses, axis=-2).reshape(*batch, *grid, -1),
        errors=np.stack(errors, axis=-1).reshape(*batch, *grid),
        outcomes=np.stack(results, axis=-1).reshape(*batch, *grid),
        pooled_values=np.stack(pooled_values, axis=-3).reshape(*batch, *pools, 2, 2),
        pooled_statuses=np.stack(pooled_statuses, axis=-3).reshape(*batch, *pools, 2, 2),
        log_odds=log_odds,
        offset=offset_cross_entropy(log_odds, offset=OFFSET),
        true=offset_cross_entropy(log_odds, offset=0.0),
    )


@dataclass(frozen=True, eq=False)
class StabilitySweep:
    """The methods now, for every scale in `SCALES` and for every shift in `SHIFTS`."""

    now: Stability
    by_scale: Stability
    by_shift: Stability


def sweep_stability(scores: ArrayLike, label: int, *, scale: float, shift: float) -> StabilitySweep:
    """Compute every method for every step of the scale and of the shift, in one batch.

    Parameters
    ----------
    scores : (classes,)
        The logits to start from.
    label : int
        The true class.
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
    >>> sweep = sweep_stability([1, 2, 3], 0, scale=1, shift=0)
    >>> sweep.now.values.shape, sweep.by_shift.values.shape
    ((3, 3, 4), (201, 3, 3, 4))
    """
    scales = np.concatenate([[scale], SCALES, np.full(SHIFTS.shape, scale)])
    shifts = np.concatenate([[shift], np.full(SCALES.shape, shift), SHIFTS])
    everything = compare_methods(scores, label, scale=scales, shift=shifts)
    end = 1 + SCALES.size
    return StabilitySweep(
        now=_part(everything, 0),
        by_scale=_part(everything, slice(1, end)),
        by_shift=_part(everything, slice(end, None)),
    )


def _part(result: Stability, rows: int | slice) -> Stability:
    """Return some of the samples."""
    return Stability(
        exact=ExactSoftmax(result.exact.probabilities[rows], result.exact.loss[rows]),
        offset=OffsetLoss(result.offset.value[rows], result.offset.slope[rows]),
        true=OffsetLoss(result.true.value[rows], result.true.slope[rows]),
        **{
            entry.name: getattr(result, entry.name)[rows]
            for entry in fields(result)
            if entry.name not in ("exact", "offset", "true")
        },
    )
