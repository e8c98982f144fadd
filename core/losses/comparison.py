"""Both losses on the same scores: everything that SVM against softmax compares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.exact_decimals import decimal_places, whole
from core.losses.hinge import HingeVariant, hinge
from core.validation import FloatArray, as_real

__all__ = ["Comparison", "OneStep", "Verdict", "compare_losses", "margin_thresholds", "one_step"]

IntArray = NDArray[np.int64]

LARGEST_RATE = 1e6
ALMOST_DONE = 1e-3
"""Norm of the cross-entropy gradient below which softmax is called almost done."""


class Verdict(IntEnum):
    """How the two losses stand to each other on one sample."""

    BOTH_PUSH_WRONG = 0
    """A wrong class has the highest score."""
    TIE = 1
    """The true class shares the highest score with another."""
    BOTH_PUSH_RIGHT = 2
    """The true class leads, but not by the margin."""
    SVM_SATISFIED = 3
    """No margin is violated, the cross-entropy gradient is not small."""
    SOFTMAX_ALMOST_DONE = 4
    """No margin is violated, and the cross-entropy gradient is small, but not 0."""
    ONLY_SVM_PUSHES = 5
    """A margin is violated although the cross-entropy gradient is already small."""
    BELOW_FLOAT64 = 6
    """No margin is violated, and the cross-entropy is too small to be held."""


def _norm(vectors: FloatArray) -> FloatArray:
    # The squares in np.linalg.norm would underflow, and call a tiny gradient 0.
    return np.asarray(np.hypot.reduce(vectors, axis=-1))


@dataclass(frozen=True)
class Comparison:
    """Both losses, their gradients and what explains them, for scores of shape (..., classes).

    Attributes
    ----------
    scores, probabilities, targets : (..., classes)
        s, p = softmax(s), and t, which is 1 at the label and 0 elsewhere.
    labels : (...)
        The true classes y.
    cross_entropy, hinge : (...)
        The losses per sample, in nats and in units of the scores.
    cross_entropy_gradient, hinge_gradient : (..., classes)
        Derivatives of each sample's loss by its scores.
    thresholds : (..., classes)
        The score at which a class meets its margin: s_y - margin for a wrong class of a multi-class
        SVM (NaN for the true class), -margin and +margin for one against all.
    violations : (..., classes)
        How far each class is on the wrong side of its threshold; 0 if it is not.
    violation_bases : (..., classes)
        The lower end of that stretch.
    """

    scores: FloatArray
    labels: IntArray
    probabilities: FloatArray
    targets: FloatArray
    cross_entropy: FloatArray
    cross_entropy_gradient: FloatArray
    hinge: FloatArray
    hinge_gradient: FloatArray
    thresholds: FloatArray
    violations: FloatArray
    violation_bases: FloatArray

    @property
    def true_probability(self) -> FloatArray:
        """Probability of the true class."""
        taken = np.take_along_axis(self.probabilities, self.labels[..., None], axis=-1)
        return np.asarray(taken[..., 0])

    @cached_property
    def violation_count(self) -> IntArray:
        """Number of classes on the wrong side of their threshold."""
        return np.asarray(np.count_nonzero(self.violations, axis=-1), dtype=np.int64)

    @cached_property
    def predictions(self) -> IntArray:
        """The class with the highest score; the first of several."""
        return np.asarray(np.argmax(self.scores, axis=-1), dtype=np.int64)

    @cached_property
    def cross_entropy_gradient_norm(self) -> FloatArray:
        """Euclidean norm of p - t."""
        return _norm(self.cross_entropy_gradient)

    @cached_property
    def hinge_gradient_norm(self) -> FloatArray:
        """Euclidean norm of the hinge gradient."""
        return _norm(self.hinge_gradient)

    @cached_property
    def verdicts(self) -> IntArray:
        """The :class:`Verdict` on each sample."""
        highest = self.scores.max(axis=-1)
        true_scores = np.take_along_axis(self.scores, self.labels[..., None], axis=-1)[..., 0]
        leaders = np.count_nonzero(self.scores == highest[..., None], axis=-1)
        satisfied = self.violation_count == 0
        small = self.cross_entropy_gradient_norm < ALMOST_DONE
        conditions = [
            satisfied & (self.cross_entropy == 0),
            satisfied & small,
            satisfied,
            true_scores < highest,
            leaders > 1,
            small,
        ]
        verdicts = [
            Verdict.BELOW_FLOAT64,
            Verdict.SOFTMAX_ALMOST_DONE,
            Verdict.SVM_SATISFIED,
            Verdict.BOTH_PUSH_WRONG,
            Verdict.TIE,
            Verdict.ONLY_SVM_PUSHES,
        ]
        return np.asarray(np.select(conditions, verdicts, Verdict.BOTH_PUSH_RIGHT), dtype=np.int64)


def margin_thresholds(
    scores: FloatArray, labels: IntArray, margin: FloatArray | float, variant: HingeVariant
) -> FloatArray:
    """The score at which each class meets its margin.

    s_y - margin for a wrong class of a multi-class SVM, and NaN for the true class; -margin and
    +margin one against all.

    Parameters
    ----------
    scores : (..., classes)
    labels : (...)
    margin : (...) or a number for all samples
    variant
        As in :func:`core.losses.hinge.hinge`.

    Returns
    -------
    (..., classes)

    Examples
    --------
    >>> margin_thresholds(np.array([3.2, 5.1, -1.7]), np.array(0), 1.0, "weston_watkins").tolist()
    [nan, 2.2, 2.2]
    """
    is_true = np.arange(scores.shape[-1]) == labels[..., None]
    distance = np.asarray(margin)[..., None]
    if variant == "one_vs_all":
        return np.where(is_true, distance, -distance)
    true_scores = np.take_along_axis(scores, labels[..., None], axis=-1)
    return np.where(is_true, np.nan, true_scores - distance)


def compare_losses(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
    decimals: int | None = None,
) -> Comparison:
    """Evaluate cross-entropy and hinge on the same scores, sample by sample.

    Whether a margin is met is decided on the scores as they are written: see `exact_decimals`.

    Parameters
    ----------
    scores : (..., classes)
        Unnormalised class scores, of any number of leading dimensions.
    labels : (...) or broadcastable to it
        Integer labels.
    margin, variant
        As in :func:`core.losses.hinge.hinge`.
    decimals : int, optional
        The decimal places of all scores and of the margin, if known.

    Raises
    ------
    ValueError
        As :func:`core.losses.cross_entropy.cross_entropy` and :func:`core.losses.hinge.hinge` do.

    Examples
    --------
    >>> cat = compare_losses([3.2, 5.1, -1.7], 0)
    >>> round(float(cat.hinge), 4), round(float(cat.cross_entropy), 4)
    (2.9, 2.0404)
    """
    table = np.asarray(scores, dtype=np.float64)
    label = np.broadcast_to(np.asarray(labels, dtype=np.int64), table.shape[:-1])
    soft = cross_entropy(table, label, reduction="none")
    if decimals is None:
        decimals = decimal_places(table, margin)
    unit = 10.0**decimals
    whole_scores, whole_margin = whole(table, decimals), float(whole(margin, decimals))
    svm = hinge(whole_scores, label, margin=whole_margin, variant=variant, reduction="none")
    is_true = np.arange(table.shape[-1]) == label[..., None]
    violations = np.maximum(svm.margins, 0.0) / unit
    return Comparison(
        scores=table,
        labels=label,
        probabilities=softmax(table),
        targets=is_true.astype(np.float64),
        cross_entropy=soft.per_sample,
        cross_entropy_gradient=soft.gradient,
        hinge=svm.per_sample / unit,
        hinge_gradient=svm.gradient,
        thresholds=margin_thresholds(table, label, margin, variant),
        violations=violations,
        violation_bases=np.where(is_true, table, table - violations),
    )


@dataclass(frozen=True, eq=False)
class OneStep:
    """Where one step of gradient descent takes the scores, shape (..., classes).

    Attributes
    ----------
    svm, softmax : ndarray
        The scores after a step with the hinge loss, and with the cross-entropy.
    """

    svm: FloatArray
    softmax: FloatArray


def one_step(result: Comparison, rate: float) -> OneStep:
    r"""Return the scores after one step down each of the two gradients.

    .. math:: s' = s - \eta \, \nabla_s L

    Parameters
    ----------
    result : Comparison of shape (..., classes)
        Both losses on the present scores: for a sweep, all of it at once.
    rate : float
        The step size eta, above 0 and at most 1e6, in units of the scores.

    Returns
    -------
    OneStep
        The scores after a step with either loss, shape (..., classes).

    Raises
    ------
    ValueError
        If the rate is not a number in its range.

    Notes
    -----
    Both gradients of a multi-class loss add up to 0, so the sum of the scores stays. That of
    one-vs-all does not.

    References
    ----------
    CS231n notes, "Optimization: stochastic gradient descent".

    Examples
    --------
    >>> step = one_step(compare_losses([3.2, 5.1, -1.7], 0), rate=1.0)
    >>> step.svm.round(4)
    array([ 4.2,  4.1, -1.7])
    >>> step.softmax.round(4)
    array([ 4.07 ,  4.231, -1.701])
    """
    eta = as_real("rate", rate, above=0.0, maximum=LARGEST_RATE)
    return OneStep(
        svm=result.scores - eta * result.hinge_gradient,
        softmax=result.scores - eta * result.cross_entropy_gradient,
    )
