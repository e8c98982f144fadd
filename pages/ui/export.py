"""The numbers on screen as files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return file.getvalue()

    def as_json(self) -> str:
        """Write the settings and the rows as JSON."""
        return json.dumps({**self.settings, "rows": self.rows()}, indent=2, ensure_ascii=False)
