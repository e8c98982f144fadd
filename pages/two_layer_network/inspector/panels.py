"""Figures of the inspector: a map of all arrays of a pass, and a close-up of one step in numbers.

Here is where things stand; what they show comes from `stages.inspector_scene`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import plotly.graph_objects as go

from core.learning.models import Objective
from pages.two_layer_network.inspector.inspection import AXES, Axis, PassStep
from pages.ui.kit.theme import (
    CLASS_COLORS,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    ZERO,
    base_figure,
    diverging_palette,
)
from pages.ui.stage.vocabulary import Mark, Picture

__all__ = [
    "CLOSE_UP",
    "MAP",
    "MOST_PICTURED",
    "Block",
    "Counts",
    "Frame",
    "MapLayout",
    "Note",
    "StepLayout",
    "close_up",
    "close_up_figure",
    "close_up_marks",
    "cut",
    "formula",
    "map_figure",
    "map_layout",
    "map_marks",
    "map_pictures",
    "penalty_symbol",
    "question_spot",
    "rows_and_columns",
    "symbol",
]

MAP: Final = "map"
CLOSE_UP: Final = "close_up"
MOST_PICTURED: Final = 32
"""Samples whose rows are drawn at most."""
NUMBERED: Final[Mapping[Axis, tuple[int, int]]] = {
    "samples": (9, 8),
    "features": (9, 6),
    "hidden": (9, 6),
    "classes": (10, 10),
}
"""Up to how many rows or columns of an axis all are written as numbers, and else how many."""
FIGURES_KEPT: Final = 8
HIGHLIGHT: Final = "var(--st-primary-color)"

_LETTERS: Final[Mapping[Axis, str]] = {
    "samples": "N",
    "features": "D",
    "hidden": "H",
    "classes": "C",
}
_SYMBOLS: Final[Mapping[str, str]] = {
    "probabilities": "p",
    "targets": "t",
    "margins": "m",
    "loss": "L",
}
_SWITCHES: Final = ("mask", "targets")
"""Arrays of nothing but 0 and 1, whose cells may be narrow."""


class Counts(NamedTuple):
    """How many there are along each axis."""

    samples: int
    features: int
    hidden: int
    classes: int

    def along(self, axis: Axis) -> int:
        """The number along an axis."""
        return int(getattr(self, axis))


# ---- the map -------------------------------------------------------------------------------------


class Frame(NamedTuple):
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


@dataclass(frozen=True)
class MapLayout:
    """Where every array of a pass stands: forwards above, each gradient below what it belongs to.

    Attributes
    ----------
    frames
        By name of the array.
    arrows
        A sign and where it stands, between two arrays.
    width, height
        The extent of the whole.
    """

    frames: Mapping[str, Frame]
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


def rows_and_columns(name: str, counts: Counts) -> tuple[int, int]:
    """Rows and columns of an array as it is drawn."""
    sizes = tuple(counts.along(axis) for axis in AXES[name])
    if len(sizes) == 2:
        return sizes[0], sizes[1]
    if AXES[name] == ("samples",):
        return sizes[0], 1
    return 1, (sizes[0] if sizes else 1)


@lru_cache(FIGURES_KEPT)
def map_layout(steps: tuple[PassStep, ...], counts: Counts) -> MapLayout:
    """Place every array; those of samples stand in a row, weights above their bias."""
    known = [name for step in steps for name in step.outputs]
    inner = [name for name in ("probabilities", "margins") if name in known]
    columns = [["X"], ["W1", "b1"], ["a1"], ["mask"], ["h"], ["W2", "b2"], ["scores"]]
    columns += [[name] for name in (*inner, "targets", "losses")]
    row = _LABEL + max(_TALLEST, _STACKED + _LABEL + _length(1) * _STACKED + 0.06)
    height = 2 * row + 0.12
    frames: dict[str, Frame] = {}
    arrows: list[tuple[str, float, float]] = []
    left = 0.0
    for stack in columns:
        middle = left + _SLOT / 2
        _place(frames, stack, middle, height, counts)
        below = ["loss"] if stack == ["losses"] else [f"d{name}" for name in stack]
        _place(frames, [name for name in below if name in known], middle, row, counts)
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
    frames: dict[str, Frame], stack: list[str], middle: float, top: float, counts: Counts
) -> None:
    if len(stack) == 1:
        rows, columns = rows_and_columns(stack[0], counts)
        width, tall = _length(columns), _length(rows) * _TALLEST
        if stack == ["loss"]:
            width, tall = _SLOT, 0.5
        centre = top - _LABEL - _TALLEST / 2
        frames[stack[0]] = Frame(
            middle - width / 2, middle + width / 2, centre - tall / 2, centre + tall / 2
        )
        return
    edge = top - _LABEL
    for name in stack:
        rows, columns = rows_and_columns(name, counts)
        width, tall = _length(columns), _length(rows) * _STACKED
        frames[name] = Frame(middle - width / 2, middle + width / 2, edge - tall, edge)
        edge -= tall + _LABEL


def symbol(name: str, *, is_transposed: bool = False) -> str:
    """How an array is called in a formula."""
    return _SYMBOLS.get(name, name) + ("ᵀ" if is_transposed else "")


def _sizes(name: str, counts: Counts, *, is_transposed: bool = False) -> str:
    sizes = [str(counts.along(axis)) for axis in AXES[name]]
    return "×".join(reversed(sizes) if is_transposed else sizes)


def _letters(name: str, *, is_transposed: bool = False) -> str:
    letters = [_LETTERS[axis] for axis in AXES[name]]
    return "×".join(reversed(letters) if is_transposed else letters)


@lru_cache(FIGURES_KEPT)
def map_figure(steps: tuple[PassStep, ...], counts: Counts) -> go.Figure:
    """Empty frames, each with the name and the shape of its array, and the way between them."""
    placed = map_layout(steps, counts)
    figure = base_figure()
    for name, frame in placed.frames.items():
        figure.add_shape(
            type="rect",
            x0=frame.left,
            x1=frame.right,
            y0=frame.bottom,
            y1=frame.top,
            line={"color": ZERO, "width": 1},
        )
        figure.add_annotation(
            x=frame.centre[0],
            y=frame.top,
            yanchor="bottom",
            text=f"<b>{symbol(name)}</b> {_sizes(name, counts)}",
            showarrow=False,
            yshift=-1,
        )
    for sign, x, y in placed.arrows:
        figure.add_annotation(x=x, y=y, text=sign, showarrow=False, font={"color": MUTED})
    figure.update_xaxes(range=[-0.08, placed.width + 0.08], visible=False)
    figure.update_yaxes(range=[-0.04, placed.height + 0.04], visible=False)
    figure.update_layout(margin={"l": 6, "r": 6, "t": 0, "b": 2})
    return figure


def map_pictures(layout: MapLayout, counts: Counts) -> list[Picture]:
    """The pixels of every array."""
    drawn = counts._replace(samples=min(counts.samples, MOST_PICTURED))
    return [
        Picture(
            f"picture_{name}",
            MAP,
            rows_and_columns(name, drawn),
            (frame.left, frame.right, frame.bottom, frame.top),
            diverging_palette(),
        )
        for name, frame in layout.frames.items()
        if name != "loss"
    ]


def question_spot(frame: Frame) -> tuple[float, float]:
    """Where it is asked what an array holds: in its frame, or beside one that is too low."""
    x, y = frame.centre
    return (x, y) if frame.size[1] >= _QUESTION else (frame.right + _QUESTION / 2, y)


def map_marks(layout: MapLayout) -> list[Mark]:
    """A ring around what goes in and what comes out, a question mark for what comes next."""
    found = [
        Mark(
            MAP,
            "ring",
            f"ring_{name}",
            (frame.centre[1],),
            tones=f"tone_{name}",
            size=(frame.size[0] + 0.1, frame.size[1] + 0.1),
            colors=(INK, HIGHLIGHT),
            is_kept_in_view=True,
        )
        for name, frame in layout.frames.items()
    ]
    names = list(layout.frames)
    found.append(
        Mark(
            MAP,
            "text",
            "questions",
            tuple(question_spot(layout.frames[name])[1] for name in names),
            numbers="question_words",
            choices=("?",),
            colors=(HIGHLIGHT,),
        )
    )
    x, y = layout.frames["loss"].centre
    found.append(Mark(MAP, "text", (x,), (y,), numbers="map_loss", digits=4))
    return found


# ---- the close-up --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """An array in numbers: its first cell's upper left corner, and the size of a cell.

    Attributes
    ----------
    spans
        The axes along which all of it belongs to the entry that is followed: a row or a column of a
        factor is summed over.
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


