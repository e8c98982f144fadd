"""Runs: each is computed once in the process, whoever asks for it, and sessions look at it.

A run follows from its setup and the number of its steps. Who looks at one that is not there yet,
gets it as far as it has come, and it goes on as long as somebody looks at it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import count
from typing import Final, TypeVar
from weakref import WeakValueDictionary

import numpy as np

from core.learning.history import DivergenceError, History, Record, history_of
from core.learning.models import Model
from core.learning.training import Training
from core.validation import FloatArray
from pages.ui.learning.setups import Setup
from pages.ui.learning.sizes import bytes_of
from pages.ui.learning.worker import Progress, Trainer, Work

__all__ = ["Run", "Runs", "begun", "shared_runs", "trained_run"]

SLICE: Final = 0.1
"""Seconds of training until another run has its turn."""

INTEREST: Final = 5.0
"""Seconds after which somebody who has not asked again does not wait for a run any more."""

BUDGET: Final = 128 * 2**20
"""Bytes of the runs that are kept for who may ask again, with what is drawn of them."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Run:
    """A run as far as it has come: it never changes, but what is computed of it is added.

    ``problem`` tells why it came to an early end, if it did.
    """

    setup: Setup
    start: Model
    steps_per_epoch: int
    records: tuple[Record, ...]
    step_losses: FloatArray
    checkpoint: bytes
    step: int = 0
    problem: DivergenceError | None = None
    _shared: dict[Hashable, object] = field(default_factory=dict, repr=False)
    _sizes: list[int] = field(default_factory=list, repr=False)
    _computing: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def history(self) -> History:
        """The run in arrays."""
        return history_of(self.records, self.step_losses)

    @property
    def model(self) -> Model:
        """The model at the last record."""
        return self.model_at(len(self.records) - 1)

    def model_at(self, record: int) -> Model:
        """Return the model at a recorded step, by the number of its record."""
        return self.start.with_parameters(self.records[record].parameters)

    def record_at(self, step: int | None) -> int:
        """Return the number of the last record at or before a step; None: of the present one."""
        steps = [record.step for record in self.records]
        return len(steps) - 1 if step is None else max(0, bisect_right(steps, step) - 1)

    def is_over(self, target: int) -> bool:
        """Whether there is nothing left to train."""
        return self.problem is not None or self.step >= target

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """Compute something of this run when the first one asks for it; who asks then, waits."""
        with self._computing:
            if name not in self._shared:
                self._shared[name] = compute()
                self._sizes.append(bytes_of(self._shared[name]))
            return self._shared[name]  # type: ignore[return-value]

    def further(self, progress: Progress) -> Run:
        """Return the run with what a slice of training added."""
        kept = (each for each in self.records if each.step % progress.record_every == 0)
        return replace(
            self,
            records=(*kept, *progress.records),
            step_losses=np.concatenate([self.step_losses, progress.step_losses]),
            checkpoint=progress.checkpoint,
            step=progress.step,
            problem=progress.problem,
            _shared={},
            _sizes=[],
            _computing=threading.RLock(),
        )

    @property
    def size(self) -> int:
        """How many bytes it takes, with what is computed of it."""
        return self._own_size + sum(self._sizes)

    @cached_property
    def _own_size(self) -> int:
        return bytes_of((self.records, self.step_losses, self.checkpoint))


def begun(setup: Setup) -> tuple[Training, Run]:
    """Start a run: a training that can go on, and the run before its first step."""
    training = setup.training()
    return training, Run(
        setup,
        training.model,
        training.steps_per_epoch,
        training.records,
        training.step_losses,
        training.checkpoint,
    )


def trained_run(setup: Setup, steps: int) -> Run:
    """Train here and now: for tests, and for whoever needs no others."""
    training, run = begun(setup)
    try:
        for _ in training.advance(steps):
            pass
        problem = None
    except DivergenceError as found:
        problem = found
    return replace(
        run,
        records=training.records,
        step_losses=training.step_losses,
        checkpoint=training.checkpoint,
        step=training.step,
        problem=problem,
    )


Wanted = Sequence[tuple[Setup, int]]


@dataclass(frozen=True, eq=False)
class _Look:
    """What somebody looks at, since when, and whether it is of no use once he looks away."""

    wanted: Wanted
    time: float
    is_passing: bool


