"""Lesson: geometry. What the two losses look like, over score differences and probabilities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.losses.hinge import HingeVariant
from pages.ui.lessons import Lesson
from pages.ui.state.example import Example, parse_target, resized
from pages.ui.state.losses import margin
from pages.ui.state.parameters import number, option, parsed, whole
from pages.ui.state.state import State
from pages.ui.state.written import Problem, write_scores

__all__ = ["FIRST_UNCERTAIN", "LESSON", "LOOKS", "STEPS", "VARIANTS", "GeometryState"]

LOOKS: Final = ("plane", "knob", "surfaces", "uncertain", "calibration")
VARIANTS: Final[tuple[HingeVariant, ...]] = ("weston_watkins", "crammer_singer")
"""One against all is no function of the differences of scores."""
STEPS: Final = 60
"""Steps of gradient descent that are drawn."""


FIRST_UNCERTAIN: Final = (0.4, 0.35, 0.25)


def _parse_uncertain(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read three probabilities that add up to 1; None if they cannot be used."""
    target, problems = parse_target(text, 3)
    used = write_scores(FIRST_UNCERTAIN)
    return target, tuple(replace(problem, parameter="q", used=used) for problem in problems)


@dataclass(frozen=True)
class GeometryState(State):
    """The example, of which three classes are shown, and what is looked at."""

    margin: float = margin()
    variant: HingeVariant = option("variant", "weston_watkins", VARIANTS)
    rate: float = number("rate", 1.0, least=0.01, most=100.0, is_view=True)
    """The step size of gradient descent, and of the arrows."""
    step: int = whole("step", 0, most=STEPS)
    """The step of gradient descent that is shown."""
    temperature: float | None = number("T", None, least=0.0, most=10.0)
    """T of the losses between softmax and SVM; None: 1."""
    uncertain: tuple[float, ...] | None = parsed("q", _parse_uncertain, write_scores)
    """The true distribution of an uncertain label; None: `FIRST_UNCERTAIN`."""
    softening: float | None = number("soften", None, least=0.05, most=20.0)
    """What the scores of the digits are divided by; None: 1."""
    look: str | None = option("look", None, LOOKS, is_view=True)
    """What is shown; None: what the address speaks of."""

    @property
    def view(self) -> str:
        """What is shown."""
        spoken_of = {
            "knob": self.temperature,
            "uncertain": self.uncertain,
            "calibration": self.softening,
        }
        named = next((name for name, value in spoken_of.items() if value is not None), "plane")
        return self.look or named

    @property
    def shown(self) -> tuple[int, ...]:
        """The true class and its two strongest rivals, in the order of the example."""
        example = resized(self.example, max(3, len(self.example.scores)))
        rivals = (index for index in range(len(example.scores)) if index != example.label)
        strongest = sorted(rivals, key=lambda index: -example.scores[index])[:2]
        return tuple(sorted((example.label, *strongest)))

    @property
    def three(self) -> Example:
        """These three classes, as an example of their own; of two, a third is added."""
        example, shown = resized(self.example, max(3, len(self.example.scores))), self.shown
        return Example(
            names=tuple(example.names[index] for index in shown),
            scores=tuple(example.scores[index] for index in shown),
            label=shown.index(example.label),
        )


LESSON = Lesson("geometry", path="geometry", place=7, state=GeometryState)
