"""Training a model step by step: it can be watched, stopped, continued, and repeated exactly."""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from core.learning.datasets import Dataset
from core.learning.history import DivergenceError, History, Recipe, Record, history_of
from core.learning.models import Model
from core.learning.workspace import Evaluation, Workspace
from core.validation import (
    FloatArray,
    LabelArray,
    as_count,
    as_floats,
    as_real,
    require_finite,
)

__all__ = ["Training", "extremes", "smoothed"]


class Training:
    """A training run.

    It is a state: `advance` takes it further, as often as one likes, and stopping in between
    changes nothing in the result. It can be pickled and copied.

    However long a run is, its records are few enough to be kept and shown: when there are too many,
    every other one is dropped, and from then on they are twice as far apart. Which steps are
    recorded depends on nothing but the number of steps taken.

    Parameters
    ----------
    model : Model
        Where to start; it is not changed.
    train : Dataset
        The samples to learn from.
    recipe : Recipe
        How.
    rng : Generator
        Draws the mini-batches, and belongs to the run from then on. Same seed, same run.
    held_out : Dataset, optional
        Samples that are only looked at.
    record_every : int
        Steps from one record to the next, at least 1, until there are too many records. The present
        step is always recorded as well.
    most_records : int
        How many records are kept, at least 2.

    Raises
    ------
    ValueError
        If the data do not fit the model.
    DivergenceError
        If the loss is not finite at the start.

    Examples
    --------
    >>> from core.learning.datasets import nine_points
    >>> from core.learning.models import LinearClassifier, Objective
    >>> rng = np.random.default_rng(0)
    >>> model = LinearClassifier.initial(2, 3, rng=rng, objective=Objective("hinge"))
    >>> training = Training(model, nine_points(), Recipe(learning_rate=0.5), rng=rng)
    >>> for record in training.advance(100):
    ...     pass
    >>> record.step, record.accuracy, training.model.accuracy([[0.5, 0.4]], [0])
    (100, 1.0, 1.0)
    """

    def __init__(
        self,
        model: Model,
        train: Dataset,
        recipe: Recipe,
        *,
        rng: np.random.Generator,
        held_out: Dataset | None = None,
        record_every: int = 1,
        most_records: int = 201,
    ) -> None:
        for name, data in (("train", train), ("held_out", held_out)):
            if data is not None:
                _require_fit(name, data, model)
        self._model = model
        self._recipe = recipe
        self._rng = rng
        self._record_every = as_count("record_every", record_every, minimum=1)
        self._most_records = as_count("most_records", most_records, minimum=2)
        self._workspace = Workspace(model)
        self._optimizer = recipe.optimizer_for(self._workspace.parameters)
        self._inputs, self._labels = self._workspace.inputs(train.points), train.labels
        self._held_out = (
            None if held_out is None else (self._workspace.inputs(held_out.points), held_out.labels)
        )
        self._batch_size = min(recipe.batch_size or train.size, train.size)
        self._steps_per_epoch = math.ceil(train.size / self._batch_size)
        self._step = 0
        self._step_losses: list[float] = []
        self._records: list[Record] = []
        self._divergence: DivergenceError | None = None
        # An epoch's samples are gathered in one go; its batches are slices of these.
        self._order: LabelArray = np.arange(train.size)
        self._epoch_inputs, self._epoch_labels = self._inputs, self._labels
        self._batch = slice(0, self._batch_size)
        self._draw()
        self._record()

    @property
    def step(self) -> int:
        """How many steps have been taken."""
        return self._step

    @property
    def steps_per_epoch(self) -> int:
        """How many batches make an epoch."""
        return self._steps_per_epoch

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self._rate_at(self._step)

    @property
    def records(self) -> tuple[Record, ...]:
        """All records, that of the start first, that of the present step last."""
        return tuple(self._records)

    @property
    def model(self) -> Model:
        """The model at the last record: the present one."""
        return self.model_at(len(self._records) - 1)

    def model_at(self, record: int) -> Model:
        """Return the model at a recorded step, by the number of its record."""
        return self._model.with_parameters(self._records[record].parameters)

    @property
    def history(self) -> History:
        """The run so far."""
        return history_of(self._records, self.step_losses)

    @property
    def step_losses(self) -> FloatArray:
        """The total on the mini-batch of every step that was taken."""
        return np.array(self._step_losses)

    @property
    def record_every(self) -> int:
        """How many steps there are by now from one record to the next."""
        return self._spacing(self._step)

    @property
    def checkpoint(self) -> bytes:
        """All that changes while the run goes on, but for its records: see `resume`."""
        return pickle.dumps(
            (
                self._step,
                self._workspace.parameters,
                self._optimizer,
                self._rng,
                self._order,
                self._batch,
            )
        )

    def resume(self, checkpoint: bytes) -> None:
        """Go on from a checkpoint of the same run, made here or in another process.

        The records begin anew there, with that of the step reached, and so do the losses.
        """
        self._step, parameters, self._optimizer, self._rng, order, self._batch = pickle.loads(
            checkpoint
        )
        self._workspace.parameters[...] = parameters
        if not self._takes_all:
            self._gather(order)
        self._divergence = None
        self._records, self._step_losses = [], []
        self._record()

    def advance(self, steps: int, *, seconds: float = math.inf) -> Iterator[Record]:
        """Take further steps, and yield each new record, so that the caller can show it.

        To stop, leave the loop. Nothing happens unless the records are asked for.

        Parameters
        ----------
        steps : int
            How many, at least 0.
        seconds : float
            After so long, the step that was reached is the last one. One step is always taken.

        Yields
        ------
        Record
            Of every `record_every` steps, or further apart in a long run, and of the last step. It
            always is that of the present step, and the last of `records`.

        Raises
        ------
        ValueError
            If ``steps`` is not a whole number, at least 0.
        DivergenceError
            When the loss is not finite any more. The records up to there stay; the run is over.
        """
        end = self._step + as_count("steps", steps)
        deadline = time.monotonic() + seconds
        while self._step < end:
            if self._divergence is not None:
                raise self._divergence
            every = self._spacing(self._step + 1)
            # The last one may have been there as the present step only.
            self._records = [record for record in self._records if not record.step % every]
            next_record = self._step + every - self._step % every
            self._take_steps(min(end, next_record) - self._step, deadline)
            yield self._record()
            if time.monotonic() >= deadline:
                return

    def _spacing(self, step: int) -> int:
        """Return how far apart records are when so many steps have been taken."""
        every = self._record_every
        while step > every * (self._most_records - 1):
            every *= 2
        return every

    def _rate_at(self, step: int) -> float:
        decayed: float = self._recipe.decay ** (step // self._steps_per_epoch)
        return self._recipe.learning_rate * decayed

    @np.errstate(all="ignore")
    def _take_steps(self, count: int, deadline: float) -> None:
        workspace, optimizer = self._workspace, self._optimizer
        for _ in range(count):
            inputs, labels = self._epoch_inputs[self._batch], self._epoch_labels[self._batch]
            total = workspace.differentiate(inputs, labels)
            if not math.isfinite(total):
                self._diverge()
            self._step_losses.append(total)
            optimizer.step(workspace.parameters, workspace.gradient, self.learning_rate)
            self._step += 1
            self._draw()
            if time.monotonic() >= deadline:
                return

    @property
    def _takes_all(self) -> bool:
        return self._batch_size == len(self._labels) and self._recipe.sampling == "shuffled"

    def _draw(self) -> None:
        """Choose the samples of the next step."""
        size, count = self._batch_size, len(self._labels)
        if self._takes_all:
            return
        if self._recipe.sampling == "with_replacement":
            self._gather(self._rng.integers(count, size=size))
            return
        place = self._step % self._steps_per_epoch
        if place == 0:
            self._gather(self._rng.permutation(count))
        self._batch = slice(place * size, min((place + 1) * size, count))

    def _gather(self, order: LabelArray) -> None:
        if len(self._order) != len(order) or self._epoch_inputs is self._inputs:
            self._epoch_inputs = np.empty_like(self._inputs[: len(order)])
            self._epoch_labels = np.empty_like(self._labels[: len(order)])
        self._order = order
        # "clip" lets NumPy write to the buffer at once; every index is in range.
        np.take(self._inputs, order, axis=0, out=self._epoch_inputs, mode="clip")
        np.take(self._labels, order, out=self._epoch_labels, mode="clip")

    def _record(self) -> Record:
        seen = self._workspace.evaluate(self._inputs, self._labels)
        held_out: Evaluation | None = None
        if self._held_out is not None:
            held_out = self._workspace.evaluate(*self._held_out)
        parameters_are_finite = bool(np.isfinite(self._workspace.parameters).all())
        losses = (seen.total, 0.0 if held_out is None else held_out.data_loss)
        if not (parameters_are_finite and all(map(math.isfinite, losses))):
            self._diverge()
        batch = self._order[self._batch].copy()
        batch.setflags(write=False)
        record = Record(
            step=self._step,
            epoch=self._step / self._steps_per_epoch,
            learning_rate=self.learning_rate,
            data_loss=seen.data_loss,
            penalty=seen.penalty,
            total=seen.total,
            accuracy=seen.accuracy,
            held_out_loss=None if held_out is None else held_out.data_loss,
            held_out_accuracy=None if held_out is None else held_out.accuracy,
            parameters=self._workspace.snapshot(),
            batch=batch,
        )
        self._records.append(record)
        return record

    def _diverge(self) -> None:
        self._divergence = DivergenceError(self._step, self._rate_at(max(0, self._step - 1)))
        raise self._divergence


def smoothed(values: ArrayLike, span: float) -> FloatArray:
    r"""Return the exponential moving average of a series, weighted as if it had begun with it.

    .. math:: s_k = \frac{\sum_{i \le k} a^{k - i} x_i}{\sum_{i \le k} a^{k - i}}, \quad
              a = 1 - \frac{1}{\mathrm{span}}

    Parameters
    ----------
    values : array_like, shape (steps,)
        The series x, such as the losses of mini-batches.
    span : float
        Over how many steps to average, at least 1; 1 changes nothing.

    Returns
    -------
    ndarray, shape (steps,)

    Raises
    ------
    ValueError
        If the series is empty or not finite, or the span out of range.

    Examples
    --------
    >>> smoothed([1.0, 0.0, 0.0], 2).round(3)
    array([1.   , 0.333, 0.143])
    """
    series = as_floats("values", values)
    require_finite("values", series)
    if series.ndim != 1:
        raise ValueError(f"values must have shape (steps,), got shape {series.shape}")
    keep = 1.0 - 1.0 / as_real("span", span, minimum=1.0)
    averages = np.empty(len(series))
    total = weight = 0.0
    for index, value in enumerate(series.tolist()):
        total = keep * total + value
        weight = keep * weight + 1.0
        averages[index] = total / weight
    return averages


def extremes(values: ArrayLike, most: int) -> tuple[LabelArray, FloatArray]:
    """Return few points of a long series that look like all of it.

    Parameters
    ----------
    values : array_like, shape (steps,)
        The series, such as the losses of mini-batches.
    most : int
        How many points, at least 2.

    Returns
    -------
    places : ndarray of int
        In rising order; all if they are not too many.
    values : ndarray
        The values there: the least and the largest of each of equal parts of the series.

    Raises
    ------
    ValueError
        If the series is empty or not finite, or ``most`` out of range.

    Examples
    --------
    >>> extremes([5.0, 1.0, 9.0, 2.0, 4.0, 3.0], 4)
    (array([1, 2, 3, 4]), array([1., 9., 2., 4.]))
    """
    series = as_floats("values", values)
    require_finite("values", series)
    pairs = as_count("most", most, minimum=2) // 2
    if series.size <= most:
        return np.arange(series.size), series.copy()
    ends = np.linspace(0, series.size, pairs + 1).astype(np.intp)
    chosen = {
        start + int(pick)
        for start, part in zip(ends, np.split(series, ends[1:-1]), strict=False)
        for pick in (part.argmin(), part.argmax())
    }
    places = np.array(sorted(chosen))
    return places, series[places]


def _require_fit(name: str, data: Dataset, model: Model) -> None:
    if data.features != model.features:
        raise ValueError(
            f"{name} must have the {model.features} features of the model, got {data.features}"
        )
    highest = int(data.labels.max())
    if highest >= model.classes:
        raise ValueError(
            f"{name} must have labels below {model.classes}, the classes of the model, "
            f"got {highest}"
        )
