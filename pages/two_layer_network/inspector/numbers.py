"""What the inspector shows, now and for every step of the pass, every sample and every unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from core.validation import FloatArray
from pages.two_layer_network.inspector.inspected_pass import Followed, InspectedPass, IntArray
from pages.two_layer_network.inspector.sentence_numbers import SLOTS, sentence_numbers
from pages.ui.stage.sweeps import Sweeps, tabulate

__all__ = ["PASS", "SAMPLE", "UNIT", "PassNumbers", "PassSweeps", "sweep_pass"]

PASS: Final = "pass"
SAMPLE: Final = "sample"
UNIT: Final = "unit_followed"
"""The handles."""


@dataclass(frozen=True, eq=False)
class PassNumbers:
    """At which step of the pass one is, (...,), what is followed, and the sentence by its slots."""

    step: IntArray
    followed: Followed
    sentence: dict[str, FloatArray]

    @property
    def is_at_one_step(self) -> bool:
        """Whether a handle moves that does not leave the step of the pass."""
        return self.step.ndim > 0 and bool((self.step == self.step.flat[0]).all())

    def moves_in(self, step: int) -> bool:
        """Whether the numbers of a step of the pass may be others; now, all are given."""
        return self.step.ndim == 0 or (self.is_at_one_step and step == self.step[0])


PassSweeps: TypeAlias = Sweeps[str, PassNumbers]


def sweep_pass(inspected: InspectedPass, *, step: int, sample: int, unit: int) -> PassSweeps:
    """Look at every step of the pass, and at the present one for every sample and unit."""

    def evaluate(step: IntArray, sample: IntArray, unit: IntArray) -> PassNumbers:
        followed = inspected.following(sample, unit)
        sentence: dict[str, FloatArray] = {slot: np.empty(len(step)) for slot in SLOTS}
        for number in np.unique(step).tolist():
            rows = step == number
            found = sentence_numbers(inspected, number, followed.taken(rows))
            for slot, values in found.items():
                sentence[slot][rows] = values
        return PassNumbers(step, followed, sentence)

    return tabulate(
        evaluate,
        {"step": step, "sample": sample, "unit": unit},
        {
            PASS: {"step": np.arange(inspected.last + 1)},
            SAMPLE: {"sample": np.arange(len(inspected.shown))},
            UNIT: {"unit": np.arange(inspected.sizes.hidden)},
        },
    )
