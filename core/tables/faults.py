"""What is wrong with a table, and what only the person who brings it can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

__all__ = ["NO_ANSWERS", "Answers", "Note", "TableError", "TableQuestionError"]

Answers = Mapping[str, str]
"""What was answered, by the question's reason."""

NO_ANSWERS: Final[Answers] = MappingProxyType({})


@dataclass(frozen=True)
class Note:
    """Something that was understood of a table, with the values of its sentence."""

    reason: str
    values: Mapping[str, str] = field(default_factory=dict)


class TableError(ValueError):
    """A table that cannot be used: which cell, and why.

    Attributes
    ----------
    reason : str
        One of the ``REASONS`` of the module that reads the table.
    row, column : int or None
        Line of the file and column, both counted from 1, as spreadsheets do; None where there is
        no single one.
    value : str
        What stands there, shortened if it is long.
    limits : mapping
        What would be right, by name: such as ``least`` and ``most``.
    """

    def __init__(
        self,
        reason: str,
        *,
        row: int | None = None,
        column: int | None = None,
        value: object = "",
        **limits: object,
    ) -> None:
        text = str(value)
        self.reason = reason
        self.row = row
        self.column = column
        self.value = text if len(text) <= 40 else text[:39] + "…"
        self.limits: Mapping[str, str] = {name: str(limit) for name, limit in limits.items()}
        place = ", ".join(
            f"{name} {number}" for name, number in (("row", row), ("column", column)) if number
        )
        expected = ", ".join(f"{name} {limit}" for name, limit in self.limits.items())
        super().__init__(
            f"table has a fault ({reason})"
            + (f" at {place}" if place else "")
            + (f": {self.value!r}" if self.value else "")
            + (f"; expected {expected}" if expected else "")
        )


class TableQuestionError(TableError):
    """A table that can mean several things: to be read again with an answer.

    Attributes
    ----------
    options : mapping
        Each answer that can be given, with what the table then holds.
    """

    def __init__(
        self,
        reason: str,
        options: Mapping[str, str],
        *,
        row: int | None = None,
        column: int | None = None,
        value: object = "",
    ) -> None:
        super().__init__(reason, row=row, column=column, value=value)
        self.options = options
