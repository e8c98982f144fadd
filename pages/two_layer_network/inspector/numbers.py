"""What the inspector shows: every number, for every step of the pass, every sample and unit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.learning.models import Objective, TwoLayerNet
from core.validation import FloatArray, LabelArray
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.inspector.inspection import AXES, Axis, Inspection, inspect, spread
from pages.two_layer_network.inspector.panels import (
    MOST_PICTURED,
    Block,
    Counts,
    MapLayout,
    StepLayout,
    close_up,
    cut,
    map_layout,
    question_spot,
)
from pages.ui.kit.palette_entries import diverging_levels
from pages.ui.stage.vocabulary import Numbers, Place

__all__ = [
    "FEWER_TERMS",
    "MOST_TERMS",
    "OPERAND_DIGITS",
    "RESULT_DIGITS",
    "Followed",
    "Scene",
    "places",
    "scene_from",
    "slots",
    "sweep",
    "timeline_sweep",
]

MOST_TERMS: Final = 4
"""Products of a sum that are written out, if there are no more."""
FEWER_TERMS: Final = 3
"""Of more, the largest are."""
OPERAND_DIGITS: Final = 5
RESULT_DIGITS: Final = 4
"""Significant digits in sentences. Operands have one more, so that a calculator agrees."""
LARGEST_TINY: Final = 0.02
"""Where even the largest number of an array is smaller, four decimals would not tell them apart."""
CELL_DECIMALS: Final = 4
"""Decimals of the smallest numbers in cells that are written in a power of ten."""

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Followed:
    """Which entry of every array is followed: one, or one for each step of a handle.

    Attributes
    ----------
    samples, features, hidden, classes
        Indices of the same shape. Samples count among those that are shown.
    """

    samples: IntArray
    features: IntArray
    hidden: IntArray
    classes: IntArray

    def along(self, axis: Axis | None) -> IntArray:
        """The index along an axis; 0 where there is only one."""
        return np.zeros_like(self.samples) if axis is None else np.asarray(getattr(self, axis))


@dataclass(frozen=True, eq=False)
class Scene:
    """A pass with its numbers.

    Attributes
    ----------
    inspection
        The pass, of the whole batch.
    objective
        What is made small.
    names
        Those of the classes.
    training_step
        The step of the run that the pass belongs to.
    shown
        Which samples of the batch are shown.
    counts
        The sizes of the axes.
    layout, close
        Where the arrays of the map and the numbers of every step stand.
    step
        Where the timeline is.
    now
        What is followed.
    """

    inspection: Inspection
    objective: Objective
    names: tuple[str, ...]
    training_step: int
    shown: LabelArray
    counts: Counts
    layout: MapLayout
    close: tuple[StepLayout, ...]
    step: int
    now: Followed

    @property
    def last(self) -> int:
        """The last step of the timeline."""
        return len(self.inspection.steps) - 1

    def following(self, samples: IntArray, hidden: IntArray) -> Followed:
        """What is followed with other samples or units."""
        return _following(self.inspection, self.objective, self.shown[samples], samples, hidden)

    def window(self, axis: Axis | None, followed: Followed) -> IntArray:
        """The indices along an axis that are written as numbers: the page with what is followed."""
        index = followed.along(axis)
        if axis is None:
            return index[..., None]
        count = len(self.shown) if axis == "samples" else self.counts.along(axis)
        size = cut(self.counts).along(axis)
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


def scene_from(
    model: TwoLayerNet,
    X: FloatArray,
    y: LabelArray,
    names: tuple[str, ...],
    state: TwoLayerNetworkState,
    *,
    step: int = 0,
) -> Scene:
    """Send a batch through a model, and look at it as the state says."""
    inspection = inspect(model, X, y)
    counts = Counts(len(inspection.labels), model.features, int(model.W1.shape[1]), len(model.b2))
    shown = spread(counts.samples, MOST_PICTURED)
    sample = np.array(min(state.followed, len(shown) - 1))
    unit = np.array(min(state.unit, counts.hidden - 1))
    return Scene(
        inspection=inspection,
        objective=model.objective,
        names=names,
        training_step=step,
        shown=shown,
        counts=counts,
        layout=map_layout(inspection.steps, counts),
        close=close_up(inspection.steps, counts, model.objective),
        step=min(state.passed, len(inspection.steps) - 1),
        now=_following(inspection, model.objective, shown[sample], sample, unit),
    )


def _following(
    inspection: Inspection,
    objective: Objective,
    rows: LabelArray,
    samples: IntArray,
    hidden: IntArray,
) -> Followed:
    """Follow samples, which are these rows of the batch, and units.

    Of a sample its strongest feature is followed and its true class; for the hinge loss, the wrong
    class that is deepest inside the margin.
    """
    features = np.abs(inspection.table("X")[rows]).argmax(axis=-1)
    classes: IntArray = inspection.labels[rows]
    if objective.loss == "hinge":
        margins = inspection.table("margins")[rows].copy()
        np.put_along_axis(margins, classes[..., None], -np.inf, axis=-1)
        classes = margins.argmax(axis=-1)
    shape = np.broadcast_shapes(samples.shape, hidden.shape)
    every = (samples, np.asarray(features), hidden, np.asarray(classes))
    return Followed(*(np.broadcast_to(indices, shape) for indices in every))


# ---- what is written in sentences ----------------------------------------------------------------


def slots() -> tuple[str, ...]:
    """The names of the numbers of sentences."""
    operands = (f"{side}{i}" for i in range(MOST_TERMS) for side in ("left", "right"))
    named = (f"sample{i}" for i in range(FEWER_TERMS))
    return (
        *operands,
        *named,
        "rest",
        "bias",
        "out",
        "mean",
        "sign",
        "gate",
        "row",
        "unit",
        "feature",
        "class",
    )


def _sentence_places(scene: Scene, step: int, followed: Followed) -> dict[Place, FloatArray]:
    """The numbers of the sentence of a step."""
    found = _operands(scene, step, followed)
    lead = followed.samples.shape
    found["row"] = (scene.shown[followed.samples] + 1).astype(float)
    found["unit"] = (followed.hidden + 1).astype(float)
    found["feature"] = (followed.features + 1).astype(float)
    found["class"] = followed.classes.astype(float)
    empty = np.full(lead, np.nan)
    numbers: dict[Place, FloatArray] = {
        slot: np.broadcast_to(found.get(slot, empty), lead) for slot in slots()
    }
    zeros = np.zeros(lead)
    numbers["gate"] = np.where(scene.at("mask", followed) > 0, 0.0, 1.0)
    claimed = found.get("claimed")
    numbers["sign"] = zeros if claimed is None else _is_rounded(claimed, numbers["out"])
    numbers["sentence"] = zeros + step
    numbers["formula"] = zeros + step
    return numbers


def _operands(scene: Scene, step: int, followed: Followed) -> dict[str, FloatArray]:
    """What goes into the entry that is followed, what comes out; and what a calculator would say.

    ``claimed`` is the result of the calculation with the numbers as they are printed.
    """
    known = scene.inspection.steps[step]
    if known.operation == "given":
        return {}
    out = scene.at(known.outputs[-1], followed)
    names = [operand.name for operand in known.inputs]
    match known.operation:
        case "weights_gradient" | "bias_gradient":
            return _over_samples(scene, step, followed, out)
        case "affine" | "inputs_gradient":
            left, right = _factors(scene, step, followed)
            found = _largest(left, right)
            found["out"] = out
            if known.operation == "affine":
                found["bias"] = scene.at(names[2], followed)
            if left.shape[-1] <= MOST_TERMS:
                products = [
                    _printed(found[f"left{i}"]) * _printed(found[f"right{i}"])
                    for i in range(left.shape[-1])
                ]
                bias = _printed(found["bias"]) if "bias" in found else 0.0
                found["claimed"] = np.sum(products, axis=0) + bias
            return found
        case "loss":
            value = scene.at("losses", followed)
            return {"left0": scene.at(names[0], followed), "out": value, "mean": out}
        case "margins":
            true = scene.inspection.labels[scene.shown[followed.samples]]
            own = scene.inspection.table("scores")[scene.shown[followed.samples], true]
            return {"left0": scene.at("scores", followed), "left1": own, "out": out}
        case "penalty":
            names = [names[0], known.outputs[0]]
    found = {f"left{i}": scene.at(name, followed) for i, name in enumerate(names)}
    found["out"] = out
    if known.operation == "relu_gradient":
        found["claimed"] = _printed(found["left0"]) * found["left1"]
    if known.operation == "penalty":
        found["claimed"] = _printed(found["left0"]) + _printed(found["left1"])
    if known.operation == "loss_gradient" and scene.objective.loss != "hinge":
        difference = _printed(found["left0"]) - _printed(found["left1"])
        found["claimed"] = difference / scene.counts.samples
    return found


def _over_samples(
    scene: Scene, step: int, followed: Followed, out: FloatArray
) -> dict[str, FloatArray]:
    """A sum over the samples: the largest terms of those whose numbers are shown, and the rest."""
    known = scene.inspection.steps[step]
    if known.operation == "bias_gradient":
        name = known.inputs[0].name
        left = scene.inspection.table(name)[:, followed.along(AXES[name][1])].T
        right = np.ones_like(left)
    else:
        left, right = _factors(scene, step, followed)
    if left.shape[-1] <= MOST_TERMS:
        found = _largest(left, right)
        count = left.shape[-1]
    else:
        rows = np.broadcast_to(
            scene.shown[scene.window("samples", followed)],
            (*followed.samples.shape, cut(scene.counts).samples),
        )
        sizes = np.take_along_axis(np.abs(left * right), rows, axis=-1)
        order = np.argsort(-sizes, axis=-1, kind="stable")[..., :FEWER_TERMS]
        named = np.take_along_axis(rows, order, axis=-1)
        left, right = (np.take_along_axis(side, named, axis=-1) for side in (left, right))
        found = _largest(left, right)
        found |= {f"sample{i}": named[..., i] + 1.0 for i in range(FEWER_TERMS)}
        found["rest"] = out - (left * right).sum(axis=-1)
        count = FEWER_TERMS
    products = [_printed(found[f"left{i}"]) * _printed(found[f"right{i}"]) for i in range(count)]
    found["claimed"] = np.sum(products, axis=0) + _printed(found.get("rest", np.zeros_like(out)))
    return {**found, "out": out}


def _factors(scene: Scene, step: int, followed: Followed) -> tuple[FloatArray, FloatArray]:
    """The row and the column whose product is followed, (..., inner)."""
    blocks = scene.close[step].blocks
    inner = [
        scene.inspection.table(block.name, is_transposed=block.is_transposed)
        for block in blocks[:2]
    ]
    row_axis, column_axis = blocks[0].row_axis, blocks[1].column_axis
    rows = followed.along(row_axis)
    rows = scene.shown[rows] if row_axis == "samples" else rows
    return inner[0][rows], np.moveaxis(inner[1], 1, 0)[followed.along(column_axis)]


def _largest(left: FloatArray, right: FloatArray) -> dict[str, FloatArray]:
    """All factors if they are few; else those of the largest products."""
    count = left.shape[-1]
    if count > MOST_TERMS:
        order = np.argsort(-np.abs(left * right), axis=-1, kind="stable")[..., :FEWER_TERMS]
        left, right = (np.take_along_axis(side, order, axis=-1) for side in (left, right))
    sides = {"left": left, "right": right}
    return {
        f"{side}{i}": factors[..., i]
        for side, factors in sides.items()
        for i in range(factors.shape[-1])
    }


def _unit(values: FloatArray, digits: int) -> FloatArray:
    """The unit of the last of so many significant digits."""
    with np.errstate(divide="ignore"):
        power = np.floor(np.log10(np.abs(values)))
    return np.where(np.isfinite(power), 10.0 ** (power - digits + 1), 1.0)


def _printed(values: FloatArray, digits: int = OPERAND_DIGITS) -> FloatArray:
    unit = _unit(values, digits)
    return np.where(values == 0, 0.0, np.rint(values / unit) * unit)


def _is_rounded(claimed: FloatArray, out: FloatArray) -> FloatArray:
    """0 for =, where what is printed gives what is printed on a calculator; 1 for ≈."""
    distance = np.abs(claimed - _printed(out, RESULT_DIGITS))
    return np.where(distance <= (0.5 + 1e-9) * _unit(out, RESULT_DIGITS), 0.0, 1.0)


# ---- what is drawn -------------------------------------------------------------------------------


def places(scene: Scene, timeline: Mapping[Place, Numbers]) -> dict[Place, Numbers]:
    """Everything that is shown at the present step, which is a row of the timeline's sweep."""
    found: dict[Place, Numbers] = {
        "question_words": np.zeros(len(scene.layout.frames)),
        "note_words": np.arange(float(sum(len(layout.notes) for layout in scene.close))),
        **_sample_places(scene, scene.now),
    }
    for number in range(len(scene.close)):
        found |= _cell_places(scene, number, scene.now)
    return found | {place: table[scene.step] for place, table in timeline.items()}


