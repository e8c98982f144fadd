"""Reliability, calibration error and temperature, against scikit-learn."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.calibration import _TemperatureScaling, calibration_curve
from sklearn.metrics import log_loss

from core.learning.calibration import best_temperature, negative_log_likelihood, reliability
from core.losses.activations import softmax


@pytest.fixture(scope="module")
def sample():
    """Scores that are too sure: three times the log of what the labels are drawn by."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2000, 5))
    labels = np.array([rng.choice(5, p=p) for p in softmax(logits)])
    return 3.0 * logits, labels


@pytest.mark.parametrize("bins", [1, 7, 10, 15])
def test_bins_are_those_of_scikit_learn(sample, bins):
    scores, labels = sample
    p = softmax(scores)
    found = reliability(p, labels, bins=bins)
    is_right, highest = p.argmax(axis=1) == labels, p.max(axis=1)
    accuracy, confidence = calibration_curve(is_right, highest, n_bins=bins)
    filled = found.counts > 0
    np.testing.assert_allclose(found.accuracy[filled], accuracy, rtol=1e-14)
    np.testing.assert_allclose(found.confidence[filled], confidence, rtol=1e-14)
    assert np.isnan(found.accuracy[~filled]).all()
    shares = found.counts[filled] / len(labels)
    assert found.error == pytest.approx((shares * np.abs(accuracy - confidence)).sum(), rel=1e-13)
    assert found.counts.sum() == len(labels)


def test_bins_by_hand():
    # Highest: .5 (right), .6 (wrong), .9 (right), 1 (right); .5 and .6 are the edges of their bins.
    p = [[0.5, 0.5], [0.4, 0.6], [0.9, 0.1], [0.0, 1.0]]
    found = reliability(p, [0, 0, 0, 1], bins=10)
    assert found.counts.tolist() == [0, 0, 0, 0, 1, 1, 0, 0, 1, 1]
    assert found.accuracy[[4, 5, 8, 9]].tolist() == [1, 0, 1, 1]
    assert found.error == pytest.approx((0.5 + 0.6 + 0.1 + 0) / 4)


def test_the_best_temperature_is_scikit_learns_and_the_least(sample):
    scores, labels = sample
    T = best_temperature(scores, labels)
    scaling = _TemperatureScaling().fit(scores, labels)
    assert pytest.approx(1 / scaling.beta_, rel=1e-5) == T
    assert pytest.approx(3.0, rel=0.1) == T
    least = minimize_scalar(
        lambda t: negative_log_likelihood(scores, labels, temperature=t), bounds=(0.1, 20)
    )
    assert pytest.approx(least.x, rel=1e-4) == T
    assert reliability(softmax(scores, temperature=T), labels).error < 0.03
    assert reliability(softmax(scores), labels).error > 0.15


def test_the_likelihood_is_scikit_learns(sample):
    scores, labels = sample
    for T in (0.5, 1.0, 4.0):
        expected = log_loss(labels, softmax(scores, temperature=T), labels=range(5))
        assert negative_log_likelihood(scores, labels, temperature=T) == pytest.approx(expected)


def test_where_nothing_is_wrong_the_best_temperature_is_the_lowest():
    assert best_temperature([[1.0, 0.0], [0.0, 1.0]], [0, 1]) == pytest.approx(1e-3)
    assert best_temperature([[1.0, 0.0], [0.0, 1.0]], [1, 0]) == pytest.approx(1e3)
