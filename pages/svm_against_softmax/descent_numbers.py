"""What the timeline of Follow the gradient shows, at its step and at every other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.losses.comparison import Comparison
from core.validation import FloatArray
from pages.svm_against_softmax.descent import Descent
from pages.ui.stage.sweeps import rows_of

__all__ = ["DescentNumbers", "DescentSweeps", "sweep_descent"]


@dataclass(frozen=True, eq=False)
class DescentNumbers:
    """Both runs at a step, or at each of several."""

    step: FloatArray
    svm: Comparison
    softmax: Comparison
    phases: NDArray[np.int64]
    path: DescentNumbers | None = None
    """All steps, of which the curves are made; None where those stay as they are."""


@dataclass(frozen=True, eq=False)
class DescentSweeps:
    """The part of both runs that the timeline reaches."""

    run: Descent
    now: DescentNumbers
    by_step: DescentNumbers

    @property
    def steps(self) -> int:
        """The last step of the timeline."""
        return len(self.by_step.step) - 1

    @property
    def stop(self) -> int | None:
        """The step at which the SVM stops, if the timeline reaches it."""
        return None if self.run.stop is None or self.run.stop > self.steps else self.run.stop

    @property
    def score_limits(self) -> tuple[float, float]:
        """Round limits with room for every score of both runs, and for the numbers at the bars."""
        both = np.stack([self.by_step.svm.scores, self.by_step.softmax.scores])
        low, high = min(0.0, float(both.min())), max(0.0, float(both.max()))
        room = 0.2 * max(high - low, 1e-6)
        unit = 10.0 ** np.floor(np.log10(high - low + room)) / 5
        ends = np.floor((low - room) / unit), np.ceil((high + room) / unit)
        return float(unit * ends[0]), float(unit * ends[1])

    @property
    def loss_limits(self) -> tuple[float, float]:
        """A power of ten, at least 1e-12, below every cross-entropy, and a round number above."""
        soft = self.by_step.softmax.cross_entropy
        highest = max(float(soft.max()), float(self.run.svm.hinge.max()), 1e-6)
        unit = 10.0 ** np.floor(np.log10(highest)) / 2
        lowest = 10.0 ** np.floor(np.log10(max(float(soft.min()), 1e-12)))
        return float(min(lowest, highest / 10)), float(unit * np.ceil(highest / unit))


def sweep_descent(run: Descent, step: int, steps: int) -> DescentSweeps:
    """Show a run at a step, on a timeline of so many steps."""
    everything = DescentNumbers(np.arange(run.steps + 1.0), run.svm, run.softmax, run.phases)
    by_step = rows_of(everything, slice(0, steps + 1), (steps + 1,))
    now = rows_of(by_step, slice(step, step + 1), ())
    return DescentSweeps(run, replace(now, path=by_step), by_step)
