"""Setups and runs: the same address gives the same run, in however many slices it is trained."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.optimizers import OPTIMIZERS
from pages.linear_classifier import LinearClassifierState
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.runs import Run, target_of
from pages.ui.learning.setups import (
    data_name,
    dataset,
    is_editable,
    objective,
    points_of,
    recipe,
    setup,
    usual,
)
from pages.ui.learning.state import DATA_SETS

LINEAR, NETWORK = LinearClassifierState(), TwoLayerNetworkState()
LESSONS = {"linear_classifier": LINEAR, "two_layer_network": NETWORK}
EVERY = [(lesson, name) for lesson in LESSONS for name in LESSONS[lesson].offered()]


def test_every_data_set_is_offered_somewhere() -> None:
    assert {name for _, name in EVERY} | {"own"} == set(DATA_SETS)


@pytest.mark.parametrize(("lesson", "name"), EVERY)
def test_every_data_set_trains_as_usual(lesson, name) -> None:
    state = replace(LESSONS[lesson], data=name)
    assert data_name(state) == name
    for loss in ("cross_entropy", "hinge"):
        made = setup(state, loss)
        training = made.training()
        first = training.records[0]
        for _ in training.advance(40):
            pass
        assert training.records[-1].step == 40
        assert training.records[-1].total < first.total
        kind = TwoLayerNet if lesson == "two_layer_network" else LinearClassifier
        assert isinstance(training.model, kind)
        held_out = first.held_out_loss is not None
        assert held_out == (
            lesson == "two_layer_network" and name not in ("nine", "published_spiral")
        )


def test_stop_ends_what_another_thread_trains() -> None:
    made = setup(replace(NETWORK, data="moons"), "cross_entropy")
    run = Run(made, made.training())
    trainer = threading.Thread(target=run.advance, args=(20_000, 60.0))
    trainer.start()
    while run.training.step < 100:
        time.sleep(0.001)
    step = run.stop()
    assert 100 <= step < 20_000
    trainer.join(timeout=1.0)
    assert not trainer.is_alive()
    run.advance(20_000, 60.0)
    assert run.training.step == step


def test_a_slice_need_not_reach_the_next_record() -> None:
    made = setup(replace(NETWORK, data="moons"), "cross_entropy")
    training = made.training()
    for _ in training.advance(20_000):  # from here on, 128 steps from record to record
        pass
    run = Run(made, training)
    for step in (20_001, 20_002):
        run.advance(30_000, 0.0)
        assert training.step == step


def test_a_setup_is_the_same_as_long_as_the_address_is() -> None:
    state = replace(LINEAR, data="moons")
    made = setup(state, "hinge")
    assert made == setup(replace(state, at=3, trained=7), "hinge")
    for other in (
        replace(state, seed=1),
        replace(state, draw=1),
        replace(state, noise=0.3),
        replace(state, learning_rate=0.2),
        replace(state, strength=0.2),
        replace(state, margin=2.0),
    ):
        assert setup(other, "hinge") != made


def test_points_of_the_address_are_the_data() -> None:
    nine = dataset(LINEAR)
    assert is_editable(nine)
    points = points_of(nine)
    assert points[0] == (0.5, 0.4, 0)
    moved = replace(LINEAR, points=((0.1, 0.2, 0), *points[1:]))
    data = dataset(moved)
    assert data.points[0].tolist() == [0.1, 0.2]
    assert data.labels.tolist() == nine.labels.tolist()
    assert data.names == ("A", "B", "C")
    assert usual(moved) == usual(LINEAR)
    few = replace(LINEAR, points=((0.0, 0.0, 1),), groups=("red", "blue", "green"))
    assert dataset(few).names == ("red", "blue", "green")
    assert dataset(replace(few, groups=None)).names == ("A", "B")


@pytest.mark.parametrize(
    ("penalty", "l1", "l2"), [("l1", 0.4, 0.0), ("l2", 0.0, 0.4), ("elastic", 0.1, 0.3)]
)
def test_the_penalty_of_the_address(penalty, l1, l2) -> None:
    state = replace(LINEAR, penalty=penalty, strength=0.4, mixing=0.25, half=1, power=2)
    made = objective(state, "hinge")
    assert (made.l1, made.l2) == pytest.approx((l1, l2))
    assert (made.half, made.power, made.loss) == (True, 2, "hinge")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_recipe_of_the_address(optimizer) -> None:
    settings = {"optimizer": optimizer, "learning_rate": 0.7, "batch_size": 5, "rate_decay": 0.5}
    made = recipe(replace(NETWORK, **settings, momentum=0.3))
    assert (made.optimizer, made.learning_rate, made.batch_size) == (optimizer, 0.7, 5)
    assert (made.decay, made.momentum) == (0.5, 0.3)
    assert recipe(replace(NETWORK, batch_size=0)).batch_size is None


def test_slices_change_nothing() -> None:
    made = setup(replace(NETWORK, data="xor", batch_size=7), "cross_entropy")
    whole, sliced = Run(made, made.training()), Run(made, made.training())
    whole.advance(60, 60.0)
    slices = 0
    while not sliced.is_over(60):
        sliced.advance(60, 0.0)
        slices += 1
    assert slices > 1
    assert whole.training.step == sliced.training.step == 60
    for name, values in whole.training.model.parameters.items():
        assert np.array_equal(values, sliced.training.model.parameters[name])


def test_a_run_that_diverges_keeps_what_it_has() -> None:
    made = setup(replace(LINEAR, learning_rate=1000.0, strength=1.0), "cross_entropy")
    run = Run(made, made.training())
    run.advance(5000, 60.0)
    assert run.problem is not None
    assert run.is_over(5000)
    assert run.problem.learning_rate == 1000.0
    assert all(np.isfinite(record.total) for record in run.training.records)
    run.advance(5000, 60.0)  # nothing more happens
    assert run.training.step <= run.problem.step


def test_how_far_to_train() -> None:
    assert target_of(LINEAR) == usual(LINEAR).trained
    assert target_of(replace(LINEAR, trained=0)) == 0
