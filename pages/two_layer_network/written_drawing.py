"""An own digit as text: the ink of its 64 blocks, row by row, each as one sign from 0 to g."""

from __future__ import annotations

from typing import Final, TypeAlias

from pages.ui.state.written import Problem, short

__all__ = ["EMPTY", "InkCounts", "parse_drawing", "write_drawing"]

InkCounts: TypeAlias = tuple[int, ...]
"""The ink of each block of a drawing, from 0 to 16."""

_SIGNS: Final = "0123456789abcdefg"
_BLOCKS: Final = 64

EMPTY: Final[InkCounts] = (0,) * _BLOCKS
"""A sheet that nothing is drawn on."""


def write_drawing(counts: InkCounts) -> str:
    """Write a drawing as it stands in the URL."""
    return "".join(_SIGNS[count] for count in counts)


def parse_drawing(text: str) -> tuple[InkCounts | None, tuple[Problem, ...]]:
    """Read a drawing; None if it cannot be used.

    Examples
    --------
    >>> parse_drawing("0g" * 32)[0][:4]
    (0, 16, 0, 16)
    """
    written = text.strip()
    if len(written) != _BLOCKS or not set(written) <= set(_SIGNS):
        return None, (Problem("drawing", short(written), "drawing"),)
    return tuple(map(_SIGNS.index, written)), ()
