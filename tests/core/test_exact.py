"""The double-double reference: against mpmath, over every range that a lesson can reach."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.activations import log_softmax, softmax
from core.exact import LARGEST_LOGIT, exact_softmax
from tests.core.oracles import EPSILON, exact_log_softmax

DIGITS = 80


def whole(exact, index=()):
    """Return one exact number as mpmath's."""
    return (mp.mpf(float(exact.high[index])) + mp.mpf(float(exact.low[index]))) * mp.mpf(2) ** int(
        exact.exponent[index]
    )


def reference(logits, label):
    """Return p and -log p_y with 80 digits after the last that counts, however small they are."""
    z = [mp.mpf(float(v)) for v in logits]
    winner = z.index(max(z))
    others = mp.fsum(mp.exp(v - z[winner]) for i, v in enumerate(z) if i != winner)
    probabilities = [mp.exp(v - z[winner]) / (1 + others) for v in z]
    return probabilities, (z[winner] - z[label]) + mp.log1p(others)


def worst(logits, label):
    """Return the largest relative error of any number, and what is promised."""
    exact = exact_softmax(logits, label)
    with mp.workdps(DIGITS):
        probabilities, loss = reference(logits, label)
        errors = [abs(whole(exact.probabilities, i) - p) / p for i, p in enumerate(probabilities)]
        errors.append(abs(whole(exact.loss) - loss) / loss)
        return float(max(errors)), (1 + float(np.ptp(logits))) * 2.0**-96


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=8),
    st.integers(-8, 12),
    st.integers(0, 7),
)
@example([0.101, 0.1, 0.099], 4, 0)
@example([0.123, 0.456, 0.789], 3, 0)
@example([0.1, -1.0, -1.0], 2, 0)
@example([0.1, -1.0, -1.0], 5, 0)
@example([1.0, -1.0], 12, 1)
@example([0.0, 0.0, 0.0], 0, 1)
@example([0.5, -0.36], 2, 0)  # log(1 + S) on either side of where it is taken for S
@example([0.5, -0.3], 2, 0)
def test_every_number_is_right_to_96_bits(fractions, power, label):
    logits = np.array(fractions) * 10.0**power
    error, promised = worst(logits, label % len(logits))
    assert error <= promised


def test_the_textbook_formula_agrees():
    """exp, sum, log with 700 digits: no shift, no log1p."""
    logits = [10.0, -100.0, -100.0]
    with mp.workdps(700):
        log_p = exact_log_softmax(logits)
        exact = exact_softmax(logits, 0)
        assert abs(whole(exact.loss) + log_p[0]) < mp.mpf(10) ** -75
        assert abs(whole(exact.probabilities, 1) / mp.exp(log_p[1]) - 1) < mp.mpf(10) ** -27


def test_the_loss_that_must_not_become_zero():
    exact = exact_softmax([10, -100, -100], 0)
    assert_allclose(exact.loss.value, 3.377823760449065e-48, rtol=EPSILON)
    assert f"{exact.loss.value:.4g}" == "3.378e-48"


def test_numbers_beyond_float64_keep_their_logarithm():
    exact = exact_softmax([1000.0, -10000.0, 1000.0], 1)
    assert exact.probabilities.value[1] == 0
    assert_allclose(exact.probabilities.log10[1], -11000 / np.log(10) - np.log10(2), rtol=1e-15)
    assert exact.loss.value == 11000 + np.log(2)
    tiny = exact_softmax([1000.0, -10000.0], 0).loss
    assert tiny.value == 0
    assert_allclose(tiny.log10, -11000 / np.log(10), rtol=1e-15)


def test_a_batch_is_its_samples():
    logits = np.random.default_rng(0).normal(size=(2, 3, 4)) * 30
    labels = np.array([[0, 1, 2], [3, 0, 1]])
    together = exact_softmax(logits, labels)
    assert together.probabilities.high.shape == (2, 3, 4)
    assert together.loss.high.shape == (2, 3)
    for index in np.ndindex(2, 3):
        alone = exact_softmax(logits[index], labels[index])
        assert whole(alone.loss) == whole(together.loss[index])
        assert_array_equal(alone.probabilities.high, together.probabilities[index].high)
        assert_array_equal(alone.probabilities.low, together.probabilities[index].low)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-300, 300), min_size=2, max_size=6), st.integers(-500, 500))
