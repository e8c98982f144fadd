"""Home: a small working stage, the lessons, the published examples."""

from pages.ui.lessons import Lesson
from pages.ui.state.losses import LossesState

__all__ = ["LESSON"]

LESSON = Lesson("home", path="", place=0, state=LossesState)
