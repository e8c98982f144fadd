"""Every method in every type, for every step of scale and shift."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import exp, log, mpf, workdps
from numpy.testing import assert_allclose, assert_array_equal

from core.losses.cross_entropy import cross_entropy
from core.precision.exact import exact_softmax
from core.precision.float_types import POOLINGS, PRECISIONS, softmax_cross_entropy
from pages.numerical_stability.numbers import (
    COMPARED,
    SCALES,
    SHIFTS,
    Cure,
    compare_methods,
    sweep_stability,
)
from pages.numerical_stability.outcomes import Outcome, Status

ARRAYS = ("logits", "numbers", "statuses", "errors", "outcomes", "kept_digits", "pooled")


def test_the_steps():
    assert SCALES[[0, 40, 80, 120, 200]].tolist() == [0.01, 0.1, 1, 10, 1000]
    assert (np.diff(SCALES) > 0).all()
    assert_allclose(SCALES, np.geomspace(0.01, 1000, SCALES.size), rtol=5e-3)
    assert SHIFTS[[0, 100, -1]].tolist() == [-1000, 0, 1000]


def test_each_cell_is_its_method_and_type():
    scores = [3.2, 5.1, -1.7]
    result = compare_methods(scores, 2, scale=7, shift=-60)
    logits = 7 * np.array(scores) - 60
    exact = exact_softmax(logits)
    assert_array_equal(result.logits, logits)
    assert_array_equal(result.exact.value[:3], exact.probabilities.value)
    assert result.exact.value[3] == exact.losses.value[2]
    for i, method in enumerate(COMPARED):
        for j, precision in enumerate(PRECISIONS):
            alone = softmax_cross_entropy(logits, method=method, precision=precision)
            row = [*alone.probabilities.astype(float), float(alone.losses[2])]
            assert_array_equal(result.numbers[i, j], row)
            error = exact.losses.relative_error(alone.losses)
            assert_array_equal(result.errors[i, j], error)
            assert_array_equal(result.loss_errors[i, j], error[2])
    assert result.outcomes[0, 0] == Outcome.ALL_UNDERFLOW
    assert result.outcomes[0, 2] == Outcome.RIGHT
    assert (result.statuses[0, 0, :3] == Status.NAN).all()
    assert result.statuses[2, 2, -1] == Status.RIGHT


def test_the_sweep_is_each_step_alone():
    scores = [10, -100, -100]
    sweeps = sweep_stability(scores, 1, scale=0.3, shift=20, along="scale")
    cases = [(sweeps.now, (), 0.3, 20, 1)]
    cases += [(sweeps.by["label"], label, 0.3, 20, label) for label in range(3)]
    for k in (0, 77, 200):
        cases.append((sweeps.by["scale"], k, SCALES[k], 20, 1))
        cases.append((sweeps.by["shift"], k, 0.3, SHIFTS[k], 1))
    for part, row, scale, shift, label in cases:
        alone = compare_methods(scores, label, scale=scale, shift=shift)
        for name in ARRAYS:
            swept, single = getattr(part, name)[row], getattr(alone, name)
            assert swept.shape == single.shape
            if swept.dtype.kind == "i":
                assert_array_equal(swept, single)
            elif name != "errors":
                assert_allclose(swept, single, rtol=1e-3)
        assert_array_equal(part.exact.high[row], alone.exact.high)
        assert part.steps[row].tolist() == alone.steps.tolist()


def test_the_curves_are_the_errors_along_the_slider():
    sweeps = sweep_stability([7, 0, -3], 1, scale=2, shift=50, along="shift")
    assert sweeps.now.steps[1] == np.flatnonzero(SHIFTS == 50)[0]
    assert (sweeps.now.along, sweeps.focuses["scale"].along) == (1, 0)
    for slider in ("scale", "shift"):
        assert sweeps.by[slider].curves is None
        assert_array_equal(sweeps.focuses[slider].curves, sweeps.by[slider].loss_errors)
    assert_array_equal(sweeps.now.curves, sweeps.by["shift"].loss_errors)
    assert_array_equal(sweeps.by["label"].curves[1], sweeps.now.curves)
    other = sweep_stability([7, 0, -3], 2, scale=2, shift=50, along="shift")
    assert_array_equal(sweeps.by["label"].curves[2], other.now.curves)


@pytest.mark.parametrize(("scale", "step"), [(0.01, 0), (1, 80), (1000, 200), (12.345, 123.66)])
def test_a_scale_off_the_grid_is_between_its_steps(scale, step):
    assert compare_methods([1, 2], scale=scale).steps[0] == pytest.approx(step, abs=0.02)


def test_a_batch_of_two_the_scores_with_the_shift_and_without():
    result = compare_methods([1, 2, 3], 1, shift=-800)
    assert result.pooled.shape == (len(POOLINGS), len(PRECISIONS), 2, 4)
    by_row, by_batch = result.pooled
    p = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    row = [*p, -np.log(p[1])]
    # With the largest of each row, either sample is right in every type.
    assert_allclose(by_row, np.broadcast_to(row, (3, 2, 4)), rtol=2e-3)
    # With that of the batch, the sample that is 800 lower is 0 / 0 in every type.
    assert np.isnan(by_batch[:, 0]).all()
    assert_allclose(by_batch[:, 1], np.broadcast_to(row, (3, 4)), rtol=2e-3)
    assert (result.pooled_statuses[1, :, 0] == Status.NAN).all()
    assert (result.pooled_statuses[:, :, 1] == Status.RIGHT).all()
    upward = compare_methods([1, 2, 3], 1, shift=800)
    assert (upward.pooled_statuses[1, :, 1] == Status.NAN).all()


def test_log_odds():
    result = compare_methods([3.2, 5.1, -1.7, 4.0], [0, 1, 2, 3], scale=3, shift=100)
    p = np.exp(-cross_entropy([9.6, 15.3, -5.1, 12.0], 0).value)
    assert_allclose(result.log_odds[0], np.log(p / (1 - p)), rtol=1e-12)
    assert_allclose(result.exact.value[:, -1], np.logaddexp(0, -result.log_odds), rtol=1e-11)
    assert_allclose(result.plain.value, result.exact.value[:, -1], rtol=1e-11)
    assert_allclose(result.plain.slope[0], p - 1, rtol=1e-12)
    assert_allclose(result.offset.value[0], -np.log(p + 1e-7), rtol=1e-12)


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
    result = compare_methods(scores, label, **options)
    assert result.naive_fails == fails
    assert result.cures == cure


@given(st.lists(st.integers(-200, 200), min_size=2, max_size=5), st.integers(0, 20))
def test_kept_digits_are_those_of_the_relative_error(tenths, shift):
    logits = np.array(tenths) / 10 + shift
    result = compare_methods(logits, np.arange(len(logits)))
    exact = mp_losses(logits)
    for k, i, j in np.ndindex(result.kept_digits.shape):
        kept = result.kept_digits[k, i, j]
        assert (kept >= 0) == (result.statuses[k, i, j, -1] == Status.ROUNDED)
        if kept >= 0:
            with workdps(60):
                error = abs(mpf(float(result.numbers[k, i, j, -1])) / exact[k] - 1)
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
    assert result.outcomes[1].tolist() == [
        Outcome.LOSS_VANISHED,
        Outcome.LOSS_ROUNDED,
        Outcome.LOSS_ROUNDED,
    ]
    assert result.kept_digits[1].tolist() == [-1, 3, 11]
    assert (result.statuses[1, 1:, :-1] == Status.RIGHT).all()
    assert (result.statuses[2, :, -1] == Status.RIGHT).all()


def test_the_lessons_range_is_taken():
    """Scores of a million, a thousand times, in ten classes."""
    scores = np.linspace(-1e6, 1e6, 10)
    with np.errstate(all="raise"):
        sweeps = sweep_stability(scores, scale=1000, shift=1000, along="scale")
    assert sweeps.by["scale"].numbers.shape == (201, 3, 3, 11)
    assert not np.isnan(sweeps.by["scale"].log_odds).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": [1, np.nan]}, r"logits\[0, 1\] must be at most 1e\+12 in size, got nan"),
        ({"scores": [1e6, 2], "scale": 1e9}, r"must be at most 1e\+12 in size"),
        ({"scores": [1, 2], "scale": np.inf}, r"must be at most 1e\+12 in size, got inf"),
        ({"scores": [1, 2], "shift": np.nan}, r"must be at most 1e\+12 in size, got nan"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        compare_methods(**arguments)


def test_what_the_prompts_promise():
    """The shifts named in "Try this" are where one type after the other falls."""

    def naive(shift):
        return compare_methods([1, 2, 3], 2, shift=shift).outcomes[0]

    lost = [np.count_nonzero(naive(s) == Outcome.EXP_OVERFLOW) for s in (10, 90, 710)]
    assert lost == [1, 2, 3]
    lost = [np.count_nonzero(naive(s) == Outcome.ALL_UNDERFLOW) for s in (-30, -110, -750)]
    assert lost == [1, 2, 3]
    pooled = [compare_methods([1, 2, 3], 2, shift=s).pooled_statuses for s in (-30, -110, -750)]
    assert [np.count_nonzero(p[1, :, 0, 2] == Status.NAN) for p in pooled] == [1, 2, 3]
    assert all((p[0] <= Status.ROUNDED).all() for p in pooled)
    float16 = compare_methods([101, 1, 1], scale=1000).outcomes[:, 0]
    assert (float16 == Outcome.LOGITS_OVERFLOW).all()
    moved = compare_methods([3.2, 5.1, -1.7], 1, shift=1000)
    assert (moved.outcomes[1:, 0] == Outcome.ROUNDED).all()
    assert (moved.loss_errors[1:, 0] > 0.05).all()
    assert (moved.statuses[2, 2] == Status.RIGHT).all()
    assert np.spacing(np.float16(1003)) == 0.5
