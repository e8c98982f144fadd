from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.comparison import Verdict, compare_losses
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HINGE_VARIANTS, hinge
from pages.ui.kit.sweeps import one_at_a_time, score_axis, sweep_comparison

scores_strategy = st.lists(st.integers(-80, 80).map(lambda n: n / 10), min_size=2, max_size=6)


def naive_thresholds(scores: list[float], label: int, margin: float, variant: str) -> list[float]:
    if variant == "one_vs_all":
        return [margin if j == label else -margin for j in range(len(scores))]
    return [np.nan if j == label else scores[label] - margin for j in range(len(scores))]


@given(
    scores_strategy,
    st.integers(0, 5),
    st.sampled_from([0.0, 0.5, 1.0, 10.0]),
    st.sampled_from(HINGE_VARIANTS),
)
def test_a_comparison_holds_both_losses(scores, label, margin, variant) -> None:
    label %= len(scores)
    result = compare_losses(scores, label, margin=margin, variant=variant)
    soft = cross_entropy(scores, label)
    tenths = [round(10 * score) for score in scores]  # in which float64 is exact
    svm = hinge(tenths, label, margin=10 * margin, variant=variant)
    assert result.cross_entropy == soft.value
    assert result.hinge == pytest.approx(svm.value / 10)
    np.testing.assert_array_equal(result.cross_entropy_gradient, soft.gradient)
    np.testing.assert_array_equal(result.hinge_gradient, svm.gradient)
    np.testing.assert_array_equal(
        result.thresholds, naive_thresholds(scores, label, margin, variant)
    )
    if variant != "crammer_singer":
        assert result.violations.sum() == pytest.approx(float(result.hinge))
    else:
        assert result.violations.max() == pytest.approx(float(result.hinge))
    assert result.violation_count == np.count_nonzero(svm.margins > 0)
    assert result.true_probability == result.probabilities[label]
    # The violation reaches from one end, the threshold, to the other, the score.
    for j, violation in enumerate(result.violations):
        if violation:
            ends = sorted([scores[j], float(result.thresholds[j])])
            assert [
                result.violation_bases[j],
                result.violation_bases[j] + violation,
            ] == pytest.approx(ends)


@pytest.mark.parametrize(
    ("scores", "label", "margin", "verdict"),
    [
        ([3.2, 5.1, -1.7], 0, 1, Verdict.BOTH_PUSH_WRONG),
        ([5, 5, 1], 0, 1, Verdict.TIE),
        ([0, 0, 0], 2, 0, Verdict.SVM_SATISFIED),
        ([5, 4.5, 1], 0, 1, Verdict.BOTH_PUSH_RIGHT),
        ([10, 9, 9], 0, 1, Verdict.SVM_SATISFIED),
        ([10, -100, -100], 0, 1, Verdict.SOFTMAX_ALMOST_DONE),
        ([456, 5, 3], 0, 1, Verdict.SOFTMAX_ALMOST_DONE),
        ([2000, 0], 0, 1, Verdict.BELOW_FLOAT64),
        ([20, -2, 3], 0, 30, Verdict.ONLY_SVM_PUSHES),
    ],
)
def test_verdicts(scores, label, margin, verdict) -> None:
    assert compare_losses(scores, label, margin=margin).verdicts == verdict
    batch = compare_losses([scores, scores[::-1]], [label, len(scores) - 1 - label], margin=margin)
    assert batch.verdicts.tolist() == [verdict, verdict]


def test_one_at_a_time_leaves_its_input_alone() -> None:
    values = np.array([1.0, 2.0, 3.0])
    swept = one_at_a_time(values, [7.0, 8.0])
    assert swept.shape == (3, 2, 3)
    assert swept[1].tolist() == [[1, 7, 3], [1, 8, 3]]
    assert values.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("largest", "limit", "step", "decimals"),
    [
        (0, 10, 0.1, 1),
        (9.99, 10, 0.1, 1),
        (10, 20, 0.2, 1),
        (20, 50, 0.5, 1),
        (50, 100, 1, 0),
        (100, 200, 2, 0),
        (789, 1000, 10, 0),
        (1e6, 2e6, 20000, 0),
    ],
)
def test_axis_leaves_room_in_round_steps(largest, limit, step, decimals) -> None:
    axis = score_axis([0.0, -largest])
    assert (axis.limit, axis.step, axis.decimals) == (limit, step, decimals)
    assert axis.grid.size == 201
    assert axis.grid[[0, 100, 200]].tolist() == [-limit, 0, limit]
    assert axis.grid[101] == step


