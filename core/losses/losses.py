"""The losses of classification, each with its value and its gradient at the scores."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.validation import (
    FloatArray,
    LabelArray,
    as_distributions,
    as_floats,
    as_labels,
    as_logits,
    as_real,
    reject_entry,
    reject_logits,
    require_finite,
    require_option,
    working_dtype,
)

__all__ = [
    "HINGE_VARIANTS",
    "REDUCTIONS",
    "HingeLoss",
    "HingeVariant",
    "Loss",
    "Reduction",
    "cross_entropy",
    "cross_entropy_values",
    "hinge",
    "hinge_margins",
    "hinge_values",
    "squared_error",
]

Reduction = Literal["mean", "sum", "none"]
HingeVariant = Literal["weston_watkins", "crammer_singer", "one_vs_all"]
REDUCTIONS: tuple[Reduction, ...] = get_args(Reduction)
HINGE_VARIANTS: tuple[HingeVariant, ...] = get_args(HingeVariant)

# What a block of rows may take so that it stays in a core's cache between the passes over it.
_BLOCK_BYTES = 1024 * 1024
# Below this many classes, passes along a row are too short to be fast; see `_work_area`.
_FEW_CLASSES = 48
# From this length on, a row is worth an inner loop of its own; see `_prefer_row_loops`.
_LONG_ROW_BYTES = 2048
# How much of a row is summed term after term; see `_row_sums`.
_RUN_BYTES = 1024


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss with its gradient.

    Attributes
    ----------
    value : float or ndarray
        The mean or the sum over the samples; with ``reduction="none"`` the same as `per_sample`.
    per_sample : ndarray
        The loss of each sample, shape (batch,); shape () for a single sample.
    gradient : ndarray
        The derivative of the value by each score, same shape as the scores. It is already divided
        by the batch size for ``reduction="mean"``, and not for the others.
    """

    value: float | FloatArray
    per_sample: FloatArray
    gradient: FloatArray


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
    rows = _as_rows(values)
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
    for block in _blocks(rows):
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
    return Loss(*_reduce(per_sample, values, reduction), _like(gradient, values))


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def cross_entropy_values(logits: ArrayLike, labels: ArrayLike) -> FloatArray:
    """Return the cross-entropy of each sample without the gradient, in half the time.

    Parameters
    ----------
    logits : array_like, shape (classes,) or (batch, classes)
        As for :func:`cross_entropy`.
    labels : array_like of int, shape () or (batch,)
        The true class of each sample.

    Returns
    -------
    ndarray, shape () or (batch,)
        The same as ``cross_entropy(logits, labels).per_sample``, to the last bit.

    Raises
    ------
    ValueError
        As :func:`cross_entropy` does.

    Examples
    --------
    >>> cross_entropy_values([[3.2, 5.1, -1.7], [0.0, 0.0, 0.0]], [0, 2]).round(4)
    array([2.0404, 1.0986])
    """
    values = as_logits("logits", logits)
    true_classes = as_labels("labels", labels, "logits", values.shape).reshape(-1)
    rows = _as_rows(values)
    peaks, others = np.empty((2, len(rows)), rows.dtype)
    order: Literal["C", "F"] = "F" if rows.shape[1] < _FEW_CLASSES else "C"
    work_area = np.empty((_block_length(rows), rows.shape[1]), rows.dtype, order=order)
    _prefer_row_loops(rows)
    for block in _blocks(rows):
        work = work_area[: len(peaks[block])]
        winners, peaks[block] = _shift(rows[block], work)
        others[block] = _sum_of_others(work, winners)
    if not np.isfinite(peaks).all():
        reject_logits("logits", values)
    per_sample = np.log1p(others) - (rows[np.arange(len(rows)), true_classes] - peaks)
    return _like(per_sample, values, values.shape[:-1])


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

    rows = _as_rows(values)
    batch = len(rows)
    divisor = batch if reduction == "mean" else 1
    per_sample = np.empty(batch, rows.dtype)
    gradient = np.empty_like(rows)
    margins = np.empty_like(rows)
    for block in _blocks(rows):
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
        *_reduce(per_sample, values, reduction), _like(gradient, values), _like(margins, values)
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
        return _like(per_sample, values, values.shape[:-1])


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
    return _like(margins, values)


