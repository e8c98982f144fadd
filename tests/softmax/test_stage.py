"""The softmax lesson's stage: what a release means, and which number goes where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.softmax import SoftmaxState
from pages.softmax.numbers import Regime, plus_constant, softmax_steps
from pages.softmax.panels import SHADE_LEVELS
from pages.softmax.stage import moved, softmax_stage, sweeps_of
from pages.ui.stage.marks import Cell
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.text import text_in
from tests.stages import assert_present_rows, panels_of, told

VALUES = {"score0": 3.2, "score1": 5.1, "score2": -1.7, "temperature": 1.0, "constant": 0.0}
LETTERS = "abcdefghij"
tenths = st.integers(-99, 99).map(lambda n: n / 10)


def state_of(*scores: float, **settings: Any) -> SoftmaxState:
    return SoftmaxState(Example(tuple(LETTERS[: len(scores)]), scores), **settings)


def stage_of(state: SoftmaxState) -> Stage:
    return softmax_stage(state, sweeps_of(state), text_in("en"))


def test_a_dragged_logit_becomes_the_state() -> None:
    state = moved(SoftmaxState(), Release({**VALUES, "score1": -2.5}, "score1"))
    assert state == SoftmaxState(Example(scores=(3.2, -2.5, -1.7)), along=1)


def test_a_dragged_temperature_becomes_the_state() -> None:
    state = moved(SoftmaxState(), Release({**VALUES, "temperature": 2.46}, "score0"))
    assert state == replace(SoftmaxState(), temperature=2.46, along=0)


@given(st.lists(tenths, min_size=2, max_size=10), tenths, tenths, st.data())
def test_logits_stand_at_s_plus_c(scores, before, after, data) -> None:
    state = state_of(*scores, constant=before)
    ids = [f"score{index}" for index in range(len(scores))]

    def released(stands, constant):
        values = dict(zip(ids, np.asarray(stands).tolist(), strict=True))
        return moved(state, Release({**values, "temperature": 1.0, "constant": constant}, ids[0]))

    stood = plus_constant(scores, before)
    # Dragged: the logits went along. Typed: they did not. Both leave z alone.
    for stands in (plus_constant(scores, after), stood):
        result = released(stands, after)
        assert (result.example.scores, result.constant) == (tuple(scores), after)
    # A logit that is dragged takes its new place less the constant; the others stay.
    index = data.draw(st.integers(0, len(scores) - 1))
    target = data.draw(tenths)
    stands = stood.copy()
    stands[index] = target
    expected = [*scores[:index], plus_constant(target, -before).item(), *scores[index + 1 :]]
    assert released(stands, before).example.scores == tuple(expected)


def test_a_logit_taken_while_python_is_busy_counts_from_the_new_constant() -> None:
    state = moved(
        SoftmaxState(), Release({**VALUES, "score0": 5.2, "score1": 7.1, "score2": 4.0}, None)
    )
    assert state.example.scores == (5.2, 7.1, 4.0)
    values = {**VALUES, "constant": 2.0, "score0": 5.2, "score1": 7.1, "score2": 4.0}
    assert moved(SoftmaxState(), Release(values, None)).example.scores == (3.2, 5.1, 2.0)


@pytest.mark.parametrize(
    "change",
    [
        {"score0": "a"},
        {"score0": None},
        {"score0": float("nan")},
        {"score0": 1e9},
        {"temperature": 0},
        {"temperature": 20.5},
        {"temperature": float("nan")},
        {"temperature": "hot"},
        {"constant": 1000.5},
        {"constant": float("nan")},
        {"constant": None},
    ],
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    state = SoftmaxState()
    assert moved(state, Release({**VALUES, **change}, "score0")) is state
    assert moved(state, Release({"score0": 1.0}, "score0")) is state


def test_panels_of_1_2_3() -> None:
    panels = panels_of(stage_of(state_of(1, 2, 3)))
    steps = softmax_steps([1, 2, 3], constant=4.0)
    bars = {
        "logits": [5, 6, 7],
        "exponentials": [0.13533528, 0.36787944, 1],
        "probabilities": [0.09003057, 0.24472847, 0.66524096],
    }
    for id, heights in bars.items():
        panel = panels[id]
        assert panel.show[0, "y"](steps).tolist() == pytest.approx(heights, rel=1e-7)
        # The number at a bar is its height; that of a logit is written by its handle.
        assert [mark.y for mark in panel.marks] == [panel.show[0, "y"]][: id != "logits"]
    cells, *_, row_sums, column_sums = panels["jacobian"].marks
    jacobian = [0.0819, -0.0220, -0.0599, -0.0220, 0.1848, -0.1628, -0.0599, -0.1628, 0.2227]
    assert cells.numbers(steps).tolist() == pytest.approx(jacobian, abs=5e-5)
    assert (cells.x, cells.y) == ((0, 1, 2) * 3, (0, 0, 0, 1, 1, 1, 2, 2, 2))
    assert row_sums.numbers(steps).tolist() == column_sums.numbers(steps).tolist() == [0, 0, 0]


def test_the_dragged_class_is_marked() -> None:
    _, _, row, column, *_ = panels_of(stage_of(state_of(1, 2, 3)))["jacobian"].marks
    steps = softmax_steps([1, 2, 3], focus=2)
    assert (row.x, row.y(steps), column.x(steps), column.y) == ((1,), 2, 2, (1,))
    assert row.tones(steps) == column.tones(steps) == 2


@given(st.floats(0, 0.3))
def test_the_same_derivative_has_the_same_shade_at_every_temperature(size) -> None:
    """The share of the levels that a number reaches is the root of its part of a quarter."""
    reached = np.count_nonzero(np.array(SHADE_LEVELS) <= size)
    assert len(SHADE_LEVELS) == 64
    assert reached / 64 == pytest.approx(min(np.sqrt(4 * size), 1), abs=1 / 64 + 1e-9)


@pytest.mark.parametrize("temperature", [0.05, 1.0, 20.0])
def test_the_levels_are_all_that_colours_a_cell(temperature: float) -> None:
    marks = panels_of(stage_of(state_of(1, 2, temperature=temperature)))["jacobian"].marks
    cells = [mark for mark in marks if isinstance(mark, Cell)]
    assert [(mark.shades, mark.levels) for mark in cells] == [(None, SHADE_LEVELS)]


def test_full_colour_is_the_largest_derivative_at_temperature_1() -> None:
    assert np.abs(softmax_steps([2, 2]).jacobian).max() == SHADE_LEVELS[-1] == 0.25


@pytest.mark.parametrize(
    ("constant", "logits", "sentence"),
    [
        (0.0, (1, 2, 3), "Only differences of the scores count"),
        (
            2.0,
            (1, 2, 3),
            "The constant c = 2.0 moved every score and nothing else: computed with c "
            "added, every p is the same to the last digit.",
        ),
        (0.1, (0.3, 2.9, 4.0), "nothing else: computed with c added, no p differs by more than "),
    ],
)
def test_the_sentence_tells_what_the_constant_did(constant, logits, sentence) -> None:
    assert sentence in told(stage_of(state_of(*logits, constant=constant)), "shift")


@pytest.mark.parametrize(
    ("logits", "temperature", "sentence"),
    [
        ((3, 5, 1), 1, "b has the highest score, and so the highest p = 0.8668"),
        ((3, 3, 1), 1, "2 classes share the highest score, and so the highest p = 0.4683."),
        ((3, 3, 3), 1, "All scores are the same"),
        ((3, 5, 1), 0.05, "b takes nearly everything, p = 1.0000: compared with T = "),
        ((3, 5, 1), 2.46, "T = 2.46 is above 1 and makes their differences smaller."),
        ((3, 3, 1), 0.5, "T = 0.50 is below 1 and makes the differences of the scores larger."),
    ],
)
def test_the_sentence_tells_the_winner_and_the_temperature(logits, temperature, sentence) -> None:
    assert sentence in told(stage_of(state_of(*logits, temperature=temperature)), "verdict")


def test_every_regime_has_a_sentence_without_and_with_a_tie() -> None:
    (verdict,) = [each for each in stage_of(SoftmaxState()).readouts if each.id == "verdict"]
    assert len(verdict.choices) == 2 * len(Regime)
    assert all(verdict.choices)


@pytest.mark.parametrize("along", range(3))
def test_a_handle_at_its_present_value_shows_what_is_shown_now(along: int) -> None:
    stage = stage_of(state_of(3, 5, -2, constant=1.5, temperature=2.46, along=along))
    assert_present_rows(stage)


def test_the_handles_of_the_logits_go_along_with_the_constant() -> None:
    stage = stage_of(state_of(3, 5, -2))
    constant = stage.handles[-1]
    for handle, logit in zip(stage.handles, (3, 5, -2), strict=False):
        assert handle.value == handle.follows(stage.now) == logit
        assert handle.follows(constant.sweep)[[0, -1]].tolist() == [logit - 5, logit + 5]


@given(
    st.lists(tenths, min_size=2, max_size=10),
    tenths,
    st.sampled_from([1.0, 10.0, 100.0, 10000.0]),
)
def test_no_bar_leaves_the_axis_in_a_drag(scores, constant, factor) -> None:
    stage = stage_of(state_of(*(score * factor for score in scores), constant=constant))
    panel = panels_of(stage)["logits"]
    low, high = panel.figure.layout.yaxis.range
    for result in (stage.now, *(handle.sweep for handle in stage.handles)):
        heights = panel.show[0, "y"](result)
        assert low < heights.min()
        assert heights.max() < high
    assert stage.handles[-1].minimum <= constant <= stage.handles[-1].maximum


def test_long_names_are_shortened_and_harmless() -> None:
    example = Example(("<b>x</b>", "a" * 24), (0.0, 1.0))
    layout = panels_of(stage_of(SoftmaxState(example)))["jacobian"].figure.layout
    assert list(layout.xaxis.ticktext) == [
        's<sub><span style="font-size:12px">&lt;b&gt;x&lt;/b&gt;</span></sub>',
        's<sub><span style="font-size:12px">aaaaaaaa…</span></sub>',
        "Σ",
    ]
    assert layout.yaxis.range[0] > layout.yaxis.range[1]
