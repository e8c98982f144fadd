"""Penalties against sums written out, and their gradients against central differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient
from core.losses.penalties import elastic_net, l1, l2

WEIGHTS = hnp.arrays(
    np.float64,
    hnp.array_shapes(max_dims=2, max_side=4),
    elements=st.floats(-100, 100).filter(lambda w: w == 0 or abs(w) > 1e-3),
)
STRENGTHS = st.floats(0, 10)


@given(WEIGHTS, STRENGTHS, STRENGTHS, st.booleans())
def test_values_weight_by_weight(weights, first, second, half):
    before = weights.copy()
    factor = second / 2 if half else second
    sums = (
        (l1(weights, strength=first), lambda w: first * abs(w)),
        (l2(weights, strength=second, half=half), lambda w: factor * w**2),
        (
            elastic_net(weights, l1_strength=first, l2_strength=second, half=half),
            lambda w: first * abs(w) + factor * w**2,
        ),
    )
    for penalty, share in sums:
        shares = [share(float(w)) for w in weights.reshape(-1)]
        assert_allclose(penalty.per_weight.reshape(-1), shares, rtol=1e-13)
        assert_allclose(penalty.value, sum(shares), rtol=1e-13)
        assert isinstance(penalty.value, float)
        assert penalty.gradient.shape == weights.shape
    assert_array_equal(weights, before)


@pytest.mark.parametrize(
    "penalty",
    [
        lambda w: l1(w, strength=0.3),
        lambda w: l2(w, strength=0.3),
        lambda w: l2(w, strength=0.3, half=True),
        lambda w: elastic_net(w, l1_strength=0.7, l2_strength=0.3),
        lambda w: elastic_net(w, l1_strength=0.7, l2_strength=0.3, half=True),
    ],
)
def test_gradients_numerically(penalty):
    weights = [[1.5, -2.0], [0.25, 4.0]]
    check = check_gradient(lambda w: penalty(w).value, penalty(weights).gradient, weights)
    assert not check.kinks.any()
    assert check.worst < 1e-8


def test_the_kink_at_0_takes_the_subgradient_0():
    for of in (l1, elastic_net):
        check = check_gradient(lambda w, of=of: of(w).value, of([0.0, 2.0]).gradient, [0.0, 2.0])
        assert_array_equal(check.kinks, [True, False])
        assert check.analytic[0] == 0
    assert_array_equal(l2([0.0]).gradient, [0.0])


def test_published_two_weight_vectors_with_the_same_score():
    # CS231n: x = [1, 1, 1, 1] gives both the score 1, and L2 prefers the second.
    spiky, even = [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]
    assert (l2(spiky).value, l2(even).value) == (1.0, 0.25)
    assert (l2(spiky, half=True).value, l2(even, half=True).value) == (0.5, 0.125)
    assert (l1(spiky).value, l1(even).value) == (1.0, 1.0)


def test_published_regularisation_loss_of_the_linear_classify_demo():
    weights = [[2.06, 1.48], [0.44, -1.82], [2.27, -2.04]]
    assert_allclose(l2(weights, strength=0.1).value, 1.925, atol=0.005)  # 1.92 or 1.93 is shown
    # The demo shows 0.5 lambda W where lambda times the sum of squares gives 2 lambda W.
    assert_allclose(l2(weights, strength=0.1).gradient, 0.2 * np.array(weights))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_float_type_is_kept(dtype):
    for penalty in (l1, l2, elastic_net):
        result = penalty(np.array([1, -2], dtype=dtype))
        assert result.per_weight.dtype == result.gradient.dtype == dtype


def test_errors():
    with pytest.raises(ValueError, match=r"weights\[1\] must be finite, got nan"):
        l1([1.0, np.nan])
    with pytest.raises(ValueError, match="weights must not be empty"):
        l2([])
    with pytest.raises(ValueError, match=r"strength must be .* at least 0, got -1"):
        l2([1.0], strength=-1)
    with pytest.raises(ValueError, match=r"l1_strength must be .* at least 0, got -0.5"):
        elastic_net([1.0], l1_strength=-0.5)
    with pytest.raises(ValueError, match=r"l2_strength must be .* at least 0, got nan"):
        elastic_net([1.0], l2_strength=float("nan"))
