"""How methods and floating-point types fare as the logits grow and shift: numerical stability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import product
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.precision.exact import Exact, ExactSoftmax, exact_softmax
from core.precision.float_types import POOLINGS, PRECISIONS, Method, softmax_cross_entropy
from core.precision.offset import OffsetLoss, offset_cross_entropy
from core.validation import FloatArray, LabelArray
from pages.numerical_stability.outcomes import CodeArray, Status, judge, of_class, outcomes
from pages.ui.kit.scores import LABEL, label_moves
from pages.ui.stage.sweeps import tabulate

__all__ = [
    "COMPARED",
    "SCALES",
    "SHIFTS",
    "SLIDERS",
    "Cure",
    "Stability",
    "StabilitySweeps",
    "compare_methods",
    "sweep_stability",
]

T = TypeVar("T", bound=np.generic)

COMPARED: Final[tuple[Method, ...]] = ("naive", "shifted", "log_space")
"""The methods that are compared; the one with an offset has its own curve."""

SCALES: Final = np.array([float(f"{10 ** (k / 40 - 2):.3g}") for k in range(201)])
"""The steps of the scale: .01 to 1000, 40 a decade, to three digits."""
SHIFTS: Final = np.arange(-1000.0, 1001.0, 10.0)
"""The steps of the shift."""
SLIDERS: Final = {"scale": SCALES, "shift": SHIFTS}
"""The steps of each slider, which is named after what it changes."""


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
    """All methods in all types on the same logits, beside the exact numbers.

    A row of numbers is p of each class, then the loss of the true one: classes + 1 of them.
    """

    logits: FloatArray
    """scale * scores + shift, (..., classes)."""
    labels: LabelArray
    steps: FloatArray
    """Where the scale is among `SCALES`, and the shift among `SHIFTS`, (..., 2)."""
    exact: Exact
    """A row of the true numbers of these float64 logits."""
    numbers: FloatArray
    """A row of what each method returns in each type, (..., methods, types, classes + 1)."""
    statuses: CodeArray
    """The `Status` of each of them."""
    errors: FloatArray
    """The relative error of the loss, (..., methods, types, classes), for each class that may be
    the true one: 1 for a lost 0, inf for inf, NaN for NaN."""
    outcomes: CodeArray
    """The `Outcome` of each method in each type, (..., methods, types)."""
    kept_digits: CodeArray
    """How many significant digits of the loss are right where some are lost, otherwise -1: its
    relative error is at most 10 to the minus this, (..., methods, types)."""
    pooled: FloatArray
    """Rows of a batch of two, the scores with the shift and without it, by the shifted softmax:
    with the largest logit of each sample, and of the batch, (..., poolings, types, 2, classes + 1).
    """
    pooled_statuses: CodeArray
    log_odds: FloatArray
    """The true logit, measured from where its p is 1/2, (...)."""
    plain: OffsetLoss
    """The loss and its slope without an offset, and with it."""
    offset: OffsetLoss
    along: int = 0
    """The slider that the errors are drawn along: 0 the scale, 1 the shift."""
    curves: FloatArray | None = None
    """The relative error of the loss along that slider, (..., steps, methods, types); None where
    it stays as it is."""

    @property
    def loss_errors(self) -> FloatArray:
        """The relative error of the true class's loss, (..., methods, types)."""
        return of_class(self.errors, self.labels)

    @property
    def naive_fails(self) -> NDArray[np.bool_]:
        """Whether the naive loss is not right for a type, (...)."""
        return self._is_wrong[..., 0]

    @property
    def cures(self) -> CodeArray:
        """The :class:`Cure`, (...)."""
        shifted, log_space = self._is_wrong[..., 1], self._is_wrong[..., 2]
        cure = np.where(log_space, Cure.LARGER_TYPE, np.where(shifted, Cure.LOG_SPACE, 0))
        return np.asarray(cure, dtype=np.int8)

    @property
    def _is_wrong(self) -> NDArray[np.bool_]:
        """Whether the loss of a method is not right for a type, (..., methods)."""
        return np.asarray((self.statuses[..., -1] != Status.RIGHT).any(axis=-1))


