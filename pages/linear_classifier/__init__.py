"""Lesson: the linear classifier. Both losses from the same start, points in the hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from core.learning.published_runs import CLASSIFIER_STEPS
from pages.ui.learning.state import ModelState, Usual
from pages.ui.lessons import Lesson
from pages.ui.state.parameters import option, parsed
from pages.ui.state.written import Problem, parse_list, short, write_scores

__all__ = ["LESSON", "LinearClassifierState", "parse_start"]


NUMBERS_OF_A_CLASS: Final = 3
"""Two weights and a bias."""


def parse_start(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read the numbers of W and b; None if they cannot be used."""
    numbers, problems = parse_list(text, "start_at")
    if numbers is None or problems:
        return None, problems
    if not numbers or len(numbers) % NUMBERS_OF_A_CLASS:
        return None, (Problem("start_at", short(text), "start_count"),)
    return numbers, ()


@dataclass(frozen=True)
class LinearClassifierState(ModelState):
    """A run with each of the two losses from the same start."""

    usuals: ClassVar = {
        "nine": Usual(strength=0.1, scale=1.0),
        "blobs": Usual(strength=0.01, noise=0.3),
        "moons": Usual(strength=0.01, samples=30),
        "circles": Usual(strength=0.01, samples=30, noise=0.08),
        "spiral": Usual(strength=0.001, learning_rate=1.0, noise=0.2),
        "published_spiral": Usual(strength=0.001, learning_rate=1.0, trained=200),
        "xor": Usual(strength=0.01, samples=30, noise=0.05),
        "own": Usual(strength=0.01),
    }
    run_presets: ClassVar = {
        "demo": {"data": "nine", "start": "demo", "trained": 0},
        "spiral_classifier": {
            "data": "published_spiral",
            "half": True,
            "trained": CLASSIFIER_STEPS,
        },
    }
    takes_points: ClassVar = True

    start: str = option("start", "seed", ("seed", "demo", "own"))
    """At random weights, at the published ones of the CS231n demo, or at own ones."""
    own_start: tuple[float, ...] | None = parsed("start_at", parse_start, write_scores)
    """Those: W row by row, a row for each input, then b."""


LESSON = Lesson("linear_classifier", path="linear-classifier", place=9, state=LinearClassifierState)
