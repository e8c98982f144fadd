from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.gradients.check import check_gradient
from core.losses.exact_decimals import decimal_places
from core.losses.hinge import HINGE_VARIANTS, hinge
from core.losses.hinge_variants import (
    HINGE_POWERS,
    HingeVerdict,
    Term,
    compare_hinges,
    hinge_kinks,
    hinge_losses,
)
from tests.core.oracles import slow_hinge

CASES = [(variant, power) for variant in HINGE_VARIANTS for power in HINGE_POWERS]
ANIMALS = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]

tenths = st.integers(-80, 80).map(lambda n: n / 10)
scores_strategy = st.lists(tenths, min_size=2, max_size=6)
margins_strategy = st.sampled_from([0.0, 0.3, 0.5, 1.0, 10.0])
cases_strategy = st.sampled_from(CASES)


@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=6),
    st.integers(0, 5),
    st.floats(0, 20),
    cases_strategy,
)
def test_every_variant_is_the_loop_over_its_classes(scores, label, margin, case) -> None:
    label %= len(scores)
    variant, power = case
    result = compare_hinges(scores, label, margin=margin, variant=variant, power=power)
    for each, degree in CASES:
        loss, slopes, margins = slow_hinge(scores, label, margin, each, degree)
        assert result.losses[each, degree] == pytest.approx(loss, rel=1e-12, abs=1e-12)
        if (each, degree) == case:
            assert result.loss is result.losses[case]
            np.testing.assert_allclose(result.margins, margins, atol=1e-12)
            # Off the kinks the whole gradient is the loop's.
            if min(abs(m) for j, m in enumerate(margins) if j != label) > 1e-9:
                worst = np.sort(margins)[-2:]
                if variant != "crammer_singer" or worst[1] - worst[0] > 1e-9:
                    np.testing.assert_allclose(result.gradient, slopes, atol=1e-11)
    assert float(np.sum(result.counted**power)) == pytest.approx(float(result.loss))


@given(scores_strategy, st.integers(0, 5), margins_strategy, cases_strategy)
@example([1.1, 0.8], 0, 0.3, ("weston_watkins", 1))
@example([0.29, 0.04], 0, 0.25, ("crammer_singer", 1))
def test_what_is_met_in_decimals_is_met(scores, label, margin, case) -> None:
    """0.1 - 0.4 + 0.3 is 0: the loop over exact fractions says so, float64 does not."""
    label %= len(scores)
    variant, power = case
    exact = [Fraction(str(score)) for score in scores]
    loss, slopes, margins = slow_hinge(exact, label, Fraction(str(margin)), variant, power)
    result = compare_hinges(scores, label, margin=margin, variant=variant, power=power)
    # Relative only: a 0 has to be 0.
    assert float(result.loss) == pytest.approx(float(loss), rel=1e-14, abs=0)
    for ours, theirs in ((result.gradient, slopes), (result.margins, margins)):
        assert ours.tolist() == pytest.approx(list(map(float, theirs)), rel=1e-14, abs=0)
    assert result.violation_count == sum(m > 0 for m in margins)
    for j, term in enumerate(result.terms):
        if j == label and variant != "one_vs_all":
            assert term == Term.NONE
        else:
            assert (
                term
                == (Term.VIOLATED, Term.CLIPPED, Term.MET)[
                    0 if margins[j] > 0 else 1 if margins[j] < 0 else 2
                ]
            )


def test_a_margin_that_float64_misses() -> None:
    assert 0.1 - 0.4 + 0.3 != 0
    assert hinge([0.4, 0.1], 0, margin=0.3).value == 0
    assert hinge([0.7, 0.6], 0, margin=0.1).value > 0  # what plain float64 makes of a met margin
    met = compare_hinges([0.7, 0.6], 0, margin=0.1)
    assert (float(met.loss), met.gradient.tolist()) == (0, [0, 0])
    assert met.verdicts == HingeVerdict.SATISFIED_AT_KINK


@given(scores_strategy, st.integers(0, 5), margins_strategy, cases_strategy)
def test_gradients_are_the_numerical_ones_off_the_kinks(scores, label, margin, case) -> None:
    label %= len(scores)
    variant, power = case

    def loss(at):
        return compare_hinges(at, label, margin=margin, variant=variant, power=power).loss

    gradient = compare_hinges(scores, label, margin=margin, variant=variant, power=power).gradient
    check = check_gradient(loss, gradient, scores, step=1e-5)
    np.testing.assert_allclose(
        check.analytic[~check.kinks], check.numerical[~check.kinks], atol=1e-4
    )


