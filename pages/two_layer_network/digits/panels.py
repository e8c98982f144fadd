"""The panels of the digits view: image, hidden units, ten scores, ten probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.learning.datasets import IMAGE_SHAPE, digits
from core.validation import FloatArray
from pages.two_layer_network.digits.drawn_digits import BITMAP_SHAPE
from pages.two_layer_network.digits.numbers import DigitImage, DigitNumbers
from pages.ui.kit.bars import FIGURES_KEPT, class_bars
from pages.ui.kit.comparison_stage import probabilities_panel
from pages.ui.kit.palette_entries import ink_levels
from pages.ui.kit.scores import listing
from pages.ui.kit.theme import MUTED, TARGET, ZERO, base_figure, ink_palette
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Label, Note
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.panels import LegendEntry, Panel, Picture
from pages.ui.stage.sweeps import rows_of
from pages.ui.text import Text

__all__ = ["DigitView", "panels", "score_range"]

HEIGHT: Final = 0.92
"""Leaves room for the timeline on a laptop's screen."""
UNITS_A_ROW: Final = 16
SIDE: Final = float(IMAGE_SHAPE[0])
GAP: Final = 1.0
"""Between the bitmap of a drawing and its image, in pixels of the image."""


@dataclass(frozen=True, eq=False)
class DigitView:
    """An image, how it is read at every recorded step of a run, and which of them is shown."""

    image: DigitImage
    numbers: DigitNumbers
    record: int

    @property
    def now(self) -> DigitNumbers:
        """How it is read at the step that is shown."""
        return rows_of(self.numbers, slice(self.record, self.record + 1), ())

    @property
    def words(self) -> dict[str, object]:
        """What titles and texts tell."""
        return {
            "index": self.image.index,
            "units": self.numbers.readings.hidden.shape[1],
            "truth": digits().names[self.image.label or 0],
        }


def panels(view: DigitView, t: Text) -> list[Panel]:
    """Make all panels."""
    return [panel(view, t) for panel in (_image, _hidden, _scores, _probabilities)]


def _image(view: DigitView, t: Text) -> Panel:
    """The image; beside it, the bitmap that a drawing was made into."""
    image, ink = view.image, ink_palette()
    has_bitmap = image.bitmap is not None
    left = SIDE + GAP if has_bitmap else 0.0
    pictures = [
        Picture(
            pixels=_still(np.array(image.counts, np.uint8)),
            shape=IMAGE_SHAPE,
            extent=(left, left + SIDE, 0.0, SIDE),
            palette=ink,
        )
    ]
    if image.bitmap is not None:
        pixels = _still(ink_levels(image.bitmap.reshape(-1)))
        extent = (0.0, SIDE, 0.0, SIDE)
        pictures.append(Picture(pixels=pixels, shape=BITMAP_SHAPE, extent=extent, palette=ink))
    title = "bitmap" if has_bitmap else image.mode
    return Panel(
        id="image",
        figure=_image_figure(has_bitmap),
        pictures=tuple(pictures),
        title=t(f"two_layer_network.digits.panel.{title}", **view.words),
        alt=t(f"two_layer_network.digits.alt.{image.mode}", **view.words),
        ratio=(left + SIDE) / SIDE,
        height=HEIGHT,
    )


def _still(pixels: NDArray[np.uint8]) -> Channel:
    """Pixels that are the same at each step."""
    return lambda result: None if result.steps.ndim else pixels


