"""Where everything stands in the inspector: the map of all arrays, and each step in numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from core.learning.objective import Objective
from pages.two_layer_network.inspector.formulas import letters, penalty_symbol, symbol
from pages.two_layer_network.inspector.inspection import AXES, Axis, PassStep

__all__ = [
    "SWITCHES",
    "ArrayFrame",
    "AxisSizes",
    "Block",
    "Caption",
    "MapLayout",
    "StepLayout",
    "map_layout",
    "rows_and_columns",
    "shape_of",
    "step_layouts",
    "written",
]

NUMBERED: Final[Mapping[Axis, tuple[int, int]]] = {
    "samples": (9, 8),
    "features": (9, 6),
    "hidden": (9, 6),
    "classes": (10, 10),
}
"""Up to how many rows or columns of an axis all are written as numbers, and else how many."""
LAYOUTS_KEPT: Final = 8

SWITCHES: Final = ("mask", "targets")
"""Arrays of nothing but 0 and 1, whose cells may be narrow."""


class AxisSizes(NamedTuple):
    """How many there are along each axis."""

    samples: int
    features: int
    hidden: int
    classes: int

    def along(self, axis: Axis) -> int:
        """The number along an axis."""
        return int(getattr(self, axis))


@lru_cache(LAYOUTS_KEPT)
def written(sizes: AxisSizes) -> AxisSizes:
    """How many rows or columns of each axis are written as numbers."""
    along = {axis: sizes.along(axis) for axis in NUMBERED}
    return AxisSizes(
        *(along[axis] if along[axis] <= most else few for axis, (most, few) in NUMBERED.items())
    )


def rows_and_columns(name: str, sizes: AxisSizes) -> tuple[int, int]:
    """Rows and columns of an array as it is drawn."""
    along = tuple(sizes.along(axis) for axis in AXES[name])
    if len(along) == 2:
        return along[0], along[1]
    if AXES[name] == ("samples",):
        return along[0], 1
    return 1, (along[0] if along else 1)


def shape_of(name: str, sizes: AxisSizes, *, is_transposed: bool = False) -> str:
    """The shape of an array in numbers, such as 8×2."""
    along = [str(sizes.along(axis)) for axis in AXES[name]]
    return "×".join(reversed(along) if is_transposed else along)


# ---- the map -------------------------------------------------------------------------------------


class ArrayFrame(NamedTuple):
    """Where an array stands: its edges in units of the axes."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.top - self.bottom

    @property
    def question(self) -> tuple[float, float]:
        """Where it is asked what it holds: in the frame, or beside one that is too low."""
        x, y = self.centre
        return (x, y) if self.size[1] >= _QUESTION else (self.right + _QUESTION / 2, y)


@dataclass(frozen=True)
class MapLayout:
    """Where every array of a pass stands: forwards above, each gradient below what it belongs to.

    ``arrows`` are signs and where they stand, between two arrays.
    """

    frames: Mapping[str, ArrayFrame]
    arrows: tuple[tuple[str, float, float], ...]
    width: float
    height: float


_SLOT: Final = 1.06
_GAP: Final = 0.34
_LABEL: Final = 0.42
_TALLEST: Final = 1.08
_STACKED: Final = 0.52
"""Heights of an array for itself, and of one above its bias."""
_QUESTION: Final = 0.2
"""Height of a question mark."""


def _length(count: int) -> float:
    """Side of an array with so many rows or columns, 1 for 64 and more."""
    return 0.16 + 0.84 * min(1.0, math.log2(count) / 6)