@given(scores_strategy, st.integers(0, 5), margins_strategy, cases_strategy)
def test_at_a_kink_the_gradient_is_a_subgradient(scores, label, margin, case) -> None:
    """L(s') >= L(s) + g (s' - s): true of every subgradient of a convex function, kink or not."""
    label %= len(scores)
    variant, power = case
    result = compare_hinges(scores, label, margin=margin, variant=variant, power=power)
    rng = np.random.default_rng(len(scores))
    there = np.asarray(scores) + rng.normal(scale=2, size=(40, len(scores)))
    losses = hinge_losses(there, label, margin=margin, variant=variant, power=power)
    below = float(result.loss) + (there - scores) @ result.gradient
    assert (losses - below > -1e-9).all()


@given(scores_strategy, st.integers(0, 5), margins_strategy, cases_strategy)
def test_a_violation_reaches_from_the_threshold_to_the_score(scores, label, margin, case) -> None:
    label %= len(scores)
    variant, power = case
    result = compare_hinges(scores, label, margin=margin, variant=variant, power=power)
    for j, violation in enumerate(result.violations):
        if violation:
            ends = sorted([scores[j], float(result.thresholds[j])])
            base = result.violation_bases[j]
            assert [base, base + violation] == pytest.approx(ends)
    if variant == "crammer_singer":
        assert np.count_nonzero(result.counted) <= 1
    else:
        np.testing.assert_array_equal(result.counted, result.violations)
    assert result.true_gradient == result.gradient[label]


def test_the_published_examples() -> None:
    losses = [compare_hinges(s, y).losses for y, s in enumerate(ANIMALS)]
    assert [float(of["weston_watkins", 1]) for of in losses] == [2.9, 0, 12.9]
    assert float(losses[2]["crammer_singer", 1]) == 6.6
    assert np.mean([of["weston_watkins", 1] for of in losses]) == pytest.approx(5.27, abs=0.005)
    assert compare_hinges([13, -7, 11], 0, margin=10).loss == 8
    assert compare_hinges(np.zeros(10), 0).loss == 9
    for scores in ([10, -2, 3], [10, 9, 9], [10, -100, -100]):
        assert compare_hinges(scores, 0).loss == 0
    # By hand: the frog's margins are 6.3 and 6.6.
    frog = compare_hinges(ANIMALS[2], 2, power=2)
    assert float(frog.loss) == pytest.approx(6.3**2 + 6.6**2)
    assert frog.gradient.tolist() == pytest.approx([12.6, 13.2, -25.8])


@pytest.mark.parametrize(
    ("scores", "margin", "variant", "verdict"),
    [
        ([10, -2, 3], 1, "weston_watkins", HingeVerdict.SATISFIED),
        ([10, 9, 9], 1, "weston_watkins", HingeVerdict.SATISFIED_AT_KINK),
        ([0, 0], 0, "weston_watkins", HingeVerdict.SATISFIED_AT_KINK),
        ([3.2, 5.1, -1.7], 1, "weston_watkins", HingeVerdict.VIOLATED),
        ([3.2, 5.1, 2.2], 1, "weston_watkins", HingeVerdict.VIOLATED_AT_KINK),
        ([3.2, 5.1, 2.2], 1, "crammer_singer", HingeVerdict.VIOLATED),
        ([3.2, 3.0, 2.2], 1, "crammer_singer", HingeVerdict.VIOLATED),
        ([10, 9, 9], 1, "crammer_singer", HingeVerdict.SATISFIED_AT_KINK),
        ([3, 4, 4], 1, "crammer_singer", HingeVerdict.TIED),
        ([3, 4, 4], 1, "weston_watkins", HingeVerdict.VIOLATED),
        ([2, -2, -1.5], 1, "one_vs_all", HingeVerdict.SATISFIED),
        ([1, -2, -2], 1, "one_vs_all", HingeVerdict.SATISFIED_AT_KINK),
        ([1, 0, -2], 1, "one_vs_all", HingeVerdict.VIOLATED_AT_KINK),
        ([3, -1, -1.5], 1, "one_vs_all", HingeVerdict.SATISFIED_AT_KINK),
    ],
)
def test_verdicts(scores, margin, variant, verdict) -> None:
    assert compare_hinges(scores, 0, margin=margin, variant=variant).verdicts == verdict
    both = compare_hinges([scores, scores[::-1]], [0, len(scores) - 1], margin=[margin, margin])
    assert both.verdicts.shape == (2,)
    turned = compare_hinges(scores[::-1], len(scores) - 1, margin=margin, variant=variant)
    assert turned.verdicts == verdict


