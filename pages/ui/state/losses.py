"""Parameters of lessons with a hinge loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from pages.ui.state.parameters import number, option, switch
from pages.ui.state.state import FocusedState

__all__ = ["LARGEST_MARGIN", "LossesState", "margin", "variant"]

LARGEST_MARGIN: Final = 1000.0


def margin() -> Any:
    """Declare the margin of the hinge loss."""
    return number("margin", 1.0, least=0.0, most=LARGEST_MARGIN)


def variant() -> Any:
    """Declare the variant of the hinge loss."""
    return option("variant", "weston_watkins", HINGE_VARIANTS)


@dataclass(frozen=True)
class LossesState(FocusedState):
    """The state of a lesson that compares both losses on the same scores."""

    margin: float = margin()
    variant: HingeVariant = variant()
    is_logarithmic: bool = switch("log", is_view=True)
    """Whether the losses are drawn on a logarithmic axis."""
