"""Lesson: cross-entropy. How far p is from t, and the gradient p - t, live."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.lessons import Lesson
from pages.ui.state.state import FocusedState

__all__ = ["LESSON", "CrossEntropyState"]


@dataclass(frozen=True)
class CrossEntropyState(FocusedState):
    """The scores and their target."""


LESSON = Lesson("cross_entropy", path="cross-entropy", place=3, state=CrossEntropyState)
