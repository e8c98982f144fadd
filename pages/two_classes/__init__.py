"""Lesson: two classes. Every loss is a curve over one number, the signed margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pages.ui.lessons import Lesson
from pages.ui.state.example import Example, read_index
from pages.ui.state.losses import margin
from pages.ui.state.parameters import declared, switch
from pages.ui.state.state import State
from pages.ui.state.written import Problem, short

__all__ = ["LESSON", "TwoClassesState"]


def _rival() -> Any:
    """Declare the class that the true one stands against; None: the strongest other."""

    def read(text: str, state: TwoClassesState) -> tuple[int, tuple[Problem, ...]]:
        classes, label = len(state.example.scores), state.example.label
        index, problems = read_index(text, "rival", classes, state.opponent)
        if not problems and index == label:
            others = ", ".join(str(other) for other in range(classes) if other != label)
            limits = {"options": others}
            problems = (Problem("rival", short(text), "option", str(state.opponent), limits),)
        return index, problems

    return declared("rival", None, read, str)


@dataclass(frozen=True)
class TwoClassesState(State):
    """The example, and which two of its classes are shown."""

    rival: int | None = _rival()
    margin: float = margin()
    is_in_bits: bool = switch("bits", is_view=True)
    """Whether the logistic loss is in bits, and so passes through (0, 1)."""

    def __post_init__(self) -> None:
        """Forget a rival that there is not, or no longer, or that is the strongest anyway."""
        others = {*range(len(self.example.scores))} - {self.example.label}
        if self.rival not in others or self.rival == self.strongest:
            object.__setattr__(self, "rival", None)

    @property
    def strongest(self) -> int:
        """The wrong class with the highest score, the first of several."""
        scores, label = self.example.scores, self.example.label
        others = (index for index in range(len(scores)) if index != label)
        return max(others, key=lambda index: scores[index])

    @property
    def opponent(self) -> int:
        """The class that the true one stands against."""
        return self.strongest if self.rival is None else self.rival

    @property
    def shown(self) -> tuple[int, int]:
        """The two classes in the order of the example; the second of them is y = +1."""
        first, second = sorted((self.example.label, self.opponent))
        return first, second

    @property
    def pair(self) -> Example:
        """Only these two classes, as an example of their own."""
        example = self.example
        return Example(
            names=tuple(example.names[index] for index in self.shown),
            scores=tuple(example.scores[index] for index in self.shown),
            label=self.shown.index(example.label),
        )


LESSON = Lesson("two_classes", path="two-classes", place=6, state=TwoClassesState)
