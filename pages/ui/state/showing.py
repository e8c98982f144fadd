"""How a page is shown, whatever it shows: what of an address stays when its state changes.

``?present=1`` is for a lecture, ``&panels=scores,losses`` chooses panels, ``&hide=hinge,losses``
covers them in the order in which they are revealed, ``&revealed=1`` has revealed the first of them;
those between dots, as in ``hide=losses,hinge.verdict``, are revealed together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pages.ui.state.parameters import declared, option, switch, whole
from pages.ui.state.written import Problem, short

__all__ = ["LONGEST_QUESTION", "MOST_HIDDEN", "SPEEDS", "TABS", "Showing"]

LONGEST_QUESTION: Final = 300
MOST_HIDDEN: Final = 40
SPEEDS: Final = ("0.25", "0.5", "1", "2", "4")
TABS: Final = ("scenes", "why", "code", "data", "words")
_NAMES: Final = re.compile(r"\w{1,40}(\.\w{1,40})*", re.ASCII)


def _names(name: str) -> Any:
    """Declare names of panels and readouts, separated by commas."""

    def read(text: str, record: Any) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
        names = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
        if all(map(_NAMES.fullmatch, names)) and len(names) <= MOST_HIDDEN:
            return names, ()
        return (), (Problem(name, short(text), "ids", "", {"most": str(MOST_HIDDEN)}),)

    return declared(name, (), read, ",".join)


def _theme(name: str) -> Any:
    """Declare dark or light; None: as the reader's browser is."""

    def read(text: str, record: Any) -> tuple[bool | None, tuple[Problem, ...]]:
        if text in ("0", "1"):
            return text == "1", ()
        return None, (Problem(name, short(text), "switch"),)

    return declared(name, None, read, lambda value: str(int(value)))


def _question(name: str) -> Any:
    """Declare a question of the lecturer's own."""

    def read(text: str, record: Any) -> tuple[str, tuple[Problem, ...]]:
        if len(text) <= LONGEST_QUESTION:
            return " ".join(text.split()), ()
        return "", (Problem(name, short(text), "question", "", {"longest": str(LONGEST_QUESTION)}),)

    return declared(name, "", read, str)


@dataclass(frozen=True)
class Showing:
    """How a page is shown."""

    is_presented: bool = switch("present")
    """Whether the stage fills the screen, with the question and nothing else."""
    is_dark: bool | None = _theme("dark")
    panels: tuple[str, ...] = _names("panels")
    """The panels that are shown; empty: all."""
    hidden: tuple[str, ...] = _names("hide")
    """What is covered, in the order in which it is revealed."""
    revealed: int = whole("revealed", 0, most=MOST_HIDDEN)
    """How many of those have been revealed."""
    speed: str = option("speed", "1", SPEEDS)
    """How fast a timeline plays, as a multiple of its own rate."""
    tab: str | None = option("tab", None, TABS)
    """The tab that is open below the stage; None: the first."""
    question: str = _question("ask")
    """A question of the lecturer's own, instead of that of the lesson or the scene."""

    @property
    def hidden_names(self) -> tuple[str, ...]:
        """Each name of what is hidden at first."""
        return _apart(self.hidden)

    @property
    def covered(self) -> tuple[str, ...]:
        """Each name of what is still covered."""
        return _apart(self.hidden[self.revealed :])


def _apart(together: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for names in together for name in names.split("."))
