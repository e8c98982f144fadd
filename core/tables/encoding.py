"""The text of a file: UTF-8, UTF-16, GBK and, where the reader says so, Windows-1252."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from core.tables.faults import Answers, Note, TableError, TableQuestionError

__all__ = ["LARGEST_FILE", "text_of"]

LARGEST_FILE: Final = 50_000_000

_MAGIC: Final = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP / XLSX"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x1f\x8b", "GZIP"),
    (b"PAR1", "Parquet"),
    (b"\x93NUMPY", "NPY"),
    (b"\x80\x04\x95", "pickle"),
)
_MARKUP: Final = (("{", "}", "JSON"), ("[", "]", "JSON"), ("<", ">", "HTML / XML"))
_LONGEST_BLANK: Final = 1_000
_LONGEST_SAMPLE: Final = 20_000
_NAMES: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8",
    "gb18030": "GBK",
    "cp1252": "Windows-1252",
}
_NO_TEXT = re.compile("[\0-\6]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_COMMON_HANZI = re.compile(rb"(?:[\x00-\x7f]|[\xb0-\xd7][\xa1-\xfe]|\xa3[\xa1-\xfe])*+")


def text_of(
    table: str | bytes, answers: Answers, largest_file: int = LARGEST_FILE
) -> tuple[str, list[Note]]:
    """Return the text of a table, without a byte order mark.

    Raises
    ------
    TableError
        If it is larger than ``largest_file`` bytes, or no text.
    TableQuestionError
        If its bytes are different letters in different encodings.

    Examples
    --------
    >>> text_of("1,2,猫".encode("utf-16"), {})
    ('1,2,猫', [Note(reason='encoding', values={'encoding': 'UTF-16'})])
    """
    if len(table) > largest_file:
        size, largest = f"{len(table) / 1e6:.1f}", f"{largest_file / 1e6:.0f}"
        raise TableError("file_size", value=size, largest=largest)
    text, encoding = _decoded(table, answers) if isinstance(table, bytes) else (table, "UTF-8")
    first, last = text[:_LONGEST_BLANK].lstrip()[:1], text[-_LONGEST_BLANK:].rstrip()[-1:]
    for kind in (kind for *ends, kind in _MARKUP if ends == [first, last]):
        raise TableError("file_kind", value=kind)
    if _NO_TEXT.search(text):
        raise TableError("encoding_unknown")
    notes = [] if encoding == "UTF-8" else [Note("encoding", {"encoding": encoding})]
    return text.removeprefix("\ufeff"), notes


def _decoded(data: bytes, answers: Answers) -> tuple[str, str]:
    """The text of the bytes, and the name of their encoding."""
    for kind in (kind for magic, kind in _MAGIC if data.startswith(magic)):
        raise TableError("file_kind", value=kind)
    utf_16 = _utf_16(data)
    if utf_16 is not None:
        return utf_16, "UTF-16"
    if data.isascii():
        return data.decode("ascii"), "UTF-8"
    candidates = {name: text for name in _NAMES if (text := _text(data, name)) is not None}
    chosen = answers.get("encoding")
    if chosen in candidates:
        return candidates[chosen], _NAMES[chosen]
    as_gbk = candidates.get("gb18030", "") if _COMMON_HANZI.fullmatch(data) else ""
    foreign = list(_FOREIGN.finditer(as_gbk))
    in_words = [one for one in foreign if _is_in_a_word(one)]
    if "utf-8" in candidates:
        # 猫 and 女 in GBK are the bytes of è and Ů in UTF-8. Few Chinese stand inside of words.
        if data.startswith(b"\xef\xbb\xbf") or len(foreign) == len(in_words):
            return candidates["utf-8"], "UTF-8"
        candidates.pop("cp1252", None)
    elif foreign and not in_words:
        return as_gbk, "GBK"
    if not candidates:
        raise TableError("encoding_unknown")
    raise TableQuestionError("encoding", {name: _sample(text) for name, text in candidates.items()})


def _is_in_a_word(letters: re.Match[str]) -> bool:
    """Whether one of the letters a to z stands at either side."""
    start, end = letters.span()
    beside = letters.string[max(0, start - 1) : start] + letters.string[end : end + 1]
    return re.search("[a-z]", beside) is not None


def _utf_16(data: bytes) -> str | None:
    start = data[:_LONGEST_BLANK]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif start[1::2].count(0) > 0.4 * len(start[1::2]) and len(start) > 1:
        encoding = "utf-16-le"
    elif start[::2].count(0) > 0.4 * len(start[::2]) and len(start) > 1:
        encoding = "utf-16-be"
    else:
        return None
    return _text(data, encoding)


def _text(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _sample(text: str) -> str:
    """A few of the words with letters beyond ASCII."""
    words = re.split(r'[\s,;|"]+', text[:_LONGEST_SAMPLE])
    return ", ".join(list(dict.fromkeys(word for word in words if not word.isascii()))[:3])
