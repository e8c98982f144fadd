"""Lesson: softmax. From logits to probabilities, and how each logit acts on each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pages.ui.lessons import Lesson
from pages.ui.state.parameters import number
from pages.ui.state.state import FocusedState

__all__ = ["LARGEST_CONSTANT", "LESSON", "TEMPERATURES", "SoftmaxState"]

TEMPERATURES: Final = (0.05, 20.0)
LARGEST_CONSTANT: Final = 1000.0


@dataclass(frozen=True)
class SoftmaxState(FocusedState):
    """The logits, what they are divided by, and what is added to them."""

    temperature: float = number("T", 1.0, least=TEMPERATURES[0], most=TEMPERATURES[1])
    constant: float = number("c", 0.0, least=-LARGEST_CONSTANT, most=LARGEST_CONSTANT)


LESSON = Lesson("softmax", path="softmax", place=2, state=SoftmaxState)
