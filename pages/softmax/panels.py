"""The panels of the softmax lesson."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import Final
from unicodedata import east_asian_width

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.softmax import SoftmaxState
from pages.softmax.numbers import SoftmaxSteps, SoftmaxSweeps
from pages.ui.kit.bars import FIGURES_KEPT, class_bars
from pages.ui.kit.scores import listing
from pages.ui.kit.theme import CLASS_COLORS, INK, MUTED, NEGATIVE, POSITIVE, base_figure, plain
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Cell, Label, Mark, Note, Ring
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["PANELS", "SHADE_LEVELS", "focus_of", "moved_logits"]

FULL_COLOR: Final = 0.25
"""The derivative from which on a cell has its full colour: the largest that there is at T = 1."""
SHADE_LEVELS: Final = tuple((FULL_COLOR * (np.arange(1, 65) / 64.0) ** 2).tolist())
"""The same number has the same colour at every T. The squares let small ones be told from 0."""
SUM_PLACE: Final = 0.32
"""How far beyond the cells the sums stand, in cells."""
LONGEST_ROW_NAME: Final = 9
INDEX_PX: Final = 12
HEIGHT: Final = 0.92
"""Leaves room for the sliders on a laptop's screen."""
MANY_CLASSES, MANY_HEIGHT = 6, 1.5
"""Above so many classes the row of the Jacobian is higher."""

moved_logits: Final[Channel] = attrgetter("moved_logits")


def focus_of(steps: SoftmaxSteps) -> FloatArray:
    """Give the class whose logit is in focus."""
    return np.full(steps.temperature.shape, float(steps.focus))


