from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.comparison import compare_losses, one_step
from core.losses.cross_entropy import cross_entropy
from core.losses.exact_decimals import decimal_places, whole
from core.losses.hinge import HINGE_VARIANTS, hinge
from pages.svm_against_softmax.descent import (
    LARGEST_RATE,
    MAXIMUM_STEPS,
    DescentPhase,
    follow_gradients,
    steps_to_show,
)
from pages.ui.kit.comparison import sweep_comparison
from tests.core.oracles import exact_softmax, slow_hinge

scores_strategy = st.lists(st.integers(-80, 80).map(lambda n: n / 10), min_size=2, max_size=6)
rates = st.sampled_from([0.02, 0.1, 0.5, 1.0, 7.0, 300.0])
variants = st.sampled_from(HINGE_VARIANTS)
margins = st.sampled_from([0.0, 0.5, 1.0, 10.0])


def slow_svm_run(scores, label, rate, steps, margin, variant):
    """Walk step by step in exact decimals; return the path and the step of the stop."""
    position = [Fraction(str(score)) for score in scores]
    rate, margin = Fraction(str(rate)), Fraction(str(margin))
    path, stop = [], None
    for step in range(steps + 1):
        path.append([float(score) for score in position])
        _, gradient, _ = slow_hinge(position, label, margin, variant, 1)
        if stop is None and not any(gradient):
            stop = step
        position = [s - rate * Fraction(g) for s, g in zip(position, gradient, strict=True)]
    return path, stop


@pytest.mark.parametrize(
    ("variant", "path", "stop", "overshoot", "switches"),
    [
        ("weston_watkins", [[0, 1, 0.5], [1, 0.5, 0], [1.5, 0, 0], [1.5, 0, 0]], 2, [0, 0.5, 0], 0),
        (
            "crammer_singer",
            [[0, 1, 0.5], [0.5, 0.5, 0.5], [1, 0, 0.5], [1.5, 0, 0]],
            3,
            [0, 0, 0.5],
            1,
        ),
        (
            "one_vs_all",
            [[0, 1, 0.5], [0.5, 0.5, 0], [1, 0, -0.5], [1, -0.5, -1], [1, -1, -1]],
            4,
            [0, 0, 0],
            0,
        ),
    ],
)
def test_svm_steps_by_hand(variant, path, stop, overshoot, switches) -> None:
    run = follow_gradients([0, 1, 0.5], 0, rate=0.5, steps=6, variant=variant)
    assert run.svm.scores[: len(path)].tolist() == path
    assert (run.svm.scores[len(path) :] == path[-1]).all()
    assert run.stop == stop
    assert run.overshoot.tolist() == overshoot
    assert run.switches == switches
    assert run.steps == 6


def test_the_cat_image_by_hand() -> None:
    run = follow_gradients([3.2, 5.1, -1.7], 0, rate=1, steps=50)
    by_hand = np.array([[3.2, 5.1, -1.7], [4.2, 4.1, -1.7], [5.2, 3.1, -1.7]])
    np.testing.assert_allclose(run.svm.scores[:3], by_hand, rtol=1e-15)
    assert run.svm.hinge[:4] == pytest.approx([2.9, 0.9, 0, 0], abs=1e-15)
    assert run.svm.hinge_gradient_norm[:3] == pytest.approx([math.sqrt(2), math.sqrt(2), 0])
    assert run.stop == 2
    assert run.overshoot == pytest.approx([0, 1.1, 0])
    p = np.exp([3.2, 5.1, -1.7]) / np.exp([3.2, 5.1, -1.7]).sum()
    expected = [3.2 + 1 - p[0], 5.1 - p[1], -1.7 - p[2]]
    assert run.softmax.scores[1] == pytest.approx(expected, rel=1e-14)


def test_softmax_steps_by_hand() -> None:
    run = follow_gradients([0.0, 0.0], 0, rate=1.0, steps=3)
    # p of the wrong class: 1/2, then 1/(1 + e), then 1/(1 + e^1.5378828427399902).
    first, second = 0.5, 1 / (1 + math.e)
    third = 1 / (1 + math.exp(2 * (first + second)))
    heights = np.cumsum([0, first, second, third])
    np.testing.assert_allclose(run.softmax.scores[:, 0], heights, rtol=1e-14)
    np.testing.assert_allclose(run.softmax.scores[:, 1], -heights, rtol=1e-14)
    np.testing.assert_allclose(
        run.softmax.cross_entropy, np.log1p(np.exp(-2 * heights)), rtol=1e-14
    )


