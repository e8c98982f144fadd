"""The digits view: which image is read, what is told of it, what a release and a drawing mean."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.datasets import digits
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.digits.controls import with_drawing
from pages.two_layer_network.digits.drawn_digits import drawn_digit
from pages.two_layer_network.digits.numbers import image_of
from pages.two_layer_network.digits.pad.component import SHEET_SIZE, Drawing
from pages.two_layer_network.digits.panels import DigitView, score_range
from pages.two_layer_network.digits.stage import digits_stage, digits_table, moved, view_of
from pages.two_layer_network.written_drawing import EMPTY, parse_drawing, write_drawing
from pages.ui.learning.controls import with_data
from pages.ui.learning.runs import Run, trained_run
from pages.ui.learning.setups import setup, usual
from pages.ui.stage.release import Release
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_present_rows, panels_of, told

ON_DIGITS = TwoLayerNetworkState(data="digits", trained=90)


@cache
def a_run(hidden: int = 64) -> Run:
    made = setup(replace(ON_DIGITS, hidden=hidden), "cross_entropy")
    return trained_run(made, 90)


def view(**settings: Any) -> DigitView:
    state = replace(ON_DIGITS, **settings)
    return view_of(state, a_run(), image_of(state))


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
    shown = view(drawing=EMPTY)
    assert shown.image.mode == "empty"
    stage = digits_stage(shown, text_in("en"))
    for result in (stage.now, stage.handles[0].sweep):
        for readout in stage.readouts:
            assert np.isfinite(readout.number(result)).all(), readout.id
    assert told(stage, "verdict").startswith("The sheet is empty")
    bias = a_run().model.loss(np.zeros(64), 0).forward["scores"][0]
    assert_allclose(shown.now.readings.scores, bias, rtol=1e-12)


@pytest.mark.parametrize(("at", "step"), [(None, 90), (0, 0), (47, 40), (5000, 90)])
def test_the_step_shown_is_that_of_the_address(at: int | None, step: int) -> None:
    shown = view(at=at, digit=11)
    assert shown.now.steps == step
    forward = a_run().model_at(shown.record).loss(digits().points[11], 1).forward
    assert_allclose(shown.now.readings.scores, forward["scores"][0], rtol=1e-12)
    assert_allclose(shown.now.probabilities, forward["probabilities"][0], rtol=1e-12)


@pytest.mark.parametrize("drawing", [None, EMPTY, (0, 16) * 32])
def test_the_timeline_shows_at_its_step_what_is_shown_now(drawing: Any) -> None:
    stage = digits_stage(view(at=40, digit=3, drawing=drawing), text_in("en"))
    assert (stage.handles[0].id, stage.handles[0].value) == ("at", 40)
    assert_present_rows(stage)


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
    fitting = usual(changed)
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
    stage = digits_stage(view(digit=4), text_in("en"))
    every, panels = stage.handles[0].sweep, panels_of(stage)
    readings = every.readings
    assert_array_equal(panels["scores"].show[0, "y"](every), readings.scores)
    shown = panels["probabilities"].show[0, "y"](every)
    assert_array_equal(shown[:, 10:], readings.probabilities)
    assert_array_equal(shown[:, :10], np.eye(10)[np.full(len(shown), 4)])
    bases = panels["probabilities"].show[0, "base"](every)
    assert (bases[:, 4] == 0).all()
    assert (np.delete(bases[:, :10], 4, axis=1) < -1).all()  # the others wait below the panel
    (pixels,) = (picture.pixels(every) for picture in panels["hidden"].pictures)
    assert_array_equal(pixels, np.rint(16 * readings.hidden / readings.hidden.max()))
    numbers = {readout.id: readout.number(every) for readout in stage.readouts}
    order = np.sort(readings.scores, axis=1)
    assert_array_equal(np.ravel(numbers["top_score"]), order[:, -1])
    assert_array_equal(np.ravel(numbers["second_score"]), order[:, -2])
    assert_array_equal(numbers["top_name"], readings.scores.argmax(axis=1))
    assert_array_equal(numbers["top_probability"], readings.probabilities.max(axis=1))
    assert_array_equal(numbers["true_probability"], readings.probabilities[:, 4])
    assert_allclose(numbers["sample_loss"], -np.log(readings.probabilities[:, 4]), rtol=1e-9)
    assert_array_equal(numbers["lead"], readings.lead)
    assert_array_equal(numbers["duel"], readings.duel[:, 0])
    assert_array_equal(numbers["active_units"], (readings.hidden > 0).sum(axis=1))
    assert_array_equal(numbers["verdict"], readings.scores.argmax(axis=1) != 4)


def test_the_true_class_is_marked_but_none_of_a_drawing() -> None:
    t = text_in("en")
    panels = panels_of(digits_stage(view(digit=7), t))
    _, flag = panels["scores"].marks
    assert (flag.x, flag.choices[7]) == ((7.0,), "⚑")
    assert [entry.label for entry in panels["scores"].legend] == ["⚑ true class"]
    panels = panels_of(drawing := digits_stage(view(drawing=(0, 16) * 32), t))
    bases = panels["probabilities"].show[0, "base"](drawing.now)
    assert (bases[:10] < -1).all()
    assert len(panels["scores"].marks) == 1
    assert panels["scores"].legend == panels["probabilities"].legend == ()


@given(
    st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=10),
    st.floats(1e-6, 1e3),
)
def test_all_scores_of_the_run_fit_on_the_axis(scores, factor) -> None:
    values = factor * np.array(scores)
    low, high = score_range(values)
    assert low < high
    assert low <= min(0.0, values.min())
    assert high >= max(0.0, values.max())


@pytest.mark.parametrize(
    ("units", "shape"), [(1, (1, 1)), (16, (1, 16)), (64, (4, 16)), (70, (5, 16))]
)
def test_hidden_units_stand_in_rows_of_sixteen(units: int, shape: tuple[int, int]) -> None:
    state = replace(ON_DIGITS, hidden=units)
    stage = digits_stage(view_of(state, a_run(units), image_of(state)), text_in("en"))
    (picture,) = panels_of(stage)["hidden"].pictures
    assert picture.shape == shape
    assert len(picture.pixels(stage.now)) == shape[0] * shape[1]


def test_a_drawing_stands_beside_its_bitmap() -> None:
    sheet = a_sheet()
    state = with_drawing(ON_DIGITS, Drawing(sheet))
    stage = digits_stage(view_of(state, a_run(), image_of(state, sheet)), text_in("en"))
    image = panels_of(stage)["image"]
    counts, bitmap = (picture.pixels(stage.now) for picture in image.pictures)
    assert_array_equal(counts, drawn_digit(sheet).counts.ravel())
    assert_array_equal(bitmap, 16 * drawn_digit(sheet).bitmap.ravel())
    assert image.ratio == 17 / 8
    assert len(panels_of(digits_stage(view(), text_in("en")))["image"].pictures) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_row_a_class(language: str) -> None:
    table = digits_table(replace(ON_DIGITS, digit=9, at=0), a_run(), text_in(language))
    forward = a_run().model_at(0).loss(digits().points[9], 9).forward
    assert table.columns["class"] == tuple("0123456789")
    assert_allclose(table.columns["score"], forward["scores"][0], rtol=1e-12)
    assert_allclose(table.columns["probability"], forward["probabilities"][0], rtol=1e-12)
    assert (table.settings["label"], table.settings["step"]) == (9, 0)


def test_the_default_shows_a_digit() -> None:
    assert image_of(TwoLayerNetworkState()).mode == "digit"
