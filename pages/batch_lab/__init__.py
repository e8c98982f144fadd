"""Lesson: batch lab. Own scores and labels: both losses of each sample and of the whole batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.losses.hinge import HingeVariant
from pages.ui.lessons import Lesson
from pages.ui.state.losses import margin, variant
from pages.ui.state.parameters import whole
from pages.ui.state.state import FocusedState

__all__ = ["LARGEST_SAMPLE", "LESSON", "BatchLabState"]

LARGEST_SAMPLE: Final = 200_000


@dataclass(frozen=True)
class BatchLabState(FocusedState):
    """One sample of a table, and the losses of all."""

    margin: float = margin()
    variant: HingeVariant = variant()
    sample: int = whole("sample", 0, most=LARGEST_SAMPLE)
    """The row of the table that the example is, from 1 on; 0: it is from elsewhere."""


LESSON = Lesson("batch_lab", path="batch-lab", place=14, state=BatchLabState)
