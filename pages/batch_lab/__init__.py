"""Lesson: batch lab. Own scores and labels: both losses of each sample and of the whole batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.losses.hinge import HingeVariant
from pages.ui.lessons import Lesson
from pages.ui.state.losses import margin, variant
from pages.ui.state.parameters import option, whole
from pages.ui.state.state import FocusedState

__all__ = ["LARGEST_SAMPLE", "LESSON", "LOOKS", "OWN", "SHIPPED", "BatchLabState"]

LARGEST_SAMPLE: Final = 200_000
SHIPPED: Final = ("images", "book", "single", "generated")
"""The tables to start from: see `pages.batch_lab.samples`."""
OWN: Final = "own"
"""The reader's table, which only the session holds."""
LOOKS: Final = ("one", "every")


@dataclass(frozen=True)
class BatchLabState(FocusedState):
    """One sample of a table, and the losses of all."""

    margin: float = margin()
    variant: HingeVariant = variant()
    sample: int = whole("sample", 0, most=LARGEST_SAMPLE)
    """The row of the table that the example is, from 1 on; 0: it is from elsewhere."""
    table: str | None = option("table", None, (*SHIPPED, OWN))
    """The table; None: the one that was loaded last, or the three images."""
    look: str = option("look", "one", LOOKS, is_view=True)
    """What is shown: one sample on the stage, or the list of every sample."""


LESSON = Lesson("batch_lab", path="batch-lab", place=14, state=BatchLabState, part="tools")
