"""The numbers on screen as files."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.tables.writing import csv_text

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """Columns of equal length at full precision, and the settings that they belong to.

    ``columns`` has the name of each column in a file, ``headings`` the one on screen.
    """

    columns: Mapping[str, Sequence[str | float]]
    headings: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)

    def rows(self) -> list[dict[str, str | float]]:
        """Give one mapping a row."""
        rows = zip(*self.columns.values(), strict=True)
        return [dict(zip(self.columns, row, strict=True)) for row in rows]

    def as_csv(self) -> str:
        """Write the columns as CSV with a header."""
        return csv_text(tuple(self.columns), zip(*self.columns.values(), strict=True))

    def as_json(self) -> str:
        """Write the settings and the rows as JSON, which knows no infinite number: as text."""
        rows = [
            {name: cell if _is_json(cell) else str(cell) for name, cell in row.items()}
            for row in self.rows()
        ]
        return json.dumps({**self.settings, "rows": rows}, indent=2, ensure_ascii=False)


def _is_json(cell: str | float) -> bool:
    return not isinstance(cell, float) or math.isfinite(cell)
