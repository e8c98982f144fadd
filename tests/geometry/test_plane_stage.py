"""The stage of the plane and the simplex: its message, its table, and what a release makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from pages.geometry import GeometryState
from pages.geometry.plane import MARGIN, POINT, PROBABILITIES, STEP
from pages.geometry.plane_stage import moved, plane_stage, sweeps_of
from pages.ui.kit.scores import LABEL
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_same, at, now, told

MOST_BYTES = 2_000_000


def stage_of(state: GeometryState, language: str = "en") -> Stage:
    return plane_stage(state, sweeps_of(state), text_in(language))


def released(stage: Stage, id: str, value: object) -> Release:
    values = {handle.id: handle.value for handle in stage.handles}
    return Release({**values, id: value}, None, moved=(id,))


@pytest.mark.parametrize(
    "state",
    [
        GeometryState(),
        GeometryState(variant="crammer_singer", margin=0.37, rate=0.3),
        GeometryState(Example(("a", "b", "c"), (1010.0, 1000.0, 990.0), 2), margin=7.3),
    ],
)
def test_the_message_is_small(state: GeometryState) -> None:
    assert len(stage_of(state).packed({})) <= MOST_BYTES


@pytest.mark.parametrize("label", range(3))
def test_a_drag_of_the_point_shows_what_the_page_shows_that_is_opened_there(label: int) -> None:
    state = GeometryState(Example(label=label), margin=0.8)
    stage = stage_of(state)
    for x, y in np.random.default_rng(label).integers(121, size=(12, 2)).tolist():
        place = (round(x * 0.1 - 6, 1), round(y * 0.1 - 6, 1))
        if max(map(abs, place)) > 5.9:
            continue
        there = moved(state, released(stage, POINT, place))
        if sweeps_of(there).axis != sweeps_of(state).axis:
            continue
        dragged = at(stage, POINT, 121 * x + y, x, y)
        opened = now(stage_of(there))
        # Paths are hidden while the point is in the hand; float32 places a mark.
        seen = {place for place, values in dragged.items() if not np.isnan(values).any()}
        assert len(seen) > 40
        assert_same(
            {place: dragged[place] for place in seen},
            {place: opened[place] for place in seen},
            rtol=1e-6,
            atol=1e-6,
        )
        for readout in ("cross_entropy", "hinge", "true_probability", "soft0", "svm1"):
            assert dragged[None, 0, readout] == pytest.approx(opened[None, 0, readout], abs=1e-12)


def test_a_drag_in_the_simplex_does_so_too_even_outside_of_it() -> None:
    state = GeometryState()
    stage = stage_of(state)
    for x, y in np.random.default_rng(1).integers(121, size=(16, 2)).tolist():
        hand = (round(x / 60, 4), round(y / 60, 4))
        there = moved(state, released(stage, PROBABILITIES, hand))
        dragged, opened = at(stage, PROBABILITIES, 121 * x + y, x, y), now(stage_of(there))
        for readout in ("cross_entropy", "hinge", "p0", "p1", "p2", "standing"):
            assert dragged[None, 0, readout] == pytest.approx(
                opened[None, 0, readout], rel=1e-9, abs=1e-9
            ), (x, y)


def test_other_handles() -> None:
    state = GeometryState()
    stage = stage_of(state)
    narrow = moved(state, released(stage, MARGIN, 0.4))
    assert (narrow.margin, narrow.example) == (0.4, state.example)
    assert_same(at(stage, MARGIN, 4), now(stage_of(narrow)), rtol=1e-9, atol=1e-9)
    assert moved(state, released(stage, STEP, 7)).step == 7
    assert moved(state, released(stage, LABEL, 2)).example == Example(label=2)
    up = moved(state, released(stage, POINT, (-1.0, -2.0)))
    assert up.example.scores == (3.2, 2.2, 1.2)
    assert decode(GeometryState, encode(up)) == (up, ())


@pytest.mark.parametrize(
    "values",
    [
        {POINT: None},
        {POINT: [1e308, 1e308]},
        {POINT: 3},
        {LABEL: 3},
        {LABEL: "x"},
        {MARGIN: -1},
        {STEP: 1e400},
    ],
)
def test_messages_that_make_no_sense_change_nothing(values: dict) -> None:
    state = GeometryState()
    stage = stage_of(state)
    given = {handle.id: handle.value for handle in stage.handles}
    assert moved(state, Release({**given, **values}, None, moved=(POINT,))) == state
    assert moved(state, Release({}, None)) == state


def test_of_more_classes_three_are_shown_and_the_others_wait() -> None:
    digits = Example(tuple("abcde"), (1.0, 9.0, 3.0, 7.0, 5.0), 2)
    state = GeometryState(digits)
    assert state.shown == (1, 2, 3)
    assert state.three == Example(("b", "c", "d"), (9.0, 3.0, 7.0), 1)
    left = moved(state, released(stage_of(state), POINT, (-1.0, -3.0)))
    assert left.example.scores == (1.0, 2.0, 3.0, 0.0, 5.0)
    flagged = moved(state, released(stage_of(state), LABEL, 2))
    assert (flagged.example.label, flagged.example.scores) == (3, digits.scores)


def test_of_two_classes_a_third_is_added_which_stays_when_something_moves() -> None:
    state = GeometryState(Example(("x", "y"), (1.0, 2.0), 0))
    assert state.three == Example(("x", "y", "C"), (1.0, 2.0, 0.0), 0)
    there = moved(state, released(stage_of(state), POINT, (0.5, -0.5)))
    assert there.example == Example(("x", "y", "C"), (1.0, 1.5, 0.5), 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_words(language: str) -> None:
    stage = stage_of(GeometryState(), language)
    assert "(−0.870, 0.869, 0.001)" in told(stage, "gradients")
    assert "(−1, 1, 0)" in told(stage, "gradients")
    assert "0.5761" in told(stage, "tip")
    point = next(handle for handle in stage.handles if handle.id == POINT)
    assert point.told == "car − cat {x}, frog − cat {y}"
    satisfied = stage_of(GeometryState(Example(scores=(3.0, 1.0, 0.0))), language)
    assert told(satisfied, "standing").startswith(
        {"en": "The SVM is satisfied", "zh": "SVM 的要求已满足"}[language]
    )
