"""The error against the step: measured against loops, predicted against measured."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.difference_quotients import BEST_STEP, STEPS
from pages.gradient_check.errors import gradient_errors
from pages.gradient_check.numbers import sweep_gradient_check
from pages.gradient_check.step_error import error_curves, predicted_errors, third_derivatives

CAT = [3.2, 5.1, -1.7]
# Matrix products round a row differently in different batches.
NOISE = {"affine": 1e-14}
ALL = pytest.mark.parametrize("function", CHECKED_FUNCTIONS.values(), ids=CHECKED_FUNCTIONS)


@ALL
@pytest.mark.parametrize("mistaken", [False, True])
def test_a_curve_is_the_errors_step_by_step(function, mistaken):
    curves = error_curves(function, [CAT, CAT], 0, entries=[1, 2], mistaken=mistaken)
    for index, h in enumerate(STEPS):
        errors = gradient_errors(function, CAT, 0, steps=h, mistaken=mistaken)
        noise = NOISE.get(function.id, 0.0) / h
        assert_allclose(curves.central[:, index], errors.error[1:], rtol=0, atol=noise)
        assert_allclose(curves.central32[:, index], errors.error32[1:], rtol=0, atol=1e8 * noise)
    for index, h in enumerate(STEPS[::4]):
        moved, here = (function.evaluate([3.2, s, -1.7], 0).value for s in (5.1 + h, 5.1))
        slope = (function.mistaken if mistaken else function.evaluate)(CAT, 0).gradient[1]
        forward = (moved - here) / h
        size = max(abs(slope), abs(forward)) or 1
        assert_allclose(curves.forward[0, index], abs(slope - forward) / size, atol=1e-15 / h)


@pytest.mark.parametrize("h", [1e-1, 3e-2, 1e-2, 3e-3, 1e-3])
def test_truncation_is_what_taylor_says(h):
    function = CHECKED_FUNCTIONS["cross_entropy"]
    found = gradient_errors(function, CAT, 0, steps=h)
    third = third_derivatives(function, CAT)
    predicted = predicted_errors(found.value, third, h)
    assert_allclose(found.central - found.analytic, h**2 * third / 6, rtol=5e-3, atol=1e-11)
    assert_allclose(predicted.truncation, h**2 * np.abs(third) / 6)


def test_rounding_stays_near_what_is_predicted():
    function = CHECKED_FUNCTIONS["cross_entropy"]
    points = np.random.default_rng(8).normal(scale=2, size=(50, 3))
    found = gradient_errors(function, points, 0, steps=1e-9)
    # The rounding of x matters as well, and f may be small beside it.
    size = np.abs(found.value)[:, None] + np.abs(points)
    predicted = predicted_errors(size, third_derivatives(function, points), 1e-9)
    ratio = np.abs(found.central - found.analytic) / predicted.total
    assert ratio.max() < 1.5
    assert np.median(ratio) > 0.01


def test_the_best_step_is_the_lowest_of_the_sum():
    value, third = 2.04, 0.083
    best = float(predicted_errors(value, third, 1.0).best_step)
    total = [float(predicted_errors(value, third, best * k).total) for k in (0.99, 1.0, 1.01)]
    assert total[1] == min(total)
    assert float(predicted_errors(1.0, 1.0, 1.0).best_step) == pytest.approx(
        3 ** (1 / 3) * BEST_STEP
    )
    assert predicted_errors(value, 0.0, 1.0).best_step == np.inf


def test_the_valleys_of_both_types_lie_where_they_are_marked():
    curves = error_curves(CHECKED_FUNCTIONS["cross_entropy"], CAT, 0, entries=0)
    assert 1e-6 < STEPS[int(curves.central.argmin())] < 1e-3
    assert curves.central.min() < 1e-11
    assert 1e-3 < STEPS[int(curves.central32.argmin())] < 5e-2
    assert 1e-7 < curves.central32.min() < 1e-4
    assert 1e-9 < STEPS[4 * int(curves.forward.argmin())] < 1e-6
    assert curves.forward.min() > 100 * curves.central.min()


def test_a_wrong_gradient_has_no_valley():
    curves = error_curves(CHECKED_FUNCTIONS["cross_entropy"], CAT, 0, entries=0, mistaken=True)
    assert curves.central.min() > 0.9
    others = error_curves(CHECKED_FUNCTIONS["cross_entropy"], CAT, 0, entries=1, mistaken=True)
    assert others.central.min() < 1e-11


def test_parabolas_have_no_truncation():
    for id in ("l2", "squared_error", "affine"):
        curves = error_curves(CHECKED_FUNCTIONS[id], CAT, 0, entries=1)
        assert curves.central[-1] < 1e-14
        assert curves.forward[-1] > 1e-3


def test_predicted_is_relative_to_the_slope():
    function = CHECKED_FUNCTIONS["cross_entropy"]
    curves = error_curves(function, CAT, 0, entries=1)
    evaluated = function.evaluate(CAT, 0)
    third = third_derivatives(function, CAT)[1]
    for type, row in ((np.float64, curves.rounding), (np.float32, curves.rounding32)):
        predicted = predicted_errors(evaluated.value, third, [1e-15, 1e-1], dtype=type)
        assert_allclose(row, predicted.rounding / evaluated.gradient[1], rtol=1e-12)
        assert_allclose(curves.truncation, predicted.truncation / evaluated.gradient[1], rtol=1e-12)
    # The measured error follows the lines on both sides of the valley.
    assert_allclose(curves.central[-1], curves.truncation[1], rtol=0.02)
    assert_allclose(curves.central[-5], curves.truncation[1] / 100, rtol=0.02)
    assert 0.01 < curves.central[:8].max() / curves.rounding[0] < 1
    flat = error_curves(CHECKED_FUNCTIONS["weston_watkins"], [10.0, 0.0, 0.0], 0, entries=0)
    assert np.isinf([flat.truncation, flat.rounding, flat.rounding32]).all()


def test_many_entries_have_fewer_steps():
    few = sweep_gradient_check(CHECKED_FUNCTIONS["l1"], np.arange(6.0))
    many = sweep_gradient_check(CHECKED_FUNCTIONS["l1"], np.arange(7.0))
    assert few.steps == STEPS
    assert many.steps == STEPS[::2]
    assert {10.0**-k for k in range(1, 16)} <= set(many.steps)
    assert many.by["h"].errors.steps.tolist() == list(many.steps)
    assert many.by["score6"].curves.central.shape == (201, 29)


@ALL
@pytest.mark.parametrize("mistaken", [False, True])
def test_a_sweep_is_its_single_checks(function, mistaken):
    settings = {"margin": 1.5, "mistaken": mistaken}
    sweeps = sweep_gradient_check(function, CAT, 1, along=2, step=1e-4, **settings)
    grid = sweeps.axis.grid
    rows = [
        (sweeps.now, (), CAT, 1, 1e-4, 2),
        (sweeps.focuses[0], (), CAT, 1, 1e-4, 0),
        (sweeps.by["score0"], 7, [grid[7], 5.1, -1.7], 1, 1e-4, 0),
        (sweeps.by["score2"], 200, [3.2, 5.1, 10.0], 1, 1e-4, 2),
        (sweeps.by["label"], 2, CAT, 2, 1e-4, 2),
        (sweeps.by["h"], 3, CAT, 1, STEPS[3], 2),
    ]
    for view, place, point, label, step, entry in rows:
        assert view.entries[place] == entry
        noise = NOISE.get(function.id, 0.0) / step
        errors = gradient_errors(function, point, label, steps=step, **settings)
        curves = error_curves(function, point, label, entries=entry, **settings)
        for name in ("points", "value", "analytic", "central", "central32", "kinks", "findings"):
            found, expected = getattr(view.errors, name)[place], getattr(errors, name)
            assert_allclose(found, expected, rtol=0, atol=noise * (1e8 if name[-2:] == "32" else 1))
        for name in ("central", "central32", "forward", "truncation", "rounding", "rounding32"):
            found, expected = getattr(view.curves, name)[place], getattr(curves, name)
            steps = {2: (1e-15, 1e-1), 15: STEPS[::4], 57: STEPS}[len(found)]
            scale = (1e8 if name[-2:] == "32" else 1) * NOISE.get(function.id, 0.0)
            for a, b, h in zip(found, expected, steps, strict=True):
                assert_allclose(a, b, rtol=0, atol=scale / h)
        slope = errors.analytic[entry]
        assert_allclose(view.magnified.tangent[place], [-2 * slope, 2 * slope])


def test_the_slopes_find_room():
    assert sweep_gradient_check(CHECKED_FUNCTIONS["cross_entropy"], CAT).slope_limit == 1
    parabola = sweep_gradient_check(CHECKED_FUNCTIONS["l2"], [1.0, 2.0])
    assert 4 <= parabola.slope_limit <= 20
    flat = sweep_gradient_check(CHECKED_FUNCTIONS["weston_watkins"], [10.0, 0.0])
    assert flat.slope_limit == 1


def test_errors():
    with pytest.raises(ValueError, match="third_derivative must be finite, got inf"):
        predicted_errors(1.0, np.inf, 1.0)
    with pytest.raises(ValueError, match=r"steps\[1\] must be greater than 0, got -1.0"):
        predicted_errors(1.0, 1.0, [1.0, -1.0])
    with pytest.raises(ValueError, match=r"entries must be a label from 0 to 2, got 3"):
        error_curves(CHECKED_FUNCTIONS["l1"], CAT, entries=3)
