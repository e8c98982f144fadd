"""The cross-entropy of softmax, with its gradient at the logits."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.loss import (
    REDUCTIONS,
    Loss,
    Reduction,
    are_labels,
    as_rows,
    block_length,
    blocks,
    like,
    reduce,
)
from core.validation import (
    FloatArray,
    as_distributions,
    as_labels,
    as_logits,
    as_real,
    reject_logits,
    require_option,
)

__all__ = ["cross_entropy", "cross_entropy_values"]

# Below this many classes, passes along a row are too short to be fast; see `_work_area`.
_FEW_CLASSES = 48


# From this length on, a row is worth an inner loop of its own; see `_prefer_row_loops`.
_LONG_ROW_BYTES = 2048


# How much of a row is summed term after term; see `_row_sums`.
_RUN_BYTES = 1024


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def cross_entropy(
    logits: ArrayLike,
    targets: ArrayLike,
    *,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Loss:
    r"""Return the cross-entropy of the softmax of the logits, in nats, and its gradient.

    .. math:: L = -\sum_j t_j \log p_j, \quad p = \mathrm{softmax}(z), \quad
              \frac{\partial L}{\partial z} = p - t

    Parameters
    ----------
    logits : array_like, shape (classes,) or (batch, classes)
        The scores z; further leading axes count as batch too. -inf is allowed: probability 0.
    targets : array_like
        Either labels: integers of shape () or (batch,); or distributions t: the shape of the
        logits, not negative, each summing to one.
    label_smoothing : float
        The part s, from 0 to 1, of each target that is spread evenly over all classes:
        (1 - s) t + s / classes.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the samples. One sample is a batch of one.

    Returns
    -------
    Loss
        The value, the loss of each sample and the gradient at the logits, in the logits' float
        type (integers become float64; a mean or sum is a Python float).

    Raises
    ------
    ValueError
        If the logits are empty, contain NaN or +inf, or a sample is -inf throughout; if the
        targets are neither labels nor distributions for them; if an option is out of range.

    Notes
    -----
    Both parts of -log p_j = (z_k - z_j) + log1p(sum over i != k of exp(z_i - z_k)), with k the
    largest logit, are at least 0, so nothing cancels, however confident the prediction. In float64
    the relative error is at most 4 + max |z_i - z_j| machine epsilons. The gradient of a class with
    p > 1/2 is made from the other classes for the same reason.

    If a class with target mass has probability 0 (a logit of -inf), the loss is +inf and the
    gradient still p - t.

    References
    ----------
    Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 6.2.2.3.
    Szegedy et al., "Rethinking the Inception architecture" (2016), section 7: label smoothing.

    Examples
    --------
    >>> loss = cross_entropy([3.2, 5.1, -1.7], 0)
    >>> round(loss.value, 4)
    2.0404
    >>> loss.gradient.round(4)
    array([-0.87 ,  0.869,  0.001])
    >>> print(f"{cross_entropy([10, -100, -100], 0).value:.4g}")
    3.378e-48
    """
    values = as_logits("logits", logits)
    require_option("reduction", reduction, REDUCTIONS)
    smoothing = as_real("label_smoothing", label_smoothing, minimum=0.0, maximum=1.0)
    rows = as_rows(values)
    fitted = _labels_or_distributions(targets, values, rows, smoothing)
    is_dense = fitted.ndim == 2

    batch = len(rows)
    divisor = batch if reduction == "mean" else 1
    index = np.arange(batch)
    gradient = np.empty(rows.shape, rows.dtype)
    winners = np.empty(batch, np.intp)
    peaks, others, expected = np.empty((3, batch), rows.dtype)
    work_area = _work_area(gradient)
    _prefer_row_loops(rows)
    for block in blocks(rows):
        chunk, slopes = rows[block], gradient[block]
        work = slopes if work_area is None else work_area[: len(chunk)]
        winners[block], peaks[block] = _shift(chunk, work)
        if is_dense:
            expected[block] = _weighted_sum(fitted[block], work)
        others[block] = _sum_of_others(work, winners[block])
        scale = 1.0 / ((1.0 + others[block]) * divisor)
        np.multiply(work, scale[:, None], out=slopes)
        if is_dense:
            slopes -= fitted[block] / divisor
    # A NaN counts as the largest entry, so that the maxima alone tell whether all is well.
    if not np.isfinite(peaks).all():
        reject_logits("logits", values)

    if is_dense:
        mass = fitted.sum(axis=1)
        winner_targets = fitted[index, winners]
    else:
        mass = 1.0
        winner_targets = (fitted == winners).astype(rows.dtype)
        expected = rows[index, fitted] - peaks
        gradient[index, fitted] -= 1.0 / divisor
    per_sample = mass * np.log1p(others) - expected
    gradient[index, winners] = _winner_gradient(others, winner_targets) / divisor
    return Loss(*reduce(per_sample, values, reduction), like(gradient, values))


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def cross_entropy_values(logits: ArrayLike, labels: ArrayLike) -> FloatArray:
    """Return the cross-entropy of each sample without the gradient, in half the time.

    It is ``cross_entropy(logits, labels).per_sample``, to the last bit, with the same errors.

    Examples
    --------
    >>> cross_entropy_values([[3.2, 5.1, -1.7], [0.0, 0.0, 0.0]], [0, 2]).round(4)
    array([2.0404, 1.0986])
    """
    values = as_logits("logits", logits)
    true_classes = as_labels("labels", labels, "logits", values.shape).reshape(-1)
    rows = as_rows(values)
    peaks, others = np.empty((2, len(rows)), rows.dtype)
    order: Literal["C", "F"] = "F" if rows.shape[1] < _FEW_CLASSES else "C"
    work_area = np.empty((block_length(rows), rows.shape[1]), rows.dtype, order=order)
    _prefer_row_loops(rows)
    for block in blocks(rows):
        work = work_area[: len(peaks[block])]
        winners, peaks[block] = _shift(rows[block], work)
        others[block] = _sum_of_others(work, winners)
    if not np.isfinite(peaks).all():
        reject_logits("logits", values)
    per_sample = np.log1p(others) - (rows[np.arange(len(rows)), true_classes] - peaks)
    return like(per_sample, values, values.shape[:-1])


def _work_area(gradient: FloatArray) -> FloatArray | None:
    """Return a buffer for one block, or None if the gradient itself is the best place to work in.

    With few classes, the samples of a class lie side by side in the buffer, so that NumPy's inner
    loops run over many samples instead of a handful of classes.
    """
    classes = gradient.shape[1]
    if classes >= _FEW_CLASSES:
        return None
    return np.empty((block_length(gradient), classes), gradient.dtype, order="F")


def _prefer_row_loops(rows: FloatArray) -> None:
    """Let NumPy combine long rows with one number each in one loop per row.

    By default it first repeats the numbers into a buffer that covers several rows, which takes
    longer than the arithmetic. A buffer shorter than a row is of no use to it. As ``setbufsize``
    documents, the setting ends with the enclosing ``errstate``; like that, it is the thread's own.
    """
    if rows.shape[1] * rows.itemsize >= _LONG_ROW_BYTES:
        np.setbufsize(16)


def _row_sums(work: FloatArray) -> FloatArray:
    """Sum each row, as accurately as ``sum`` and for long rows twice as fast.

    ``einsum`` is the fastest sum there is in NumPy, but adds term after term, so that its rounding
    errors grow with the length. It gets short runs; ``sum`` adds their sums pairwise.
    """
    batch, classes = work.shape
    if classes < _FEW_CLASSES:
        totals: FloatArray = work.sum(axis=1)
        return totals
    runs = -(-classes * work.itemsize // _RUN_BYTES)
    length = classes // runs
    even = runs * length
    totals = np.einsum("brl->br", work[:, :even].reshape(batch, runs, length)).sum(axis=1)
    if even < classes:
        totals += work[:, even:].sum(axis=1)
    return totals


def _shift(chunk: FloatArray, work: FloatArray) -> tuple[NDArray[Any], FloatArray]:
    """Write z - max z into the buffer; return each row's (first) winner and its maximum."""
    classes = chunk.shape[1]
    if classes >= _FEW_CLASSES:
        winners = chunk.argmax(axis=1)
        peaks = chunk[np.arange(len(chunk)), winners]
        np.subtract(chunk, peaks[:, None], out=work)
        return winners, peaks
    # ``argmax`` goes row by row; passes over whole classes find the same winner several times
    # faster: the first class that equals the maximum has the largest countdown.
    np.copyto(work, chunk)
    peaks = work.max(axis=1)
    countdown = np.arange(classes - 1, -1, -1, dtype=np.int8)
    winners = classes - 1 - ((work == peaks[:, None]) * countdown).max(axis=1)
    work -= peaks[:, None]
    return winners, peaks


