"""A lecture as a small TOML file: views of lessons in order, each with its question and notes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pages.ui.lessons import lessons
from pages.ui.state.parameters import filled
from pages.ui.state.showing import LONGEST_QUESTION, Showing
from pages.ui.state.state import decode
from pages.ui.state.written import short

__all__ = ["Deck", "DeckError", "View", "read_deck"]

MOST_VIEWS: Final = 200
LONGEST: Final = {"address": 4000, "question": LONGEST_QUESTION, "notes": 5000}
LONGEST_TITLE: Final = 120
_AT: Final = re.compile(r"at line (\d+)")
_VIEW: Final = re.compile(r"\s*\[\[\s*view\s*\]\]")


@dataclass(frozen=True)
class View:
    """One view of a lecture; what is hidden, and in which order, is in its address."""

    address: str
    question: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Deck:
    """A lecture."""

    title: str
    views: tuple[View, ...]


class DeckError(ValueError):
    """What of a file is no lecture: the key of a sentence, what fills it, and the line."""

    def __init__(self, reason: str, line: int, **values: str) -> None:
        super().__init__(f"line {line}: {reason} {values}")
        self.reason, self.line, self.values = reason, line, values


def read_deck(text: str) -> Deck:
    r"""Read a lecture.

    Raises
    ------
    DeckError
        If anything in it would be lost or could not be shown.

    Examples
    --------
    >>> read_deck('title = "T"\n[[view]]\naddress = "/hinge?z=1,2"').views[0].address
    '/hinge?z=1,2'
    """
    lines = text.splitlines()
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        found = _AT.search(str(fault))
        line = int(found[1]) if found else max(1, len(lines))
        shown = lines[line - 1].strip() if line <= len(lines) else ""
        raise DeckError("syntax", line, text=short(shown)) from None
    for key in given.keys() - {"title", "view"}:
        raise DeckError("key", _line_of(lines, key, 0), name=short(key), known="title, view")
    title = _text(given, "title", LONGEST_TITLE, lines, 0)
    entries = given.get("view", [])
    starts = [number for number, line in enumerate(lines) if _VIEW.match(line)]
    if not isinstance(entries, list) or len(starts) != len(entries) or not entries:
        raise DeckError("views", 1)
    if len(entries) > MOST_VIEWS:
        raise DeckError("many", starts[MOST_VIEWS] + 1, most=str(MOST_VIEWS))
    views = [_view(entry, lines, at) for entry, at in zip(entries, starts, strict=True)]
    return Deck(title, tuple(views))


def _view(entry: Mapping[str, Any], lines: list[str], at: int) -> View:
    for key in entry.keys() - LONGEST.keys():
        raise DeckError("key", _line_of(lines, key, at), name=short(key), known=", ".join(LONGEST))
    if "address" not in entry:
        raise DeckError("no_address", at + 1)
    view = View(**{name: _text(entry, name, most, lines, at) for name, most in LONGEST.items()})
    address, line = urlsplit(view.address), _line_of(lines, "address", at)
    shown = {lesson.path: lesson for lesson in lessons().values() if lesson.part is not None}
    path = address.path.removeprefix("/")
    if address.scheme or address.netloc or path not in shown:
        raise DeckError("path", line, address=short(view.address))
    parameters = dict(parse_qsl(address.query, keep_blank_values=True))
    problems = decode(shown[path].state, parameters)[1] + filled(Showing(), parameters)[1]
    for problem in problems:
        raise DeckError("parameter", line, parameter=problem.parameter, value=problem.value)
    return view


def _text(entry: Mapping[str, Any], key: str, most: int, lines: list[str], at: int) -> str:
    text = entry.get(key, "")
    if not isinstance(text, str) or len(text) > most:
        raise DeckError("text", _line_of(lines, key, at), name=key, most=str(most))
    return text


def _line_of(lines: list[str], key: str, at: int) -> int:
    """Find the line of a key, counted from 1, from where its table begins."""
    begins = re.compile(rf"""\s*(\[\[?\s*)?["']?{re.escape(key)}\b""")
    return next((n + 1 for n in range(at, len(lines)) if begins.match(lines[n])), at + 1)
