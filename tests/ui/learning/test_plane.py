"""The plane: pixels, lines and arrows against the formulas they stand for, point by point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.datasets import blobs, circles, moons, nine_points, published_spiral
from core.learning.snapshots import stacked_scores
from core.losses.activations import softmax
from pages.ui.learning.plane import (
    Box,
    arrow_scale,
    class_borders,
    decision_levels,
    square_box,
    weight_arrows,
    zero_lines,
)

numbers = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))
UNIT = Box((0.0, 0.0), 1.0)


def test_boxes_of_the_data_sets() -> None:
    rng = np.random.default_rng(0)
    for data, reach in (
        (nine_points(), 1.0),
        (published_spiral(), 1.0),
        (moons(rng=rng), 2.0),
        (circles(rng=rng), 1.5),
        (blobs(rng=rng), 2.0),
    ):
        assert square_box(data.points) == Box((0.0, 0.0), reach)
    assert square_box([[0.0, 0.0]]).reach == 1.0
    assert square_box([[300.0, 0.2]]) == Box((0.0, 0.0), 300.0)
    assert square_box([[1e-5, 2e-5]]).reach == 2e-5
    far = square_box([[100.0, 7.0], [101.0, 8.0]])
    assert far.reach <= 2
    assert far.center == (100.5, 7.5)


@given(hnp.arrays(float, st.tuples(st.integers(1, 6), st.just(2)), elements=numbers))
def test_a_box_holds_its_points_and_holds_still(points) -> None:
    box = square_box(points)
    left, right, bottom, top = box.extent
    assert right - left == pytest.approx(top - bottom)
    assert (np.array(box.least) <= points).all()
    assert (points <= np.array(box.most)).all()
    assert left < box.least[0]
    assert box.most[1] < top
    # Another point anywhere among the others changes nothing.
    assert square_box(np.vstack([points, points.mean(axis=0)])) == box


def test_pixels_are_centres_first_row_on_top() -> None:
    box = Box((1.0, 2.0), 3.0)
    left, right, bottom, top = box.extent
    pixels = box.pixels(4).reshape(4, 4, 2)
    side = (right - left) / 4
    for row in range(4):
        for column in range(4):
            expected = (left + (column + 0.5) * side, top - (row + 0.5) * side)
            assert_allclose(pixels[row, column], expected)
    assert bottom == pytest.approx(pixels[3, 0, 1] - side / 2)


@given(
    hnp.arrays(float, (3, 5, 4), elements=st.floats(-30, 30).map(lambda x: round(x, 1))),
    st.sampled_from([0.0, 0.5, 2.0]),
)
def test_levels_pixel_by_pixel(scores, margin) -> None:
    levels = 16
    by_probability = decision_levels(scores, levels=levels, certainty="probability")
    by_margin = decision_levels(scores, levels=levels, certainty="margin", margin=margin)
    for place in np.ndindex(3, 5):
        row = scores[place]
        winner = row.argmax()
        ranked = np.sort(row)
        lead = ranked[-1] - ranked[-2]
        sureness = (softmax(row).max() - 0.25) / 0.75
        for shown, sure in (
            (by_probability, sureness),
            (by_margin, lead / margin if margin else float(lead > 0)),
        ):
            class_shown, grade = divmod(int(shown[place]), levels)
            assert class_shown == winner
            assert grade == pytest.approx(min(levels - 1, np.floor(sure * levels)), abs=1e-9) or (
                abs(sure * levels - round(sure * levels)) < 1e-9
            )


def test_levels_of_a_run_are_those_of_its_steps() -> None:
    rng = np.random.default_rng(0)
    parameters = {"W1": rng.normal(size=(50, 2, 3)), "b1": rng.normal(size=(50, 3))}
    scores = stacked_scores(parameters, UNIT.pixels(40), dtype=np.float32)
    whole = decision_levels(scores, certainty="margin")
    assert whole.shape == (50, 1600)
    assert whole.dtype == np.uint8
    for step in (0, 17, 49):
        assert_array_equal(decision_levels(scores[step], certainty="margin"), whole[step])


def test_extreme_scores_are_sure() -> None:
    scores = np.array([[np.inf, 0.0], [3e38, -3e38], [-3e38, 3e38]], np.float32)
    for certainty in ("probability", "margin"):
        shown = decision_levels(scores, levels=4, certainty=certainty)
        assert_array_equal(shown, [3, 3, 7])


def test_more_colours_than_a_byte_holds() -> None:
    with pytest.raises(
        ValueError, match="levels must be a whole number, at least 1 and at most 25"
    ):
        decision_levels(np.zeros((1, 10)), levels=26, certainty="margin")


@given(
    hnp.arrays(float, (2, 3), elements=numbers),
    hnp.arrays(float, 3, elements=numbers),
    st.sampled_from([UNIT, Box((2.0, -1.0), 5.0)]),
)
def test_zero_lines_are_where_the_score_is_zero(W, b, box) -> None:
    lines = zero_lines(W, b, box)
    assert lines.shape == (3, 2, 2)
    left, right, bottom, top = box.extent
    corners = np.array([[left, bottom], [left, top], [right, bottom], [right, top]])
    for unit in range(3):
        w = W[:, unit]
        at_corners = corners @ w + b[unit]
        size = np.abs(w).sum() * (np.abs(corners).max() + box.half) + abs(b[unit])
        # A line that only grazes a corner may be seen or not.
        assume(np.abs(at_corners).min() > 1e-9 * size or not w.any())
        ends = lines[unit]
        crosses = at_corners.min() < 0 < at_corners.max()
        assert crosses == np.isfinite(ends).all()
        assert crosses != np.isnan(ends).all()
        if not crosses:
            continue
        assert_allclose(ends @ w + b[unit], 0, atol=1e-9 * size)
        # Both ends lie on the edge, and the first is to the left of w.
        on_edge = np.isclose(np.abs(ends - box.center).max(axis=1), box.half)
        assert on_edge.all()
        along = ends[0] - ends[1]
        assert w[0] * along[1] - w[1] * along[0] > 0


def test_zero_lines_of_extreme_weights() -> None:
    W = np.array([[1e200, 1e-200, 0.0, 1e-9], [1e200, -1e-200, 0.0, 0.0]])
    lines = zero_lines(W, [0.0, 0.0, 0.0, 1.0], UNIT)
    assert_allclose(lines[0], [[-1.1, 1.1], [1.1, -1.1]])
    assert_allclose(lines[1], [[1.1, 1.1], [-1.1, -1.1]])
    assert np.isnan(lines[2:]).all()


def test_zero_lines_of_every_step() -> None:
    rng = np.random.default_rng(1)
    W, b = rng.normal(size=(6, 2, 4)), rng.normal(size=(6, 4))
    lines = zero_lines(W, b, UNIT)
    for step in range(6):
        assert_array_equal(lines[step], zero_lines(W[step], b[step], UNIT))


def test_borders_are_where_two_classes_tie_above_all_others() -> None:
    rng = np.random.default_rng(5)
    pairs = list(zip(*np.triu_indices(4, 1), strict=True))
    seen = set()
    for _ in range(50):
        W, b = rng.normal(size=(2, 4)), rng.normal(size=4)
        borders = class_borders(W, b, UNIT)
        for pair, (start, end) in zip(pairs, borders, strict=True):
            if np.isnan(start).any():
                continue
            for share in (0.01, 0.5, 0.99):
                scores = (start + share * (end - start)) @ W + b
                assert set(np.argsort(scores)[-2:]) == set(pair)
                assert_allclose(*scores[list(pair)], atol=1e-12)
            seen.add(pair)
        # Whoever walks through the plane meets every border, and no other.
        x, y = np.meshgrid(np.linspace(-1.1, 1.1, 200), np.linspace(-1.1, 1.1, 200))
        best = np.argmax(np.stack([x, y], axis=-1) @ W + b, axis=-1)
        across = zip(best[:, :-1].ravel(), best[:, 1:].ravel(), strict=True)
        changes = {tuple(sorted(step)) for step in across if step[0] != step[1]}
        drawn = {pair for pair, ends in zip(pairs, borders, strict=True) if np.isfinite(ends).all()}
        steep = {
            pair for pair in drawn - changes if np.ptp(borders[pairs.index(pair), :, 1]) < 0.02
        }
        assert changes - drawn == set()
        assert drawn - changes == steep
    assert len(seen) == len(pairs)


def test_borders_of_every_step() -> None:
    rng = np.random.default_rng(1)
    W, b = rng.normal(size=(6, 2, 4)), rng.normal(size=(6, 4))
    for step, borders in enumerate(class_borders(W, b, UNIT)):
        assert_array_equal(borders, class_borders(W[step], b[step], UNIT))


def test_no_border_between_equal_classes_or_beyond_the_box() -> None:
    assert np.isnan(class_borders(np.zeros((2, 3)), np.zeros(3), UNIT)).all()
    assert np.isnan(class_borders([[1.0, -1.0], [0.0, 0.0]], [9.0, 0.0], UNIT)).all()


@given(hnp.arrays(float, (2, 3), elements=numbers), st.sampled_from([0.5, 1.0, 10.0]))
def test_arrows_point_to_higher_scores_and_fit(W, reach) -> None:
    box = Box((0.0, 0.0), reach)
    assume(np.hypot(*W).max() > 0)
    scale = arrow_scale(W, box)
    longest = scale * np.hypot(*W).max()
    assert 0.4 * 0.45 * box.half <= longest <= 0.45 * box.half
    arrows = weight_arrows(W, zero_lines(W, np.zeros(3), box), scale)
    for unit in range(3):
        w = W[:, unit]
        if not w.any():
            assert np.isnan(arrows[unit]).all()
            continue
        tail, tip = arrows[unit]
        assert_allclose(tail @ w, 0, atol=1e-9 * reach * np.abs(w).sum())
        assert_allclose(tip - tail, scale * w, atol=1e-12 * reach)
        assert tip @ w > tail @ w


def test_no_weights_no_arrows() -> None:
    assert arrow_scale(np.zeros((2, 3)), UNIT) == 1.0