@lru_cache(LAYOUTS_KEPT)
def map_layout(steps: tuple[PassStep, ...], sizes: AxisSizes) -> MapLayout:
    """Place every array; those of samples stand in a row, weights above their bias."""
    known = [name for step in steps for name in step.outputs]
    inner = [name for name in ("probabilities", "margins") if name in known]
    columns = [["X"], ["W1", "b1"], ["a1"], ["mask"], ["h"], ["W2", "b2"], ["scores"]]
    columns += [[name] for name in (*inner, "targets", "losses")]
    row = _LABEL + max(_TALLEST, _STACKED + _LABEL + _length(1) * _STACKED + 0.06)
    height = 2 * row + 0.12
    frames: dict[str, ArrayFrame] = {}
    arrows: list[tuple[str, float, float]] = []
    left = 0.0
    for stack in columns:
        middle = left + _SLOT / 2
        _place(frames, stack, middle, height, sizes)
        below = ["loss"] if stack == ["losses"] else [f"d{name}" for name in stack]
        _place(frames, [name for name in below if name in known], middle, row, sizes)
        arrows += [("→", left - _GAP / 2, height - row / 2 - _LABEL / 2)] if left else []
        left += _SLOT + _GAP
    # Between p and t nothing flows: both go into the loss.
    arrows = [a for a in arrows if abs(a[1] + _GAP / 2 - frames["targets"].centre[0]) > _SLOT]
    back = ["loss", "dscores", "dW2", "dh", "da1", "dW1"]
    for source, target in pairwise(back):
        x = (frames[source].centre[0] + frames[target].centre[0]) / 2
        arrows.append(("←", x, row / 2 - _LABEL / 2))
    return MapLayout(frames, tuple(arrows), left - _GAP, height)


def _place(
    frames: dict[str, ArrayFrame], stack: list[str], middle: float, top: float, sizes: AxisSizes
) -> None:
    if len(stack) == 1:
        rows, columns = rows_and_columns(stack[0], sizes)
        width, tall = _length(columns), _length(rows) * _TALLEST
        if stack == ["loss"]:
            width, tall = _SLOT, 0.5
        centre = top - _LABEL - _TALLEST / 2
        frames[stack[0]] = ArrayFrame(
            middle - width / 2, middle + width / 2, centre - tall / 2, centre + tall / 2
        )
        return
    edge = top - _LABEL
    for name in stack:
        rows, columns = rows_and_columns(name, sizes)
        width, tall = _length(columns), _length(rows) * _STACKED
        frames[name] = ArrayFrame(middle - width / 2, middle + width / 2, edge - tall, edge)
        edge -= tall + _LABEL


# ---- the numbers of a step -----------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """An array in numbers: its first cell's upper left corner, and the size of a cell.

    All of it along the axes of ``spans`` belongs to the entry that is followed: a row or a column
    of a factor is summed over.
    """

    name: str
    is_transposed: bool
    is_output: bool
    left: float
    top: float
    rows: int
    columns: int
    width: float
    height: float
    spans: frozenset[Axis]

    @property
    def row_axis(self) -> Axis | None:
        """What its rows count."""
        return self._axes[0]

    @property
    def column_axis(self) -> Axis | None:
        """What its columns count."""
        return self._axes[1]

    @property
    def _axes(self) -> tuple[Axis | None, Axis | None]:
        axes = AXES[self.name]
        if len(axes) == 2:
            return (axes[1], axes[0]) if self.is_transposed else (axes[0], axes[1])
        if axes == ("samples",):
            return "samples", None
        return None, (axes[0] if axes else None)

    @property
    def cells(self) -> list[tuple[float, float]]:
        """The centres of its cells, row by row."""
        return [
            (
                round(self.left + (j + 0.5) * self.width, 2),
                round(self.top - (i + 0.5) * self.height, 2),
            )
            for i in range(self.rows)
            for j in range(self.columns)
        ]

    @property
    def ring_size(self) -> tuple[float, float]:
        """The size of the ring around what is followed."""
        rows = self.rows if self.row_axis in self.spans else 1
        columns = self.columns if self.column_axis in self.spans else 1
        return columns * self.width, rows * self.height


class Caption(NamedTuple):
    """A text and where it stands; of an array with its shape, and that of the part shown."""

    text: str
    x: float
    y: float
    array: str = ""
    axes: str = ""
    shape: str = ""
    shown: str = ""


@dataclass(frozen=True)
class StepLayout:
    """Where the numbers of one step stand: its arrays in the order of the formula, and their names.

    ``samples_at`` is where the rows of samples are named: x, and the block whose rows they are;
    None if the first array has no rows of samples.
    """

    blocks: tuple[Block, ...]
    captions: tuple[Caption, ...]
    samples_at: tuple[float, Block] | None


_HEAD: Final = 12.0
"""Height of the names of the arrays, in hundredths of the panel."""
_HIGHEST: Final = 13.0
_WIDEST: Final = 8.5
_SIGN: Final = 4.0
_NUMBERS: Final = 5.5
"""Width of a sign, and of the numbers of the samples, in hundredths of the panel."""
_NARROW: Final = 0.6
"""The width of a cell that holds 0 or 1, as a share of the others'."""


