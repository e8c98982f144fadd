"""Runs of the session: they go on in slices of time, so that the page stays alive meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.training import DivergenceError, Training
from pages.ui.example import State, encode
from pages.ui.learning.setups import Lesson, Setup, usual
from pages.ui.location import read_state
from pages.ui.text import Text

__all__ = ["Run", "live_stage", "run_of", "status", "target_of"]

SLICE: Final = 0.08
"""Seconds of training between two pictures."""

_RUNS: Final = "runs"
_MOST_RUNS: Final = 4


@dataclass(eq=False)
class Run:
    """A run as far as it has come, and why it came to an early end, if it did."""

    setup: Setup
    training: Training
    problem: DivergenceError | None = None

    def is_over(self, target: int) -> bool:
        """Whether there is nothing left to train."""
        return self.problem is not None or self.training.step >= target

    def advance(self, target: int, seconds: float) -> None:
        """Train towards a step, for about so long."""
        if self.is_over(target):
            return
        end = time.monotonic() + seconds
        try:
            for _ in self.training.advance(target - self.training.step):
                if time.monotonic() >= end:
                    break
        except DivergenceError as problem:
            self.problem = problem


def run_of(setup: Setup, target: int) -> Run:
    """Give the session's run of a setup; one that went beyond the target starts anew."""
    runs: dict[Setup, Run] = st.session_state.setdefault(_RUNS, {})
    run = runs.pop(setup, None)
    if run is None or run.training.step > target:
        run = Run(setup, setup.training())
    runs[setup] = run
    while len(runs) > _MOST_RUNS:
        del runs[next(iter(runs))]
    return run


def target_of(state: State, lesson: Lesson) -> int:
    """How many steps are to be trained."""
    return usual(state, lesson).trained if state.trained is None else state.trained


def live_stage(runs: Sequence[Run], target: int, show: Callable[[], None], t: Text) -> None:
    """Train towards a step and show how far it is, again and again; what is below waits.

    A drag that goes on reruns only ``show``; anything that changes the address, the whole page.
    """
    _advance(runs, target)
    is_training = not all(run.is_over(target) for run in runs)
    address = encode(read_state()[0])

    @st.fragment(run_every=SLICE if is_training else None)
    def shown() -> None:
        if encode(read_state()[0]) != address:
            st.rerun()
        _advance(runs, target)
        show()
        status(runs, target, t)
        if is_training and all(run.is_over(target) for run in runs):
            st.rerun()

    shown()


def _advance(runs: Sequence[Run], target: int) -> None:
    for run in runs:
        run.advance(target, SLICE / len(runs))


def status(runs: Sequence[Run], target: int, t: Text) -> None:
    """Show how far the slowest run is, and what went wrong."""
    step = min(run.training.step for run in runs)
    epochs = f"{step / runs[0].training.steps_per_epoch:.4g}"
    st.progress(
        min(1.0, step / target) if target else 0.0,
        text=t("learning.status", step=step, target=target, epochs=epochs),
    )
    for run in runs:
        if run.problem is not None:
            st.error(
                t(
                    "learning.diverged",
                    loss=t(f"learning.loss.{run.setup.objective.loss}"),
                    step=run.problem.step,
                    rate=f"{run.problem.learning_rate:g}",
                ),
                icon="📈",
            )
