"""Central differences against derivatives known by heart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient, numerical_gradient
from core.losses.hinge import hinge


@pytest.mark.parametrize(
    ("function", "point", "gradient"),
    [
        (lambda x: (x**3).sum(), [1.0, -2.0], [3.0, 12.0]),
        (lambda x: np.exp(x[0]) * x[1], [0.5, 2.0], [2 * np.exp(0.5), np.exp(0.5)]),
        (lambda x: (x[0] + x[1]) * x[2], [-2, 5, -4], [-4, -4, 3]),
        (lambda x: x**2, 3, 6),
        (lambda x: (x * [[1, 2], [3, 4]]).sum(), [[0, 0], [0, 0]], [[1, 2], [3, 4]]),
        (lambda x: x[0] ** 2, [1e8], [2e8]),
    ],
)
def test_known_derivatives(function, point, gradient):
    numerical = numerical_gradient(function, point)
    assert numerical.shape == np.shape(point)
    assert_allclose(numerical, gradient, rtol=1e-9)
    check = check_gradient(function, gradient, point)
    assert not check.kinks.any()
    assert check.worst < 1e-9
    assert_array_equal(check.numerical, numerical)


def test_default_step_is_the_cube_root_of_epsilon():
    seen = []
    numerical_gradient(lambda x: seen.append(x[0]) or 0.0, [100.0])
    width = 2 * 100 * np.cbrt(2.0**-52)
    assert_allclose(max(seen) - min(seen), width, rtol=1e-8)
    seen.clear()
    numerical_gradient(lambda x: seen.append(x[0]) or 0.0, [0.01])
    assert_allclose(max(seen) - min(seen), width / 100, rtol=1e-8)


@pytest.mark.parametrize("step", [0.5, 1e-2, 1e-3])
def test_error_of_a_cube_is_the_step_squared(step):
    numerical = numerical_gradient(lambda x: x[0] ** 3, [1.0], step=step)
    assert_allclose(numerical, 3 + step**2, rtol=1e-11)


def test_wrong_gradient_is_seen():
    check = check_gradient(lambda x: (x**2).sum(), [2.0, 4.4, 0.0], [1.0, 2.0, 0.0])
    assert_allclose(check.relative_error, [0, 0.4 / 4.4, 0], atol=1e-9)
    assert_allclose(check.worst, 0.4 / 4.4, rtol=1e-8)
    assert_array_equal(check.analytic, [2.0, 4.4, 0.0])
    check = check_gradient(lambda x: (x**2).sum(), [-2.0], [1.0])
    assert_allclose(check.relative_error, [2.0], rtol=1e-9)


def test_gradient_as_a_function_of_the_point():
    check = check_gradient(lambda x: (x**2).sum(), lambda x: 2 * x, [1.0, -3.0])
    assert_array_equal(check.analytic, [2.0, -6.0])
    assert check.worst < 1e-9


def test_kinks_are_flagged_and_left_out_of_the_worst_error():
    scores = [2.0, 1.0, -5.0]  # class 1 exactly at the margin
    check = check_gradient(lambda s: hinge(s, 0).value, lambda s: hinge(s, 0).gradient, scores)
    assert_array_equal(check.kinks, [True, True, False])
    assert_allclose(check.relative_error, [1, 1, 0], rtol=1e-9)
    assert check.worst == 0.0


def test_kink_less_than_a_step_away():
    check = check_gradient(lambda x: abs(x[0]), np.sign, [0.005], step=0.01)
    assert_array_equal(check.kinks, [True])
    assert_allclose(check.numerical, [0.5], rtol=1e-12)
    check = check_gradient(lambda x: abs(x[0]), np.sign, [0.015], step=0.01)
    assert_array_equal(check.kinks, [False])


def test_curvature_is_no_kink_unless_told_so():
    point = [0.0]
    assert not check_gradient(lambda x: x[0] ** 2, [0.0], point).kinks.any()
    assert not check_gradient(lambda x: 50 * x[0] ** 2, [0.0], point).kinks.any()
    strict = check_gradient(lambda x: x[0] ** 2, [0.0], point, kink_tolerance=1e-6)
    assert_array_equal(strict.kinks, [True])


def test_function_may_change_its_argument():
    def spoiling(x):
        x *= 2
        return x.sum()

    point = np.array([1.0, 2.0])
    assert_allclose(numerical_gradient(spoiling, point), [2, 2], rtol=1e-9)
    assert_array_equal(point, [1, 2])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int64])
def test_differences_are_taken_in_float64(dtype):
    numerical = numerical_gradient(lambda x: (x**2).sum(), np.array([1, 2], dtype=dtype))
    assert numerical.dtype == np.float64
    assert_allclose(numerical, [2, 4], rtol=1e-9)


def test_errors():
    with pytest.raises(ValueError, match=r"point\[1\] must be finite, got nan \(point of shape"):
        numerical_gradient(np.sum, [1.0, np.nan])
    with pytest.raises(ValueError, match=r"point must not be empty, got shape \(0,\)"):
        numerical_gradient(np.sum, [])
    for step in (0, -1e-5, np.inf):
        with pytest.raises(ValueError, match=rf"step must be .* greater than 0, got {step}"):
            numerical_gradient(np.sum, [1.0], step=step)
    with pytest.raises(ValueError, match=r"step must be large .* an entry of 1000.0, got 1e-15"):
        numerical_gradient(np.sum, [1.0, 1e3], step=1e-15)
    message = r"gradient must have the shape of the point, \(2,\), got shape \(3,\)"
    with pytest.raises(ValueError, match=message):
        check_gradient(np.sum, [1.0, 1.0, 1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"kink_tolerance must be .* greater than 0, got 0"):
        check_gradient(np.sum, [1.0], [1.0], kink_tolerance=0)
