"""Answers: the truth beside a guess, computed only when the reader has committed to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pages.ui.guide.readings import Readings, evaluate
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.state.scenes import UNKNOWN, Ask

__all__ = ["Answer", "answer_to", "right_choice"]

ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Answer:
    """What is said to a guess.

    Parameters
    ----------
    part
        The key of the sentence.
    is_right
        None if the reader did not know.
    guess, truth, gap
        The numbers in words; empty for a choice.
    side
        1 if the guess was too high, -1 if it was too low.
    right
        The key of the right choice; empty for a number.
    """

    part: str
    is_right: bool | None
    guess: str = ""
    truth: str = ""
    gap: str = ""
    side: int = 0
    right: str = ""

    @property
    def words(self) -> dict[str, str]:
        """What fills its sentence."""
        return {"guess": self.guess, "truth": self.truth, "gap": self.gap}


def right_choice(ask: Ask, after: Readings, before: Readings) -> str:
    """Find the one choice whose condition holds."""
    (right,) = (key for key, holds in ask.choices.items() if evaluate(holds, after, before))
    return right


def answer_to(ask: Ask, guess: str, after: Readings, before: Readings) -> Answer:
    """Answer a guess by what is shown now, and what was."""
    if ask.by == "choose":
        right = right_choice(ask, after, before)
        is_right = None if guess == UNKNOWN else guess == right
        return Answer(guess, is_right, right=right)
    truth, decimals = after.number(ask.of), after.decimals[ask.of]
    written = format_fixed(truth, decimals, trimmed=True)
    if guess == UNKNOWN:
        return Answer(UNKNOWN, None, truth=written)
    given = float(guess)
    is_right = abs(given - truth) <= ask.within + ROUNDING
    return Answer(
        "right" if is_right else _misconception(ask, given, after, before),
        is_right,
        guess=format_given(given),
        truth=written,
        gap=format_given(round(abs(given - truth), decimals)),
        side=0 if is_right else 1 if given > truth else -1,
    )


def _misconception(ask: Ask, given: float, after: Readings, before: Readings) -> str:
    for key, expected in ask.guesses.items():
        if isinstance(expected, str):
            value = float(evaluate(expected, after, before))
            low, high = value - ask.within - ROUNDING, value + ask.within + ROUNDING
        else:
            low, high = expected
        if low <= given <= high:
            return key
    return "other"