@given(scores_strategy, st.integers(0, 5), rates, margins, variants)
def test_the_svm_run_is_the_naive_loop(scores, label, rate, margin, variant) -> None:
    label %= len(scores)
    run = follow_gradients(scores, label, rate=rate, steps=60, margin=margin, variant=variant)
    path, stop = slow_svm_run(scores, label, rate, 60, margin, variant)
    np.testing.assert_array_equal(run.svm.scores, path)
    assert run.stop == stop
    if stop is not None:
        assert (run.svm.scores[stop:] == run.svm.scores[stop]).all()
        assert not run.svm.hinge[stop:].any()
        assert (run.svm.hinge[:stop] > 0).all()


@given(
    st.integers(-64, 64), st.integers(-64, 64), st.sampled_from([1, 2, 4, 16]), st.integers(0, 16)
)
def test_two_classes_stop_where_arithmetic_says(true, wrong, rate, margin) -> None:
    # In eighths, which float64 holds exactly: the margin shrinks by two rates a step.
    violation = Fraction(wrong - true + margin, 8)
    expected = max(0, math.ceil(violation / (2 * Fraction(rate, 8))))
    run = follow_gradients([true / 8, wrong / 8], 0, rate=rate / 8, steps=80, margin=margin / 8)
    assert run.stop == expected
    beyond = 2 * Fraction(rate, 8) * expected - violation
    assert run.overshoot[1] == (float(beyond) if expected else 0)


@given(scores_strategy, st.integers(0, 5), rates)
def test_each_softmax_step_is_the_rate_times_the_exact_gradient(scores, label, rate) -> None:
    label %= len(scores)
    run = follow_gradients(scores, label, rate=rate, steps=4)
    for before, after in zip(run.softmax.scores[:-1], run.softmax.scores[1:], strict=True):
        p = [float(value) for value in exact_softmax(before)]
        pushed = [value - (j == label) for j, value in enumerate(p)]
        step = np.array(pushed) * rate
        np.testing.assert_allclose(before - after, step, rtol=1e-12, atol=1e-12 * max(1, rate))


@given(scores_strategy, st.integers(0, 5), rates, margins, variants)
def test_a_run_holds_the_losses_and_gradients_of_core(scores, label, rate, margin, variant) -> None:
    label %= len(scores)
    run = follow_gradients(scores, label, rate=rate, steps=30, margin=margin, variant=variant)
    fitting = decimal_places(scores, rate, margin)
    for path, decimals in ((run.svm, fitting), (run.softmax, 0)):
        for step in (0, 1, 17, 30):
            soft = cross_entropy(path.scores[step], label)
            # In whole units, in which a margin that is met is met.
            svm = hinge(
                whole(path.scores[step], decimals),
                label,
                margin=float(whole(margin, decimals)),
                variant=variant,
            )
            assert path.cross_entropy[step] == soft.value
            assert path.hinge[step] == pytest.approx(svm.value / 10.0**decimals, rel=1e-12)
            assert path.hinge_gradient_norm[step] == pytest.approx(np.linalg.norm(svm.gradient))
            np.testing.assert_array_equal(path.cross_entropy_gradient[step], soft.gradient)


@given(scores_strategy, st.integers(0, 5), rates, margins, variants)
def test_no_step_is_too_large_for_free_scores(scores, label, rate, margin, variant) -> None:
    label %= len(scores)
    run = follow_gradients(scores, label, rate=rate, steps=40, margin=margin, variant=variant)
    rounding = 1e-13 * np.abs(run.svm.scores).max()
    assert (np.diff(run.svm.hinge) <= rounding).all()
    soft = run.softmax.cross_entropy
    assert (np.diff(soft) <= 1e-14 * soft[:-1]).all()
    # Where it is not held back by the spacing of float64, it falls at every step.
    is_felt = run.softmax.cross_entropy_gradient_norm[:-1] * rate > 1e-12 * np.abs(
        run.softmax.scores[:-1]
    ).max(axis=1)
    assert (np.diff(soft)[is_felt] < 0).all()


