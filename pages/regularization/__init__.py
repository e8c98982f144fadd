"""Lesson: regularisation. What weights cost, and where a penalty moves the optimum."""

from __future__ import annotations

from dataclasses import dataclass

from core.losses.penalties import PENALTIES
from pages.regularization.path import STRENGTHS
from pages.regularization.penalty_comparison import INPUTS, LARGEST_WEIGHT
from pages.ui.lessons import Lesson
from pages.ui.state.parameters import number, option, parsed, switch
from pages.ui.state.state import State
from pages.ui.state.written import Problem, parse_numbers, write_scores

__all__ = ["LESSON", "RegularizationState", "parse_weights"]


def parse_weights(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read as many weights as there are inputs; None if they cannot be used."""
    return parse_numbers(
        text,
        "w",
        count=len(INPUTS),
        reason="weight_count",
        largest=LARGEST_WEIGHT,
        used=write_scores(INPUTS[:1] + (0.0,) * (len(INPUTS) - 1)),
    )


@dataclass(frozen=True)
class RegularizationState(State):
    """Four weights and the penalty on them."""

    weights: tuple[float, ...] | None = parsed("w", parse_weights, write_scores)
    """None: [1, 0, 0, 0]."""
    penalty: str = option("penalty", "l2", PENALTIES)
    strength: float = number("lambda", 1.0, least=0.0, most=float(STRENGTHS[-1]))
    mixing: float = number("mix", 0.5, least=0.0, most=1.0)
    """The share of L1 in the elastic net."""
    half: bool = switch("half")
    """Whether L2 penalties have a factor of a half."""


LESSON = Lesson("regularization", path="regularization", place=8, state=RegularizationState)
