"""A page while its runs train: it tells how far they are, and now and then it is drawn anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import streamlit as st

from pages.ui.learning.divergence import divergence_sentence
from pages.ui.learning.runs import Run, shared_runs
from pages.ui.learning.setups import Setup, target_of
from pages.ui.learning.state import ModelState
from pages.ui.stage.number_format import format_significant
from pages.ui.state.address import is_presented, read_state
from pages.ui.state.scenes import is_asking
from pages.ui.state.state import encode, scene_states
from pages.ui.text import Text

__all__ = [
    "PATIENCE",
    "LivePage",
    "finished_runs",
    "held_runs",
    "let_go_of_runs",
    "prepare_scenes",
    "runs_of",
]

PATIENCE: Final = 0.1
"""Seconds to wait for runs before they are shown as far as they have come."""

PROGRESS: Final = 0.2
"""Seconds from one word about the progress to the next."""

PICTURE: Final = 0.5
"""Seconds from one picture to the next, at least."""

DRAWING: Final = 0.25
"""The share of the time that is spent on pictures, at most: many pages may train at once."""

M = TypeVar("M", bound=ModelState)


def _reader() -> object:
    """Tell this session from others."""
    return st.session_state.setdefault("reader", object())


def runs_of(setups: Sequence[Setup], target: int, *, seconds: float = PATIENCE) -> list[Run]:
    """Look at the runs of the page; they go on as long as it asks for them."""
    wanted = [(setup, target) for setup in setups]
    return shared_runs().look((_reader(), "page"), wanted, seconds=seconds)


def held_runs(setups: Sequence[Setup], target: int) -> list[Run]:
    """Look at runs in the hand: nobody comes back to them."""
    wanted = [(setup, target) for setup in setups]
    runs = shared_runs().look((_reader(), "hand"), wanted, seconds=PATIENCE, is_passing=True)
    # What is given out counts: while it is drawn, the runs go on.
    st.session_state["held_unfinished"] = not all(run.is_over(target) for run in runs)
    return runs


def let_go_of_runs() -> None:
    """Look at no runs in the hand any more."""
    st.session_state.pop("held_unfinished", None)
    shared_runs().leave((_reader(), "hand"))


def finished_runs(setups: Sequence[Setup], target: int) -> list[Run]:
    """Wait until runs are over, and keep them: those that scenes tell of are short."""
    return shared_runs().ready([(setup, target) for setup in setups])


def prepare_scenes(kind: type[M], setups: Callable[[M], Iterable[Setup]]) -> None:
    """Train the runs of all scenes of a lesson, so that who opens one waits for nothing."""
    for state in scene_states(kind):
        finished_runs(list(setups(state)), target_of(state))


class LivePage:
    """A page whose stages show runs that may still train.

    It draws its stages by :meth:`show`, and ends with :meth:`go_on`.

    Parameters
    ----------
    state, runs, target
        What the address says, the runs as far as they have come, and how far they are to go.
    last_shown
        Tells the last step that is shown of a run that diverged, where that is not its own last.
    """

    def __init__(
        self,
        state: ModelState,
        runs: Sequence[Run],
        target: int,
        t: Text,
        *,
        last_shown: Callable[[Run], int | None] = lambda _: None,
    ) -> None:
        self._state, self._runs, self._target, self._t = state, runs, target, t
        self._last_shown = last_shown
        self._since = time.monotonic()

    def show(self, draw: Callable[[], None]) -> None:
        """Draw the stages, and below them how far the training is.

        What went wrong stands above them, in a scene below: there the picture has to fit. A drag
        that goes on draws them alone; anything that changes the address, the whole page. While a
        scene asks nothing is dragged but the guess, of which the guide tells.
        """
        above = st.container()
        box, self._bar, self._since = st.container(), st.empty(), time.monotonic()
        self._tell(self._runs)  # at once: a button may have been pressed
        with box:
            if is_asking(self._state):
                draw()
            else:
                self._alone(draw)
        if not is_asking(self._state):
            with above if self._state.scene is None else st.container():
                self._complain()

    def go_on(self) -> None:
        """Tell how far the runs are, and show the page anew now and then; the page's last line.

        Where the page itself asked for the next picture by ``run_every``, an answer on its way to
        the browser could be undone: the browser sends its address, the one before Stop, with each
        question.
        """
        runs = self._runs
        if self._are_over(runs):
            return
        spent = time.monotonic() - self._since
        end = self._since + max(PICTURE, spent / DRAWING)
        while not self._are_over(runs) and (left := end - time.monotonic()) > 0:
            setups = [run.setup for run in runs]
            runs = runs_of(setups, self._target, seconds=min(PROGRESS, left))
            self._tell(runs)
        st.rerun()

    def _alone(self, draw: Callable[[], None]) -> None:
        kind = type(self._state)
        address = encode(read_state(kind)[0])

        @st.fragment
        def drawn() -> None:
            if encode(read_state(kind)[0]) != address:
                st.rerun()
            draw()
            if st.session_state.get("held_unfinished"):
                st.rerun(scope="fragment")  # a hand that rests sees its runs through

        drawn()

    def _complain(self) -> None:
        """Say of each run that diverged why it did."""
        for run in self._runs:
            if run.problem is not None:
                objective, last = run.setup.objective, self._last_shown(run)
                sentence = divergence_sentence(run.problem, objective, self._t, last=last)
                st.error(sentence, icon="📈")

    def _are_over(self, runs: Sequence[Run]) -> bool:
        return all(run.is_over(self._target) for run in runs)

    def _tell(self, runs: Sequence[Run]) -> None:
        """In a scene and in a lecture only a training that goes on is told of."""
        if (self._state.scene is not None or is_presented()) and self._are_over(runs):
            self._bar.empty()
            return
        if not self._target:
            self._bar.progress(0.0, text=self._t("learning.untrained"))
            return
        step = min(run.step for run in runs)
        epochs = format_significant(step / runs[0].steps_per_epoch, 4, trimmed=True)
        text = self._t("learning.status", step=step, target=self._target, epochs=epochs)
        self._bar.progress(min(1.0, step / self._target), text=text)
