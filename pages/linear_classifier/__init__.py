"""Lesson: the linear classifier. Both losses from the same start, points in the hand."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.learning.state import ModelState
from pages.ui.lessons import Lesson
from pages.ui.state.parameters import option

__all__ = ["LESSON", "LinearClassifierState"]


@dataclass(frozen=True)
class LinearClassifierState(ModelState):
    """A run with each of the two losses from the same start."""

    lesson = "linear"

    start: str = option("start", "seed", ("seed", "demo", "own"))
    """At random weights, at the published ones of the CS231n demo, or at own ones. The session
    keeps those: weights are not in the address."""


LESSON = Lesson("linear_classifier", path="linear-classifier", place=9, state=LinearClassifierState)
