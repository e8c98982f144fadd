"""The classifier of digits against gradient descent written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.datasets import digits, split
from pages.score_function.digit_classifier import (
    DIGIT,
    DigitClassifier,
    DigitVerdict,
    digit_classifier,
    sweep_digits,
)


@pytest.fixture(scope="module")
def found() -> DigitClassifier:
    return digit_classifier()


def test_training_is_plain_gradient_descent(found: DigitClassifier) -> None:
    X, y = digits().points, digits().labels
    held_out = np.zeros(len(X), dtype=bool)
    held_out[split(digits(), rng=np.random.default_rng(0)).held_out_indices] = True
    assert held_out.sum() == 450
    learnt, targets = X[~held_out], np.eye(10)[y[~held_out]]
    W, b = np.zeros((10, 64)), np.zeros(10)
    for _ in range(300):
        e = np.exp(learnt @ W.T + b)
        d = (e / e.sum(axis=1, keepdims=True) - targets) / len(learnt)
        W, b = W - (d.T @ learnt + 2e-3 * W), b - d.sum(axis=0)
    assert_allclose(found.matrix, W, atol=1e-10)
    assert_allclose(found.bias, b, atol=1e-10)
    scores = X @ W.T + b
    assert_allclose(found.scores, scores, atol=1e-9)
    assert_allclose(found.probabilities.sum(axis=1), 1)
    assert_allclose(
        np.log(found.probabilities[:, 1:] / found.probabilities[:, :1]),
        scores[:, 1:] - scores[:, :1],
        atol=1e-9,
    )
    assert_array_equal(found.held_out, np.flatnonzero(held_out))
    right = scores.argmax(axis=1) == y
    assert found.held_out_accuracy == right[held_out].mean() == 0.94
    assert found.train_accuracy == right[~held_out].mean() > 0.97
    assert_array_equal(found.mistakes, np.flatnonzero(~right & held_out))
    assert len(found.mistakes) == 27


def test_the_prediction_needs_no_softmax(found: DigitClassifier) -> None:
    assert_array_equal(found.predictions, found.probabilities.argmax(axis=1))


def test_rivals(found: DigitClassifier) -> None:
    labels = found.data.labels
    for index in range(0, found.data.size, 7):
        order = sorted(range(10), key=lambda k: -found.scores[index, k])
        expected = order[1] if order[0] == labels[index] else labels[index]
        assert found.rivals[index] == expected
    assert (found.rivals != found.predictions).all()


def test_evidence_adds_up_to_the_score(found: DigitClassifier) -> None:
    read = found.read(np.arange(found.data.size))
    assert read.evidence.shape == (1797, 2, 64)
    for which, classes in enumerate((found.predictions, found.rivals)):
        added, scores = read.evidence[:, which], found.scores[read.indices, classes]
        assert_allclose(added.sum(axis=1) + found.bias[classes], scores)
        assert_array_equal((read.top_score, read.rival_score)[which], scores)
        # Paper adds nothing.
        assert not added[found.data.points == 0].any()


def test_what_becomes_of_a_digit(found: DigitClassifier) -> None:
    # The 5 that is read as 9 is the first held-out mistake.
    read = found.read(np.array([0, 5, 1]))
    assert found.mistakes[0] == 5
    assert read.labels.tolist() == [0, 5, 1]
    assert read.predictions.tolist() == [0, 9, 1]
    assert read.rivals[1] == 5
    assert [DigitVerdict(case) for case in read.outcomes] == [
        DigitVerdict.RIGHT_LEARNED,
        DigitVerdict.WRONG_HELD_OUT,
        DigitVerdict.RIGHT_HELD_OUT,
    ]
    assert_array_equal(read.top_probability, found.probabilities[[0, 5, 1], [0, 9, 1]])
    learned = ~np.isin(np.arange(found.data.size), found.held_out)
    wrong_learned = found.read(np.flatnonzero(learned & ~found.is_right)).outcomes
    assert len(wrong_learned) > 0
    assert (wrong_learned == DigitVerdict.WRONG_LEARNED).all()


def test_the_slider_runs_through_what_was_held_out(found: DigitClassifier) -> None:
    sweeps = sweep_digits(0)
    assert sweeps.now.indices == 0
    assert_array_equal(sweeps.by[DIGIT].indices, found.held_out)
    assert_array_equal(sweeps.by[DIGIT].scores, found.scores[found.held_out])


def test_it_is_trained_once() -> None:
    assert digit_classifier() is digit_classifier()
