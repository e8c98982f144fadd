"""The family from softmax to the SVM, against mpmath and against its two ends."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.losses.smoothed_hinge import smoothed_hinge
from tests.core.oracles import EPSILON, logits_and_labels

TINY = 2.0**-1021


def exact(scores, label, temperature, margin):
    """Return value and gradient by the formula, with as many digits as exp(2e9) needs."""
    with mp.workdps(60):
        T, distance = mp.mpf(float(temperature)), mp.mpf(float(margin))
        s = [mp.mpf(float(score)) for score in scores]
        z = [s[j] - s[label] + (distance if j != label else 0) for j in range(len(s))]
        peak = max(z)
        weights = [mp.exp((v - peak) / T) for v in z]
        total = mp.fsum(weights)
        value = peak + T * (mp.log1p(total - 1) if total < 2 else mp.log(total))
        # What is left beside the peak's 1 may be far below the digits that the sum keeps.
        if peak == z[label]:
            rest = mp.fsum(w for w, v in zip(weights, z, strict=True) if v != peak)
            ties = sum(v == peak for v in z) - 1
            value = peak + T * mp.log1p(rest + ties)
        pushed = [w / total for w in weights]
        pushed[label] = -mp.fsum(p for j, p in enumerate(pushed) if j != label)
        return value, pushed


def assert_close(found, expected, allowed):
    if abs(expected) < TINY:
        assert abs(found) <= 2 * TINY
    else:
        assert abs(mp.mpf(float(found)) - expected) <= allowed * EPSILON * abs(expected)


@pytest.mark.parametrize("scale", [1.0, 1e3])
@pytest.mark.parametrize("temperature", [1e-6, 1e-5, 1e-3, 0.1, 1.0, 3.0, 1e3])
@pytest.mark.parametrize("margin", [0.0, 0.1, 1.0])
def test_value_and_gradient_to_the_last_digits(scale, temperature, margin):
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(12, 4)) * scale
    near = samples[:4]  # scores that are close together on the scale of T
    near[:, 1] = near[:, 0] + rng.normal(size=4) * temperature * 5
    near[:, 2] = near[:, 0] - margin
    labels = rng.integers(4, size=12)
    found = smoothed_hinge(
        samples, labels, temperature=temperature, margin=margin, reduction="none"
    )
    for row in range(12):
        value, gradient = exact(samples[row], labels[row], temperature, margin)
        # An exponent of up to 745 is rounded once, by the division.
        assert_close(found.per_sample[row], value, 760)
        for j in range(4):
            assert_close(found.gradient[row, j], gradient[j], 760)


def test_a_small_temperature_keeps_what_a_plain_subtraction_loses():
    scores = [1000.1, 1000.1 + 2.0**-20, -3.0]
    value, gradient = exact(scores, 0, 1e-6, 0.1)
    found = smoothed_hinge(scores, 0, temperature=1e-6, margin=0.1)
    assert_close(found.value, value, 8)
    assert_close(found.gradient[1], gradient[1], 8)
    # The same difference, rounded before it is divided, is wrong from the seventh digit on.
    scores = [1000.1, 1000.0, -3.0]
    _, gradient = exact(scores, 0, 1e-6, 0.1)
    plain = 1 / (1 + np.exp(-((1000.0 - 1000.1 + 0.1) / 1e-6)))
    assert abs(plain / float(gradient[1]) - 1) < 1e-6
    assert_close(
        smoothed_hinge(scores, 0, temperature=1e-6, margin=0.1).gradient[1], gradient[1], 8
    )


@given(logits_and_labels())
def test_temperature_one_without_margin_is_cross_entropy_to_the_last_bit(given):
    scores, labels = given
    for reduction in ("mean", "sum", "none"):
        found = smoothed_hinge(scores, labels, reduction=reduction)
        soft = cross_entropy(scores, labels, reduction=reduction)
        np.testing.assert_array_equal(found.value, soft.value)
        np.testing.assert_array_equal(found.per_sample, soft.per_sample)
        if reduction == "none":
            np.testing.assert_array_equal(found.gradient, soft.gradient)
        else:
            np.testing.assert_allclose(found.gradient, soft.gradient, rtol=1e-15, atol=1e-320)


def test_the_formula_itself_agrees_there():
    # One epsilon aside of T = 1 the family is computed as everywhere else.
    rng = np.random.default_rng(1)
    scores, labels = rng.normal(size=(50, 3)) * 5, rng.integers(3, size=50)
    near = smoothed_hinge(scores, labels, temperature=1 + EPSILON, reduction="none")
    soft = cross_entropy(scores, labels, reduction="none")
    np.testing.assert_allclose(near.per_sample, soft.per_sample, rtol=1e-13)
    np.testing.assert_allclose(near.gradient, soft.gradient, rtol=1e-13)


@given(logits_and_labels(limit=1e3), st.sampled_from([0.0, 0.5, 1.0, 10.0]))
def test_temperature_zero_is_crammer_singer(given, margin):
    scores, labels = given
    scores = np.round(scores, 3)
    found = smoothed_hinge(scores, labels, temperature=0.0, margin=margin, reduction="none")
    svm = hinge(
        np.rint(scores * 1e3),
        labels,
        margin=margin * 1e3,
        variant="crammer_singer",
        reduction="none",
    )
    np.testing.assert_allclose(found.per_sample, svm.per_sample / 1e3, rtol=1e-15)
    np.testing.assert_array_equal(found.gradient, svm.gradient)


@given(logits_and_labels(limit=100.0), st.floats(1e-6, 1e3), st.floats(0.0, 10.0))
def test_it_lies_above_crammer_singer_by_at_most_t_log_k(given, temperature, margin):
    scores, labels = given
    smooth = smoothed_hinge(
        scores, labels, temperature=temperature, margin=margin, reduction="none"
    ).per_sample
    edge = smoothed_hinge(scores, labels, temperature=0.0, margin=margin, reduction="none")
    above = smooth - edge.per_sample
    assert (above >= -1e-12).all()
    assert (above <= temperature * np.log(scores.shape[-1]) * (1 + 1e-12) + 1e-12).all()


@given(logits_and_labels(limit=1e3), st.floats(1e-6, 1e3), st.floats(0.0, 10.0))
def test_the_gradient_pushes_only_the_true_class_up_and_adds_up_to_zero(given, T, margin):
    scores, labels = given
    gradient = smoothed_hinge(
        scores, labels, temperature=T, margin=margin, reduction="none"
    ).gradient
    is_true = np.arange(scores.shape[-1]) == labels[:, None]
    assert (np.where(is_true, -gradient, gradient) >= 0).all()
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)
    assert np.abs(gradient).max() <= 1 + 4 * EPSILON


def test_each_sample_may_have_its_own_temperature_and_margin():
    scores = np.array([[3.2, 5.1, -1.7]] * 4)
    T, margin = np.array([1.0, 0.0, 1.0, 0.5]), np.array([0.0, 1.0, 1.0, 2.0])
    together = smoothed_hinge(
        scores, np.zeros(4, int), temperature=T, margin=margin, reduction="none"
    )
    for row in range(4):
        alone = smoothed_hinge(scores[row], 0, temperature=T[row], margin=margin[row])
        assert together.per_sample[row] == alone.value
        np.testing.assert_array_equal(together.gradient[row], alone.gradient)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"temperature": -1.0},
            "temperature must be at least 0, got -1.0 (temperature of shape ())",
        ),
        ({"margin": np.inf}, "margin must be finite, got inf (margin of shape ())"),
        ({"scores": [1.0, np.nan]}, "scores[1] must be finite, got nan (scores of shape (2,))"),
        ({"labels": 2}, "labels must be a label from 0 to 1, got 2 (labels of shape ())"),
        ({"reduction": "max"}, "reduction must be one of 'mean', 'sum', 'none', got 'max'"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    usual = {"scores": [1.0, 2.0], "labels": 0}
    with pytest.raises(ValueError) as error:
        smoothed_hinge(**{**usual, **given})
    assert str(error.value) == message
