"""Lesson: score function. W x + b as a picture, its scores in both losses, and digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.losses.hinge import HingeVariant
from pages.ui.lessons import Lesson
from pages.ui.state.losses import margin, variant
from pages.ui.state.parameters import option, parsed, whole
from pages.ui.state.state import State
from pages.ui.state.written import Problem, parse_numbers, write_scores

__all__ = [
    "CLASSES",
    "LARGEST_BIAS",
    "LARGEST_PIXEL",
    "LARGEST_WEIGHT",
    "LAST_DIGIT",
    "LESSON",
    "LOOKS",
    "PIXELS",
    "ScoreFunctionState",
    "parse_bias",
    "parse_matrix",
    "parse_pixels",
]

CLASSES: Final = 3
PIXELS: Final = 4
LARGEST_WEIGHT: Final = 100.0
LARGEST_PIXEL: Final = 255.0
LARGEST_BIAS: Final = 1000.0
LAST_DIGIT: Final = 1796
LOOKS: Final = ("pixels", "digits")


def parse_pixels(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read the pixels; None if they cannot be used."""
    return _parse(text, "x", PIXELS, LARGEST_PIXEL)


def parse_matrix(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read the weights row by row; None if they cannot be used."""
    return _parse(text, "W", CLASSES * PIXELS, LARGEST_WEIGHT)


def parse_bias(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read the bias; None if it cannot be used."""
    return _parse(text, "b", CLASSES, LARGEST_BIAS)


def _parse(
    text: str, name: str, count: int, largest: float
) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    return parse_numbers(text, name, count=count, reason="number_count", largest=largest, used="")


@dataclass(frozen=True)
class ScoreFunctionState(State):
    """An image of four pixels, its weights and bias, and a digit; None: the published ones."""

    margin: float = margin()
    variant: HingeVariant = variant()
    pixels: tuple[float, ...] | None = parsed("x", parse_pixels, write_scores)
    matrix: tuple[float, ...] | None = parsed("W", parse_matrix, write_scores)
    bias: tuple[float, ...] | None = parsed("b", parse_bias, write_scores)
    digit: int | None = whole("digit", None, most=LAST_DIGIT)
    """The handwritten digit that is shown; None: the first that the lesson has."""
    look: str | None = option("look", None, LOOKS, is_view=True)
    """What is shown; None: what the address speaks of."""

    @property
    def view(self) -> str:
        """What is shown: an address that names a digit opens the digits."""
        return self.look or ("pixels" if self.digit is None else "digits")


LESSON = Lesson("score_function", path="score-function", place=1, state=ScoreFunctionState)
