"""Drawings against hand-counted blocks, a naive reference, and the digits themselves."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.learning.datasets import digits, split
from core.learning.history import Recipe
from core.learning.models import TwoLayerNet
from core.learning.training import Training
from pages.two_layer_network.digits.drawn_digits import drawn_digit


def framed(drawing, *, above=0, left=0, below=0, right=0):
    return np.pad(drawing, ((above, below), (left, right)))


def counts_of(rows):
    """Each row of the eight, as often as it says."""
    return np.concatenate([np.tile(row, (times, 1)) for times, row in rows])


def naive_counts(drawing):
    """The same steps, pixel by pixel, with plain numbers."""
    ink = [(r, c) for r, row in enumerate(drawing) for c, value in enumerate(row) if value]
    top, left = min(r for r, _ in ink), min(c for _, c in ink)
    height = max(r for r, _ in ink) - top + 1
    width = max(c for _, c in ink) - left + 1
    page = {
        (r, c + 6)
        for r in range(32)
        for c in range(20)
        if drawing[top + int((r + 0.5) * height / 32)][left + int((c + 0.5) * width / 20)]
    }

    def around(r, c):
        return [(r, c), (r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]

    everywhere = [(r, c) for r in range(32) for c in range(32)]
    amount = len(page)
    for _ in range((amount < 256) + (amount < 108)):
        page = {pixel for pixel in everywhere if any(p in page for p in around(*pixel))}
    for _ in range((amount > 412) + (amount > 560)):
        page = {pixel for pixel in everywhere if all(p in page for p in around(*pixel))}
    first, last = min(r for r, _ in page), max(r for r, _ in page)
    high = [c for r, c in page if r == first + 2]
    low = [c for r, c in page if r == last - 2]
    if last - first >= 5 and high and low:
        slope = (min(high) - min(low)) / (last - 2 - first - 2)
        moved = set()
        for r, c in page:
            shift = slope * (r - 16)
            moved.add((r, c + (int(shift + 0.5) if shift >= 0 else -int(0.5 - shift))))
        page = moved
    counts = np.zeros((8, 8), dtype=int)
    for r, c in page:
        if 0 <= c < 32:
            counts[r // 4, c // 4] += 1
    return counts


def test_an_upright_line_becomes_a_block_as_in_the_data():
    """20 x 32 pixels, more than 560: eroded twice, which leaves 16 x 28."""
    line = framed(np.ones((50, 3)), above=7, left=30, below=2, right=11)
    half, whole = [0, 0, 8, 8, 8, 8, 0, 0], [0, 0, 16, 16, 16, 16, 0, 0]
    assert_array_equal(drawn_digit(line).counts, counts_of([(1, half), (6, whole), (1, half)]))


def test_a_fine_cross_is_made_bolder():
    """A cross of two lines one pixel wide: 51 pixels, so dilated twice to five pixels' width."""
    cross = np.zeros((32, 20))
    cross[:, 10] = cross[16, :] = 1
    # The lines are column 16 and row 16 of the bitmap; what is within two steps becomes ink.
    counts = drawn_digit(cross).counts
    assert counts[0].tolist() == counts[7].tolist() == [0, 0, 0, 8, 12, 0, 0, 0]
    assert counts[4].tolist() == [0, 9, 12, 14, 15, 12, 9, 0]
    assert counts[3].tolist() == [0, 5, 8, 12, 14, 8, 5, 0]


def test_a_slanted_line_is_set_upright():
    """Two halves, ten columns apart: each row shifts by 10 / 27 a row from the middle."""
    line = np.zeros((32, 20))
    line[:16, 10:] = line[16:, :10] = 1
    bitmap = drawn_digit(line).bitmap
    lefts = bitmap.argmax(axis=1)
    assert lefts[[0, 2, 15]].tolist() == [16 - 6, 16 - 5, 16]
    assert lefts[[16, 29, 31]].tolist() == [6, 6 + 5, 6 + 6]
    assert bitmap.sum() == 320


