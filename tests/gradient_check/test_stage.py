"""The stage of the gradient check: every number in its place, every release a state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.difference_quotients import STEPS
from pages.gradient_check.stage import gradient_stage, moved, sweeps_of
from pages.ui.guide.readings import readings_of
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state import state as addresses
from pages.ui.state.example import Example
from pages.ui.text import text_in
from tests.stages import assert_every_step_is_as_opened_there, decode, panels_of, told

VALUES = {"score0": 1.0, "score1": -2.5, "score2": 0.0, "label": 2, "h": 1e-8}


def a_stage(example: Example | None = None, **changes: Any) -> Stage:
    state = GradientCheckState(example or Example(), **changes)
    return gradient_stage(state, sweeps_of(state), text_in("en"))


def test_a_release_becomes_the_state() -> None:
    state = moved(GradientCheckState(check="l2", mistake=True), Release(VALUES, "score1"))
    assert state.example == Example(("cat", "car", "frog"), (1.0, -2.5, 0.0), 2)
    assert (state.difference_step, state.focus) == (1e-8, 1)
    assert (state.check, state.mistake) == ("l2", True)


def test_a_release_without_a_flag_keeps_the_label() -> None:
    values = {name: value for name, value in VALUES.items() if name != "label"}
    assert moved(GradientCheckState(check="relu"), Release(values, "h")).example.label == 0


@pytest.mark.parametrize(
    "change", [{"h": 0}, {"h": 1.0}, {"h": "x"}, {"h": None}, {"h": float("nan")}, {"score0": "a"}]
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    state = GradientCheckState()
    assert moved(state, Release({**VALUES, **change}, "score0")) is state
    assert moved(state, Release({"score0": 1.0}, "score0")) is state


def test_the_address_holds_the_lesson() -> None:
    state = GradientCheckState(check="elastic_net", difference_step=3.16e-9, mistake=True)
    written = addresses.encode(state)
    assert {name: written[name] for name in ("check", "h", "mistake")} == {
        "check": "elastic_net",
        "h": "3.16e-09",
        "mistake": "1",
    }
    assert addresses.decode(GradientCheckState, written) == (state, ())
    assert not {"check", "h", "mistake"} & set(addresses.encode(GradientCheckState()))


@pytest.mark.parametrize(("check", "mistake"), [("cross_entropy", False), ("weston_watkins", True)])
def test_a_drag_shows_what_the_page_shows_where_it_leads(check: str, mistake: bool) -> None:
    assert_every_step_is_as_opened_there(
        lambda state: gradient_stage(state, sweeps_of(state), text_in("en")),
        moved,
        GradientCheckState(check=check, mistake=mistake, along=2),
        every=40,
    )


TITLES = {
    "relu": "Inputs x",
    "affine": "Inputs x",
    "l1": "Weights w",
    "l2": "Weights w",
    "elastic_net": "Weights w",
}


@pytest.mark.parametrize("check", CHECKED_FUNCTIONS)
def test_the_point_is_what_the_function_takes(check: str) -> None:
    stage = a_stage(check=check)
    panel = panels_of(stage)["scores"]
    assert panel.title == TITLES.get(check, "Scores s")
    has_flag = check not in TITLES
    assert ("label" in [handle.id for handle in stage.handles]) == has_flag
    assert bool(panel.legend) == has_flag


def test_the_present_errors_lie_on_their_curves() -> None:
    state = GradientCheckState(along=1)
    by_step = sweeps_of(state).by["h"]
    panel = panels_of(a_stage(along=1))["errors"]
    (dots,) = panel.marks
    for index, trace in enumerate((3, 2)):
        curve = panel.show[trace, "y"](by_step)[0]
        assert_array_equal(dots.y(by_step)[:, index], curve)
        assert_array_equal(dots.x(by_step)[:, index], STEPS)
        assert_array_equal(panel.show[4, "x"](by_step)[:, index], STEPS)


def test_an_error_of_0_lies_on_the_floor_and_a_kink_is_ringed() -> None:
    example = Example(("a", "b", "c"), (2.0, 1.0, -5.0), 0)
    stage = a_stage(example, check="weston_watkins", along=2)
    rings, labels, errors, errors32 = panels_of(stage)["gradients"].marks
    assert_array_equal(rings.y(stage.now), [0, 0, np.nan])
    assert_array_equal(errors.numbers(stage.now), [np.nan, np.nan, 0])
    assert_array_equal(errors32.numbers(stage.now), [np.nan, np.nan, 0])
    (dots,) = panels_of(stage)["errors"].marks
    assert dots.y(stage.now).tolist() == [1e-16, 1e-16]
    assert told(stage, "worst") == "0.0000"
    # Beside a gradient of 0 its number stands where the bars are not.
    assert np.sign(labels.y(stage.now)[:2]).tolist() == [1, -1]
    assert labels.numbers(stage.now).tolist() == [0, 0, 0]


def test_without_anything_to_compare_there_is_no_worst_error() -> None:
    stage = a_stage(Example(("a", "b", "c"), (10.0, 9.0, 9.0), 0), check="weston_watkins")
    assert (told(stage, "worst"), told(stage, "worst32"), told(stage, "kink_count")) == (
        *("–", "–"),
        "3",
    )


@pytest.mark.parametrize("classes", [3, 10])
def test_errors_are_written_beside_one_another(classes: int) -> None:
    names, scores = tuple("ABCDEFGHIJ"[:classes]), tuple(map(float, range(classes)))
    notes = panels_of(a_stage(Example(names, scores, 0)))["gradients"].marks[2:]
    assert len(notes) == (2 if classes == 3 else 1)
    for note in notes:
        assert len(note.x) == len(note.y) == classes
    heights = {y for note in notes for y in note.y}
    assert len(heights) == 2


def test_the_spoken_words_tell_the_present_numbers() -> None:
    header, _ = decode(a_stage(check="l2").packed({}))
    alts = {panel["id"]: panel["alt"] for panel in header["panels"]}
    assert alts["scores"] == "Bar chart of the point: cat 3.2, car 5.1, frog −1.7."
    assert "cat 6.4000 / 6.4000" in alts["gradients"]
    assert "by cat against the step h" in alts["errors"]
    assert not any("{" in alt for alt in alts.values())


def test_a_scene_may_ask_for_the_numerical_gradient() -> None:
    stage = a_stage(mistake=True)
    readings = readings_of([stage])
    errors = sweeps_of(GradientCheckState(mistake=True)).now.errors
    assert readings.numbers["gradients"] == tuple(errors.central)
    spot = readings.spots["gradients_0"]
    assert spot.y == errors.central[0] == pytest.approx(-0.87, abs=5e-5)
    # Where the left one of the two filled bars stands.
    assert spot.x == panels_of(stage)["gradients"].figure.data[0].x[3]
