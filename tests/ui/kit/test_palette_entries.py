"""Numbers as entries of a palette."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.kit.palette_entries import ZERO_LEVEL, diverging_levels, ink_levels, tiled

numbers = st.floats(-1e6, 1e6)


def test_the_middle_is_zero_and_the_ends_are_the_limit() -> None:
    assert diverging_levels([-3.0, -1.5, 0.0, 1.5, 3.0], 3.0).tolist() == [0, 63, 127, 191, 254]
    assert diverging_levels([-30.0, 30.0], 3.0).tolist() == [0, 254]
    assert diverging_levels([[1.0], [-1.0]], 0.0).tolist() == [[ZERO_LEVEL]] * 2


@given(st.lists(numbers, min_size=1), st.floats(1e-3, 1e6))
def test_a_number_and_its_negative_are_equally_strong(values: list[float], limit: float) -> None:
    levels = diverging_levels(values, limit).astype(int)
    opposite = diverging_levels(np.negative(values), limit).astype(int)
    assert (levels + opposite == 2 * ZERO_LEVEL).all()


@given(st.lists(numbers, min_size=2), st.floats(1e-3, 1e6))
def test_larger_numbers_never_stand_lower(values: list[float], limit: float) -> None:
    assert (np.diff(diverging_levels(np.sort(values), limit).astype(int)) >= 0).all()


def test_ink_from_paper_to_full() -> None:
    assert ink_levels(np.arange(17) / 16).tolist() == list(range(17))
    assert ink_levels([-1.0, 0.4, 2.0], levels=2).tolist() == [0, 0, 1]


@pytest.mark.parametrize("levels", [1, 257])
def test_a_palette_has_2_to_256_entries(levels: int) -> None:
    with pytest.raises(ValueError, match="levels"):
        ink_levels([0.5], levels)


@pytest.mark.parametrize("call", [lambda x: diverging_levels(x, 1.0), ink_levels])
def test_what_is_not_finite_has_no_colour(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="finite"):
        call([0.0, np.nan])


def test_a_limit_is_not_negative() -> None:
    with pytest.raises(ValueError, match="limit"):
        diverging_levels([1.0], -1.0)


@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 4), st.integers(1, 4))
def test_tiles_stand_row_by_row(count: int, across: int, height: int, width: int) -> None:
    images = np.random.default_rng(0).integers(0, 9, (3, count, height, width)).astype(np.uint8)
    whole = tiled(images, across, fill=99)
    down = -(-count // across)
    assert whole.shape == (3, down * (height + 1) - 1, across * (width + 1) - 1)
    for index in range(count):
        top, left = index // across * (height + 1), index % across * (width + 1)
        tile = whole[:, top : top + height, left : left + width]
        assert (tile == images[:, index]).all()
    assert (whole == 99).sum() == whole.size - images.size
    assert whole.dtype == np.uint8