def test_a_constant_changes_nothing(logits, constant):
    whole_numbers = np.round(logits)
    before = exact_softmax(whole_numbers, 0)
    after = exact_softmax(whole_numbers + constant, 0)
    assert_array_equal(after.probabilities.high, before.probabilities.high)
    assert_array_equal(after.loss.low, before.loss.low)


def test_float64_softmax_is_as_exact_as_it_says():
    """The reference is fine enough to judge the core's own functions."""
    logits = np.random.default_rng(1).normal(size=(200, 5)) * 50
    exact = exact_softmax(logits, np.zeros(200, int))
    spread = np.ptp(logits, axis=1)[:, None]
    error = exact.probabilities.relative_error(softmax(logits)) / EPSILON
    assert (error <= 4 + spread).all()
    assert (error > 0).any()
    loss_error = exact.loss.relative_error(-log_softmax(logits)[:, 0]) / EPSILON
    assert (loss_error <= 4).all()


# Relative errors


def test_relative_errors_of_special_numbers():
    exact = exact_softmax([[1.0, 2.0]] * 4, [0] * 4).loss
    error = exact.relative_error(np.array([0.0, np.inf, np.nan, 2 * exact.value[0]]))
    assert_array_equal(error, [1, np.inf, np.nan, 1])


def test_relative_error_below_float64():
    """5e-324 in place of e^-11000: not 1 - something, but beyond all bounds."""
    exact = exact_softmax([1000.0, -10000.0], 0).loss
    assert exact.relative_error(np.float64(5e-324)) == np.inf
    assert exact.relative_error(np.float64(0)) == 1
    subnormal = exact_softmax([0.0, -745.0], 0).loss
    with mp.workdps(DIGITS):
        error = abs(mp.mpf(5e-324) / mp.log1p(mp.exp(-745)) - 1)
        assert_allclose(subnormal.relative_error(5e-324), float(error), rtol=1e-12)


def test_relative_error_is_finer_than_float64():
    """The float64 nearest to ln 2 is off by 2.3e-17, which float64 arithmetic cannot see."""
    exact = exact_softmax([0.0, 0.0], 0).loss
    with mp.workdps(DIGITS):
        error = abs(mp.mpf(float(np.log(2))) / mp.log(2) - 1)
        assert 0 < error < 1e-16
        assert_allclose(exact.relative_error(np.log(2)), float(error), rtol=1e-12)


# Errors


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        ([1.0], 0, r"logits must have at least two classes, got shape \(1,\)"),
        ([1.0, np.nan], 0, r"logits\[1\] must be at most 1e\+12 in size, got nan"),
        ([[1.0, 0], [-2e12, 0]], [0, 0], r"logits\[1, 0\] must be at most 1e\+12 in size"),
        ([1.0, 2.0], 2, r"labels must be a label from 0 to 1, got 2"),
        ([[1.0, 2.0]], 0, r"labels must be labels of shape \(1,\)"),
    ],
)
def test_wrong_arguments(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        exact_softmax(logits, labels)


def test_the_largest_logit_is_taken():
    assert exact_softmax([LARGEST_LOGIT, -LARGEST_LOGIT], 1).loss.value == 2 * LARGEST_LOGIT


def test_nothing_warns_and_nothing_is_changed():
    logits = np.array([[1e12, -1e12, 0.0], [0.0, -745.0, -708.5]])
    logits.flags.writeable = False
    with np.errstate(all="raise"):
        exact = exact_softmax(logits, [0, 1])
        assert exact.loss.value.tolist() == [0, 745]
        exact.loss.relative_error(np.array([5e-324, np.inf]))
