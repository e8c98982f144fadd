"""The stage of numerical stability: every number in its place, every release a state."""

from __future__ import annotations

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from core.precision.float_types import POOLINGS, PRECISIONS, Outcome, Status
from pages.numerical_stability import NumericalStabilityState
from pages.numerical_stability import panels as figures
from pages.numerical_stability.numbers import COMPARED, SCALES, SHIFTS, Cure
from pages.numerical_stability.stage import (
    READOUTS,
    moved,
    result_table,
    stability_words,
    sweep_of,
)
from pages.ui.stage.vocabulary import Release, Spot
from pages.ui.state.example import Example
from pages.ui.text import LANGUAGES, text_in

VALUES = {"scale": 2.0, "shift": -30.0, "label": 1}
LOG_ODDS_OF_CAT = 3.2 - np.log(np.exp(5.1) + np.exp(-1.7))


def decades(value: float) -> float:
    return float(np.sign(value) * np.log10(1 + abs(value)))


def test_a_release_becomes_the_state() -> None:
    state = moved(NumericalStabilityState(), Release(VALUES, "shift"))
    assert (state.scale, state.shift, state.swept) == (2.0, -30.0, "shift")
    assert state.example == Example(label=1)
    assert moved(state, Release(VALUES, "label")) == state


def test_a_release_of_a_slider_keeps_a_soft_target() -> None:
    soft = NumericalStabilityState(Example(target=(0.5, 0.5, 0.0)))
    assert moved(soft, Release({**VALUES, "label": 0}, "scale")).example.target is not None
    assert moved(soft, Release(VALUES, "label")).example.target is None


