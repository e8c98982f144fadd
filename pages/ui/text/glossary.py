"""The words of the field, explained where a text first has them: by pointer, tap and Tab key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from pages.ui.text import Text, escape, text_in

__all__ = ["explained", "word_list"]

_KEY = re.compile(r"words\.(\w+)\.forms")
# Within these Markdown has no room for a word of its own; bold that is one word as a whole has.
_TIED = re.compile(r"(\*\*[^*]+\*\*|\$[^$]+\$|`[^`]+`|\[[^\]]*\]\([^)]*\))")


class _Glossary(NamedTuple):
    form: re.Pattern[str]
    words: Mapping[str, str]
    """The word by each of its forms."""


@cache
def _glossary(language: str) -> _Glossary:
    t = text_in(language)
    known = map(_KEY.fullmatch, t.keys())
    words = {
        form.lower(): key[1]
        for key in known
        if key is not None
        for form in t(f"words.{key[1]}.forms").split("|")
    }
    forms = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    # Chinese has nothing between its words; Latin letters on either side make another word.
    pattern = rf"(?<![A-Za-z0-9-])(?:{forms})(?![A-Za-z0-9-])"
    return _Glossary(re.compile(pattern, re.IGNORECASE), words)


def explained(text: str, t: Text) -> str:
    """Give the first appearance of each word its meaning: Markdown with HTML, for trusted texts.

    Examples
    --------
    >>> explained("Two kinks, **one kink**", text_in("en")).count("tabindex")
    1
    """
    form, words = _glossary(t.language)
    seen: set[str] = set()

    def marked(found: re.Match[str]) -> str:
        word = words[found[0].lower()]
        if word in seen:
            return found[0]
        seen.add(word)
        return _marked(found[0], word, t)

    def part(piece: str) -> str:
        if not _TIED.fullmatch(piece):
            return form.sub(marked, piece)
        whole = form.fullmatch(piece.strip("*"))
        is_new = whole is not None and words[whole[0].lower()] not in seen
        if whole is None or not is_new:
            return piece
        word = words[whole[0].lower()]
        seen.add(word)
        return _marked(piece, word, t)

    return "".join(map(part, _TIED.split(text)))


def _marked(form: str, word: str, t: Text) -> str:
    means = escape(t(f"words.{word}.means"))
    tip = f'<span class="word-means" role="tooltip">{means}</span>'
    return f'<span class="word" tabindex="0">{form}{tip}</span>'


def word_list(texts: Iterable[str], t: Text) -> str:
    """List the words that occur in some texts, each with its meaning, as Markdown.

    Examples
    --------
    >>> word_list(["Kinks"], text_in("en")).startswith("- **kink**: A corner of a curve")
    True
    """
    form, words = _glossary(t.language)
    found = {words[match.lower()]: None for text in texts for match in form.findall(text)}
    shown = {word: t(f"words.{word}.forms").rpartition("|")[2] for word in found}
    return "\n".join(
        f"- **{shown[word]}**: {escape(t(f'words.{word}.means'))}" for word in sorted(found)
    )
