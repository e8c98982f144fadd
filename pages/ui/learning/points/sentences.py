"""What is wrong with a table of points, as a sentence."""

from __future__ import annotations

from typing import Final

from core.tables.table_text import TableError
from pages.ui.text import Text, escape

__all__ = ["fault_sentence"]

_AS_IN_THE_BATCH_LAB: Final = (
    "empty_cell",
    "encoding",
    "file_kind",
    "file_size",
    "name_long",
    "name_unprintable",
    "quote",
)


def fault_sentence(fault: TableError, t: Text) -> str:
    """Say where a table of points is wrong and what would be right, as Markdown."""
    values = {"value": fault.value, **fault.limits}
    shown = {name: escape(value) for name, value in values.items()}
    if fault.reason in _AS_IN_THE_BATCH_LAB:
        key = f"batch_lab.fault.{fault.reason}"
    elif fault.reason == "one_class" and fault.column is None:
        key = "points.one_class_left"
    else:
        key = f"points.fault.{fault.reason}"
    return t(key, row=fault.row, column=fault.column, **shown)