def timeline_sweep(scene: Scene) -> dict[Place, Numbers]:
    """What changes with the step of the pass, at each of its steps."""
    steps = range(scene.last + 1)
    each = [_sentence_places(scene, step, scene.now) for step in steps]
    rings: dict[Place, Numbers] = {}
    for step in steps:
        for place, here in _rings(scene, step, scene.now).items():
            rings[place] = np.full((len(steps), 1), np.nan)
            rings[place][step] = here
    return {
        **_positions(scene),
        **rings,
        **{place: np.stack([found[place] for found in each]) for place in each[0]},
    }


def sweep(scene: Scene, followed: Followed) -> dict[Place, Numbers]:
    """What changes with what is followed, at the present step."""
    return {
        **_rings(scene, scene.step, followed),
        **_sentence_places(scene, scene.step, followed),
        **_sample_places(scene, followed),
        **_cell_places(scene, scene.step, followed),
    }


def _cell_places(scene: Scene, step: int, followed: Followed) -> dict[Place, Numbers]:
    """The numbers of the cells of a step, and the strengths of their colours."""
    found: dict[Place, Numbers] = {}
    for index, block in enumerate(scene.close[step].blocks):
        numbers = scene.entries(block, followed)
        exponent = scene.exponent(block.name)
        scaled = numbers / 10.0**exponent
        if exponent:  # in a power of ten that is told, another one would be read for it
            is_tiny = np.abs(scaled) < 10.0**-CELL_DECIMALS
            scaled = np.where(is_tiny, scaled.round(CELL_DECIMALS), scaled)
        found[f"numbers_{step}_{index}"] = scaled
        found[f"shades_{step}_{index}"] = numbers / scene.limit(block.name)
    return found


