"""The two tables of the lesson on numerical stability: cells, coloured by what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.precision.float_types import POOLINGS, PRECISIONS
from core.validation import FloatArray
from pages.numerical_stability import NumericalStabilityState
from pages.numerical_stability.numbers import COMPARED, Stability
from pages.numerical_stability.outcomes import CodeArray, Outcome, Status, of_class
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import base_figure, plain
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Cell, Mark, Note
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["STATUS_COLORS", "methods_panel", "outcome_texts", "pooled_panel", "told_outcomes"]

STATUS_COLORS: Final = ("#A5D287", "#7A6200", "#6987F0", "#B41E78", "#4A4A4A")
"""Right, rounded, 0, infinite, NaN: none is the colour of one of the first classes."""
SYMBOLS: Final = ("", "≈", "▼", "▲", "✕")
"""The same told by shape."""

ROUNDED_LOSS: Final = (Outcome.LOSS_ROUNDED, Outcome.ROUNDED, Outcome.SOME_UNDERFLOW)
"""The outcomes, one after the other, in which the loss may have lost digits: then the words tell
how many are right."""
MOST_KEPT: Final = 14
"""As many of them are right at most."""

GROUP: Final = 3.2
"""From the first row of a table's group of types to that of the next."""
TRUTH_BELOW: Final = 1.15
FEW_CLASSES: Final = 5
"""With more classes the columns are narrow: fewer digits, and a symbol only where the number does
not tell by itself."""
POOLED_COLUMNS: Final = (0.0, 1.0, 2.2, 3.2)
BACKGROUND: Final = "var(--st-background-color)"


def outcome_texts(t: Text) -> tuple[str, ...]:
    """Tell each outcome, and then each with how many digits of the loss are right."""
    told = [t(f"numerical_stability.outcome.{outcome.name.lower()}") for outcome in Outcome]
    kept = [
        t("numerical_stability.kept.none"),
        t("numerical_stability.kept.one"),
        *(t("numerical_stability.kept.several", digits=n) for n in range(2, MOST_KEPT + 1)),
    ]
    return (*told, *(told[outcome] + digits for outcome in ROUNDED_LOSS for digits in kept))


def told_outcomes(result: Stability) -> CodeArray:
    """Which of the `outcome_texts` tells what happened, (..., methods, types)."""
    outcomes, kept = result.outcomes, result.kept_digits
    first = len(Outcome) + (outcomes - ROUNDED_LOSS[0]) * (MOST_KEPT + 1)
    has_digits = (outcomes >= ROUNDED_LOSS[0]) & (outcomes <= ROUNDED_LOSS[-1]) & (kept >= 0)
    return np.where(has_digits, first + kept, outcomes)


def methods_panel(state: NumericalStabilityState, t: Text) -> Panel:
    """A row a method and type, a column a class, the loss, and the words; the truth below."""
    classes = len(state.example.names)
    columns, rows = tuple(map(float, range(classes + 1))), _rows(len(COMPARED))
    truth = rows[-1] + TRUTH_BELOW
    is_narrow = classes > FEW_CLASSES or state.scene is not None  # beside the guide
    digits = 2 if is_narrow else 3

    def exact_columns(result: Stability) -> FloatArray:
        return np.where(result.exact.value == 0.0, np.nan, columns)

    def tiny_columns(result: Stability) -> FloatArray:
        return np.where(result.exact.value == 0.0, columns, np.nan)

    def exact(x: Channel, choices: tuple[str, ...] | None) -> Cell:
        return Cell(
            x,
            (truth,) * len(columns),
            (BACKGROUND,),
            numbers=lambda result: result.exact.value,
            significant=digits,
            choices=choices,
        )

    outcomes = Cell(
        (_words_at(classes),) * len(rows),
        rows,
        (BACKGROUND,),
        numbers=told_outcomes,
        choices=outcome_texts(t),
        size=(_words_width(classes), 1.0),
    )
    return Panel(
        id="table",
        figure=_methods_figure(
            state.example.names,
            (*_row_names(t, "method", COMPARED), t("numerical_stability.table.exact")),
            (t("numerical_stability.table.loss"), t("numerical_stability.table.outcome")),
        ),
        marks=(
            *_judged(
                columns,
                rows,
                lambda result: result.numbers,
                lambda result: result.statuses,
                digits=digits,
                symbols=SYMBOLS if classes <= FEW_CLASSES else ("", "≈", "", "", ""),
                symbol_at=(-0.4, -0.28 if is_narrow else 0.0),
            ),
            outcomes,
            exact(exact_columns, None),
            exact(tiny_columns, ("< 5e−324",)),
        ),
        title=t("numerical_stability.panel.table"),
        alt=t("numerical_stability.alt.table"),
        legend=_status_legend(t),
        wide=True,
        height=1.6,
        least_width=max(600, 250 + 60 * (classes + 1)),
    )


