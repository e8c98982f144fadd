"""The loss with 1e-7 inside its logarithm, and its slope."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import numerical_gradient
from core.losses.activations import softmax
from core.losses.cross_entropy import cross_entropy
from core.precision.offset import OFFSET, offset_cross_entropy


def test_without_an_offset_it_is_the_cross_entropy():
    u = np.linspace(-40, 40, 81)
    logits = np.stack([u, np.zeros_like(u)], axis=-1)
    right = cross_entropy(logits, np.zeros(81, int), reduction="none")
    result = offset_cross_entropy(u, offset=0)
    assert_allclose(result.value, right.per_sample, rtol=1e-14)
    assert_allclose(result.slope, right.gradient[:, 0], rtol=1e-14)


@pytest.mark.parametrize("u", [-400.0, -30.0, -16.1, 0.0, 3.0, 30.0, 400.0])
def test_offset_against_mpmath(u):
    with mp.workdps(250):
        p = 1 / (1 + mp.exp(-mp.mpf(u)))
        added = mp.mpf(OFFSET)
        result = offset_cross_entropy(u)
        assert_allclose(float(result.value), float(-mp.log(p + added)), rtol=1e-9)
        assert_allclose(float(result.slope), float(-p * (1 - p) / (p + added)), rtol=1e-13)


def test_the_slope_is_the_derivative():
    for u in (-20.0, -16.0, -3.0, 0.0, 2.0):
        slope = numerical_gradient(lambda x: offset_cross_entropy(x).value[0], np.array([u]))
        assert_allclose(offset_cross_entropy(u).slope, slope[0], atol=1e-8)


def test_the_gradient_is_p_minus_t_times_a_factor():
    """As it says in the notes: p_y / (p_y + offset)."""
    logits = np.array([-17.0, 1.0, 0.5])
    p = softmax(logits)
    factor = p[0] / (p[0] + OFFSET)

    def loss(z):
        return -np.log(softmax(z)[0] + OFFSET)

    target = np.array([1.0, 0, 0])
    assert_allclose(numerical_gradient(loss, logits), factor * (p - target), atol=1e-8)
    u = logits[0] - np.logaddexp(*logits[1:])
    assert_allclose(offset_cross_entropy(u).slope, factor * (p[0] - 1), rtol=1e-9)


def test_the_cap_and_the_dead_gradient():
    result = offset_cross_entropy([-1000.0, np.inf, -np.inf])
    assert_allclose(result.value, [16.11809565095832, -1e-7, 16.11809565095832], rtol=1e-7)
    assert_array_equal(result.slope, [0, 0, 0])


def test_nothing_warns():
    with np.errstate(all="raise"):
        far = offset_cross_entropy([-1e6, 1e6, np.inf])
    assert np.isfinite(far.value).all()


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"log_odds\[1\] must be a number, got nan"):
        offset_cross_entropy([1.0, np.nan])
    with pytest.raises(ValueError, match=r"offset must be a finite number and at least 0"):
        offset_cross_entropy(1.0, offset=-1e-7)
