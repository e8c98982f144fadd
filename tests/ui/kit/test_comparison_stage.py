"""The stage of every page that compares both losses: its panels, its sweeps, its releases."""

from __future__ import annotations

import numpy as np
import pytest

from core.losses.comparison import one_step
from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from pages.ui.kit.comparison_stage import comparison_stage, moved, sweeps_of
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.state.losses import LossesState
from pages.ui.text import text_in
from tests.stages import (
    assert_every_step_is_as_opened_there,
    assert_present_rows,
    assert_same,
    at,
    now,
    panels_of,
)

T = text_in("en")
DEFAULT = LossesState()
VALUES = {"score0": 3.2, "score1": -2.5, "score2": -1.7, "label": 2}


def stage_of(state: LossesState, **settings):
    return comparison_stage(state, sweeps_of(state), T, **settings)


def test_a_release_becomes_the_state() -> None:
    state = moved(LossesState(margin=2.0), Release(VALUES, "score1"))
    assert state.example == Example(("cat", "car", "frog"), (3.2, -2.5, -1.7), 2)
    assert (state.focus, state.margin) == (1, 2.0)


@pytest.mark.parametrize(
    "change",
    [
        {"score0": "a"},
        {"score0": None},
        {"score0": float("nan")},
        {"score0": 1e9},
        {"label": 9},
        {"label": 0.5},
    ],
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    assert moved(DEFAULT, Release({**VALUES, **change}, "score0")) is DEFAULT


def test_a_release_without_all_scores_changes_nothing() -> None:
    assert moved(DEFAULT, Release({"score0": 1.0}, "score0")) is DEFAULT


@pytest.mark.parametrize("focus", ["score7", "other", None])
def test_a_release_without_focus_keeps_the_curve(focus: str | None) -> None:
    state = moved(LossesState(along=1), Release(VALUES, focus))
    assert (state.example.scores, state.focus) == ((3.2, -2.5, -1.7), 1)


def test_every_number_is_where_it_belongs() -> None:
    stage = stage_of(DEFAULT)
    panels = panels_of(stage)
    bases, heights = (panels["scores"].show[0, name](stage.now) for name in ("base", "y"))
    # cat 3.2 is true: the line is at 2.2, car 5.1 violates it by 2.9, frog -1.7 does not.
    assert heights.tolist() == pytest.approx([3.2, 5.1, -1.7, 0, 2.9, 0, 0, 0, 0])
    assert bases[[0, 1, 2]].tolist() == [0, 0, 0]
    assert bases[[4, 7, 8]].tolist() == pytest.approx([2.2, 2.2, 2.2])
    assert (bases[[3, 5, 6]] < -1e6).all()
    assert panels["probabilities"].show[0, "base"](stage.now).tolist() == [0, -9, -9, 0, 0, 0]
    told = {readout.id: float(readout.number(stage.now)) for readout in stage.readouts}
    assert (told["verdict"], told["true_name"], told["top_name"]) == (0, 0, 1)


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_a_drag_shows_what_is_shown_where_it_ends(variant: HingeVariant) -> None:
    state = LossesState(Example(scores=(3.0, 5.0, -2.0)), along=1, variant=variant)
    assert_every_step_is_as_opened_there(stage_of, moved, state)


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_a_handle_shows_at_its_value_what_is_shown_now(variant: HingeVariant) -> None:
    assert_present_rows(stage_of(LossesState(variant=variant), ghost_rate=0.5))


def test_the_flag_shows_at_each_class_what_an_address_with_it_does() -> None:
    stage = stage_of(LossesState(along=1))
    for label in range(3):
        there = LossesState(example=Example(label=label), along=1)
        assert_same(at(stage, "label", label), now(stage_of(there)))


def test_a_handle_shows_the_curve_along_its_score_when_it_is_taken() -> None:
    stage = stage_of(DEFAULT)
    show = panels_of(stage)["losses"].show
    for index, handle in enumerate(stage.handles[:3]):
        focused = stage_of(LossesState(along=index)).now
        for channel in show.values():
            np.testing.assert_array_equal(channel(handle.focus), channel(focused))
        # The curve is that score's own sweep, which does not change it.
        assert show[0, "y"](handle.sweep) is None
        assert handle.sweep.compared.hinge.tolist() == show[1, "y"](focused).tolist()


def test_ghosts_stand_behind_the_other_bars() -> None:
    rate = 0.7
    plain = panels_of(stage_of(DEFAULT))["scores"]
    stage = stage_of(DEFAULT, ghost_rate=rate)
    scores = panels_of(stage)["scores"]
    swept = stage.handles[1].sweep
    after = one_step(swept.compared, rate)
    heights = scores.show[0, "y"](swept)
    assert heights.shape == (201, 15)
    np.testing.assert_array_equal(heights[:, :9], plain.show[0, "y"](swept))
    np.testing.assert_array_equal(heights[:, 9:12], after.softmax)
    np.testing.assert_array_equal(heights[:, 12:], after.svm)
    assert not scores.show[0, "base"](swept)[:, 9:].any()
    for panel, bars in ((plain, 9), (scores, 15)):
        (trace,) = panel.figure.data
        for drawn in (trace.x, trace.width, trace.marker.color, trace.marker.opacity):
            assert len(drawn) == bars
