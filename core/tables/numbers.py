"""Numbers as people write them: with a point or a comma, with or without thousands marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

__all__ = [
    "SIGNS",
    "AmbiguousError",
    "Sign",
    "decimal_signs",
    "is_number",
    "meanings",
    "read_list",
    "value",
    "whole_number",
]

Sign: TypeAlias = Literal[".", ","]
"""What stands before the decimals; the other one may then mark thousands."""

SIGNS: Final[tuple[Sign, Sign]] = (".", ",")

_AS_ASCII = str.maketrans("０１２３４５６７８９．，＋－ｅＥ−–", "0123456789.,+-eE--")
_SPECIAL = re.compile(r"[+-]?(?:inf(?:inity)?|nan)", re.IGNORECASE)
_POINT = re.compile(
    r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?)",
    re.ASCII | re.IGNORECASE,
)
_COMMA = re.compile(
    r"[+-]?(?:(?:\d+(?:,\d+)?|,\d+)(?:e[+-]?\d+)?|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?)",
    re.ASCII | re.IGNORECASE,
)
_WRITTEN: Final = {".": _POINT, ",": _COMMA}

_BETWEEN = re.compile(r"[;；，、\s]+|,(?:\s+|$)")
"""What separates numbers even where a comma stands before the decimals."""
_MARK = re.compile(r"[;；，、]")


class AmbiguousError(ValueError):
    """A list that can be read as different numbers."""


def _as_ascii(text: str) -> str:
    plain = text.strip()
    return plain if plain.isascii() else plain.translate(_AS_ASCII)


def is_number(text: str) -> bool:
    """Whether a text is a number, with one decimal sign or the other.

    Examples
    --------
    >>> is_number("1.000,5"), is_number("cat")
    (True, False)
    """
    plain = _as_ascii(text)
    return any(kind.fullmatch(plain) for kind in (_POINT, _COMMA, _SPECIAL))


def value(text: str, sign: Sign) -> float | None:
    """Return the number that a text means, given its decimal sign; None if it is none.

    Examples
    --------
    >>> value("1.000,5", ","), value("−1e3", "."), value("1_0", ".")
    (1000.5, -1000.0, None)
    """
    plain = _as_ascii(text)
    if not _WRITTEN[sign].fullmatch(plain):
        return float(plain) if _SPECIAL.fullmatch(plain) else None
    return float(plain.replace("." if sign == "," else ",", "").replace(",", "."))


def decimal_signs(texts: Iterable[str]) -> set[Sign]:
    """Return the decimal signs that all numbers among the texts can have been written with.

    Examples
    --------
    >>> decimal_signs(["1.000", "0,5", "cat"]), decimal_signs(["1.5", "0,5"])
    ({','}, set())
    >>> sorted(decimal_signs(["12", "1.000"]))
    [',', '.']
    """
    possible = set(SIGNS)
    for text in texts:
        found = {sign for sign in SIGNS if value(text, sign) is not None}
        if found:
            possible &= found
        if not possible:
            break
    return possible


def whole_number(text: str, signs: Sequence[Sign] = SIGNS) -> int | None:
    """Return the whole number that a text means, however it is written; None if it is none.

    Examples
    --------
    >>> whole_number("1.0e+00"), whole_number("01"), whole_number("0.5"), whole_number("1.000")
    (1, 1, None, None)
    """
    found = {number for sign in signs if (number := value(text, sign)) is not None}
    whole = [int(number) for number in found if number.is_integer()]
    return whole[0] if len(found) == len(whole) == 1 else None


def meanings(text: str) -> tuple[float, ...]:
    """Return every number that a text by itself can mean, where decimals usually have a point.

    Examples
    --------
    >>> meanings("0,5"), meanings("1.234"), meanings("1,234"), meanings("x")
    ((0.5,), (1.234,), (1234.0, 1.234), ())
    """
    found = tuple(number for sign in SIGNS if (number := value(text, sign)) is not None)
    if len(found) == 2 and (found[0] == found[1] or "," not in text.translate(_AS_ASCII)):
        return found[:1]
    # NaN differs from itself.
    return found[:1] if len(found) == 2 and found[0] != found[0] else found


def read_list(text: str) -> list[tuple[str, float | None]]:
    """Read numbers in a row; each with what is written, and None for what is no number.

    Between them stand commas, semicolons or spaces. Where semicolons do, a comma stands before
    decimals.

    Raises
    ------
    AmbiguousError
        If commas can separate numbers and can stand before decimals.

    Examples
    --------
    >>> [number for _, number in read_list("3,2; 5,1; -1,7")]
    [3.2, 5.1, -1.7]
    >>> [number for _, number in read_list("3.2, 5.1, -1.7")]
    [3.2, 5.1, -1.7]
    """
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    is_split = len(parts) > 1
    decimals = [part for part in parts if "," in part and value(part, ",") is not None]
    if is_split and decimals:
        if not _MARK.search(text) or decimal_signs(parts) != {","}:
            raise AmbiguousError(text)
        return _with_sign(parts, ",")
    return _with_sign([part for run in parts for part in run.split(",") if part], ".")


def _with_sign(parts: Sequence[str], sign: Sign) -> list[tuple[str, float | None]]:
    return [(part, value(part, sign)) for part in parts]