class Note(NamedTuple):
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
    """Where the numbers of one step stand.

    Attributes
    ----------
    blocks
        Its arrays, in the order of the formula.
    notes
        Their names and shapes, and the signs between them.
    samples_at
        Where the rows of samples are named: x, and the block whose rows they are; None if the first
        array has no rows of samples.
    """

    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]
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
FEW_DIGITS: Final = 5.0
"""Narrower cells have room for two digits."""


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


def cut(counts: Counts) -> Counts:
    """How many rows or columns of each axis are written as numbers."""
    along = {axis: counts.along(axis) for axis in NUMBERED}
    return Counts(
        *(along[axis] if along[axis] <= most else few for axis, (most, few) in NUMBERED.items())
    )


@lru_cache(FIGURES_KEPT)
def close_up(
    steps: tuple[PassStep, ...], counts: Counts, objective: Objective
) -> tuple[StepLayout, ...]:
    """Place the numbers of every step, as large as the panel allows."""
    return tuple(_step_layout(step, counts, objective) for step in steps)


def _step_layout(step: PassStep, counts: Counts, objective: Objective) -> StepLayout:
    parts = _parts(step)
    few = cut(counts)

    def shape(part: _Part, name: str) -> tuple[int, int]:
        rows, columns = rows_and_columns(name, few)
        return (columns, rows) if part.is_transposed else (rows, columns)

    def share(part: _Part) -> float:
        return _NARROW if part.name in _SWITCHES else 1.0

    def weight(part: _Part) -> float:
        return max(share(part) * shape(part, part.name)[1], 0.8)

    def rows_of(part: _Part) -> float:
        # A bias below its weights takes a row, and one for its name.
        return shape(part, part.name)[0] + (2.1 if part.below else 0.0)

    starts_with_samples = AXES[parts[0].name][0] == "samples" and not parts[0].is_transposed
    margin = _NUMBERS if starts_with_samples else 0.0
    signs = sum(_sign_width(part.sign) for part in parts)
    weights = sum(map(weight, parts))
    width = min(_WIDEST, (100.0 - margin - signs) / weights)
    height = min(_HIGHEST, (100.0 - _HEAD - 1.0) / max(map(rows_of, parts)))
    x = (100.0 - margin - signs - width * weights) / 2 + margin
    centre = (100.0 - _HEAD) / 2
    spans = _spans(step, objective.loss)
    blocks: list[Block] = []
    notes: list[Note] = []
    samples_at: tuple[float, Block] | None = None
    for part in parts:
        rows, columns = shape(part, part.name)
        cell, middle = width * share(part), x + width * weight(part) / 2
        left, top = middle - columns * cell / 2, centre + rows_of(part) * height / 2
        summed = spans if not part.is_output or step.operation == "given" else frozenset()

        upper = Block(
            part.name,
            part.is_transposed,
            part.is_output,
            round(left, 2),
            round(top, 2),
            rows,
            columns,
            round(cell, 3),
            round(height, 3),
            summed,
        )
        blocks.append(upper)
        notes.append(_label(upper, counts, objective, middle, top + _HEAD / 2))
        if part.below:
            edge = round(top - (rows + 1.1) * height, 2)
            lower = replace(upper, name=part.below, top=edge, rows=1, spans=frozenset())
            blocks.append(lower)
            notes.append(_label(lower, counts, objective, middle, edge + 0.5 * height, before="+ "))
        if starts_with_samples and samples_at is None:
            samples_at = (round(x - margin / 2, 2), upper)
        x += width * weight(part)
        if part.sign:
            notes.append(Note(part.sign, x + _sign_width(part.sign) / 2, centre))
            x += _sign_width(part.sign)
    return StepLayout(tuple(blocks), tuple(notes), samples_at)


