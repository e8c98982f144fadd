"""Lesson: cross-entropy. How far p is from t, and the gradient p - t, live."""

from __future__ import annotations

from pages.ui.lessons import Lesson
from pages.ui.state.state import FocusedState

__all__ = ["LESSON"]


LESSON = Lesson("cross_entropy", path="cross-entropy", place=3, state=FocusedState)
