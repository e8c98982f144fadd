"""Data sets against scikit-learn, the published code, and what defines each of them."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import datasets as reference

from core.learning import datasets
from core.learning.datasets import Dataset, digits, nine_points, split

GENERATED = ("blobs", "circles", "moons", "spiral", "xor")


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_spiral_is_the_case_study_s_code() -> None:
    N, K = 100, 3
    random = seeded(3)
    X, y = np.zeros((N * K, 2)), np.zeros(N * K, dtype="uint8")
    for j in range(K):
        ix = range(N * j, N * (j + 1))
        r = np.linspace(0.0, 1, N)
        t = np.linspace(j * 4, (j + 1) * 4, N) + random.standard_normal(N) * 0.2
        X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
        y[ix] = j
    data = datasets.spiral(rng=seeded(3))
    assert_allclose(data.points, X, rtol=1e-14)
    assert_array_equal(data.labels, y)


def test_moons_and_circles_are_scikit_learn_s() -> None:
    points, labels = reference.make_moons((30, 30), shuffle=False)
    ours = datasets.moons(30, rng=seeded(), noise=0)
    assert_allclose(ours.points, points - np.array([0.5, 0.25]), atol=1e-15)
    assert_array_equal(ours.labels, labels)
    points, labels = reference.make_circles((30, 30), shuffle=False, factor=0.3)
    ours = datasets.circles(30, rng=seeded(), noise=0, inner=0.3)
    assert_allclose(ours.points, points, atol=1e-15)
    assert_array_equal(ours.labels, labels)


def test_blobs_have_their_centres_and_their_spread() -> None:
    data = datasets.blobs(20_000, rng=seeded(), classes=5, noise=0.4)
    for number in range(5):
        angle = 2 * np.pi * number / 5
        cloud = data.points[data.labels == number]
        assert_allclose(cloud.mean(axis=0), [np.sin(angle), np.cos(angle)], atol=0.015)
        assert_allclose(cloud.std(axis=0), 0.4, atol=0.01)


def test_xor_is_the_sign_of_the_product() -> None:
    data = datasets.xor(500, rng=seeded(), noise=0)
    assert_array_equal(data.labels, data.points.prod(axis=1) > 0)
    quadrants = (data.points > 0) @ [1, 2]
    assert (np.bincount(quadrants) > 200).all()


def test_digits_are_scikit_learn_s() -> None:
    given_ = reference.load_digits()
    assert_array_equal(digits().points * 16, given_.data)
    assert_array_equal(digits().labels, given_.target)
    assert digits().points.max() == 1.0


def test_nine_points_are_those_of_the_demo() -> None:
    assert_array_equal(nine_points().points[[0, 4, 8]], [[0.5, 0.4], [-0.3, 0.7], [-0.4, -0.5]])
    assert_array_equal(nine_points().labels, [0, 0, 0, 1, 1, 1, 2, 2, 2])


@pytest.mark.parametrize("name", GENERATED)
@given(seed=st.integers(0, 2**32), samples=st.integers(2, 9))
def test_same_seed_same_points(name, seed, samples) -> None:
    make = getattr(datasets, name)
    first, again = make(samples, rng=seeded(seed)), make(samples, rng=seeded(seed))
    assert_array_equal(first.points, again.points)
    assert_array_equal(np.bincount(first.labels), np.full(first.classes, samples))
    assert not np.array_equal(first.points, make(samples, rng=seeded(seed + 1)).points)


@given(st.integers(0, 999), st.floats(0.05, 0.9))
def test_a_split_is_a_partition_with_the_part_of_each_class(seed, part) -> None:
    whole = datasets.blobs(20, rng=seeded(1), classes=4)
    parts = split(whole, rng=seeded(seed), held_out=part)
    both = np.concatenate([parts.train_indices, parts.held_out_indices])
    assert_array_equal(np.sort(both), np.arange(whole.size))
    assert_array_equal(np.bincount(parts.held_out.labels, minlength=4), round(20 * part))
    assert_array_equal(parts.train.points, whole.points[parts.train_indices])
    assert_array_equal(parts.held_out.labels, whole.labels[parts.held_out_indices])


def test_a_split_leaves_something_to_learn_from_in_each_class() -> None:
    data = Dataset(("A", "B", "C"), np.arange(10.0).reshape(5, 2), [0, 1, 1, 1, 1])
    parts = split(data, rng=seeded(), held_out=0.9)
    assert_array_equal(np.bincount(parts.train.labels), [1, 1])
    drawn = {tuple(split(data, rng=seeded(k)).held_out_indices) for k in range(30)}
    assert drawn == {(1,), (2,), (3,), (4,)}


def test_arrays_are_read_only_copies() -> None:
    points, labels = np.zeros((2, 2)), np.array([0, 1])
    data = Dataset(("A", "B"), points, labels)
    points[0], labels[0] = 5.0, 1
    assert_array_equal(data.points[0], 0.0)
    assert data.labels[0] == 0
    for array in (data.points, data.labels, digits().points):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"names must be .* at least two classes, got \('A',\)"):
        Dataset(("A",), [[0.0]], [0])
    with pytest.raises(ValueError, match=r"points must have shape \(samples, features\), got .*2,"):
        Dataset(("A", "B"), [0.0, 1.0], [0, 1])
    with pytest.raises(ValueError, match=r"points\[1, 0\] must be finite, got nan"):
        Dataset(("A", "B"), [[0.0], [np.nan]], [0, 1])
    with pytest.raises(ValueError, match=r"labels\[1\] must be a label from 0 to 1, got 2"):
        Dataset(("A", "B"), [[0.0], [1.0]], [0, 2])
    with pytest.raises(ValueError, match=r"held_out must be large enough .* of 9, got 0.01"):
        split(nine_points(), rng=seeded(), held_out=0.01)
    for name in GENERATED:
        make = getattr(datasets, name)
        with pytest.raises(ValueError, match="samples must be a whole number, at least 1, got 0"):
            make(0, rng=seeded())
        with pytest.raises(ValueError, match=r"noise must be .* at least 0, got -1"):
            make(rng=seeded(), noise=-1)
        if "classes" in inspect.signature(make).parameters:
            with pytest.raises(ValueError, match="at least 2 and at most 10, got 11"):
                make(rng=seeded(), classes=11)
