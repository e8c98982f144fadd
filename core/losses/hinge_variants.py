"""Every variant of the hinge loss on the same scores, and where the losses bend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.comparison import margin_thresholds
from core.losses.exact_decimals import decimal_places, whole
from core.losses.hinge import HINGE_VARIANTS, HingeLoss, HingeVariant, hinge
from core.validation import (
    FloatArray,
    as_floats,
    as_logits,
    reject_entry,
    require_finite,
    require_option,
)

__all__ = [
    "HINGE_POWERS",
    "HingeComparison",
    "HingePower",
    "HingeVerdict",
    "Term",
    "compare_hinges",
    "hinge_kinks",
    "hinge_losses",
]

IntArray = NDArray[np.int64]
HingePower = Literal[1, 2]
HINGE_POWERS: Final[tuple[HingePower, ...]] = (1, 2)


class HingeVerdict(IntEnum):
    """What the chosen variant says about one sample."""

    SATISFIED = 0
    """Every class is beyond its margin: no loss, no gradient."""
    SATISFIED_AT_KINK = 1
    """No loss, and a margin is met exactly."""
    VIOLATED = 2
    """A margin is violated."""
    VIOLATED_AT_KINK = 3
    """A margin is violated, and another that counts is met exactly."""
    TIED = 4
    """Crammer-Singer: several classes share the largest violation."""


class Term(IntEnum):
    """Where one class's term max(0, m) stands."""

    NONE = 0
    """The true class of a multi-class SVM has no term."""
    CLIPPED = 1
    """m < 0: cut off at 0."""
    MET = 2
    """m = 0: at the kink."""
    VIOLATED = 3
    """m > 0."""


@dataclass(frozen=True, eq=False)
class HingeComparison:
    """The hinge losses of scores of shape (..., classes), and the parts of the chosen one.

    Attributes
    ----------
    variant, power
        The chosen variant, as in :func:`core.losses.hinge.hinge`.
    scores, labels, margin : (..., classes), (...), (...)
        What the losses are computed from.
    margins : (..., classes)
        m, not clipped, of the chosen variant: s_j - s_y + margin, and 0 for the true class; one
        against all, margin + s_j, and margin - s_y for the true class.
    counted : (..., classes)
        The part of each m that the loss counts, before the power: max(0, m), and for
        ``crammer_singer`` the largest only, the first of several.
    losses : Mapping of (variant, power) to (...)
        The loss of every variant and power.
    gradient : (..., classes)
        The derivative of the chosen loss by each score.
    thresholds : (..., classes)
        As in :func:`core.losses.comparison.margin_thresholds`.
    """

    variant: HingeVariant
    power: HingePower
    scores: FloatArray
    labels: IntArray
    margin: FloatArray
    margins: FloatArray
    counted: FloatArray
    losses: Mapping[tuple[HingeVariant, HingePower], FloatArray]
    gradient: FloatArray
    thresholds: FloatArray

    @property
    def loss(self) -> FloatArray:
        """The chosen loss."""
        return self.losses[self.variant, self.power]

    @cached_property
    def is_true(self) -> NDArray[np.bool_]:
        """Whether a class is the true one, (..., classes)."""
        return np.asarray(np.arange(self.scores.shape[-1]) == self.labels[..., None])

    @cached_property
    def violations(self) -> FloatArray:
        """How far each class is on the wrong side of its threshold, (..., classes)."""
        return np.maximum(self.margins, 0.0)

    @property
    def violation_bases(self) -> FloatArray:
        """The lower end of that stretch: the threshold, or the score of the true class."""
        return np.where(self.is_true, self.scores, self.scores - self.violations)

    @property
    def violation_count(self) -> IntArray:
        """Number of classes on the wrong side of their threshold."""
        return np.asarray(np.count_nonzero(self.violations, axis=-1), dtype=np.int64)

    @cached_property
    def terms(self) -> IntArray:
        """The :class:`Term` of each class."""
        sides = np.select([self.margins < 0, self.margins > 0], [Term.CLIPPED, Term.VIOLATED])
        terms = np.where(sides == 0, Term.MET, sides)
        if self.variant != "one_vs_all":
            terms = np.where(self.is_true, Term.NONE, terms)
        return terms.astype(np.int64)

    @property
    def lead(self) -> FloatArray:
        """By how much the true score is above the highest other one."""
        others = np.where(self.is_true, -np.inf, self.scores).max(axis=-1)
        return np.asarray(self._of_true(self.scores) - others)

    @property
    def worst(self) -> IntArray:
        """The class with the largest violation; the first of several."""
        return np.asarray(self.violations.argmax(axis=-1), dtype=np.int64)

    @property
    def true_gradient(self) -> FloatArray:
        """The derivative by the score of the true class."""
        return self._of_true(self.gradient)

    @property
    def line_origin(self) -> FloatArray:
        """The score that the margin line stands below, by the margin."""
        true_scores = self._of_true(self.scores)
        return np.zeros_like(true_scores) if self.variant == "one_vs_all" else true_scores

    def _of_true(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.take_along_axis(values, self.labels[..., None], axis=-1)[..., 0])

    @cached_property
    def verdicts(self) -> IntArray:
        """The :class:`HingeVerdict` on each sample."""
        terms = self.terms
        met = (terms == Term.MET).any(axis=-1)
        violated = (terms == Term.VIOLATED).any(axis=-1)
        verdicts = np.where(
            violated,
            np.where(met, HingeVerdict.VIOLATED_AT_KINK, HingeVerdict.VIOLATED),
            np.where(met, HingeVerdict.SATISFIED_AT_KINK, HingeVerdict.SATISFIED),
        )
        if self.variant == "crammer_singer":
            # A term below the largest does not count, wherever it stands.
            worst = self.violations.max(axis=-1, keepdims=True)
            tied = np.count_nonzero(self.violations == worst, axis=-1) > 1
            verdicts = np.where(
                violated, np.where(tied, HingeVerdict.TIED, HingeVerdict.VIOLATED), verdicts
            )
        return verdicts.astype(np.int64)


