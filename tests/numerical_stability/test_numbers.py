"""Every method in every type, for every step of scale and shift."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import exp, log, mpf, workdps
from numpy.testing import assert_allclose, assert_array_equal

from core.losses.cross_entropy import cross_entropy
from core.precision.exact import exact_softmax
from core.precision.float_types import POOLINGS, PRECISIONS, Outcome, Status, softmax_cross_entropy
from pages.numerical_stability.numbers import (
    COMPARED,
    SCALES,
    SHIFTS,
    Cure,
    Stability,
    compare_methods,
    sweep_stability,
)

ARRAYS = [name for name in Stability.__annotations__ if name != "exact"]


def test_the_steps():
    assert SCALES[[0, 40, 80, 120, 200]].tolist() == [0.01, 0.1, 1, 10, 1000]
    assert (np.diff(SCALES) > 0).all()
    assert_allclose(SCALES, np.geomspace(0.01, 1000, SCALES.size), rtol=5e-3)
    assert SHIFTS[[0, 100, -1]].tolist() == [-1000, 0, 1000]


def test_each_cell_is_its_method_and_type():
    scores = [3.2, 5.1, -1.7]
    result = compare_methods(scores, scale=7, shift=-60)
    logits = 7 * np.array(scores) - 60
    exact = exact_softmax(logits)
    assert_array_equal(result.logits, logits)
    for i, method in enumerate(COMPARED):
        for j, precision in enumerate(PRECISIONS):
            alone = softmax_cross_entropy(logits, method=method, precision=precision)
            assert_array_equal(result.probabilities[i, j], alone.probabilities.astype(float))
            assert_array_equal(result.losses[i, j], alone.losses.astype(float))
            error = exact.losses.relative_error(alone.losses)
            assert_array_equal(result.errors[i, j], error)
    assert result.outcomes[0, 0, 2] == Outcome.ALL_UNDERFLOW
    assert result.outcomes[0, 2, 2] == Outcome.RIGHT
    assert (result.probability_statuses[0, 0] == Status.NAN).all()
    assert (result.loss_statuses[2, 2] == Status.RIGHT).all()


def test_the_sweep_is_each_step_alone():
    scores = [10, -100, -100]
    sweep = sweep_stability(scores, scale=0.3, shift=20)
    cases = [(sweep.now, (), 0.3, 20)]
    for k in (0, 77, 200):
        cases += [(sweep.by_scale, k, SCALES[k], 20), (sweep.by_shift, k, 0.3, SHIFTS[k])]
    for part, row, scale, shift in cases:
        alone = compare_methods(scores, scale=scale, shift=shift)
        for name in ARRAYS:
            swept, single = getattr(part, name)[row], getattr(alone, name)
            assert swept.shape == single.shape
            if swept.dtype.kind == "i":
                assert_array_equal(swept, single)
            elif name != "errors":
                assert_allclose(swept, single, rtol=1e-3)
        assert_array_equal(part.exact.losses.high[row], alone.exact.losses.high)


def test_a_batch_of_two_the_scores_with_the_shift_and_without():
    result = compare_methods([1, 2, 3], shift=-800)
    shape = (len(POOLINGS), len(PRECISIONS), 2, 2, 3)
    assert result.pooled.shape == result.pooled_statuses.shape == shape
    by_row, by_batch = result.pooled
    p = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    # With the largest of each row, either sample is right in every type.
    assert_allclose(by_row[:, :, 0], np.broadcast_to(p, (3, 2, 3)), rtol=2e-3)
    assert_allclose(by_row[:, :, 1], np.broadcast_to(-np.log(p), (3, 2, 3)), rtol=2e-3)
    # With that of the batch, the sample that is 800 lower is 0 / 0 in every type.
    assert np.isnan(by_batch[:, 0]).all()
    assert_allclose(by_batch[:, 1, 0], np.broadcast_to(p, (3, 3)), rtol=2e-3)
    assert (result.pooled_statuses[1, :, 0] == Status.NAN).all()
    assert (result.pooled_statuses[:, :, 1] == Status.RIGHT).all()
    upward = compare_methods([1, 2, 3], shift=800)
    assert (upward.pooled_statuses[1, :, 1] == Status.NAN).all()


def test_log_odds():
    result = compare_methods([3.2, 5.1, -1.7, 4.0], scale=3, shift=100)
    p = np.exp(-cross_entropy([9.6, 15.3, -5.1, 12.0], 0).value)
    assert_allclose(result.log_odds[0], np.log(p / (1 - p)), rtol=1e-12)
    assert_allclose(result.exact.losses.value, np.logaddexp(0, -result.log_odds), rtol=1e-11)


@pytest.mark.parametrize(
    ("scores", "label", "options", "fails", "cure"),
    [
        ([1, 2, 3], 2, {}, False, Cure.SHIFTED),
        ([1, 2, 3], 2, {"shift": 100}, True, Cure.SHIFTED),
        ([1, 2, 3], 2, {"shift": -100}, True, Cure.SHIFTED),
        ([1010, 1000, 990], 0, {}, True, Cure.LOG_SPACE),  # 1 - 4.54e-5 is 1 in float16
        ([123, 456, 789], 0, {}, True, Cure.LOG_SPACE),
        ([123, 456, 789], 2, {}, True, Cure.LARGER_TYPE),
        ([10, -100, -100], 0, {}, True, Cure.LARGER_TYPE),
        ([1, 2, 3], 2, {"scale": 1000}, True, Cure.LARGER_TYPE),
        ([101, 1, 1], 0, {"scale": 1000}, True, Cure.LARGER_TYPE),
        ([7, 0], 0, {}, True, Cure.LOG_SPACE),  # a loss of 9.1e-4: float16 keeps a digit of it
        ([3.2, 5.1, -1.7], 0, {"shift": 1000}, True, Cure.LARGER_TYPE),  # in steps of a half
    ],
)
def test_what_it_takes(scores, label, options, fails, cure):
    result = compare_methods(scores, **options)
    assert result.naive_fails[label] == fails
    assert result.cures[label] == cure


@given(st.lists(st.integers(-200, 200), min_size=2, max_size=5), st.integers(0, 20))
def test_kept_digits_are_those_of_the_relative_error(tenths, shift):
    logits = np.array(tenths) / 10 + shift
    result = compare_methods(logits)
    exact = mp_losses(logits)
    for i, j, k in np.ndindex(result.losses.shape):
        kept = result.kept_digits[i, j, k]
        assert (kept >= 0) == (result.loss_statuses[i, j, k] == Status.ROUNDED)
        if kept >= 0:
            with workdps(60):
                error = abs(mpf(float(result.losses[i, j, k])) / exact[k] - 1)
            if error < 1:
                assert mpf(10) ** -(int(kept) + 1) < error * (1 + mpf("1e-9"))
                assert error <= mpf(10) ** -int(kept) * (1 + mpf("1e-9"))
            else:
                assert kept == 0


def mp_losses(logits):
    with workdps(60):
        values = [mpf(float(z)) for z in logits]
        return [log(sum(exp(z - y) for z in values)) for y in values]


def test_the_loss_of_the_prompt_keeps_0_3_and_11_digits():
    result = compare_methods([1010, 1000, 990])
    assert result.outcomes[1, :, 0].tolist() == [
        Outcome.LOSS_VANISHED,
        Outcome.LOSS_ROUNDED,
        Outcome.LOSS_ROUNDED,
    ]
    assert result.kept_digits[1, :, 0].tolist() == [-1, 3, 11]
    assert (result.probability_statuses[1, 1:] == Status.RIGHT).all()
    assert (result.loss_statuses[2, :, 0] == Status.RIGHT).all()


def test_the_lessons_range_is_taken():
    """Scores of a million, a thousand times, in ten classes."""
    scores = np.linspace(-1e6, 1e6, 10)
    with np.errstate(all="raise"):
        sweep = sweep_stability(scores, scale=1000, shift=1000)
    assert sweep.by_scale.losses.shape == (201, 3, 3, 10)
    assert not np.isnan(sweep.by_scale.log_odds).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": [1, np.nan]}, r"scores\[1\] must be finite, got nan"),
        ({"scores": [1e6, 2], "scale": 1e9}, r"must be at most 1e\+12 in size"),
        ({"scores": [1, 2], "scale": np.inf}, r"scale must be finite"),
        ({"scores": [1, 2], "shift": np.nan}, r"shift must be finite"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        compare_methods(**arguments)


def test_what_the_prompts_promise():
    """The shifts named in "Try this" are where one type after the other falls."""
    naive = [compare_methods([1, 2, 3], shift=s).outcomes[0, :, 2] for s in (10, 90, 710)]
    lost = [np.count_nonzero(row == Outcome.EXP_OVERFLOW) for row in naive]
    assert lost == [1, 2, 3]
    naive = [compare_methods([1, 2, 3], shift=s).outcomes[0, :, 2] for s in (-30, -110, -750)]
    lost = [np.count_nonzero(row == Outcome.ALL_UNDERFLOW) for row in naive]
    assert lost == [1, 2, 3]
    pooled = [compare_methods([1, 2, 3], shift=s).pooled_statuses for s in (-30, -110, -750)]
    assert [np.count_nonzero(p[1, :, 0, 0, 2] == Status.NAN) for p in pooled] == [1, 2, 3]
    assert all((p[0] <= Status.ROUNDED).all() for p in pooled)
    float16 = compare_methods([101, 1, 1], scale=1000).outcomes[:, 0, 0]
    assert (float16 == Outcome.LOGITS_OVERFLOW).all()
    moved = compare_methods([3.2, 5.1, -1.7], shift=1000)
    assert (moved.outcomes[1:, 0] == Outcome.ROUNDED).all()
    assert (moved.errors[1:, 0, 1] > 0.05).all()
    assert (moved.loss_statuses[2, 2] == Status.RIGHT).all()
    assert np.spacing(np.float16(1003)) == 0.5