def compare_methods(
    scores: ArrayLike, labels: ArrayLike = 0, *, scale: ArrayLike = 1.0, shift: ArrayLike = 0.0
) -> Stability:
    """Compute softmax and cross-entropy of scale * scores + shift in every way.

    Labels, scale and shift broadcast to the leading shape of what is returned.

    Examples
    --------
    >>> from pages.numerical_stability.outcomes import Outcome
    >>> result = compare_methods([1, 2, 3], 2, shift=98)
    >>> [Outcome(outcome).name for outcome in result.outcomes[0]]
    ['EXP_OVERFLOW', 'EXP_OVERFLOW', 'RIGHT']
    """
    label, factor, added = np.broadcast_arrays(labels, scale, shift)
    scaled = factor[..., None] * np.asarray(scores, dtype=np.float64)
    logits = scaled + added[..., None]
    pair = np.stack([logits, scaled], axis=-2)
    softmax_of_pair = exact_softmax(pair)
    exact_pair, losses = _exact_rows(softmax_of_pair, label), softmax_of_pair.losses[..., 0, :]
    exact = exact_pair[..., 0, :]

    computed = [
        softmax_cross_entropy(logits, method=method, precision=precision)
        for method, precision in product(COMPARED, PRECISIONS)
    ]
    rows = [_row(each.probabilities, each.losses, label) for each in computed]
    statuses = [judge(row, exact) for row in rows]
    happened = [
        outcomes(each, label, became, exact.value[..., -1])
        for each, became in zip(computed, statuses, strict=True)
    ]
    batches = [
        softmax_cross_entropy(pair, method="shifted", precision=precision, pooling=pooling)
        for pooling, precision in product(POOLINGS, PRECISIONS)
    ]
    pooled = [_row(each.probabilities, each.losses, label) for each in batches]

    def table(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Make an axis of methods and one of types of all that was computed."""
        shape = (*label.shape, -1, len(PRECISIONS), *parts[0].shape[label.ndim :])
        return np.stack(parts, axis=label.ndim).reshape(shape)

    log_odds = _log_odds(logits, label)
    errors = table([losses.relative_error(each.losses) for each in computed])
    judged = table(statuses)
    return Stability(
        logits=logits,
        labels=label,
        steps=np.stack([_scale_step(factor), _shift_step(added)], axis=-1),
        exact=exact,
        numbers=table(rows),
        statuses=judged,
        errors=errors,
        outcomes=table(happened),
        kept_digits=_kept_digits(judged[..., -1], of_class(errors, label)),
        pooled=table(pooled),
        pooled_statuses=table([judge(row, exact_pair) for row in pooled]),
        log_odds=log_odds,
        plain=offset_cross_entropy(log_odds, offset=0.0),
        offset=offset_cross_entropy(log_odds),
    )


def _scale_step(scale: FloatArray) -> FloatArray:
    return np.interp(np.log10(scale), np.log10(SCALES), np.arange(SCALES.size))


def _shift_step(shift: FloatArray) -> FloatArray:
    return np.interp(shift, SHIFTS, np.arange(SHIFTS.size))


def _row(probabilities: NDArray[T], losses: NDArray[T], labels: LabelArray) -> NDArray[T]:
    """Append the loss of the true class to the probabilities (..., classes)."""
    return np.concatenate([probabilities, of_class(losses, labels)[..., None]], axis=-1)


def _exact_rows(softmax: ExactSoftmax, labels: LabelArray) -> Exact:
    p, losses = softmax.probabilities, softmax.losses
    return Exact(
        _row(p.high, losses.high, labels),
        _row(p.low, losses.low, labels),
        _row(p.exponent, losses.exponent, labels),
    )


def _kept_digits(statuses: CodeArray, errors: FloatArray) -> CodeArray:
    is_rounded = statuses == Status.ROUNDED
    sizes = np.where(is_rounded, np.clip(errors, np.finfo(np.float64).tiny, 1.0), 1.0)
    return np.where(is_rounded, np.floor(-np.log10(sizes)), -1.0).astype(np.int8)


def _log_odds(logits: FloatArray, labels: LabelArray) -> FloatArray:
    """Return the true logit minus the log-sum-exp of the others."""
    rivals = np.where(np.arange(logits.shape[-1]) == labels[..., None], -np.inf, logits)
    with np.errstate(under="ignore"):
        return np.asarray(of_class(logits, labels) - np.logaddexp.reduce(rivals, axis=-1))


@dataclass(frozen=True, eq=False)
class StabilitySweeps:
    """Everything that a hand can reach: by handle, and when each slider is taken."""

    now: Stability
    by: Mapping[str, Stability]
    focuses: Mapping[str, Stability]


def sweep_stability(
    scores: ArrayLike, label: int = 0, *, scale: float = 1.0, shift: float = 0.0, along: str
) -> StabilitySweeps:
    """Compute every method for every step of both sliders and every label, in one batch.

    ``along`` is the slider that the errors are drawn along.
    """
    sweeps = tabulate(
        lambda **moving: compare_methods(scores, **moving),
        {"labels": label, "scale": scale, "shift": shift},
        {
            **{slider: {slider: grid} for slider, grid in SLIDERS.items()},
            **label_moves(len(np.asarray(scores))),
        },
    )

    def drawn(result: Stability, slider: str) -> Stability:
        curves = np.moveaxis(sweeps.by[slider].errors, -1, 0)[result.labels]
        return replace(result, along=[*SLIDERS].index(slider), curves=curves)

    return StabilitySweeps(
        drawn(sweeps.now, along),
        {
            **{
                slider: replace(sweeps.by[slider], along=index)
                for index, slider in enumerate(SLIDERS)
            },
            LABEL: drawn(sweeps.by[LABEL], along),
        },
        {slider: drawn(sweeps.now, slider) for slider in SLIDERS},
    )
