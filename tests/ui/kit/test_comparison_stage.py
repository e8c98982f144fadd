"""The stage that compares both losses: what is let go becomes the state, each number has its place."""

from __future__ import annotations

import pytest

from core.losses.hinge import HINGE_VARIANTS
from pages.ui.kit.comparison_stage import comparison_stage, moved, sweeps_of
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.state.losses import LossesState
from pages.ui.text import text_in
from tests.stages import assert_every_step_is_as_opened_there, now

DEFAULT = LossesState()
VALUES = {"score0": 3.2, "score1": -2.5, "score2": -1.7, "label": 2}


def stage_of(state: LossesState) -> Stage:
    return comparison_stage(state, sweeps_of(state), text_in("en"))


def test_a_release_becomes_the_state() -> None:
    state = moved(LossesState(margin=2.0), Release(VALUES, "score1"))
    assert state.example == Example(("cat", "car", "frog"), (3.2, -2.5, -1.7), 2)
    assert (state.focus, state.margin) == (1, 2.0)


@pytest.mark.parametrize(
    ("change", "focus"),
    [
        ({"score0": "a"}, "score0"),
        ({"score0": None}, "score0"),
        ({"score0": float("nan")}, "score0"),
        ({"score0": 1e9}, "score0"),
        ({"label": 9}, "score0"),
        ({"label": 0.5}, "score0"),
    ],
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict, focus: str | None) -> None:
    assert moved(DEFAULT, Release({**VALUES, **change}, focus)) is DEFAULT
    assert moved(DEFAULT, Release({"score0": 1.0}, "score0")) is DEFAULT


@pytest.mark.parametrize("focus", ["score7", "other", None])
def test_a_release_without_focus_keeps_the_curve(focus: str | None) -> None:
    state = moved(LossesState(along=1), Release(VALUES, focus))
    assert (state.example.scores, state.focus) == ((3.2, -2.5, -1.7), 1)


def test_every_number_is_where_it_belongs() -> None:
    shown = now(stage_of(DEFAULT))
    bases, heights = shown["scores", 0, "base"], shown["scores", 0, "y"]
    # cat 3.2 is true: the line is at 2.2, car 5.1 violates it by 2.9, frog -1.7 does not.
    assert heights.tolist() == pytest.approx([3.2, 5.1, -1.7, 0, 2.9, 0, 0, 0, 0])
    assert bases[[0, 1, 2]].tolist() == [0, 0, 0]
    assert bases[[4, 7, 8]].tolist() == pytest.approx([2.2, 2.2, 2.2])
    assert (bases[[3, 5, 6]] < -1e6).all()
    assert shown["probabilities", 0, "base"].tolist() == [0, -9, -9, 0, 0, 0]
    assert shown[None, 0, "verdict"] == 0
    assert (shown[None, 0, "true_name"], shown[None, 0, "top_name"]) == (0, 1)


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_a_drag_shows_what_is_shown_where_it_ends(variant) -> None:
    state = LossesState(Example(scores=(3.0, 5.0, -2.0)), along=1, variant=variant)
    assert_every_step_is_as_opened_there(stage_of, moved, state)