_TIMES: Final = "•"
"""The sign of a matrix product, to be seen from afar."""


class _Part(NamedTuple):
    """An array of a step, or, with a second name, one above another; after it comes a sign."""

    name: str
    below: str = ""
    is_transposed: bool = False
    is_output: bool = False
    sign: str = ""


def _parts(step: PassStep) -> list[_Part]:
    names = [operand.name for operand in step.inputs]
    output = step.outputs[-1]
    result = _Part(output, is_output=True)
    match step.operation:
        case "given":
            return [_Part("X", is_output=True, sign=" "), _Part("targets", is_output=True)]
        case "affine":
            first = _Part(names[0], sign=_TIMES)
            return [first, _Part(names[1], below=names[2], sign="="), result]
        case "relu":
            mask = _Part("mask", is_output=True, sign="=")
            return [_Part("a1", sign="⊙"), mask, result]
        case "softmax":
            return [_Part("scores", sign="→"), result]
        case "margins":
            return [_Part("scores", sign=","), _Part("targets", sign="→"), result]
        case "loss":
            losses = _Part("losses", is_output=True, sign="→")
            return [_Part(names[0], sign=","), _Part("targets", sign="→"), losses, result]
        case "loss_gradient":
            sign = "," if names[0] == "margins" else "−"
            after = "→" if names[0] == "margins" else "/N ="
            return [_Part(names[0], sign=sign), _Part("targets", sign=after), result]
        case "bias_gradient":
            return [_Part(names[0], sign="Σ ↓ ="), result]
        case "penalty":
            return [
                _Part(names[0], sign="+"),
                _Part(step.outputs[0], is_output=True, sign="="),
                result,
            ]
        case _:
            sign = "⊙" if step.operation == "relu_gradient" else _TIMES
            left, right = step.inputs
            return [
                _Part(left.name, is_transposed=left.is_transposed, sign=sign),
                _Part(right.name, is_transposed=right.is_transposed, sign="="),
                result,
            ]


def _spans(step: PassStep, loss: str) -> frozenset[Axis]:
    """The axis over which the inputs of a step are summed."""
    summed: Mapping[str, tuple[Axis, ...]] = {
        "given": ("features", "classes"),
        "affine": ("features",) if step.outputs == ("a1",) else ("hidden",),
        "softmax": ("classes",),
        "loss": () if loss == "cross_entropy" else ("classes",),
        "loss_gradient": ("classes",) if loss == "hinge" else (),
        "margins": ("classes",),
        "weights_gradient": ("samples",),
        "bias_gradient": ("samples",),
        "inputs_gradient": ("classes",),
    }
    return frozenset(summed.get(step.operation, ()))


@lru_cache(LAYOUTS_KEPT)
def step_layouts(
    steps: tuple[PassStep, ...], sizes: AxisSizes, objective: Objective
) -> tuple[StepLayout, ...]:
    """Place the numbers of every step, as large as the panel allows."""
    return tuple(_step_layout(step, sizes, objective) for step in steps)


