"""The score function against exact fractions, written-out sums and the printed figures."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.score_function import (
    FOUR_PIXEL_CAT,
    LARGEST_BIAS,
    LARGEST_MATRIX_ENTRY,
    LARGEST_PIXEL,
    LOSS_FIGURE,
    BiasEffect,
    LinearExample,
    ScoreFunction,
    score_function,
)
from pages.score_function.numbers import EntryAxis, bias_axis, pixel_axis, sweep_scores, weight_axis


def of(example: LinearExample) -> ScoreFunction:
    return score_function(example.matrix, example.pixels, example.bias, example.label)


def test_the_four_pixel_cat() -> None:
    result = of(FOUR_PIXEL_CAT)
    assert result.products.tolist() == [
        [11.2, -115.5, 2.4, 4],
        [84, 300.3, 50.4, 0],
        [0, 57.75, 4.8, -0.6],
    ]
    assert result.matches.tolist() == [-97.9, 434.7, 61.95]
    assert result.scores.tolist() == [-96.8, 437.9, 60.75]
    # Both wrong classes beat the cat: 437.9 + 96.8 + 1 and 60.75 + 96.8 + 1.
    assert result.comparison.hinge == 535.7 + 158.55 == 694.25
    assert result.comparison.cross_entropy == pytest.approx(534.7, abs=1e-12)
    assert result.bias_effect == BiasEffect.AS_PUBLISHED


def test_the_figure_of_both_losses() -> None:
    result = of(LOSS_FIGURE)
    assert result.scores.tolist() == [-2.85, 0.86, 0.28]
    assert result.comparison.hinge == 1.58
    naive = -math.log(math.exp(0.28) / sum(map(math.exp, (-2.85, 0.86, 0.28))))
    assert result.comparison.cross_entropy == pytest.approx(naive, rel=1e-14)
    assert round(naive, 2) == 1.04


WRITTEN = st.integers(-9999, 9999).map(lambda n: Fraction(n, 100))
PIXEL = st.integers(-2550, 2550).map(lambda n: Fraction(n, 10))


@given(
    st.lists(WRITTEN, min_size=12, max_size=12),
    st.lists(PIXEL, min_size=4, max_size=4),
    st.lists(st.integers(-(10**6), 10**6).map(lambda n: Fraction(n, 1000)), min_size=3, max_size=3),
)
def test_numbers_with_few_decimals_are_added_exactly(
    entries: list[Fraction], image: list[Fraction], offset: list[Fraction]
) -> None:
    rows = [entries[4 * i : 4 * i + 4] for i in range(3)]
    matrix = [[float(entry) for entry in row] for row in rows]
    result = score_function(matrix, list(map(float, image)), list(map(float, offset)), 0)
    for i, row in enumerate(rows):
        added = [w * x for w, x in zip(row, image, strict=True)]
        assert result.products[i].tolist() == [float(part) for part in added]
        assert result.matches[i] == float(sum(added))
        assert result.scores[i] == float(sum(added) + offset[i])


def test_numbers_with_many_decimals_are_added_as_floats() -> None:
    rng = np.random.default_rng(1)
    matrix, image = rng.normal(size=(3, 4)), rng.normal(size=4)
    offset = rng.normal(size=3)
    result = score_function(matrix, image, offset, 1)
    for i in range(3):
        naive = math.fsum([*(float(matrix[i, j] * image[j]) for j in range(4)), float(offset[i])])
        assert result.scores[i] == pytest.approx(naive, rel=1e-14, abs=1e-15)
    assert_allclose(result.products.sum(axis=1), result.matches, rtol=1e-14)


@pytest.mark.parametrize("example", [FOUR_PIXEL_CAT, LOSS_FIGURE])
def test_every_row_of_a_sweep_is_the_score_function_there(example: LinearExample) -> None:
    parts = (np.array(example.matrix), np.array(example.pixels), np.array(example.bias))
    sweep = sweep_scores(*parts, example.label, margin=2.0, variant="crammer_singer")
    swept = (
        (sweep.by_weight, sweep.weight_axis),
        (sweep.by_pixel, sweep.pixel_axis),
        (sweep.by_bias, sweep.bias_axis),
    )
    for which, (rows, axis) in enumerate(swept):
        for entry in range(parts[which].size):
            for step in (0, len(axis.grid) // 3, len(axis.grid) - 1):
                moved = [part.copy() for part in parts]
                moved[which].flat[entry] = axis.grid[step]
                alone = score_function(*moved, example.label, margin=2.0, variant="crammer_singer")
                there = (entry, step)
                assert_array_equal(rows.matrix[there], moved[0])
                assert_array_equal(rows.pixels[there], moved[1])
                assert_array_equal(rows.bias[there], moved[2])
                assert_array_equal(rows.products[there], alone.products)
                assert_array_equal(rows.scores[there], alone.scores)
                assert rows.comparison.hinge[there] == alone.comparison.hinge
                assert_allclose(
                    rows.comparison.cross_entropy[there], alone.comparison.cross_entropy, rtol=1e-12
                )
                assert rows.bias_effect[there] == alone.bias_effect
    for label in range(3):
        alone = score_function(*parts, label, margin=2.0, variant="crammer_singer")
        assert sweep.by_label.comparison.hinge[label] == alone.comparison.hinge
        assert sweep.by_label.comparison.labels[label] == label


@pytest.mark.parametrize(
    ("bias", "effect"),
    [
        ((0.0, 0.0, 0.0), BiasEffect.NONE),
        ((7.5, 7.5, 7.5), BiasEffect.NONE),
        ((500.0, 3.2, -1.2), BiasEffect.KEEPS),
        ((540.0, 3.2, -1.2), BiasEffect.DECIDES),
        (FOUR_PIXEL_CAT.bias, BiasEffect.AS_PUBLISHED),
    ],
)
def test_what_the_bias_does(bias: tuple[float, ...], effect: BiasEffect) -> None:
    cat = FOUR_PIXEL_CAT
    result = score_function(cat.matrix, cat.pixels, bias, 0)
    assert result.bias_effect == effect
    assert (result.best_match != result.comparison.predictions) == (effect == BiasEffect.DECIDES)


def test_lengths_and_angles() -> None:
    cat = FOUR_PIXEL_CAT
    result = of(cat)
    for i, row in enumerate(cat.matrix):
        length, image = math.hypot(*row), math.hypot(*cat.pixels)
        assert result.template_norms[i] == pytest.approx(length)
        dot = math.fsum(w * x for w, x in zip(row, cat.pixels, strict=True))
        assert result.cosines[i] == pytest.approx(dot / (length * image))
    blank = score_function(np.zeros((3, 4)), cat.pixels, cat.bias, 0)
    assert np.isnan(blank.cosines).all()
    # A row along the image has the angle 0, and its cosine is not above 1.
    along = score_function([[0.3, 0.1, 0.7, 0.9]] * 3, [30, 10, 70, 90], [0, 0, 0], 0)
    assert along.cosines.tolist() == [1, 1, 1]


def test_ranges_hold_all_entries() -> None:
    assert weight_axis([0.5, -1.0]) == EntryAxis(-1.0, 1.0, 0.01)
    assert weight_axis([10.1]) == EntryAxis(-30.0, 30.0, 0.5)
    assert weight_axis([LARGEST_MATRIX_ENTRY]).most == LARGEST_MATRIX_ENTRY
    assert bias_axis([0.0, -100.0]) == EntryAxis(-100.0, 100.0, 1.0)
    assert bias_axis([-LARGEST_BIAS]).least == -LARGEST_BIAS
    assert pixel_axis([0, 255, 1, 2]) == EntryAxis(0.0, 255.0, 1.0)
    assert pixel_axis([-129.0, 0, 0, 0]) == EntryAxis(-LARGEST_PIXEL, LARGEST_PIXEL, 1.0)
    for axis in (weight_axis([0.2]), weight_axis([3.0]), bias_axis([3.2]), pixel_axis([-1.0])):
        assert axis.grid[0] == axis.least
        assert axis.grid[-1] == axis.most
        assert 0.0 in axis.grid
        assert_allclose(np.diff(axis.grid), axis.step)


BAD = [
    ({"matrix": np.ones((4, 3))}, r"matrix must have shape \(\.\.\., 3, 4\), got shape \(4, 3\)"),
    ({"pixels": [1, 2, 3]}, r"pixels must have shape \(\.\.\., 4\), got shape \(3,\)"),
    ({"bias": [0, math.nan, 0]}, r"bias\[1\] must be finite, got nan"),
    ({"bias": [0, 0, 1001]}, r"bias\[2\] must be from -1000 to 1000, got 1001"),
    ({"pixels": [0, -256, 0, 0]}, r"pixels\[1\] must be from -255 to 255, got -256"),
    ({"label": 3}, "label"),
]


@pytest.mark.parametrize(("wrong", "message"), BAD)
def test_errors_name_the_argument(wrong: dict[str, object], message: str) -> None:
    cat = FOUR_PIXEL_CAT
    given = {"matrix": cat.matrix, "pixels": cat.pixels, "bias": cat.bias, "label": 0, **wrong}
    with pytest.raises(ValueError, match=message):
        score_function(**given)  # type: ignore[arg-type]


def test_arguments_are_not_changed() -> None:
    parts = [np.array(p) for p in (LOSS_FIGURE.matrix, LOSS_FIGURE.pixels, LOSS_FIGURE.bias)]
    kept = [part.copy() for part in parts]
    sweep_scores(*parts, 2)
    for part, before in zip(parts, kept, strict=True):
        assert_array_equal(part, before)