@pytest.mark.parametrize(
    "change",
    [
        {"scale": "a"},
        {"scale": None},
        {"scale": float("nan")},
        {"scale": 0.0},
        {"scale": 1001.0},
        {"shift": 1000.5},
        {"shift": float("inf")},
        {"label": 3},
        {"label": 0.5},
    ],
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    assert (
        moved(NumericalStabilityState(), Release({**VALUES, **change}, "scale"))
        == NumericalStabilityState()
    )
    assert moved(NumericalStabilityState(), Release({}, "scale")) == NumericalStabilityState()


def test_places_put_every_number_where_it_belongs() -> None:
    now = sweep_of(NumericalStabilityState(Example(scores=(123.0, 456.0, 789.0)))).now
    places = figures.places(now, 0)
    cells = places["cell_numbers"].reshape(3, 3, 4)
    naive, shifted, log_space = (cells[i, 2] for i in range(3))
    np.testing.assert_array_equal(naive, [0, 0, np.nan, np.inf])
    assert shifted[:3] == pytest.approx([5.75e-290, 2.40e-145, 1], rel=2e-3, abs=0)
    assert log_space[3] == 666
    tones = places["cell_tones"].reshape(3, 3, 4)
    assert tones[0, 2].tolist() == [Status.ZERO, Status.ZERO, Status.NAN, Status.INFINITE]
    assert tones[1, 1].tolist() == [Status.ZERO, Status.ZERO, Status.RIGHT, Status.INFINITE]
    assert tones[2, 0].tolist() == [Status.ZERO, Status.ZERO, Status.RIGHT, Status.RIGHT]
    assert places["outcomes"].reshape(3, 3)[:, 1].tolist() == [
        Outcome.EXP_OVERFLOW,
        Outcome.TRUE_UNDERFLOW,
        Outcome.SOME_UNDERFLOW,
    ]
    assert places["shifted_float32"] == Outcome.TRUE_UNDERFLOW
    assert (places["naive_sentence"], places["cure_sentence"]) == (1, Cure.LOG_SPACE)
    assert places["exact_numbers"][3] == places["true_loss"] == 666
    assert places["exact_columns"].tolist() == [0, 1, 2, 3]
    assert np.isnan(places["tiny_columns"]).all()
    lanes = places["logit_positions"].reshape(3, 3)
    assert lanes[0] == pytest.approx([decades(z) for z in (123, 456, 789)])
    assert (lanes == lanes[0]).all()
    assert places["shifted_positions"][:3] == pytest.approx([-decades(666), -decades(333), 0])
    heights = places["error_heights"].reshape(3, 3)
    assert heights[0].tolist() == [figures.LOST_ERROR] * 3
    assert heights[2, 1] == pytest.approx(np.log10(2.0**-23) - figures.BELOW_EPSILON)
    assert places["odds"].tolist() == pytest.approx([-decades(666)] * 2)
    assert places["offset_losses"] == pytest.approx([decades(666), decades(16.118)], abs=1e-4)
    assert places["offset_slopes"] == pytest.approx([-1, 0])
    assert (places["largest"], places["smallest"]) == (789, 123)
    assert places["offset_loss"] == pytest.approx(16.118, abs=5e-4)


def test_the_words_tell_probabilities_and_loss_apart() -> None:
    state = NumericalStabilityState(Example(scores=(1010.0, 1000.0, 990.0)))
    words = stability_words(text_in("en"))
    places = figures.places(sweep_of(state).now, 0)
    told = [words[int(index)] for index in places["outcomes"]]
    assert told[3:6] == [
        "p rounds to 1, the loss to 0",
        "p right, loss to 3 digits",
        "p right, loss to 11 digits",
    ]
    assert told[6:] == ["a p underflows to 0", "right for its type", "right for its type"]
    assert words[int(places["shifted_float32"])] == told[4]
    wrong = figures.places(
        sweep_of(NumericalStabilityState(Example(scores=(7.0, 0.0, -30.0)), shift=60.0)).now, 0
    )
    assert words[int(wrong["outcomes"][3])] == "a p underflows to 0, loss to 1 digit"


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_every_outcome_of_every_step(language: str) -> None:
    words = stability_words(text_in(language))
    assert len(set(words)) == len(words)
    for scores in ((3.2, 5.1, -1.7), (10.0, -100.0, -100.0), (7.0, 0.0, 0.5)):
        sweep = sweep_of(NumericalStabilityState(Example(scores=scores)))
        for along in (sweep.by_scale, sweep.by_shift):
            indices = figures.places(along, 0)["outcomes"]
            kept = along.kept_digits[..., 0].ravel()
            for index, digits in zip(indices.ravel().astype(int), kept.tolist(), strict=True):
                assert index < len(words)
                if digits > 0:
                    assert re.search(rf"\b{digits} (digit|位)", words[index])


def test_what_is_too_small_is_not_told_as_zero() -> None:
    now = sweep_of(NumericalStabilityState(Example(scores=(10.0, -100.0, -100.0)), scale=10.0)).now
    places = figures.places(now, 0)
    for name in ("true_loss", "true_slope", "offset_slope"):
        assert np.isnan(places[name])
    assert places["tiny_columns"][1:].tolist() == [1, 2, 3]
    assert places["exact_columns"][0] == 0
    assert np.isnan(places["exact_columns"][1:]).all()
    assert places["offset_loss"] == pytest.approx(-1e-7, abs=1e-13)


def test_a_batch_of_two() -> None:
    now = sweep_of(NumericalStabilityState(shift=-200.0)).now
    cells = figures.places(now, 0)["pooled_tones"].reshape(len(POOLINGS), len(PRECISIONS), 2, 2)
    assert (cells[0] <= Status.ROUNDED).all()
    assert (cells[1, :2, 0] == Status.NAN).all()
    assert (cells[1, 2] <= Status.ROUNDED).all()
    assert (cells[1, :, 1] == Status.RIGHT).all()


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (0.1, -300.0), (1000.0, 1000.0)])
def test_the_swept_row_at_the_present_value_is_what_is_shown_now(
    scale: float, shift: float
) -> None:
    sweep = sweep_of(NumericalStabilityState(scale=scale, shift=shift))
    now = figures.places(sweep.now, 2)
    for along, grid, present in (
        (sweep.by_scale, SCALES, scale),
        (sweep.by_shift, SHIFTS, shift),
    ):
        (row,) = np.flatnonzero(grid == present)
        for place, values in figures.places(along, 2).items():
            assert values.shape == (len(grid), *np.shape(now[place])), place
            np.testing.assert_allclose(values[row], now[place], rtol=1e-6, err_msg=str(place))
        curve = figures.curve_places(along, 2)
        heights = [curve[Spot("errors", trace, "y")][row] for trace in range(9)]
        np.testing.assert_allclose(heights, now["error_heights"], atol=0.3)
        swept = "scale" if along is sweep.by_scale else "shift"
        steps = figures.step_places(scale, shift, swept)["error_positions"]
        assert steps == pytest.approx([row] * 9)


