from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pages.gradient_check import GradientCheckState
from pages.gradient_check import panels as figures
from pages.gradient_check.difference_quotients import STEPS
from pages.gradient_check.numbers import GradientNumbers
from pages.gradient_check.stage import moved, sweeps_of
from pages.ui.stage.vocabulary import Release, Spot
from pages.ui.state.example import Example
from pages.ui.state.state import decode, encode

VALUES = {"score0": 1.0, "score1": -2.5, "score2": 0.0, "label": 2, "h": 1e-8}


def places(view: GradientNumbers, entry: int) -> dict:
    return {
        **figures.error_places(view.errors),
        **figures.curve_places(view.curves),
        **figures.magnified_places(view.magnified),
        **figures.point_places(view.errors, entry),
    }


def test_a_release_becomes_the_state() -> None:
    state = moved(GradientCheckState(check="l2", mistake=1), Release(VALUES, "score1"))
    assert state.example == Example(("cat", "car", "frog"), (1.0, -2.5, 0.0), 2)
    assert (state.difference_step, state.focus) == (1e-8, 1)
    assert (state.check, state.mistake) == ("l2", 1)


def test_a_release_without_a_flag_keeps_the_label() -> None:
    values = {name: value for name, value in VALUES.items() if name != "label"}
    assert moved(GradientCheckState(check="relu"), Release(values, "h")).example.label == 0


@pytest.mark.parametrize(
    "change", [{"h": 0}, {"h": 1.0}, {"h": "x"}, {"h": None}, {"h": float("nan")}, {"score0": "a"}]
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    assert (
        moved(GradientCheckState(), Release({**VALUES, **change}, "score0")) == GradientCheckState()
    )
    assert moved(GradientCheckState(), Release({"score0": 1.0}, "score0")) == GradientCheckState()


def test_the_address_holds_the_lesson() -> None:
    state = GradientCheckState(check="elastic_net", difference_step=3.16e-9, mistake=1)
    written = encode(state)
    assert {name: written[name] for name in ("check", "h", "mistake")} == {
        "check": "elastic_net",
        "h": "3.16e-09",
        "mistake": "1",
    }
    assert decode(GradientCheckState, written) == (state, ())
    assert not {"check", "h", "mistake"} & set(encode(GradientCheckState()))


@pytest.mark.parametrize(("check", "mistake"), [("cross_entropy", 0), ("weston_watkins", 1)])
def test_the_swept_row_at_the_present_value_is_what_is_shown_now(check: str, mistake: int) -> None:
    example = Example(("a", "b", "c"), (3.0, 5.0, 2.0), 1)
    sweep = sweeps_of(GradientCheckState(example, check=check, mistake=mistake, along=2))
    now = {place: values[2] for place, values in places(sweep.by_entry, 2).items()}
    step = STEPS.index(1e-5)
    score = int(np.flatnonzero(sweep.axis.grid == 2.0)[0])
    rows = [
        {place: values[2, score] for place, values in places(sweep.by_score, 2).items()},
        {place: values[1] for place, values in places(sweep.by_label, 2).items()},
        {place: values[step] for place, values in places(sweep.by_step, 2).items()},
    ]
    for row in rows:
        assert row.keys() == now.keys()
        for place, values in row.items():
            assert_array_equal(values, now[place], err_msg=str(place))


def test_the_present_errors_lie_on_their_curves() -> None:
    sweep = sweeps_of(GradientCheckState(along=1))
    shown = places(sweep.by_step, 1)
    for index, trace in enumerate((3, 2)):
        curve = shown[Spot("errors", trace, "y")][0]
        assert_array_equal(shown["point_errors"][:, index], curve)
        assert_array_equal(shown["point_steps"][:, index], STEPS)


def test_an_error_of_0_lies_on_the_floor_and_a_kink_is_ringed() -> None:
    example = Example(("a", "b", "c"), (2.0, 1.0, -5.0), 0)
    sweep = sweeps_of(GradientCheckState(example, check="weston_watkins"))
    shown = {place: values[0] for place, values in places(sweep.by_entry, 0).items()}
    assert_array_equal(shown["kink_rings"], [0, 0, np.nan])
    assert_array_equal(shown["entry_errors"], [np.nan, np.nan, 0])
    third = figures.point_places(sweep.by_entry.errors, 2)
    assert (third["point_errors"] == 1e-16).all()
    assert shown["worst"] == 0
    # Beside a gradient of 0 its number stands where the bars are not.
    assert np.sign(shown["label_ends"][:2]).tolist() == [1, -1]


def test_without_anything_to_compare_there_is_no_worst_error() -> None:
    example = Example(("a", "b", "c"), (10.0, 9.0, 9.0), 0)
    shown = figures.error_places(
        sweeps_of(GradientCheckState(example, check="weston_watkins")).by_entry.errors
    )
    assert np.isnan(shown["worst"]).all()
    assert np.isnan(shown["worst32"]).all()


@pytest.mark.parametrize("classes", [3, 10])
def test_errors_are_written_beside_one_another(classes: int) -> None:
    texts = [mark for mark in figures.marks(classes, 1.0) if mark.kind == "text"]
    assert len(texts) == (2 if classes == 3 else 1)
    for mark in texts:
        assert len(mark.x) == len(mark.y) == classes
    heights = {y for mark in texts for y in mark.y}
    assert len(heights) == 2
