from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.cross_entropy.controls import parse_probabilities
from pages.cross_entropy.numbers import evaluate_cross_entropy
from pages.cross_entropy.stage import cross_entropy_stage, moved, sweeps_of
from pages.cross_entropy.target_mass import move_mass
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.example import Example, with_target
from pages.ui.state.state import FocusedState, decode, encode
from pages.ui.text import text_in
from tests.stages import assert_present_rows, assert_same, at, now, panels_of, told

VALUES = {
    "score0": 3.2,
    "score1": 5.1,
    "score2": -1.7,
    "target0": 1.0,
    "target1": 0.0,
    "target2": 0.0,
    "label": 0,
}


def stage_of(state: FocusedState) -> Stage:
    return cross_entropy_stage(state, sweeps_of(state), text_in("en"))


def released(state: FocusedState, focus: str | None = "score0", **values: float) -> FocusedState:
    return moved(state, Release({**VALUES, **values}, focus))


def test_a_released_logit_becomes_the_state() -> None:
    state = released(FocusedState(), "score1", score1=-2.5)
    assert state.example == Example(scores=(3.2, -2.5, -1.7))
    assert state.focus == 1


def test_released_masses_become_a_soft_target() -> None:
    state = released(FocusedState(), target0=0.7, target1=0.15, target2=0.15)
    assert state.example.target == (0.7, 0.15, 0.15)
    assert state.example.label == 0


def test_the_label_goes_where_the_mass_is() -> None:
    state = released(FocusedState(), target0=0.2, target1=0.5, target2=0.3)
    assert (state.example.label, state.example.target) == (1, (0.2, 0.5, 0.3))
    state = released(FocusedState(), target0=0.0, target1=0.0, target2=1.0)
    assert (state.example.label, state.example.target) == (2, None)


def test_the_flag_makes_the_target_hard_again() -> None:
    soft = FocusedState(Example(target=(0.6, 0.3, 0.1)))
    masses = {"target0": 0.0, "target1": 1.0, "target2": 0.0}
    state = released(soft, label=1, **masses)
    assert (state.example.label, state.example.target) == (1, None)


@pytest.mark.parametrize("mass", [0.0, 0.123, 1.0])
def test_a_typed_mass_takes_the_others_along(mass: float) -> None:
    soft = FocusedState(Example(target=(0.6, 0.3, 0.1)))
    masses = {"target0": 0.6, "target1": mass, "target2": 0.1}
    state = released(soft, **masses)
    expected = move_mass([0.6, 0.3, 0.1], 1, mass)
    assert state.example.targets == pytest.approx(expected.tolist())


@pytest.mark.parametrize(
    "change",
    [
        {"target0": "a"},
        {"target0": None},
        {"target0": float("nan")},
        {"target0": 1.5},
        {"target0": -0.5},
        {"score0": 1e9},
        {"label": 9},
    ],
    ids=str,
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    state = FocusedState()
    assert released(state, **change) is state
    assert moved(state, Release({"score0": 1.0}, "score0")) is state


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda t: sum(t) > 0.01))
def test_any_target_is_scaled_and_read_back(target: list[float]) -> None:
    example = with_target(Example(), target)
    assert sum(example.targets) == pytest.approx(1, abs=1e-12)
    assert example.targets == pytest.approx([mass / sum(target) for mass in target], abs=1e-12)
    assert example.targets[example.label] == max(example.targets)
    assert decode(FocusedState, encode(FocusedState(example))) == (FocusedState(example), ())


def test_a_target_of_equals_leaves_the_label() -> None:
    example = with_target(Example(label=1), [1, 1, 1])
    assert example.label == 1
    assert example.target == pytest.approx((1 / 3, 1 / 3, 1 / 3), rel=1e-14)


def test_a_target_has_a_short_address() -> None:
    example = with_target(Example(), [0.7, 0.1 + 0.05, 0.15000000000000002])
    assert encode(FocusedState(example))["t"] == "0.7,0.15,0.15"


def test_a_target_that_only_nearly_adds_up_is_scaled() -> None:
    sweeps = sweeps_of(FocusedState(Example(target=(0.3333, 0.3333, 0.3333))))
    assert sweeps.now.targets.tolist() == [1 / 3, 1 / 3, 1 / 3]


