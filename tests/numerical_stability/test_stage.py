"""The stage of numerical stability: every number in its place, every release a state."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.precision.float_types import POOLINGS, PRECISIONS
from pages.numerical_stability import LOOKS, NumericalStabilityState
from pages.numerical_stability.numbers import SCALES, Cure, Stability
from pages.numerical_stability.outcomes import Outcome, Status
from pages.numerical_stability.panels import BELOW_EPSILON, ERROR_RANGE, LOST_ERROR
from pages.numerical_stability.stage import moved, result_table, seen, stability_stage, sweeps_of
from pages.numerical_stability.table_panels import outcome_texts, told_outcomes
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_every_step_is_as_opened_there, decode, panels_of

VALUES = {"scale": 2.0, "shift": -30.0, "label": 1}
CELLS, SYMBOLS, WORDS, EXACT, TINY = range(5)
"""The marks of the table, one after the other."""


def decades(value: float) -> float:
    return float(np.sign(value) * np.log10(1 + abs(value)))


def a_stage(*scores: float, label: int = 0, **changes: Any) -> Stage:
    example = Example(scores=scores, label=label) if scores else Example(label=label)
    state = NumericalStabilityState(example, **changes)
    return stability_stage(state, sweeps_of(state), text_in("en"))


def drawn(stage: Stage, panel: str, mark: int, channel: str, result: Stability | None = None):
    """What a mark shows now, or of another result."""
    source = getattr(panels_of(stage)[panel].marks[mark], channel)
    return source(result or stage.now)


def readouts(stage: Stage, *ids: str) -> list[float]:
    channels = {readout.id: readout.number for readout in stage.readouts}
    return [float(channels[id](stage.now)) for id in ids]


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
    state = NumericalStabilityState()
    assert moved(state, Release({**VALUES, **change}, "scale")) is state
    assert moved(state, Release({}, "scale")) is state


def test_the_numbers_stand_in_their_places() -> None:
    stage = a_stage(123.0, 456.0, 789.0)
    naive, shifted, log_space = drawn(stage, "table", CELLS, "numbers")[:, 2]
    np.testing.assert_array_equal(naive, [0, 0, np.nan, np.inf])
    assert shifted[:3] == pytest.approx([5.75e-290, 2.40e-145, 1], rel=2e-3, abs=0)
    assert log_space[3] == 666
    tones = drawn(stage, "table", CELLS, "tones")
    assert tones[0, 2].tolist() == [Status.ZERO, Status.ZERO, Status.NAN, Status.INFINITE]
    assert tones[1, 1].tolist() == [Status.ZERO, Status.ZERO, Status.RIGHT, Status.INFINITE]
    assert tones[2, 0].tolist() == [Status.ZERO, Status.ZERO, Status.RIGHT, Status.RIGHT]
    assert (drawn(stage, "table", SYMBOLS, "numbers") == tones).all()
    assert drawn(stage, "table", WORDS, "numbers")[:, 1].tolist() == [
        Outcome.EXP_OVERFLOW,
        Outcome.TRUE_UNDERFLOW,
        Outcome.SOME_UNDERFLOW,
    ]
    assert drawn(stage, "table", EXACT, "numbers")[3] == 666
    assert drawn(stage, "table", EXACT, "x").tolist() == [0, 1, 2, 3]
    assert np.isnan(drawn(stage, "table", TINY, "x")).all()
    lanes = drawn(stage, "exp", 0, "x").reshape(3, 3)
    assert lanes[0] == pytest.approx([decades(z) for z in (123, 456, 789)])
    assert (lanes == lanes[0]).all()
    assert drawn(stage, "exp", 1, "x")[:3] == pytest.approx([-decades(666), -decades(333), 0])
    heights = drawn(stage, "errors", 0, "y")
    assert heights[0].tolist() == [LOST_ERROR] * 3
    assert heights[2, 1] == pytest.approx(np.log10(2.0**-23) - BELOW_EPSILON)
    for panel in ("offset_loss", "offset_slope"):
        assert drawn(stage, panel, 0, "x") == pytest.approx([-decades(666)] * 2)
    assert drawn(stage, "offset_loss", 0, "y") == pytest.approx(
        [decades(666), decades(16.118)], abs=1e-4
    )
    assert drawn(stage, "offset_slope", 0, "y") == pytest.approx([-1, 0])


def test_the_readouts_tell_the_numbers() -> None:
    stage = a_stage(123.0, 456.0, 789.0)
    assert readouts(stage, "largest", "smallest", "true_loss", "true_slope") == [789, 123, 666, -1]
    assert readouts(stage, "offset_loss") == pytest.approx([16.118], abs=5e-4)
    assert readouts(stage, "naive_float64", "shifted_float32", "log_space_float16") == [
        Outcome.EXP_OVERFLOW,
        Outcome.TRUE_UNDERFLOW,
        Outcome.SOME_UNDERFLOW,
    ]
    assert readouts(stage, "naive_sentence", "cure_sentence") == [1, Cure.LOG_SPACE]
    assert readouts(stage, "swept_name") == [0]
    assert readouts(a_stage(swept="shift"), "swept_name") == [1]


def test_the_words_tell_probabilities_and_loss_apart() -> None:
    stage = a_stage(1010.0, 1000.0, 990.0)
    texts = panels_of(stage)["table"].marks[WORDS].choices
    assert texts == outcome_texts(text_in("en"))
    words = [texts[index] for index in drawn(stage, "table", WORDS, "numbers").ravel()]
    assert words[3:6] == [
        "p rounds to 1, the loss to 0",
        "p right, loss to 3 digits",
        "p right, loss to 11 digits",
    ]
    assert words[6:] == [
        "a p underflows to 0",
        "as exact as the type allows",
        "as exact as the type allows",
    ]
    assert texts[int(readouts(stage, "shifted_float32")[0])] == words[4]
    wrong = drawn(a_stage(7.0, 0.0, -30.0, shift=60.0), "table", WORDS, "numbers")
    assert texts[wrong[1, 0]] == "a p underflows to 0, loss to 1 digit"


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_every_outcome_of_every_step(language: str) -> None:
    texts = outcome_texts(text_in(language))
    assert len(set(texts)) == len(texts)
    for scores in ((3.2, 5.1, -1.7), (10.0, -100.0, -100.0), (7.0, 0.0, 0.5)):
        sweeps = sweeps_of(NumericalStabilityState(Example(scores=scores)))
        for result in sweeps.by.values():
            indices, kept = told_outcomes(result), result.kept_digits
            for index, digits in zip(indices.ravel(), kept.ravel().tolist(), strict=True):
                assert index < len(texts)
                if digits > 0:
                    assert re.search(rf"\b{digits} (digit|位)", texts[index])


def test_what_is_too_small_is_not_told_as_zero() -> None:
    stage = a_stage(10.0, -100.0, -100.0, scale=10.0)
    assert np.isnan(readouts(stage, "true_loss", "true_slope", "offset_slope")).all()
    assert drawn(stage, "table", TINY, "x")[1:].tolist() == [1, 2, 3]
    exact = drawn(stage, "table", EXACT, "x")
    assert exact[0] == 0
    assert np.isnan(exact[1:]).all()
    assert readouts(stage, "offset_loss") == pytest.approx([-1e-7], abs=1e-13)


def test_a_batch_of_two() -> None:
    stage = a_stage(shift=-200.0)
    cells = drawn(stage, "pooled", 0, "tones")
    assert cells.shape == (len(POOLINGS), len(PRECISIONS), 2, 2)
    assert (cells[0] <= Status.ROUNDED).all()
    assert (cells[1, :2, 0] == Status.NAN).all()
    assert (cells[1, 2] <= Status.ROUNDED).all()
    assert (cells[1, :, 1] == Status.RIGHT).all()
    p, loss = drawn(stage, "pooled", 0, "numbers")[0, 2, 1]
    assert (p, loss) == pytest.approx((0.1300, 2.0404), abs=5e-5)
    p, loss = drawn(a_stage(label=1), "pooled", 0, "numbers")[0, 2, 1]
    assert (p, loss) == pytest.approx((0.8690, 0.1404), abs=5e-5)


@pytest.mark.parametrize(
    "state",
    [
        NumericalStabilityState(Example(label=2)),
        NumericalStabilityState(
            Example(scores=(10.0, -100.0, -100.0)), scale=2.0, shift=-30.0, swept="shift"
        ),
    ],
)
def test_a_drag_shows_what_the_page_shows_where_it_leads(state: NumericalStabilityState) -> None:
    assert_every_step_is_as_opened_there(
        lambda state: stability_stage(state, sweeps_of(state), text_in("en")), moved, state
    )


def test_the_points_lie_on_the_curves_of_the_slider_that_is_taken() -> None:
    state = NumericalStabilityState(scale=0.1, shift=-300.0)
    sweeps = sweeps_of(state)
    stage = stability_stage(state, sweeps, text_in("en"))
    panel = panels_of(stage)["errors"]
    for index, (slider, row) in enumerate({"scale": 40, "shift": 70}.items()):
        taken = sweeps.focuses[slider]
        assert drawn(stage, "errors", 0, "x", taken).tolist() == [row] * 9
        heights = drawn(stage, "errors", 0, "y", taken).ravel()
        curves = [panel.show[trace, "y"](taken) for trace in range(9)]
        np.testing.assert_allclose([curve[row] for curve in curves], heights, atol=0.3)
        assert all(panel.show[trace, "y"](sweeps.by[slider]) is None for trace in range(9))
        ticks = panel.marks[1]
        names = [ticks.choices[name] for name in ticks.numbers(taken)]
        assert names[0] == ("0.01", "−1,000")[index]
        assert float(names[-1].replace(",", "")) == 1000


def test_errors_stay_in_their_band() -> None:
    stage = a_stage(10.0, -100.0, -100.0)
    curves = [channel(stage.now) for channel in panels_of(stage)["errors"].show.values()]
    assert len(curves) == 9
    for heights in curves:
        in_band = (heights >= ERROR_RANGE[0]) & (heights <= 0)
        assert (in_band | (heights == LOST_ERROR)).all()
    log_space = curves[-1]
    # Up to e^-708 the loss is kept in float64, beyond e^-745 it is 0: an error of 1.
    kept, lost = 110 * SCALES < 700, 110 * SCALES > 746
    assert (log_space[kept] < -12).all()
    assert (log_space[lost] == 0).all()


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_every_mark_has_as_many_numbers_as_places(classes: int) -> None:
    example = Example(tuple("ABCDEFGHIJ"[:classes]), tuple(map(float, range(classes))), 0)
    state = NumericalStabilityState(example)
    stage = stability_stage(state, sweeps_of(state), text_in("en"))
    for panel in stage.panels:
        for mark in panel.marks:
            sizes = {
                np.size(source(stage.now) if callable(source) else source)
                for source in (mark.x, mark.y, mark.numbers if mark.kind != "dot" else None)
                if source is not None
            }
            assert len(sizes) == 1, mark


def test_the_limits_are_drawn_where_they_are() -> None:
    figure = panels_of(a_stage())["exp"].figure
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

    stage = a_stage()
    loss, slope = (panels_of(stage)[id].figure for id in ("offset_loss", "offset_slope"))
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
    stages = a_stage(), a_stage(1.0, 2.0, 3.0, label=2, scale=30.0, shift=5.0, swept="shift")
    for before, after in zip(*(stage.panels for stage in stages), strict=True):
        assert before.figure is after.figure, before.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_is_made_up_exists(language: str) -> None:
    state = NumericalStabilityState()
    header, _ = decode(stability_stage(state, sweeps_of(state), text_in(language)).packed({}))
    assert [panel["id"] for panel in header["panels"]] == [
        *("table", "exp", "errors", "offset_loss", "offset_slope", "pooled")
    ]
    assert all(panel["legend"] for panel in header["panels"])
    assert not re.search(r"numerical_stability\.|[{]", str([p["alt"] for p in header["panels"]]))


def test_the_table_as_a_file() -> None:
    state = NumericalStabilityState(Example(scores=(123.0, 456.0, 789.0)))
    table = result_table(state, sweeps_of(state).now, text_in("en"))
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


def test_a_drag_where_there_is_no_flag_keeps_the_true_class() -> None:
    state = NumericalStabilityState(Example(label=2), look="exp")
    after = moved(state, Release({"scale": 3.0, "shift": 10.0}, "scale"))
    assert (after.scale, after.shift, after.example.label, after.look) == (3.0, 10.0, 2, "exp")


@pytest.mark.parametrize("look", LOOKS)
def test_a_drag_in_a_view_shows_what_the_page_shows_where_it_leads(look: str) -> None:
    assert_every_step_is_as_opened_there(
        lambda state: seen(stability_stage(state, sweeps_of(state), text_in("en")), state.look),
        moved,
        NumericalStabilityState(Example(label=1), look=look),
        every=40,
    )