@given(scores_strategy, st.integers(0, 5), rates, st.sampled_from(HINGE_VARIANTS[:2]))
def test_multi_class_gradients_conserve_the_sum_of_the_scores(scores, label, rate, variant) -> None:
    label %= len(scores)
    run = follow_gradients(scores, label, rate=rate, steps=60, variant=variant)
    for path in (run.svm.scores, run.softmax.scores):
        tolerance = 1e-12 * np.abs(path).max()
        np.testing.assert_allclose(path.sum(axis=1), math.fsum(scores), atol=tolerance)


def test_one_against_all_does_not_conserve_it() -> None:
    run = follow_gradients([0, 1, 0.5], 0, rate=0.5, steps=6, variant="one_vs_all")
    assert run.svm.scores[-1].sum() == -1


@given(scores_strategy, st.integers(0, 5), rates, margins, variants)
def test_softmax_never_stops(scores, label, rate, margin, variant) -> None:
    label %= len(scores)
    run = follow_gradients(scores, label, rate=rate, steps=60, margin=margin, variant=variant)
    norms = run.softmax.cross_entropy_gradient_norm
    if run.vanished is None:
        assert (norms > 0).all()
    else:
        assert (norms[: run.vanished] > 0).all()
        assert not run.softmax.cross_entropy[run.vanished :].any()
        # Below float64 only where exp of the smallest lead is.
        scores_then = run.softmax.scores[run.vanished]
        assert scores_then[label] - np.delete(scores_then, label).max() > 700
    meets = np.flatnonzero(run.softmax.hinge == 0)
    assert run.caught_up == (int(meets[0]) if meets.size else None)


def test_below_float64_is_told() -> None:
    run = follow_gradients([0, 0, 0], 0, rate=3000, steps=3)
    assert run.vanished == 1
    assert follow_gradients([10, -100, -100], 0, rate=1).vanished is None


def test_softmax_falls_like_one_over_the_number_of_steps() -> None:
    loss = follow_gradients([3.2, 5.1, -1.7], 0, rate=1.0).softmax.cross_entropy
    assert loss.size == MAXIMUM_STEPS + 1
    assert loss[250] / loss[500] == pytest.approx(2, rel=0.02)
    # The lead grows by 2 rate e^-lead a step, so that e^-lead tends to 1 / (2 rate k).
    assert loss[500] == pytest.approx(1 / 1000, rel=0.06)


@given(scores_strategy, st.integers(0, 5), rates, margins, variants)
def test_overshoot_is_less_than_one_step(scores, label, rate, margin, variant) -> None:
    label %= len(scores)
    run = follow_gradients(scores, label, rate=rate, steps=60, margin=margin, variant=variant)
    for j, beyond in enumerate(run.overshoot):
        moved = -hinge(scores, label, margin=margin, variant=variant).margins[j]
        if variant != "one_vs_all" and j == label:
            assert beyond == 0
        # Two scores move; the true one by the rate times the number of classes that it passes.
        longest = rate * (1 if variant == "one_vs_all" else len(scores))
        assert 0 <= beyond <= longest * (1 + 1e-9)
        if moved >= 0:
            assert beyond == 0
    if variant != "crammer_singer":
        assert run.switches == 0


def test_crammer_singer_goes_back_and_forth() -> None:
    run = follow_gradients([0, 4, 4], 0, rate=0.25, steps=60, variant="crammer_singer")
    pushed = run.svm.hinge_gradient[: run.stop, 1:].argmax(axis=1)
    assert run.switches == np.count_nonzero(np.diff(pushed)) > 10


def test_phases() -> None:
    run = follow_gradients([3.2, 5.1, -1.7], 0, rate=0.1)
    # By the losses themselves: the SVM is done at 15; softmax meets its margin at 27.
    assert (run.stop, run.caught_up) == (15, 27)
    assert run.softmax.hinge[26] > 0 == run.softmax.hinge[27]
    phases = (
        [DescentPhase.BOTH_PUSH] * 15
        + [DescentPhase.SVM_STOPPED] * 12
        + [DescentPhase.SOFTMAX_GOES_ON] * 474
    )
    assert run.phases.tolist() == phases
    slow = follow_gradients([3.2, 5.1, -1.7], 0, rate=0.001, steps=9)
    assert slow.phases.tolist() == [DescentPhase.BOTH_PUSH] * 10
    fast = follow_gradients([0, 0, 0], 0, rate=3000, steps=2)
    assert fast.phases.tolist() == [DescentPhase.BOTH_PUSH] + [DescentPhase.BELOW_FLOAT64] * 2
    # Too small a loss for float64, but a margin that is larger still.
    wide = follow_gradients([800, 0], 0, rate=1, steps=2, margin=1000)
    assert wide.vanished == 0
    assert wide.phases.tolist() == [DescentPhase.BOTH_PUSH] * 3


