"""Lesson: numerical stability. Softmax and its loss in three floating-point types, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pages.ui.lessons import Lesson
from pages.ui.state.parameters import number, option
from pages.ui.state.state import State

__all__ = ["LESSON", "LOOKS", "NumericalStabilityState"]

LOOKS: Final = ("table", "exp", "offset", "batch")


@dataclass(frozen=True)
class NumericalStabilityState(State):
    """The logits, and what is done to them until a method fails."""

    scale: float = number("scale", 1.0, least=0.01, most=1000.0)
    """What the logits are multiplied with."""
    shift: float = number("shift", 0.0, least=-1000.0, most=1000.0)
    """What is added to the logits."""
    swept: str = option("by", "scale", ("scale", "shift"))
    """Which of the two the errors are drawn along."""
    look: str = option("look", "table", LOOKS, is_view=True)
    """What is looked at: a screen each."""


LESSON = Lesson(
    "numerical_stability",
    path="numerical-stability",
    place=12,
    state=NumericalStabilityState,
    part="tools",
)
