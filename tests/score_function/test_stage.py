"""Where the numbers and pixels of the score function lesson go, and which sentence is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.learning.score_function import FOUR_PIXEL_CAT, LOSS_FIGURE, LinearExample
from pages.score_function import ScoreFunctionState
from pages.score_function import digits_panels as digit_figures
from pages.score_function import digits_stage as digit_stages
from pages.score_function import panels as figures
from pages.score_function.digit_classifier import digit_classifier
from pages.score_function.stage import (
    _handles,
    _readouts,
    _with_handles,
    linear_example,
    moved,
    scored,
    sweep_of,
    with_linear_example,
)
from pages.ui.kit.theme import diverging_palette, ink_palette
from pages.ui.learning.setups import setup
from pages.ui.stage.vocabulary import Readout, Release, Spot, spoken
from pages.ui.state.example import Example
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in

LOSSES = with_linear_example(ScoreFunctionState(), LOSS_FIGURE)


def released(example: LinearExample, **changes: Any) -> Release:
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
    assert moved(ScoreFunctionState(), released(FOUR_PIXEL_CAT)) == ScoreFunctionState()
    assert moved(ScoreFunctionState(), released(LOSS_FIGURE)) == LOSSES
    assert linear_example(LOSSES) == LOSS_FIGURE
    changed = moved(
        ScoreFunctionState(), released(FOUR_PIXEL_CAT, weight5=-2.5, bias0=7.0, label=2)
    )
    expected = [list(row) for row in FOUR_PIXEL_CAT.matrix]
    expected[1][1] = -2.5
    assert changed.matrix == tuple(np.ravel(expected))
    assert (changed.pixels, changed.bias, changed.example.label) == (None, (7.0, 3.2, -1.2), 2)
    assert decode(ScoreFunctionState, encode(changed)) == (changed, ())


@pytest.mark.parametrize("kind", ["image", "pixel"])
def test_a_pixel_typed_at_one_of_its_handles(kind: str) -> None:
    changed = moved(LOSSES, released(LOSS_FIGURE, **{f"{kind}2": 17.5}))
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
    assert moved(ScoreFunctionState(), released(FOUR_PIXEL_CAT, **wrong)) == ScoreFunctionState()
    assert moved(ScoreFunctionState(), Release({}, None)) == ScoreFunctionState()


def test_the_true_class_is_that_of_the_example_if_there_is_one() -> None:
    two = replace(ScoreFunctionState(), example=Example(("A", "B"), (1.0, 2.0), 1))
    assert linear_example(two).label == 1
    third = moved(two, released(FOUR_PIXEL_CAT, label=2))
    assert third.example == Example(("A", "B", "C"), (1.0, 2.0, 0.0), 2)
    ten = replace(ScoreFunctionState(), example=Example(tuple("ABCDEFGHIJ"), (0.5,) * 10, 7))
    assert linear_example(ten).label == 0
    # What is not touched stays: to drag a weight does not change somebody's example.
    assert moved(ten, released(FOUR_PIXEL_CAT, weight0=1.0)).example == ten.example
    assert moved(ten, released(FOUR_PIXEL_CAT, label=1)).example.label == 1
    soft = replace(ScoreFunctionState(), example=Example(target=(0.5, 0.5, 0.0)))
    assert moved(soft, released(FOUR_PIXEL_CAT, weight0=1.0)).example == soft.example
    assert moved(soft, released(FOUR_PIXEL_CAT, label=1)).example.target is None


def test_the_scores_are_taken_along() -> None:
    taken = scored(LOSSES, sweep_of(LOSSES).now)
    assert taken.example == Example(("cat", "dog", "ship"), (-2.85, 0.86, 0.28), 2)
    assert decode(ScoreFunctionState, encode(taken)) == (taken, ())
    assert linear_example(taken) == LOSS_FIGURE
    cat = scored(ScoreFunctionState(), sweep_of(ScoreFunctionState()).now)
    assert encode(cat)["z"] == "-96.8,437.9,60.75"


def test_places_put_every_number_where_it_belongs() -> None:
    sweep = sweep_of(ScoreFunctionState())
    places = _with_handles(sweep.now, sweep)
    assert places["products"].tolist() == [
        11.2,
        -115.5,
        2.4,
        4,
        84,
        300.3,
        50.4,
        0,
        *(0, 57.75, 4.8, -0.6),
    ]
    assert places["matches"].tolist() == [-97.9, 434.7, 61.95]
    assert places["sums"].tolist() == [-96.8, 437.9, 60.75]
    assert places["probabilities"].tolist() == sweep.now.comparison.probabilities.tolist()
    assert places["biases"].tolist() == [1.1, 3.2, -1.2]
    assert (places["hinge"], places["last_match"], places["last_score"]) == (694.25, 61.95, 60.75)
    assert (places["top_row"], places["top_name"]) == (2, 1)
    assert places[Spot("scores", 0, "y")][:3].tolist() == [-96.8, 437.9, 60.75]
    assert [float(places[f"image{i}"]) for i in range(4)] == [56, 231, 24, 2]


def test_pixels_have_the_colour_of_their_number() -> None:
    sweep = sweep_of(ScoreFunctionState())
    places = figures.places(sweep.now, sweep)
    # Weights from -3 to 3: 127 stands for 0, 254 for 3.
    matrix = [127 + round(127 * w / 3) for row in FOUR_PIXEL_CAT.matrix for w in row]
    assert places["matrix"].tolist() == matrix
    cat, dog, ship = (matrix[4 * i : 4 * i + 4] for i in range(3))
    assert places["templates"].reshape(2, 9).tolist() == [
        [*cat[:2], 127, *dog[:2], 127, *ship[:2], 127],
        [*cat[2:], 127, *dog[2:], 127, *ship[2:], 127],
    ]
    assert places["offset"].tolist() == [127 + round(12.7 * b) for b in FOUR_PIXEL_CAT.bias]
    # 52 grays: one for every five of 256.
    assert places["image"].tolist() == places["column"].tolist() == [11, 46, 5, 0]
    by_id = {picture.id: picture for picture in figures.pictures()}
    assert by_id["image"].palette[51].color == "rgb(255,255,255)"
    assert by_id["image"].palette[0].color == "rgb(0,0,0)"
    for id, picture in by_id.items():
        assert places[id].size == picture.shape[0] * picture.shape[1]
        assert places[id].max() < len(picture.palette)
    negative = sweep_of(LOSSES)
    centred = figures.places(negative.now, negative)["image"]
    assert centred.tolist() == [round(51 * (x + 128) / 256) for x in LOSS_FIGURE.pixels]


@pytest.mark.parametrize("state", [ScoreFunctionState(), LOSSES])
def test_the_swept_row_at_the_present_value_is_what_is_shown_now(state: ScoreFunctionState) -> None:
    sweep = sweep_of(state)
    now = _with_handles(sweep.now, sweep)
    handles = _handles(state, linear_example(state), sweep, text_in("en"))
    assert len(handles) == 12 + 4 + 4 + 3 + 1
    for handle in handles:
        grid = handle.minimum + handle.step * np.arange(handle.rows)
        row = int(np.flatnonzero(np.isclose(grid, handle.value))[0])
        assert set(handle.sweep) == set(now)
        for place, values in now.items():
            if place != "bias_effect":
                np.testing.assert_allclose(handle.sweep[place][row], values, atol=1e-12)
            assert handle.sweep[place].dtype == values.dtype
    # The image and the column move together.
    for index in range(4):
        column, image = (
            next(h for h in handles if h.id == f"{k}{index}") for k in ("pixel", "image")
        )
        assert column.sweep[image.id].tolist() == image.sweep[column.id].tolist()
        assert (
            column.sweep[image.id].tolist()
            == np.linspace(column.minimum, column.maximum, column.rows).tolist()
        )


def test_the_axis_fits_the_present_scores_and_numbers_stay_on_it() -> None:
    for state in (
        ScoreFunctionState(),
        LOSSES,
        ScoreFunctionState(matrix=(100.0,) * 12, pixels=(255.0,) * 4),
    ):
        sweep = sweep_of(state)
        limit = figures.score_limit(sweep)
        largest = np.abs(sweep.now.scores).max()
        assert 2 * largest <= limit <= 4 * largest
        assert figures.places(sweep.now, sweep)["bar_ends"].tolist() == sweep.now.scores.tolist()
        beyond = figures.places(sweep.by_pixel, sweep)
        inside = np.abs(beyond["sums"]) <= limit
        np.testing.assert_array_equal(beyond["bar_ends"][inside], beyond["sums"][inside])
        assert (np.abs(beyond["bar_ends"][~inside]) == limit).all()
        if state is LOSSES:
            assert not inside.all()
    blank = sweep_of(ScoreFunctionState(matrix=(0.0,) * 12, bias=(0.0,) * 3))
    assert figures.score_limit(blank) == 1


def filled(readouts: list[Readout], now: dict[Any, Any], id: str) -> str:
    """The sentence as the browser shows it, without its bold marks."""
    return spoken(readouts, now, spoken(readouts, now, f"{{{id}}}")).replace("**", "")


BIASES = [
    (None, "The published figure prints 61.95 for ship. That is W x = 61.95, without the bias of"),
    ((2.0, 2.0, 2.0), "The biases are all equal"),
    ((500.0, 3.2, -1.2), "With or without the bias dog has the highest score."),
    ((540.0, 3.2, -1.2), "without it dog would have the highest score, with it cat has."),
]


@pytest.mark.parametrize(("bias", "part"), BIASES)
def test_the_sentence_tells_what_the_bias_does(bias: tuple[float, ...] | None, part: str) -> None:
    state = ScoreFunctionState(bias=bias)
    sweep = sweep_of(state)
    now = figures.places(sweep.now, sweep)
    assert part in filled(_readouts(state, text_in("en")), now, "bias_effect")
    chinese = filled(_readouts(state, text_in("zh")), now, "bias_effect")
    assert not re.search(r"[{}]", chinese)


@pytest.mark.parametrize("variant", ["weston_watkins", "one_vs_all"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_that_of_the_losses(variant: Any, language: str) -> None:
    state = replace(LOSSES, variant=variant)
    sweep = sweep_of(state)
    told = filled(_readouts(state, text_in(language)), figures.places(sweep.now, sweep), "verdict")
    assert "dog" in told
    assert "ship" in told
    assert "0.3534" in told
    assert not re.search(r"[{}]", told)


def test_the_digit_that_none_chose_is_one_it_has_not_learned_from() -> None:
    found = digit_classifier()
    assert digit_stages.digit_of(ScoreFunctionState()) == found.held_out[0] == 1
    assert digit_stages.digit_of(ScoreFunctionState(digit=0)) == 0


def test_the_network_with_seed_0_holds_out_the_same_digits() -> None:
    parts = setup(ScoreFunctionState(data="digits"), "cross_entropy").split()
    assert parts is not None
    np.testing.assert_array_equal(parts.held_out_indices, digit_classifier().held_out)


def test_the_slider_of_digits() -> None:
    assert digit_stages.moved_digit(
        ScoreFunctionState(), Release({"digit": 95.0}, "digit")
    ) == ScoreFunctionState(digit=95)
    for wrong in ("a", None, float("nan"), 1797, -1):
        assert (
            digit_stages.moved_digit(ScoreFunctionState(), Release({"digit": wrong}, None))
            == ScoreFunctionState()
        )
    assert digit_stages.moved_digit(ScoreFunctionState(), Release({}, None)) == ScoreFunctionState()


def test_a_digit_is_where_it_belongs() -> None:
    found = digit_classifier()
    indices = np.array([0, 5, 1])
    places = digit_figures.digit_places(found, indices)
    scores = found.data.points[indices] @ found.matrix.T + found.bias
    np.testing.assert_allclose(places[Spot("digit_scores", 0, "y")], scores, atol=1e-12)
    exponentials = np.exp(scores)
    np.testing.assert_allclose(
        places[Spot("digit_probabilities", 0, "y")],
        exponentials / exponentials.sum(axis=1, keepdims=True),
    )
    np.testing.assert_array_equal(
        places["digit_image"], np.rint(16 * found.data.points[indices]).astype(np.uint8)
    )
    # The 5 that is read as 9, the first held-out mistake; the others are right.
    assert found.mistakes[0] == 5
    assert places["true_name"].tolist() == [0, 5, 1]
    assert places["top_name"].tolist() == [0, 9, 1]
    assert places["rival_name"][1] == 5
    assert [digit_stages.READINGS[int(case)] for case in places["reading"]] == [
        "right_learned",
        "wrong_held_out",
        "right_held_out",
    ]
    assert (places["top_x"][1], places["top_y"][1]) == (40 + 4, 10 + 4)
    assert (places["true_x"][1], places["true_y"][1]) == (4, 10 + 4)
    evidence = places["evidence"][1].reshape(10, 20)
    for left, kind in ((0, 9), (10, 5)):
        added = found.matrix[kind] * found.data.points[5]
        shown = evidence[:8, left : left + 8].ravel().astype(int)
        assert (
            np.sign(shown - 127)[np.abs(added) > 0.02] == np.sign(added)[np.abs(added) > 0.02]
        ).all()
        assert (shown[added == 0] == 127).all()
    assert (evidence[8:] == 127).all()


def test_the_wall_of_templates() -> None:
    found = digit_classifier()
    wall = digit_figures.wall_of_templates(found).reshape(20, 50).astype(int)
    for digit in range(10):
        line, place = divmod(digit, 5)
        tile = wall[10 * line : 10 * line + 8, 10 * place : 10 * place + 8].ravel()
        order = np.argsort(found.matrix[digit])
        assert (np.diff(tile[order]) >= 0).all()
    assert len(diverging_palette()) == 255
    assert len(ink_palette()) == 17


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reading_has_its_sentence(language: str) -> None:
    found = digit_classifier()
    t = text_in(language)
    words = digit_stages._readouts(found, t)
    for digit, part in ((0, "5.7508"), (5, "3.5631"), (1, "6.3071"), (95, "")):
        told = filled(words, digit_stages._now(found, digit), "reading")
        assert part in told
        assert not re.search(r"[{}]", told)
    assert len(words[-1].choices or ()) == len(digit_stages.READINGS)