def compare_hinges(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    margin: ArrayLike = 1.0,
    variant: HingeVariant = "weston_watkins",
    power: HingePower = 1,
    decimals: int | None = None,
) -> HingeComparison:
    r"""Evaluate every variant of the hinge loss, sample by sample, and take the chosen one apart.

    Parameters
    ----------
    scores : (..., classes)
        Unnormalised class scores, of any number of leading dimensions.
    labels : (...) or broadcastable to it
        Integer labels.
    margin : (...) or broadcastable to it
        The margin of each sample, at least 0, in units of the scores.
    variant, power
        The variant to take apart, as in :func:`core.losses.hinge.hinge`.
    decimals : int, optional
        The decimal places of all scores and margins, if known: see `core.losses.exact_decimals`.

    Raises
    ------
    ValueError
        If a margin is negative or not finite, and as :func:`core.losses.hinge.hinge` does.

    Notes
    -----
    Margins are met as the decimals are written, see `exact_decimals`: the losses are computed
    in units of the last decimal place and scaled back, L(c s, c margin) = c^q L(s, margin).

    Examples
    --------
    >>> cat = compare_hinges([3.2, 5.1, -1.7], 0, power=2)
    >>> {f"{variant} {power}": float(loss) for (variant, power), loss in cat.losses.items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'weston_watkins 1': 2.9, 'weston_watkins 2': 8.41, 'crammer_singer 1': 2.9,
     'crammer_singer 2': 8.41, 'one_vs_all 1': 6.1, 'one_vs_all 2': 37.21}
    >>> cat.gradient
    array([-5.8,  5.8,  0. ])
    """
    require_option("variant", variant, HINGE_VARIANTS)
    require_option("power", power, HINGE_POWERS)
    table = as_logits("scores", scores).astype(np.float64)
    label = np.broadcast_to(np.asarray(labels, dtype=np.int64), table.shape[:-1])
    distance = as_floats("margin", margin).astype(np.float64)
    require_finite("margin", distance)
    if distance.min() < 0:
        reject_entry("margin", distance, distance < 0, "must be at least 0")
    if decimals is None:
        decimals = decimal_places(table, distance)
    distance = np.broadcast_to(distance, table.shape[:-1])

    unit = 10.0**decimals
    whole_scores, whole_margin = whole(table, decimals), whole(distance, decimals)
    results = {
        (each, degree): _hinge(whole_scores, label, whole_margin, each, degree)
        for each in HINGE_VARIANTS
        for degree in HINGE_POWERS
    }
    chosen = results[variant, power]
    margins = chosen.margins / unit
    thresholds = margin_thresholds(whole_scores, label, whole_margin, variant) / unit
    return HingeComparison(
        variant=variant,
        power=power,
        scores=table,
        labels=label,
        margin=distance,
        margins=margins,
        counted=_counted(margins, variant),
        losses={
            (each, degree): result.per_sample / unit**degree
            for (each, degree), result in results.items()
        },
        gradient=chosen.gradient / unit ** (power - 1),
        thresholds=thresholds,
    )


