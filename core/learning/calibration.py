"""Whether probabilities are what they say: reliability, its error, and the best temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import softmax
from core.losses.cross_entropy import cross_entropy_values
from core.validation import FloatArray, as_count, as_floats, as_labels

__all__ = ["Reliability", "best_temperature", "negative_log_likelihood", "reliability"]

LOWEST_TEMPERATURE: Final = 1e-3
HIGHEST_TEMPERATURE: Final = 1e3
HALVINGS: Final = 80


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often predictions are right, by how sure they are.

    Attributes
    ----------
    edges : (bins + 1,)
        Equal bins from 0 to 1; each holds its upper edge.
    counts : (bins,) of int
        Predictions whose highest probability lies in the bin.
    confidence, accuracy : (bins,)
        The mean of that probability, and the part that is right; NaN in an empty bin.
    """

    edges: FloatArray
    counts: NDArray[np.intp]
    confidence: FloatArray
    accuracy: FloatArray

    @property
    def error(self) -> float:
        """The expected calibration error: |accuracy - confidence|, weighted by the counts."""
        gaps = np.abs(np.nan_to_num(self.accuracy) - np.nan_to_num(self.confidence))
        return float((self.counts * gaps).sum() / self.counts.sum())


def reliability(probabilities: ArrayLike, labels: ArrayLike, *, bins: int = 10) -> Reliability:
    r"""Sort predictions by their confidence into bins of equal width.

    .. math:: \mathrm{ECE} = \sum_b \frac{n_b}{n}
              \left|\mathrm{accuracy}_b - \mathrm{confidence}_b\right|

    Parameters
    ----------
    probabilities : array_like, shape (samples, classes)
    labels : array_like of int, shape (samples,)
    bins : int
        At least 1.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017.

    Examples
    --------
    >>> found = reliability([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.9, 0.1]], [0, 1, 1, 0], bins=2)
    >>> found.counts.tolist(), round(found.error, 3)
    ([0, 4], 0.075)
    """
    table = as_floats("probabilities", probabilities)
    label = as_labels("labels", labels, "probabilities", table.shape)
    count = as_count("bins", bins, minimum=1)
    edges = np.linspace(0.0, 1.0, count + 1)
    highest, is_right = table.max(axis=1), table.argmax(axis=1) == label
    place = np.searchsorted(edges[1:-1], highest)
    counts = np.bincount(place, minlength=count)
    with np.errstate(invalid="ignore"):
        confidence, accuracy = (
            np.bincount(place, weights=values, minlength=count) / counts
            for values in (highest, is_right)
        )
    return Reliability(edges, counts, confidence, accuracy)


def negative_log_likelihood(
    scores: ArrayLike, labels: ArrayLike, *, temperature: float = 1.0
) -> float:
    """Return the mean cross-entropy of softmax(scores / T), in nats.

    Examples
    --------
    >>> round(negative_log_likelihood([[3.2, 5.1, -1.7]], [0], temperature=2.0), 4)
    1.3007
    """
    return float(cross_entropy_values(np.asarray(scores) / temperature, labels).mean())


def best_temperature(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the T for which softmax(scores / T) has the least negative log-likelihood.

    It is convex in 1 / T: its slope there, the mean of sum_j p_j s_j - s_y, is halved in on.

    Returns
    -------
    float
        Between 0.001 and 1000; at one of these ends if the least lies beyond.

    Examples
    --------
    >>> round(best_temperature([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [2.0, 0.0]], [0, 0, 0, 1]), 4)
    1.8205
    """
    table = as_floats("scores", scores)
    label = as_labels("labels", labels, "scores", table.shape)
    true_scores = table[np.arange(len(table)), label]
    low, high = np.log(1 / HIGHEST_TEMPERATURE), np.log(1 / LOWEST_TEMPERATURE)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        expected = (softmax(table, temperature=float(np.exp(-middle))) * table).sum(axis=1)
        if (expected - true_scores).mean() <= 0:
            low = middle
        else:
            high = middle
    return float(np.exp(-(low + high) / 2))
