"""Every method in every type, for every step of scale and shift."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.exact import exact_softmax
from core.losses import cross_entropy
from core.precision import POOLINGS, PRECISIONS, Outcome, Status, softmax_cross_entropy
from core.stability import COMPARED, SCALES, SHIFTS, compare_methods, sweep_stability


def test_the_steps():
    assert SCALES[[0, 40, 80, 120, 200]].tolist() == [0.01, 0.1, 1, 10, 1000]
    assert (np.diff(SCALES) > 0).all()
    assert_allclose(SCALES, np.geomspace(0.01, 1000, SCALES.size), rtol=5e-3)
    assert SHIFTS[[0, 100, -1]].tolist() == [-1000, 0, 1000]


def test_each_cell_is_its_method_and_type():
    scores, label = [3.2, 5.1, -1.7], 2
    result = compare_methods(scores, label, scale=7, shift=-60)
    logits = 7 * np.array(scores) - 60
    assert_array_equal(result.logits, logits)
    for i, method in enumerate(COMPARED):
        for j, precision in enumerate(PRECISIONS):
            alone = softmax_cross_entropy(logits, label, method=method, precision=precision)
            assert_array_equal(result.values[i, j, :-1], alone.probabilities.astype(float))
            assert_array_equal(result.values[i, j, -1], alone.loss.astype(float))
            error = exact_softmax(logits, label).loss.relative_error(alone.loss)
            assert_array_equal(result.errors[i, j], error)
    names = [[Outcome(o).name for o in row] for row in result.outcomes]
    assert names[0][0] == "ALL_UNDERFLOW"
    assert names[0][2] == "RIGHT"
    assert (result.statuses[0, 0] == Status.NAN).all()
    assert (result.statuses[1:, 2, -1] == Status.EXACT).all()


def test_the_sweep_is_each_step_alone():
    scores, label = [10, -100, -100], 0
    sweep = sweep_stability(scores, label, scale=0.3, shift=20)
    assert_array_equal(sweep.now.values, compare_methods(scores, label, scale=0.3, shift=20).values)
    for k in (0, 77, 200):
        for part, alone in (
            (sweep.by_scale, compare_methods(scores, label, scale=SCALES[k], shift=20)),
            (sweep.by_shift, compare_methods(scores, label, scale=0.3, shift=SHIFTS[k])),
        ):
            assert_array_equal(part.logits[k], alone.logits)
            assert_allclose(part.values[k], alone.values, rtol=1e-3)
            assert_array_equal(part.statuses[k], alone.statuses)
            assert_array_equal(part.outcomes[k], alone.outcomes)
            assert_array_equal(part.pooled_statuses[k], alone.pooled_statuses)
            assert_array_equal(part.exact.loss.high[k], alone.exact.loss.high)
            assert part.offset.value[k] == alone.offset.value


def test_a_batch_of_two_the_scores_with_the_shift_and_without():
    result = compare_methods([1, 2, 3], 2, shift=-800)
    shape = (len(POOLINGS), len(PRECISIONS), 2, 2)
    assert result.pooled_values.shape == result.pooled_statuses.shape == shape
    by_row, by_batch = result.pooled_values
    true_p = np.exp(3) / np.exp([1, 2, 3]).sum()
    # With the largest of each row, either sample is right in every type.
    assert_allclose(by_row[..., 0], true_p, rtol=1e-3)
    assert_allclose(by_row[..., 1], -np.log(true_p), rtol=2e-3)
    # With that of the batch, the sample that is 800 lower is 0 / 0 in every type.
    assert np.isnan(by_batch[:, 0]).all()
    assert_allclose(by_batch[:, 1, 0], true_p, rtol=1e-3)
    assert (result.pooled_statuses[1, :, 0] == Status.NAN).all()
    upward = compare_methods([1, 2, 3], 2, shift=800)
    assert np.isnan(upward.pooled_values[1, :, 1]).all()
    assert (upward.pooled_statuses[1, :, 1] == Status.NAN).all()


def test_the_offset_is_taken_at_the_present_odds():
    result = compare_methods([3.2, 5.1, -1.7], 0, scale=3, shift=100)
    exact = cross_entropy(3 * np.array([3.2, 5.1, -1.7]), 0)
    assert_allclose(result.true.value, exact.value, rtol=1e-12)
    assert_allclose(result.true.slope, exact.gradient[0], rtol=1e-12)
    p = np.exp(-exact.value)
    assert_allclose(result.offset.value, -np.log(p + 1e-7), rtol=1e-12)


def test_lessons_range_is_taken():
    """Scores of a million, a thousand times, in ten classes."""
    scores = np.linspace(-1e6, 1e6, 10)
    with np.errstate(all="raise"):
        sweep = sweep_stability(scores, 9, scale=1000, shift=1000)
    assert sweep.by_scale.values.shape == (201, 3, 3, 11)
    assert not np.isnan(sweep.by_scale.log_odds).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, np.nan], 0), r"scores\[1\] must be finite, got nan"),
        (([1, 2], 2), r"labels\[0\] must be a label from 0 to 1, got 2"),
        (([1e6, 2], 0, 1e9), r"must be at most 1e\+12 in size"),
        (([1, 2], 0, np.inf), r"scale must be finite"),
        (([1, 2], 0, 1, np.nan), r"shift must be finite"),
    ],
)
def test_wrong_arguments(arguments, message):
    scores, label, *rest = arguments
    options = dict(zip(("scale", "shift"), rest, strict=False))
    with pytest.raises(ValueError, match=message):
        compare_methods(scores, label, **options)
