"""Runs that are shared: computed once, in turns, as long as somebody looks at them."""

from __future__ import annotations

import gc
import os
import signal
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from queue import Queue

import numpy as np
import pytest

from core.learning.datasets import Dataset, nine_points
from core.learning.training import Training
from pages.linear_classifier import LinearClassifierState
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.runs import INTEREST, Run, Runs, begun, trained_run
from pages.ui.learning.setups import Setup, setup
from pages.ui.learning.worker import Progress, Trainer, Work, trained

LINEAR, MOONS = LinearClassifierState(), TwoLayerNetworkState(data="moons", samples=20, hidden=4)
PATIENCE = 60.0


def seeded(seed: int) -> Setup:
    return setup(replace(MOONS, seed=seed), "cross_entropy")


ONE, TWO, THREE = map(seeded, range(3))


class Slices:
    """Trains a few steps at a time, each time that the test lets it."""

    def __init__(self, steps: int = 10, *, is_free: bool = False) -> None:
        self.steps, self.is_free = steps, is_free
        self.taken = 0
        self._asked: Queue[int] = Queue()
        self._seeds: dict[Training, int] = {}
        self._may = threading.Semaphore(0)

    def __call__(self, work: Work) -> Progress:
        if not self.is_free:
            if work.training not in self._seeds:
                self._seeds[work.training] = SEEDS[work.training.records[0].total]
            self._asked.put(self._seeds[work.training])
            self._may.acquire()
        work.training.resume(work.checkpoint)
        start = work.training.step
        end = min(work.end, start + self.steps)
        progress = trained(work.training, work.checkpoint, end, PATIENCE)
        self.taken += progress.step - start
        return progress

    def turn(self) -> int:
        """Let a slice be trained; return the seed of the run whose turn it was."""
        seed = self._asked.get(timeout=PATIENCE)
        self._may.release()
        return seed

    def wait(self, count: int = 1) -> None:
        """Wait until so many slices are about to be trained, and all others are."""
        seeds = [self._asked.get(timeout=PATIENCE) for _ in range(count)]
        assert self._asked.empty()
        for seed in seeds:
            self._asked.put(seed)


SEEDS = {each.training().records[0].total: each.seed for each in (ONE, TWO, THREE)}


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def free() -> Slices:
    return Slices(is_free=True)


@pytest.fixture
def slices() -> Slices:
    return Slices()


@pytest.fixture(scope="module")
def process() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    trainer.close()


def assert_same(run: Run, other: Run) -> None:
    """Both tell the same of every step, to the last digit."""
    assert run.step == other.step
    assert [record.step for record in run.records] == [record.step for record in other.records]
    for record, same in zip(run.records, other.records, strict=True):
        assert record.total == same.total
        assert np.array_equal(record.batch, same.batch)
        for name, values in record.parameters.items():
            assert np.array_equal(values, same.parameters[name])
    assert np.array_equal(run.step_losses, other.step_losses)
    assert str(run.problem) == str(other.problem)


# ---- once, whoever asks --------------------------------------------------------------------------


def test_two_readers_of_the_same_setup_train_it_once(free: Slices) -> None:
    runs = Runs([free])
    points = nine_points()
    again = Dataset(points.names, points.points.copy(), points.labels.copy())
    first = setup(LINEAR, "hinge")
    same = replace(first, data=again)
    (run,) = runs.look("first", [(first, 35)], seconds=PATIENCE)
    assert free.taken == 35
    (shared,) = runs.look("second", [(same, 35)])  # waits for nothing
    assert shared is run
    assert free.taken == 35
    assert_same(run, trained_run(first, 35))


def test_who_comes_while_it_trains_joins_in(slices: Slices) -> None:
    runs = Runs([slices])
    runs.look("first", [(ONE, 60)])
    slices.turn()
    slices.wait()
    runs.look("second", [(ONE, 60)])
    runs.look("third", [(ONE, 100)])
    for _ in range(9):
        slices.turn()
    (whole,) = runs.look("third", [(ONE, 100)], seconds=PATIENCE)
    (part,) = runs.look("second", [(ONE, 60)])
    assert slices.taken == 100
    assert_same(whole, trained_run(ONE, 100))
    assert_same(part, trained_run(ONE, 60))


def test_fewer_steps_than_were_trained_are_those_of_a_run_of_their_own(free: Slices) -> None:
    runs = Runs([free])
    runs.look("first", [(ONE, 450)], seconds=PATIENCE)  # recorded at every fourth step
    (fewer,) = runs.look("second", [(ONE, 157)], seconds=PATIENCE)
    assert_same(fewer, trained_run(ONE, 157))
    (start,) = runs.look("third", [(ONE, 0)])
    assert start.is_over(0)
    assert_same(start, trained_run(ONE, 0))


