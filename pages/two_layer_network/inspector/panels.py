"""The panels of the inspector: a map of all arrays of a pass, and a step of it in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.validation import FloatArray
from pages.two_layer_network.inspector.formulas import symbol
from pages.two_layer_network.inspector.inspected_pass import Followed, InspectedPass
from pages.two_layer_network.inspector.inspection import AXES, PassStep
from pages.two_layer_network.inspector.layout import (
    SWITCHES,
    AxisSizes,
    Block,
    Caption,
    map_layout,
    rows_and_columns,
    shape_of,
)
from pages.two_layer_network.inspector.numbers import PassNumbers
from pages.ui.kit.palette_entries import diverging_levels
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
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Cell, Dot, Mark, Note, Ring
from pages.ui.stage.panels import Panel, Picture
from pages.ui.text import Text

__all__ = ["by_step", "panels", "since"]

FIGURES_KEPT: Final = 8
HIGHLIGHT: Final = "var(--st-primary-color)"
LEAST_WIDTH: Final = 890
"""Pixels that the map and the numbers need."""
LEAST_CAPTIONED: Final = 560
"""And those that the names of the arrays need."""
CELL_PX: Final = 42.0
"""The width of a cell with three digits."""
CELL_DECIMALS: Final = 4
"""Decimals of the smallest numbers in cells that are written in a power of ten."""
FEW_DIGITS: Final = 5.0
"""Narrower cells have room for two digits."""
_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def panels(inspected: InspectedPass, told: str, t: Text, *, only: int | None = None) -> list[Panel]:
    """Make both panels; ``told`` is the sentence of the present step.

    With ``only``, the close-up has the numbers of that step of the pass and of no other.
    """
    steps = _steps(inspected).tolist() if only is None else [only]
    return [_map(inspected, told, t), _close_up(inspected, steps, told, t)]


def by_step(table: NDArray[Any]) -> Channel:
    """What depends on the step of the pass only: a row each."""

    def row(result: PassNumbers) -> NDArray[Any] | None:
        return None if result.is_at_one_step else np.asarray(table[result.step])

    return row


def since(inspected: InspectedPass, name: str, value: float) -> Channel:
    """A number that is known from the step on that makes the array of this name."""
    known_from = inspected.inspection.known_from[name]
    return by_step(np.where(_steps(inspected) >= known_from, value, np.nan)[:, None])


def _steps(inspected: InspectedPass) -> NDArray[np.intp]:
    return np.arange(inspected.last + 1)


# ---- the map -------------------------------------------------------------------------------------


def _map(inspected: InspectedPass, told: str, t: Text) -> Panel:
    """The map at each step: what is known, what goes in, what comes out, what comes next."""
    frames = inspected.map.frames
    drawn = inspected.sizes._replace(samples=len(inspected.shown))
    x, y = frames["loss"].centre
    loss = since(inspected, "loss", inspected.inspection.result.data_loss)
    return Panel(
        id="map",
        figure=_map_figure(inspected.inspection.steps, inspected.sizes),
        pictures=tuple(
            Picture(
                pixels=by_step(_film(inspected, name)),
                shape=rows_and_columns(name, drawn),
                extent=(frame.left, frame.right, frame.bottom, frame.top),
                palette=diverging_palette(),
            )
            for name, frame in frames.items()
            if name != "loss"
        ),
        marks=(
            *(_map_ring(inspected, name) for name in frames),
            _questions(inspected),
            Note((x,), (y,), numbers=loss, digits=4),
        ),
        title=t("two_layer_network.inspector.panel.map", step=inspected.training_step),
        alt=t("two_layer_network.inspector.alt.map", sentence=told),
        wide=True,
        height=0.62,
        least_width=LEAST_WIDTH,
    )


def _film(inspected: InspectedPass, name: str) -> NDArray[np.uint8]:
    """The pixels of an array at each step of the pass: empty until it is known."""
    table = inspected.inspection.table(name)
    if AXES[name][0] == "samples":
        table = table[inspected.shown]
    levels = diverging_levels(table, inspected.limit(name)).reshape(-1)
    unknown = diverging_levels(np.zeros(levels.shape), 1.0)
    is_known = _steps(inspected) >= inspected.inspection.known_from[name]
    return np.where(is_known[:, None], levels, unknown)


def _map_ring(inspected: InspectedPass, name: str) -> Ring:
    """A ring around an array that goes in or comes out."""
    steps, frame = inspected.inspection.steps, inspected.map.frames[name]
    is_in = np.array([any(operand.name == name for operand in step.inputs) for step in steps])
    made_in = inspected.inspection.known_from[name]
    is_out = (_steps(inspected) == made_in) & (_steps(inspected) > 0)
    return Ring(
        by_step(np.where(is_in | is_out, frame.centre[0], np.nan)[:, None]),
        (frame.centre[1],),
        tones=by_step(np.where(is_out, 1.0, 0.0)[:, None]),
        size=(frame.size[0] + 0.1, frame.size[1] + 0.1),
        colors=(INK, HIGHLIGHT),
        is_kept_in_view=True,
    )


def _questions(inspected: InspectedPass) -> Note:
    """A question mark for what comes next."""
    known_from, frames = inspected.inspection.known_from, inspected.map.frames
    spots = {name: frame.question for name, frame in frames.items()}
    asked = [
        np.where(_steps(inspected) == known_from[name] - 1, x, np.nan)
        for name, (x, _) in spots.items()
    ]
    return Note(
        by_step(np.stack(asked, axis=1)),
        tuple(y for _, y in spots.values()),
        numbers=(0.0,) * len(spots),
        choices=("?",),
        colors=(HIGHLIGHT,),
    )


@lru_cache(FIGURES_KEPT)
def _map_figure(steps: tuple[PassStep, ...], sizes: AxisSizes) -> go.Figure:
    """Empty frames, each with the name and the shape of its array, and the way between them."""
    placed = map_layout(steps, sizes)
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
            text=f"<b>{symbol(name)}</b> {shape_of(name, sizes)}",
            showarrow=False,
            yshift=-1,
        )
    for sign, x, y in placed.arrows:
        figure.add_annotation(x=x, y=y, text=sign, showarrow=False, font={"color": MUTED})
    figure.update_xaxes(range=[-0.08, placed.width + 0.08], visible=False)
    figure.update_yaxes(range=[-0.04, placed.height + 0.04], visible=False)
    figure.update_layout(margin={"l": 6, "r": 6, "t": 0, "b": 2})
    return figure


# ---- the close-up --------------------------------------------------------------------------------


def _close_up(inspected: InspectedPass, steps: Sequence[int], told: str, t: Text) -> Panel:
    """The arrays of the present step as cells; those of other steps have no place."""

    def samples(result: PassNumbers) -> NDArray[np.intp]:
        return inspected.shown[inspected.window("samples", result.followed)]

    def numbers(result: PassNumbers) -> FloatArray:
        return samples(result) + 1.0

    def classes(result: PassNumbers) -> FloatArray:
        return inspected.inspection.labels[samples(result)].astype(np.float64)

    marks: list[Mark] = []
    for step in steps:
        marks += _cells(inspected, step) + _rings(inspected, step)
        marks += _sample_names(inspected, step, numbers, classes)
    return Panel(
        id="close_up",
        figure=_close_up_figure(),
        marks=(*marks, _captions(inspected, steps, t)),
        title="{formula}",
        alt=t("two_layer_network.inspector.alt.close_up", sentence=told),
        wide=True,
        height=1.1,
        least_width=_room_for(inspected),
    )


def _room_for(inspected: InspectedPass) -> int:
    """Pixels in which the numbers of the narrowest cells can be read."""
    blocks = (block for placed in inspected.layouts for block in placed.blocks)
    narrowest = min(block.width for block in blocks if block.name not in SWITCHES)
    return round(min(max(100 * CELL_PX / narrowest, LEAST_CAPTIONED), LEAST_WIDTH))


def _only_at(inspected: InspectedPass, step: int, x: FloatArray) -> Channel:
    """Where something stands that is seen at one step of the pass only."""
    return by_step(np.where((_steps(inspected) == step)[:, None], x, np.nan))


def _cells(inspected: InspectedPass, step: int) -> list[Mark]:
    """The numbers of a step, and the strengths of their colours."""

    @lru_cache(1)
    def entries(block: Block, result: PassNumbers) -> FloatArray:
        return inspected.entries(block, result.followed)

    def numbers(block: Block, result: PassNumbers) -> FloatArray | None:
        if not result.moves_in(step):
            return None
        exponent = inspected.exponent(block.name)
        if not exponent:
            return entries(block, result)
        # In a power of ten that is told, another one would be read for it.
        scaled = entries(block, result) / 10.0**exponent
        is_tiny = np.abs(scaled) < 10.0**-CELL_DECIMALS
        return np.where(is_tiny, scaled.round(CELL_DECIMALS), scaled)

    def shades(block: Block, result: PassNumbers) -> FloatArray | None:
        if not result.moves_in(step):
            return None
        return entries(block, result) / inspected.limit(block.name)

    return [
        Cell(
            _only_at(inspected, step, np.array([x for x, _ in block.cells])),
            tuple(y for _, y in block.cells),
            numbers=partial(numbers, block),
            shades=partial(shades, block),
            decimals=(0,) if block.name in SWITCHES else (3,),
            digits=_digits(block),
            colors=(POSITIVE, NEGATIVE),
            size=(block.width, block.height),
        )
        for block in inspected.layouts[step].blocks
    ]


def _digits(block: Block) -> int | None:
    """How many digits there is room for; None for 0 and 1."""
    if block.name in SWITCHES:
        return None
    return 2 if block.width < FEW_DIGITS else 3


def _rings(inspected: InspectedPass, step: int) -> list[Mark]:
    """A ring around what is followed in each array of a step."""

    def place(block: Block, is_row: bool, result: PassNumbers) -> FloatArray | None:
        is_here = result.step == step
        if not is_here.any():
            return None if result.step.ndim else np.array([np.nan])
        middle = _middle(inspected, block, result.followed, is_row=is_row)
        at = block.top - block.height * middle if is_row else block.left + block.width * middle
        return np.where(is_here, at, np.nan)[..., None]

    return [
        Ring(
            partial(place, block, False),
            partial(place, block, True),
            size=block.ring_size,
            colors=(HIGHLIGHT if block.is_output else INK,),
            is_kept_in_view=index == 0,
        )
        for index, block in enumerate(inspected.layouts[step].blocks)
    ]


def _middle(
    inspected: InspectedPass, block: Block, followed: Followed, *, is_row: bool
) -> FloatArray:
    """The middle of what is followed in a block, counted in cells."""
    axis = block.row_axis if is_row else block.column_axis
    if axis in block.spans:
        count = block.rows if is_row else block.columns
        return np.full(followed.samples.shape, count / 2)
    return followed.along(axis) - inspected.window(axis, followed)[..., 0] + 0.5


def _sample_names(
    inspected: InspectedPass, step: int, numbers: Channel, classes: Channel
) -> list[Mark]:
    """The number of each sample whose row is written, and a dot in the colour of its class."""
    placed = inspected.layouts[step].samples_at
    if placed is None:
        return []
    middle, block = placed
    left = np.full(block.rows, middle)
    y = tuple(block.top - (i + 0.5) * block.height for i in range(block.rows))
    dots, names = (_only_at(inspected, step, left + shift) for shift in (-1.5, 1.0))
    return [
        Dot(dots, y, tones=classes, colors=CLASS_COLORS),
        Note(names, y, numbers=numbers, decimals=(0,), colors=(MUTED,)),
    ]


def _captions(inspected: InspectedPass, steps: Sequence[int], t: Text) -> Note:
    """The names and shapes of the arrays, and the signs between them."""
    placed = [(step, each) for step in steps for each in inspected.layouts[step].captions]
    x = [np.where(_steps(inspected) == step, caption.x, np.nan) for step, caption in placed]
    return Note(
        by_step(np.stack(x, axis=1)),
        tuple(caption.y for _, caption in placed),
        numbers=tuple(map(float, range(len(placed)))),
        choices=tuple(_caption_text(inspected, caption, t) for _, caption in placed),
    )


def _caption_text(inspected: InspectedPass, caption: Caption, t: Text) -> str:
    """The name of an array with its shape, how much of it is shown, and in which unit."""
    if not caption.shape:
        return caption.text
    shape = f"{caption.axes} = {caption.shape}"
    if caption.shown != caption.shape:
        shape = t("two_layer_network.inspector.part", shown=caption.shown, shape=caption.shape)
    exponent = inspected.exponent(caption.array)
    power = f"10{str(exponent).translate(_SUPERSCRIPTS)}"
    unit = t("two_layer_network.inspector.power", power=power) if exponent else ""
    return f"{caption.text}  {shape}{unit}"


@lru_cache(1)
def _close_up_figure() -> go.Figure:
    """An empty panel, a hundred units wide and high."""
    figure = base_figure()
    figure.update_xaxes(range=[0, 100], visible=False)
    figure.update_yaxes(range=[0, 100], visible=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 0, "b": 4})
    return figure
