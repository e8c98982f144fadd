"""The digits view: which image is read, what is told of it, what a release and a drawing mean."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.datasets import digits
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.digits import panels as figures
from pages.two_layer_network.digits.drawn_digits import drawn_digit
from pages.two_layer_network.digits.pad.component import SHEET_SIZE, Drawing
from pages.two_layer_network.digits.stage import (
    digits_table,
    image_of,
    moved,
    reading_of,
    with_drawing,
)
from pages.two_layer_network.written_drawing import EMPTY, parse_drawing, write_drawing
from pages.ui.kit.comparison_panels import BELOW_PROBABILITIES, PROBABILITIES, TARGET_BASES
from pages.ui.learning.controls import with_data
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import setup, usual
from pages.ui.stage.vocabulary import Release
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in

ON_DIGITS = TwoLayerNetworkState(data="digits", trained=90)


@cache
def a_run() -> Run:
    made = setup(ON_DIGITS, "network", "cross_entropy")
    run = Run(made, made.training())
    for _ in run.training.advance(90):
        pass
    return run


def a_sheet() -> np.ndarray:
    sheet = np.zeros((SHEET_SIZE, SHEET_SIZE), dtype=bool)
    sheet[10:50, 30:36] = sheet[10:16, 20:36] = True
    return sheet


# ---- the address ---------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 16), min_size=64, max_size=64))
def test_a_drawing_in_the_address_reads_back(counts) -> None:
    state = TwoLayerNetworkState(drawing=tuple(counts))
    assert decode(TwoLayerNetworkState, encode(state)) == (state, ())
    assert len(write_drawing(tuple(counts))) == 64


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "0" * 63 + "h", "-" * 64])
def test_what_is_no_drawing_is_told(text: str) -> None:
    drawing, problems = parse_drawing(text)
    assert drawing is None
    assert [(problem.parameter, problem.reason) for problem in problems] == [("drawing", "drawing")]
    state, _ = decode(TwoLayerNetworkState, {"drawing": text, "digit": "7"})
    assert (state.drawing, state.digit) == (None, 7)


# ---- what is read --------------------------------------------------------------------------------


def test_a_digit_is_that_of_the_data() -> None:
    image = image_of(TwoLayerNetworkState(digit=1796))
    assert (image.mode, image.label) == ("digit", 8)
    assert_array_equal(np.array(image.counts) / 16, digits().points[1796])


def test_a_drawing_has_no_class_and_its_bitmap_is_that_of_the_sheet() -> None:
    sheet = a_sheet()
    state = with_drawing(TwoLayerNetworkState(digit=3), Drawing(sheet))
    image = image_of(state, sheet)
    assert (image.mode, image.label, state.digit) == ("drawing", None, 3)
    assert_array_equal(image.counts, drawn_digit(sheet).counts.ravel())
    assert_array_equal(image.bitmap, drawn_digit(sheet).bitmap)
    # A link, or a step back in the browser: the sheet shows something else.
    assert image_of(state).bitmap is None
    assert image_of(state, sheet.T).bitmap is None


def test_a_line_that_is_being_drawn_is_read_before_it_is_a_state() -> None:
    held = (16,) * 64
    assert image_of(TwoLayerNetworkState(drawing=EMPTY), None, held).counts == held
    assert image_of(TwoLayerNetworkState(digit=2), None, held).label == 2


def test_an_empty_sheet_is_read_without_nan() -> None:
    state = with_drawing(
        TwoLayerNetworkState(drawing=(1,) * 64), Drawing(np.zeros((64, 64), dtype=bool))
    )
    assert state.drawing == EMPTY
    image = image_of(state)
    reading = reading_of(state, a_run(), image)
    assert image.mode == "empty"
    for values in figures.places(reading.readings, None).values():
        assert np.isfinite(values).all()
    bias = a_run().training.model.loss(np.zeros(64), 0).forward["scores"][0]
    assert_allclose(reading.scores, bias, rtol=1e-12)


@pytest.mark.parametrize(("at", "shown"), [(None, 90), (0, 0), (47, 40), (5000, 90)])
def test_the_step_shown_is_that_of_the_address(at: int | None, shown: int) -> None:
    state = replace(ON_DIGITS, at=at, digit=11)
    reading = reading_of(state, a_run(), image_of(state))
    assert reading.steps[reading.record] == shown
    forward = a_run().training.model_at(reading.record).loss(digits().points[11], 1).forward
    assert_allclose(reading.scores, forward["scores"][0], rtol=1e-12)
    assert_allclose(reading.probabilities, forward["probabilities"][0], rtol=1e-12)


def test_a_release_is_the_step_of_the_timeline() -> None:
    assert moved(ON_DIGITS, Release({"at": 12.0}, None)) == replace(ON_DIGITS, at=12)
    for values in ({}, {"at": "x"}, {"at": float("inf")}, {"at": float("nan")}, {"at": -1.0}):
        assert moved(ON_DIGITS, Release(values, None)) == ON_DIGITS


def test_other_data_give_way_to_the_digits_with_what_suits_them() -> None:
    state = TwoLayerNetworkState(
        data="moons", hidden=3, learning_rate=7.0, trained=5, at=2, look="digits"
    )
    changed = with_data(state, "digits")
    assert changed == TwoLayerNetworkState(data="digits", look="digits")
    fitting = usual(changed, "network")
    assert (fitting.hidden, fitting.batch_size, fitting.trained) == (64, 32, 20 * 43)


def test_what_is_usual_reads_96_of_100_held_out_digits() -> None:
    made = setup(TwoLayerNetworkState(data="digits"), "cross_entropy")
    training = made.training()
    for _ in training.advance(20 * training.steps_per_epoch):
        pass
    last = training.records[-1]
    assert last.step == 860
    assert last.held_out_accuracy >= 0.96


# ---- where it is shown ---------------------------------------------------------------------------


def test_every_number_of_the_panels_is_the_reading_s() -> None:
    image = image_of(TwoLayerNetworkState(digit=4))
    readings = reading_of(ON_DIGITS, a_run(), image).readings
    places = figures.places(readings, 4)
    assert_array_equal(places[figures.SCORES], readings.scores)
    shown = np.array(places[PROBABILITIES])
    assert_array_equal(shown[:, 10:], readings.probabilities)
    assert_array_equal(shown[:, :10], np.eye(10)[np.full(len(shown), 4)])
    bases = np.array(places[TARGET_BASES])
    assert (bases[:, 4] == 0).all()
    assert (np.delete(bases[:, :10], 4, axis=1) == BELOW_PROBABILITIES).all()
    order = np.sort(readings.scores, axis=1)
    assert_array_equal(places["top_score"], order[:, -1])
    assert_array_equal(places["second_score"], order[:, -2])
    hidden = np.array(places[figures.HIDDEN])
    assert hidden.shape == (len(shown), 64)
    assert_array_equal(hidden, np.rint(16 * readings.hidden / readings.hidden.max()))
    assert places["active_units"][0] == (readings.hidden[0] > 0).sum()


def test_no_class_is_marked_for_a_drawing() -> None:
    readings = reading_of(ON_DIGITS, a_run(), image_of(TwoLayerNetworkState())).readings
    places = figures.places(readings, None)
    assert (np.array(places[TARGET_BASES])[:, :10] == BELOW_PROBABILITIES).all()
    assert np.isnan(figures.target_places(None)[figures.FLAG]).all()
    assert figures.target_places(7)[figures.FLAG] == 7


@given(
    st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=10),
    st.floats(1e-6, 1e3),
)
def test_all_scores_of_the_run_fit_on_the_axis(scores, factor) -> None:
    values = factor * np.array(scores)
    low, high = figures.score_range(values)
    assert low < high
    assert low <= min(0.0, values.min())
    assert high >= max(0.0, values.max())


@pytest.mark.parametrize(
    ("units", "shape"), [(1, (1, 1)), (16, (1, 16)), (64, (4, 16)), (70, (5, 16))]
)
def test_hidden_units_stand_in_rows_of_sixteen(units: int, shape: tuple[int, int]) -> None:
    picture = next(p for p in figures.pictures(units, has_bitmap=False) if p.id == figures.HIDDEN)
    assert picture.shape == shape


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_row_a_class(language: str) -> None:
    table = digits_table(replace(ON_DIGITS, digit=9, at=0), a_run(), text_in(language))
    forward = a_run().training.model_at(0).loss(digits().points[9], 9).forward
    assert table.columns["class"] == tuple("0123456789")
    assert_allclose(table.columns["score"], forward["scores"][0], rtol=1e-12)
    assert_allclose(table.columns["probability"], forward["probabilities"][0], rtol=1e-12)
    assert (table.settings["label"], table.settings["step"]) == (9, 0)


def test_the_default_shows_a_digit() -> None:
    assert image_of(TwoLayerNetworkState()).mode == "digit"