def test_a_circle_has_the_area_of_its_ring_in_each_block():
    size, outer, inner = 201, 100.0, 66.0
    down, across = np.mgrid[:size, :size] - 100.0
    circle = (down**2 + across**2 <= outer**2) & (down**2 + across**2 >= inner**2)
    fine = 16
    y, x = (np.mgrid[: 32 * fine, : 32 * fine] + 0.5) / fine - 16.0
    radius = np.hypot(y / 16, x / 10)
    ring = (radius <= 1.0) & (radius >= inner / outer)
    areas = ring.reshape(8, 4 * fine, 8, 4 * fine).mean(axis=(1, 3)) * 16
    counts = drawn_digit(circle).counts
    assert np.abs(counts - areas).max() <= 1.5
    assert_array_equal(counts, counts[::-1])
    assert_array_equal(counts, counts[:, ::-1])
    assert counts[3:5, 3:5].sum() == 0


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    shape=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    density=st.sampled_from([0.02, 0.15, 0.5, 0.8, 1.0]),
)
def test_counts_are_those_of_the_naive_reference(seed, shape, density):
    drawing = np.random.default_rng(seed).random(shape) < density
    drawing[0, 0] = True
    assert_array_equal(drawn_digit(drawing).counts, naive_counts(drawing))


@given(
    seed=st.integers(0, 2**32),
    times=st.integers(1, 5),
    margins=st.tuples(*[st.integers(0, 9)] * 4),
)
def test_place_and_size_of_a_drawing_do_not_matter(seed, times, margins):
    drawing = np.random.default_rng(seed).random((13, 9)) < 0.4
    drawing[0, 0] = True
    above, left, below, right = margins
    larger = np.kron(drawing, np.ones((times, times)))
    moved = framed(larger, above=above, left=left, below=below, right=right)
    assert_array_equal(drawn_digit(moved).counts, drawn_digit(drawing).counts)


def test_the_ink_of_a_drawing_can_have_any_value_and_is_not_changed():
    drawing = np.zeros((20, 20), np.uint8)
    drawing[3:15, 4:7] = 255
    given_ = drawing.copy()
    digit = drawn_digit(drawing)
    assert_array_equal(digit.counts, drawn_digit(drawing > 0).counts)
    assert_array_equal(drawing, given_)
    assert_array_equal(digit.pixels * 16, digit.counts.ravel())
    assert not digit.counts.flags.writeable


def test_ink_with_paper_beside_every_pixel_is_not_eroded_away():
    rows, columns = np.indices((32, 20))
    sieve = (rows + 2 * columns) % 5 != 0
    assert sieve.sum() > 412
    assert drawn_digit(sieve).counts.sum() == sieve.sum()


@pytest.mark.parametrize(
    ("drawing", "told"),
    [
        (np.zeros((3, 4)), "drawing must have ink, got none in shape (3, 4)"),
        (np.zeros((0, 4)), "drawing must have ink, got none in shape (0, 4)"),
        ([1, 0], "drawing must have shape (rows, columns), got shape (2,)"),
        ([["a"]], "drawing must be a bitmap of numbers, got dtype <U1"),
    ],
)
def test_what_is_not_a_drawing_is_refused(drawing, told):
    with pytest.raises(ValueError) as caught:
        drawn_digit(drawing)
    assert str(caught.value) == told


# ---- against the digits themselves ---------------------------------------------------------------


@cache
def trained_net():
    rng = np.random.default_rng(0)
    train = split(digits(), rng=rng).train
    start = TwoLayerNet.initial(64, 64, 10, rng=rng)
    recipe = Recipe(learning_rate=0.005, optimizer="adam", batch_size=32)
    training = Training(start, train, recipe, rng=rng, record_every=860)
    for _ in training.advance(860):
        pass
    return training.model


def a_bitmap_of(counts):
    """One of the bitmaps with these counts: the ink is where the image between them is darkest."""
    places = np.clip((np.arange(32) + 0.5) / 4 - 0.5, 0, 7)
    rows = [np.interp(places, range(8), row) for row in counts]
    smooth = np.array([np.interp(places, range(8), column) for column in np.transpose(rows)]).T
    blocks = smooth.reshape(8, 4, 8, 4).transpose(0, 2, 1, 3).reshape(8, 8, 16)
    ranks = np.argsort(np.argsort(-blocks, axis=-1, kind="stable"), axis=-1)
    ink = ranks < counts[:, :, None]
    return ink.reshape(8, 8, 4, 4).transpose(0, 2, 1, 3).reshape(32, 32)


