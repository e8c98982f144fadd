"""The class names of the app's own examples: words of the reader's language, English in an address.

A link shows the same example to readers of both languages. Any other name, such as one that a
reader types, stays as it is.
"""

from __future__ import annotations

from typing import Final

from pages.ui.state.example import default_name
from pages.ui.text import LANGUAGES, Text, text_in

__all__ = ["in_address", "in_language"]

_WORDS: Final = (
    *("cat", "car", "frog", "dog", "ship"),
    *("first", "second", "third", "fourth", "fifth"),
)
_LETTERS: Final = frozenset(map(default_name, range(26)))


def in_language(names: tuple[str, ...], t: Text) -> tuple[str, ...]:
    """Give the names in a language, if all of them are the app's own: its words and letters."""
    own = _own(names)
    return names if own is None else tuple(_word(name, t) for name in own)


def in_address(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give the names as an address has them."""
    return _own(names) or names


def _own(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names as they are in an address; None if one of them is not the app's own."""
    for t in map(text_in, LANGUAGES):
        plain = {_word(name, t): name for name in _WORDS}
        if all(name in plain or name in _LETTERS for name in names):
            return tuple(plain.get(name, name) for name in names)
    return None


def _word(name: str, t: Text) -> str:
    return t(f"class_name.{name}") if name in _WORDS else name
