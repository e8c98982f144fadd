"""Home: a small working stage, and the path of lessons."""

from pages.ui.lessons import Lesson
from pages.ui.state.losses import LossesState

__all__ = ["LESSON"]

LESSON = Lesson("home", path="", place=0, state=LossesState, part=None)