def test_the_digits_themselves_come_out_as_they_went_in():
    chosen = digits().taken(range(0, 1797, 6))
    images = (chosen.points * 16).round().astype(int).reshape(-1, 8, 8)
    bitmaps = [a_bitmap_of(image) for image in images]
    assert all(
        (bitmap.reshape(8, 4, 8, 4).sum(axis=(1, 3)) == image).all()
        for bitmap, image in zip(bitmaps, images, strict=True)
    )
    drawn = [drawn_digit(np.kron(framed(b, left=5, above=3), np.ones((2, 2)))) for b in bitmaps]
    difference = np.mean([np.abs(d.counts - image) for d, image in zip(drawn, images, strict=True)])
    net, pixels = trained_net(), np.array([digit.pixels for digit in drawn])
    assert difference < 1.4
    assert np.mean(net.predictions(pixels) == net.predictions(chosen.points)) > 0.93


def test_the_digits_were_set_upright_as_drawings_are():
    """What reveals the shear: in nearly every digit both ends of the left edge are in line."""
    images = (digits().points * 16).reshape(-1, 8, 8)
    ends = images[:, [0, 7]]
    first = (ends >= 2).argmax(axis=2)
    lefts = 4 * first + 4 - np.take_along_axis(ends, first[:, :, None], axis=2)[:, :, 0] / 4
    assert np.mean(np.abs(lefts[:, 0] - lefts[:, 1]) <= 1.5) > 0.93


def pen_line(points, size=64, radius=3.0, scale=0.7):
    """Ink within a radius of a line through points of the unit square, (0, 0) being top left."""
    ends = (np.asarray(points) * scale + (1 - scale) / 2) * size
    along = np.linspace(0, len(ends) - 1, 40 * len(ends))
    path = np.stack([np.interp(along, range(len(ends)), ends[:, axis]) for axis in (0, 1)], axis=1)
    down, across = np.mgrid[:size, :size] + 0.5
    gaps = np.hypot(across[..., None] - path[:, 0], down[..., None] - path[:, 1])
    return gaps.min(axis=-1) <= radius


def arc(x, y, across, down, start, end):
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + across * np.cos(a), y + down * np.sin(a)) for a in angles]


STROKES = {
    0: [arc(0.5, 0.5, 0.28, 0.42, -90, 270)],
    1: [[(0.58, 0.08), (0.44, 0.92)]],
    2: [[*arc(0.5, 0.3, 0.25, 0.22, 180, 380), (0.28, 0.92), (0.78, 0.92)]],
    3: [[*arc(0.46, 0.3, 0.24, 0.2, 200, 450), *arc(0.46, 0.7, 0.27, 0.21, 270, 510)]],
    4: [[(0.55, 0.08), (0.22, 0.6), (0.8, 0.6)], [(0.62, 0.35), (0.6, 0.92)]],
    5: [[(0.75, 0.1), (0.33, 0.1), (0.3, 0.45), *arc(0.47, 0.66, 0.27, 0.24, 230, 510)]],
    6: [[(0.66, 0.08), (0.4, 0.35), *arc(0.5, 0.68, 0.24, 0.24, 200, 560)]],
    7: [[(0.22, 0.1), (0.78, 0.1), (0.42, 0.92)]],
    8: [arc(0.5, 0.3, 0.2, 0.2, 90, 450) + arc(0.5, 0.7, 0.25, 0.22, -90, 270)],
    9: [[*arc(0.5, 0.3, 0.25, 0.22, 0, 360), (0.75, 0.7), *arc(0.5, 0.7, 0.25, 0.22, 0, 150)]],
}


def test_a_network_reads_most_drawn_digits():
    drawn = [
        drawn_digit(np.any([pen_line(stroke, scale=scale) for stroke in strokes], axis=0)).pixels
        for scale in (0.5, 0.7, 0.9)
        for strokes in STROKES.values()
    ]
    predictions = trained_net().predictions(drawn).reshape(3, 10)
    assert ((predictions == np.arange(10)).sum(axis=1) >= [9, 9, 8]).all(), predictions
