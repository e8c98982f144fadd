"""Lesson: SVM against softmax. Both losses on the same scores, live, and both followed down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pages.svm_against_softmax.descent import MAXIMUM_STEPS
from pages.ui.lessons import Lesson
from pages.ui.state.losses import LossesState
from pages.ui.state.parameters import number, option, whole

__all__ = ["LESSON", "VIEWS", "SvmAgainstSoftmaxState"]

VIEWS: Final = ("one_step", "run")


@dataclass(frozen=True)
class SvmAgainstSoftmaxState(LossesState):
    """The scores, and gradient descent on them."""

    rate: float = number("rate", 1.0, least=0.001, most=100.0, is_view=True)
    """The step size of gradient descent on the scores."""
    step: int = whole("step", 0, most=MAXIMUM_STEPS)
    """The step of gradient descent that is shown."""
    steps: int = whole("steps", 0, most=MAXIMUM_STEPS)
    """How many steps of gradient descent are shown; 0: as many as tell the story."""
    follow: str | None = option("follow", None, VIEWS, is_view=True)
    """What of gradient descent is open."""

    @property
    def view(self) -> str | None:
        """What of it is open: an address that names a step opens the run."""
        return "run" if self.step else self.follow


LESSON = Lesson(
    "svm_against_softmax", path="svm-against-softmax", place=5, state=SvmAgainstSoftmaxState
)