def _sign_width(sign: str) -> float:
    return 0.0 if not sign else _SIGN + 1.2 * (len(sign) - 1)


def _label(
    block: Block, counts: Counts, objective: Objective, x: float, y: float, before: str = ""
) -> Note:
    sizes = _sizes(block.name, counts, is_transposed=block.is_transposed)
    name = (
        penalty_symbol(objective, block.name.removeprefix("penalty_"))
        if block.name.startswith("penalty_")
        else _total(block.name)
    )
    word = name + ("ᵀ" if block.is_transposed else "")
    axes = _letters(block.name, is_transposed=block.is_transposed)
    shown = "×".join(str(n) for n in (block.rows, block.columns)[-len(AXES[block.name]) :])
    if AXES[block.name] == ("samples",):
        shown = str(block.rows)
    return Note(f"{before}{word}", round(x, 2), round(y, 2), block.name, axes, sizes, shown)


def _total(name: str) -> str:
    return name.replace("total_", "∇") if name.startswith("total_") else symbol(name)


def penalty_symbol(objective: Objective, name: str) -> str:
    """The gradient of the penalty on the weights of this name."""
    first = f"λ₁ sign {name}" if objective.l1 and objective.l2 else f"λ sign {name}"
    strength = "λ₂" if objective.l1 else "λ"
    second = f"{'' if objective.half else '2'}{strength}{name}"
    return " + ".join(
        term for term, is_there in ((first, objective.l1), (second, objective.l2)) if is_there
    )


@lru_cache(1)
def close_up_figure() -> go.Figure:
    """An empty panel, a hundred units wide and high."""
    figure = base_figure()
    figure.update_xaxes(range=[0, 100], visible=False)
    figure.update_yaxes(range=[0, 100], visible=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 0, "b": 4})
    return figure


