"""Tables as CSV that spreadsheets open as it was meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from core.tables.numbers import meanings
from core.tables.sheet import SEPARATORS

__all__ = ["csv_text", "guarded"]

_FORMULA: Final = ("=", "+", "-", "@")
_RISKY: Final = (*SEPARATORS.replace(",", ""), "#", "[", "{", "<")


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    r"""Write headings and rows as CSV.

    Returns
    -------
    str
        It begins with a byte order mark, by which spreadsheets know UTF-8. What they would take for
        a formula has an apostrophe before it; numbers stay numbers.

    Examples
    --------
    >>> csv_text(["=cat", "label"], [[-1.5, "-1"], [2.0, "=cat"]])
    "\ufeff'=cat,label\n-1.5,-1\n2.0,'=cat\n"
    """
    file = io.StringIO()
    # A name is not to be mistaken for what separates names, nor for a comment.
    is_risky = any(sign in heading for heading in headings for sign in _RISKY)
    writer = csv.writer(file, lineterminator="\n")
    quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    (quoting if is_risky else writer).writerow(map(guarded, headings))
    writer.writerows([guarded(c) if isinstance(c, str) else c for c in row] for row in rows)
    return "\ufeff" + file.getvalue()


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula.

    Examples
    --------
    >>> guarded("=cat"), guarded("-1"), guarded("cat")
    ("'=cat", '-1', 'cat')
    """
    is_formula = text.lstrip("'").startswith(_FORMULA) and not meanings(text)
    return f"'{text}" if is_formula else text
