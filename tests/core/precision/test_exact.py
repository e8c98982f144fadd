"""The double-double reference: against mpmath, over every range that a lesson can reach."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.losses.activations import log_softmax, softmax
from core.precision.exact import LARGEST_LOGIT, exact_softmax
from tests.core.oracles import EPSILON, exact_log_softmax

DIGITS = 80


def whole(exact, index=()):
    """Return one exact number as mpmath's."""
    return (mp.mpf(float(exact.high[index])) + mp.mpf(float(exact.low[index]))) * mp.mpf(2) ** int(
        exact.exponent[index]
    )


def reference(logits):
    """Return every p and -log p with 80 digits after the last that counts, however small."""
    z = [mp.mpf(float(v)) for v in logits]
    winner = z.index(max(z))
    others = mp.fsum(mp.exp(v - z[winner]) for i, v in enumerate(z) if i != winner)
    probabilities = [mp.exp(v - z[winner]) / (1 + others) for v in z]
    return probabilities, [(z[winner] - v) + mp.log1p(others) for v in z]


def worst(logits):
    """Return the largest relative error of any number, and what is promised."""
    with mp.workdps(DIGITS):
        errors = [
            abs(whole(part, i) / true - 1)
            for part, numbers in zip(exact_softmax(logits), reference(logits), strict=True)
            for i, true in enumerate(numbers)
        ]
        return float(max(errors)), (1 + float(np.ptp(logits))) * 2.0**-96


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=8), st.integers(-8, 12))
@example([0.101, 0.1, 0.099], 4)
@example([0.123, 0.456, 0.789], 3)
@example([0.1, -1.0, -1.0], 2)
@example([0.1, -1.0, -1.0], 5)
@example([1.0, -1.0], 12)
@example([0.0, 0.0, 0.0], 0)
@example([0.5, -0.36], 2)  # log(1 + S) on either side of where it is taken for S
@example([0.5, -0.3], 2)
def test_every_number_is_right_to_96_bits(fractions, power):
    logits = np.array(fractions) * 10.0**power
    error, promised = worst(logits)
    assert error <= promised


def test_the_textbook_formula_agrees():
    """exp, sum, log with 700 digits: no shift, no log1p."""
    logits = [10.0, -100.0, -100.0]
    with mp.workdps(700):
        log_p = exact_log_softmax(logits)
        exact = exact_softmax(logits)
        for i in range(3):
            assert abs(whole(exact.losses, i) / -log_p[i] - 1) < mp.mpf(10) ** -26
            assert abs(whole(exact.probabilities, i) / mp.exp(log_p[i]) - 1) < mp.mpf(10) ** -26


def test_the_loss_that_must_not_become_zero():
    loss = exact_softmax([10, -100, -100]).losses.value[0]
    assert_allclose(loss, 3.377823760449065e-48, rtol=EPSILON)
    assert f"{loss:.4g}" == "3.378e-48"


def test_numbers_beyond_float64_keep_their_logarithm():
    exact = exact_softmax([1000.0, -10000.0, 1000.0])
    assert exact.probabilities.value[1] == 0
    assert_allclose(exact.probabilities.log10[1], -11000 / np.log(10) - np.log10(2), rtol=1e-15)
    assert exact.losses.value[1] == 11000 + np.log(2)
    tiny = exact_softmax([1000.0, -10000.0]).losses[0]
    assert tiny.value == 0
    assert_allclose(tiny.log10, -11000 / np.log(10), rtol=1e-15)


def test_a_batch_is_its_samples():
    logits = np.random.default_rng(0).normal(size=(2, 3, 4)) * 30
    together = exact_softmax(logits)
    assert together.probabilities.high.shape == together.losses.high.shape == (2, 3, 4)
    for index in np.ndindex(2, 3):
        for part, alone in zip(together, exact_softmax(logits[index]), strict=True):
            assert_array_equal(alone.high, part[index].high)
            assert_array_equal(alone.low, part[index].low)
            assert_array_equal(alone.exponent, part[index].exponent)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-300, 300), min_size=2, max_size=6), st.integers(-500, 500))
def test_a_constant_changes_nothing(logits, constant):
    whole_numbers = np.round(logits)
    before = exact_softmax(whole_numbers)
    after = exact_softmax(whole_numbers + constant)
    assert_array_equal(after.probabilities.high, before.probabilities.high)
    assert_array_equal(after.losses.low, before.losses.low)


def test_float64_softmax_is_as_exact_as_it_says():
    """The reference is fine enough to judge the core's own functions."""
    logits = np.random.default_rng(1).normal(size=(200, 5)) * 50
    exact = exact_softmax(logits)
    spread = np.ptp(logits, axis=1)[:, None]
    error = exact.probabilities.relative_error(softmax(logits)) / EPSILON
    assert (error <= 4 + spread).all()
    assert (error > 0).any()
    loss_error = exact.losses.relative_error(-log_softmax(logits)) / EPSILON
    assert (loss_error <= 4).all()


# Relative errors


def test_relative_errors_of_special_numbers():
    exact = exact_softmax([[1.0, 2.0]] * 4).losses[:, 0]
    error = exact.relative_error(np.array([0.0, np.inf, np.nan, 2 * exact.value[0]]))
    assert_array_equal(error, [1, np.inf, np.nan, 1])


def test_relative_error_below_float64():
    """5e-324 in place of e^-11000: not 1 - something, but beyond all bounds."""
    exact = exact_softmax([1000.0, -10000.0]).losses[0]
    assert exact.relative_error(np.float64(5e-324)) == np.inf
    assert exact.relative_error(np.float64(0)) == 1
    subnormal = exact_softmax([0.0, -745.0]).losses[0]
    with mp.workdps(DIGITS):
        error = abs(mp.mpf(5e-324) / mp.log1p(mp.exp(-745)) - 1)
        assert_allclose(subnormal.relative_error(5e-324), float(error), rtol=1e-12)


def test_relative_error_is_finer_than_float64():
    """The float64 nearest to ln 2 is off by 2.3e-17, which float64 arithmetic cannot see."""
    exact = exact_softmax([0.0, 0.0]).losses[0]
    with mp.workdps(DIGITS):
        error = abs(mp.mpf(float(np.log(2))) / mp.log(2) - 1)
        assert 0 < error < 1e-16
        assert_allclose(exact.relative_error(np.log(2)), float(error), rtol=1e-12)


# Errors


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        ([1.0], r"logits must have at least two classes, got shape \(1,\)"),
        ([1.0, np.nan], r"logits\[1\] must be at most 1e\+12 in size, got nan"),
        ([[1.0, 0], [-2e12, 0]], r"logits\[1, 0\] must be at most 1e\+12 in size"),
        (3.0, r"logits must have shape .* got the single number 3\.0"),
    ],
)
def test_wrong_arguments(logits, message):
    with pytest.raises(ValueError, match=message):
        exact_softmax(logits)


def test_the_largest_logit_is_taken():
    losses = exact_softmax([LARGEST_LOGIT, -LARGEST_LOGIT]).losses
    assert losses.value[1] == 2 * LARGEST_LOGIT


def test_nothing_warns_and_nothing_is_changed():
    logits = np.array([[1e12, -1e12, 0.0], [0.0, -745.0, -708.5]])
    logits.flags.writeable = False
    with np.errstate(all="raise"):
        losses = exact_softmax(logits).losses
        assert losses.value[:, 1].tolist() == [2e12, 745]
        assert losses.value[0, 0] == 0
        losses.relative_error(np.array([5e-324, np.inf, np.nan]))