def _logits(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> Panel:
    figure = class_bars(state.example.names, *sweeps.logit_range)
    # What stands at the end of a bar is its handle.
    return _bars("logits", state, sweeps, figure, moved_logits, t, is_labelled=False)


def _exponentials(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> Panel:
    channel = attrgetter("exponentials")
    return _bars("exponentials", state, sweeps, _parts(state), channel, t)


def _probabilities(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> Panel:
    channel, height = attrgetter("probabilities"), _jacobian_height(state)
    return _bars("probabilities", state, sweeps, _parts(state), channel, t, height=height)


def _bars(
    id: str,
    state: SoftmaxState,
    sweeps: SoftmaxSweeps,
    figure: go.Figure,
    channel: Channel,
    t: Text,
    *,
    is_labelled: bool = True,
    height: float = HEIGHT,
) -> Panel:
    """One number a class."""
    classes = len(state.example.names)
    # Of 4.54e-5 and 2.06e-9 the digits count; many classes leave no room for them.
    significant = 3 if classes <= 5 else None
    label = Label(tuple(map(float, range(classes))), channel, significant=significant)
    return Panel(
        id=id,
        figure=figure,
        show={(0, "y"): channel},
        marks=(label,) if is_labelled else (),
        title=t(f"softmax.panel.{id}"),
        alt=t(f"softmax.alt.{id}", values=_listed(state, channel(sweeps.now))),
        legend=(LegendEntry(t(f"softmax.legend.{id}"), MUTED, "none"),),
        height=height,
    )


def _jacobian(state: SoftmaxState, sweeps: SoftmaxSweeps, t: Text) -> Panel:
    """Row i for p_i from the top, column j for z_j, the sums beside and below."""
    names, now = state.example.names, sweeps.now
    return Panel(
        id="jacobian",
        figure=_jacobian_figure(names),
        marks=_jacobian_marks(len(names)),
        title=t("softmax.panel.jacobian"),
        alt=t("softmax.alt.jacobian", values=_listed(state, now.jacobian[:, now.focus])),
        legend=(
            LegendEntry(t("softmax.legend.own"), POSITIVE),
            LegendEntry(t("softmax.legend.others"), NEGATIVE),
            LegendEntry(t("softmax.legend.full"), MUTED, "none"),
            LegendEntry(t("softmax.legend.diagonal"), INK, "outline"),
            LegendEntry(t("softmax.legend.focus"), MUTED, "outline"),
        ),
        height=_jacobian_height(state),
    )


PANELS: Final = (_logits, _exponentials, _probabilities, _jacobian)
"""Each makes one panel of the state, its sweeps and the texts."""


def _listed(state: SoftmaxState, values: FloatArray) -> str:
    return listing(state.example.names, [format_fixed(value, 4) for value in values.tolist()])


def _jacobian_height(state: SoftmaxState) -> float:
    return MANY_HEIGHT if len(state.example.names) > MANY_CLASSES else HEIGHT


def _parts(state: SoftmaxState) -> go.Figure:
    """Bars between 0 and 1."""
    return class_bars(state.example.names, 0.0, 1.16, ticks=(0.0, 0.25, 0.5, 0.75, 1.0))


def _jacobian_marks(classes: int) -> tuple[Mark, ...]:
    """Cells and sums; rings around the diagonal, and around row and column of the focus."""
    places = tuple(map(float, range(classes)))
    middle, beyond = ((classes - 1) / 2.0,), (_beyond(classes),) * classes
    rows, columns = np.divmod(np.arange(classes**2, dtype=np.float64), classes)
    colors, width = CLASS_COLORS[:classes], float(classes)

    def cells(steps: SoftmaxSteps) -> FloatArray:
        return steps.jacobian.reshape(*steps.logits.shape[:-1], -1)

    return (
        Cell(
            tuple(columns.tolist()),
            tuple(rows.tolist()),
            numbers=cells,
            # As many digits as there is room for.
            decimals=(4 if classes <= 4 else 3 if classes <= 6 else 2,),
            levels=SHADE_LEVELS,
            colors=(POSITIVE, NEGATIVE),
        ),
        Ring(places, places, colors=(INK,), size=(0.96, 0.92)),
        Ring(middle, focus_of, tones=focus_of, colors=colors, size=(width, 1.0)),
        Ring(focus_of, middle, tones=focus_of, colors=colors, size=(1.0, width)),
        Note(beyond, places, numbers=_row_sums, decimals=(0,), colors=(MUTED,)),
        Note(places, beyond, numbers=_column_sums, decimals=(0,), colors=(MUTED,)),
    )


def _row_sums(steps: SoftmaxSteps) -> FloatArray | None:
    # No step of a handle moves them.
    return steps.row_sums if steps.logits.ndim == 1 else None


def _column_sums(steps: SoftmaxSteps) -> FloatArray | None:
    return steps.column_sums if steps.logits.ndim == 1 else None


def _beyond(classes: int) -> float:
    """Place of the sums, in the row below the last and in the column right of the last."""
    return classes - 0.5 + SUM_PLACE


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_ROW_NAME else name[: LONGEST_ROW_NAME - 1] + "…"


def _width(letter: str) -> int:
    """About how many pixels a letter of an index takes: Chinese ones are square."""
    return INDEX_PX if east_asian_width(letter) in "WF" else INDEX_PX // 2


@lru_cache(FIGURES_KEPT)
def _jacobian_figure(names: tuple[str, ...]) -> go.Figure:
    """Empty axes for the cells."""
    classes = len(names)
    last = classes - 0.5 + 2 * SUM_PLACE
    figure = base_figure()
    axis = {
        "tickvals": [*range(classes), _beyond(classes)],
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "showline": False,
    }
    # Large enough to read: of its own accord Plotly writes an index at 70%.
    below = [
        f'<sub><span style="font-size:{INDEX_PX}px">{plain(_short(name))}</span></sub>'
        for name in names
    ]
    longest = max(sum(map(_width, _short(name))) for name in names)
    figure.update_xaxes(
        range=[-0.5, last],
        side="top",
        ticklabelstandoff=3,
        ticktext=[*(f"s{name}" for name in below), "Σ"],
        **axis,
    )
    figure.update_yaxes(range=[last, -0.5], ticktext=[*(f"p{name}" for name in below), "Σ"], **axis)
    figure.update_layout(margin={"l": 26 + longest, "r": 8, "t": 34, "b": 6})
    return figure
