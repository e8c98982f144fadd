"""Setups and runs: the same address gives the same run, in however many slices it is trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.optimizers import OPTIMIZERS
from pages.linear_classifier import LinearClassifierState
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.runs import trained_run
from pages.ui.learning.setups import (
    data_name,
    dataset,
    is_editable,
    objective,
    points_of,
    recipe,
    setup,
    target_of,
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


def test_a_run_that_diverges_keeps_what_it_has() -> None:
    made = setup(replace(LINEAR, learning_rate=1000.0, strength=1.0), "cross_entropy")
    run = trained_run(made, 5000)
    assert run.problem is not None
    assert run.is_over(5000)
    assert run.problem.learning_rate == 1000.0
    assert all(np.isfinite(record.total) for record in run.records)
    assert run.records[-1].step < run.problem.step


def test_how_far_to_train() -> None:
    assert target_of(LINEAR) == usual(LINEAR).trained
    assert target_of(replace(LINEAR, trained=0)) == 0
