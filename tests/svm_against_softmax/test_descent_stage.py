from __future__ import annotations

import numpy as np
import pytest

from core.losses.comparison import compare_losses, one_step
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax import descent_panels as figures
from pages.svm_against_softmax.descent import follow_gradients
from pages.svm_against_softmax.descent_stage import after_one_step, at_step, run_of, steps_shown
from pages.ui.kit import comparison_panels as comparison_figures
from pages.ui.kit.sweeps import sweep_comparison
from pages.ui.stage.vocabulary import Release, Spot
from pages.ui.state.example import Example


def test_a_step_button_takes_the_step() -> None:
    state = SvmAgainstSoftmaxState(rate=0.5, along=1, is_logarithmic=True)
    svm = after_one_step(state, "svm")
    assert svm.example.scores == (3.7, 4.6, -1.7)
    softmax = after_one_step(state, "softmax")
    p = np.exp([3.2, 5.1, -1.7]) / np.exp([3.2, 5.1, -1.7]).sum()
    expected = np.array([3.2, 5.1, -1.7]) - 0.5 * (p - [1, 0, 0])
    np.testing.assert_allclose(softmax.example.scores, expected, rtol=1e-14)
    for after in (svm, softmax):
        assert (after.rate, after.along, after.is_logarithmic) == (0.5, 1, True)


def test_a_step_does_not_leave_the_range_of_scores() -> None:
    state = SvmAgainstSoftmaxState(example=Example(("a", "b"), (1e6, 1e6), 0), rate=100)
    assert after_one_step(state, "svm").example.scores == (1e6, 1e6 - 100)


def test_a_satisfied_svm_stays() -> None:
    state = SvmAgainstSoftmaxState(example=Example(scores=(10, 9, 9)))
    assert after_one_step(state, "svm") == state


@pytest.mark.parametrize(
    ("sent", "step"), [(7, 7), (7.0, 7), ("12", 12), (-3, 0), (1e9, 500), (0, 0)]
)
def test_the_timeline_becomes_the_state(sent: object, step: int) -> None:
    assert at_step(SvmAgainstSoftmaxState(), Release({"step": sent}, None)).step == step


@pytest.mark.parametrize("values", [{}, {"step": "x"}, {"step": None}, {"step": float("inf")}])
def test_a_timeline_that_makes_no_sense_changes_nothing(values: dict) -> None:
    assert at_step(SvmAgainstSoftmaxState(), Release(values, None)) == SvmAgainstSoftmaxState()


def test_steps_shown() -> None:
    run = run_of(SvmAgainstSoftmaxState())
    assert run.stop == 2
    assert steps_shown(SvmAgainstSoftmaxState(), run) == 20
    assert steps_shown(SvmAgainstSoftmaxState(steps=7), run) == 7
    assert steps_shown(SvmAgainstSoftmaxState(steps=7, step=90), run) == 90
    assert steps_shown(SvmAgainstSoftmaxState(step=90), run) == 90


def test_every_number_of_a_step_is_where_it_belongs() -> None:
    run = follow_gradients([3.2, 5.1, -1.7], 0, rate=0.1)
    places = figures.step_places(run, 40)
    for step in (0, 14, 15, 40):
        svm = compare_losses(run.svm.scores[step], 0)
        softmax = compare_losses(run.softmax.scores[step], 0)
        bars = places[figures.SVM_BARS][step]
        assert bars[:3].tolist() == [3.2, 5.1, -1.7]
        assert bars[3:6].tolist() == svm.scores.tolist()
        assert places[figures.SVM_BASES][step][:6].tolist() == [0] * 6
        thresholds = places[figures.SVM_BASES][step][6:]
        assert thresholds[0] < -1e6
        assert thresholds[1:].tolist() == svm.thresholds[1:].tolist()
        assert places[figures.SOFTMAX_BARS][step].tolist() == [
            *(3.2, 5.1, -1.7),
            *softmax.scores.tolist(),
        ]
        assert places["run_hinge"][step] == pytest.approx(float(svm.hinge))
        assert places["run_cross_entropy"][step] == softmax.cross_entropy
        assert places["run_hinge_gradient_norm"][step] == svm.hinge_gradient_norm
        norm = softmax.cross_entropy_gradient_norm
        assert places["run_cross_entropy_gradient_norm"][step] == pytest.approx(norm, rel=1e-14)
        dots = places[figures.POINT_LOSSES][step].tolist()
        assert dots == pytest.approx([float(softmax.cross_entropy), float(svm.hinge)])
        assert places["run_step"][step] == places[figures.CURSOR][step][0] == step
    curves = figures.curve_places(run, 40)
    assert curves[figures.HINGE_CURVE].tolist() == run.svm.hinge[:41].tolist()
    assert curves[Spot("run_scores", 3, "y")].tolist() == run.softmax.scores[:41, 1].tolist()
    assert curves[Spot("run_scores", 4, "y")].tolist() == run.svm.scores[:41, 1].tolist()


@pytest.mark.parametrize(
    "scores", [[3.2, 5.1, -1.7], [0.0] * 10, [1e6, -1e6], [10, -100, -100], [-5, -4]]
)
@pytest.mark.parametrize("rate", [0.001, 1, 100])
def test_ranges_hold_everything(scores: list[float], rate: float) -> None:
    run = follow_gradients(scores, len(scores) - 1, rate=rate, steps=100)
    low, high = figures.score_range(run, 50)
    for path in (run.svm, run.softmax):
        assert low < path.scores[:51].min() <= path.scores[:51].max() < high
    assert low < 0 < high
    lowest, highest = figures.loss_range(run, 50)
    assert 0 < lowest < highest
    assert highest >= max(run.svm.hinge.max(), run.softmax.cross_entropy.max())
    assert lowest <= max(run.softmax.cross_entropy[:51].min(), 1e-12)


def test_ghosts_stand_behind_the_other_bars() -> None:
    sweep = sweep_comparison([3.2, 5.1, -1.7], 0, along=0)
    ghosts = one_step(sweep.by_score, 1.0)
    plain = comparison_figures.comparison_places(sweep.by_score)
    places = comparison_figures.comparison_places(sweep.by_score, ghosts)
    heights = places[comparison_figures.SCORE_HEIGHTS]
    assert heights.shape == (3, 201, 15)
    np.testing.assert_array_equal(heights[..., :9], plain[comparison_figures.SCORE_HEIGHTS])
    np.testing.assert_array_equal(heights[..., 9:12], ghosts.softmax)
    np.testing.assert_array_equal(heights[..., 12:], ghosts.svm)
    assert not places[comparison_figures.SCORE_BASES][..., 9:].any()
    figure = comparison_figures.scores_figure(("a", "b", "c"), sweep.axis, has_ghosts=True)
    for attribute in ("x", "width"):
        assert len(figure.data[0][attribute]) == 15
    assert len(figure.data[0].marker.color) == len(figure.data[0].marker.opacity) == 15
    plain_figure = comparison_figures.scores_figure(("a", "b", "c"), sweep.axis)
    assert len(plain_figure.data[0].x) == len(plain_figure.data[0].marker.color) == 9
