from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.comparison import Verdict, compare_losses
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HINGE_VARIANTS, hinge

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