@np.errstate(over="ignore", under="ignore")
def squared_error(outputs: ArrayLike, targets: ArrayLike, *, reduction: Reduction = "mean") -> Loss:
    r"""Return half the sum of squared errors of each sample, and its gradient.

    .. math:: L = \frac{1}{2} \sum_j (y_j - t_j)^2, \quad \frac{\partial L}{\partial y} = y - t

    Parameters
    ----------
    outputs : array_like, shape (classes,) or (batch, classes)
        The outputs y; further leading axes count as batch too.
    targets : array_like
        Either labels: integers of shape () or (batch,), which stand for 1 at the label and 0
        elsewhere; or any finite numbers t in the shape of the outputs.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the samples. One sample is a batch of one.

    Returns
    -------
    Loss
        The value, the loss of each sample and the gradient at the outputs, in the outputs' float
        type (integers become float64; a mean or sum is a Python float).

    Raises
    ------
    ValueError
        If the outputs or targets are empty, not finite, or do not fit each other.

    Notes
    -----
    With identity outputs the gradient is y - t, as it is for softmax with cross-entropy.

    References
    ----------
    Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.6: canonical links.

    Examples
    --------
    >>> loss = squared_error([0.3, 0.2, 0.5], 1)
    >>> round(loss.value, 4)
    0.49
    >>> loss.gradient
    array([ 0.3, -0.8,  0.5])
    """
    values = as_logits("outputs", outputs)
    require_option("reduction", reduction, REDUCTIONS)
    require_finite("outputs", values)
    rows = _as_rows(values)
    divisor = len(rows) if reduction == "mean" else 1
    if _are_labels(targets, values, "outputs"):
        labels = as_labels("targets", targets, "outputs", values.shape).reshape(-1)
        gradient = rows.copy()
        gradient[np.arange(len(rows)), labels] -= 1.0
    else:
        wanted = as_floats("targets", targets)
        require_finite("targets", wanted)
        gradient = rows - wanted.reshape(rows.shape).astype(rows.dtype, copy=False)
    per_sample = 0.5 * (gradient * gradient).sum(axis=1)
    gradient /= divisor
    return Loss(*_reduce(per_sample, values, reduction), _like(gradient, values))


@np.errstate(over="ignore", invalid="ignore")
def _all_margins(
    scores: ArrayLike, labels: ArrayLike, margin: float, variant: HingeVariant
) -> tuple[FloatArray, FloatArray]:
    """Return the scores as floats, and the margins as rows in the type to compute in."""
    values = as_logits("scores", scores)
    true_classes = as_labels("labels", labels, "scores", values.shape).reshape(-1)
    margin = as_real("margin", margin, minimum=0.0)
    require_option("variant", variant, HINGE_VARIANTS)
    rows = _as_rows(values)
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


def _as_rows(values: FloatArray) -> FloatArray:
    """Return the samples as (batch, classes) in the type to compute in, if possible as a view."""
    return values.reshape(-1, values.shape[-1]).astype(working_dtype(values.dtype), copy=False)


def _blocks(rows: FloatArray) -> Iterator[slice]:
    """Cut the rows into blocks that stay in cache while several passes go over them."""
    step = _block_length(rows)
    return (slice(start, start + step) for start in range(0, len(rows), step))


def _block_length(rows: FloatArray) -> int:
    row_bytes: int = rows.shape[1] * rows.itemsize
    return min(len(rows), max(1, _BLOCK_BYTES // row_bytes))


def _work_area(gradient: FloatArray) -> FloatArray | None:
    """Return a buffer for one block, or None if the gradient itself is the best place to work in.

    With few classes, the samples of a class lie side by side in the buffer, so that NumPy's inner
    loops run over many samples instead of a handful of classes.
    """
    classes = gradient.shape[1]
    if classes >= _FEW_CLASSES:
        return None
    return np.empty((_block_length(gradient), classes), gradient.dtype, order="F")


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


def _are_labels(targets: ArrayLike, values: FloatArray, scores_name: str) -> bool:
    """Tell by the shape whether the targets are one label a sample or one number a score."""
    try:
        shape = np.shape(targets)
    except ValueError as error:
        raise ValueError(f"targets must be a rectangular array of numbers: {error}") from error
    if shape == values.shape[:-1]:
        return True
    if shape == values.shape:
        return False
    raise ValueError(
        f"targets must be labels of shape {values.shape[:-1]} or numbers of shape {values.shape} "
        f"to match {scores_name} of shape {values.shape}, got shape {shape}"
    )


def _labels_or_distributions(
    targets: ArrayLike, values: FloatArray, rows: FloatArray, smoothing: float
) -> NDArray[Any]:
    """Return labels (batch,) if the targets can be, else (smoothed) distributions like the rows."""
    if _are_labels(targets, values, "logits"):
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


def _reject_scores(scores: FloatArray, labels: LabelArray) -> None:
    """Raise a ``ValueError`` for the first score without a hinge loss, if there is one."""
    bad = np.isnan(scores) | np.isposinf(scores)
    if bad.any():
        reject_entry("scores", scores, bad, "must be finite, or -inf for a wrong class")
    true_class = labels.reshape(*scores.shape[:-1], 1) == np.arange(scores.shape[-1])
    bad = np.isneginf(scores) & true_class
    if bad.any():
        reject_entry("scores", scores, bad, "must be finite for the true class")


def _reduce(
    per_sample: FloatArray, values: FloatArray, reduction: Reduction
) -> tuple[float | FloatArray, FloatArray]:
    """Return the reduced value and the losses of the samples, in the shape of the batch."""
    losses = _like(per_sample, values, values.shape[:-1])
    if reduction == "none":
        return losses, losses
    total = per_sample.mean if reduction == "mean" else per_sample.sum
    return float(total(dtype=np.float64)), losses


def _like(rows: FloatArray, values: FloatArray, shape: tuple[int, ...] | None = None) -> FloatArray:
    """Return a result in the float type of the input, and in its shape unless told another."""
    return rows.reshape(values.shape if shape is None else shape).astype(values.dtype, copy=False)