def test_what_is_drawn_of_a_run_is_computed_once(free: Slices) -> None:
    (run,) = Runs([free]).look("reader", [(ONE, 10)], seconds=PATIENCE)
    made: list[int] = []
    begin = threading.Barrier(4)
    seen = []

    def draw() -> None:
        begin.wait(PATIENCE)
        seen.append(run.once("picture", lambda: made.append(1) or np.zeros(3)))

    readers = [threading.Thread(target=draw) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(PATIENCE)
    assert len(made) == 1
    assert all(picture is seen[0] for picture in seen)


@pytest.mark.parametrize("steps", [1, 7, 1000])
@pytest.mark.parametrize("rate", [20.0, 1000.0])
def test_a_run_that_diverges_tells_the_same_to_all(steps: int, rate: float) -> None:
    made = setup(replace(LINEAR, learning_rate=rate), "hinge")
    trainer = Slices(steps, is_free=True)
    runs = Runs([trainer])
    (run,) = runs.look("first", [(made, 2000)], seconds=PATIENCE)
    assert run.problem is not None
    assert_same(run, trained_run(made, 2000))
    taken = trainer.taken
    (other,) = runs.look("second", [(made, 1999)])
    assert other is run
    assert trainer.taken == taken
    before = run.problem.step - 1
    (early,) = runs.look("third", [(made, before)], seconds=PATIENCE)
    assert early.problem is None
    assert_same(early, trained_run(made, before))


# ---- whose turn it is ----------------------------------------------------------------------------


def test_runs_take_turns_and_a_new_one_does_not_wait_for_all_others(slices: Slices) -> None:
    runs = Runs([slices])
    runs.look("first", [(ONE, 1000)])
    turns = [slices.turn()]
    slices.wait()  # its second slice is under way
    runs.look("second", [(TWO, 1000)])
    runs.look("third", [(THREE, 1000)])
    turns += [slices.turn() for _ in range(9)]
    # Those that have just begun come every other time; then all in turns.
    assert turns[:2] == [0, 0]
    assert set(turns[2:5]) == {0, 1, 2}
    assert sorted(turns[-3:]) == sorted(turns[-6:-3]) == [0, 1, 2]


def test_as_many_runs_at_once_as_there_are_trainers(slices: Slices) -> None:
    runs = Runs([slices, slices])
    runs.look("reader", [(ONE, 10), (TWO, 10), (THREE, 10)])
    slices.wait(2)
    assert {slices.turn(), slices.turn()} == {0, 1}
    assert slices.turn() == 2


# ---- stop, go on, look away ----------------------------------------------------------------------


def test_stop_keeps_what_there_is_and_one_goes_on_from_there(slices: Slices) -> None:
    runs = Runs([slices])
    drawn = runs.look("reader", [(ONE, 1000)])
    for _ in range(3):
        slices.turn()
    slices.wait()  # 30 steps are there, and more on the way
    step = runs.stop(drawn, 1000)
    assert step == 30
    (stopped,) = runs.look("reader", [(ONE, 30)])
    assert stopped.is_over(30)
    assert_same(stopped, trained_run(ONE, 30))
    slices.turn()  # what was on its way
    runs.look("reader", [(ONE, 31)])
    slices.turn()
    (further,) = runs.look("reader", [(ONE, 31)], seconds=PATIENCE)
    assert_same(further, trained_run(ONE, 31))
    assert slices.taken == 41


def test_stop_does_not_ask_how_far_a_run_came_that_diverged(free: Slices) -> None:
    made = [setup(replace(LINEAR, learning_rate=rate), "hinge") for rate in (1000.0, 0.1)]
    runs = Runs([free])
    both = runs.look("reader", [(each, 400) for each in made], seconds=PATIENCE)
    assert both[0].problem is not None
    assert runs.stop(both, 400) == 400
    assert runs.stop(both[:1], 400) == both[0].problem.step


@pytest.mark.parametrize("way", ["leaves", "looks elsewhere", "is gone"])
def test_a_run_that_nobody_looks_at_any_more_ends(slices: Slices, way: str) -> None:
    clock = Clock()
    runs = Runs([slices], clock=clock)
    runs.look("reader", [(ONE, 1000)])
    slices.turn()
    slices.turn()
    slices.wait()
    if way == "leaves":
        runs.leave("reader")
    elif way == "looks elsewhere":
        runs.look("reader", [(TWO, 10)])
    else:
        clock.seconds += INTEREST + 1  # the tab was closed
    runs.look("other", [(TWO, 10), (THREE, 10)])
    assert [slices.turn() for _ in range(3)] == [0, 1, 2]
    runs.look("other", [(TWO, 10), (THREE, 10)], seconds=PATIENCE)
    assert slices.taken == 50
    # Who comes back finds it where it was left.
    runs.look("reader", [(ONE, 40)])
    assert slices.turn() == 0
    (run,) = runs.look("reader", [(ONE, 40)], seconds=PATIENCE)
    assert slices.taken == 60
    assert_same(run, trained_run(ONE, 40))


def test_it_goes_on_as_long_as_somebody_else_looks_at_it(slices: Slices) -> None:
    runs = Runs([slices])
    runs.look("first", [(ONE, 20)])
    runs.look("second", [(ONE, 20)])
    runs.leave("first")
    slices.turn()
    slices.turn()
    assert runs.look("second", [(ONE, 20)], seconds=PATIENCE)[0].is_over(20)


# ---- memory --------------------------------------------------------------------------------------


def gone(reference: weakref.ref[Run]) -> bool:
    gc.collect()
    return reference() is None


def test_what_was_not_asked_for_longest_is_let_go_but_not_what_somebody_looks_at(
    free: Slices,
) -> None:
    clock, size = Clock(), trained_run(ONE, 20).size
    runs = Runs([free], budget=int(2.5 * size), clock=clock)

    def look(made: Setup, who: str = "reader") -> weakref.ref[Run]:
        clock.seconds += INTEREST + 1
        (run,) = runs.look(who, [(made, 20)], seconds=PATIENCE)
        return weakref.ref(run)

    one, two = look(ONE), look(TWO)
    look(ONE)
    three = look(THREE)  # without the starts of the runs, two fit
    assert gone(two)
    assert not gone(three)
    assert not gone(one)
    # Somebody looks at all three at once: nothing is taken from him.
    all_three = [(each, 20) for each in (ONE, TWO, THREE)]
    watched = [weakref.ref(run) for run in runs.look("reader", all_three, seconds=PATIENCE)]
    runs.look("other", [(seeded(3), 20)], seconds=PATIENCE)
    assert not any(map(gone, watched))


def test_a_run_that_a_page_still_shows_is_found_there(free: Slices) -> None:
    clock = Clock()
    runs = Runs([free], budget=0, clock=clock)
    (shown,) = runs.look("reader", [(ONE, 20)], seconds=PATIENCE)
    clock.seconds += INTEREST + 1
    runs.look("other", [(TWO, 20)], seconds=PATIENCE)
    assert runs.look("third", [(ONE, 20)])[0] is shown
    assert free.taken == 40


def test_what_is_drawn_counts(free: Slices) -> None:
    run = trained_run(ONE, 20)
    before = run.size
    run.once("film", lambda: {"pixels": (np.zeros(1000, np.uint8), b"1234")})
    assert run.size == before + 1004


def test_of_a_drag_nothing_is_left(slices: Slices) -> None:
    clock = Clock()
    runs = Runs([slices], clock=clock)
    (held,) = map(weakref.ref, runs.look("hand", [(ONE, 1000)], is_passing=True))
    slices.turn()
    slices.wait()
    runs.look("hand", [(TWO, 10)], is_passing=True)
    # The old one has the slice that it is in, and no more.
    assert [slices.turn(), slices.turn()] == [0, 1]
    (run,) = runs.look("hand", [(TWO, 10)], seconds=PATIENCE, is_passing=True)
    done = weakref.ref(run)
    del run
    runs.leave("hand")
    assert gone(held)
    assert gone(done)


def test_what_pages_open_with_stays(free: Slices) -> None:
    clock = Clock()
    runs = Runs([free], budget=0, clock=clock)
    opening = weakref.ref(runs.ready([(ONE, 30)])[0])
    clock.seconds += 1000.0
    runs.look("reader", [(TWO, 20)], seconds=PATIENCE)
    assert not gone(opening)
    assert runs.look("reader", [(ONE, 30)])[0] is opening()


# ---- the process that trains ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        setup(replace(MOONS, optimizer="adam", batch_size=7), "cross_entropy"),
        setup(replace(MOONS, optimizer="momentum", sampling="with_replacement"), "hinge"),
        setup(replace(LINEAR, rate_decay=0.9), "hinge"),
        setup(replace(LINEAR, learning_rate=20.0), "hinge"),
    ],
    ids=["adam", "momentum", "whole", "diverges"],
)
def test_slices_in_another_process_change_nothing(process: Trainer, made: Setup) -> None:
    training, run = begun(made)
    while not run.is_over(500):
        run = run.further(process(Work(id(made), training, run.checkpoint, 500, 0.01)))
    assert_same(run, trained_run(made, 500))


def test_a_process_that_was_killed_is_begun_again(process: Trainer) -> None:
    training, run = begun(ONE)
    run = run.further(process(Work(-1, training, run.checkpoint, 50, PATIENCE)))
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    run = run.further(process(Work(-1, training, run.checkpoint, 90, PATIENCE)))
    assert_same(run, trained_run(ONE, 90))


def test_a_run_that_cannot_be_trained_does_not_hold_up_others(free: Slices) -> None:
    def train(work: Work) -> Progress:
        if work.end == 13:
            raise MemoryError
        return free(work)

    runs = Runs([train])
    runs.look("first", [(ONE, 13)])
    (run,) = runs.look("second", [(TWO, 20)], seconds=PATIENCE)
    assert run.is_over(20)
