"""Targets of classification, hard and soft, and how far a prediction is from them.

A target t is a distribution over the classes: all its mass on the true class (one-hot), a little
of it spread over all (label smoothing), or any other. Everywhere 0 log 0 = 0, its limit. What is no
distribution, of shape (..., classes), or out of range, is a ValueError.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from core.validation import (
    FloatArray,
    as_distributions,
    as_floats,
    as_labels,
    as_logits,
    as_real,
    reject_entry,
    require_finite,
)

__all__ = [
    "entropy",
    "kl_divergence",
    "nats_to_bits",
    "one_hot",
    "perplexity",
    "smooth",
]


def one_hot(labels: ArrayLike, classes: int) -> FloatArray:
    r"""Return the targets that put all mass on the label.

    .. math:: t_j = \delta_{jy}

    Of labels y of shape (...), targets (..., classes) of float64.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    checked = as_labels("labels", labels, "targets", (*np.shape(labels), classes))
    return np.equal(np.arange(classes), checked[..., None]).astype(np.float64)


def smooth(targets: ArrayLike, smoothing: float) -> FloatArray:
    r"""Spread a part of each target evenly over all classes: label smoothing.

    .. math:: t'_j = (1 - \varepsilon) t_j + \varepsilon / C

    The part is from 0 (nothing changes) to 1 (all classes equal).

    References
    ----------
    Szegedy et al., "Rethinking the Inception architecture" (2016), section 7.

    Examples
    --------
    >>> smooth([0, 1, 0, 0], 0.1)
    array([0.025, 0.925, 0.025, 0.025])
    """
    given = _distributions("targets", targets)
    part = as_real("smoothing", smoothing, minimum=0.0, maximum=1.0)
    return np.asarray(given * (1.0 - part) + part / given.shape[-1])


def entropy(targets: ArrayLike) -> FloatArray:
    r"""Return the entropy of each target in nats: the smallest cross-entropy that it allows.

    .. math:: H(t) = -\sum_j t_j \log t_j

    It is from 0 (all mass on one class) to log(classes) (all equal).

    Examples
    --------
    >>> entropy([[0, 1, 0, 0], [0.25, 0.25, 0.25, 0.25]]).round(4)
    array([0.    , 1.3863])
    """
    return np.asarray(_entropy_terms(_distributions("targets", targets)).sum(axis=-1))


def kl_divergence(targets: ArrayLike, log_probabilities: ArrayLike) -> FloatArray:
    r"""Return the Kullback-Leibler divergence of a prediction from each target, in nats.

    .. math:: D(t \| p) = \sum_j t_j \log \frac{t_j}{p_j} = L - H(t)

    It is the part of the cross-entropy L that a better prediction can still save: at least 0, and
    inf where a class with mass has probability 0. The logarithms are those that
    `activations.log_softmax` gives, at most 0; -inf for probability 0.

    Notes
    -----
    For a one-hot target no digit is lost, however small the divergence. Otherwise L and H(t)
    cancel as p approaches t: the absolute error is some epsilons of 1 + H(t), and a divergence
    below 16 of them, which cannot be told from 0, is given as 0.

    References
    ----------
    Cover and Thomas, "Elements of Information Theory" (2006), section 2.3.

    Examples
    --------
    >>> round(float(kl_divergence([0.5, 0.5], np.log([0.9, 0.1]))), 4)
    0.5108
    """
    given = _distributions("targets", targets)
    logs = as_floats("log_probabilities", log_probabilities)
    if logs.shape != given.shape:
        raise ValueError(
            f"log_probabilities must have shape {given.shape} to match targets, "
            f"got shape {logs.shape}"
        )
    positive = ~(logs <= 0.0)
    if positive.any():
        reject_entry("log_probabilities", logs, positive, "must be at most 0")
    spread = _entropy_terms(given)
    paid = -np.multiply(given, logs, out=np.zeros_like(given), where=given > 0.0)
    divergence = (paid - spread).sum(axis=-1)
    least = spread.sum(axis=-1)
    rounding = np.where(least > 0.0, 16.0 * np.finfo(given.dtype).eps * (1.0 + least), 0.0)
    return np.where(divergence > rounding, divergence, 0.0)


def nats_to_bits(nats: ArrayLike) -> FloatArray:
    """Convert information or a loss from nats (natural logarithm) to bits (logarithm to base 2).

    Examples
    --------
    >>> nats_to_bits(np.log([2, 8, 10])).round(4)
    array([1.    , 3.    , 3.3219])
    """
    return np.asarray(as_floats("nats", nats) / math.log(2.0))


@np.errstate(over="ignore")
def perplexity(nats: ArrayLike) -> FloatArray:
    """Return e to the loss: among how many equally likely classes one would be as unsure.

    It is 1 for a loss of 0, the number of classes for a prediction at chance level, and inf beyond
    the range of the float type.

    Examples
    --------
    >>> perplexity([0, np.log(10)]).round(4)
    array([ 1., 10.])
    """
    return np.asarray(np.exp(as_floats("nats", nats)))


def _distributions(name: str, values: ArrayLike) -> FloatArray:
    array = as_logits(name, values)
    require_finite(name, array)
    return as_distributions(name, array, name, array.shape, array.dtype)


def _entropy_terms(targets: FloatArray) -> FloatArray:
    """Return -t log t of each class, 0 for a class without mass."""
    logs = np.log(targets, out=np.zeros_like(targets), where=targets > 0.0)
    return -targets * logs
