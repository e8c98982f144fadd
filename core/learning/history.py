"""What a run is told, and what it has recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from core.learning.optimizers import OPTIMIZERS, Adam, Momentum, Optimizer, OptimizerName, Sgd
from core.validation import (
    FloatArray,
    LabelArray,
    as_count,
    as_real,
    require_option,
)

__all__ = [
    "SAMPLINGS",
    "DivergenceError",
    "History",
    "Recipe",
    "Record",
    "Sampling",
    "history_of",
]

Sampling = Literal["shuffled", "with_replacement"]


SAMPLINGS: tuple[Sampling, ...] = get_args(Sampling)


class DivergenceError(ArithmeticError):
    """The loss is not a finite number any more: as a rule, the learning rate is too high.

    Attributes
    ----------
    step : int
        The step whose parameters have no finite loss.
    learning_rate : float
        The learning rate of the step that led there; at step 0, that of the step to take.
    """

    def __init__(self, step: int, learning_rate: float) -> None:
        super().__init__(step, learning_rate)
        self.step = step
        self.learning_rate = learning_rate

    def __str__(self) -> str:
        if self.step == 0:
            return "the loss is not finite at the start: parameters or features are too large"
        return (
            f"the loss is not finite any more at step {self.step}: training has diverged; "
            f"learning_rate should be lower than {self.learning_rate:g}"
        )


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    learning_rate : float
        The step size, above 0 and at most 1e6.
    optimizer : {"sgd", "momentum", "adam"}
        How a gradient moves the parameters: see `core.learning.optimizers`.
    batch_size : int, optional
        The number of samples a step looks at; all of them if None, or if there are fewer.
    sampling : {"shuffled", "with_replacement"}
        Where a mini-batch comes from. Either the next samples of an epoch, in which each sample
        comes once, in a new random order, and whose last batch may be smaller; or independent
        draws, in which a sample may come twice, or not at all.
    decay : float
        What the learning rate is multiplied by after each epoch, above 0 and at most 1.
    momentum : float
        Of "momentum" only, from 0 to below 1.
    beta1, beta2, epsilon : float
        Of "adam" only.

    Raises
    ------
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> Recipe(learning_rate=0.5, batch_size=32).sampling
    'shuffled'
    """

    learning_rate: float = 0.1
    optimizer: OptimizerName = "sgd"
    batch_size: int | None = None
    sampling: Sampling = "shuffled"
    decay: float = 1.0
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the options."""
        as_real("learning_rate", self.learning_rate, above=0.0, maximum=1e6)
        require_option("optimizer", self.optimizer, OPTIMIZERS)
        if self.batch_size is not None:
            as_count("batch_size", self.batch_size, minimum=1)
        require_option("sampling", self.sampling, SAMPLINGS)
        as_real("decay", self.decay, above=0.0, maximum=1.0)
        below_one = math.nextafter(1.0, 0.0)
        for name in ("momentum", "beta1", "beta2"):
            as_real(name, getattr(self, name), minimum=0.0, maximum=below_one)
        as_real("epsilon", self.epsilon, above=0.0)

    def optimizer_for(self, parameters: FloatArray) -> Optimizer:
        """Return a new optimiser for a vector of parameters."""
        if self.optimizer == "sgd":
            return Sgd(parameters)
        if self.optimizer == "momentum":
            return Momentum(parameters, self.momentum)
        return Adam(parameters, self.beta1, self.beta2, self.epsilon)


@dataclass(frozen=True, eq=False)
class Record:
    """A step of a run, as it is before the step is taken. All numbers are finite.

    Attributes
    ----------
    step : int
        How many steps were taken before.
    epoch : float
        The same in epochs.
    learning_rate : float
        That of the step to take.
    data_loss, penalty, total : float
        The objective on all samples to learn from.
    accuracy : float
        On all samples to learn from, from 0 to 1.
    held_out_loss, held_out_accuracy : float or None
        The data loss and the accuracy on the held-out samples; None if there are none.
    parameters : mapping of str to ndarray
        Read-only.
    batch : ndarray of int
        Which samples the step to take looks at. ``model.loss`` on them gives its gradient.
    """

    step: int
    epoch: float
    learning_rate: float
    data_loss: float
    penalty: float
    total: float
    accuracy: float
    held_out_loss: float | None
    held_out_accuracy: float | None
    parameters: Mapping[str, FloatArray]
    batch: LabelArray


@dataclass(frozen=True, eq=False)
class History:
    """A run so far, at its recorded steps: arrays of length (records,), all finite.

    The first record is the start, the last one the present.

    Attributes
    ----------
    steps, epochs, learning_rates, data_loss, penalty, total, accuracy : ndarray
        See :class:`Record`.
    held_out_loss, held_out_accuracy : ndarray or None
        None if nothing is held out.
    parameters : mapping of str to ndarray, shape (records, ...)
        All recorded parameters, by name.
    batches : tuple of ndarray of int
        The samples of each recorded step.
    step_losses : ndarray, shape (steps,)
        The total on the mini-batch of every step that was taken, recorded or not.
    """

    steps: LabelArray
    epochs: FloatArray
    learning_rates: FloatArray
    data_loss: FloatArray
    penalty: FloatArray
    total: FloatArray
    accuracy: FloatArray
    held_out_loss: FloatArray | None
    held_out_accuracy: FloatArray | None
    parameters: Mapping[str, FloatArray]
    batches: tuple[LabelArray, ...]
    step_losses: FloatArray


def history_of(records: Sequence[Record], step_losses: FloatArray) -> History:
    """Put records, that of the start first, and the losses of all steps into arrays."""

    def column(attribute: str) -> FloatArray:
        return np.array([getattr(record, attribute) for record in records])

    is_held_out = records[0].held_out_loss is not None
    return History(
        steps=np.array([record.step for record in records], dtype=np.intp),
        epochs=column("epoch"),
        learning_rates=column("learning_rate"),
        data_loss=column("data_loss"),
        penalty=column("penalty"),
        total=column("total"),
        accuracy=column("accuracy"),
        held_out_loss=column("held_out_loss") if is_held_out else None,
        held_out_accuracy=column("held_out_accuracy") if is_held_out else None,
        parameters={
            name: np.stack([record.parameters[name] for record in records])
            for name in records[0].parameters
        },
        batches=tuple(record.batch for record in records),
        step_losses=step_losses,
    )