def _step_layout(step: PassStep, sizes: AxisSizes, objective: Objective) -> StepLayout:
    parts, few = _parts(step), written(sizes)
    has_samples = AXES[parts[0].name][0] == "samples" and not parts[0].is_transposed
    margin = _NUMBERS if has_samples else 0.0
    signs = sum(_sign_width(part.sign) for part in parts)
    weights = sum(_weight(part, few) for part in parts)
    width = min(_WIDEST, (100.0 - margin - signs) / weights)
    height = min(_HIGHEST, (100.0 - _HEAD - 1.0) / max(_rows(part, few) for part in parts))
    left = (100.0 - margin - signs - width * weights) / 2 + margin
    centre, x = (100.0 - _HEAD) / 2, left
    spans = _spans(step, objective.loss)
    blocks: list[Block] = []
    captions: list[Caption] = []
    for part in parts:
        middle = x + width * _weight(part, few) / 2
        top = centre + _rows(part, few) * height / 2
        summed = spans if not part.is_output or step.operation == "given" else frozenset()
        upper = _block(part, few, middle, top, (width * _share(part), height), summed)
        blocks.append(upper)
        captions.append(_caption(upper, sizes, objective, middle, top + _HEAD / 2))
        if part.below:
            edge = round(top - (upper.rows + 1.1) * height, 2)
            lower = replace(upper, name=part.below, top=edge, rows=1, spans=frozenset())
            below = _caption(lower, sizes, objective, middle, edge + 0.5 * height)
            blocks.append(lower)
            captions.append(below._replace(text=f"+ {below.text}"))
        x += width * _weight(part, few)
        if part.sign:
            captions.append(Caption(part.sign, x + _sign_width(part.sign) / 2, centre))
            x += _sign_width(part.sign)
    samples_at = (round(left - margin / 2, 2), blocks[0]) if has_samples else None
    return StepLayout(tuple(blocks), tuple(captions), samples_at)


def _shape(part: _Part, few: AxisSizes) -> tuple[int, int]:
    rows, columns = rows_and_columns(part.name, few)
    return (columns, rows) if part.is_transposed else (rows, columns)


def _share(part: _Part) -> float:
    return _NARROW if part.name in SWITCHES else 1.0


def _weight(part: _Part, few: AxisSizes) -> float:
    """Its width, in cells."""
    return max(_share(part) * _shape(part, few)[1], 0.8)


def _rows(part: _Part, few: AxisSizes) -> float:
    """Its height in cells: a bias below its weights takes a row, and one for its name."""
    return _shape(part, few)[0] + (2.1 if part.below else 0.0)


def _sign_width(sign: str) -> float:
    return 0.0 if not sign else _SIGN + 1.2 * (len(sign) - 1)


def _block(
    part: _Part,
    few: AxisSizes,
    middle: float,
    top: float,
    cell: tuple[float, float],
    spans: frozenset[Axis],
) -> Block:
    (rows, columns), (width, height) = _shape(part, few), cell
    return Block(
        part.name,
        part.is_transposed,
        part.is_output,
        round(middle - columns * width / 2, 2),
        round(top, 2),
        rows,
        columns,
        round(width, 3),
        round(height, 3),
        spans,
    )


def _caption(block: Block, sizes: AxisSizes, objective: Objective, x: float, y: float) -> Caption:
    name, turned = block.name, block.is_transposed
    called = (
        penalty_symbol(objective, name.removeprefix("penalty_"))
        if name.startswith("penalty_")
        else symbol(name, is_transposed=turned)
    )
    shown = "×".join(str(n) for n in (block.rows, block.columns)[-len(AXES[name]) :])
    return Caption(
        called,
        round(x, 2),
        round(y, 2),
        name,
        letters(name, is_transposed=turned),
        shape_of(name, sizes, is_transposed=turned),
        str(block.rows) if AXES[name] == ("samples",) else shown,
    )
