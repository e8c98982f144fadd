"""The numbers of the sentence that tells a step: what goes in, what comes out, and = or ≈."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.validation import FloatArray
from pages.two_layer_network.inspector.inspected_pass import Followed, InspectedPass
from pages.two_layer_network.inspector.inspection import AXES
from pages.two_layer_network.inspector.layout import written

__all__ = [
    "FEWER_TERMS",
    "MOST_TERMS",
    "OPERAND_DIGITS",
    "RESULT_DIGITS",
    "SLOTS",
    "sentence_numbers",
]

MOST_TERMS: Final = 4
"""Products of a sum that are written out, if there are no more."""
FEWER_TERMS: Final = 3
"""Of more, the largest are."""
OPERAND_DIGITS: Final = 5
RESULT_DIGITS: Final = 4
"""Significant digits in sentences. Operands have one more, so that a calculator agrees."""

SLOTS: Final = (
    *(f"{side}{i}" for i in range(MOST_TERMS) for side in ("left", "right")),
    *(f"sample{i}" for i in range(FEWER_TERMS)),
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
"""The names of the numbers of sentences."""


def sentence_numbers(
    inspected: InspectedPass, step: int, followed: Followed
) -> dict[str, FloatArray]:
    """The numbers of the sentence of a step, by their slot; those that it does not have are NaN."""
    found = _operands(inspected, step, followed)
    empty = np.full(followed.samples.shape, np.nan)
    claimed, out = found.get("claimed"), found.get("out", empty)
    known = {
        **found,
        "row": inspected.shown[followed.samples] + 1.0,
        "unit": followed.hidden + 1.0,
        "feature": followed.features + 1.0,
        "class": followed.classes.astype(float),
        "gate": np.where(inspected.at("mask", followed) > 0, 0.0, 1.0),
        "sign": np.zeros_like(empty) if claimed is None else _is_rounded(claimed, out),
    }
    return {slot: known.get(slot, empty) for slot in SLOTS}


def _operands(inspected: InspectedPass, step: int, followed: Followed) -> dict[str, FloatArray]:
    """What goes into the entry that is followed, what comes out; and what a calculator would say.

    ``claimed`` is the result of the calculation with the numbers as they are printed.
    """
    known = inspected.inspection.steps[step]
    if known.operation == "given":
        return {}
    out = inspected.at(known.outputs[-1], followed)
    names = [operand.name for operand in known.inputs]
    match known.operation:
        case "weights_gradient" | "bias_gradient":
            return _over_samples(inspected, step, followed, out)
        case "affine" | "inputs_gradient":
            left, right = _factors(inspected, step, followed)
            found = _largest(left, right)
            found["out"] = out
            if known.operation == "affine":
                found["bias"] = inspected.at(names[2], followed)
            if left.shape[-1] <= MOST_TERMS:
                products = [
                    _printed(found[f"left{i}"]) * _printed(found[f"right{i}"])
                    for i in range(left.shape[-1])
                ]
                bias = _printed(found["bias"]) if "bias" in found else 0.0
                found["claimed"] = np.sum(products, axis=0) + bias
            return found
        case "loss":
            value = inspected.at("losses", followed)
            return {"left0": inspected.at(names[0], followed), "out": value, "mean": out}
        case "margins":
            true = inspected.inspection.labels[inspected.shown[followed.samples]]
            own = inspected.inspection.table("scores")[inspected.shown[followed.samples], true]
            return {"left0": inspected.at("scores", followed), "left1": own, "out": out}
        case "penalty":
            names = [names[0], known.outputs[0]]
    found = {f"left{i}": inspected.at(name, followed) for i, name in enumerate(names)}
    found["out"] = out
    if known.operation == "relu_gradient":
        found["claimed"] = _printed(found["left0"]) * found["left1"]
    if known.operation == "penalty":
        found["claimed"] = _printed(found["left0"]) + _printed(found["left1"])
    if known.operation == "loss_gradient" and inspected.objective.loss != "hinge":
        difference = _printed(found["left0"]) - _printed(found["left1"])
        found["claimed"] = difference / inspected.sizes.samples
    return found


def _over_samples(
    inspected: InspectedPass, step: int, followed: Followed, out: FloatArray
) -> dict[str, FloatArray]:
    """A sum over the samples: the largest terms of those whose numbers are shown, and the rest."""
    known = inspected.inspection.steps[step]
    if known.operation == "bias_gradient":
        name = known.inputs[0].name
        left = inspected.inspection.table(name)[:, followed.along(AXES[name][1])].T
        right = np.ones_like(left)
    else:
        left, right = _factors(inspected, step, followed)
    if left.shape[-1] <= MOST_TERMS:
        found = _largest(left, right)
        count = left.shape[-1]
    else:
        rows = np.broadcast_to(
            inspected.shown[inspected.window("samples", followed)],
            (*followed.samples.shape, written(inspected.sizes).samples),
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


def _factors(
    inspected: InspectedPass, step: int, followed: Followed
) -> tuple[FloatArray, FloatArray]:
    """The row and the column whose product is followed, (..., inner)."""
    blocks = inspected.layouts[step].blocks
    inner = [
        inspected.inspection.table(block.name, is_transposed=block.is_transposed)
        for block in blocks[:2]
    ]
    row_axis, column_axis = blocks[0].row_axis, blocks[1].column_axis
    rows = followed.along(row_axis)
    rows = inspected.shown[rows] if row_axis == "samples" else rows
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