def pooled_panel(state: NumericalStabilityState, t: Text) -> Panel:
    """The true class in a batch of two: the largest logit of each row against the batch's."""
    heads = ("shifted_p", "loss", "plain_p", "loss")

    def of_true_class(rows: FloatArray, result: Stability) -> FloatArray:
        return np.stack([of_class(rows, result.labels), rows[..., -1]], axis=-1)

    return Panel(
        id="pooled",
        figure=_pooled_figure(
            tuple(t(f"numerical_stability.pooled.{head}") for head in heads),
            _row_names(t, "pooling", POOLINGS),
        ),
        marks=_judged(
            POOLED_COLUMNS,
            _rows(len(POOLINGS)),
            lambda result: of_true_class(result.pooled, result),
            lambda result: of_true_class(result.pooled_statuses, result),
            digits=3,
            symbols=SYMBOLS,
            symbol_at=(-0.42, 0.0),
        ),
        title=t("numerical_stability.panel.pooled"),
        alt=t("numerical_stability.alt.pooled"),
        legend=_status_legend(t),
        wide=True,
        height=0.9,
        least_width=560,
    )


def _rows(groups: int) -> tuple[float, ...]:
    """Place the rows of a table: a group a method or pooling, a row a type."""
    return tuple(GROUP * group + row for group in range(groups) for row in range(len(PRECISIONS)))


def _row_names(t: Text, kind: str, groups: Sequence[str]) -> tuple[str, ...]:
    names = [t(f"numerical_stability.{kind}.{group}") for group in groups]
    return tuple(f"{name} {precision}" for name in names for precision in PRECISIONS)


def _judged(
    columns: tuple[float, ...],
    rows: tuple[float, ...],
    numbers: Channel,
    statuses: Channel,
    *,
    digits: int,
    symbols: tuple[str, ...],
    symbol_at: tuple[float, float],
) -> tuple[Mark, ...]:
    """Make the cells of a table, coloured by what became of each number, and its symbol."""
    x, y = columns * len(rows), tuple(row for row in rows for _ in columns)
    left, up = symbol_at
    return (
        Cell(x, y, STATUS_COLORS, tones=statuses, numbers=numbers, significant=digits),
        Note(
            tuple(column + left for column in x),
            tuple(row + up for row in y),
            numbers=statuses,
            choices=symbols,
        ),
    )


def _status_legend(t: Text) -> tuple[LegendEntry, ...]:
    return tuple(
        LegendEntry(
            f"{symbol} {t(f'numerical_stability.legend.{status.name.lower()}')}".strip(),
            STATUS_COLORS[status],
        )
        for status, symbol in zip(Status, SYMBOLS, strict=True)
    )


def _words_width(classes: int) -> float:
    """Width of the column that tells what happened, in columns of numbers."""
    return max(3.4, 0.38 * (classes + 1))


def _words_at(classes: int) -> float:
    return classes + 0.55 + 0.5 * _words_width(classes)


@lru_cache(FIGURES_KEPT)
def _methods_figure(
    names: tuple[str, ...], rows: tuple[str, ...], heads: tuple[str, ...]
) -> go.Figure:
    """A table without its cells: a row a method and type, a column a class, the loss, the words."""
    classes, places = len(names), _rows(len(COMPARED))
    figure = _empty_table(
        (*range(classes + 1), _words_at(classes)),
        (*map(plain, names), *heads),
        (*places, places[-1] + TRUTH_BELOW),
        rows,
    )
    figure.update_xaxes(range=[-0.5, classes + 0.6 + _words_width(classes)])
    figure.update_layout(margin={"l": 164, "r": 8, "t": 30, "b": 34})
    return figure


@lru_cache(FIGURES_KEPT)
def _pooled_figure(heads: tuple[str, ...], rows: tuple[str, ...]) -> go.Figure:
    """A table without its cells: the largest logit of each row against that of the batch."""
    figure = _empty_table(POOLED_COLUMNS, heads, _rows(len(POOLINGS)), rows)
    figure.update_xaxes(range=[-0.55, 3.75])
    figure.update_layout(margin={"l": 190, "r": 8, "t": 30, "b": 10})
    return figure


def _empty_table(
    columns: tuple[float, ...],
    heads: tuple[str, ...],
    rows: tuple[float, ...],
    names: tuple[str, ...],
) -> go.Figure:
    """Name the columns above, and the rows on the left."""
    figure = base_figure()
    bare = {"showgrid": False, "zeroline": False, "ticks": ""}
    figure.update_xaxes(
        tickvals=list(columns), ticktext=list(heads), side="top", tickangle=0, **bare
    )
    figure.update_yaxes(
        range=[rows[-1] + 0.55, -0.55],
        tickvals=list(rows),
        ticktext=list(names),
        automargin=True,  # on a projector the names are larger
        **bare,
    )
    return figure
