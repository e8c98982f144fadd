"""Lesson: the hinge loss of the SVM. Its margins, its gradient by counting, its variants."""

from __future__ import annotations

from dataclasses import dataclass

from core.losses.hinge import HingeVariant
from pages.ui.lessons import Lesson
from pages.ui.state.losses import margin, variant
from pages.ui.state.parameters import whole
from pages.ui.state.state import FocusedState

__all__ = ["LESSON", "HingeState"]


@dataclass(frozen=True)
class HingeState(FocusedState):
    """The scores, and which hinge loss they are given."""

    margin: float = margin()
    variant: HingeVariant = variant()
    power: int = whole("power", 1, least=1, most=2)
    """2 for the squared hinge."""


LESSON = Lesson("hinge", path="hinge", place=4, state=HingeState)
