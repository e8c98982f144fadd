"""What the two stages of the score function lesson show, tell and release."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.learning.score_function import FOUR_PIXEL_CAT, LOSS_FIGURE, LinearExample
from pages.score_function import ScoreFunctionState
from pages.score_function.digit_classifier import DIGIT, digit_classifier
from pages.score_function.digits_stage import digit_of, digit_stage, digit_sweeps, moved_digit
from pages.score_function.panels import scored
from pages.score_function.stage import (
    linear_example,
    moved,
    score_stage,
    sweeps_of,
    with_linear_example,
)
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.setups import setup
from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_present_rows, assert_same, at, now, panels_of, told

CAT = ScoreFunctionState()
LOSSES = with_linear_example(CAT, LOSS_FIGURE)


def stage_of(state: ScoreFunctionState, language: str = "en") -> Stage:
    return score_stage(state, sweeps_of(state), text_in(language))


def digits_of(digit: int, language: str = "en") -> Stage:
    state = ScoreFunctionState(digit=digit)
    return digit_stage(state, digit_sweeps(state), text_in(language))


def pixels_of(panel: Panel, result: Any) -> list[list[list[int]]]:
    """Every picture of a panel, row by row."""
    return [
        np.reshape(picture.pixels(result), picture.shape).astype(int).tolist()
        for picture in panel.pictures
    ]


def release_of(example: LinearExample, **changes: Any) -> Release:
    entries = [entry for row in example.matrix for entry in row]
    values = {
        **{f"weight{i}": entry for i, entry in enumerate(entries)},
        **{f"pixel{i}": entry for i, entry in enumerate(example.pixels)},
        **{f"image{i}": entry for i, entry in enumerate(example.pixels)},
        **{f"bias{i}": entry for i, entry in enumerate(example.bias)},
        "label": example.label,
    }
    return Release({**values, **changes}, None)


def test_a_release_becomes_the_state() -> None:
    assert moved(CAT, release_of(FOUR_PIXEL_CAT)) == CAT
    assert moved(CAT, release_of(LOSS_FIGURE)) == LOSSES
    assert linear_example(LOSSES) == LOSS_FIGURE
    changed = moved(CAT, release_of(FOUR_PIXEL_CAT, weight5=-2.5, bias0=7.0, label=2))
    expected = [list(row) for row in FOUR_PIXEL_CAT.matrix]
    expected[1][1] = -2.5
    assert changed.matrix == tuple(np.ravel(expected))
    assert (changed.pixels, changed.bias, changed.example.label) == (None, (7.0, 3.2, -1.2), 2)
    assert decode(ScoreFunctionState, encode(changed)) == (changed, ())


@pytest.mark.parametrize("kind", ["image", "pixel"])
def test_a_pixel_typed_at_one_of_its_handles(kind: str) -> None:
    changed = moved(LOSSES, release_of(LOSS_FIGURE, **{f"{kind}2": 17.5}))
    assert linear_example(changed).pixels == (-15.0, 22.0, 17.5, 56.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight3": "a"},
        {"weight3": None},
        {"pixel0": float("nan")},
        {"image1": 255.5},
        {"bias2": float("-inf")},
        {"weight0": 101},
        {"label": 3},
        {"label": -1},
    ],
)
def test_a_release_that_makes_no_sense_changes_nothing(wrong: dict[str, Any]) -> None:
    assert moved(CAT, release_of(FOUR_PIXEL_CAT, **wrong)) == CAT
    assert moved(CAT, Release({}, None)) == CAT


def test_the_true_class_is_that_of_the_example_if_there_is_one() -> None:
    two = replace(CAT, example=Example(("A", "B"), (1.0, 2.0), 1))
    assert linear_example(two).label == 1
    third = moved(two, release_of(FOUR_PIXEL_CAT, label=2))
    assert third.example == Example(("A", "B", "C"), (1.0, 2.0, 0.0), 2)
    ten = replace(CAT, example=Example(tuple("ABCDEFGHIJ"), (0.5,) * 10, 7))
    assert linear_example(ten).label == 0
    # What is not touched stays: to drag a weight does not change somebody's example.
    assert moved(ten, release_of(FOUR_PIXEL_CAT, weight0=1.0)).example == ten.example
    assert moved(ten, release_of(FOUR_PIXEL_CAT, label=1)).example.label == 1
    soft = replace(CAT, example=Example(target=(0.5, 0.5, 0.0)))
    assert moved(soft, release_of(FOUR_PIXEL_CAT, weight0=1.0)).example == soft.example
    assert moved(soft, release_of(FOUR_PIXEL_CAT, label=1)).example.target is None


def test_the_scores_are_taken_along() -> None:
    taken = scored(sweeps_of(LOSSES).now, text_in("en"))
    assert taken == Example(("cat", "dog", "ship"), (-2.85, 0.86, 0.28), 2)
    assert scored(sweeps_of(CAT).now, text_in("en")).scores == (-96.8, 437.9, 60.75)


def test_every_number_is_where_it_belongs() -> None:
    stage = stage_of(CAT)
    now, panels = stage.now, panels_of(stage)
    assert list(panels) == ["templates", "equation", "scores", "products"]

    def written(panel: str) -> list[list[float]]:
        marks = panels[panel].marks
        return [np.ravel(mark.numbers(now)).tolist() for mark in marks if hasattr(mark, "numbers")]

    matches, scores, bias = [-97.9, 434.7, 61.95], [-96.8, 437.9, 60.75], [1.1, 3.2, -1.2]
    products = [
        *(11.2, -115.5, 2.4, 4),
        *(84, 300.3, 50.4, 0),
        *(0, 57.75, 4.8, -0.6),
    ]
    assert written("products") == [products, matches, bias, scores]
    assert written("templates") == [np.ravel(FOUR_PIXEL_CAT.matrix).tolist(), matches]
    assert written("equation") == [scores]
    assert written("scores") == [now.compared.probabilities.tolist(), scores]
    assert panels["scores"].show[0, "y"](now)[:3].tolist() == scores
    # The ring stands in the row of the highest score.
    assert panels["equation"].marks[1].y(now) == 2
    numbers = {readout.id: float(readout.number(now)) for readout in stage.readouts}
    assert (numbers["hinge"], numbers["top_name"]) == (694.25, 1)
    assert (numbers["last_match"], numbers["last_score"]) == (61.95, 60.75)


def test_pixels_have_the_colour_of_their_number() -> None:
    stage = stage_of(CAT)
    panels = panels_of(stage)
    image, templates = pixels_of(panels["templates"], stage.now)
    matrix, column, offset = pixels_of(panels["equation"], stage.now)
    # Weights from -3 to 3: 127 stands for 0, 254 for 3.
    cat, dog, ship = matrix
    assert matrix == [[127 + round(127 * w / 3) for w in row] for row in FOUR_PIXEL_CAT.matrix]
    assert templates == [
        [*cat[:2], 127, *dog[:2], 127, *ship[:2], 127],
        [*cat[2:], 127, *dog[2:], 127, *ship[2:], 127],
    ]
    assert offset == [[127 + round(12.7 * b)] for b in FOUR_PIXEL_CAT.bias]
    # 52 grays: one for every five of 256.
    assert image == [[11, 46], [5, 0]]
    assert column == [[11], [46], [5], [0]]
    palette = panels["templates"].pictures[0].palette
    assert (palette[0].color, palette[51].color) == ("rgb(0,0,0)", "rgb(255,255,255)")
    for panel in panels.values():
        for picture in panel.pictures:
            assert picture.pixels(stage.now).max() < len(picture.palette)
    negative = stage_of(LOSSES)
    centred = pixels_of(panels_of(negative)["templates"], negative.now)[0]
    assert np.ravel(centred).tolist() == [round(51 * (x + 128) / 256) for x in LOSS_FIGURE.pixels]


@pytest.mark.parametrize("state", [CAT, LOSSES])
def test_the_swept_row_at_the_present_value_is_what_is_shown_now(state: ScoreFunctionState) -> None:
    stage = stage_of(state)
    assert len(stage.handles) == 12 + 4 + 4 + 3 + 1
    assert_present_rows(stage)


def test_the_image_and_the_column_move_together() -> None:
    stage = stage_of(CAT)
    handles = {handle.id: handle for handle in stage.handles}
    for index in range(4):
        column, image = handles[f"pixel{index}"], handles[f"image{index}"]
        assert column.follows is not None
        for handle in (column, image):
            swept = handle.follows(column.sweep)
            assert swept.tolist() == np.linspace(0, 255, column.rows).tolist()
        assert_same(at(stage, column.id, 200), at(stage, image.id, 200))


def test_the_axis_fits_the_present_scores_and_numbers_stay_on_it() -> None:
    for state in (CAT, LOSSES, replace(CAT, matrix=(100.0,) * 12, pixels=(255.0,) * 4)):
        stage, sweeps = stage_of(state), sweeps_of(state)
        panel = panels_of(stage)["scores"]
        limit = panel.figure.layout.yaxis.range[1] / 1.5
        largest = np.abs(sweeps.now.linear.scores).max()
        assert 2 * largest <= limit <= 4 * largest
        ends = panel.marks[-1].y
        assert ends(sweeps.now).tolist() == sweeps.now.linear.scores.tolist()
        beyond = np.concatenate([sweeps.by[f"pixel{i}"].linear.scores for i in range(4)])
        shown = np.concatenate([ends(sweeps.by[f"pixel{i}"]) for i in range(4)])
        inside = np.abs(beyond) <= limit
        np.testing.assert_array_equal(shown[inside], beyond[inside])
        assert (np.abs(shown[~inside]) == limit).all()
        if state is LOSSES:
            assert not inside.all()
    blank = stage_of(replace(CAT, matrix=(0.0,) * 12, bias=(0.0,) * 3))
    assert panels_of(blank)["scores"].figure.layout.yaxis.range[1] == 1.5


BIASES = [
    (None, "The published figure prints 61.95 for ship. That is W x = 61.95, without the bias of"),
    ((2.0, 2.0, 2.0), "The biases are all equal"),
    ((500.0, 3.2, -1.2), "With or without the bias dog has the highest score."),
    ((540.0, 3.2, -1.2), "without it dog would have the highest score, with it cat has."),
]


@pytest.mark.parametrize(("bias", "part"), BIASES)
def test_the_sentence_tells_what_the_bias_does(bias: tuple[float, ...] | None, part: str) -> None:
    state = ScoreFunctionState(bias=bias)
    assert part in told(stage_of(state), "bias_effect")
    assert not re.search(r"[{}]", told(stage_of(state, "zh"), "bias_effect"))


@pytest.mark.parametrize("variant", ["weston_watkins", "one_vs_all"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_that_of_the_losses(variant: Any, language: str) -> None:
    verdict = told(stage_of(replace(LOSSES, variant=variant), language), "verdict")
    for part in (*(text_in(language)(f"class_name.{name}") for name in ("dog", "ship")), "0.3534"):
        assert part in verdict
    assert not re.search(r"[{}]", verdict)


def test_the_digit_that_none_chose_is_one_it_has_not_learned_from() -> None:
    assert digit_of(CAT) == digit_classifier().held_out[0] == 1
    assert digit_of(ScoreFunctionState(digit=0)) == 0


def test_the_network_with_seed_0_holds_out_the_same_digits() -> None:
    parts = setup(TwoLayerNetworkState(data="digits"), "cross_entropy").split()
    assert parts is not None
    np.testing.assert_array_equal(parts.held_out_indices, digit_classifier().held_out)


def test_the_slider_of_digits() -> None:
    assert moved_digit(CAT, Release({DIGIT: 95.0}, DIGIT)) == ScoreFunctionState(digit=95)
    for wrong in ("a", None, float("nan"), 1797, -1):
        assert moved_digit(CAT, Release({DIGIT: wrong}, None)) is CAT
    assert moved_digit(CAT, Release({}, None)) is CAT


def test_a_digit_is_where_it_belongs() -> None:
    found, stage = digit_classifier(), digits_of(5)
    now, panels = stage.now, panels_of(stage)
    scores = found.data.points[5] @ found.matrix.T + found.bias
    exponentials = np.exp(scores)
    bars = {id: panels[id].show[0, "y"](now) for id in ("digit_scores", "digit_probabilities")}
    np.testing.assert_allclose(bars["digit_scores"], scores, atol=1e-12)
    np.testing.assert_allclose(bars["digit_probabilities"], exponentials / exponentials.sum())
    for id, values in bars.items():
        assert panels[id].marks[0].y(now).tolist() == values.tolist()
    ink, evidence = pixels_of(panels["digit"], now)
    assert np.ravel(ink).tolist() == np.rint(16 * found.data.points[5]).tolist()
    # The 5 that is read as 9.
    assert panels["digit"].marks[0].numbers(now).tolist() == [9, 5]
    true, top = panels["rows"].marks
    assert (true.x(now), true.y(now)) == (4, 10 + 4)
    assert (top.x(now), top.y(now)) == (40 + 4, 10 + 4)
    for left, kind in ((0, 9), (10, 5)):
        added = found.matrix[kind] * found.data.points[5]
        shown = np.array(evidence)[:8, left : left + 8].ravel()
        is_seen = np.abs(added) > 0.02
        assert (np.sign(shown - 127)[is_seen] == np.sign(added)[is_seen]).all()
        assert (shown[added == 0] == 127).all()
    assert (np.array(evidence)[8:] == 127).all()


def test_the_slider_shows_each_digit_as_if_it_were_chosen() -> None:
    stage, held_out = digits_of(5), digit_classifier().held_out
    assert_present_rows(stage)
    for row in (0, 100, len(held_out) - 1):
        assert_same(at(stage, DIGIT, row), now(digits_of(int(held_out[row]))))


def test_the_wall_of_templates() -> None:
    found, stage = digit_classifier(), digits_of(0)
    (pixels,) = pixels_of(panels_of(stage)["rows"], stage.now)
    wall = np.array(pixels)
    assert wall.shape == (20, 50)
    for digit in range(10):
        line, place = divmod(digit, 5)
        tile = wall[10 * line : 10 * line + 8, 10 * place : 10 * place + 8].ravel()
        assert (np.diff(tile[np.argsort(found.matrix[digit])]) >= 0).all()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("digit", "part"), [(0, "5.7508"), (5, "3.5631"), (1, "6.3071"), (95, "")])
def test_every_reading_has_its_sentence(digit: int, part: str, language: str) -> None:
    reading = told(digits_of(digit, language), "reading")
    assert reading
    assert part in reading
    assert not re.search(r"[{}]", reading)