def test_errors_stay_in_their_band() -> None:
    sweep = sweep_of(NumericalStabilityState(Example(scores=(10.0, -100.0, -100.0))))
    curves = figures.curve_places(sweep.by_scale, 0)
    for trace in range(9):
        heights = curves[Spot("errors", trace, "y")]
        in_band = (heights >= figures.ERROR_RANGE[0]) & (heights <= 0)
        assert (in_band | (heights == figures.LOST_ERROR)).all()
    log_space = curves[Spot("errors", 8, "y")]
    # Up to e^-708 the loss is kept in float64, beyond e^-745 it is 0: an error of 1.
    kept, lost = 110 * SCALES < 700, 110 * SCALES > 746
    assert (log_space[kept] < -12).all()
    assert (log_space[lost] == 0).all()


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_every_mark_has_as_many_numbers_as_places(classes: int) -> None:
    example = Example(tuple("ABCDEFGHIJ"[:classes]), tuple(map(float, range(classes))), 0)
    state = NumericalStabilityState(example)
    now = {
        **figures.constants(classes),
        **figures.places(sweep_of(state).now, 0),
        **figures.step_places(1.0, 0.0, "scale"),
    }
    for mark in figures.marks(classes, ("",) * len(Outcome), ("",) * 12):
        sizes = {
            len(source) if isinstance(source, tuple) else now[source].size
            for source in (mark.x, mark.y, mark.numbers, mark.tones)
            if source is not None
        }
        assert len(sizes) == 1, mark


def test_the_limits_are_drawn_where_they_are() -> None:
    figure = figures.exp_figure()
    rectangles = figure.layout.shapes
    assert len(rectangles) == 9
    edges = [rectangle.x0 for rectangle in rectangles[2::3]]
    assert edges == pytest.approx([decades(z) for z in (11.09, 88.72, 709.78)], abs=1e-3)
    edges = [rectangle.x1 for rectangle in rectangles[::3]]
    assert edges == pytest.approx([decades(z) for z in (-17.33, -103.97, -745.13)], abs=1e-3)
    assert [note.text for note in figure.layout.annotations] == [
        *("−17.33", "11.09", "−103.97"),
        *("88.72", "−745.13", "709.78"),
    ]


def test_the_curves_of_the_habit() -> None:
    def at(figure: go.Figure, trace: int, u: float) -> float:
        line = figure.data[trace]
        return float(np.interp(decades(u), line.x, line.y))

    loss, slope = figures.offset_loss_figure("u"), figures.offset_slope_figure("u")
    for u in (-500.0, -3.0, 0.0, 5.0):
        true = float(np.logaddexp(0, -u))
        habit = -np.log(np.exp(-true) + 1e-7)
        assert at(loss, 0, u) == pytest.approx(decades(true), abs=2e-3)
        assert at(loss, 1, u) == pytest.approx(decades(habit), abs=2e-3)
        p = np.exp(-true)
        assert at(slope, 0, u) == pytest.approx(p - 1, abs=2e-3)
        assert at(slope, 1, u) == pytest.approx(-p * (1 - p) / (p + 1e-7), abs=2e-3)
    assert loss.layout.annotations[0].text == "16.118"


def test_figures_do_not_change_between_states() -> None:
    """The stage redraws a panel only if its figure is another."""
    names = ("cat", "car", "frog")
    arguments = (names, ("row",) * 9, "exact", "loss", "words")
    assert figures.table_figure(*arguments) is figures.table_figure(*arguments)
    assert figures.errors_figure() is figures.errors_figure()


def test_every_text_that_is_made_up_exists() -> None:
    keys = text_in("en").keys()
    made = {
        *(f"outcome.{outcome.name.lower()}" for outcome in Outcome),
        *(f"legend.{status.name.lower()}" for status in Status),
        *(f"cure.{cure.name.lower()}" for cure in Cure),
        *(f"method.{method}" for method in COMPARED),
        *(f"pooling.{pooling}" for pooling in POOLINGS),
        *(f"readout.{id}" for id in READOUTS),
        *(f"{part}.{id}" for part in ("panel", "alt") for id in figures.PANELS),
    }
    assert {f"numerical_stability.{key}" for key in made} <= keys


def test_the_table_as_a_file() -> None:
    state = NumericalStabilityState(Example(scores=(123.0, 456.0, 789.0)))
    table = result_table(state, sweep_of(state).now, text_in("en"))
    rows = table.rows()
    assert len(rows) == 10
    assert rows[2] == {
        "method": "naive",
        "type": "float64",
        "p_cat": "0",
        "p_car": "0",
        "p_frog": "nan",
        "loss": "inf",
        "outcome": "exp_overflow",
    }
    assert (rows[9]["method"], rows[9]["loss"]) == ("exact", "666")
    assert float(rows[9]["p_cat"]) == pytest.approx(5.752744056979149e-290, abs=0)
    assert set(table.headings) == set(table.columns)
    assert table.settings["log10_exact_loss"] == pytest.approx(np.log10(666))
    assert "NaN" not in table.as_json()