def _hidden(view: DigitView, t: Text) -> Panel:
    """The hidden units, as dark as they are active."""
    units = view.numbers.readings.hidden.shape[1]
    highest = float(view.numbers.readings.hidden.max()) or 1.0
    rows, columns = -(-units // UNITS_A_ROW), min(units, UNITS_A_ROW)

    def pixels(result: DigitNumbers) -> NDArray[np.uint8]:
        hidden = result.readings.hidden
        room = [(0, 0)] * (hidden.ndim - 1) + [(0, rows * columns - units)]
        return ink_levels(np.pad(hidden / highest, room))

    return Panel(
        id="hidden",
        figure=_hidden_figure(rows, columns),
        pictures=(
            Picture(
                pixels=pixels,
                shape=(rows, columns),
                extent=(0.0, float(columns), 0.0, float(rows)),
                palette=ink_palette(),
            ),
        ),
        title=t("two_layer_network.digits.panel.hidden", **view.words),
        alt=t("two_layer_network.digits.alt.hidden", **view.words),
        height=HEIGHT,
    )


def _scores(view: DigitView, t: Text) -> Panel:
    """A bar a class, and a flag at the true one, if it is known."""
    names, label = digits().names, view.image.label
    lowest, highest = score_range(view.numbers.readings.scores)

    def scores(result: DigitNumbers) -> FloatArray:
        return result.readings.scores

    flags = (
        (
            Note(
                (float(label),),
                (lowest,),
                numbers=(float(label),),
                choices=("⚑",) * len(names),
                colors=(TARGET,),
                side="above",
            ),
        )
        if label is not None
        else ()
    )
    flag = LegendEntry(t("two_layer_network.digits.flag"), MUTED, "none")
    written = [format_fixed(score, 1) for score in scores(view.now).tolist()]
    return Panel(
        id="scores",
        figure=class_bars(names, lowest, highest),
        show={(0, "y"): scores},
        marks=(Label(tuple(map(float, range(len(names)))), scores, decimals=(1,)), *flags),
        title=t("two_layer_network.digits.panel.scores"),
        alt=t("two_layer_network.digits.alt.scores", values=listing(names, written)),
        legend=(flag,) if flags else (),
        height=HEIGHT,
    )


def score_range(scores: FloatArray) -> tuple[float, float]:
    """The axis of the scores: it holds still through the run, with room for the numbers."""
    low, high = min(0.0, float(scores.min())), max(0.0, float(scores.max()))
    span = max(high - low, 1e-3)
    unit = 10.0 ** math.floor(math.log10(span)) / 2.0
    room = 0.14 * span
    return (
        unit * math.floor((low - room) / unit),
        unit * math.ceil((high + room) / unit),
    )


def _probabilities(view: DigitView, t: Text) -> Panel:
    """The same bars as where both losses are compared; of a drawing there is no target."""
    names, now = digits().names, view.now
    written = [format_fixed(p, 3) for p in now.probabilities.tolist()]
    target = LegendEntry(t("legend.t"), TARGET, "outline")
    return replace(
        probabilities_panel(names, now, t, of=lambda result: result),
        title=t("two_layer_network.digits.panel.probabilities"),
        alt=t("two_layer_network.digits.alt.probabilities", values=listing(names, written)),
        legend=() if view.image.label is None else (target,),
        height=HEIGHT,
    )


@lru_cache(FIGURES_KEPT)
def _image_figure(has_bitmap: bool) -> go.Figure:
    figure = _blank(2 * SIDE + GAP if has_bitmap else SIDE, SIDE)
    for left in (0.0, SIDE + GAP) if has_bitmap else (0.0,):
        _frame(figure, left, SIDE, SIDE)
    return figure


@lru_cache(FIGURES_KEPT)
def _hidden_figure(rows: int, columns: int) -> go.Figure:
    figure = _blank(columns, rows)
    _frame(figure, 0.0, columns, rows)
    return figure


def _blank(width: float, height: float) -> go.Figure:
    figure = base_figure()
    # Half a line of the frame lies outside.
    figure.update_xaxes(range=[-0.01 * width, 1.01 * width], visible=False)
    figure.update_yaxes(range=[-0.01 * height, 1.01 * height], visible=False)
    figure.update_layout(margin={"l": 14, "r": 14, "t": 14, "b": 14})
    return figure


def _frame(figure: go.Figure, left: float, width: float, height: float) -> None:
    figure.add_shape(
        type="rect",
        x0=left,
        x1=left + width,
        y0=0,
        y1=height,
        line={"color": ZERO, "width": 1},
    )
