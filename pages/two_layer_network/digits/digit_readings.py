"""How a two-layer network reads a sample at many steps of its training, and what it misreads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.learning.datasets import Dataset
from core.learning.layers import affine_forward
from core.learning.models import Model
from core.losses.activations import relu, softmax
from core.validation import FloatArray, LabelArray, as_count, as_floats, as_real

__all__ = ["DigitReadings", "Mistakes", "mistakes", "most_similar_lead", "read_sample"]


@dataclass(frozen=True, eq=False)
class DigitReadings:
    """What a network makes of one sample, at each of several steps: (steps, hidden or classes).

    ``hidden`` are the units h after the ReLU, ``probabilities`` the softmax of the scores,
    ``ranking`` the classes from the highest score to the lowest, the first of equal ones first;
    ``lead`` (steps,) tells by how much the highest score is above the second, and ``duel``
    (steps, 2) is the softmax of these two alone, as if the other classes did not exist.
    """

    hidden: FloatArray
    scores: FloatArray
    probabilities: FloatArray
    ranking: LabelArray
    lead: FloatArray
    duel: FloatArray


def read_sample(parameters: Sequence[Mapping[str, ArrayLike]], x: ArrayLike) -> DigitReadings:
    r"""Read a sample (features,) with the parameters W1, b1, W2 and b2 of each step.

    .. math:: h_k = \max(0, x W_{1k} + b_{1k}), \quad s_k = h_k W_{2k} + b_{2k}

    >>> step = {"W1": [[1.0]], "b1": [0.0], "W2": [[5.3, 10.1]], "b2": [0.0, 0.0]}
    >>> reading = read_sample([step], [1.0])
    >>> reading.ranking, reading.duel.round(5)
    (array([[1, 0]]), array([[0.99184, 0.00816]]))
    """
    if not parameters:
        raise ValueError("parameters must be those of at least one step, got none")
    sample = as_floats("x", x)
    if sample.ndim != 1:
        raise ValueError(f"x must have shape (features,), got shape {sample.shape}")
    hidden = np.array([relu(affine_forward(sample, step["W1"], step["b1"])) for step in parameters])
    scores = np.array(
        [
            affine_forward(h, step["W2"], step["b2"])
            for h, step in zip(hidden, parameters, strict=True)
        ]
    )
    ranking = np.argsort(-scores, axis=1, kind="stable")
    highest = np.take_along_axis(scores, ranking[:, :2], axis=1)
    return DigitReadings(
        hidden=hidden,
        scores=scores,
        probabilities=softmax(scores),
        ranking=ranking,
        lead=highest[:, 0] - highest[:, 1],
        duel=softmax(highest),
    )


@dataclass(frozen=True, eq=False)
class Mistakes:
    """The samples whose prediction is wrong, by their place in the data set, (mistakes,).

    The most confident come first; ``probabilities`` are those of the predicted classes.
    """

    samples: LabelArray
    labels: LabelArray
    predictions: LabelArray
    probabilities: FloatArray


def mistakes(model: Model, dataset: Dataset) -> Mistakes:
    """Find the samples that a model misreads, those of which it is most confident first.

    >>> from core.learning.models import LinearClassifier
    >>> data = Dataset(("A", "B"), [[1.0], [-1.0], [3.0]], [1, 1, 1])
    >>> found = mistakes(LinearClassifier([[1.0, 0.0]], [0.0, 0.0]), data)
    >>> found.samples, found.predictions, found.probabilities.round(3)
    (array([2, 0]), array([0, 0]), array([0.953, 0.731]))
    """
    scores = model.scores(dataset.points)
    predictions = scores.argmax(axis=1)
    wrong = np.flatnonzero(predictions != dataset.labels)
    if not len(wrong):
        nothing = np.empty(0, np.intp)
        return Mistakes(nothing, nothing, nothing, np.empty(0, scores.dtype))
    confidence = softmax(scores[wrong])[np.arange(len(wrong)), predictions[wrong]]
    # Many round to 1: by how much the winner leads still tells them apart.
    ordered = np.sort(scores[wrong], axis=1)
    order = np.lexsort((ordered[:, -2] - ordered[:, -1], -confidence))
    chosen = wrong[order]
    return Mistakes(chosen, dataset.labels[chosen], predictions[chosen], confidence[order])


def most_similar_lead(model: Model, dataset: Dataset, *, winner: int, lead: float) -> int:
    """Find the sample of a class that is ahead of all others by most nearly a given difference.

    >>> from core.learning.models import LinearClassifier
    >>> data = Dataset(("A", "B"), [[1.0], [2.0], [4.0], [3.0]], [0, 0, 0, 1])
    >>> model = LinearClassifier([[1.0, 0.0]], [0.0, 0.0])
    >>> most_similar_lead(model, data, winner=0, lead=2.9)
    1
    """
    if as_count("winner", winner) >= dataset.classes:
        raise ValueError(f"winner must be a class from 0 to {dataset.classes - 1}, got {winner}")
    wanted = as_real("lead", lead)
    members = np.flatnonzero(dataset.labels == winner)
    if not len(members):
        raise ValueError(f"winner must be a class with samples, got {winner}")
    scores = model.scores(dataset.points[members])
    leads = scores[:, winner] - np.delete(scores, winner, axis=1).max(axis=1)
    return int(members[np.abs(leads - wanted).argmin()])
