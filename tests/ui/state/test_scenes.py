"""A scene in the address: what it sets, what the reader changes, what he answered."""

from __future__ import annotations

import pytest

from pages.hinge import HingeState
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.ui.state.scenes import scene_of, scenes_of
from pages.ui.state.state import State, decode, encode


def state_at(**address: str) -> HingeState:
    state, problems = decode(HingeState, address)
    assert problems == ()
    return state


def test_a_scene_alone_is_its_own_state() -> None:
    state = state_at(scene="7")
    assert scene_of(state) == scenes_of(HingeState)[6]
    assert (state.example.scores, state.margin) == ((13, -7, 11), 10)


def test_the_answer_changes_what_it_says_it_changes() -> None:
    state = state_at(scene="7", guess="2.5")
    assert (state.example.scores, state.margin, state.guess) == ((13, -7, 11), 2, "2.5")
    assert state_at(scene="7", guess="unknown").margin == 2


def test_what_was_moved_is_the_address() -> None:
    state = state_at(scene="7", guess="2", z="1,2,3", names="a,b,c", y="1")
    assert (state.example.scores, state.margin, state.scene) == ((1, 2, 3), 1, 7)
    assert decode(HingeState, encode(state)) == (state, ())


@pytest.mark.parametrize("text", ["0", "10", "-1", "x", "1.5", "٣", ""])
def test_a_scene_that_is_not_is_told(text: str) -> None:
    state, (problem,) = decode(HingeState, {"scene": text})
    assert state == HingeState()
    assert (problem.parameter, problem.reason) == ("scene", "whole")
    assert problem.limits == {"least": "1", "most": "9"}


@pytest.mark.parametrize(
    ("scene", "guess", "reason"),
    [("5", "much", "number"), ("5", "1e9", "size"), ("5", "nan", "size"), ("3", "2", "option")],
)
def test_a_guess_that_is_none_is_told_and_asked_again(scene: str, guess: str, reason: str) -> None:
    state, (problem,) = decode(HingeState, {"scene": scene, "guess": guess})
    assert (problem.parameter, problem.reason) == ("guess", reason)
    assert state == state_at(scene=scene)


def test_where_nothing_is_asked_a_guess_means_nothing() -> None:
    assert state_at(scene="1", guess="7") == state_at(scene="1")
    assert state_at(guess="7") == HingeState()


def test_a_lesson_without_scenes_knows_none() -> None:
    assert scenes_of(State) == ()
    assert decode(State, {"scene": "3"}) == (State(), ())


def test_a_scene_may_open_a_view() -> None:
    state, _ = decode(SvmAgainstSoftmaxState, {"scene": "8"})
    assert (state.view, state.rate, state.step) == ("run", 0.1, 0)
