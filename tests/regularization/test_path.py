"""The path of the optimum against scikit-learn, the conditions of the optimum, closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import ElasticNet

from core.gradients.check import check_gradient
from core.losses.penalties import elastic_net
from pages.regularization.path import (
    PROBLEM,
    STRENGTHS,
    LeastSquares,
    Sparsity,
    contour,
    optima,
    penalty_ball,
    position,
    soft_threshold,
    zero_from,
)

MIXINGS = (0.0, 0.01, 0.3, 0.5, 1.0)
ENTRIES = st.sampled_from(np.round(np.arange(-3, 3.01, 0.5), 1).tolist())


@st.composite
def problems(draw: st.DrawFn) -> LeastSquares:
    features = np.array(draw(st.lists(st.tuples(ENTRIES, ENTRIES), min_size=4, max_size=4)))
    # Two more rows keep the features from being multiples of each other.
    features = np.vstack([features, [[1.0, 0.0], [0.0, 1.0]]])
    targets = np.array(draw(st.lists(ENTRIES, min_size=6, max_size=6)))
    return LeastSquares(features, targets)


def test_the_problem_is_the_one_that_is_written_out() -> None:
    assert PROBLEM.curvature.tolist() == [[2.5, 2.0], [2.0, 2.5]]
    assert PROBLEM.pull.tolist() == [6.0, 5.25]
    assert_allclose(PROBLEM.minimum, [2, 0.5], rtol=1e-12)
    residuals = [2 * 1 + 1 * 2 - 5, 1 + 4 - 2.5, -1 - 4 + 3.5, -2 - 2 + 4]
    assert PROBLEM.loss([1.0, 2.0]) == pytest.approx(sum(r * r for r in residuals) / 8)
    slope = PROBLEM.curvature @ [1.0, 2.0] - PROBLEM.pull
    assert check_gradient(lambda w: float(PROBLEM.loss(w)), slope, [1.0, 2.0]).worst < 1e-8


@settings(max_examples=60, deadline=None)
@given(problems(), st.floats(0.01, 5), st.sampled_from([0.1, 0.5, 1.0]))
def test_scikit_learn_finds_the_same_optimum(problem, strength, mixing) -> None:
    # Its elastic net halves the L2 part.
    model = ElasticNet(
        alpha=strength, l1_ratio=mixing, fit_intercept=False, tol=1e-14, max_iter=100_000
    )
    expected = model.fit(problem.features, problem.targets).coef_
    found = optima([strength], mixing=mixing, half=True, problem=problem).weights[0]
    assert_allclose(found, expected, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from(MIXINGS), st.booleans())
def test_the_conditions_of_the_optimum(problem, mixing, half) -> None:
    path = optima(STRENGTHS, mixing=mixing, half=half, problem=problem)
    for strength, weights, total in zip(path.strengths, path.weights, path.total, strict=True):
        parts = {"l1_strength": strength * mixing, "l2_strength": strength * (1 - mixing)}
        penalty = elastic_net(weights, **parts, half=half)
        slope = problem.curvature @ weights - problem.pull + penalty.gradient
        # Away from the kink the slope is 0; at it, L1 has to hold.
        allowed = np.where(weights == 0, strength * mixing, 0.0)
        assert (np.abs(slope) <= allowed + 1e-9).all()
        assert total == pytest.approx(float(problem.loss(weights)) + penalty.value, abs=1e-9)


def test_strengths_of_any_shape() -> None:
    path, alone = optima([[0.1, 3.0]], mixing=1.0), optima(3.0, mixing=1.0)
    assert path.weights.shape == (1, 2, 2)
    assert_array_equal(alone.weights, path.weights[0, 1])
    assert alone.sparsity == Sparsity.SECOND_ZERO
    assert position(1.0) == 61


@pytest.mark.parametrize("half", [False, True])
def test_l2_alone_is_a_linear_system(half: bool) -> None:
    path = optima(STRENGTHS, mixing=0.0, half=half)
    for strength, weights in zip(path.strengths, path.weights, strict=True):
        system = PROBLEM.curvature + strength * (1 if half else 2) * np.eye(2)
        assert_allclose(weights, np.linalg.solve(system, PROBLEM.pull), rtol=1e-12)
    assert (path.weights != 0).all()


def test_half_a_lambda_is_half_the_lambda() -> None:
    whole = optima(STRENGTHS, mixing=0.0)
    halved = optima(2 * STRENGTHS, mixing=0.0, half=True)
    assert_allclose(whole.weights, halved.weights, rtol=1e-13)
    assert_allclose(whole.total, halved.total, rtol=1e-13)


def test_l1_makes_exact_zeros() -> None:
    path = optima([0.0, 2.2499, 2.25, 5.9999, 6.0, 100.0], mixing=1.0)
    assert path.weights[2:, 1].tolist() == [0, 0, 0, 0]
    assert path.weights[4:, 0].tolist() == [0, 0]
    assert (path.weights[:2] > 0).all()
    assert path.weights[3, 0] > 0
    # Between the two zeros (6 - lambda) / 2.5.
    assert path.weights[2, 0] == pytest.approx(1.5)
    kinds = (Sparsity.FREE, Sparsity.DENSE, Sparsity.SECOND_ZERO, Sparsity.SECOND_ZERO)
    assert path.sparsity.tolist() == [*kinds, Sparsity.EMPTY, Sparsity.EMPTY]


def test_the_first_weight_can_be_the_one_that_is_0() -> None:
    swapped = LeastSquares(PROBLEM.features[:, ::-1], PROBLEM.targets)
    path = optima([1.0, 3.0], mixing=1.0, problem=swapped)
    assert path.sparsity.tolist() == [Sparsity.DENSE, Sparsity.FIRST_ZERO]
    assert_allclose(zero_from(mixing=1.0, problem=swapped), (2.25, 6.0), rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(problems(), st.sampled_from(MIXINGS), st.booleans())
def test_the_optimum_is_its_own_soft_threshold(problem, mixing, half) -> None:
    path = optima(STRENGTHS, mixing=mixing, half=half, problem=problem)
    again = soft_threshold(path.pulls, path.thresholds[:, None]) / path.divisors
    assert_allclose(again, path.weights, atol=1e-9)


@pytest.mark.parametrize(("mixing", "half"), [(1.0, False), (0.5, False), (0.3, True)])
def test_zeros_begin_where_algebra_says(mixing: float, half: bool) -> None:
    # w2 = 0 by Cramer's rule, with a = lambda mixing and k from L2: a quadratic in lambda.
    k = (1 - mixing) * (1 if half else 2)
    lam = np.polynomial.Polynomial([0, 1])
    condition = (2.5 + k * lam) * (5.25 - mixing * lam) - 2 * (6 - mixing * lam)
    second = min(root for root in condition.roots().real if root > 0)
    assert_allclose(zero_from(mixing=mixing, half=half), (6 / mixing, second), rtol=1e-9)


@given(st.floats(-10, 10), st.floats(0, 5))
def test_soft_threshold_is_the_least_of_a_grid(value: float, threshold: float) -> None:
    grid = np.linspace(-11, 11, 22_001)
    best = grid[np.argmin((grid - value) ** 2 / 2 + threshold * np.abs(grid))]
    assert soft_threshold(value, threshold) == pytest.approx(best, abs=1.1e-3)


def test_within_the_threshold_is_exactly_0() -> None:
    assert soft_threshold([-1.0, 0.999, 1.0, 0.0], 1.0).tolist() == [0, 0, 0, 0]
    assert not np.signbit(soft_threshold([-0.5], 1.0)).any()


@pytest.mark.parametrize("level", [0.125, 0.5, 7.0])
def test_contours_are_level(level: float) -> None:
    ellipse = contour([level, 2 * level], points=61)
    assert ellipse.shape == (2, 61, 2)
    assert_allclose(PROBLEM.loss(ellipse), [[level] * 61, [2 * level] * 61], rtol=1e-9)
    assert_allclose(ellipse[:, 0], ellipse[:, -1], atol=1e-12)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("mixing", MIXINGS)
def test_the_penalty_is_the_same_all_around_its_ball(mixing: float, half: bool) -> None:
    weights = np.array([[1.5, -0.5], [0.0, 0.2], [0.0, 0.0]])
    balls = penalty_ball(weights, mixing=mixing, half=half, points=41)
    parts = {"l1_strength": mixing, "l2_strength": 1 - mixing, "half": half}
    for ball, at in zip(balls, weights, strict=True):
        values = [elastic_net(point, **parts).value for point in ball]
        assert_allclose(values, elastic_net(at, **parts).value, rtol=1e-9, atol=1e-12)
    assert_array_equal(balls[2], 0)


@pytest.mark.parametrize("mixing", MIXINGS)
def test_ball_and_contour_touch_at_the_optimum(mixing: float) -> None:
    path = optima([0.3, 1.0, 3.0, 5.0], mixing=mixing)
    balls = penalty_ball(path.weights, mixing=mixing, points=401)
    # Inside the ball nothing has less data loss than the optimum on its border.
    for ball, loss in zip(balls, path.data_loss, strict=True):
        for share in (0.5, 0.9, 1.0):
            assert PROBLEM.loss(share * ball).min() >= loss - 1e-9
    ellipses = contour(path.data_loss, points=2001)
    gaps = np.linalg.norm(ellipses - path.weights[:, None], axis=-1).min(axis=1)
    assert (gaps < 0.02).all()


def test_positions_are_the_steps_of_the_slider() -> None:
    assert len(STRENGTHS) == 122
    assert {0.0, 0.01, 0.1, 1.0, 10.0, 100.0} <= set(STRENGTHS.tolist())
    assert_allclose(position(STRENGTHS), np.arange(122), atol=0.07)
    assert position([0.005]).tolist() == [0.5]


FEATURES, TARGETS = np.eye(2), np.ones(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optima([-1.0], mixing=1.0), r"strengths\[0\] must not be negative, got -1.0"),
        (lambda: optima([np.inf], mixing=1.0), r"strengths\[0\] must be finite, got inf"),
        (lambda: optima([1.0], mixing=2.0), "mixing must be .* at most 1, got 2.0"),
        (lambda: soft_threshold([1.0], [-1.0]), r"threshold\[0\] must not be negative"),
        (lambda: LeastSquares(np.ones((3, 3)), np.ones(3)), r"shape \(N, 2\), got shape \(3, 3\)"),
        (lambda: LeastSquares(FEATURES, np.ones(3)), r"targets must have shape \(2,\)"),
        (lambda: LeastSquares(FEATURES * np.nan, TARGETS), "features.* must be finite"),
        (lambda: LeastSquares(np.ones((2, 2)), TARGETS), "must not be multiples"),
    ],
)
def test_wrong_arguments_are_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()
