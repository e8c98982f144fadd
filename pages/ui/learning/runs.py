"""Runs of the session: they go on in slices of time, so that the page stays alive meanwhile."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.learning.history import DivergenceError
from core.learning.training import Training
from pages.ui.learning.divergence import divergence_sentence
from pages.ui.learning.setups import Setup, usual
from pages.ui.learning.state import ModelState
from pages.ui.stage.number_format import format_significant
from pages.ui.state.address import read_state
from pages.ui.state.state import encode
from pages.ui.text import Text

__all__ = ["Run", "live_stage", "run_of", "target_of", "train_on"]

SLICE: Final = 0.05
"""Seconds of training from one word about its progress to the next."""

BREATH: Final = 0.004
"""Seconds for the server to send the word: training leaves it no time of the interpreter."""

PICTURE: Final = 0.4
"""Seconds of training from one picture to the next."""

_RUNS: Final = "runs"
_MOST_RUNS: Final = 4


@dataclass(eq=False)
class Run:
    """A run as far as it has come, and why it came to an early end, if it did.

    It belongs to one execution of the page's script. Streamlit starts the next execution, such as
    that of Stop, while the last one may still be training: it is then told to stop, and waited for.
    """

    setup: Setup
    training: Training
    problem: DivergenceError | None = None
    _is_stopped: bool = False
    _training_now: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def record_at(self, step: int | None) -> int:
        """Return the number of the last record at or before a step; None: of the present one."""
        steps = [record.step for record in self.training.records]
        return len(steps) - 1 if step is None else max(0, bisect_right(steps, step) - 1)

    def is_over(self, target: int) -> bool:
        """Whether there is nothing left to train."""
        return self.problem is not None or self.training.step >= target

    def advance(self, target: int, seconds: float) -> None:
        """Train towards a step, for about so long, but at least a step."""
        end, count = time.monotonic() + seconds, 1
        with self._training_now:
            try:
                while not self._is_stopped and not self.is_over(target):
                    # Ever more steps at once: the last ones may last as long as all before.
                    left = target - self.training.step
                    for _ in self.training.advance(min(count, left)):
                        if self._is_stopped or time.monotonic() >= end:
                            return
                    count *= 2
            except DivergenceError as problem:
                self.problem = problem

    def stop(self) -> int:
        """Train no more, in whichever thread; return the step that was reached."""
        self._is_stopped = True
        with self._training_now:
            return self.training.step


def run_of(setup: Setup, target: int) -> Run:
    """Give the session's run of a setup; one that went beyond the target starts anew."""
    runs: dict[Setup, Run] = st.session_state.setdefault(_RUNS, {})
    last = runs.pop(setup, None)
    if last is None or last.stop() > target:
        run = Run(setup, setup.training())
    else:
        run = Run(setup, last.training, last.problem)
    runs[setup] = run
    while len(runs) > _MOST_RUNS:
        del runs[next(iter(runs))]
    return run


def target_of(state: ModelState) -> int:
    """How many steps are to be trained."""
    return usual(state).trained if state.trained is None else state.trained


def live_stage(
    kind: type[ModelState],
    runs: Sequence[Run],
    target: int,
    show: Callable[[], None],
    t: Text,
    *,
    last_shown: Callable[[Run], int | None] = lambda _: None,
) -> DeltaGenerator:
    """Train for a moment, show the stage, and below it how far the training is.

    Where not all steps of a run that diverged are shown, ``last_shown`` tells the last one.

    The page ends with :func:`train_on`, which is given what this returns. A drag that goes on
    reruns only ``show``; anything that changes the address, the whole page.
    """
    box, status = st.container(), st.empty()
    _tell(runs, target, status, t)  # at once: a button may have been pressed
    if _is_training(runs, target):
        _advance(runs, target)
        _tell(runs, target, status, t)
    address = encode(read_state(kind)[0])

    @st.fragment
    def shown() -> None:
        if encode(read_state(kind)[0]) != address:
            st.rerun()
        show()

    with box:
        shown()
    for run in runs:
        if run.problem is not None:
            sentence = divergence_sentence(
                run.problem, run.setup.objective, t, last=last_shown(run)
            )
            st.error(sentence, icon="📈")
    return status


def train_on(runs: Sequence[Run], target: int, status: DeltaGenerator, t: Text) -> None:
    """Go on towards a step, and show the page anew now and then; the last line of a page.

    Where the page itself asked for the next picture by ``run_every``, an answer on its way to the
    browser could be undone: the browser sends its address, the one before Stop, with each question.
    """
    end = time.monotonic() + PICTURE
    if not _is_training(runs, target):
        return
    while _is_training(runs, target) and time.monotonic() < end:
        _advance(runs, target)
        _tell(runs, target, status, t)
    st.rerun()


def _is_training(runs: Sequence[Run], target: int) -> bool:
    return not all(run.is_over(target) for run in runs)


def _advance(runs: Sequence[Run], target: int) -> None:
    for run in runs:
        run.advance(target, SLICE / len(runs))


def _tell(runs: Sequence[Run], target: int, status: DeltaGenerator, t: Text) -> None:
    step = min(run.training.step for run in runs)
    if not target:
        status.progress(0.0, text=t("learning.untrained"))
        return
    epochs = format_significant(step / runs[0].training.steps_per_epoch, 4, trimmed=True)
    text = t("learning.status", step=step, target=target, epochs=epochs)
    status.progress(min(1.0, step / target), text=text)
    if step < target:
        time.sleep(BREATH)
