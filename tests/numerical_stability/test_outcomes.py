"""How what a method returns is judged by the exact numbers."""

import warnings

import numpy as np
import pytest

from core.precision.exact import exact_softmax
from core.precision.float_types import PRECISIONS
from pages.numerical_stability.numbers import COMPARED, compare_methods
from pages.numerical_stability.outcomes import EPSILONS_OF_RIGHT, Outcome, Status, judge


def test_statuses():
    exact = exact_softmax([[1.0, 2.0]] * 6).losses[:, 0]
    true, eps = exact.value[0], np.finfo(np.float64).eps
    allowed = EPSILONS_OF_RIGHT * eps
    computed = np.array([true, true * (1 + 0.9 * allowed), true * (1 + 1.1 * allowed), 0, 0, 0])
    computed[3:] = -0.0, np.inf, np.nan
    expected = [
        Status.RIGHT,
        Status.RIGHT,
        Status.ROUNDED,
        Status.ZERO,
        Status.INFINITE,
        Status.NAN,
    ]
    assert judge(computed, exact).tolist() == expected


def test_what_is_exact_depends_on_the_type():
    exact = exact_softmax([1.0, 2.0]).losses[0]
    off = exact.value * (1 + 1e-5)
    assert judge(np.float64(off), exact) == Status.ROUNDED
    assert judge(np.float32(off), exact) == Status.ROUNDED
    assert judge(np.float16(off), exact) == Status.RIGHT


@pytest.mark.parametrize(
    ("logits", "label", "method", "precision", "expected"),
    [
        ([1, 2, 3], 2, "naive", "float16", Outcome.RIGHT),
        ([1, 2, 3], 2, "log_space", "float64", Outcome.RIGHT),
        ([20, 9, 9], 0, "naive", "float64", Outcome.LOSS_ROUNDED),
        ([1010, 1000, 990], 0, "shifted", "float32", Outcome.LOSS_ROUNDED),
        ([1003.2, 1005.1, 998.3], 0, "log_space", "float16", Outcome.ROUNDED),
        ([0, 0, -30], 0, "shifted", "float16", Outcome.SOME_UNDERFLOW),
        ([123, 456, 789], 0, "log_space", "float32", Outcome.SOME_UNDERFLOW),
        ([10, -100, -100], 0, "shifted", "float64", Outcome.LOSS_VANISHED),
        ([10, -100, -100], 0, "log_space", "float64", Outcome.RIGHT),
        ([10, -100, -100], 0, "log_space", "float32", Outcome.LOSS_UNDERFLOW),
        ([1000, -1000], 0, "log_space", "float64", Outcome.LOSS_UNDERFLOW),
        ([123, 456, 789], 0, "shifted", "float32", Outcome.TRUE_UNDERFLOW),
        ([5, -800, 1], 1, "naive", "float64", Outcome.TRUE_UNDERFLOW),
        ([5e4, -5e4], 1, "log_space", "float16", Outcome.LOSS_OVERFLOW),
        ([11.0, 11.0], 0, "naive", "float16", Outcome.SUM_OVERFLOW),
        ([709.5, 709.5], 0, "naive", "float64", Outcome.SUM_OVERFLOW),
        ([-800, -801], 0, "naive", "float64", Outcome.ALL_UNDERFLOW),
        ([-200, -201], 0, "naive", "float32", Outcome.ALL_UNDERFLOW),
        ([-200, -201], 0, "naive", "float64", Outcome.RIGHT),
        ([1010, 1000, 990], 0, "naive", "float64", Outcome.EXP_OVERFLOW),
        ([101, 100, 99], 0, "naive", "float32", Outcome.EXP_OVERFLOW),
        ([101, 100, 99], 0, "naive", "float64", Outcome.RIGHT),
        ([123, 456, 789], 0, "naive", "float64", Outcome.EXP_OVERFLOW),  # with a loss of inf
        ([1e5, 1e4], 0, "shifted", "float16", Outcome.LOGITS_OVERFLOW),
        ([1e5, 1e4], 1, "log_space", "float16", Outcome.LOGITS_OVERFLOW),
        ([0, -1e5], 1, "shifted", "float16", Outcome.LOGITS_OVERFLOW),
        ([0, -1e5], 0, "shifted", "float16", Outcome.LOSS_UNDERFLOW),
    ],
)
def test_outcomes(logits, label, method, precision, expected):
    found = compare_methods(logits, label).outcomes
    assert found[COMPARED.index(method), PRECISIONS.index(precision)] == expected


def test_nothing_warns():
    logits = np.array([[1e5, -1e5, 0.0], [800.0, -800.0, 0.0], [-900.0, -900.0, -900.0]])
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for row in logits:
            assert compare_methods(row, [0, 1, 2]).outcomes.shape == (3, 3, 3)
