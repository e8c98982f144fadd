from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.targets import move_mass, one_hot
from pages.cross_entropy import panels as figures
from pages.cross_entropy.numbers import MASS_GRID, evaluate_cross_entropy, sweep_cross_entropy
from pages.cross_entropy.stage import moved, sweep_of
from pages.cross_entropy.target_controls import _parse_probabilities
from pages.ui.stage.vocabulary import Release, Spot
from pages.ui.state.example import Example, with_target
from pages.ui.state.state import FocusedState, decode, encode

VALUES = {
    "score0": 3.2,
    "score1": 5.1,
    "score2": -1.7,
    "target0": 1.0,
    "target1": 0.0,
    "target2": 0.0,
    "label": 0,
}


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
    assert released(FocusedState(), **change) == FocusedState()
    assert moved(FocusedState(), Release({"score0": 1.0}, "score0")) == FocusedState()


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
    sweep = sweep_of(FocusedState(Example(target=(0.3333, 0.3333, 0.3333))))
    assert sweep.now.targets.tolist() == [1 / 3, 1 / 3, 1 / 3]


def test_places_put_every_number_where_it_belongs() -> None:
    result = evaluate_cross_entropy([3.2, 5.1, -1.7], [0.8, 0.2, 0.0])
    places = figures.result_places(result, 0)
    p = result.probabilities.tolist()
    assert places[Spot("scores", 0, "y")].tolist() == [3.2, 5.1, -1.7]
    # Hollow bars of t, the empty one out of sight; then the bars of p.
    assert places[Spot("probabilities", 0, "base")].tolist() == [0, 0, -9, 0, 0, 0]
    assert places[Spot("probabilities", 0, "y")].tolist() == [0.8, 0.2, 0, *p]
    assert places[Spot("gradient", 0, "y")].tolist() == result.gradient.tolist()
    assert places[Spot("surprisals", 1, "base")].tolist() == [float(result.loss)]
    assert places["true_surprisal"].tolist() == pytest.approx([2.0404], abs=5e-5)
    assert [float(places[f"target{i}"]) for i in range(3)] == [0.8, 0.2, 0]
    assert (places["up_name"], places["down_name"], places["true_name"]) == (0, 1, 0)
    assert (places["up"], places["down"]) == (result.gradient[0], result.gradient[1])


def test_what_is_beyond_the_axis_is_drawn_at_its_end_and_told_in_full() -> None:
    result = evaluate_cross_entropy([-1000.0, 0.0], [1.0, 0.0])
    places = figures.result_places(result, 0)
    assert places[Spot("surprisals", 1, "base")].tolist() == [8]
    assert places["surprisal_heights"].tolist() == [8, 0]
    assert places["true_surprisal"].tolist() == [1000]
    assert places["loss"] == 1000
    sweep = sweep_cross_entropy([-1000.0, 0.0], [1.0, 0.0], along=0)
    assert np.isnan(figures.point_places(sweep.now, 0, sweep.axis)["point_logits"]).all()


@pytest.mark.parametrize("target", [(1.0, 0.0, 0.0), (0.2, 0.5, 0.3)])
def test_the_swept_row_at_the_present_value_is_what_is_shown_now(target) -> None:
    logits = [3.0, 5.0, -2.0]
    sweep = sweep_cross_entropy(logits, target, along=1)
    now = {
        **figures.result_places(sweep.now, 0),
        **figures.point_places(sweep.now, 1, sweep.axis),
        **figures.curve_places(sweep.curves_by_logit[1]),
    }
    by_logit = figures.result_places(sweep.by_logit, 0)
    by_mass = {
        **figures.result_places(sweep.by_mass, 0),
        **figures.point_places(sweep.by_mass, 1, sweep.axis),
        **figures.curve_places(sweep.curves_by_mass),
    }
    for index in range(3):
        logit_row = int(np.flatnonzero(sweep.axis.grid == logits[index])[0])
        mass_row = MASS_GRID.index(target[index])
        for place, swept in by_logit.items():
            np.testing.assert_allclose(swept[index, logit_row], now[place], rtol=1e-12, atol=1e-15)
        for place, swept in by_mass.items():
            np.testing.assert_allclose(swept[index, mass_row], now[place], rtol=1e-6, atol=1e-9)


def test_labels_of_a_batch() -> None:
    sweep = sweep_cross_entropy([3.0, 5.0, -2.0], one_hot(0, 3), along=0)
    places = figures.result_places(sweep.by_mass, np.arange(3)[:, None])
    assert places["true_name"][:, 0].tolist() == [0, 1, 2]
    surprisals = places["true_surprisal"][:, 100, 0]
    assert surprisals.tolist() == sweep.now.surprisals.tolist()
    # All mass on one class: the loss is the surprisal of that class.
    assert places["loss"][:, 100] == pytest.approx(surprisals, rel=1e-14)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("0.5,-0.1,0.6", "probability"), ("0, 0, 0", "probability"), ("0.5, x", "number")],
)
def test_what_is_no_probability_is_told(typed: str, reason: str) -> None:
    assert _parse_probabilities(typed)[1][0].reason == reason
    assert _parse_probabilities(".2, .3, .5") == ((0.2, 0.3, 0.5), ())