@given(scores_strategy, st.integers(0, 5), st.integers(0, 5), st.sampled_from(HINGE_VARIANTS))
def test_a_sweep_is_the_comparison_at_every_step(scores, label, along, variant) -> None:
    label, along = label % len(scores), along % len(scores)
    sweep = sweep_comparison(scores, label, along=along, margin=0.7, variant=variant)
    for moved in range(len(scores)):
        for row in (0, 57, 200):
            at = [*scores[:moved], float(sweep.axis.grid[row]), *scores[moved + 1 :]]
            alone = compare_losses(at, label, margin=0.7, variant=variant)
            assert sweep.by_score.hinge[moved, row] == pytest.approx(float(alone.hinge), rel=1e-14)
            np.testing.assert_allclose(
                sweep.by_score.cross_entropy_gradient[moved, row],
                alone.cross_entropy_gradient,
                rtol=1e-13,
            )
    for y in range(len(scores)):
        alone = compare_losses(scores, y, margin=0.7, variant=variant)
        assert sweep.by_label.hinge[y] == pytest.approx(float(alone.hinge), rel=1e-14)
        at = [*scores[:along], float(sweep.axis.grid[33]), *scores[along + 1 :]]
        curve = compare_losses(at, y, margin=0.7, variant=variant)
        assert sweep.curves_by_label.hinge[y, 33] == pytest.approx(float(curve.hinge), rel=1e-14)
    assert sweep.loss_limit >= sweep.by_score.hinge.max()
    assert sweep.loss_limit >= sweep.by_score.cross_entropy.max()


@given(scores_strategy, st.integers(0, 5), st.sampled_from(HINGE_VARIANTS))
def test_kinks_are_where_the_slope_changes_and_nowhere_else(scores, label, variant) -> None:
    label %= len(scores)
    margin, step = 0.75, 1e-3  # scores are multiples of 0.1, so no kink is within a step of another
    sweep = sweep_comparison(scores, label, along=0, margin=margin, variant=variant)
    for moved in range(len(scores)):

        def loss(at, moved=moved):
            return compare_losses(
                [*scores[:moved], at, *scores[moved + 1 :]], label, margin=margin, variant=variant
            ).hinge

        at, height = sweep.kinks_by_score[moved]
        known = at[~np.isnan(at)]
        np.testing.assert_array_equal(np.isnan(at), np.isnan(height))
        for kink, value in zip(known, height[~np.isnan(at)], strict=True):
            assert value == pytest.approx(float(loss(kink)))
            bend = loss(kink + step) - 2 * loss(kink) + loss(kink - step)
            assert bend > 0.9 * step
        lowest, highest = -9.0, 9.0
        probes = np.arange(lowest, highest, 0.05) + 0.0123
        path = np.tile(scores, (probes.size, 1))
        path[:, moved] = probes
        labels = np.full(probes.size, label)
        values = compare_losses(path, labels, margin=margin, variant=variant).hinge
        bends = np.flatnonzero(np.abs(np.diff(values, 2)) > 1e-6)
        for bend in bends:
            assert np.min(np.abs(known - probes[bend + 1])) < 0.06


def test_norms_of_tiny_gradients_are_not_0() -> None:
    result = compare_losses([456.0, 5.1, -1.7], 0)
    assert result.cross_entropy > 0
    tiny = result.cross_entropy_gradient / result.cross_entropy
    expected = float(result.cross_entropy) * np.linalg.norm(tiny)
    assert result.cross_entropy_gradient_norm == pytest.approx(expected, rel=1e-13)
    assert result.cross_entropy_gradient_norm > 1e-200


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_a_margin_that_is_met_in_decimals_is_met(variant) -> None:
    """In float64 1.3 - 2.3 + 1 is 2.2e-16, and the SVM would still push."""
    missed = 0
    for tenths in range(-90, 101):
        true_score = tenths / 10
        rival = (tenths - 10) / 10
        missed += rival - true_score + 1 != 0
        scores = [true_score, rival] if variant != "one_vs_all" else [1.0, -1.0]
        result = compare_losses(scores, 0, variant=variant)
        assert result.hinge == 0
        assert result.violation_count == 0
        assert result.hinge_gradient.tolist() == [0, 0]
    assert missed > 0  # so the rounding matters


def test_numbers_of_many_decimals_are_taken_as_they_are() -> None:
    scores = [0.1234567890123, 1.0, 0.0]
    assert compare_losses(scores, 0).hinge == hinge(scores, 0).value
