"""Lesson: regularisation. What weights cost, and where a penalty moves the optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.losses.penalties import PENALTIES
from pages.regularization.path import STRENGTHS
from pages.regularization.penalty_comparison import INPUTS, LARGEST_WEIGHT
from pages.ui.lessons import Lesson
from pages.ui.state.parameters import number, option, parsed, switch
from pages.ui.state.state import State
from pages.ui.state.written import Problem, parse_numbers, write_scores

__all__ = ["FIRST_WEIGHTS", "LESSON", "LOOKS", "RegularizationState", "parse_weights"]

FIRST_WEIGHTS: Final = (1.0, 0.0, 0.0, 0.0)
FIRST_STRENGTH: Final = 1.0
LOOKS: Final = ("weights", "path")


def parse_weights(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read as many weights as there are inputs; None if they cannot be used."""
    return parse_numbers(
        text,
        "w",
        count=len(INPUTS),
        reason="weight_count",
        largest=LARGEST_WEIGHT,
        used=write_scores(FIRST_WEIGHTS),
    )


@dataclass(frozen=True)
class RegularizationState(State):
    """Four weights, the penalty on them, and the optimum of two weights under it."""

    weights: tuple[float, ...] | None = parsed("w", parse_weights, write_scores)
    """None: the first ones, [1, 0, 0, 0]."""
    penalty: str = option("penalty", "l2", PENALTIES)
    strength: float = number("lambda", FIRST_STRENGTH, least=0.0, most=float(STRENGTHS[-1]))
    mixing: float = number("mix", 0.5, least=0.0, most=1.0)
    """The share of L1 in the elastic net."""
    half: bool = switch("half")
    """Whether L2 penalties have a factor of a half."""
    look: str | None = option("look", None, LOOKS, is_view=True)
    """What is shown; None: what the address speaks of."""

    @property
    def view(self) -> str:
        """What is shown: the four weights, or the path along lambda if only that is named."""
        is_of_path = self.weights is None and self.strength != FIRST_STRENGTH
        return self.look or ("path" if is_of_path else "weights")

    @property
    def four_weights(self) -> tuple[float, ...]:
        """The weights whose penalties are compared."""
        return FIRST_WEIGHTS if self.weights is None else self.weights

    @property
    def l1_share(self) -> float:
        """The share of L1 in the chosen penalty."""
        return {"l1": 1.0, "l2": 0.0}.get(self.penalty, self.mixing)

    @property
    def other_penalty(self) -> str:
        """The penalty to compare with: L2 if the chosen one holds weights at 0, else L1."""
        return "l2" if self.l1_share > 0 else "l1"


LESSON = Lesson("regularization", path="regularization", place=8, state=RegularizationState)
