"""The cells of a table that is given as text or as the bytes of a file, and what is wrong with it.

Nothing is said here about what the cells mean: see `score_tables` and `point_tables`.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = [
    "LARGEST_FILE",
    "LONGEST_NAME",
    "SEPARATORS",
    "Line",
    "TableError",
    "cell_text",
    "lines_of",
    "number_in",
    "separator_of",
    "text_of",
]

LARGEST_FILE: Final = 50_000_000
LONGEST_NAME: Final = 24
SEPARATORS: Final = "\t;,；，、"

_MAGIC = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP / XLSX"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x1f\x8b", "GZIP"),
    (b"PAR1", "Parquet"),
    (b"\x93NUMPY", "NPY"),
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Line = tuple[int, list[str]]
"""A line's number in the file, counted from 1, and its cells."""


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


def text_of(table: str | bytes, largest_file: int = LARGEST_FILE) -> str:
    """Return the text of a table, without a byte order mark.

    Raises
    ------
    TableError
        If it is larger than ``largest_file`` bytes, no text, or not UTF-8.

    Examples
    --------
    >>> text_of(b"1,2,a")
    '1,2,a'
    """
    size = len(table)
    if size > largest_file:
        raise TableError(
            "file_size", value=f"{size / 1e6:.1f}", largest=f"{largest_file / 1e6:.0f}"
        )
    text = _decoded(table) if isinstance(table, bytes) else table.removeprefix("\ufeff")
    if "\0" in text:
        raise TableError("file_kind", value="NUL")
    return text


def separator_of(text: str) -> str | None:
    """Return the separator of the first line, outside quotes; None for spaces.

    Examples
    --------
    >>> separator_of("1;2,5;a")
    ';'
    """
    first = re.search(r"[^\r\n]*\S[^\r\n]*", text)
    bare = re.sub(r'"[^"]*"', "", first[0] if first else "")
    return next((separator for separator in SEPARATORS if separator in bare), None)


def lines_of(text: str, separator: str | None) -> Iterator[Line]:
    r"""Yield the cells of each line that is not empty, with its number.

    Raises
    ------
    TableError
        If quotes do not match, or hold a line break.

    Examples
    --------
    >>> list(lines_of("1, 2\n\n3,4", ","))
    [(1, ['1', '2']), (3, ['3', '4'])]
    """
    file = io.StringIO(text, newline=None)
    if separator is None:
        for number, line in enumerate(file, 1):
            if cells := line.split():
                yield number, cells
        return
    reader = csv.reader(file, delimiter=separator, skipinitialspace=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise TableError("quote", row=number) from None
        if any("\n" in cell for cell in cells):
            column = next(i for i, cell in enumerate(cells, 1) if "\n" in cell)
            raise TableError("quote", row=number, column=column, value=cells[column - 1].strip())
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield number, cells


def number_in(cell: str, separator: str | None) -> float | None:
    """Return the number that a cell means, or None; a comma may be a decimal point.

    Examples
    --------
    >>> number_in("−1,5", ";"), number_in("1_0", ",")
    (-1.5, None)
    """
    text = cell.replace("−", "-")
    if separator != "," and "." not in text:
        text = text.replace(",", ".")
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def cell_text(cell: object) -> str:
    """Return the text of a cell of an edited table; None and NaN stand for an empty one.

    Examples
    --------
    >>> cell_text(1.5), cell_text(" cat "), cell_text(None)
    ('1.5', 'cat', '')
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell).strip()


def _decoded(data: bytes) -> str:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise TableError("file_kind", value=kind)
    if data.startswith(_UTF_16) or b"\0" in data[:1000]:
        raise TableError("encoding", row=1, column=1, value="UTF-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before[before.rfind(b"\n") + 1 :]
        raise TableError(
            "encoding",
            row=before.count(b"\n") + 1,
            column=len(re.findall(rb"[\t;,]", line)) + 1,
            value=f"0x{data[error.start]:02X}",
        ) from None
