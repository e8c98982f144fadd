"""Lesson: the two-layer network. A hidden layer bends the regions, and a run shows how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from core.learning.objective import LOSSES, LossName
from core.learning.published_runs import NETWORK_STEPS
from pages.two_layer_network.written_drawing import InkCounts, parse_drawing, write_drawing
from pages.ui.learning.state import MOST_HIDDEN, ModelState, Usual
from pages.ui.lessons import Lesson
from pages.ui.state.parameters import option, parsed, whole

__all__ = ["LAST_DIGIT", "LESSON", "LOOKS", "TwoLayerNetworkState"]

LOOKS: Final = ("train", "inspect", "digits")
LAST_DIGIT: Final = 1796


_BATCHES: Final = Usual(
    hidden=8,
    learning_rate=0.3,
    strength=0.001,
    batch_size=32,
    trained=600,
    samples=100,
    scale=None,
)
_WHOLE: Final = replace(_BATCHES, hidden=6, batch_size=0, trained=300)


@dataclass(frozen=True)
class TwoLayerNetworkState(ModelState):
    """A run of the network, and how it is looked at."""

    usuals: ClassVar = {
        "published_spiral": Usual(hidden=100, learning_rate=1.0, strength=0.001, trained=2000),
        "spiral": replace(
            _BATCHES,
            hidden=32,
            learning_rate=0.01,
            strength=0.0001,
            optimizer="adam",
            trained=1000,
            noise=0.2,
        ),
        "moons": replace(_BATCHES, learning_rate=0.5),
        "circles": replace(_BATCHES, learning_rate=0.5, noise=0.08),
        "xor": replace(_BATCHES, hidden=4, noise=0.05),
        "blobs": replace(_WHOLE, noise=0.3),
        "nine": _WHOLE,
        "digits": replace(
            _BATCHES,
            hidden=64,
            learning_rate=0.003,
            strength=0.0001,
            optimizer="adam",
            trained=860,
        ),
        "own": _BATCHES,
    }
    run_presets: ClassVar = {
        "spiral_network": {"data": "published_spiral", "half": True, "trained": NETWORK_STEPS},
        "xor_network": {"data": "xor"},
        "circles_network": {"data": "circles", "hidden": 3},
        "digits_network": {"data": "digits"},
    }
    held_out: ClassVar = 0.25

    hidden: int | None = whole("hidden", None, least=1, most=MOST_HIDDEN)
    """Hidden units."""
    loss: LossName = option("loss", "cross_entropy", LOSSES)
    look: str = option("look", "train", LOOKS)
    step_of_pass: int = whole("pass", 0, most=99, is_view=True)
    """The step of the pass through the network that the inspector shows."""
    followed_sample: int = whole("follow", 0, most=99, is_view=True)
    """The sample whose way the inspector follows, counted among those that it shows."""
    followed_unit: int = whole("unit", 0, most=MOST_HIDDEN - 1, is_view=True)
    """The hidden unit whose numbers the inspector follows."""
    digit: int | None = whole("digit", None, most=LAST_DIGIT, is_view=True)
    """The handwritten digit that is shown; None: the first that the lesson has."""
    drawing: InkCounts | None = parsed("drawing", parse_drawing, write_drawing, is_view=True)
    """An own drawing that is shown instead."""

    def hidden_units(self, fitting: Usual) -> int:
        """How many hidden units the network has."""
        return fitting.hidden if self.hidden is None else self.hidden

    @property
    def uses_hinge(self) -> bool:
        """Whether a hinge loss is trained with."""
        return self.loss == "hinge"


LESSON = Lesson("two_layer_network", path="two-layer-network", place=10, state=TwoLayerNetworkState)