def _sum_of_others(work: FloatArray, winners: NDArray[Any]) -> FloatArray:
    """Turn z - max z into exponentials, the winner's into 0, and sum each row.

    In a sum with the winner's 1 the losses of confident predictions would vanish.
    """
    np.exp(work, out=work)
    work[np.arange(len(work)), winners] = 0.0
    return _row_sums(work)


def _labels_or_distributions(
    targets: ArrayLike, values: FloatArray, rows: FloatArray, smoothing: float
) -> NDArray[Any]:
    """Return labels (batch,) if the targets can be, else (smoothed) distributions like the rows."""
    if are_labels(targets, values, "logits"):
        labels = as_labels("targets", targets, "logits", values.shape).reshape(-1)
        if smoothing == 0.0:
            return labels
        distributions = np.zeros_like(rows)
        distributions[np.arange(len(rows)), labels] = 1.0
    else:
        given = as_distributions("targets", targets, "logits", values.shape, rows.dtype)
        distributions = given.reshape(rows.shape)
    if smoothing > 0.0:
        distributions = (1.0 - smoothing) * distributions + smoothing / rows.shape[1]
    return distributions


def _weighted_sum(targets: FloatArray, shifted: FloatArray) -> FloatArray:
    """Return sum_j t_j (z_j - max z) of each row; a class without target mass counts nothing."""
    products = np.where(targets > 0.0, targets * shifted, 0.0)
    total: FloatArray = products.sum(axis=1)
    return total


def _winner_gradient(others: FloatArray, targets: FloatArray) -> FloatArray:
    """Return p - t at the largest logit, where p = 1 / (1 + others).

    Near p = 1 the difference would cancel, and 1 - p is known better from the other classes; near
    p = 0 it is the other way round.
    """
    total = 1.0 + others
    return np.where(others < 1.0, (1.0 - targets) - others / total, 1.0 / total - targets)
