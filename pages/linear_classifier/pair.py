"""The two runs of the lesson on the linear classifier: both losses, from the same start.

What a hand holds is kept in the session until it is let go.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final, TypeVar

import numpy as np
import streamlit as st

from core.learning.datasets import Dataset
from core.learning.models import LinearClassifier
from core.learning.objective import LossName
from core.learning.published_runs import published_classifier
from core.validation import FloatArray, LabelArray
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.run import LinearRun, linear_run
from pages.ui.learning.divergence import LARGEST_SHOWN
from pages.ui.learning.live import finished_runs, held_runs, let_go_of_runs, runs_of
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import Setup, dataset, setup, target_of
from pages.ui.state.address import read_state

__all__ = [
    "LOSSES",
    "Pair",
    "Seen",
    "finished_pair",
    "held_pair",
    "held_record_every",
    "hold",
    "is_held",
    "keep_start",
    "last_shown",
    "let_go",
    "pair_of",
    "seen",
    "setups_of",
    "shown_step",
    "start_of",
    "with_entry",
]

LOSSES: Final[tuple[LossName, LossName]] = ("cross_entropy", "hinge")
"""What the runs are trained for: softmax and SVM."""

HELD_RECORDS: Final = 40
"""So many steps of a run in the hand are enough for its curve."""

_HELD: Final = "linear_held"

T = TypeVar("T")


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

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """Compute something of both runs when the first one asks for it."""
        softmax, svm = self.runs
        return softmax.once((name, svm), compute)


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


@lru_cache(maxsize=8)
def _at(numbers: tuple[float, ...] | None) -> LinearClassifier | None:
    """Give the model of these numbers: the same one for the same."""
    if numbers is None:
        return None
    rows = np.reshape(numbers, (3, -1))
    return LinearClassifier(rows[:2], rows[2])


def start_of(state: LinearClassifierState, data: Dataset) -> LinearClassifier | None:
    """Return where both runs start: as set by hand, or as published; None for random weights."""
    model: LinearClassifier | None = None
    if state.start == "demo":
        model = _published()
    elif state.start == "own":
        model = _at(state.own_start)
    return model if model is not None and model.classes == data.classes else None


def keep_start(state: LinearClassifierState, model: LinearClassifier) -> LinearClassifierState:
    """Let both runs start at a model; return the state that shows them there."""
    numbers = (*model.W1.ravel().tolist(), *model.b1.tolist())
    return replace(state, start="own", own_start=numbers, trained=0, at=None)


def hold(state: LinearClassifierState, model: LinearClassifier | None = None) -> None:
    """Show a state, and a start, as long as a hand holds what differs from the address."""
    st.session_state[_HELD] = (state, model)


def is_held() -> bool:
    """Whether a drag goes on."""
    return st.session_state.get(_HELD) is not None


def let_go() -> None:
    """End what `hold` began."""
    if st.session_state.pop(_HELD, None) is not None:
        let_go_of_runs()


def setups_of(state: LinearClassifierState) -> list[Setup]:
    """Return what both runs of a state are made of."""
    start = start_of(state, dataset(state))
    return [setup(state, loss, start=start) for loss in LOSSES]


def pair_of(state: LinearClassifierState) -> Pair:
    """Return both runs of the page's state, as far as they have come."""
    return _paired(state, runs_of(setups_of(state), target_of(state)))


def finished_pair(state: LinearClassifierState) -> Pair:
    """Return both runs of another state, and wait until they are over."""
    return _paired(state, finished_runs(setups_of(state), target_of(state)))


def _paired(state: LinearClassifierState, runs: Sequence[Run]) -> Pair:
    data, (softmax, svm) = dataset(state), runs
    return Pair(data, (softmax, svm), target_of(state), start_of(state, data))


def held_pair() -> tuple[LinearClassifierState, Pair]:
    """Return the state and the runs to show: those in the hand, else those of the address.

    In the hand they are recorded at fewer steps, so that the losses follow it closely.
    """
    state, start = st.session_state.get(_HELD) or (read_state(LinearClassifierState)[0], None)
    data, target = dataset(state), target_of(state)
    start, every = start or start_of(state, data), held_record_every(target, state.at)
    setups = [setup(state, loss, start=start, record_every=every) for loss in LOSSES]
    softmax, svm = held_runs(setups, target)
    return state, Pair(data, (softmax, svm), target, start)


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
    return pair.once("seen", lambda: _seen(pair))


def _seen(pair: Pair) -> Seen:
    recorded = [_recorded(run) for run in pair.runs]
    steps = max(recorded, key=lambda own: int(own[-1]))
    softmax, svm = (_numbers(run, steps) for run in pair.runs)
    lengths = [int((steps <= own[-1]).sum()) for own in recorded]
    return Seen(steps, softmax, svm, (lengths[0], lengths[1]))


def _recorded(run: Run) -> LabelArray:
    """The recorded steps before weights become so large that their squares overflow."""
    length = len(run.records)
    while length > 1 and np.abs(run.records[length - 1].parameters["W1"]).max() > LARGEST_SHOWN:
        length -= 1
    return np.array([record.step for record in run.records[:length]], dtype=np.intp)


def last_shown(run: Run) -> int | None:
    """Return the last step of a run on the timeline, if further ones have too large weights."""
    last = int(_recorded(run)[-1])
    return None if last == run.records[-1].step else last


def shown_step(run: Run, at: int | None) -> int | None:
    """Return the step of a run that is shown for one of the timeline; None: the present one."""
    last = last_shown(run)
    return at if last is None else last if at is None else min(at, last)


def _numbers(run: Run, steps: LabelArray) -> LinearRun:
    places = np.searchsorted(_recorded(run), steps, side="right") - 1
    taken = [run.records[place].parameters for place in places.tolist()]
    parameters: Mapping[str, FloatArray] = {
        name: np.stack([parameters[name] for parameters in taken]) for name in taken[0]
    }
    data = run.setup.data
    return linear_run(parameters, data.points, data.labels, run.setup.objective)


def with_entry(model: LinearClassifier, index: int, value: float) -> LinearClassifier:
    """Return a model in which an entry of W or b is another; counted class by class: w1, w2, b."""
    row, column = divmod(index, model.features + 1)
    weights, bias = model.W1.copy(), model.b1.copy()
    if column < model.features:
        weights[column, row] = value
    else:
        bias[row] = value
    return model.with_parameters({"W1": weights, "b1": bias})
