"""Half the squared distance of the outputs from the targets, with its gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.losses.loss import REDUCTIONS, Loss, Reduction, are_labels, as_rows, like, reduce
from core.validation import (
    as_floats,
    as_labels,
    as_logits,
    require_finite,
    require_option,
)

__all__ = ["squared_error"]


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
    reduction
        As of `cross_entropy.cross_entropy`, and so is what is returned.

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
    rows = as_rows(values)
    divisor = len(rows) if reduction == "mean" else 1
    if are_labels(targets, values, "outputs"):
        labels = as_labels("targets", targets, "outputs", values.shape).reshape(-1)
        gradient = rows.copy()
        gradient[np.arange(len(rows)), labels] -= 1.0
    else:
        wanted = as_floats("targets", targets)
        require_finite("targets", wanted)
        gradient = rows - wanted.reshape(rows.shape).astype(rows.dtype, copy=False)
    per_sample = 0.5 * (gradient * gradient).sum(axis=1)
    gradient /= divisor
    return Loss(*reduce(per_sample, values, reduction), like(gradient, values))