def hinge_kinks(
    scores: ArrayLike,
    moved: ArrayLike,
    labels: ArrayLike,
    *,
    margin: ArrayLike = 1.0,
    variant: HingeVariant = "weston_watkins",
    power: HingePower = 1,
) -> FloatArray:
    """Where the hinge loss bends as one score moves and the others stay.

    The hinge bends where a margin is met exactly. The squared hinge is smooth there: it only bends,
    for ``crammer_singer``, where the moved class becomes the worst one.

    ``moved`` are the classes, (...), whose scores move; the rest is as of `hinge_losses`. The kinks
    are (..., 2, classes), as (score, loss), in no order; NaN fills what is not used.

    Examples
    --------
    >>> hinge_kinks([3.2, 5.1, -1.7], 0, 0).round(9).tolist()
    [[nan, 6.1, -0.7], [nan, 0.0, 6.8]]
    """
    table = np.asarray(scores, dtype=np.float64)
    batch, classes = table.shape[:-1], table.shape[-1]
    which, label, distance = (
        np.broadcast_to(np.asarray(values), batch)[..., None] for values in (moved, labels, margin)
    )
    is_moved, is_true = np.arange(classes) == which, np.arange(classes) == label
    moves_true = which == label
    true_scores = np.take_along_axis(table, label, axis=-1)
    # Where a wrong class that moves starts to count: at its margin, or as the worst of several.
    met = true_scores - distance
    if variant == "crammer_singer":
        rivals = np.where(is_moved | is_true, -np.inf, table)
        rival = rivals.max(axis=-1, keepdims=True)
        if power == 2:
            at = np.where(is_moved & ~moves_true & (rival > met), rival, np.nan)
        else:
            starts = np.where(moves_true, rival + distance, np.maximum(rival, met))
            at = np.where(is_moved, starts, np.nan)
    elif power == 2:
        at = np.full(table.shape, np.nan)
    elif variant == "one_vs_all":
        at = np.where(is_moved, np.where(moves_true, distance, -distance), np.nan)
    else:
        at = np.where(moves_true & ~is_true, table + distance, np.nan)
        at = np.where(~moves_true & is_moved, met, at)

    known = ~np.isnan(at)
    bent = np.where(known[..., None] & is_moved[..., None, :], at[..., None], table[..., None, :])
    heights = hinge_losses(bent, label, margin=distance, variant=variant, power=power)
    return np.stack([at, np.where(known, heights, np.nan)], axis=-2)


def hinge_losses(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    margin: ArrayLike = 1.0,
    variant: HingeVariant = "weston_watkins",
    power: HingePower = 1,
) -> FloatArray:
    """The hinge loss of each sample, each with its own margin.

    Of scores (..., classes), labels and margins (...): those of one sample may be repeated for all.

    Examples
    --------
    >>> hinge_losses([3.2, 5.1, -1.7], [0, 0], margin=[0, 1]).round(9).tolist()
    [1.9, 2.9]
    """
    table = np.asarray(scores, dtype=np.float64)
    label, distance = np.asarray(labels, dtype=np.int64), np.asarray(margin, dtype=np.float64)
    batch = np.broadcast_shapes(table.shape[:-1], label.shape, distance.shape)
    label, distance = np.broadcast_to(label, batch), np.broadcast_to(distance, batch)
    return _hinge(table, label, distance, variant, power).per_sample


def _hinge(
    scores: FloatArray,
    labels: IntArray,
    margin: FloatArray,
    variant: HingeVariant,
    power: HingePower,
) -> HingeLoss:
    """Return the hinge loss of each sample with its own margin, which its scores take in.

    L(s, margin) = L(s', 0), with the true score lowered by the margin; one against all also asks
    the others to be as much below 0, so that their scores are raised by it.
    """
    is_true = np.arange(scores.shape[-1]) == labels[..., None]
    others = margin[..., None] if variant == "one_vs_all" else 0.0
    shifted = scores + np.where(is_true, -margin[..., None], others)
    return hinge(shifted, labels, margin=0.0, variant=variant, power=power, reduction="none")


def _counted(margins: FloatArray, variant: HingeVariant) -> FloatArray:
    """Return the part of each margin that is in the loss."""
    violations = np.maximum(margins, 0.0)
    if variant != "crammer_singer":
        return violations
    is_worst = np.arange(margins.shape[-1]) == violations.argmax(axis=-1)[..., None]
    return np.where(is_worst, violations, 0.0)
