"""The graphs of softmax with cross-entropy: node by node, in boxes, as a batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from core.graphs.engine import Graph, GraphValues, Node
from core.losses.activations import log_softmax, softmax
from core.losses.cross_entropy import cross_entropy
from core.validation import FloatArray, as_floats, as_logits, require_finite

__all__ = [
    "LARGEST_PLAIN_LOGIT",
    "LOWEST_SHIFTED_LOGIT",
    "batch_of_softmax_with_loss",
    "evaluate_boxes",
    "merge_classes",
    "shift_logits",
    "softmax_with_cross_entropy",
    "textbook_gradient",
]

LARGEST_PLAIN_LOGIT: Final = 200.0
"""Up to here (and down to its negative) a graph may be given the logits as they are: the square of
a sum of exponentials, which the derivative of 1/S divides by, is far from overflow."""

LOWEST_SHIFTED_LOGIT: Final = -700.0
"""The exponential of this is the smallest power of e that float64 holds with all its digits."""


def _softmax_nodes(
    classes: int, softmax_group: str, loss_group: str, prefix: str = ""
) -> list[Node]:
    every = range(classes)

    def ids(name: str) -> tuple[str, ...]:
        return tuple(f"{prefix}{name}{j}" for j in every)

    z, t, exp, y, log, weighted = map(ids, ("z", "t", "exp", "y", "log", "weighted"))
    total, share = f"{prefix}sum", f"{prefix}reciprocal"
    return [
        *(Node(z[j]) for j in every),
        *(Node(t[j]) for j in every),
        *(Node(exp[j], "exp", (z[j],), group=softmax_group) for j in every),
        Node(total, "add", exp, group=softmax_group),
        Node(share, "reciprocal", (total,), group=softmax_group),
        *(Node(y[j], "multiply", (exp[j], share), group=softmax_group) for j in every),
        *(Node(log[j], "log", (y[j],), group=loss_group) for j in every),
        *(Node(weighted[j], "multiply", (t[j], log[j]), group=loss_group) for j in every),
        Node(f"{prefix}log_likelihood", "add", weighted, group=loss_group),
        Node(f"{prefix}loss", "negate", (f"{prefix}log_likelihood",), group=loss_group),
    ]


def _require_classes(classes: int) -> None:
    if classes < 2:
        raise ValueError(f"classes must be at least 2, got {classes!r}")


@lru_cache
def softmax_with_cross_entropy(classes: int) -> Graph:
    r"""Return the graph of softmax followed by the cross-entropy error, for one sample.

    exp of each logit, their sum S, 1/S, times each exponential: that is the softmax y. Then the
    logarithm, times t, the sum over the classes, and the sign:

    .. math:: L = -\sum_j t_j \log y_j, \quad y_j = \frac{e^{z_j}}{S}

    Its inputs are the logits of at least 2 classes, then the targets. The groups ``softmax`` and
    ``cross_entropy`` are the two boxes of the collapsed view; see `evaluate_boxes`.

    Notes
    -----
    The graph is the textbook's, with no protection against overflow. Give it logits up to
    `LARGEST_PLAIN_LOGIT` as they are, and larger ones by way of `shift_logits`. Then its loss and
    gradient agree with `cross_entropy.cross_entropy` to 1e-12; but a loss below 1e-16 is 0 here,
    because y has been rounded to 1.

    References
    ----------
    K. Saitoh, "Deep Learning from Scratch", appendix A.

    Examples
    --------
    >>> from core.graphs.engine import evaluate
    >>> graph = softmax_with_cross_entropy(3)
    >>> result = evaluate(graph, [3.2, 5.1, -1.7, 1, 0, 0])
    >>> round(float(result.values[-1]), 4)
    2.0404
    >>> result.gradients[:3].round(4)
    array([-0.87 ,  0.869,  0.001])
    """
    _require_classes(classes)
    return Graph(tuple(_softmax_nodes(classes, "softmax", "cross_entropy")))


@lru_cache
def batch_of_softmax_with_loss(samples: int, classes: int) -> Graph:
    r"""Return the graph of the mean loss of a batch: each sample's loss, their sum, divided by N.

    .. math:: L = \frac{1}{N} \sum_n L_n, \quad
              \frac{\partial L}{\partial z_n} = \frac{y_n - t_n}{N}

    Its inputs are, sample by sample, the logits and then the targets. Each sample is a group,
    ``sample0``, ``sample1``, ...

    Examples
    --------
    >>> from core.graphs.engine import evaluate
    >>> graph = batch_of_softmax_with_loss(2, 3)
    >>> result = evaluate(graph, [3.2, 5.1, -1.7, 1, 0, 0, 1.3, 4.9, 2.0, 0, 1, 0])
    >>> result.gradients[:3].round(4)
    array([-0.435 ,  0.4345,  0.0005])
    """
    _require_classes(classes)
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples!r}")
    nodes: list[Node] = []
    for n in range(samples):
        nodes += _softmax_nodes(classes, f"sample{n}", f"sample{n}", f"s{n}.")
    losses = tuple(f"s{n}.loss" for n in range(samples))
    nodes.append(Node("total", "add", losses))
    nodes.append(Node("mean", "divide_constant", ("total",), constant=float(samples)))
    return Graph(tuple(nodes))


def evaluate_boxes(logits: ArrayLike, targets: ArrayLike) -> GraphValues:
    r"""Compute what goes in and out of the boxes of the collapsed view, each box in one piece.

    What real code does: softmax and cross-entropy are computed without their inner nodes, so that
    nothing overflows, and a tiny loss does not become 0. The gradient at the logits is
    (y - t) / N.

    Logits z and distributions t are of shape (..., samples, classes). The numbers are those of
    `softmax_with_cross_entropy` for one sample, of `batch_of_softmax_with_loss` for several; NaN
    stands for what is inside a box.

    Examples
    --------
    >>> result = evaluate_boxes([[10, -100, -100]], [[1, 0, 0]])
    >>> print(f"{result.values[-1]:.4g}")
    3.378e-48
    """
    z, t = as_logits("logits", logits), as_floats("targets", targets)
    *lead, samples, classes = z.shape
    is_batch = samples > 1
    graph = (
        batch_of_softmax_with_loss(samples, classes)
        if is_batch
        else softmax_with_cross_entropy(classes)
    )
    loss = cross_entropy(z, t, reduction="none")
    y, log_y = softmax(z), log_softmax(z)
    values, gradients = np.full((2, *lead, len(graph.nodes)), np.nan)
    local = np.full((*lead, len(graph.edges)), np.nan)
    with np.errstate(all="ignore"):
        at_y = 0.0 - np.where(t == 0.0, 0.0, t / y)
    parts = {"z": (z, loss.gradient), "t": (t, 0.0 - log_y), "y": (y, at_y)}
    for n in range(samples):
        prefix = f"s{n}." if is_batch else ""
        for name, (value, gradient) in parts.items():
            for j in range(classes):
                place = graph.index[f"{prefix}{name}{j}"]
                values[..., place] = value[..., n, j]
                gradients[..., place] = gradient[..., n, j] / samples
        place = graph.index[f"{prefix}loss"]
        values[..., place] = loss.per_sample[..., n]
        gradients[..., place] = 1.0 / samples
    if is_batch:
        total, mean = graph.index["total"], graph.index["mean"]
        values[..., total] = loss.per_sample.sum(axis=-1)
        values[..., mean] = values[..., total] / samples
        gradients[..., total], gradients[..., mean] = 1.0 / samples, 1.0
        local[..., graph.edges_into[total]] = 1.0
        local[..., graph.edges_into[mean]] = 1.0 / samples
    # Whatever leaves a box leaves it along one edge only, whose gradient is therefore its own.
    sources = [edge.source for edge in graph.edges]
    return GraphValues(values, gradients, local, gradients[..., sources])


def shift_logits(logits: ArrayLike) -> FloatArray:
    """Subtract each sample's largest logit, which changes no probability, and bound the rest.

    It is z - max z, but not below `LOWEST_SHIFTED_LOGIT`: the exponential of a number below would
    be 0, its logarithm minus infinity, and the graph could not say what the gradient is.

    Examples
    --------
    >>> shift_logits([123, 456, 789])
    array([-666., -333.,    0.])
    >>> shift_logits([0, 1e6])
    array([-700.,    0.])
    """
    values = as_logits("logits", logits)
    require_finite("logits", values)
    shifted = values.astype(np.float64) - np.max(values, axis=-1, keepdims=True)
    return np.asarray(np.maximum(shifted, LOWEST_SHIFTED_LOGIT))


def merge_classes(logits: ArrayLike, kept: Sequence[int]) -> FloatArray:
    r"""Keep some classes, and make all others one class with the sum of their exponentials.

    .. math:: z_\text{rest} = \log \sum_{j \notin \text{kept}} e^{z_j}

    The probabilities of the kept classes stay what they are, and so do the loss and the gradient of
    a sample whose true class is among them.

    The rest comes last, in an array (..., kept + 1); there is none if all classes are kept.

    Examples
    --------
    >>> merge_classes([1.0, 2.0, 3.0, 3.0], [0, 1]).round(4)
    array([1.    , 2.    , 3.6931])
    """
    values = as_logits("logits", logits)
    require_finite("logits", values)
    classes = values.shape[-1]
    for index in kept:
        if not 0 <= index < classes:
            raise ValueError(f"kept must be classes from 0 to {classes - 1}, got {index!r}")
    table = values.astype(np.float64)
    rest = [j for j in range(classes) if j not in kept]
    if not rest:
        return table[..., list(kept)]
    merged = np.logaddexp.reduce(table[..., rest], axis=-1, keepdims=True)
    return np.concatenate([table[..., list(kept)], merged], axis=-1)


def textbook_gradient(probabilities: ArrayLike, targets: ArrayLike) -> FloatArray:
    r"""Divide p - t by the length of the first axis, as the SoftmaxWithLoss of tutorials does.

    For a batch of shape (N, classes) that is the gradient of the mean loss, (p - t) / N. A single
    sample given with shape (classes,) is divided by the number of *classes*: too small a gradient.
    It is here to be shown, not to be used; `cross_entropy.cross_entropy` takes a 1-D sample as a
    batch of one.

    References
    ----------
    K. Saitoh, "Deep Learning from Scratch", common/layers.py.

    Examples
    --------
    >>> textbook_gradient([[0.3, 0.2, 0.5]], [[0, 1, 0]])
    array([[ 0.3, -0.8,  0.5]])
    >>> textbook_gradient([0.3, 0.2, 0.5], [0, 1, 0]).round(4)
    array([ 0.1   , -0.2667,  0.1667])
    """
    p, t = as_logits("probabilities", probabilities), as_floats("targets", targets)
    if p.shape != t.shape:
        raise ValueError(
            f"targets must have the shape of the probabilities, {p.shape}, got shape {t.shape}"
        )
    return (p - t) / len(t)
