from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pages.ui.kit import comparison_panels as figures
from pages.ui.kit.comparison_stage import moved, sweep_of
from pages.ui.kit.sweeps import sweep_comparison
from pages.ui.stage.component import _read
from pages.ui.stage.vocabulary import Release, Spot
from pages.ui.state.example import Example
from pages.ui.state.losses import LossesState

DEFAULT = LossesState()
VALUES = {"score0": 3.2, "score1": -2.5, "score2": -1.7, "label": 2}


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


@pytest.mark.parametrize(
    "state",
    [None, {}, {"state": 3}, {"state": {"values": {}}}, {"state": {"number": "x", "values": {}}}],
)
def test_messages_without_sense_are_no_messages(state: Any) -> None:
    assert _read(state) is None


def test_a_message_is_read() -> None:
    message = _read({"state": {"number": 7, "values": VALUES, "focus": "score1"}})
    assert message is not None
    assert (message.number, message.release) == (7, Release(VALUES, "score1"))
    more = {"is_held": True, "moved": ["score1"], "added": ["scores", 1, "2.5"], "removed": "x"}
    message = _read({"state": {"number": 8, "values": VALUES, **more}})
    assert message is not None
    assert message.release == Release(
        VALUES, None, is_held=True, moved=("score1",), added=("scores", 1.0, 2.5), removed="x"
    )
    wrong = {"is_held": 1, "moved": "score1", "added": ["scores", "a", 2], "removed": 3}
    message = _read({"state": {"number": 9, "values": VALUES, **wrong}})
    assert message is not None
    assert message.release == Release(VALUES, None)


def test_places_put_every_number_where_it_belongs() -> None:
    sweep = sweep_of(DEFAULT)
    places = figures.comparison_places(sweep.now)
    bases, heights = places[Spot("scores", 0, "base")], places[Spot("scores", 0, "y")]
    # cat 3.2 is true: the line is at 2.2, car 5.1 violates it by 2.9, frog -1.7 does not.
    assert heights.tolist() == pytest.approx([3.2, 5.1, -1.7, 0, 2.9, 0, 0, 0, 0])
    assert bases[[0, 1, 2]].tolist() == [0, 0, 0]
    assert bases[[4, 7, 8]].tolist() == pytest.approx([2.2, 2.2, 2.2])
    assert (bases[[3, 5, 6]] < -1e6).all()
    targets = places[Spot("probabilities", 0, "base")]
    assert targets.tolist() == [0, -9, -9, 0, 0, 0]
    assert places["verdict"] == 0
    assert (places["true_name"], places["top_name"]) == (0, 1)


def test_the_swept_row_at_the_present_value_is_what_is_shown_now() -> None:
    sweep = sweep_comparison([3.0, 5.0, -2.0], 0, along=1)
    now = figures.comparison_places(sweep.now)
    swept = figures.comparison_places(sweep.by_score)
    for index, score in enumerate([3.0, 5.0, -2.0]):
        row = int(np.flatnonzero(sweep.axis.grid == score)[0])
        for place, values in now.items():
            np.testing.assert_array_equal(swept[place][index, row], values)
    by_label = figures.comparison_places(sweep.by_label)
    for place, values in now.items():
        np.testing.assert_array_equal(by_label[place][0], values)
