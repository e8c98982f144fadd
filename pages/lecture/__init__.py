"""Lecture: views of lessons in order, each with a question and notes; edited, kept, shown."""

from pages.ui.lessons import Lesson

__all__ = ["LESSON"]

LESSON = Lesson("lecture", path="lecture", place=98, part=None)
