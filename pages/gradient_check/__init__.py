"""Lesson: gradient check. An analytic gradient against difference quotients, live."""

from __future__ import annotations

from dataclasses import dataclass

from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.difference_quotients import STEPS
from pages.ui.lessons import Lesson
from pages.ui.state.losses import margin
from pages.ui.state.parameters import number, option, switch
from pages.ui.state.state import FocusedState

__all__ = ["LESSON", "GradientCheckState"]


@dataclass(frozen=True)
class GradientCheckState(FocusedState):
    """The function whose gradient is checked, where, and with which step."""

    check: str = option("check", "cross_entropy", tuple(CHECKED_FUNCTIONS), is_view=True)
    """The function whose gradient is checked."""
    difference_step: float = number("h", 1e-5, least=STEPS[0], most=STEPS[-1], is_view=True)
    """The step h of the difference quotients."""
    mistake: bool = switch("mistake", is_view=True)
    """Whether the gradient that is checked has a mistake."""
    margin: float = margin()


LESSON = Lesson(
    "gradient_check", path="gradient-check", place=13, state=GradientCheckState, part="tools"
)