def test_panels_put_every_number_where_it_belongs() -> None:
    panels = panels_of(stage_of(FocusedState()))
    result = evaluate_cross_entropy([3.2, 5.1, -1.7], [0.8, 0.2, 0.0])
    p, t = result.probabilities.tolist(), result.targets.tolist()
    assert panels["scores"].show[0, "y"](result).tolist() == [3.2, 5.1, -1.7]
    # Hollow bars of t, the empty one out of sight; then the bars of p. Their numbers below.
    probabilities = panels["probabilities"]
    assert probabilities.show[0, "base"](result).tolist() == [0, 0, -9, 0, 0, 0]
    assert probabilities.show[0, "y"](result).tolist() == [*t, *p]
    assert [row.numbers(result).tolist() for row in probabilities.marks] == [t, p]
    (push,) = panels["gradient"].marks
    assert push.y is panels["gradient"].show[0, "y"]
    assert push.y(result).tolist() == result.gradient.tolist()
    points, flag = panels["surprisals"].marks
    assert panels["surprisals"].show[1, "base"](result).tolist() == [float(result.loss)]
    assert points.x(result).tolist() == p
    assert points.y(result).tolist() == result.surprisals.tolist()
    assert flag.numbers(result).tolist() == pytest.approx([2.0404], abs=5e-5)
    assert flag.x(result).tolist() == pytest.approx([p[0] + 0.08])
    (sizes,) = panels["sizes"].marks
    assert sizes.x(result).tolist() == [3.2] * 3
    assert sizes.y(result).tolist() == result.gradient_sizes.tolist()


def test_the_sentence_tells_who_is_pushed_where() -> None:
    assert told(stage_of(FocusedState(Example(target=(0.8, 0.2, 0.0)))), "verdict") == (
        "Large error, large gradient. ‖p − t‖ = 0.9469. "
        "The gradient of cat is −0.670, so its score is pushed up; "
        "that of car is 0.669, so its score is pushed down."
    )
    assert "next to nothing would be left: " in told(
        stage_of(FocusedState(Example(scores=(-10.0, 5.0, 0.0)))), "verdict"
    )


def test_the_flag_stands_at_the_label() -> None:
    _, flag = panels_of(stage_of(FocusedState()))["surprisals"].marks
    results = evaluate_cross_entropy([[3.0, 5.0, -2.0]] * 3, np.eye(3), np.arange(3))
    assert flag.numbers(results)[:, 0].tolist() == results.surprisals[0].tolist()
    # All mass on one class: the loss is the surprisal of that class.
    assert results.loss == pytest.approx(results.surprisals[0], rel=1e-14)
    assert told(stage_of(FocusedState(Example(label=2))), "true_name") == "frog"


def test_what_is_beyond_the_axis_is_drawn_at_its_end_and_told_in_full() -> None:
    stage = stage_of(FocusedState(Example(("a", "b"), (-1000.0, 0.0))))
    panels = panels_of(stage)
    points, flag = panels["surprisals"].marks
    assert panels["surprisals"].show[1, "base"](stage.now).tolist() == [8]
    assert points.y(stage.now).tolist() == [8, 0]
    assert flag.y(stage.now).tolist() == [8.3]
    assert flag.numbers(stage.now).tolist() == [1000]
    assert told(stage, "loss") == "1000.0000"
    (sizes,) = panels["sizes"].marks
    assert np.isnan(sizes.x(stage.now)).all()


@pytest.mark.parametrize("along", range(3))
@pytest.mark.parametrize("target", [None, (0.2, 0.5, 0.3)])
def test_a_handle_at_its_present_value_shows_what_is_shown_now(target, along) -> None:
    stage = stage_of(FocusedState(Example(scores=(3.0, 5.0, -2.0), target=target), along))
    # The flag makes a soft target hard wherever it is put.
    assert_present_rows(stage, besides=("label",) if target else ())


def test_the_flag_takes_all_mass_along() -> None:
    stage = stage_of(FocusedState(Example(target=(0.2, 0.5, 0.3)), along=1))
    hard = stage_of(FocusedState(Example(label=2), along=1))
    assert_same(at(stage, "label", 2), now(hard), rtol=1e-6, atol=1e-9)
    masses = [handle.follows(stage.handles[-1].sweep) for handle in stage.handles[3:6]]
    np.testing.assert_array_equal(masses, np.eye(3))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("0.5,-0.1,0.6", "probability"), ("0, 0, 0", "probability"), ("0.5, x", "number")],
)
def test_what_is_no_probability_is_told(typed: str, reason: str) -> None:
    assert parse_probabilities(typed)[1][0].reason == reason
    assert parse_probabilities(".2, .3, .5") == ((0.2, 0.3, 0.5), ())
