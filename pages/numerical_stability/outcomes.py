"""What became of each number in its floating-point type, and what happened on the way."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.precision.exact import Exact
from core.precision.float_types import Computed
from core.validation import FloatArray, LabelArray

__all__ = ["EPSILONS_OF_RIGHT", "CodeArray", "Outcome", "Status", "judge", "of_class", "outcomes"]

T = TypeVar("T", bound=np.generic)

CodeArray = NDArray[np.int8]
"""Members of one of the enumerations below, or small counts."""

EPSILONS_OF_RIGHT = 8
"""A relative error of up to so many machine epsilons is what a type is allowed: 7.8e-3 in float16,
9.5e-7 in float32, 1.8e-15 in float64. Only the last few of its bits may be wrong."""


class Status(IntEnum):
    """What became of one number."""

    RIGHT = 0
    """Right for its type, all but the last few bits: see `EPSILONS_OF_RIGHT`."""
    ROUNDED = 1
    """A number, but more digits are lost than the type has to lose."""
    ZERO = 2
    """0, though the true value is not 0: underflow."""
    INFINITE = 3
    """inf, though the true value is finite: overflow, or the logarithm of a lost 0."""
    NAN = 4
    """Not a number: inf / inf, 0 / 0 or inf - inf."""


class Outcome(IntEnum):
    """What happened to one sample, the last of these that applies."""

    RIGHT = 0
    """Every probability and the loss are right."""
    LOSS_ROUNDED = 1
    """Every probability is right, but digits of the loss are lost."""
    ROUNDED = 2
    """Nothing is lost altogether, but digits of a probability are, and maybe of the loss."""
    SOME_UNDERFLOW = 3
    """A probability became 0; the loss is a number, and maybe digits of it are lost."""
    LOSS_VANISHED = 4
    """The probability of the true class became 1, and the loss 0: nothing is left to learn."""
    LOSS_UNDERFLOW = 5
    """The loss itself is below the smallest number of the type, and became 0."""
    TRUE_UNDERFLOW = 6
    """The probability of the true class became 0, and the loss infinite."""
    LOSS_OVERFLOW = 7
    """The loss itself is beyond the largest number of the type."""
    SUM_OVERFLOW = 8
    """Each exponential fits, but not their sum: every probability is 0."""
    ALL_UNDERFLOW = 9
    """Every exponential became 0, and 0 / 0 is NaN."""
    EXP_OVERFLOW = 10
    """An exponential is infinite, and inf / inf is NaN."""
    LOGITS_OVERFLOW = 11
    """A logit itself is beyond the largest number of the type."""


def judge(computed: FloatArray, exact: Exact) -> CodeArray:
    """Tell the `Status` of each number; its type says how exact it can be.

    Examples
    --------
    >>> from core.precision.exact import exact_softmax
    >>> from core.precision.float_types import softmax_cross_entropy
    >>> z = [123, 456, 789]
    >>> naive = softmax_cross_entropy(z, method="naive", precision="float64")
    >>> [Status(s).name for s in judge(naive.probabilities, exact_softmax(z).probabilities)]
    ['ZERO', 'ZERO', 'NAN']
    """
    allowed = EPSILONS_OF_RIGHT * float(np.finfo(computed.dtype).eps)
    status = np.where(exact.relative_error(computed) <= allowed, Status.RIGHT, Status.ROUNDED)
    status = np.where(computed == 0, Status.ZERO, status)
    status = np.where(np.isinf(computed), Status.INFINITE, status)
    return np.where(np.isnan(computed), Status.NAN, status).astype(np.int8)


def outcomes(
    computed: Computed, labels: LabelArray, statuses: CodeArray, true_losses: FloatArray
) -> CodeArray:
    """Tell the `Outcome` of each sample.

    Its ``statuses`` (..., classes + 1) are those of its probabilities, then of its loss, which
    truly is ``true_losses``; labels, losses and outcomes are of shape (...).
    """
    p, loss = statuses[..., :-1], statuses[..., -1]
    any_nan = (p == Status.NAN).any(axis=-1)
    is_infinite, vanished = loss == Status.INFINITE, loss == Status.ZERO
    fits = np.isfinite(computed.logits)
    limits = np.finfo(computed.logits.dtype)
    conditions = [
        any_nan & ~fits.all(axis=-1) | is_infinite & ~of_class(fits, labels),
        any_nan & np.isinf(computed.exponentials).any(axis=-1),
        any_nan,
        is_infinite & np.isinf(computed.total),
        is_infinite & (true_losses > float(limits.max)),
        is_infinite,
        vanished & (true_losses < float(limits.smallest_subnormal)),
        vanished,
        (p == Status.ZERO).any(axis=-1),
        (p != Status.RIGHT).any(axis=-1),
        loss != Status.RIGHT,
    ]
    results = [outcome for outcome in reversed(Outcome) if outcome != Outcome.RIGHT]
    return np.asarray(np.select(conditions, results, Outcome.RIGHT), dtype=np.int8)


def of_class(values: NDArray[T], labels: LabelArray) -> NDArray[T]:
    """Pick the number of one class for each sample from values (..., *more, classes).

    Examples
    --------
    >>> of_class(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0]))
    array([2., 3.])
    """
    index = np.expand_dims(labels, tuple(range(labels.ndim, values.ndim)))
    return np.asarray(np.take_along_axis(values, index, axis=-1)[..., 0])
