"""One family of losses from softmax to the SVM: the hinge of Crammer and Singer, smoothed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.losses.cross_entropy import cross_entropy
from core.losses.hinge_variants import compare_hinges
from core.losses.loss import REDUCTIONS, Loss, Reduction, reduce
from core.validation import (
    FloatArray,
    as_floats,
    as_labels,
    as_logits,
    reject_entry,
    require_finite,
    require_option,
)

__all__ = ["smoothed_hinge"]


def smoothed_hinge(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    temperature: ArrayLike = 1.0,
    margin: ArrayLike = 0.0,
    reduction: Reduction = "mean",
) -> Loss:
    r"""Return the loss with temperature and margin of which softmax and the SVM are two members.

    .. math:: L = T \log \sum_j \exp\frac{s_j - s_y + \Delta\,[j \ne y]}{T}, \quad
              \frac{\partial L}{\partial s} =
              \mathrm{softmax}\Bigl(\frac{s + \Delta\,[j \ne y]}{T}\Bigr) - t

    T = 1 without a margin is the cross-entropy; T = 0 is the limit, the hinge of Crammer and
    Singer, max_j (s_j - s_y + margin [j != y]), with its subgradient.

    Parameters
    ----------
    scores : array_like, shape (..., classes)
        Finite scores s.
    labels : array_like of int, shape (...)
        The true class y of each sample.
    temperature, margin : array_like, broadcastable to (...)
        T and the margin of each sample, at least 0, in the units of the scores.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the samples. One sample is a batch of one.

    Returns
    -------
    Loss
        In float64, in the units of the scores; the gradient's entries add up to 0 and lie between
        -1 and 1, whatever T.

    Raises
    ------
    ValueError
        If scores, temperature or margin are not finite, if one of the latter is negative, if the
        labels do not fit, or if the reduction is none of the three.

    Notes
    -----
    Divided by a small T, the rounding error of s_j - s_y would become large: the differences are
    taken with what rounding took from them. The relative error of the loss, and of each entry of
    the gradient that float64 holds, is at most a few epsilons times 1 + spread / T, and never more
    than 750 times that of a plain exponential.

    References
    ----------
    Pletscher, Ong and Buhmann, "Entropy and margin maximization for structured output learning",
    ECML PKDD 2010.

    Examples
    --------
    >>> cat = [3.2, 5.1, -1.7]
    >>> [round(smoothed_hinge(cat, 0, temperature=T, margin=1.0).value, 4) for T in (1.0, 0.1, 0.0)]
    [2.9546, 2.9, 2.9]
    >>> round(smoothed_hinge(cat, 0).value, 4)
    2.0404
    """
    values = as_logits("scores", scores).astype(np.float64)
    require_finite("scores", values)
    label = as_labels("labels", labels, "scores", values.shape)
    require_option("reduction", reduction, REDUCTIONS)
    batch = values.shape[:-1]
    divisor, distance = (
        np.broadcast_to(_not_negative(name, given), batch)
        for name, given in (("temperature", temperature), ("margin", margin))
    )
    losses, gradient = _smooth(values, label, np.where(divisor == 0, 1.0, divisor), distance)
    is_limit, is_softmax = divisor == 0, (divisor == 1) & (distance == 0)
    if is_limit.any():
        limit = compare_hinges(values, label, margin=distance, variant="crammer_singer")
        losses = np.where(is_limit, limit.loss, losses)
        gradient = np.where(is_limit[..., None], limit.gradient, gradient)
    if is_softmax.any():
        soft = cross_entropy(values, label, reduction="none")
        losses = np.where(is_softmax, soft.per_sample, losses)
        gradient = np.where(is_softmax[..., None], soft.gradient, gradient)
    count = losses.size if reduction == "mean" else 1
    return Loss(*reduce(losses.reshape(-1), values, reduction), gradient / count)


def _not_negative(name: str, given: ArrayLike) -> FloatArray:
    numbers = as_floats(name, given).astype(np.float64)
    require_finite(name, numbers)
    if numbers.min() < 0:
        reject_entry(name, numbers, numbers < 0, "must be at least 0")
    return numbers


@np.errstate(over="ignore", under="ignore")
def _smooth(
    scores: FloatArray,
    labels: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
    T: FloatArray,
    margin: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the loss of each sample and its gradient for T > 0."""
    is_true = np.arange(scores.shape[-1]) == labels[..., None]
    raised = np.where(is_true, 0.0, margin[..., None])
    peak = (scores + raised).argmax(axis=-1)[..., None]
    is_peak = np.arange(scores.shape[-1]) == peak

    def differences(place: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> FloatArray:
        """s_j - s_k, with what each of the two has been raised by."""
        first = np.take_along_axis(scores, place, axis=-1)
        plain, lost = _two_sum(scores, -first)
        total, lost_again = _two_sum(plain, raised - np.take_along_axis(raised, place, axis=-1))
        return np.asarray(total + (lost + lost_again))

    exponentials = np.exp(differences(peak) / T[..., None])
    others = np.where(is_peak, 0.0, exponentials).sum(axis=-1)
    highest = np.where(is_peak, differences(labels[..., None]), 0.0).sum(axis=-1)
    probabilities = np.where(is_peak, 1.0, exponentials) / (1.0 + others)[..., None]
    pushed = np.where(is_true, 0.0, probabilities)
    gradient = np.where(is_true, 0.0 - pushed.sum(axis=-1, keepdims=True), pushed)
    return highest + T * np.log1p(others), gradient


def _two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a + b, and what rounding took from it (Knuth)."""
    total = a + b
    added = total - a
    return total, (a - (total - added)) + (b - added)
