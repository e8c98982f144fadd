"""Mass that is moved among the classes of a target, and the smoothing that a target is read as."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.targets import one_hot, smooth
from pages.cross_entropy.target_mass import MASS_GRID, move_mass, smoothing_of


@st.composite
def distributions(draw):
    """Distributions, with classes of no mass at all and of next to none."""
    size = draw(st.integers(2, 8))
    parts = st.one_of(st.just(0.0), st.floats(1e-30, 1.0), st.sampled_from([0.1, 0.5, 1.0]))
    weights = np.array(draw(st.lists(parts, min_size=size, max_size=size)))
    weights[draw(st.integers(0, size - 1))] += 0.5
    return weights / weights.sum()


def naive_move(target, index, mass):
    """Class by class, as one would do it by hand."""
    rest = sum(t for j, t in enumerate(target) if j != index)
    moved = []
    for j, t in enumerate(target):
        if j == index:
            moved.append(mass)
        elif rest > 0:
            moved.append(t * (1 - mass) / rest)
        else:
            moved.append((1 - mass) / (len(target) - 1))
    return moved


@given(st.integers(2, 10), st.integers(0, 9), st.integers(0, 100))
def test_smoothing_is_found_again(classes, label, percent) -> None:
    label %= classes
    smoothed = smooth(one_hot(label, classes), percent / 100)
    assert smoothing_of(smoothed, label) == percent / 100
    if 0 < percent < 100:
        assert smoothing_of(smoothed, (label + 1) % classes) is None


@pytest.mark.parametrize("target", [[0.1, 0.7, 0.2], [0.5, 0.0, 0.5], [0.0, 1.0, 0.0]])
def test_no_smoothing_makes_it(target) -> None:
    assert smoothing_of(np.array(target), 0) is None


@given(distributions(), st.integers(0, 7), st.integers(0, 100))
def test_moved_mass_is_shared_as_before(target, index, percent) -> None:
    index, mass = index % target.size, percent / 100
    moved = move_mass(target, index, mass)
    assert moved[index] == mass
    np.testing.assert_allclose(moved, naive_move(target, index, mass), rtol=1e-13, atol=0)
    assert moved.sum() == pytest.approx(1.0, abs=1e-15)
    assert moved.min() >= 0


def test_mass_comes_back_in_equal_parts_where_none_was() -> None:
    assert move_mass([0, 0, 1, 0], 2, 0.4).tolist() == pytest.approx([0.2, 0.2, 0.4, 0.2])
    assert move_mass([0.0, 1.0], 0, 0.25).tolist() == [0.25, 0.75]


def test_moved_mass_is_broadcast() -> None:
    target = [0.5, 0.3, 0.2]
    table = move_mass(target, [[0], [1], [2]], [0.0, 0.5, 1.0, 0.125])
    assert table.shape == (3, 4, 3)
    for index in range(3):
        for row, mass in enumerate([0.0, 0.5, 1.0, 0.125]):
            assert table[index, row].tolist() == move_mass(target, index, mass).tolist()


def test_moving_leaves_its_input_alone() -> None:
    target = np.array([0.5, 0.5, 0.0])
    move_mass(target, 0, 0.1)
    assert target.tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize(
    ("mass", "message"),
    [
        ([0.0, 1.01], "mass[1] must be from 0 to 1, got 1.01 (mass of shape (2,))"),
        (-0.01, "mass must be from 0 to 1, got -0.01 (mass of shape ())"),
        (np.nan, "mass must be from 0 to 1, got nan (mass of shape ())"),
    ],
)
def test_a_mass_is_from_0_to_1(mass, message) -> None:
    with pytest.raises(ValueError) as error:
        move_mass([0.5, 0.5], 0, mass)
    assert str(error.value) == message


def test_the_grid_is_of_hundredths() -> None:
    assert tuple(percent / 100 for percent in range(101)) == MASS_GRID