def close_up_marks(layouts: tuple[StepLayout, ...], describe: Callable[[Note], str]) -> list[Mark]:
    """Cells, names and rings; those of other steps have no place. ``describe`` writes a note."""
    found: list[Mark] = []
    for number, layout in enumerate(layouts):
        for index, block in enumerate(layout.blocks):
            id = f"{number}_{index}"
            found.append(
                Mark(
                    CLOSE_UP,
                    "cell",
                    f"x_{id}",
                    tuple(y for _, y in block.cells),
                    numbers=f"numbers_{id}",
                    shades=f"shades_{id}",
                    decimals=(0,) if block.name in _SWITCHES else (3,),
                    digits=_digits(block),
                    colors=(POSITIVE, NEGATIVE),
                    size=(block.width, block.height),
                )
            )
        for index, block in enumerate(layout.blocks):
            id = f"{number}_{index}"
            found.append(
                Mark(
                    CLOSE_UP,
                    "ring",
                    f"ring_x_{id}",
                    f"ring_y_{id}",
                    size=block.ring_size,
                    colors=(HIGHLIGHT if block.is_output else INK,),
                    is_kept_in_view=index == 0,
                )
            )
        if layout.samples_at is not None:
            block = layout.samples_at[1]
            rows = tuple(block.top - (i + 0.5) * block.height for i in range(block.rows))
            found.append(
                Mark(
                    CLOSE_UP,
                    "dot",
                    f"dot_{number}",
                    rows,
                    tones="sample_classes",
                    colors=CLASS_COLORS,
                )
            )
            found.append(
                Mark(
                    CLOSE_UP,
                    "text",
                    f"name_{number}",
                    rows,
                    numbers="sample_numbers",
                    decimals=(0,),
                    colors=(MUTED,),
                )
            )
    notes = [note for layout in layouts for note in layout.notes]
    found.append(
        Mark(
            CLOSE_UP,
            "text",
            "note_x",
            tuple(note.y for note in notes),
            numbers="note_words",
            choices=tuple(map(describe, notes)),
        )
    )
    return found


def _digits(block: Block) -> int | None:
    """How many digits there is room for; None for 0 and 1."""
    if block.name in _SWITCHES:
        return None
    return 2 if block.width < FEW_DIGITS else 3


# ---- words ---------------------------------------------------------------------------------------


def formula(step: PassStep, objective: Objective) -> str:
    """What a step computes, with the shapes of what goes in and what comes out."""

    def array(name: str, *, is_transposed: bool = False) -> str:
        shape = _letters(name, is_transposed=is_transposed)
        return f"{_total(name)}{'ᵀ' if is_transposed else ''}" + (f" ({shape})" if shape else "")

    given = [array(o.name, is_transposed=o.is_transposed) for o in step.inputs]
    result = array(step.outputs[-1])
    match step.operation:
        case "given":
            return ", ".join(array(name) for name in step.outputs)
        case "affine":
            return f"{result} = {given[0]} · {given[1]} + {given[2]}"
        case "relu":
            return f"{result} = max(0, {given[0]}) = a1 ⊙ {array('mask')}"
        case "softmax":
            return f"{result} = softmax({given[0]})"
        case "margins":
            return f"{result} = {_MARGINS[objective.variant == 'one_vs_all']}"
        case "loss":
            return f"L = 1/N Σₙ {_loss_of_a_sample(objective)}"
        case "loss_gradient":
            if objective.loss == "hinge":
                return f"{result} = {_hinge_gradient(objective)}"
            return f"{result} = ({given[0]} − {given[1]}) / N"
        case "weights_gradient" | "inputs_gradient":
            return f"{result} = {given[0]} · {given[1]}"
        case "bias_gradient":
            return f"{result} = Σₙ {given[0]}"
        case "relu_gradient":
            return f"{result} = {given[0]} ⊙ {given[1]}"
        case "penalty":
            return f"{result} = {given[0]} + {penalty_symbol(objective, step.inputs[1].name)}"


_MARGINS: Final = ("scores − s_y + Δ (N×C)", "Δ + scores (N×C), Δ − s_y")


def _loss_of_a_sample(objective: Objective) -> str:
    if objective.loss == "cross_entropy":
        return "(−ln p_y)"
    if objective.loss == "squared_error":
        return "½ Σ (scores − t)²"
    sign = "maxⱼ" if objective.variant == "crammer_singer" else "Σⱼ"
    return f"{sign} max(0, mⱼ){'²' if objective.power == 2 else ''}"


def _hinge_gradient(objective: Objective) -> str:
    slope = "2 max(0, m)" if objective.power == 2 else "[m > 0]"
    if objective.variant == "one_vs_all":
        return f"(1 − 2t) ⊙ {slope} / N"
    if objective.variant == "crammer_singer":
        slope = f"{slope}, m = max m"
    return f"(v − t Σⱼ vⱼ) / N, v = {slope}"
