"""The two runs of the lesson on the linear classifier: both losses, from the same start.

What a hand holds is kept in the session until it is let go. A start that was set by hand is kept
there, too; the address says only that it is to be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

import numpy as np
import streamlit as st

from core.learning.datasets import Dataset
from core.learning.models import LinearClassifier
from core.learning.objective import LossName
from core.learning.published_runs import published_classifier
from core.learning.training import Training
from core.validation import FloatArray, LabelArray
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.run import LinearRun, linear_run
from pages.ui.learning.divergence import LARGEST_SHOWN
from pages.ui.learning.runs import SLICE, Run, run_of, target_of
from pages.ui.learning.setups import Setup, dataset, setup
from pages.ui.state.address import read_state

__all__ = [
    "LOSSES",
    "Pair",
    "Seen",
    "held_pair",
    "held_record_every",
    "hold",
    "is_held",
    "keep_start",
    "last_shown",
    "let_go",
    "pair_of",
    "seen",
    "start_of",
    "with_entry",
]

LOSSES: Final[tuple[LossName, LossName]] = ("cross_entropy", "hinge")
"""What the runs are trained for: softmax and SVM."""

HELD_RECORDS: Final = 40
"""So many steps of a run in the hand are enough for its curve."""

_START: Final = "linear_start"
_HELD: Final = "linear_held"


@dataclass(frozen=True, eq=False)
class Pair:
    """Both runs, as far as they have come, and the data that they learn from.

    ``start`` is where they start, if not at random weights.
    """

    data: Dataset
    runs: tuple[Run, Run]
    target: int
    start: LinearClassifier | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to train."""
        return all(run.is_over(self.target) for run in self.runs)


@dataclass(frozen=True, eq=False)
class Seen:
    """Both runs in numbers, at the steps of a timeline.

    A run that diverged stays where it was; ``lengths`` tells how many of its steps are its own.
    """

    steps: LabelArray
    softmax: LinearRun
    svm: LinearRun
    lengths: tuple[int, int]

    @property
    def runs(self) -> tuple[LinearRun, LinearRun]:
        """Both."""
        return self.softmax, self.svm

    def row(self, state: LinearClassifierState) -> int:
        """Which of the steps the state shows: the last one up to its own."""
        if state.at is None:
            return len(self.steps) - 1
        return int(np.searchsorted(self.steps, state.at, side="right")) - 1


@cache
def _published() -> LinearClassifier:
    return published_classifier()


def start_of(state: LinearClassifierState, data: Dataset) -> LinearClassifier | None:
    """Return where both runs start: as set by hand, or as published; None for random weights.

    An address from elsewhere may ask for a start by hand that this session does not know.
    """
    kept: LinearClassifier | None = st.session_state.get(_START)
    model = {"own": kept, "demo": _published()}.get(state.start)
    return model if model is not None and model.classes == data.classes else None


def keep_start(state: LinearClassifierState, model: LinearClassifier) -> LinearClassifierState:
    """Let both runs start at a model; return the state that shows them there."""
    st.session_state[_START] = model
    return replace(state, start="own", trained=0, at=None)


def hold(state: LinearClassifierState, model: LinearClassifier | None = None) -> None:
    """Show a state, and a start, as long as a hand holds what differs from the address."""
    st.session_state[_HELD] = (state, model)


def is_held() -> bool:
    """Whether a drag goes on."""
    return st.session_state.get(_HELD) is not None


def let_go() -> None:
    """End what `hold` began."""
    st.session_state[_HELD] = None


def pair_of(
    state: LinearClassifierState, start: LinearClassifier | None = None, *, record_every: int = 1
) -> Pair:
    """Return both runs of a state; they are not trained by this."""
    data = dataset(state)
    model = start or start_of(state, data)
    target = target_of(state)
    setups = (setup(state, loss, start=model, record_every=record_every) for loss in LOSSES)
    soft, svm = (run_of(made, target) for made in setups)
    return Pair(data, (soft, svm), target, model)


def held_pair() -> tuple[LinearClassifierState, Pair]:
    """Return the state and the runs to show: those in the hand, else those of the address.

    In the hand they are recorded at fewer steps, so that the losses follow it closely.
    """
    state, start = st.session_state.get(_HELD) or (read_state(LinearClassifierState)[0], None)
    every = held_record_every(target_of(state), state.at)
    pair = pair_of(state, start, record_every=every)
    for run in pair.runs:
        run.advance(pair.target, SLICE / len(pair.runs))
    return state, pair


def held_record_every(target: int, at: int | None) -> int:
    """Return how far apart the steps of a run in the hand are recorded: the step shown is one.

    Examples
    --------
    >>> held_record_every(200, None), held_record_every(200, 96), held_record_every(200, 97)
    (5, 4, 1)
    """
    shown = target if at is None else at
    farthest = max(1, target // HELD_RECORDS)
    return next(every for every in range(farthest, 0, -1) if shown % every == 0)


def seen(pair: Pair) -> Seen:
    """Return both runs in numbers at the recorded steps of the longer one."""
    softmax, svm = ((run.setup, run.training) for run in pair.runs)
    return _seen(softmax, svm, tuple(_extent(run.training) for run in pair.runs))


def _extent(training: Training) -> tuple[int, int]:
    """What changes when a run goes on: how many steps it has recorded, and the last of them."""
    return len(training.records), training.records[-1].step


@lru_cache(maxsize=4)
def _seen(
    softmax: tuple[Setup, Training],
    svm: tuple[Setup, Training],
    _extents: tuple[tuple[int, int], ...],
) -> Seen:
    """Compute it once for the stage, what stands below it, and each place of the timeline."""
    recorded = [_recorded(training) for _, training in (softmax, svm)]
    steps = max(recorded, key=lambda own: int(own[-1]))
    runs = [_numbers(*run, steps) for run in (softmax, svm)]
    lengths = [int((steps <= own[-1]).sum()) for own in recorded]
    return Seen(steps, runs[0], runs[1], (lengths[0], lengths[1]))


def _recorded(training: Training) -> LabelArray:
    """The recorded steps before weights become so large that their squares overflow."""
    records = training.records
    length = len(records)
    while length > 1 and np.abs(records[length - 1].parameters["W1"]).max() > LARGEST_SHOWN:
        length -= 1
    return np.array([record.step for record in records[:length]], dtype=np.intp)


def last_shown(run: Run) -> int | None:
    """Return the last step of a run on the timeline, if further ones have too large weights."""
    last = int(_recorded(run.training)[-1])
    return None if last == run.training.records[-1].step else last


def _numbers(setup: Setup, training: Training, steps: LabelArray) -> LinearRun:
    records = training.records
    places = np.searchsorted(_recorded(training), steps, side="right") - 1
    taken = [records[place].parameters for place in places.tolist()]
    parameters: Mapping[str, FloatArray] = {
        name: np.stack([parameters[name] for parameters in taken]) for name in taken[0]
    }
    return linear_run(parameters, setup.data.points, setup.data.labels, setup.objective)


def with_entry(model: LinearClassifier, index: int, value: float) -> LinearClassifier:
    """Return a model in which an entry of W or b is another; counted class by class: w1, w2, b."""
    row, column = divmod(index, model.features + 1)
    weights, bias = model.W1.copy(), model.b1.copy()
    if column < model.features:
        weights[column, row] = value
    else:
        bias[row] = value
    return model.with_parameters({"W1": weights, "b1": bias})
