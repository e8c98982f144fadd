"""The stage of two classes: what is let go becomes the state, and the others are kept."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pages.two_classes import TwoClassesState
from pages.two_classes.numbers import DELTA, SIGNED, HingePlace, Others
from pages.two_classes.panels import top_of
from pages.two_classes.stage import moved, sweeps_of, two_classes_stage
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.state.losses import LARGEST_MARGIN
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.stages import (
    assert_every_step_is_as_opened_there,
    assert_present_rows,
    now,
    panels_of,
    told,
)

VALUES = {"score0": 3.2, "score1": 5.1, "label": 0, SIGNED: -1.9, DELTA: 1.0}
FROG = TwoClassesState(Example(scores=(2.2, 2.5, -3.1), label=2), rival=0)


def stage_of(state: TwoClassesState, language: str = "en") -> Stage:
    return two_classes_stage(state, sweeps_of(state), text_in(language))


def test_the_true_class_stands_against_the_strongest_unless_another_is_chosen() -> None:
    assert TwoClassesState().shown == (0, 1)
    assert TwoClassesState(Example(scores=(1, 5, 5), label=0)).opponent == 1
    assert FROG.shown == (0, 2)
    assert FROG.pair == Example(("cat", "frog"), (2.2, -3.1), 1)
    # What is no other class, or the strongest anyway, is not written into the address.
    for rival in (0, 1, 7, -1):
        assert TwoClassesState(rival=rival).rival is None
    assert "rival" not in encode(TwoClassesState(rival=1))
    assert decode(TwoClassesState, encode(FROG)) == (FROG, ())


@pytest.mark.parametrize(
    ("text", "reason"), [("0", "option"), ("3", "index"), ("x", "index"), ("-1", "index")]
)
def test_a_rival_that_there_is_not_is_told(text: str, reason: str) -> None:
    state, problems = decode(TwoClassesState, {"rival": text})
    assert state == TwoClassesState()
    assert [(problem.reason, problem.used) for problem in problems] == [(reason, "1")]


def test_a_hand_on_the_pair_leaves_the_others() -> None:
    state = TwoClassesState()
    up = moved(state, Release({**VALUES, "score0": 6.0, SIGNED: 0.9}, None, moved=("score0",)))
    assert up.example.scores == (6.0, 5.1, -1.7)
    # Below the frog the car is still the one that is shown.
    down = moved(state, Release({**VALUES, "score1": -4.0}, None, moved=("score1",)))
    assert down.example.scores == (3.2, -4.0, -1.7)
    assert (down.rival, down.shown) == (1, (0, 1))
    flag = moved(state, Release({**VALUES, "label": 1}, None, moved=("label",)))
    assert (flag.example.label, flag.shown) == (1, (0, 1))
    frog = moved(FROG, Release({**VALUES, "score0": 2.2, "score1": -3.1, "label": 0}, None))
    assert (frog.example.label, frog.rival, frog.example.scores) == (0, 2, (2.2, 2.5, -3.1))
    wide = moved(state, Release({**VALUES, DELTA: 2.5}, None, moved=(DELTA,)))
    assert (wide.margin, wide.example) == (2.5, state.example)


def test_a_hand_on_m_moves_both_scores_apart() -> None:
    state = TwoClassesState()
    ahead = moved(state, Release({**VALUES, SIGNED: 1.0}, None, moved=(SIGNED,)))
    assert ahead.example.scores == (4.65, 3.65, -1.7)
    typed = moved(state, Release({**VALUES, SIGNED: 1000.0}, None, moved=(SIGNED,)))
    assert typed.example.scores == (504.15, -495.85, -1.7)
    # What was moved last counts; before that, the others.
    values = {**VALUES, "score0": 5.2, SIGNED: 1.0}
    both = moved(state, Release(values, None, moved=("score0", SIGNED)))
    assert both.example.scores == (5.65, 4.65, -1.7)
    later = moved(state, Release(values, None, moved=(SIGNED, "score0")))
    assert later.example.scores == (5.2, 5.1, -1.7)


def test_a_soft_target_is_kept_as_long_as_the_label_is() -> None:
    state = TwoClassesState(Example(target=(0.8, 0.1, 0.1)))
    same = moved(state, Release({**VALUES, "score0": 1.0}, None, moved=("score0",)))
    assert same.example.target == (0.8, 0.1, 0.1)


@pytest.mark.parametrize(
    "change",
    [
        {DELTA: -0.1},
        {DELTA: LARGEST_MARGIN + 1},
        {DELTA: "x"},
        {DELTA: float("nan")},
        {"score0": 1e9},
        {"label": 2},
        {"label": None},
        {SIGNED: 1e9},
        {SIGNED: float("nan")},
    ],
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    state = TwoClassesState()
    assert moved(state, Release({**VALUES, **change}, None, moved=tuple(change))) == state
    without = {name: value for name, value in VALUES.items() if name not in change}
    assert moved(state, Release(without, None, moved=tuple(change))) == state


@pytest.mark.parametrize(
    "state",
    [
        TwoClassesState(Example(scores=(3.0, 4.5, -2.0)), margin=2.0),
        TwoClassesState(Example(scores=(3.0, 4.5, -2.0), label=1), rival=2, is_in_bits=True),
        TwoClassesState(Example(("a", "b"), (1000.0, 1010.0), 0), margin=20.0),
    ],
    ids=str,
)
def test_a_drag_shows_what_is_shown_where_it_ends(state: TwoClassesState) -> None:
    assert_every_step_is_as_opened_there(stage_of, moved, state, every=7)
    assert_present_rows(stage_of(state))


def test_m_follows_the_scores_and_the_scores_m() -> None:
    stage = stage_of(TwoClassesState())
    handles = {handle.id: handle for handle in stage.handles}
    for id, follower in ((SIGNED, "score0"), (SIGNED, "score1"), ("score0", SIGNED)):
        found = handles[follower].follows(handles[id].sweep)
        assert len(found) == handles[id].rows
    assert handles["label"].names == ("cat", "car")


def test_no_dot_stands_where_its_curve_is_not() -> None:
    for m, seen in ((-1.9, 3), (-1.0, 5), (2.0, 5), (-4.9, 3)):
        stage = stage_of(TwoClassesState(Example(("a", "b"), (0.0, m), 1)))
        panel = panels_of(stage)["losses"]
        heights = panel.marks[0].y(stage.now)
        assert np.isfinite(heights).sum() == seen
        (top,) = [handle.at for handle in stage.handles if handle.id == SIGNED]
        assert top == top_of(sweeps_of(TwoClassesState(Example(("a", "b"), (0.0, m), 1))).reach)
        np.testing.assert_array_equal(
            heights[np.isfinite(heights)], stage.now.losses[np.isfinite(heights)]
        )


@pytest.mark.parametrize("margin", [0.0, 1.0, 3.7])
def test_the_curves_are_the_losses(margin: float) -> None:
    """Between its corners a curve is straight; on it lie the losses of every step of m."""
    state = TwoClassesState(Example(("a", "b"), (0.0, 0.5), 1), margin=margin)
    stage, sweeps = stage_of(state), sweeps_of(state)
    shown = now(stage)
    run = sweeps.by[SIGNED]
    for panel, values in (("losses", run.losses), ("slopes", run.slopes)):
        figure = panels_of(stage)[panel].figure
        lowest, highest = figure.layout.yaxis.range
        # Traces 1 and 2 are the square and the plain hinge.
        for index, trace in enumerate((0, 2, 1, 3, 4)):
            if (panel, index) in {("losses", 0), ("slopes", 1)}:
                continue  # a jump
            x = shown.get((panel, trace, "x"), figure.data[trace].x)
            y = shown.get((panel, trace, "y"), figure.data[trace].y)
            is_seen = (values[:, index] > lowest) & (values[:, index] < highest)
            drawn = np.interp(run.m[is_seen], np.array(x, float), np.array(y, float))
            np.testing.assert_allclose(drawn, values[is_seen, index], atol=0.01)


SENTENCES = [
    ((3.2, 5.1), 1.0, "both hinge losses push", "cat loses"),
    ((5.1, 3.2), 1.9, "here both hinge losses stop", "cat wins"),
    ((5.1, 3.2), 1.0, "have stopped", "never stop"),
    ((2.0, 2.0), 1.0, "both hinge losses push", "A tie: 0–1 counts it as an error"),
    ((-500.0, 500.0), 1.0, "both hinge losses push", "too large for a float64 number"),
    ((500.0, -500.0), 1.0, "have stopped", "too small for a float64 number"),
]


@pytest.mark.parametrize(("scores", "margin", "hinge", "others"), SENTENCES)
def test_sentences_say_where_each_stops(scores, margin: float, hinge: str, others: str) -> None:
    state = TwoClassesState(Example(("cat", "car"), scores), margin=margin)
    assert hinge in told(stage_of(state), "hinge_verdict")
    assert others in told(stage_of(state), "verdict")
    assert told(stage_of(state), "equality").endswith("Equal to the last digit.")
    for id in ("slopes_now", "hinge_verdict", "verdict", "equality"):
        for language in LANGUAGES:
            assert not re.search(r"[{}]", told(stage_of(state, language), id))


def test_the_slopes_are_told() -> None:
    assert told(stage_of(TwoClassesState()), "slopes_now") == (
        "Slopes: 0–1 0, hinge −1, squared hinge −5.8000, logistic −0.8699, exponential −6.6859."
    )
    bits = told(stage_of(TwoClassesState(is_in_bits=True)), "slopes_now")
    assert "logistic −1.2550" in bits
    assert "never pushes harder than 1.4427" in told(
        stage_of(TwoClassesState(is_in_bits=True)), "verdict"
    )


def test_there_is_a_sentence_for_every_case() -> None:
    choices = {readout.id: readout.choices for readout in stage_of(TwoClassesState()).readouts}
    assert len(choices["verdict"]) == len(Others)
    assert len(choices["hinge_verdict"]) == len(HingePlace)
