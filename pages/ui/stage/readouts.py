"""Readouts: live numbers and sentences beside the panels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pages.ui.stage.channels import Channel
from pages.ui.stage.number_format import format_fixed, format_significant

__all__ = ["Readout", "spoken"]

_CHINESE: Final = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_APART: Final = re.compile(rf"({_CHINESE}\**) (?=\**{_CHINESE})")


@dataclass(frozen=True)
class Readout:
    """A live number, or, with ``choices``, the one of several texts that the number picks.

    Parameters
    ----------
    id
        Its name in the texts of others, as ``{id}``: of panels, and of readouts with choices.
    number
        Its channel.
    label
        A readout without one is not shown itself; it is there for the texts of others.
    decimals
        How many a number is written with.
    significant
        Write at most so many significant digits instead, without trailing zeros.
    choices
        Texts of which the number picks one.
    tone
        The loss that colours it: "hinge", "cross-entropy" or "".
    is_covered
        Whether a question mark stands in its place.
    beyond
        Written where the number is too large to hold, if it is not infinite.
    """

    id: str
    number: Channel
    label: str | None = None
    decimals: int = 4
    significant: int | None = None
    choices: tuple[str, ...] | None = None
    tone: str = ""
    is_covered: bool = False
    beyond: str = "∞"

    def written(self, value: float) -> str:
        """Write a value as the stage does."""
        if self.is_covered:
            return "?"
        if self.choices is not None:
            return self.choices[int(value)]
        if value == math.inf:
            return self.beyond
        if self.significant is not None:
            return format_significant(value, self.significant, trimmed=True)
        return format_fixed(value, self.decimals)

    def pack(self) -> dict[str, object]:
        """Write the readout for the browser."""
        names = (
            *("id", "label", "decimals", "significant", "choices", "tone"),
            *("is_covered", "beyond"),
        )
        return {name: getattr(self, name) for name in names}


def spoken(readouts: Sequence[Readout], value: Callable[[Channel], float], template: str) -> str:
    """Fill the ``{id}`` of a template with the readouts' present texts, as the stage does.

    ``{{`` is a brace. Chinese words that were filled in stand close to those beside them.
    """
    by_id: Mapping[str, Readout] = {readout.id: readout for readout in readouts}

    def word(found: re.Match[str]) -> str:
        if found[0] == "{{":
            return "{"
        readout = by_id.get(found[1])
        return found[0] if readout is None else readout.written(value(readout.number))

    return _APART.sub(r"\1", re.sub(r"\{\{|\{(\w+)\}", word, template))
