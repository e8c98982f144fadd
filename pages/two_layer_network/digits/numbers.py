"""An image and how a network reads it: at every recorded step of its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.learning.datasets import digits
from core.learning.objective import Objective
from core.validation import FloatArray, LabelArray
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.digits.digit_readings import DigitReadings, read_sample
from pages.two_layer_network.digits.drawn_digits import BITMAP_SHAPE, drawn_digit
from pages.two_layer_network.written_drawing import EMPTY, InkCounts

__all__ = ["DARKEST", "DigitImage", "DigitNumbers", "image_of", "normalised", "numbers_of"]

DARKEST: Final = 16
"""The ink of a full block."""

Mode = Literal["digit", "drawing", "empty"]


@dataclass(frozen=True, eq=False)
class DigitImage:
    """What the network looks at: the ink of each pixel, and the true class, if there is one.

    ``index`` is the number of the digit among the data, if it is one.
    """

    counts: InkCounts
    index: int
    label: int | None = None
    bitmap: NDArray[np.bool_] | None = None

    @property
    def mode(self) -> Mode:
        """A digit of the data, an own drawing, or the empty sheet."""
        if self.label is not None:
            return "digit"
        return "drawing" if any(self.counts) else "empty"


def image_of(
    state: TwoLayerNetworkState,
    sheet: NDArray[np.bool_] | None = None,
    held: InkCounts | None = None,
) -> DigitImage:
    """Give the image of a state; of a drawing also its bitmap, if it is the one on the sheet.

    ``held`` is what a line that is being drawn makes of the drawing.
    """
    index = state.digit or 0
    if state.drawing is None:
        counts = np.rint(DARKEST * digits().points[index]).astype(int)
        return DigitImage(tuple(counts.tolist()), index, int(digits().labels[index]))
    shown = state.drawing if held is None else held
    on_sheet, bitmap = normalised(sheet)
    return DigitImage(shown, index, bitmap=bitmap if on_sheet == shown else None)


def normalised(sheet: NDArray[np.bool_] | None) -> tuple[InkCounts, NDArray[np.bool_]]:
    """The ink of what is drawn on a sheet, and its bitmap."""
    if sheet is None or not sheet.any():
        return EMPTY, np.zeros(BITMAP_SHAPE, dtype=bool)
    drawn = drawn_digit(sheet)
    return tuple(drawn.counts.reshape(-1).tolist()), drawn.bitmap


@dataclass(frozen=True, eq=False)
class DigitNumbers:
    """An image read at some recorded steps of a run, (...,).

    ``targets`` (..., classes) are 0 for a drawing, which nobody has labelled; there are ``losses``
    only of a digit whose class is known.
    """

    steps: LabelArray
    readings: DigitReadings
    targets: FloatArray
    losses: FloatArray | None

    @property
    def probabilities(self) -> FloatArray:
        """The softmax of the scores."""
        return self.readings.probabilities


def numbers_of(
    steps: LabelArray,
    parameters: Sequence[Mapping[str, FloatArray]],
    image: DigitImage,
    objective: Objective,
) -> DigitNumbers:
    """Read an image at every recorded step."""
    readings = read_sample(parameters, np.array(image.counts) / DARKEST)
    targets, losses = np.zeros_like(readings.probabilities), None
    if image.label is not None:
        targets[:, image.label] = 1.0
        labels = np.full(len(steps), image.label)
        losses = objective.data_loss(readings.scores, labels).per_sample
    return DigitNumbers(steps, readings, targets, losses)
