"""Softmax step by step: against mpmath, hand tables, numerical derivatives, and in both limits."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.softmax import LARGEST_CONSTANT
from pages.softmax.numbers import (
    CONSTANT,
    TEMPERATURE,
    TEMPERATURE_GRID,
    Regime,
    constant_grid,
    logit_axis,
    plus_constant,
    softmax_steps,
    sweep_softmax,
)
from pages.ui.kit.scores import score_id
from tests.core.oracles import DIGITS, EPSILON

tenths = st.integers(-300, 300).map(lambda n: n / 10)
logits_strategy = st.lists(tenths, min_size=2, max_size=10)
temperatures = st.sampled_from([0.05, 0.3, 0.905, 1.0, 2.46, 20.0])


def exact(logits, temperature=1.0, constant=0.0):
    """Probabilities and entropy by the textbook formula, with 700 digits."""
    with mp.workdps(DIGITS):
        t = mp.mpf(float(temperature))
        powers = [mp.exp((mp.mpf(float(z)) + mp.mpf(float(constant))) / t) for z in logits]
        total = mp.fsum(powers)
        p = [power / total for power in powers]
        return p, -mp.fsum(v * mp.log(v) for v in p), total


def error(value, reference) -> float:
    """Relative error in machine epsilons; what underflows has to be tiny."""
    with mp.workdps(DIGITS):
        if abs(reference) < mp.mpf(2) ** -1000:
            assert abs(mp.mpf(float(value))) <= mp.mpf(2) ** -999
            return 0.0
        return float(abs(mp.mpf(float(value)) - reference) / abs(reference)) / EPSILON


@given(logits_strategy, temperatures, st.sampled_from([0.0, 0.1, -7.3, 1000.0]))
def test_every_step_is_the_textbook_formula(logits, temperature, constant) -> None:
    steps = softmax_steps(logits, temperature=temperature, constant=constant)
    p, entropy, total = exact(logits, temperature, constant)
    # An exponential forgets about an epsilon for each unit of its argument.
    allowed = 8 + 2 * (max(logits) - min(logits)) / temperature
    for value, reference in zip(steps.probabilities, p, strict=True):
        assert error(value, reference) < allowed
    assert error(steps.entropy, entropy) < allowed
    with mp.workdps(DIGITS):
        t = mp.mpf(temperature)
        peak = mp.mpf(max(logits))
        for z, exponent, exponential in zip(
            logits, steps.exponents, steps.exponentials, strict=True
        ):
            assert error(exponent, (mp.mpf(z) - peak) / t) < 2
            assert error(exponential, mp.exp((mp.mpf(z) - peak) / t)) < allowed
        assert error(steps.total, total / mp.exp((peak + mp.mpf(constant)) / t)) < allowed
        for i, row in enumerate(steps.jacobian):
            for j, entry in enumerate(row):
                reference = p[i] * ((i == j) - p[j]) / t
                assert error(entry, reference) < 2 * allowed + 8
    np.testing.assert_array_equal(steps.moved_logits, plus_constant(logits, constant))


def test_hand_table_of_1_2_3() -> None:
    steps = softmax_steps([1, 2, 3])
    np.testing.assert_allclose(steps.exponents, [-2, -1, 0])
    np.testing.assert_allclose(steps.exponentials, [0.1353352832, 0.3678794412, 1], rtol=1e-9)
    assert steps.total == pytest.approx(1.5032147244, rel=1e-10)
    np.testing.assert_allclose(steps.probabilities, [0.09003057, 0.24472847, 0.66524096], rtol=1e-7)
    assert steps.entropy == pytest.approx(0.8323955818, rel=1e-9)
    assert steps.entropy_in_bits == pytest.approx(1.2008929780, rel=1e-9)
    assert steps.largest_entropy == pytest.approx(1.0986122887, rel=1e-10)
    np.testing.assert_allclose(
        steps.jacobian,
        [
            [0.08192507, -0.02203304, -0.05989202],
            [-0.02203304, 0.18483645, -0.1628034],
            [-0.05989202, -0.1628034, 0.22269543],
        ],
        atol=5e-9,
    )
    assert (steps.winners, steps.leaders) == (2, 1)


@pytest.mark.parametrize(
    ("logits", "printed"),
    [
        ([1, 2, 3], ".09 .24 .67"),
        ([0.3, 2.9, 4.0], ".01821127 .24519181 .73659691"),
        ([5.3, 10.1], ".00816 .99184"),
        ([1, -2, 0], ".7 .04 .26"),
        ([0.5, -1, 0], ".55 .12 .33"),
        ([1010, 1000, 990], ".9999546 4.54e-5 2.06e-9"),
        ([123, 456, 789], "5.75e-290 2.40e-145 1"),
        ([12.5, 0.6, -23], ".999993 6.8e-6 3.8e-16"),
    ],
)
def test_published_examples(logits, printed) -> None:
    figures = [Decimal(figure) for figure in printed.split()]
    for value, figure in zip(softmax_steps(logits).probabilities, figures, strict=True):
        half_a_digit = Decimal((0, (5,), figure.as_tuple().exponent - 1))
        assert abs(Decimal(float(value)) - figure) <= half_a_digit


@given(logits_strategy, st.sampled_from([0.3, 1.0, 2.46]))
def test_jacobian_is_the_derivative_of_the_probabilities(logits, temperature) -> None:
    z, h = np.array(logits), 1e-5
    jacobian = softmax_steps(z, temperature=temperature).jacobian
    for j in range(z.size):
        nudge = h * (np.arange(z.size) == j)
        up = softmax_steps(z + nudge, temperature=temperature).probabilities
        down = softmax_steps(z - nudge, temperature=temperature).probabilities
        np.testing.assert_allclose(jacobian[:, j], (up - down) / (2 * h), atol=1e-8)


@given(logits_strategy, temperatures)
def test_rows_and_columns_sum_to_0(logits, temperature) -> None:
    steps = softmax_steps(logits, temperature=temperature)
    assert steps.row_sums.tolist() == [0.0] * len(logits)
    assert steps.column_sums.tolist() == [0.0] * len(logits)
    diagonal = np.diag(steps.jacobian)
    others = steps.jacobian - np.diag(diagonal)
    assert np.all(diagonal >= 0)
    assert np.all(others <= 0)


def test_a_sum_that_is_not_0_is_told() -> None:
    steps = softmax_steps([1, 2, 3])
    wrong = steps.jacobian.copy()
    wrong[0, 1] += 1e-12
    broken = replace(steps, jacobian=wrong)
    assert broken.row_sums.tolist() == [pytest.approx(1e-12, rel=1e-3, abs=0), 0, 0]
    assert broken.column_sums.tolist() == [0, pytest.approx(1e-12, rel=1e-3, abs=0), 0]


@given(logits_strategy)
def test_cold_limit_is_the_argmax_shared_by_its_ties(logits) -> None:
    highest = np.array(logits) == max(logits)
    for temperature in (1e-3, 1e-100, 1e-308, 5e-324):
        steps = softmax_steps(logits, temperature=temperature)
        np.testing.assert_allclose(
            steps.probabilities, highest / highest.sum(), rtol=1e-14, atol=1e-40
        )
        # The smallest difference is 0.1: exp(-100) is below an epsilon, but not yet 0.
        assert steps.entropy == pytest.approx(np.log(highest.sum()), abs=1e-40, rel=1e-14)
        assert not np.isnan(steps.jacobian).any()


def test_the_entropy_of_a_near_certain_class_keeps_its_digits() -> None:
    for temperature in (0.05, 0.03, 0.01):
        steps = softmax_steps([1, 2, 3], temperature=temperature)
        _, entropy, _ = exact([1, 2, 3], temperature)
        assert steps.probabilities[2] > 1 - 1e-8
        assert 0 < steps.entropy < 1e-7
        assert error(steps.entropy, entropy) < 8 + 4 / temperature


@given(logits_strategy)
def test_hot_limit_is_uniform(logits) -> None:
    classes = len(logits)
    for temperature in (1e12, 1e100, 1e308):
        steps = softmax_steps(logits, temperature=temperature)
        np.testing.assert_allclose(steps.probabilities, 1 / classes, rtol=1e-10)
        assert steps.entropy == pytest.approx(np.log(classes), rel=1e-14)
        assert steps.entropy <= steps.largest_entropy * (1 + 1e-15)


@given(logits_strategy)
def test_entropy_grows_with_the_temperature(logits) -> None:
    entropy = sweep_softmax(logits, focus=0).by[TEMPERATURE].entropy
    assert np.all(np.diff(entropy) >= -1e-15)
    assert entropy.min() >= 0


@given(logits_strategy, temperatures, st.floats(-LARGEST_CONSTANT, LARGEST_CONSTANT))
def test_a_constant_changes_nothing_but_the_last_digits(logits, temperature, constant) -> None:
    steps = softmax_steps(logits, temperature=temperature, constant=constant)
    plain = softmax_steps(logits, temperature=temperature)
    for name in ("exponents", "exponentials", "probabilities", "entropy", "jacobian"):
        np.testing.assert_array_equal(getattr(steps, name), getattr(plain, name))
    added = np.array(logits) + constant
    naive = np.exp((added - added.max()) / temperature)
    naive /= naive.sum()
    assert steps.shift_error == pytest.approx(
        np.abs(naive - steps.probabilities).max(), abs=4 * EPSILON
    )
    assert steps.shift_error <= 1030 * EPSILON / temperature
    assert plain.shift_error == 0


@given(logits_strategy, temperatures)
def test_the_winner_of_the_logits_is_the_winner_of_the_probabilities(logits, temperature) -> None:
    steps = softmax_steps(logits, temperature=temperature)
    assert steps.winners == logits.index(max(logits))
    assert steps.probabilities[steps.winners] == steps.probabilities.max()
    assert steps.leaders == logits.count(max(logits))


@pytest.mark.parametrize(
    ("logits", "temperature", "regime"),
    [
        ([1, 2, 3], 1.0, Regime.PLAIN),
        ([1, 2, 3], 0.5, Regime.SHARPENED),
        ([1, 2, 3], 2.0, Regime.FLATTENED),
        ([1, 2, 3], 0.05, Regime.ALMOST_ARGMAX),
        ([3, 3, 1], 0.05, Regime.ALMOST_ARGMAX),
        ([12.5, 0.6, -23], 1.0, Regime.ALMOST_ARGMAX),
        ([0.01, 0.02, 0.03], 20.0, Regime.ALMOST_UNIFORM),
        ([4, 4, 4], 0.05, Regime.EQUAL),
        ([4, 4, 4], 20.0, Regime.EQUAL),
    ],
)
def test_regimes(logits, temperature, regime) -> None:
    assert softmax_steps(logits, temperature=temperature).regimes == regime


@given(logits_strategy, temperatures, st.sampled_from([0.0, 2.2, -5.0, 1000.0]))
def test_a_sweep_is_the_steps_at_every_value(logits, temperature, constant) -> None:
    focus = len(logits) - 1
    sweeps = sweep_softmax(logits, focus=focus, temperature=temperature, constant=constant)
    stands = sweeps.axis.grid
    cases = [(sweeps.now, (), logits, temperature, constant, focus)]
    for moved in range(len(logits)):
        assert sweeps.by[score_id(moved)].moved_logits[:, moved].tolist() == stands.tolist()
        for row in (0, 57, 200):
            at = plus_constant(stands[row], -constant).item()
            there = [*logits[:moved], at, *logits[moved + 1 :]]
            by_logit = sweeps.by[score_id(moved)]
            cases.append((by_logit, row, there, temperature, constant, moved))
    for row in (0, 44, 100):
        hot, moved = TEMPERATURE_GRID[row], sweeps.constants[row]
        cases.append((sweeps.by[TEMPERATURE], row, logits, hot, constant, focus))
        cases.append((sweeps.by[CONSTANT], row, logits, temperature, moved, focus))
    for steps, row, z, t, c, j in cases:
        alone = softmax_steps(z, temperature=t, constant=c, focus=j)
        assert steps.focus == j
        for name in {field.name for field in fields(alone)} - {"focus"}:
            np.testing.assert_allclose(
                getattr(steps, name)[row], getattr(alone, name), rtol=1e-13, atol=1e-300
            )


def test_a_logit_that_is_taken_is_the_one_in_focus() -> None:
    sweeps = sweep_softmax([1, 2, 3], focus=1)
    assert sweeps.now.own_probability == pytest.approx(0.24472847, rel=1e-7)
    assert sweeps.now.own_derivative == pytest.approx(0.18483645, abs=5e-9)
    assert sweeps.now.other_derivatives == pytest.approx(-0.18483645, abs=5e-9)
    own = [float(steps.own_derivative) for steps in sweeps.focuses]
    assert own == np.diag(sweeps.now.jacobian).tolist()


def test_temperatures_go_in_equal_ratios_through_1() -> None:
    assert TEMPERATURE_GRID[[0, 60, 120]].tolist() == [0.05, 1.0, 20.0]
    np.testing.assert_allclose(
        TEMPERATURE_GRID[1:] / TEMPERATURE_GRID[:-1], 20 ** (1 / 60), rtol=0.011
    )
    np.testing.assert_allclose(TEMPERATURE_GRID * TEMPERATURE_GRID[::-1], 1, rtol=0.011)
    with pytest.raises(ValueError, match="read-only"):
        TEMPERATURE_GRID[0] = 1


@pytest.mark.parametrize(
    ("logits", "constant", "limit", "constants"),
    [
        ([1, 2, 3], 0.0, 10, 5),
        ([3.2, 5.1, -1.7], 5.0, 20, 10),
        ([1, 2, 3], 5.0, 10, 5),
        ([1, 2, 3], -5.0, 10, 5),
        ([1, 2, 3], 5.1, 20, 10),
        ([10, 0, -10], 1000.0, 2000, 1000),
        ([1e6, 0], 0.0, 2e6, 1000),
        ([1000, 0], -1000.0, 2000, 1000),
    ],
)
def test_axis_holds_what_is_shown(logits, constant, limit, constants) -> None:
    axis = logit_axis(logits, constant)
    grid = constant_grid(axis)
    assert axis.limit == limit
    assert grid.size == 101
    assert grid[[0, 50, 100]].tolist() == [-constants, 0, constants]
    assert grid[0] <= constant <= grid[-1]
    assert max(abs(z + constant) for z in logits) <= limit


@given(
    st.lists(st.integers(-(10**9), 10**9).map(lambda n: n / 1000), min_size=1, max_size=5),
    st.integers(-(10**6), 10**6).map(lambda n: n / 1000),
)
def test_a_constant_comes_off_again(values, constant) -> None:
    assert plus_constant(plus_constant(values, constant), -constant).tolist() == values


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"logits": [1.0, np.nan]},
            r"logits\[1\] must be finite, got nan \(logits of shape \(2,\)\)",
        ),
        ({"logits": [[1.0, -np.inf]]}, r"logits\[0, 1\] must be finite, got -inf"),
        (
            {"logits": [1.0, 2.0], "temperature": 0.0},
            "temperature must be a finite number above 0, got 0.0",
        ),
        (
            {"logits": [[1.0], [2.0]], "temperature": [1.0, -2.0]},
            r"temperature\[1\] must be a finite number above 0, got -2.0",
        ),
        ({"logits": [1.0], "temperature": np.inf}, "temperature must be a finite .* got inf"),
        ({"logits": [1.0], "constant": np.nan}, "constant must be finite, got nan"),
    ],
)
def test_wrong_arguments(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        softmax_steps(**arguments)


def test_inputs_are_left_alone() -> None:
    logits = np.array([1.0, 2.0, 3.0])
    sweep_softmax(logits, focus=0, temperature=0.5, constant=7.0)
    softmax_steps(logits, constant=3.0)
    assert logits.tolist() == [1, 2, 3]
