"""The classifier of digits against gradient descent written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.datasets import digits, split
from pages.score_function.digit_classifier import DigitClassifier, digit_classifier


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
    every = np.arange(found.data.size)
    for classes in (found.predictions, found.rivals):
        added = found.evidence(every, classes)
        assert added.shape == (1797, 64)
        assert_allclose(added.sum(axis=1) + found.bias[classes], found.scores[every, classes])
        # Paper adds nothing.
        assert not added[found.data.points == 0].any()


def test_it_is_trained_once() -> None:
    assert digit_classifier() is digit_classifier()
