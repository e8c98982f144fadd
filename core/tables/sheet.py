"""The cells of a table that is given as text or as the bytes of a file.

Nothing is said here about what the cells mean: see `columns`.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.tables.encoding import text_of
from core.tables.faults import Answers, Note, TableError
from core.tables.headings import label_places
from core.tables.numbers import SIGNS, Sign, is_number

__all__ = ["Sheet", "sheet_of"]

SEPARATORS: Final = "\t;|,，；、 "
"""In the order in which they are tried; a space stands for any number of them."""

LONGEST_LINE: Final = 20_000
MOST_COLUMNS: Final = 200
MOST_LINES_A_ROW: Final = 20
SAMPLED_LINES: Final = 40
SAMPLED_CHARACTERS: Final = 8_000
MOST_TITLE_LINES: Final = 10

_NAMED_SEPARATOR = re.compile(r'"?sep=(.)"?[ \t]*[\r\n]', re.IGNORECASE)
_RULE: Final = "|:+=- \t\r\n"
"""What the line under the headings of a Markdown table is made of."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """The rows of a table, all of one width, each with the number of its line.

    ``comments`` are the cells of the lines that begin with #. ``signs`` are the
    decimal signs that there can be: where commas separate, none stands in a cell without quotes.
    """

    rows: list[list[str]]
    lines: list[int]
    signs: tuple[Sign, ...] = SIGNS
    comments: list[list[str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def sheet_of(table: str | bytes, answers: Answers, *, largest_file: int, most_rows: int) -> Sheet:
    r"""Find the cells of a table.

    Parameters
    ----------
    table : str or bytes
        As for :func:`core.tables.encoding.text_of`. Cells are separated by tabs, semicolons, bars,
        commas or spaces, whichever makes most numbers; a first line such as ``sep=;`` tells.
        Empty lines, lines that begin with #, lines of title and empty columns are left out.
    answers : mapping
        To the questions of `text_of`.
    largest_file, most_rows : int
        Bytes, and rows after which no more are looked at than a few.

    Returns
    -------
    Sheet

    Raises
    ------
    TableError
        If there are no rows, quotes do not match, or rows differ in width.

    Examples
    --------
    >>> sheet = sheet_of("1, 2\n\n3,4", {}, largest_file=100, most_rows=100)
    >>> sheet.rows, sheet.lines
    ([['1', '2'], ['3', '4']], [1, 3])
    """
    text, notes = text_of(table, answers, largest_file)
    named = _NAMED_SEPARATOR.match(text)
    reader = _Reader(text, named[1] if named else _separator(text), skips_first=bool(named))
    rows: list[list[str]] = []
    lines: list[int] = []
    # One row too many is enough to be told by.
    for line, cells in itertools.islice(reader.rows(), most_rows + MOST_TITLE_LINES + 2):
        rows.append(cells)
        lines.append(line)
    if not rows:
        raise TableError("empty")
    if reader.comments:
        notes.append(Note("comments", {"count": str(len(reader.comments))}))
    titles = _even_out(rows, lines)
    if titles:
        notes.append(Note("title", {"count": str(titles)}))
    _drop_empty_columns(rows)
    signs: tuple[Sign, ...] = (".",) if reader.separator == "," and '"' not in text else SIGNS
    return Sheet(rows, lines, signs, reader.comments, notes)


class _Reader:
    """Python's own reader of CSV, held to lines and rows of a sensible length."""

    def __init__(self, text: str, separator: str, *, skips_first: bool) -> None:
        self.separator = separator
        self.comments: list[list[str]] = []
        self._text = text
        self._line = int(skips_first)
        self._first = 0
        # Most large tables have nothing to be cleaned.
        self._is_clean = text.isascii() and not re.search(r'["\t\v\f ]', text)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the cells of each row that is not empty, with the number of its first line."""
        reader = csv.reader(
            self._lines(), delimiter=self.separator, skipinitialspace=True, strict=True
        )
        while True:
            self._first = self._line + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise TableError("quote", row=self._first) from None
            if len(cells) > MOST_COLUMNS:
                raise TableError("wide", row=self._first, value=len(cells), most=MOST_COLUMNS)
            if not self._is_clean:
                cells = [" ".join(c.split()) if "\n" in c else c.strip() for c in cells]
            if any(cells):
                yield self._first, cells

    def _lines(self) -> Iterator[str]:
        for line in itertools.islice(io.StringIO(self._text, newline=None), self._line, None):
            self._line += 1
            if self._line == self._first and self._is_left_out(line):
                self._first += 1
                continue
            if len(line) > LONGEST_LINE:
                raise TableError("line_long", row=self._line, longest=LONGEST_LINE)
            if self._line - self._first >= MOST_LINES_A_ROW:
                raise TableError("quote", row=self._first)
            yield line if self.separator != " " else _plain(line, " ")

    def _is_left_out(self, line: str) -> bool:
        """Whether a line where a row could begin is blank, a comment, or a rule under headings."""
        if line[0] == "#":
            # Of a heading, # would be all there is before the separator.
            if self.separator != " " and line[1:2] == self.separator:
                return False
            cells = _plain(line[1:LONGEST_LINE], self.separator).split(self.separator)
            self.comments.append([cell.strip() for cell in cells])
            return True
        is_blank = line[0].isspace() and line.isspace()
        return is_blank or (line[0] in _RULE and "-" in line and not line.strip(_RULE))


def _plain(line: str, separator: str) -> str:
    """A line without spaces around it and with single tabs for them, if spaces separate."""
    if separator != " ":
        return line
    return (" ".join(line.split()) if '"' not in line else line.strip()) + "\n"


def _separator(text: str) -> str:
    """The separator that makes the most numbers of the first lines, in rows of one width."""
    start = len(text) - len(text.lstrip())
    lines = text[start : start + SAMPLED_CHARACTERS].splitlines()[:SAMPLED_LINES]
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    best, most = ",", -1.0
    for separator in filter("".join(lines).__contains__, SEPARATORS):
        plain = [_plain(line, separator) for line in lines]
        try:
            found = list(csv.reader(plain, delimiter=separator, skipinitialspace=True))
        except csv.Error:
            continue
        rows = [[cell.strip() for cell in row] for row in found if any(map(str.strip, row))]
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
        cells = [cell for row in rows for cell in row if cell]
        numbers = sum(map(is_number, cells))
        share = count / len(rows) * (numbers + 0.01) / (len(cells) + 0.01) if width > 1 else -1.0
        if share > most:
            best, most = separator, share
    return best


def _even_out(rows: list[list[str]], lines: list[int]) -> int:
    """Bring all rows to one width; return how many lines of title were left out above them."""
    has_head = len(rows) > 1 and not any(map(is_number, rows[0]))
    width = Counter(map(len, rows[has_head:SAMPLED_LINES])).most_common(1)[0][0]
    titles = 0
    for head, below in itertools.pairwise(rows[: MOST_TITLE_LINES + 1]):
        filled = sum(map(bool, head))
        if any(map(is_number, head)) or (len(head) >= width and filled > 1):
            break
        is_above_numbers = len(below) == width and any(map(is_number, below))
        if filled > 1 and len(head) == width - 1 and is_above_numbers:
            _complete(head, rows[titles + 1 :])
            break
        titles += 1
    del rows[:titles], lines[:titles]
    for index, row in enumerate(rows):
        cells = row[:width] if not any(row[width:]) else row
        if len(cells) != width:
            column = min(len(cells), width) + 1
            raise TableError(
                "ragged", row=lines[index], column=column, value=len(cells), cells=width
            )
        rows[index] = cells
    return titles


def _complete(head: list[str], rows: Sequence[list[str]]) -> None:
    """Give headings that are one too few an empty one: before names of rows, after separators."""
    if not any(row[-1] for row in rows):
        head.append("")
    elif label_places(head) and len({row[0] for row in rows}) == len(rows):
        head.insert(0, "")


def _drop_empty_columns(rows: list[list[str]]) -> None:
    """Drop the columns at both ends that have neither heading nor cells."""
    width = len(rows[0])
    first = next(column for column in range(width) if any(row[column] for row in rows))
    last = next(column for column in range(width, 0, -1) if any(row[column - 1] for row in rows))
    if last - first < width:
        rows[:] = [row[first:last] for row in rows]
