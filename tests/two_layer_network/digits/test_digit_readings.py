"""What a network reads through a run, against the model itself; its mistakes, against a search."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.datasets import Dataset, digits, split
from core.learning.history import Recipe
from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.training import Training
from pages.two_layer_network.digits.digit_readings import mistakes, most_similar_lead, read_sample


@pytest.fixture(scope="module")
def run():
    rng = np.random.default_rng(1)
    parts = split(digits(), rng=rng)
    start = TwoLayerNet.initial(64, 12, 10, rng=rng)
    recipe = Recipe(learning_rate=0.3, batch_size=32)
    training = Training(start, parts.train, recipe, rng=rng, record_every=20)
    for _ in training.advance(120):
        pass
    return training, parts.held_out


def test_readings_are_the_model_s_at_every_step(run):
    training, held_out = run
    x, y = held_out.points[7], int(held_out.labels[7])
    readings = read_sample([record.parameters for record in training.records], x)
    assert readings.scores.shape == (7, 10)
    assert readings.hidden.shape == (7, 12)
    for step in range(7):
        forward = training.model_at(step).loss(x, y).forward
        assert_allclose(readings.hidden[step], forward["h"][0], rtol=1e-12, atol=1e-15)
        assert_allclose(readings.scores[step], forward["scores"][0], rtol=1e-12)
        assert_allclose(readings.probabilities[step], forward["probabilities"][0], rtol=1e-12)
        first, second, *_ = sorted(forward["scores"][0].tolist(), reverse=True)
        assert_allclose(readings.lead[step], first - second, rtol=1e-9)
        share = 1 / (1 + math.exp(second - first))
        assert_allclose(readings.duel[step], [share, 1 - share], rtol=1e-9)
        assert_array_equal(
            readings.scores[step][readings.ranking[step]], np.sort(readings.scores[step])[::-1]
        )


def test_the_published_scores_become_the_published_probabilities():
    step = {"W1": [[1.0]], "b1": [0.0], "W2": [[5.3, 10.1]], "b2": [0.0, 0.0]}
    reading = read_sample([step], [1.0])
    assert reading.ranking[0].tolist() == [1, 0]
    assert_allclose(reading.duel[0][::-1], [0.008162571153159895, 0.9918374288468401], rtol=1e-14)


def test_equal_scores_rank_the_first_class_first():
    zeros = {"W1": np.zeros((2, 3)), "b1": np.zeros(3), "W2": np.zeros((3, 4)), "b2": np.zeros(4)}
    reading = read_sample([zeros], [1.0, 2.0])
    assert reading.ranking[0].tolist() == [0, 1, 2, 3]
    assert reading.lead[0] == 0
    assert reading.duel[0].tolist() == [0.5, 0.5]


def test_mistakes_are_all_wrong_ones_the_most_confident_first(run):
    training, held_out = run
    found = mistakes(training.model, held_out)
    expected = []
    for place, (x, y) in enumerate(zip(held_out.points, held_out.labels, strict=True)):
        p = training.model.loss(x, int(y)).forward["probabilities"][0]
        if p.argmax() != y:
            expected.append((-p.max(), place, int(p.argmax())))
    expected.sort()
    assert len(expected) > 10
    assert found.samples.tolist() == [place for _, place, _ in expected]
    assert found.predictions.tolist() == [prediction for _, _, prediction in expected]
    assert_allclose(found.probabilities, [-p for p, _, _ in expected], rtol=1e-12)
    assert_array_equal(found.labels, held_out.labels[found.samples])
    assert (found.predictions != found.labels).all()


def test_certain_mistakes_are_still_told_apart():
    data = Dataset(("A", "B"), [[100.0], [300.0], [200.0], [-1.0]], [1, 1, 1, 1])
    found = mistakes(LinearClassifier([[1.0, 0.0]], [0.0, 0.0]), data)
    assert found.probabilities.tolist() == [1.0, 1.0, 1.0]
    assert found.samples.tolist() == [1, 2, 0]


def test_no_mistakes_are_none():
    data = Dataset(("A", "B"), [[1.0]], [0])
    assert mistakes(LinearClassifier([[1.0, 0.0]], [0.0, 0.0]), data).samples.size == 0


def test_the_most_similar_lead_is_found(run):
    training, held_out = run
    place = most_similar_lead(training.model, held_out, winner=2, lead=4.8)
    leads = {}
    for i, scores in enumerate(training.model.scores(held_out.points).tolist()):
        if held_out.labels[i] == 2:
            leads[i] = scores[2] - max(scores[:2] + scores[3:])
    assert place == min(leads, key=lambda i: abs(leads[i] - 4.8))
    assert abs(leads[place] - 4.8) < 0.5


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda net, data: read_sample([], [1.0]),
            "parameters must be those of at least one step, got none",
        ),
        (
            lambda net, data: read_sample([net.parameters], data.points[:2]),
            "x must have shape (features,), got shape (2, 64)",
        ),
        (
            lambda net, data: most_similar_lead(net, data, winner=10, lead=1),
            "winner must be a class from 0 to 9, got 10",
        ),
        (
            lambda net, data: most_similar_lead(net, data.taken([0, 1]), winner=9, lead=1),
            "winner must be a class with samples, got 9",
        ),
    ],
)
def test_what_does_not_fit_is_refused(run, call, told):
    with pytest.raises(ValueError) as caught:
        call(run[0].model, digits())
    assert str(caught.value) == told
