"""A process that trains for the server, slice by slice.

Training holds Python's interpreter for itself: in a process of its own, which is less urgent than
the server, it holds up nobody. It keeps nothing that the server does not have as well, so that any
other process can take the next slice.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.learning.history import DivergenceError, Record
from core.learning.training import Training
from core.validation import FloatArray

__all__ = ["Progress", "Trainer", "Work", "serve", "trained"]

MOST_KNOWN: Final = 4
"""Runs whose data a process keeps: those that take turns."""
NICENESS: Final = 5
"""A process that is less urgent gets what the server leaves of a core."""
_ROOT: Final = Path(__file__).parents[3]


@dataclass(frozen=True)
class Work:
    """A slice of a run: from where, up to which step, and for how long at most.

    ``training`` is the run at its start, and ``name`` tells it apart from others.
    """

    name: int
    training: Training
    checkpoint: bytes
    end: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Progress:
    """What a slice added: the step it reached, new records, and the losses of its steps.

    Of earlier records, those remain whose step is a multiple of ``record_every``.
    """

    step: int
    records: tuple[Record, ...]
    record_every: int
    step_losses: FloatArray
    checkpoint: bytes
    problem: DivergenceError | None = None


def trained(training: Training, checkpoint: bytes, end: int, seconds: float) -> Progress:
    """Train a slice."""
    training.resume(checkpoint)
    start, problem = training.step, None
    try:
        for _ in training.advance(end - start, seconds=seconds):
            pass
    except DivergenceError as found:
        problem = found
    return Progress(
        step=training.step,
        records=tuple(record for record in training.records if record.step > start),
        record_every=training.record_every,
        step_losses=training.step_losses,
        checkpoint=training.checkpoint,
        problem=problem,
    )


class Trainer:
    """The server's side: a process that is begun when it is needed, and begun again if it ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, work: Work) -> Progress:
        """Train a slice; only one at a time."""
        for _ in range(2):
            try:
                return self._trained(work)
            except (OSError, EOFError, pickle.UnpicklingError):
                # It was ended from outside: what it had, the server has as well.
                self.close()
        return trained(work.training, work.checkpoint, work.end, work.seconds)

    @property
    def pid(self) -> int | None:
        """The number of the process; None if it has not begun."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _trained(self, work: Work) -> Progress:
        asked = work.name, work.checkpoint, work.end, work.seconds
        progress = self._answer((*asked, None))
        if progress is None:
            progress = self._answer((*asked, work.training))
        return progress  # type: ignore[no-any-return]

    def _answer(self, question: Any) -> Any:
        process = self._process = self._process or _begun()
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump(question, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        return pickle.load(process.stdout)


def _begun() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        # On matrices this small, threads only wait for each other.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def serve() -> None:
    """Be the process: answer until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    known: dict[int, Training] = {}
    while True:
        try:
            name, checkpoint, end, seconds, given = pickle.load(questions)
            training = known.pop(name, None) or given
            answer = None
            if training is not None:
                known[name] = training
                answer = trained(training, checkpoint, end, seconds)
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
        except (EOFError, OSError):
            return
        while len(known) > MOST_KNOWN:
            del known[next(iter(known))]
