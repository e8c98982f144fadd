"""The panels of the softmax lesson, and which number of the steps goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.softmax.numbers import SoftmaxSteps
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import (
    CLASS_COLORS,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    base_figure,
    plain,
)
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "focus_places",
    "jacobian_decimals",
    "jacobian_figure",
    "legend",
    "logit_range",
    "marks",
    "own_places",
    "shift_places",
    "steps_places",
    "sum_places",
]

LOGITS = Spot("logits", 0, "y")
EXPONENTIALS = Spot("exponentials", 0, "y")
PROBABILITIES = Spot("probabilities", 0, "y")
JACOBIAN = "jacobian"
ROW_SUMS, COLUMN_SUMS = "row_sums", "column_sums"
FOCUS = "focus_name"

FULL_COLOR = 0.25
"""The derivative from which on a cell has its full colour: the largest that there is at T = 1."""
SHADE_LEVELS = tuple((FULL_COLOR * (np.arange(1, 65) / 64.0) ** 2).tolist())
"""The same number has the same colour at every T. The squares let small ones be told from 0."""
SUM_PLACE = 0.32
"""How far beyond the cells the sums stand, in cells."""
LONGEST_ROW_NAME = 9


def steps_places(steps: SoftmaxSteps) -> dict[Place, FloatArray]:
    """Numbers that follow from the logits and the temperature, by the place that shows them."""
    jacobian = steps.jacobian.reshape(*steps.logits.shape[:-1], -1)
    probabilities = np.take_along_axis(steps.probabilities, steps.winners[..., None], axis=-1)
    return {
        EXPONENTIALS: steps.exponentials,
        PROBABILITIES: steps.probabilities,
        JACOBIAN: jacobian,
        "total": steps.total,
        "entropy": steps.entropy,
        "entropy_in_bits": steps.entropy_in_bits,
        "top_name": steps.winners.astype(np.float64),
        "top_probability": probabilities[..., 0],
        "leaders": steps.leaders.astype(np.float64),
        "temperature_now": steps.temperature,
        # Two sentences a regime: without and with a tie.
        "verdict": (2 * steps.regimes + (steps.leaders > 1)).astype(np.float64),
    }


def shift_places(steps: SoftmaxSteps) -> dict[Place, FloatArray]:
    """Numbers that depend on the constant: z + c, and what c does to the probabilities."""
    outcome = np.where(steps.constant == 0, 0, np.where(steps.shift_error == 0, 1, 2))
    return {
        LOGITS: steps.moved_logits,
        "constant_now": steps.constant,
        "shift_error": steps.shift_error,
        "shift": outcome.astype(np.float64),
    }


def own_places(steps: SoftmaxSteps, focus: int) -> dict[Place, FloatArray]:
    """The probability in focus, and how its logit acts on it and on all others together."""
    column = steps.jacobian[..., :, focus]
    return {
        "own_probability": steps.probabilities[..., focus],
        "own_derivative": column[..., focus],
        "other_derivatives": np.delete(column, focus, axis=-1).sum(axis=-1),
    }


def focus_places(steps: SoftmaxSteps, focus: int) -> dict[Place, FloatArray]:
    """What changes when a logit is taken: its derivatives, and the marked row and column."""
    return {**own_places(steps, focus), FOCUS: np.array(float(focus))}


def sum_places(steps: SoftmaxSteps) -> dict[Place, FloatArray]:
    """Give the sums beside and below the Jacobian."""
    return {ROW_SUMS: steps.row_sums, COLUMN_SUMS: steps.column_sums}


def jacobian_decimals(classes: int) -> int:
    """As many digits as there is room for in a cell."""
    return 4 if classes <= 4 else 3 if classes <= 6 else 2


def logit_range(lowest: float, highest: float, limit: float) -> tuple[float, float]:
    """The axis of z + c: in steps of a quarter of the limit, with room for the values on bars."""
    unit = limit / 4.0
    low = unit * np.floor(min(lowest, -limit) / unit)
    high = unit * np.ceil(max(highest, limit) / unit)
    room = 0.14 * (high - low)
    return float(low - room), float(high + room)


def marks(classes: int) -> list[Mark]:
    """The numbers at the bars, the cells of the Jacobian with their sums, and what is marked."""
    places = tuple(np.arange(classes, dtype=np.float64))
    middle = ((classes - 1) / 2.0,)
    beyond = (_beyond(classes),) * classes
    # Of 4.54e-5 and 2.06e-9 the digits count; many classes leave no room for them.
    significant = 3 if classes <= 5 else None
    colors = CLASS_COLORS[:classes]
    rows, columns = np.divmod(np.arange(classes**2, dtype=np.float64), classes)
    return [
        Mark("exponentials", "label", places, EXPONENTIALS, significant=significant),
        Mark("probabilities", "label", places, PROBABILITIES, significant=significant),
        Mark(
            "jacobian",
            "cell",
            tuple(columns),
            tuple(rows),
            numbers=JACOBIAN,
            decimals=(jacobian_decimals(classes),),
            levels=SHADE_LEVELS,
            colors=(POSITIVE, NEGATIVE),
            size=(1.0, 1.0),
        ),
        Mark("jacobian", "ring", places, places, colors=(INK,), size=(0.96, 0.92)),
        Mark(
            "jacobian",
            "ring",
            middle,
            FOCUS,
            tones=FOCUS,
            colors=colors,
            size=(float(classes), 1.0),
        ),
        Mark(
            "jacobian",
            "ring",
            FOCUS,
            middle,
            tones=FOCUS,
            colors=colors,
            size=(1.0, float(classes)),
        ),
        Mark(
            "jacobian",
            "text",
            beyond,
            places,
            numbers=ROW_SUMS,
            decimals=(0,),
            colors=(MUTED,),
        ),
        Mark(
            "jacobian",
            "text",
            places,
            beyond,
            numbers=COLUMN_SUMS,
            decimals=(0,),
            colors=(MUTED,),
        ),
    ]


def _beyond(classes: int) -> float:
    """Place of the sums, in the row below the last and in the column right of the last."""
    return classes - 0.5 + SUM_PLACE


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_ROW_NAME else name[: LONGEST_ROW_NAME - 1] + "…"


@lru_cache(FIGURES_KEPT)
def jacobian_figure(names: tuple[str, ...]) -> go.Figure:
    """Empty axes for the cells: row i for p_i from the top, column j for z_j."""
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
    shown = [plain(_short(name)) for name in names]
    longest = max(len(_short(name)) for name in names)
    figure.update_xaxes(
        range=[-0.5, last],
        side="top",
        ticklabelstandoff=3,
        ticktext=[*(f"z<sub>{name}</sub>" for name in shown), "Σ"],
        **axis,
    )
    figure.update_yaxes(
        range=[last, -0.5], ticktext=[*(f"p<sub>{name}</sub>" for name in shown), "Σ"], **axis
    )
    figure.update_layout(margin={"l": 26 + 6 * longest, "r": 8, "t": 34, "b": 6})
    return figure


def legend(panel: str, word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    if panel == "jacobian":
        return (
            LegendEntry(word("own"), POSITIVE),
            LegendEntry(word("others"), NEGATIVE),
            LegendEntry(word("full"), MUTED, "none"),
            LegendEntry(word("diagonal"), INK, "outline"),
            LegendEntry(word("focus"), MUTED, "outline"),
        )
    return (LegendEntry(word(panel), MUTED, "none"),)