def _rings(scene: Scene, step: int, followed: Followed) -> dict[Place, Numbers]:
    """Where the rings of a step are, around what is followed."""
    found: dict[Place, Numbers] = {}
    for index, block in enumerate(scene.close[step].blocks):
        across = _middle(scene, block, followed, is_row=False)
        down = _middle(scene, block, followed, is_row=True)
        found[f"ring_x_{step}_{index}"] = (block.left + block.width * across)[..., None]
        found[f"ring_y_{step}_{index}"] = (block.top - block.height * down)[..., None]
    return found


def _middle(scene: Scene, block: Block, followed: Followed, *, is_row: bool) -> FloatArray:
    """The middle of what is followed in a block, counted in cells."""
    axis = block.row_axis if is_row else block.column_axis
    if axis in block.spans:
        count = block.rows if is_row else block.columns
        return np.full(followed.samples.shape, count / 2)
    return followed.along(axis) - scene.window(axis, followed)[..., 0] + 0.5


def _sample_places(scene: Scene, followed: Followed) -> dict[Place, Numbers]:
    """The numbers and the classes of the samples whose rows are written."""
    rows = scene.shown[scene.window("samples", followed)]
    return {
        "sample_numbers": (rows + 1).astype(float),
        "sample_classes": scene.inspection.labels[rows].astype(float),
    }