def test_every_sample_has_its_own_margin() -> None:
    margins = [0.0, 1.0, 2.5]
    for variant, power in CASES:
        together = hinge_losses(
            [ANIMALS[0]] * 3, 0, margin=margins, variant=variant, power=power
        ).tolist()
        alone = [
            hinge(ANIMALS[0], 0, margin=margin, variant=variant, power=power).value
            for margin in margins
        ]
        assert together == pytest.approx(alone)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"margin": -1.0}, "margin must be at least 0, got -1.0"),
        ({"margin": [1.0, np.nan]}, r"margin\[1\] must be finite, got nan"),
        ({"variant": "svm"}, "variant must be one of 'weston_watkins'"),
        ({"power": 3}, "power must be one of 1, 2, got 3"),
        ({"labels": 3}, "labels must be a label from 0 to 2"),
    ],
)
def test_what_cannot_be_used_is_named(change, message) -> None:
    given = {"scores": ANIMALS[:2], "labels": [0, 0], **change}
    if change.get("labels"):
        given["labels"] = [3, 0]
        message = r"labels\[0\] must be a label from 0 to 2"
    with pytest.raises(ValueError, match=message):
        compare_hinges(given.pop("scores"), given.pop("labels"), **given)


def test_scores_and_margins_are_not_changed() -> None:
    scores, margin = np.array(ANIMALS), np.array([1.0, 2.0, 3.0])
    before = scores.copy(), margin.copy()
    compare_hinges(scores, [0, 1, 2], margin=margin)
    np.testing.assert_array_equal(scores, before[0])
    np.testing.assert_array_equal(margin, before[1])


@pytest.mark.parametrize(
    ("numbers", "places"),
    [([1.0, -20.0], 0), ([3.2], 1), ([0.125, 5.0], 3), ([1e-9], 9), ([1 / 3], 0), ([1e6], 0)],
)
def test_decimal_places(numbers, places) -> None:
    assert decimal_places(numbers) == places
    assert decimal_places(numbers, 0.0) == places


@given(scores_strategy, st.integers(0, 5), st.sampled_from([0.35, 0.75]), cases_strategy)
@example([0.0, 1.0, -5.0], 0, 0.75, ("crammer_singer", 2))
@example([0.0, 1.0, 2.0], 0, 0.75, ("crammer_singer", 2))
def test_kinks_are_where_the_slope_jumps_and_nowhere_else(scores, label, margin, case) -> None:
    label %= len(scores)
    variant, power = case
    step = 1e-4
    for moved in range(len(scores)):

        def loss(at, moved=moved):
            path = np.tile(np.asarray(scores), (np.size(at), 1))
            path[:, moved] = at
            return hinge_losses(path, label, margin=margin, variant=variant, power=power)

        at, heights = hinge_kinks(scores, moved, label, margin=margin, variant=variant, power=power)
        np.testing.assert_array_equal(np.isnan(at), np.isnan(heights))
        known = at[~np.isnan(at)]
        if known.size:
            np.testing.assert_allclose(heights[~np.isnan(at)], loss(known))
            # The slope jumps by at least 2 * 0.05: squared, violations are at least 0.05.
            jumps = (loss(known + step) - 2 * loss(known) + loss(known - step)) / step
            assert (jumps > 0.09).all()
        # Between the probes on both sides of a kink, and nowhere else, the slope jumps.
        probes = np.arange(-12, 12, 0.01) + 0.00123
        slopes = np.diff(loss(probes)) / 0.01
        curvature = 2.0 * len(scores) if power == 2 else 0.0
        for bend in np.flatnonzero(np.abs(np.diff(slopes)) > 0.01 * curvature + 1e-6):
            assert np.min(np.abs(known - probes[bend + 1]), initial=np.inf) < 0.011
