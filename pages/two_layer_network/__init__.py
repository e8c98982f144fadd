"""Lesson: the two-layer network. A hidden layer bends the regions, and a run shows how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.learning.models import LOSSES, LossName
from pages.two_layer_network.written_drawing import Counts, parse_drawing, write_drawing
from pages.ui.learning.state import MOST_HIDDEN, ModelState
from pages.ui.lessons import Lesson
from pages.ui.state.parameters import option, parsed, whole

__all__ = ["LAST_DIGIT", "LESSON", "LOOKS", "TwoLayerNetworkState"]

LOOKS: Final = ("train", "inspect", "digits")
LAST_DIGIT: Final = 1796


@dataclass(frozen=True)
class TwoLayerNetworkState(ModelState):
    """A run of the network, and how it is looked at."""

    lesson = "network"

    loss: LossName = option("loss", "cross_entropy", LOSSES)
    look: str = option("look", "train", LOOKS)
    passed: int = whole("pass", 0, most=99)
    """The step of the pass through the network that the inspector shows."""
    followed: int = whole("follow", 0, most=99)
    """The sample whose way the inspector follows, counted among those that it shows."""
    unit: int = whole("unit", 0, most=MOST_HIDDEN - 1)
    """The hidden unit whose numbers the inspector follows."""
    digit: int | None = whole("digit", None, most=LAST_DIGIT)
    """The handwritten digit that is shown; None: the first that the lesson has."""
    drawing: Counts | None = parsed("drawing", parse_drawing, write_drawing)
    """An own drawing that is shown instead."""

    @property
    def uses_hinge(self) -> bool:
        """Whether a hinge loss is trained with."""
        return self.loss == "hinge"


LESSON = Lesson("two_layer_network", path="two-layer-network", place=10, state=TwoLayerNetworkState)
