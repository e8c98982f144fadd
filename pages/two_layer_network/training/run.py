"""A training run looked back on: what it confused, how its batches erred, where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.datasets import Dataset
from core.learning.models import Model
from core.learning.snapshots import stacked_scores
from core.learning.training import History
from core.validation import as_count, as_labels
from pages.two_layer_network.training.mini_batch import GradientNoise, gradient_noise

__all__ = ["NetworkRun", "Phase", "confusion_matrices", "network_run", "phases"]

_RISEN: Final = 1.25
_FALLEN: Final = 0.98
_FEWEST_STEPS: Final = 20


class Phase(IntEnum):
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
    """What a run looks like at some of its recorded steps.

    Attributes
    ----------
    noise : GradientNoise
        The gradient of the mini-batch of each step against the full one.
    confusion : ndarray of int, shape (records, classes, classes)
        How often the class of a row was predicted as the class of a column: of the held-out
        samples, or of the samples to learn from if none are held out.
    phases : ndarray of int, shape (records,)
        A :class:`Phase` each.
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
    """Look back on a run.

    Parameters
    ----------
    model : Model
        Whose objective it is.
    train : Dataset
        The samples to learn from.
    history : History
        The run.
    held_out : Dataset, optional
        The samples that are only looked at.
    records : slice
        Which recorded steps to look at; all if left out.

    Returns
    -------
    NetworkRun

    Raises
    ------
    ValueError
        If the data do not fit the model.

    Examples
    --------
    >>> from core.learning.datasets import nine_points
    >>> from core.learning.models import TwoLayerNet
    >>> from core.learning.training import Recipe, Training
    >>> rng = np.random.default_rng(0)
    >>> model = TwoLayerNet.initial(2, 8, 3, rng=rng)
    >>> training = Training(model, nine_points(), Recipe(learning_rate=1.0), rng=rng)
    >>> for _ in training.advance(20):
    ...     pass
    >>> run = network_run(model, nine_points(), training.history)
    >>> run.confusion[-1].tolist(), Phase(run.phases[-1]).name
    ([[3, 0, 0], [0, 3, 0], [0, 0, 3]], 'SOLVED')
    """
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
    """Count how often each class is predicted as each class, at each of several steps.

    Parameters
    ----------
    labels : array_like of int, shape (samples,)
        The true classes, from 0 to ``classes - 1``.
    predictions : array_like of int, shape (steps, samples)
        The predicted ones.
    classes : int
        At least 2.

    Returns
    -------
    ndarray of int, shape (steps, classes, classes)
        Rows are true classes, columns predicted ones; see `core.losses.batch.confusion_matrix`.

    Raises
    ------
    ValueError
        If a class is out of range, or the shapes do not fit.

    Examples
    --------
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
    """Say of each recorded step where the run stands, by what was known by then.

    Parameters
    ----------
    history : History
        The run.

    Returns
    -------
    ndarray of int, shape (records,)
        A :class:`Phase` each.
    """
    steps, total = history.steps, history.total
    # Between 2 / 3 of the steps taken so far and now.
    before = np.searchsorted(steps, 2 * steps / 3, side="right") - 1
    cases: Mapping[Phase, NDArray[Any]] = {
        Phase.START: steps == 0,
        Phase.WORSE: total > total[0],
        Phase.MEMORISING: _memorises(history),
        Phase.SOLVED: history.accuracy == 1.0,
        Phase.STALLED: (steps >= _FEWEST_STEPS) & (total > _FALLEN * total[before]),
    }
    return np.select(list(cases.values()), list(cases), Phase.LEARNING).astype(np.int64)


def _memorises(history: History) -> NDArray[np.bool_]:
    held_out = history.held_out_loss
    if held_out is None:
        return np.zeros(len(history.steps), np.bool_)
    least = np.minimum.accumulate(held_out)
    records = np.arange(len(held_out))
    best = np.maximum.accumulate(np.where(held_out == least, records, 0))
    return (held_out > _RISEN * least) & (history.data_loss < history.data_loss[best])