@pytest.mark.parametrize(
    ("stop", "steps"),
    [(0, 20), (5, 20), (6, 50), (25, 100), (26, 200), (51, 500), (126, 500), (None, 500)],
)
def test_steps_to_show(stop, steps) -> None:
    assert steps_to_show(stop) == steps


def test_one_step_of_a_whole_sweep() -> None:
    sweeps = sweep_comparison([3.2, 5.1, -1.7], 0, along=0)
    for moved in range(3):
        swept = sweeps.by[f"score{moved}"].compared
        ghosts = one_step(swept, 0.7)
        assert ghosts.svm.shape == ghosts.softmax.shape == (201, 3)
        for row in (0, 64, 200):
            start = swept.scores[row].tolist()
            alone = follow_gradients(start, 0, rate=0.7, steps=1)
            np.testing.assert_allclose(ghosts.svm[row], alone.svm.scores[1], rtol=1e-15)
            np.testing.assert_allclose(
                ghosts.softmax[row], alone.softmax.scores[1], rtol=1e-14, atol=1e-14
            )
            _, gradient, _ = slow_hinge(start, 0, 1.0, "weston_watkins", 1)
            expected = [s - 0.7 * g for s, g in zip(start, gradient, strict=True)]
            assert ghosts.svm[row].tolist() == expected


def test_the_start_is_left_alone() -> None:
    scores = np.array([3.2, 5.1, -1.7])
    result = compare_losses(scores, 0)
    one_step(result, 1.0)
    follow_gradients(scores, 0, rate=1.0, steps=5)
    assert scores.tolist() == result.scores.tolist() == [3.2, 5.1, -1.7]


def test_no_steps_and_a_satisfied_start() -> None:
    assert follow_gradients([1, 2], 0, rate=1, steps=0).stop is None
    run = follow_gradients([10, 9, 9], 0, rate=1, steps=2)
    assert (run.stop, run.caught_up) == (0, 0)
    assert (run.svm.scores == [10, 9, 9]).all()
    assert (run.softmax.scores[1] != [10, 9, 9]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rate": 0}, "rate must be a finite number and greater than 0"),
        ({"rate": 2 * LARGEST_RATE}, "at most 1e\\+06, got 2000000.0"),
        ({"rate": math.nan}, "rate must be a finite number"),
        ({"steps": -1}, "steps must be a whole number, at least 0, got -1"),
        ({"steps": 2.5}, "steps must be a whole number, at least 0, got 2.5"),
        ({"scores": [[1.0, 2.0]]}, r"scores must have shape \(classes,\), got shape \(1, 2\)"),
        ({"scores": [1.0, math.nan]}, "must be finite"),
        ({"label": 2}, "must be a label from 0 to 1, got 2"),
        ({"margin": -1}, "margin must be a finite number"),
        ({"variant": "other"}, "variant must be one of"),
    ],
)
def test_clear_errors(change, message) -> None:
    arguments = {"scores": [1.0, 2.0], "label": 0, "rate": 1.0, "steps": 3, **change}
    with pytest.raises(ValueError, match=message):
        follow_gradients(arguments.pop("scores"), arguments.pop("label"), **arguments)
    if "rate" in change:
        with pytest.raises(ValueError, match=message):
            one_step(compare_losses([1.0, 2.0], 0), change["rate"])


def test_the_svm_stops_where_its_margin_is_met_in_decimals() -> None:
    """2.3 - 1.3 is 0.9999999999999998 in float64: one step more would be one too many."""
    run = follow_gradients([2.1, 1.5], 0, rate=0.1, steps=20)
    assert run.stop == 2
    assert run.svm.scores[-1].tolist() == [2.3, 1.3]
    assert run.svm.hinge[2:].tolist() == [0.0] * 19
