"""The score function against exact fractions, written-out sums and the printed figures."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.score_function import FOUR_PIXEL_CAT, LOSS_FIGURE, score_function


def test_the_four_pixel_cat() -> None:
    cat = FOUR_PIXEL_CAT
    result = score_function(cat.matrix, cat.pixels, cat.bias)
    assert result.products.tolist() == [
        [11.2, -115.5, 2.4, 4],
        [84, 300.3, 50.4, 0],
        [0, 57.75, 4.8, -0.6],
    ]
    assert result.matches.tolist() == [-97.9, 434.7, 61.95]
    assert result.scores.tolist() == [-96.8, 437.9, 60.75]


def test_the_figure_of_both_losses() -> None:
    figure = LOSS_FIGURE
    result = score_function(figure.matrix, figure.pixels, figure.bias)
    assert result.scores.tolist() == [-2.85, 0.86, 0.28]


def test_a_batch_of_any_size() -> None:
    rng = np.random.default_rng(2)
    matrix, images, bias = rng.normal(size=(5, 7)), rng.normal(size=(2, 3, 7)), rng.normal(size=5)
    result = score_function(matrix, images, bias)
    assert result.products.shape == (2, 3, 5, 7)
    assert result.matrix.shape == (2, 3, 5, 7)
    assert_allclose(result.scores, images @ matrix.T + bias, rtol=1e-12)


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
    result = score_function(matrix, list(map(float, image)), list(map(float, offset)))
    for i, row in enumerate(rows):
        added = [w * x for w, x in zip(row, image, strict=True)]
        assert result.products[i].tolist() == [float(part) for part in added]
        assert result.matches[i] == float(sum(added))
        assert result.scores[i] == float(sum(added) + offset[i])


def test_numbers_with_many_decimals_are_added_as_floats() -> None:
    rng = np.random.default_rng(1)
    matrix, image = rng.normal(size=(3, 4)), rng.normal(size=4)
    offset = rng.normal(size=3)
    result = score_function(matrix, image, offset)
    for i in range(3):
        naive = math.fsum([*(float(matrix[i, j] * image[j]) for j in range(4)), float(offset[i])])
        assert result.scores[i] == pytest.approx(naive, rel=1e-14, abs=1e-15)
    assert_allclose(result.products.sum(axis=1), result.matches, rtol=1e-14)


BAD = [
    ({"matrix": np.ones(4)}, r"matrix must have shape \(\.\.\., classes, pixels\), got \(4,\)"),
    ({"matrix": np.ones((4, 3))}, r"pixels must have shape \(\.\.\., 3\), got shape \(4,\)"),
    ({"pixels": [1, 2, 3]}, r"pixels must have shape \(\.\.\., 4\), got shape \(3,\)"),
    ({"bias": [0, 0]}, r"bias must have shape \(\.\.\., 3\), got shape \(2,\)"),
    ({"bias": [0, math.nan, 0]}, r"bias\[1\] must be finite, got nan"),
]


@pytest.mark.parametrize(("wrong", "message"), BAD)
def test_errors_name_the_argument(wrong: dict[str, object], message: str) -> None:
    cat = FOUR_PIXEL_CAT
    given = {"matrix": cat.matrix, "pixels": cat.pixels, "bias": cat.bias, **wrong}
    with pytest.raises(ValueError, match=message):
        score_function(**given)  # type: ignore[arg-type]


def test_arguments_are_not_changed() -> None:
    parts = [np.array(p) for p in (LOSS_FIGURE.matrix, LOSS_FIGURE.pixels, LOSS_FIGURE.bias)]
    kept = [part.copy() for part in parts]
    score_function(*parts)
    for part, before in zip(parts, kept, strict=True):
        assert_array_equal(part, before)