@dataclass(eq=False)
class _Job:
    """A run under way. ``reach`` is how far it may be when its slice ends."""

    name: int
    training: Training
    run: Run
    reach: int


class Runs:
    """All runs of the process, trained slice by slice in turns.

    Parameters
    ----------
    trainers
        Each trains a slice at a time, in a thread of its own.
    budget
        How many bytes of runs are kept at most, those asked for last. What a page still shows is
        there as long as the page is, and found by who asks for it.
    clock
        Tells the seconds.
    """

    def __init__(
        self,
        trainers: Sequence[Callable[[Work], Progress]],
        *,
        budget: int = BUDGET,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._changed = threading.Condition()
        self._budget, self._clock = budget, clock
        self._looks: dict[Hashable, _Look] = {}
        self._jobs: list[_Job] = []
        self._fresh: deque[_Job] = deque()
        self._waiting: deque[_Job] = deque()
        self._is_fresh = False
        self._names = count()
        self._for_good: list[Run] = []
        self._kept: dict[tuple[Setup, int], Run] = {}  # asked for last comes last
        self._alive: WeakValueDictionary[tuple[Setup, int], Run] = WeakValueDictionary()
        for trainer in trainers:
            threading.Thread(target=self._train, args=(trainer,), daemon=True).start()

    def look(
        self, who: Hashable, wanted: Wanted, *, seconds: float = 0.0, is_passing: bool = False
    ) -> list[Run]:
        """Give runs as far as they have come, and wait a while for them to be over.

        They go on as long as somebody looks at them; ``who`` looks at nothing else from now on.
        Those that are only looked at in passing are not kept.
        """
        with self._changed:
            missing = {setup for setup, target in wanted if not self._found(setup, target)}
        starts = {setup: begun(setup) for setup in missing}  # takes its time: nobody waits for it
        with self._changed:
            self._set_look(who, _Look(wanted, self._clock(), is_passing))
            for setup, target in wanted:
                if not self._found(setup, target):
                    self._begin(target, *(starts.get(setup) or begun(setup)))
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._are_over(wanted), seconds)
            runs = [run for setup, target in wanted if (run := self._found(setup, target))]
            for run in runs:
                if (run.setup, run.step) in self._kept:
                    self._keep(run)
        # After a standstill, this look may have been forgotten.
        return runs if len(runs) == len(wanted) else self.look(who, wanted, is_passing=is_passing)

    def ready(self, wanted: Wanted) -> list[Run]:
        """Wait until runs are over, and keep them for good."""
        who = object()
        while not self._are_over(wanted):
            self.look(who, wanted, seconds=INTEREST / 2)
        runs = self.look(who, wanted)
        self._for_good += runs
        self.leave(who)
        return runs

    def leave(self, who: Hashable) -> None:
        """Look at nothing any more."""
        with self._changed:
            self._set_look(who, None)

    def stop(self, runs: Sequence[Run], target: int) -> int:
        """Keep runs as far as they have come by now; return the step that all have reached."""
        with self._changed:
            runs = [self._found(run.setup, target) or run for run in runs]
            for run in runs:
                self._keep(run)
        # One that came to an early end is over at any further step.
        going = [run.step for run in runs if run.problem is None]
        return min(going) if going else max(run.step for run in runs)

    # ---- what there is ---------------------------------------------------------------------------

    def _found(self, setup: Setup, target: int) -> Run | None:
        """Find a run as far as it has come on its way to a step."""
        run = self._alive.get((setup, target)) or self._diverged(setup, target)
        job = self._job_of(setup, target)
        return run or (job.run if job else None)

    def _diverged(self, setup: Setup, target: int) -> Run | None:
        early = (run for run in self._runs_of(setup) if run.problem and run.step <= target)
        return next(early, None)

    def _runs_of(self, setup: Setup) -> list[Run]:
        return [run for run in list(self._alive.values()) if run.setup == setup]

    def _job_of(self, setup: Setup, target: int) -> _Job | None:
        """Find the job that comes by a step next."""
        jobs = [job for job in self._jobs if job.run.setup == setup and job.reach <= target]
        return max(jobs, key=lambda job: job.run.step, default=None)

    def _are_over(self, wanted: Wanted) -> bool:
        found = [(self._found(setup, target), target) for setup, target in wanted]
        return all(run is not None and run.is_over(target) for run, target in found)

    def _begin(self, target: int, training: Training, run: Run) -> None:
        """Start a run anew, or where one of the same setup was left."""
        left = [run for run in self._runs_of(run.setup) if run.step <= target and not run.problem]
        run = max([run, *left], key=lambda each: each.step)
        self._keep(run)
        if run.step < target:
            job = _Job(next(self._names), training, run, run.step)
            self._jobs.append(job)
            self._fresh.append(job)

    def _keep(self, run: Run) -> None:
        """Keep a run as the one that was asked for last; let go what was not asked for longest."""
        key = run.setup, run.step
        self._kept.pop(key, None)
        self._kept[key] = self._alive[key] = run
        size = sum(each.size for each in self._kept.values())
        for other, each in list(self._kept.items()):
            if size > self._budget and other != key and not self._is_wanted(each):
                size -= self._kept.pop(other).size

    # ---- who looks -------------------------------------------------------------------------------

    def _wanted_of(self, setup: Setup) -> list[int]:
        """The steps up to which a run is looked at."""
        return [
            target
            for look in self._looks.values()
            if self._clock() - look.time <= INTEREST
            for other, target in look.wanted
            if other == setup
        ]

    def _is_wanted(self, run: Run) -> bool:
        targets = self._wanted_of(run.setup)
        return run.step in targets or (run.problem is not None and max(targets, default=-1) >= 0)

    def _set_look(self, who: Hashable, look: _Look | None) -> None:
        """Look at something else; who has not asked for long, looks at nothing any more."""
        old = [each for each, look in self._looks.items() if self._clock() - look.time > INTEREST]
        before = [self._looks.pop(each) for each in {who, *old} & self._looks.keys()]
        if look is not None:
            self._looks[who] = look
        for setup in {setup for each in before if each.is_passing for setup, _ in each.wanted}:
            if not self._wanted_of(setup):
                self._jobs = [job for job in self._jobs if job.run.setup != setup]
                for key in [key for key in self._kept if key[0] == setup]:
                    del self._kept[key]

    # ---- training --------------------------------------------------------------------------------

    def _train(self, trainer: Callable[[Work], Progress]) -> None:
        while True:
            self._turn(trainer)

    def _turn(self, trainer: Callable[[Work], Progress]) -> None:
        """Wait for a run that is to go on, and train a slice of it."""
        with self._changed:
            self._changed.wait_for(lambda: self._fresh or self._waiting)
            job = self._next()
            if job not in self._jobs:
                return  # it was looked at in passing
            end = self._end_of(job)
            if end is None:
                self._end(job)
                return
            job.reach = end
            work = Work(job.name, job.training, job.run.checkpoint, end, SLICE)
        further = job.run
        try:
            further = job.run.further(trainer(work))
        except Exception:
            logging.getLogger(__name__).exception("A run could not be trained")  # others can
        with self._changed:
            is_further, job.run, job.reach = further is not job.run, further, further.step
            if job in self._jobs and is_further:
                self._went_on(job)
            elif job in self._jobs:
                self._end(job)
            self._changed.notify_all()

    def _next(self) -> _Job:
        """Choose whose turn it is: those that have just begun, and all others, take turns."""
        self._is_fresh = not self._is_fresh
        first, second = self._waiting, self._fresh
        if self._is_fresh:
            first, second = second, first
        return (first or second).popleft()

    def _end_of(self, job: _Job) -> int | None:
        """Return the next step at which somebody wants to see a run; None if nobody does."""
        setup = job.run.setup
        ends = [
            target
            for target in self._wanted_of(setup)
            if self._job_of(setup, target) is job and self._found(setup, target) is job.run
        ]
        return min((end for end in ends if end > job.run.step), default=None)

    def _went_on(self, job: _Job) -> None:
        if job.run.problem is not None or self._end_of(job) is None:
            self._end(job)
            return
        self._waiting.append(job)
        if self._is_wanted(job.run):
            self._keep(job.run)

    def _end(self, job: _Job) -> None:
        """End a job; who comes back finds the run where it was left."""
        self._jobs.remove(job)
        self._keep(job.run)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def shared_runs() -> Runs:
    """Return the runs of this process: one core is left to the server, if there are several."""
    return Runs([Trainer() for _ in range(max(1, _cores() - 1))])
