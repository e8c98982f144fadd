"""Relative errors against loops as a student writes them, and what is made of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient, relative_error
from core.losses.hinge import HINGE_VARIANTS
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.difference_quotients import (
    BEST_STEP,
    BEST_STEP_FLOAT32,
    OFFSETS,
    STEPS,
    magnified,
)
from pages.gradient_check.errors import Finding, gradient_errors, rule_of_thumb

CAT = [3.2, 5.1, -1.7]
ALL = pytest.mark.parametrize("function", CHECKED_FUNCTIONS.values(), ids=CHECKED_FUNCTIONS)


def naive_gradient(function, point, label, h, dtype):
    x = np.array(point, dtype=dtype)
    slopes = []
    for i in range(len(x)):
        higher, lower = x.copy(), x.copy()
        higher[i] += dtype(h)
        lower[i] -= dtype(h)
        difference = function.evaluate(higher, label).value - function.evaluate(lower, label).value
        slopes.append(float(difference / dtype(2 * h)))
    return slopes


def test_the_steps():
    assert len(STEPS) == 57
    assert (STEPS[0], STEPS[-1]) == (1e-15, 1e-1)
    assert {10.0**-k for k in range(1, 16)} <= set(STEPS)
    assert list(STEPS) == sorted(STEPS)
    assert pytest.approx(6.06e-6, rel=1e-3) == BEST_STEP
    assert pytest.approx(4.92e-3, rel=1e-3) == BEST_STEP_FLOAT32


@ALL
@pytest.mark.parametrize("h", [1e-1, 1e-5, 1e-12])
def test_quotients_as_a_student_writes_them(function, h):
    points = np.random.default_rng(5).normal(scale=3, size=(6, 3))
    labels = np.array([0, 1, 2, 0, 1, 2])
    found = gradient_errors(function, points, labels, steps=h)
    for index, (point, label) in enumerate(zip(points, labels, strict=True)):
        in64 = naive_gradient(function, point, label, h, np.float64)
        in32 = naive_gradient(function, point, label, h, np.float32)
        noise = 2e-16 * 100 / h
        assert_allclose(found.central[index], in64, rtol=1e-12, atol=noise)
        assert_allclose(found.central32[index], in32, rtol=1e-6, atol=2e-7 * 100 / h)
        assert_allclose(found.analytic[index], function.evaluate(point, label).gradient)
        expected = relative_error(found.analytic[index], found.central[index])
        assert_array_equal(found.error[index], expected)


@ALL
def test_right_gradients_agree_and_mistaken_ones_do_not(function):
    points = np.random.default_rng(6).normal(scale=3, size=(40, 5))
    labels = np.random.default_rng(7).integers(5, size=40)
    right = gradient_errors(function, points, labels)
    fine = {Finding.AGREES, Finding.NEARLY_AGREES, Finding.ALL_ZERO}
    assert {Finding(int(f)) for f in right.findings} <= fine
    wrong = gradient_errors(function, points, labels, mistaken=True)
    same = (wrong.analytic == right.analytic).all(axis=-1)
    assert_array_equal(wrong.findings == Finding.WRONG, ~same)
    assert_array_equal(wrong.findings == Finding.MISTAKE_HIDDEN, same)
    assert np.count_nonzero(~same) > 0
    rows = np.flatnonzero(~same)
    differences = np.abs(wrong.analytic - wrong.right)[rows]
    blamed = differences[np.arange(len(rows)), wrong.suspects[rows]]
    assert_allclose(blamed, differences.max(axis=-1), rtol=1e-6)


def test_the_step_is_blamed_for_what_is_its_fault():
    function = CHECKED_FUNCTIONS["cross_entropy"]
    found = gradient_errors(function, np.tile(CAT, (57, 1)), 0, steps=STEPS)
    findings = [Finding(int(f)) for f in found.findings]
    assert findings[STEPS.index(1e-1)] == Finding.STEP_TOO_LARGE
    assert findings[STEPS.index(1e-5)] == Finding.AGREES
    assert findings[STEPS.index(1e-15)] == Finding.STEP_TOO_SMALL
    assert Finding.WRONG not in findings
    mistaken = gradient_errors(function, np.tile(CAT, (57, 1)), 0, steps=STEPS, mistaken=True)
    assert {Finding(int(f)) for f in mistaken.findings} == {Finding.WRONG}
    assert {int(entry) for entry in mistaken.suspects} == {0}


def test_kinks_are_named_and_left_out():
    found = gradient_errors(CHECKED_FUNCTIONS["weston_watkins"], [2.0, 1.0, -5.0], 0, steps=1e-5)
    assert_array_equal(found.kinks, [True, True, False])
    assert found.kink_count == 2
    assert found.worst == 0
    assert_allclose(found.central, [-0.5, 0.5, 0], atol=1e-9)
    assert_array_equal(found.analytic, [0, 0, 0])
    both = check_gradient(
        lambda x: CHECKED_FUNCTIONS["weston_watkins"].evaluate(x, 0).value,
        found.analytic,
        [2.0, 1.0, -5.0],
    )
    assert_array_equal(both.kinks, found.kinks)


def test_published_exact_margin_is_nothing_but_kinks():
    found = gradient_errors(CHECKED_FUNCTIONS["weston_watkins"], [10.0, 9.0, 9.0], 0)
    assert found.findings == Finding.ONLY_KINKS
    assert np.isnan(found.worst)
    assert np.isnan(found.worst32)
    assert_allclose(found.central, [-1, 0.5, 0.5], atol=1e-9)
    smooth = gradient_errors(CHECKED_FUNCTIONS["cross_entropy"], [10.0, 9.0, 9.0], 0)
    assert smooth.findings == Finding.AGREES


def test_only_a_kink_off_the_point_is_escaped_by_a_smaller_step():
    function = CHECKED_FUNCTIONS["weston_watkins"]
    for h in (1e-1, 1e-5, 1e-15):
        at = gradient_errors(function, [10.0, 9.0, 9.0], 0, steps=h)
        assert at.findings == Finding.ONLY_KINKS
    beside = [10.0, 9.001, 9.001]
    assert gradient_errors(function, beside, 0, steps=0.01).findings == Finding.KINKS_WITHIN_STEP
    assert gradient_errors(function, beside, 0, steps=1e-5).findings == Finding.AGREES


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("h", [1e-1, 1e-3, 1e-5, 1e-8])
def test_the_squared_hinge_has_a_derivative_where_it_starts_to_rise(variant, h):
    function = CHECKED_FUNCTIONS[f"{variant}_squared"]
    point = [1.0, -1.0, -1.0] if variant == "one_vs_all" else [10.0, 9.0, 9.0]
    found = gradient_errors(function, point, 0, steps=h)
    assert found.kink_count == 0
    assert found.findings == Finding.BENT
    assert_array_equal(found.analytic, 0)
    # Each term is off by h / 2: the true class of the sum has two of them.
    terms = 2 if variant == "weston_watkins" else 1
    assert_allclose(found.central[0], -terms * h / 2, rtol=1e-5)
    assert_allclose(found.central[1:], h / 2, rtol=1e-5)


def test_a_mistake_beside_a_bend_is_found():
    function = CHECKED_FUNCTIONS["weston_watkins_squared"]
    found = gradient_errors(function, [10.0, 9.0, 12.0], 0, steps=1e-5, mistaken=True)
    assert found.findings == Finding.WRONG
    right = gradient_errors(function, [10.0, 9.0, 12.0], 0, steps=1e-5)
    assert right.findings == Finding.BENT


def test_float32_is_excused_by_a_step_below_its_resolution():
    cat = gradient_errors(
        CHECKED_FUNCTIONS["cross_entropy"], np.tile(CAT, (2, 1)), 0, steps=[1e-5, 1e-2]
    )
    assert_array_equal(cat.is_below_float32, [True, False])
    assert cat.worst32[0] > 1e-2 > cat.worst32[1]


@pytest.mark.parametrize(("h", "kinks"), [(0.1, True), (0.04, False), (1e-15, False)])
def test_a_kink_counts_when_the_step_reaches_it(h, kinks):
    found = gradient_errors(CHECKED_FUNCTIONS["relu"], [0.05, 7.0], steps=h)
    assert_array_equal(found.kinks, [kinks, False])


def test_a_kink_in_one_entry_says_nothing_about_the_others():
    found = gradient_errors(CHECKED_FUNCTIONS["relu"], [0.0, 7.0])
    assert_array_equal(found.kinks, [True, False])
    assert found.findings == Finding.AGREES
    assert found.suspects == 1


def test_a_kink_that_only_the_best_step_would_reach_is_no_mistake():
    found = gradient_errors(CHECKED_FUNCTIONS["relu"], [1e-6, 2.0], steps=1e-8)
    assert not found.kinks.any()
    assert found.findings in (Finding.AGREES, Finding.NEARLY_AGREES)


def test_a_kink_at_the_point_is_found_with_the_smallest_step():
    found = gradient_errors(CHECKED_FUNCTIONS["weston_watkins"], [1000.0, 999.0], 0, steps=1e-15)
    assert found.findings == Finding.ONLY_KINKS


def test_flat_functions_prove_nothing():
    found = gradient_errors(CHECKED_FUNCTIONS["weston_watkins"], [10.0, -2.0, 3.0], 0)
    assert found.findings == Finding.ALL_ZERO


def test_a_mistake_hides_where_it_changes_nothing():
    found = gradient_errors(CHECKED_FUNCTIONS["relu"], [1.0, 2.0], mistaken=True)
    assert found.findings == Finding.MISTAKE_HIDDEN


def test_tiny_derivatives_are_not_called_wrong():
    # CS231n's [10, -100, -100] with a wrong label: f = 110, and two derivatives of 1e-48.
    found = gradient_errors(CHECKED_FUNCTIONS["cross_entropy"], [10.0, -100.0, -100.0], 1)
    assert found.findings == Finding.UNRESOLVED
    assert found.suspects == 2
    assert found.error[2] == 1
    assert 0 < found.analytic[2] < 1e-47
    # With the right label the loss itself is as tiny, and every digit of it counts.
    found = gradient_errors(CHECKED_FUNCTIONS["cross_entropy"], [10.0, -100.0, -100.0], 0)
    assert found.findings == Finding.AGREES


def test_rule_of_thumb_at_its_bounds():
    errors = [0, 1e-7, 1.1e-7, 1e-4, 1.1e-4, 1e-2, 1.1e-2, 2]
    assert rule_of_thumb(errors).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_relative_error_by_hand():
    assert relative_error(0.0, 0.0) == 0
    assert relative_error(1.0, 3.0) == pytest.approx(2 / 3)
    assert relative_error(-1.0, 1.0) == 2
    assert relative_error(1e-300, 0.0) == 1
    with pytest.raises(ValueError, match=r"numerical\[0\] must be finite, got nan"):
        relative_error([1.0], [np.nan])


def test_magnified_is_the_function_itself():
    function, h = CHECKED_FUNCTIONS["cross_entropy"], 1e-2
    view = magnified(function, CAT, 0, entries=1, steps=h)
    here = function.evaluate(CAT, 0).value
    for offset, value in zip(OFFSETS, view.curve, strict=True):
        there = function.evaluate([3.2, 5.1 + offset * h, -1.7], 0).value
        assert_allclose(value, (there - here) / h, atol=1e-12)
    assert_allclose(view.curve32, view.curve, atol=1e-3)
    central = gradient_errors(function, CAT, 0, steps=h).central[1]
    assert_allclose(np.diff(view.secant) / 4, central, rtol=1e-11)
    assert_allclose(view.secant.mean(), view.ends.mean(), rtol=1e-12)
    assert_allclose(view.tangent, [-2 * 0.869, 2 * 0.869], rtol=1e-3)
    wrong = magnified(function, CAT, 0, entries=0, steps=h, mistaken=True)
    assert_allclose(wrong.tangent[1], 2 * function.mistaken(CAT, 0).gradient[0])


def test_errors():
    function = CHECKED_FUNCTIONS["l2"]
    with pytest.raises(ValueError, match=r"steps must be greater than 0, got 0.0"):
        gradient_errors(function, [1.0], steps=0.0)
    with pytest.raises(ValueError, match=r"steps must be finite, got nan"):
        gradient_errors(function, [1.0], steps=np.nan)
    with pytest.raises(ValueError, match=r"points\[0\] must be finite, got inf"):
        gradient_errors(function, [np.inf])
    with pytest.raises(ValueError, match=r"entries must be a label from 0 to 1, got 5"):
        magnified(function, [1.0, 2.0], entries=5)
    with pytest.raises(ValueError, match=r"errors\[0\] must be finite, got nan"):
        rule_of_thumb([np.nan])
