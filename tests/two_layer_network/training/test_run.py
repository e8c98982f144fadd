"""Looking back on a run: counts against scikit-learn, phases against runs that show them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix

from core.learning.datasets import Dataset, circles, moons, published_spiral, split, xor
from core.learning.history import History, Recipe
from core.learning.models import TwoLayerNet
from core.learning.objective import Objective
from core.learning.training import Training
from pages.two_layer_network.training.run import (
    TrainingPhase,
    confusion_matrices,
    network_run,
    phases,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 5), st.integers(2, 10))
def test_confusion_is_scikit_learn_s(seed, samples, steps, classes) -> None:
    random = rng(seed)
    labels = random.integers(classes, size=samples)
    predictions = random.integers(classes, size=(steps, samples))
    for matrix, predicted in zip(
        confusion_matrices(labels, predictions, classes), predictions, strict=True
    ):
        theirs = sklearn_confusion_matrix(labels, predicted, labels=range(classes))
        assert_array_equal(matrix, theirs)


def test_confusion_errors() -> None:
    with pytest.raises(ValueError, match=r"predictions must have shape \(steps, samples\)"):
        confusion_matrices([0, 1], [0, 1], 2)
    with pytest.raises(ValueError, match="must be a label from 0 to 1"):
        confusion_matrices([0, 1], [[0, 2]], 2)
    with pytest.raises(ValueError, match="labels"):
        confusion_matrices([0, 1, 1], [[0, 1]], 2)


@pytest.mark.parametrize("has_held_out", [False, True])
def test_a_run_is_looked_at_step_by_step(has_held_out) -> None:
    parts = split(circles(20, rng=rng(1)), rng=rng(2))
    held_out = parts.held_out if has_held_out else None
    random = rng(3)
    net = TwoLayerNet.initial(2, 8, 2, rng=random, objective=Objective("hinge", l2=1e-3))
    training = Training(
        net, parts.train, Recipe(0.1, batch_size=8), rng=random, held_out=held_out, most_records=9
    )
    for _ in training.advance(37):
        pass
    run = network_run(net, parts.train, training.history, held_out=held_out)
    judged = parts.held_out if has_held_out else parts.train
    assert training.history.steps.tolist() == [0, 8, 16, 24, 32, 37]
    for number, record in enumerate(training.records):
        model = training.model_at(number)
        theirs = sklearn_confusion_matrix(judged.labels, model.predictions(judged.points))
        assert_array_equal(run.confusion[number], theirs)
        accuracy = record.held_out_accuracy if has_held_out else record.accuracy
        assert np.trace(run.confusion[number]) / judged.size == pytest.approx(accuracy)
        drawn = model.loss(parts.train.points[record.batch], parts.train.labels[record.batch])
        length = np.sqrt(sum((g**2).sum() for g in drawn.gradients.values()))
        assert run.noise.batch_norms[number, 0] == pytest.approx(length)
    assert_array_equal(run.phases, phases(training.history))
    some = network_run(
        net, parts.train, training.history, held_out=held_out, records=slice(-2, None)
    )
    assert_array_equal(some.confusion, run.confusion[-2:])
    assert_array_equal(some.noise.cosines, run.noise.cosines[-2:])
    assert_array_equal(some.phases, run.phases[-2:])


def told(
    data: Dataset, recipe: Recipe, steps: int, *, hidden: int = 20, l2: float = 0.0, part=None
):
    """Return the phase at the end of a run, and its history."""
    random = rng(0)
    train, held_out = data, None
    if part:
        parts = split(data, rng=rng(5), held_out=part)
        train, held_out = parts.train, parts.held_out
    net = TwoLayerNet.initial(2, hidden, data.classes, rng=random, objective=Objective(l2=l2))
    training = Training(net, train, recipe, rng=random, held_out=held_out)
    for _ in training.advance(steps):
        pass
    found = phases(training.history)
    assert found[0] == TrainingPhase.START
    return TrainingPhase(found[-1]), training.history


def test_phases_of_runs() -> None:
    assert told(moons(40, rng=rng()), Recipe(0.1), 5)[0] is TrainingPhase.LEARNING
    assert told(moons(40, rng=rng(), noise=0.0), Recipe(0.5), 3000)[0] is TrainingPhase.SOLVED
    # One hidden unit cannot tell XOR.
    assert told(xor(50, rng=rng()), Recipe(0.5), 2000, hidden=1)[0] is TrainingPhase.STALLED
    assert told(published_spiral(), Recipe(100.0), 3)[0] is TrainingPhase.WORSE
    phase, history = told(
        moons(20, rng=rng(), noise=0.5), Recipe(0.02, "adam"), 2000, hidden=100, part=0.5
    )
    assert phase is TrainingPhase.MEMORISING
    assert history.held_out_loss[-1] > 1.25 * history.held_out_loss.min()


def history_of(steps, total, *, accuracy=None, held_out=None) -> History:
    losses = np.array(total, dtype=np.float64)
    return cast(
        "History",
        SimpleNamespace(
            steps=np.array(steps),
            total=losses,
            data_loss=losses,
            accuracy=np.full(len(losses), 0.5) if accuracy is None else np.array(accuracy),
            held_out_loss=None if held_out is None else np.array(held_out, dtype=np.float64),
        ),
    )


def test_phases_by_the_numbers() -> None:
    def names(history: History) -> list[str]:
        return [TrainingPhase(number).name for number in phases(history)]

    # 20 * 2 / 3 = 13.3: since step 13, or the record before it.
    flat = history_of([0, 10, 12, 20, 30], [1.0, 0.6, 0.5, 0.4901, 0.1])
    assert names(flat) == ["START", "LEARNING", "LEARNING", "STALLED", "LEARNING"]
    steep = history_of([0, 10, 12, 20, 30], [1.0, 0.6, 0.5, 0.4899, 0.1])
    assert names(steep) == ["START", "LEARNING", "LEARNING", "LEARNING", "LEARNING"]
    young = history_of([0, 9, 18, 19], [1.0, 1.0, 1.0, 1.1])
    assert names(young) == ["START", "LEARNING", "LEARNING", "WORSE"]
    right = history_of([0, 1, 2], [1.0, 0.5, 1.5], accuracy=[1.0, 1.0, 1.0])
    assert names(right) == ["START", "SOLVED", "WORSE"]
    # The least held-out loss so far counts, and only while the other loss goes on falling.
    risen = history_of([0, 1, 2, 3, 4], [9, 8, 7, 7.5, 6], held_out=[2.0, 2.1, 1.0, 1.26, 1.24])
    assert names(risen) == ["START", "LEARNING", "LEARNING", "LEARNING", "LEARNING"]
    risen = history_of([0, 1, 2, 3, 4], [9, 8, 7, 6, 6], held_out=[2.0, 2.1, 1.0, 1.26, 1.24])
    assert names(risen) == ["START", "LEARNING", "LEARNING", "MEMORISING", "LEARNING"]
