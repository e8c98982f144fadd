"""What can go wrong with own points and with training on them, as sentences."""

from __future__ import annotations

from typing import Final

from core.cells import TableError
from core.training import DivergenceError
from pages.ui.stage.vocabulary import format_number
from pages.ui.text import Text, escape

__all__ = ["divergence_sentence", "fault_sentence"]

_AS_IN_THE_BATCH_LAB: Final = (
    "empty_cell",
    "encoding",
    "file_kind",
    "file_size",
    "name_long",
    "name_unprintable",
    "quote",
)

LARGEST_ADVISED: Final = 1.0
"""The largest learning rate that is worth a try after a divergence."""


def fault_sentence(fault: TableError, t: Text) -> str:
    """Say where a table of points is wrong and what would be right, as Markdown."""
    values = {"value": fault.value, **fault.limits}
    shown = {name: escape(value) for name, value in values.items()}
    if fault.reason in _AS_IN_THE_BATCH_LAB:
        key = f"batch_lab.fault.{fault.reason}"
    else:
        key = f"points.fault.{fault.reason}"
    return t(key, row=fault.row, column=fault.column, **shown)


def divergence_sentence(problem: DivergenceError, t: Text, *, strength: float = 0.0) -> str:
    """Say that training has diverged, at which step, and what to try, as Markdown.

    ``strength`` is that of the penalty: a strong one is another reason for too large steps.
    """
    if problem.step == 0:
        return t("points.divergence.start")
    rate = problem.learning_rate
    return t(
        "points.divergence.penalised" if strength > 0 else "points.divergence.plain",
        step=f"{problem.step:,}",
        rate=_plain(rate),
        lower=_plain(min(rate / 10, LARGEST_ADVISED)),
    )


def _plain(rate: float) -> str:
    return f"{rate:.4g}" if 1e-4 <= rate < 1e4 else format_number(rate, 1)
