"""A pass with its numbers: which are written, and which of them belong to what is followed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.learning.models import TwoLayerNet
from core.learning.objective import Objective
from core.validation import FloatArray, LabelArray
from pages.two_layer_network.inspector.inspection import AXES, Axis, Inspection, inspect, spread
from pages.two_layer_network.inspector.layout import (
    AxisSizes,
    Block,
    MapLayout,
    StepLayout,
    map_layout,
    step_layouts,
    written,
)

__all__ = ["Followed", "InspectedPass", "IntArray", "inspected_pass"]

MOST_PICTURED: Final = 32
"""Samples whose rows are drawn at most."""
LARGEST_TINY: Final = 0.02
"""Where even the largest number of an array is smaller, four decimals would not tell them apart."""

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Followed:
    """Which entry of every array is followed: indices of the same shape, one or one a step.

    ``samples`` count among those that are shown.
    """

    samples: IntArray
    features: IntArray
    hidden: IntArray
    classes: IntArray

    def along(self, axis: Axis | None) -> IntArray:
        """The index along an axis; 0 where there is only one."""
        return np.zeros_like(self.samples) if axis is None else np.asarray(getattr(self, axis))

    def taken(self, rows: NDArray[np.bool_]) -> Followed:
        """Some of several."""
        every = (self.samples, self.features, self.hidden, self.classes)
        return Followed(*(indices[rows] for indices in every))


@dataclass(frozen=True, eq=False)
class InspectedPass:
    """The pass of a whole batch at a step of training, and where its numbers stand.

    ``shown`` are the samples of the batch that are drawn.
    """

    inspection: Inspection
    objective: Objective
    names: tuple[str, ...]
    training_step: int
    shown: LabelArray
    sizes: AxisSizes
    map: MapLayout
    layouts: tuple[StepLayout, ...]

    @property
    def last(self) -> int:
        """The last step of the pass."""
        return len(self.inspection.steps) - 1

    def following(self, samples: IntArray, hidden: IntArray) -> Followed:
        """Follow samples among those that are shown, and units.

        Of a sample its strongest feature is followed and its true class; for the hinge loss, the
        wrong class that is deepest inside the margin.
        """
        rows = self.shown[samples]
        features = np.abs(self.inspection.table("X")[rows]).argmax(axis=-1)
        classes: IntArray = self.inspection.labels[rows]
        if self.objective.loss == "hinge":
            margins = self.inspection.table("margins")[rows].copy()
            np.put_along_axis(margins, classes[..., None], -np.inf, axis=-1)
            classes = margins.argmax(axis=-1)
        return Followed(samples, np.asarray(features), hidden, np.asarray(classes))

    def window(self, axis: Axis | None, followed: Followed) -> IntArray:
        """The indices along an axis that are written as numbers: the page with what is followed."""
        index = followed.along(axis)
        if axis is None:
            return index[..., None]
        count = len(self.shown) if axis == "samples" else self.sizes.along(axis)
        size = written(self.sizes).along(axis)
        first = np.minimum(index // size * size, count - size)
        return first[..., None] + np.arange(size)

    def entries(self, block: Block, followed: Followed) -> FloatArray:
        """The numbers of a block, row by row."""
        table = self.inspection.table(block.name, is_transposed=block.is_transposed)
        rows, columns = (
            self.shown[window] if axis == "samples" else window
            for axis in (block.row_axis, block.column_axis)
            for window in [self.window(axis, followed)]
        )
        found = table[rows[..., :, None], columns[..., None, :]]
        return found.reshape((*found.shape[:-2], -1))

    def limit(self, name: str) -> float:
        """The number of an array that has the strongest colour."""
        # A mask says nothing by its strength: its numbers are to stay legible.
        if name in ("mask", "targets"):
            return 2.0
        return float(np.abs(self.inspection.table(name)).max()) or 1.0

    def exponent(self, name: str) -> int:
        """The power of ten in which the numbers of an array are written; 0 but for tiny ones."""
        limit = self.limit(name)
        return math.floor(math.log10(limit)) if limit < LARGEST_TINY else 0

    def at(self, name: str, followed: Followed) -> FloatArray:
        """The entry of an array that is followed."""
        axes = AXES[name]
        indices = tuple(
            self.shown[followed.samples] if axis == "samples" else followed.along(axis)
            for axis in axes
        )
        found = np.asarray(self.inspection.arrays[name], dtype=np.float64)[indices]
        return np.broadcast_to(found, followed.samples.shape)


def inspected_pass(
    model: TwoLayerNet, X: FloatArray, y: LabelArray, names: tuple[str, ...], *, step: int = 0
) -> InspectedPass:
    """Send a batch through a model."""
    inspection = inspect(model, X, y)
    sizes = AxisSizes(len(inspection.labels), model.features, int(model.W1.shape[1]), len(model.b2))
    return InspectedPass(
        inspection=inspection,
        objective=model.objective,
        names=names,
        training_step=step,
        shown=spread(sizes.samples, MOST_PICTURED),
        sizes=sizes,
        map=map_layout(inspection.steps, sizes),
        layouts=step_layouts(inspection.steps, sizes, model.objective),
    )
