"""The softmax lesson's stage: what a release means, and which number goes where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.softmax import SoftmaxState
from pages.softmax import panels as figures
from pages.softmax.numbers import TEMPERATURE_GRID, Regime, plus_constant, softmax_steps
from pages.softmax.stage import moved, sweep_of
from pages.ui.stage.vocabulary import Release, Spot
from pages.ui.state.example import Example

VALUES = {"score0": 3.2, "score1": 5.1, "score2": -1.7, "temperature": 1.0, "constant": 0.0}
tenths = st.integers(-99, 99).map(lambda n: n / 10)


def test_a_dragged_logit_becomes_the_state() -> None:
    state = moved(SoftmaxState(margin=2.0), Release({**VALUES, "score1": -2.5}, "score1"))
    assert state.example.scores == (3.2, -2.5, -1.7)
    assert (state.focus, state.margin, state.temperature, state.constant) == (1, 2.0, 1.0, 0.0)


def test_a_dragged_temperature_becomes_the_state() -> None:
    state = moved(SoftmaxState(), Release({**VALUES, "temperature": 2.46}, "score0"))
    assert state == replace(SoftmaxState(), temperature=2.46, along=0)


@given(st.lists(tenths, min_size=2, max_size=10), tenths, tenths, st.data())
def test_logits_stand_at_z_plus_c(scores, before, after, data) -> None:
    example = Example(tuple(map(str, range(len(scores)))), tuple(scores), 0)
    state = SoftmaxState(example=example, constant=before)
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
    assert moved(SoftmaxState(), Release({**VALUES, **change}, "score0")) == SoftmaxState()
    assert moved(SoftmaxState(), Release({"score0": 1.0}, "score0")) == SoftmaxState()


def test_places_of_1_2_3() -> None:
    steps = softmax_steps([1, 2, 3], constant=4.0)
    places = {**figures.steps_places(steps), **figures.shift_places(steps)}
    assert places[Spot("logits", 0, "y")].tolist() == [5, 6, 7]
    assert places[Spot("exponentials", 0, "y")].tolist() == pytest.approx(
        [0.13533528, 0.36787944, 1]
    )
    assert places[Spot("probabilities", 0, "y")].tolist() == pytest.approx(
        [0.09003057, 0.24472847, 0.66524096]
    )
    jacobian = [0.0819, -0.0220, -0.0599, -0.0220, 0.1848, -0.1628, -0.0599, -0.1628, 0.2227]
    assert places["jacobian"].tolist() == pytest.approx(jacobian, abs=5e-5)
    assert (places["top_name"], places["leaders"]) == (2, 1)
    assert places["verdict"] == 2 * Regime.PLAIN
    own = figures.own_places(steps, 1)
    assert own["own_probability"] == pytest.approx(0.24472847)
    assert own["own_derivative"] == pytest.approx(0.1848, abs=5e-5)
    assert own["other_derivatives"] == pytest.approx(-0.1848, abs=5e-5)


@given(st.floats(0, 0.3))
def test_the_same_derivative_has_the_same_shade_at_every_temperature(size) -> None:
    """The share of the levels that a number reaches is the root of its part of a quarter."""
    reached = np.count_nonzero(np.array(figures.SHADE_LEVELS) <= size)
    assert len(figures.SHADE_LEVELS) == 64
    assert reached / 64 == pytest.approx(min(np.sqrt(4 * size), 1), abs=1 / 64 + 1e-9)
    # No temperature is in the marks: the levels are all that colours a cell.
    cells = [mark for mark in figures.marks(3) if mark.kind == "cell"]
    assert [(mark.shades, mark.levels) for mark in cells] == [(None, figures.SHADE_LEVELS)]


def test_full_colour_is_the_largest_derivative_at_temperature_1() -> None:
    steps = softmax_steps([2, 2])
    assert np.abs(steps.jacobian).max() == figures.SHADE_LEVELS[-1] == figures.FULL_COLOR


@pytest.mark.parametrize(
    ("constant", "logits", "outcome"),
    [(0.0, [1, 2, 3], 0), (2.0, [1, 2, 3], 1), (0.1, [0.3, 2.9, 4.0], 2)],
)
def test_the_sentence_tells_what_the_constant_did(constant, logits, outcome) -> None:
    places = figures.shift_places(softmax_steps(logits, constant=constant))
    assert places["shift"] == outcome
    assert (places["shift_error"] > 0) == (outcome == 2)


def test_verdict_counts_ties() -> None:
    tie = figures.steps_places(softmax_steps([3, 3, 1]))
    assert tie["verdict"] == 2 * Regime.PLAIN + 1
    assert tie["leaders"] == 2


def test_the_swept_row_at_the_present_value_is_what_is_shown_now() -> None:
    state = SoftmaxState(
        example=Example(("a", "b", "c"), (3.0, 5.0, -2.0), 0), constant=1.5, temperature=2.46
    )
    sweep = sweep_of(state)
    now = {**figures.steps_places(sweep.now), **figures.shift_places(sweep.now)}
    rows = [
        (sweep.by_logit, (index, int(np.flatnonzero(sweep.axis.grid == score + 1.5)[0])))
        for index, score in enumerate(state.example.scores)
    ]
    rows.append((sweep.by_temperature, (int(np.flatnonzero(TEMPERATURE_GRID == 2.46)[0]),)))
    rows.append((sweep.by_constant, (int(np.flatnonzero(sweep.constants == 1.5)[0]),)))
    for steps, at in rows:
        swept = {**figures.steps_places(steps), **figures.shift_places(steps)}
        assert swept.keys() == now.keys()
        for place, values in now.items():
            np.testing.assert_array_equal(swept[place][at], values, err_msg=str(place))


@given(
    st.lists(tenths, min_size=2, max_size=10),
    tenths,
    st.sampled_from([1.0, 10.0, 100.0, 10000.0]),
)
def test_no_bar_leaves_the_axis_in_a_drag(scores, constant, factor) -> None:
    scores = [score * factor for score in scores]
    state = SoftmaxState(
        Example(tuple(map(str, range(len(scores)))), tuple(scores)), constant=constant
    )
    sweep = sweep_of(state)
    reach = float(sweep.constants[-1])
    low, high = figures.logit_range(min(scores) - reach, max(scores) + reach, sweep.axis.limit)
    for steps in (sweep.now, sweep.by_logit, sweep.by_constant):
        assert low < steps.moved_logits.min()
        assert steps.moved_logits.max() < high
    assert abs(constant) <= reach


def test_long_names_are_shortened_and_harmless() -> None:
    figure = figures.jacobian_figure(("<b>x</b>", "a" * 24))
    assert list(figure.layout.xaxis.ticktext) == [
        "z<sub>&lt;b&gt;x&lt;/b&gt;</sub>",
        "z<sub>aaaaaaaa…</sub>",
        "Σ",
    ]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
