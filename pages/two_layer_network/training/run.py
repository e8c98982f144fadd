"""A training run looked back on: what it confused, how its batches erred, where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.datasets import Dataset
from core.learning.history import History
from core.learning.models import Model
from core.learning.snapshots import stacked_scores
from core.validation import as_count, as_labels
from pages.two_layer_network.training.mini_batch import GradientNoise, gradient_noise

__all__ = ["NetworkRun", "TrainingPhase", "confusion_matrices", "network_run", "phases"]

_RISEN: Final = 1.25
_FALLEN: Final = 0.98
_FEWEST_STEPS: Final = 20


class TrainingPhase(IntEnum):
    """Where a run stands at a step; the first that is true."""

    START = 0
    """No step is taken yet."""
    WORSE = 1
    """The total is higher than at the start."""
    MEMORISING = 2
    """The held-out loss is a quarter above its least so far, and the loss on the samples to learn
    from is lower than it was then."""
    SOLVED = 3
    """All samples to learn from are right."""
    STALLED = 4
    """In the last third of at least 20 steps, the total has not fallen by 2 %."""
    LEARNING = 5
    """None of these."""


@dataclass(frozen=True, eq=False)
class NetworkRun:
    """What a run looks like at some of its recorded steps, (records, ...).

    ``confusion`` (records, classes, classes) is that of the held-out samples, or, if none are held
    out, of those to learn from; ``phases`` (records,) are of :class:`TrainingPhase`.
    """

    noise: GradientNoise
    confusion: NDArray[np.int64]
    phases: NDArray[np.int64]


def network_run(
    model: Model,
    train: Dataset,
    history: History,
    *,
    held_out: Dataset | None = None,
    records: slice = slice(None),
) -> NetworkRun:
    """Look back on a run, at some of its records: the model's own parameters are of no effect."""
    judged = train if held_out is None else held_out
    parameters = {name: values[records] for name, values in history.parameters.items()}
    predictions = stacked_scores(parameters, judged.points, dtype=model.dtype).argmax(-1)
    return NetworkRun(
        noise=gradient_noise(model, train, parameters, history.batches[records]),
        confusion=confusion_matrices(judged.labels, predictions, model.classes),
        phases=phases(history)[records],
    )


def confusion_matrices(
    labels: ArrayLike, predictions: ArrayLike, classes: int
) -> NDArray[np.int64]:
    """Count how often each class (a row) is predicted as each (a column), at each of several steps.

    ``labels`` have shape (samples,), ``predictions`` (steps, samples).

    >>> confusion_matrices([0, 0, 1], [[0, 1, 1], [1, 1, 1]], 2).tolist()
    [[[1, 1], [0, 1]], [[0, 2], [0, 1]]]
    """
    count = as_count("classes", classes, minimum=2)
    shape = np.shape(predictions)
    if len(shape) != 2:
        raise ValueError(f"predictions must have shape (steps, samples), got shape {shape}")
    true = as_labels("labels", labels, "predictions", (shape[1], count))
    predicted = as_labels("predictions", predictions, "scores", (*shape, count))
    cells = count * count
    places = true * count + predicted + cells * np.arange(shape[0])[:, None]
    counts = np.bincount(places.reshape(-1), minlength=shape[0] * cells)
    return counts.reshape(shape[0], count, count).astype(np.int64, copy=False)


def phases(history: History) -> NDArray[np.int64]:
    """Say of each record which :class:`TrainingPhase` it is in, by what was known by then."""
    steps, total = history.steps, history.total
    # Between 2 / 3 of the steps taken so far and now.
    before = np.searchsorted(steps, 2 * steps / 3, side="right") - 1
    cases: Mapping[TrainingPhase, NDArray[Any]] = {
        TrainingPhase.START: steps == 0,
        TrainingPhase.WORSE: total > total[0],
        TrainingPhase.MEMORISING: _memorises(history),
        TrainingPhase.SOLVED: history.accuracy == 1.0,
        TrainingPhase.STALLED: (steps >= _FEWEST_STEPS) & (total > _FALLEN * total[before]),
    }
    return np.select(list(cases.values()), list(cases), TrainingPhase.LEARNING).astype(np.int64)


def _memorises(history: History) -> NDArray[np.bool_]:
    held_out = history.held_out_loss
    if held_out is None:
        return np.zeros(len(history.steps), np.bool_)
    least = np.minimum.accumulate(held_out)
    records = np.arange(len(held_out))
    best = np.maximum.accumulate(np.where(held_out == least, records, 0))
    return (held_out > _RISEN * least) & (history.data_loss < history.data_loss[best])