def _positions(scene: Scene) -> dict[Place, Numbers]:
    """What is seen at each step of the pass, whatever is followed."""
    steps = np.arange(scene.last + 1)
    found: dict[Place, Numbers] = {}
    for number, layout in enumerate(scene.close):
        is_here = (steps == number)[:, None]
        for index, block in enumerate(layout.blocks):
            x = np.array([x for x, _ in block.cells])
            found[f"x_{number}_{index}"] = np.where(is_here, x, np.nan)
        if layout.samples_at is not None:
            middle, block = layout.samples_at
            left = np.full(block.rows, middle)
            found[f"dot_{number}"] = np.where(is_here, left - 1.5, np.nan)
            found[f"name_{number}"] = np.where(is_here, left + 1.0, np.nan)
    notes = [
        np.where(steps == number, note.x, np.nan)
        for number, layout in enumerate(scene.close)
        for note in layout.notes
    ]
    found["note_x"] = np.stack(notes, axis=1)
    return {**found, **_map_places(scene, steps)}


def _map_places(scene: Scene, steps: IntArray) -> dict[Place, Numbers]:
    """The map at each step: what is known, what goes in, what comes out, what comes next."""
    known_from = scene.inspection.known_from
    found: dict[Place, Numbers] = {}
    questions: list[FloatArray] = []
    for name, frame in scene.layout.frames.items():
        is_in = np.array(
            [
                any(operand.name == name for operand in step.inputs)
                for step in scene.inspection.steps
            ]
        )
        is_out = (steps == known_from[name]) & (steps > 0)
        x = np.where(is_in | is_out, frame.centre[0], np.nan)
        found[f"ring_{name}"] = x[:, None]
        found[f"tone_{name}"] = np.where(is_out, 1.0, 0.0)[:, None]
        is_next = steps == known_from[name] - 1
        questions.append(np.where(is_next, question_spot(frame)[0], np.nan))
        if name != "loss":
            found[f"picture_{name}"] = _film(scene, name, steps >= known_from[name])
    found["questions"] = np.stack(questions, axis=1)
    loss = scene.inspection.result
    is_known = steps >= known_from["loss"]
    found["map_loss"] = np.where(is_known, loss.data_loss, np.nan)[:, None]
    totals: Mapping[str, float] = {
        "data_loss": loss.data_loss,
        "penalty": loss.penalty,
        "total": loss.total,
    }
    for name, value in totals.items():
        found[name] = np.where(is_known, value, np.nan)
    return found


def _film(scene: Scene, name: str, is_known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    table = scene.inspection.table(name)
    if AXES[name][0] == "samples":
        table = table[scene.shown]
    levels = diverging_levels(table, scene.limit(name))
    unknown = diverging_levels(np.zeros_like(table), 1.0)
    return np.where(is_known[:, None, None], levels, unknown).reshape(len(is_known), -1)
