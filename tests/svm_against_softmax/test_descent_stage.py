"""The stage of Follow the gradient: what its timeline shows, and what becomes of a release."""

from __future__ import annotations

import numpy as np
import pytest

from core.losses.comparison import compare_losses
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent import follow_gradients
from pages.svm_against_softmax.descent_numbers import sweep_descent
from pages.svm_against_softmax.descent_stage import (
    after_one_step,
    at_step,
    descent_of,
    descent_stage,
    run_table,
)
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.text import text_in
from tests.stages import assert_present_rows, assert_same, at, now, panels_of

T = text_in("en")


def stage_of(state: SvmAgainstSoftmaxState):
    return descent_stage(state, descent_of(state), T)


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
    state = SvmAgainstSoftmaxState(step=3)
    assert at_step(state, Release(values, None)) is state


@pytest.mark.parametrize(
    ("settings", "steps"),
    [({}, 20), ({"steps": 7}, 7), ({"steps": 7, "step": 90}, 90), ({"step": 90}, 90)],
)
def test_how_many_steps_are_shown(settings: dict[str, int], steps: int) -> None:
    state = SvmAgainstSoftmaxState(**settings)
    descent = descent_of(state)
    assert (descent.run.stop, descent.steps) == (2, steps)
    (timeline,) = descent_stage(state, descent, T).handles
    assert (timeline.value, timeline.minimum, timeline.maximum) == (state.step, 0, steps)
    assert run_table(state, descent, T).columns["step"] == list(range(steps + 1))


@pytest.mark.parametrize("step", [0, 14, 15, 40])
def test_every_number_of_a_step_is_where_it_belongs(step: int) -> None:
    run = follow_gradients([3.2, 5.1, -1.7], 0, rate=0.1)
    svm = compare_losses(run.svm.scores[step], 0)
    softmax = compare_losses(run.softmax.scores[step], 0)
    stage = stage_of(SvmAgainstSoftmaxState(rate=0.1, step=step, steps=40))
    panels = panels_of(stage)

    def shown(panel: str, trace: int, attribute: str) -> list[float]:
        return np.asarray(panels[panel].show[trace, attribute](stage.now)).tolist()

    start = [3.2, 5.1, -1.7]
    assert shown("run_svm", 0, "y") == [*start, *svm.scores.tolist(), 0, 0, 0]
    bases = shown("run_svm", 0, "base")
    assert bases[:6] == [0] * 6
    assert bases[6] < -1e6  # the true class has no margin
    assert bases[7:] == svm.thresholds[1:].tolist()
    assert shown("run_softmax", 0, "y") == [*start, *softmax.scores.tolist()]
    assert shown("run_scores", 0, "x") == [step, step]
    for panel, path in (("run_svm", svm), ("run_softmax", softmax)):
        (numbers,) = panels[panel].marks
        assert numbers.y(stage.now).tolist() == path.scores.tolist()
    (points,) = panels["run_losses"].marks
    assert points.x(stage.now).tolist() == [step, step]
    losses = [float(softmax.cross_entropy), float(svm.hinge)]
    assert points.y(stage.now) == pytest.approx(losses)
    told = {readout.id: float(readout.number(stage.now)) for readout in stage.readouts}
    numbers = {
        "run_step": step,
        "run_hinge": svm.hinge,
        "run_cross_entropy": softmax.cross_entropy,
        "run_hinge_gradient_norm": svm.hinge_gradient_norm,
        "run_cross_entropy_gradient_norm": softmax.cross_entropy_gradient_norm,
        "run_verdict": run.phases[step],
    }
    assert told == pytest.approx({id: float(number) for id, number in numbers.items()}, rel=1e-13)
    # The curves are those of the whole run, whatever the step.
    assert shown("run_losses", 0, "y") == run.softmax.cross_entropy[:41].tolist()
    assert shown("run_losses", 1, "y") == run.svm.hinge[:41].tolist()
    assert shown("run_scores", 3, "y") == run.softmax.scores[:41, 1].tolist()
    assert shown("run_scores", 4, "y") == run.svm.scores[:41, 1].tolist()


def test_the_timeline_shows_at_each_step_what_an_address_with_it_does() -> None:
    stage = stage_of(SvmAgainstSoftmaxState(rate=0.1, step=3, steps=40))
    assert_present_rows(stage)
    for step in (0, 15, 40):
        there = stage_of(SvmAgainstSoftmaxState(rate=0.1, step=step, steps=40))
        assert_same(at(stage, "step", step), now(there))


@pytest.mark.parametrize(
    "scores", [[3.2, 5.1, -1.7], [0.0] * 10, [1e6, -1e6], [10, -100, -100], [-5, -4]]
)
@pytest.mark.parametrize("rate", [0.001, 1, 100])
def test_limits_hold_everything(scores: list[float], rate: float) -> None:
    run = follow_gradients(scores, len(scores) - 1, rate=rate, steps=100)
    descent = sweep_descent(run, step=0, steps=50)
    low, high = descent.score_limits
    for path in (run.svm, run.softmax):
        assert low < path.scores[:51].min() <= path.scores[:51].max() < high
    assert low < 0 < high
    lowest, highest = descent.loss_limits
    assert 0 < lowest < highest
    assert highest >= max(run.svm.hinge.max(), run.softmax.cross_entropy.max())
    assert lowest <= max(run.softmax.cross_entropy[:51].min(), 1e-12)
