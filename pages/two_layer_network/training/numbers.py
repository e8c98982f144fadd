"""What the training view shows of a run: the numbers of its recorded steps, and its curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.learning.datasets import IMAGE_SHAPE, Dataset
from core.learning.history import History
from core.learning.models import Model
from core.learning.training import extremes, smoothed
from core.validation import FloatArray, LabelArray
from pages.two_layer_network.training.mini_batch import GradientNoise
from pages.two_layer_network.training.run import NetworkRun, network_run
from pages.ui.kit.palette_entries import ZERO_LEVEL, diverging_levels, ink_levels, tiled
from pages.ui.kit.scores import round_up
from pages.ui.learning.plane import Box, decision_pixels, zero_lines
from pages.ui.stage.sweeps import rows_of

__all__ = [
    "LEVELS",
    "MOST_DRAWN",
    "MOST_UNITS",
    "RESOLUTION",
    "RunCurves",
    "SeenRun",
    "TrainingNumbers",
    "drawn_size",
    "gradient_limit",
    "loss_limits",
    "seen_run",
    "units_across",
]

MOST_UNITS: Final = 20
"""More lines, or more images of weights, would hide each other."""
MOST_DRAWN: Final = 32
"""Images of a mini-batch that are shown."""
MOST_POINTS: Final = 600
"""Points of a long curve: as many as a panel has pixels."""
RESOLUTION: Final = 64
"""Pixels of the decision map, along each axis."""
LEVELS: Final = 16
FAR: Final = 100.0
"""Where rings wait that are not to be seen, in units of the box."""
LONGEST_ARROWS: Final = (1.5, 3.0, 6.0, 12.0)
"""Few, so that the axes hold still while a run goes on."""

Curve: TypeAlias = tuple[FloatArray, FloatArray]
"""Steps, and what is told of them."""


@dataclass(frozen=True, eq=False)
class RunCurves:
    """Both histories of a run, as far as it has come: what is learnt from first."""

    losses: tuple[Curve, ...]
    accuracies: tuple[Curve, ...]


@dataclass(frozen=True, eq=False)
class TrainingNumbers:
    """A run at some of its recorded steps: arrays of shape (..., n); None is what it does not have.

    The held-out total has the penalty in it. Of the plane there are ``regions`` (..., pixels), and
    by axis the ``lines`` (..., 2, corners) of the hidden units, each with a gap at its end, and the
    ``drawn_points`` (..., 2, samples) of the mini-batch. Of images there are the ``weight_pixels``
    of the hidden units and the ``drawn_pixels`` of the mini-batch. There are ``curves`` only where
    they may change.
    """

    steps: FloatArray
    epochs: FloatArray
    rates: FloatArray
    data_loss: FloatArray
    penalty: FloatArray
    total: FloatArray
    accuracy: FloatArray
    held_out_total: FloatArray | None
    held_out_accuracy: FloatArray | None
    batch_sizes: LabelArray
    looked_at: NetworkRun
    regions: NDArray[np.uint8] | None = None
    lines: FloatArray | None = None
    drawn_points: FloatArray | None = None
    weight_pixels: NDArray[np.uint8] | None = None
    drawn_pixels: NDArray[np.uint8] | None = None
    curves: RunCurves | None = None


@dataclass(frozen=True, eq=False)
class SeenRun:
    """A run at the steps that are shown: all of its records, or the last one while it trains.

    ``drawn`` is how many samples a mini-batch has; 0 if every step looks at all.
    """

    train: Dataset
    held_out: Dataset | None
    drawn: int
    numbers: TrainingNumbers
    curves: RunCurves
    limits: tuple[float, float]

    @property
    def last(self) -> int:
        """The number of the last step that is shown."""
        return len(self.numbers.steps) - 1

    def row(self, step: int | None) -> int:
        """Which of them is at a step, or just before it; None: the last."""
        if step is None:
            return self.last
        return max(0, int(np.searchsorted(self.numbers.steps, step, side="right")) - 1)

    def now(self, row: int) -> TrainingNumbers:
        """What is shown at one of them."""
        return replace(rows_of(self.numbers, slice(row, row + 1), ()), curves=self.curves)


def seen_run(
    model: Model,
    train: Dataset,
    held_out: Dataset | None,
    history: History,
    *,
    box: Box | None,
    steps_per_epoch: int,
    is_over: bool,
    is_logarithmic: bool,
) -> SeenRun:
    """Look back on a run; ``box`` is the part of the plane, None for images."""
    shown = slice(None) if is_over else slice(-1, None)
    drawn = drawn_size(history, train)
    held_out_total = held_out_accuracy = None
    if history.held_out_loss is not None and history.held_out_accuracy is not None:
        held_out_total = (history.held_out_loss + history.penalty)[shown]
        held_out_accuracy = history.held_out_accuracy[shown]
    numbers = TrainingNumbers(
        steps=history.steps[shown].astype(np.float64),
        epochs=history.epochs[shown],
        rates=history.learning_rates[shown],
        data_loss=history.data_loss[shown],
        penalty=history.penalty[shown],
        total=history.total[shown],
        accuracy=history.accuracy[shown],
        held_out_total=held_out_total,
        held_out_accuracy=held_out_accuracy,
        batch_sizes=np.array([len(batch) for batch in history.batches[shown]]),
        looked_at=network_run(model, train, history, held_out=held_out, records=shown),
    )
    if box is None:
        numbers = _with_images(numbers, train, history, shown, drawn)
    else:
        numbers = _with_plane(numbers, model, train, history, shown, box, drawn)
    return SeenRun(
        train,
        held_out,
        drawn,
        numbers,
        _curves(history, float(steps_per_epoch), has_batches=drawn > 0),
        loss_limits(history, is_logarithmic=is_logarithmic),
    )


def drawn_size(history: History, train: Dataset) -> int:
    """How many samples the largest mini-batch has; 0 if every step looks at all."""
    first = history.batches[0]
    is_all = len(first) == train.size and np.array_equal(first, np.arange(train.size))
    return 0 if is_all else len(first)


def _with_plane(
    numbers: TrainingNumbers,
    model: Model,
    train: Dataset,
    history: History,
    shown: slice,
    box: Box,
    drawn: int,
) -> TrainingNumbers:
    objective = model.objective
    parameters = {name: values[shown] for name, values in history.parameters.items()}
    regions = decision_pixels(
        parameters,
        box,
        RESOLUTION,
        levels=LEVELS,
        certainty="probability" if objective.loss == "cross_entropy" else "margin",
        margin=objective.margin,
    )
    ends = zero_lines(parameters["W1"][..., :MOST_UNITS], parameters["b1"][..., :MOST_UNITS], box)
    lines = np.pad(ends, [(0, 0), (0, 0), (0, 1), (0, 0)], constant_values=np.nan)
    by_axis = np.moveaxis(lines, -1, 1).reshape(len(lines), 2, -1)
    points = None
    if drawn:
        points = np.full((len(lines), 2, drawn), FAR * box.half)
        for step, batch in enumerate(history.batches[shown]):
            points[step, :, : len(batch)] = train.points[batch].T
    return replace(numbers, regions=regions, lines=by_axis, drawn_points=points)


def _with_images(
    numbers: TrainingNumbers, train: Dataset, history: History, shown: slice, drawn: int
) -> TrainingNumbers:
    weights = history.parameters["W1"][..., :MOST_UNITS]
    levels = diverging_levels(weights[shown].swapaxes(1, 2), float(np.abs(weights).max()))
    images = levels.reshape(*levels.shape[:2], *IMAGE_SHAPE)
    whole = tiled(images, units_across(images.shape[1]), fill=ZERO_LEVEL)
    strip = _strip(train, history.batches[shown], min(drawn, MOST_DRAWN)) if drawn else None
    return replace(numbers, weight_pixels=whole.reshape(len(whole), -1), drawn_pixels=strip)


def _strip(train: Dataset, batches: Sequence[LabelArray], count: int) -> NDArray[np.uint8]:
    """The images of each mini-batch, side by side."""
    images = np.zeros((len(batches), count, *IMAGE_SHAPE), np.uint8)
    inked = ink_levels(train.points).reshape(-1, *IMAGE_SHAPE)
    for step, batch in enumerate(batches):
        images[step, : len(batch)] = inked[batch[:count]]
    return tiled(images, count, fill=0).reshape(len(images), -1)


def units_across(units: int) -> int:
    """How many images of weights stand side by side."""
    return min(units, 4)


def _curves(history: History, steps_per_epoch: float, *, has_batches: bool) -> RunCurves:
    steps = history.steps.astype(np.float64)
    losses = [(steps, history.total)]
    accuracies = [(steps, history.accuracy)]
    if history.held_out_loss is not None and history.held_out_accuracy is not None:
        losses.append((steps, history.held_out_loss + history.penalty))
        accuracies.append((steps, history.held_out_accuracy))
    series = history.step_losses
    if has_batches and len(series):
        smooth = smoothed(series, steps_per_epoch)
        kept = np.unique(np.linspace(0, len(series) - 1, MOST_POINTS).astype(np.intp))
        at, outer = extremes(series, MOST_POINTS)
        losses += [(at.astype(np.float64), outer), (kept.astype(np.float64), smooth[kept])]
    elif has_batches:
        losses += [(np.zeros(1), np.full(1, np.nan))] * 2
    return RunCurves(tuple(losses), tuple(accuracies))


def loss_limits(history: History, *, is_logarithmic: bool) -> tuple[float, float]:
    """Round limits with room for the losses, but for a few outliers among the mini-batches.

    They begin at 0 on a linear axis only.
    """
    seen = [history.total]
    if history.held_out_loss is not None:
        seen.append(history.held_out_loss + history.penalty)
    if len(history.step_losses):
        seen.append(np.percentile(history.step_losses, [1, 99]))
    values = np.concatenate(seen)
    high = round_up(max(float(values.max()), 1e-6))
    if not is_logarithmic:
        return 0.0, high
    lowest = float(values[values > 0].min(initial=high))
    return float(10.0 ** np.floor(np.log10(max(lowest, 1e-9 * high)))), high


def gradient_limit(noise: GradientNoise, arrows: Sequence[str]) -> float:
    """How long arrows may be: as long as nearly all are, in lengths of the full gradient."""
    ratios = noise.ratios[:, [noise.names.index(name) for name in arrows]]
    known = ratios[np.isfinite(ratios)]
    # The last step is the one that is seen first.
    most = max(np.percentile(known, 90), known[-1]) if len(known) else 1.0
    return next((limit for limit in LONGEST_ARROWS if limit >= most), LONGEST_ARROWS[-1])
