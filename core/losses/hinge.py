"""The hinge loss of the SVM and its variants, with their gradients at the scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from core.losses.loss import REDUCTIONS, Loss, Reduction, as_rows, blocks, like, reduce
from core.validation import (
    FloatArray,
    LabelArray,
    as_labels,
    as_logits,
    as_real,
    reject_entry,
    require_option,
)

__all__ = ["HINGE_VARIANTS", "HingeLoss", "HingeVariant", "hinge", "hinge_margins", "hinge_values"]

HingeVariant = Literal["weston_watkins", "crammer_singer", "one_vs_all"]


HINGE_VARIANTS: tuple[HingeVariant, ...] = get_args(HingeVariant)


@dataclass(frozen=True, eq=False)
class HingeLoss(Loss):
    """A hinge loss with its gradient and margins.

    Attributes
    ----------
    margins : ndarray
        How far each class is inside the margin, same shape as the scores and not clipped: above 0
        the margin is violated.
    """

    margins: FloatArray


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def hinge(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
    power: Literal[1, 2] = 1,
    reduction: Reduction = "mean",
) -> HingeLoss:
    r"""Return the multiclass hinge (SVM) loss, its gradient and its margins.

    With m the margins, y the label and q the power:

    - ``weston_watkins``: m_j = s_j - s_y + margin for j != y, and 0 for y;
      L = sum_j max(0, m_j)^q. The loss of CS231n.
    - ``crammer_singer``: the same margins; L = max_j max(0, m_j)^q. Only the worst class counts.
    - ``one_vs_all``: m_y = margin - s_y, and m_j = margin + s_j for j != y;
      L = sum_j max(0, m_j)^q. Each class has its own binary hinge loss.

    Parameters
    ----------
    scores : array_like, shape (classes,) or (batch, classes)
        The scores s; further leading axes count as batch too. -inf is allowed for a wrong class,
        which then never violates the margin.
    labels : array_like of int, shape () or (batch,)
        The true class y of each sample.
    margin : float
        By how much the true class has to win, at least 0, in the units of the scores.
    variant : {"weston_watkins", "crammer_singer", "one_vs_all"}
        How the margins make a loss.
    power : {1, 2}
        1 for the hinge, 2 for the squared hinge.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the samples. One sample is a batch of one.

    Returns
    -------
    HingeLoss
        The value, the loss of each sample, the gradient at the scores and the margins, in the
        scores' float type (integers become float64; a mean or sum is a Python float).

    Raises
    ------
    ValueError
        If the scores are empty, contain NaN or +inf, or -inf for a true class (its margins have
        no value); if the labels do not fit; if an option is out of range.

    Notes
    -----
    At a kink, where a margin is exactly 0, the subgradient 0 is taken. Where several classes share
    the largest margin of ``crammer_singer``, the gradient goes to the first of them.

    References
    ----------
    Weston and Watkins, "Support vector machines for multi-class pattern recognition" (1999).
    Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector
    machines", JMLR 2 (2001).
    Rifkin and Klautau, "In defense of one-vs-all classification", JMLR 5 (2004).

    Examples
    --------
    >>> loss = hinge([3.2, 5.1, -1.7], 0)
    >>> round(loss.value, 4)
    2.9
    >>> loss.gradient
    array([-1.,  1.,  0.])
    >>> loss.margins.round(4)
    array([ 0. ,  2.9, -3.9])
    """
    values = as_logits("scores", scores)
    true_classes = as_labels("labels", labels, "scores", values.shape).reshape(-1)
    margin = as_real("margin", margin, minimum=0.0)
    require_option("variant", variant, HINGE_VARIANTS)
    require_option("power", power, (1, 2))
    require_option("reduction", reduction, REDUCTIONS)

    rows = as_rows(values)
    batch = len(rows)
    divisor = batch if reduction == "mean" else 1
    per_sample = np.empty(batch, rows.dtype)
    gradient = np.empty_like(rows)
    margins = np.empty_like(rows)
    for block in blocks(rows):
        block_rows, block_labels = rows[block], true_classes[block]
        index = np.arange(len(block_rows))
        block_margins, slope = margins[block], gradient[block]
        true_scores = _write_margins(block_rows, block_labels, margin, variant, block_margins)
        np.maximum(block_margins, 0.0, out=slope)
        if variant == "crammer_singer":
            worst = slope.argmax(axis=1)
            violation = slope[index, worst]
            slope[...] = 0.0
            slope[index, worst] = violation
        per_sample[block] = (slope if power == 1 else slope * slope).sum(axis=1)
        if not (np.isfinite(true_scores).all() and np.isfinite(per_sample[block]).all()):
            _reject_scores(values, true_classes)

        if power == 1:
            np.sign(slope, out=slope)
        else:
            slope *= 2.0
        if divisor > 1:
            slope /= divisor
        # Zero minus a number, not its negative, which would turn 0 into -0.
        if variant == "one_vs_all":
            slope[index, block_labels] = 0.0 - slope[index, block_labels]
        else:
            slope[index, block_labels] = 0.0 - slope.sum(axis=1)
    return HingeLoss(
        *reduce(per_sample, values, reduction), like(gradient, values), like(margins, values)
    )


def hinge_values(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
    power: Literal[1, 2] = 1,
) -> FloatArray:
    """Return the hinge loss of each sample without the gradient, in half the time.

    Parameters
    ----------
    scores, labels, margin, variant, power
        As for :func:`hinge`.

    Returns
    -------
    ndarray, shape () or (batch,)
        The same as ``hinge(scores, labels).per_sample``, to the last bit.

    Raises
    ------
    ValueError
        As :func:`hinge` does.

    Examples
    --------
    >>> hinge_values([[3.2, 5.1, -1.7], [1.0, 0.0, 0.0]], [0, 0], power=2).round(4)
    array([8.41, 0.  ])
    """
    require_option("power", power, (1, 2))
    values, margins = _all_margins(scores, labels, margin, variant)
    with np.errstate(over="ignore", under="ignore"):
        violations = np.maximum(margins, 0.0, out=margins)
        if variant == "crammer_singer":
            # Along short rows NumPy is slow, but not to copy them.
            violations = np.asfortranarray(violations).max(axis=1, keepdims=True)
        per_sample = (violations if power == 1 else violations * violations).sum(axis=1)
        return like(per_sample, values, values.shape[:-1])


def hinge_margins(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
) -> FloatArray:
    """Return the margins of a hinge loss, in a fraction of the time that the loss takes.

    Parameters
    ----------
    scores, labels, margin, variant
        As for :func:`hinge`.

    Returns
    -------
    ndarray, same shape as the scores
        The same as ``hinge(scores, labels).margins``.

    Raises
    ------
    ValueError
        As :func:`hinge` does.

    Examples
    --------
    >>> hinge_margins([3.2, 5.1, -1.7], 0).round(4)
    array([ 0. ,  2.9, -3.9])
    """
    values, margins = _all_margins(scores, labels, margin, variant)
    return like(margins, values)


@np.errstate(over="ignore", invalid="ignore")
def _all_margins(
    scores: ArrayLike, labels: ArrayLike, margin: float, variant: HingeVariant
) -> tuple[FloatArray, FloatArray]:
    """Return the scores as floats, and the margins as rows in the type to compute in."""
    values = as_logits("scores", scores)
    true_classes = as_labels("labels", labels, "scores", values.shape).reshape(-1)
    margin = as_real("margin", margin, minimum=0.0)
    require_option("variant", variant, HINGE_VARIANTS)
    rows = as_rows(values)
    margins = np.empty_like(rows)
    true_scores = _write_margins(rows, true_classes, margin, variant, margins)
    # A NaN counts as the largest entry.
    if not (np.isfinite(true_scores).all() and np.isfinite(margins.max())):
        _reject_scores(values, true_classes)
    return values, margins


def _write_margins(
    rows: FloatArray, labels: LabelArray, margin: float, variant: HingeVariant, margins: FloatArray
) -> FloatArray:
    """Write the margins into the buffer; return the scores of the true classes."""
    index = np.arange(len(rows))
    true_scores: FloatArray = rows[index, labels]
    if variant == "one_vs_all":
        np.add(rows, margin, out=margins)
        margins[index, labels] = margin - true_scores
    else:
        # The margin last: added to the difference it survives where the scores are huge.
        np.subtract(rows, true_scores[:, None], out=margins)
        margins += margin
        margins[index, labels] = 0.0
    return true_scores


def _reject_scores(scores: FloatArray, labels: LabelArray) -> None:
    """Raise a ``ValueError`` for the first score without a hinge loss, if there is one."""
    bad = np.isnan(scores) | np.isposinf(scores)
    if bad.any():
        reject_entry("scores", scores, bad, "must be finite, or -inf for a wrong class")
    true_class = labels.reshape(*scores.shape[:-1], 1) == np.arange(scores.shape[-1])
    bad = np.isneginf(scores) & true_class
    if bad.any():
        reject_entry("scores", scores, bad, "must be finite for the true class")
