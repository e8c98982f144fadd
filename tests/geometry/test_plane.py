"""The plane of score differences and the simplex, against the losses of the core."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.activations import softmax
from core.losses.comparison import compare_losses
from pages.geometry import STEPS, VARIANTS
from pages.geometry.plane import (
    MARGIN,
    POINT,
    PROBABILITIES,
    SIMPLEX_STEP,
    STEP,
    Standing,
    difference_axis,
    differences,
    differences_at,
    from_differences,
    point_numbers,
    sweep_plane,
)
from pages.geometry.simplex import (
    CORNERS,
    OTHERS,
    kite,
    likelihood_lines,
    place_of,
    probabilities_at,
)
from pages.ui.kit.scores import LABEL

CAT = [3.2, 5.1, -1.7]
labels = st.integers(0, 2)
apart = st.tuples(*[st.integers(-600, 600)] * 2).map(lambda pair: np.array(pair) / 100)


@given(apart, labels, st.integers(0, 30).map(lambda m: m / 10), st.sampled_from(VARIANTS))
def test_a_point_has_the_losses_of_its_scores(d, label, margin, variant):
    scores = np.round(from_differences(d, label) + 3.2, 9)
    at = point_numbers(
        from_differences(d, label), np.array(label), np.array(margin), variant, rate=0.5
    )
    expected = compare_losses(scores, label, margin=margin, variant=variant)
    assert at.cross_entropy == pytest.approx(float(expected.cross_entropy), rel=1e-12)
    assert at.hinge == pytest.approx(float(expected.hinge), abs=1e-9)
    assert (at.hinge == 0) == (expected.hinge == 0)
    np.testing.assert_array_equal(at.hinge_gradient, expected.hinge_gradient)
    np.testing.assert_allclose(
        at.cross_entropy_gradient, expected.cross_entropy_gradient, atol=1e-14
    )
    np.testing.assert_allclose(at.probabilities, expected.probabilities, rtol=1e-12)
    np.testing.assert_allclose(at.differences, d)
    np.testing.assert_allclose(at.place, place_of(expected.probabilities))
    for step, place, gradient in (
        (at.softmax_step, at.softmax_place, expected.cross_entropy_gradient),
        (at.svm_step, at.svm_place, expected.hinge_gradient),
    ):
        after = scores - 0.5 * gradient
        np.testing.assert_allclose(step, after[OTHERS[label]] - after[label], atol=1e-9)
        np.testing.assert_allclose(place, place_of(softmax(after)), atol=1e-9)


def test_where_the_svm_is_satisfied_is_the_kite():
    rng = np.random.default_rng(0)
    p = rng.dirichlet([1, 1, 1], size=4000)
    for label in range(3):
        for margin in (0.0, 0.5, 1.0, 3.0):
            corners = place_of(kite(label, margin))
            after = np.roll(corners, -1, axis=0)
            way = place_of(p)[:, None] - corners
            edge = after - corners
            side = edge[:, 0] * way[..., 1] - edge[:, 1] * way[..., 0]
            is_inside = (side >= 0).all(axis=1) | (side <= 0).all(axis=1)
            loss = compare_losses(np.log(p), np.full(len(p), label), margin=margin).hinge
            np.testing.assert_array_equal(is_inside, loss == 0)


def test_the_inner_tip_with_margin_one_is_at_0576():
    tip = kite(0, 1.0)[2]
    assert tip.tolist() == pytest.approx([0.576117, 0.211942, 0.211942], abs=1e-6)
    assert tip[0] == 1 / (1 + 2 * np.exp(-1))
    np.testing.assert_allclose(kite(2, 0.0)[2], 1 / 3)


def test_level_lines_of_the_likelihood_have_its_loss():
    lines = likelihood_lines([0, 1, 2], [0.25, 1.0, 3.0])
    assert lines.shape == (3, 3, 2, 3)
    for label in range(3):
        np.testing.assert_allclose(
            -np.log(lines[label, ..., label]), np.array([0.25, 1.0, 3.0])[:, None].repeat(2, 1)
        )
    assert (lines.min(axis=-1) == 0).all()  # both ends lie on a side


def test_places_and_probabilities():
    np.testing.assert_array_equal(place_of(np.eye(3)), CORNERS)
    p = np.random.default_rng(0).dirichlet([1, 1, 1], size=50)
    np.testing.assert_allclose(probabilities_at(place_of(p)), p)


def test_differences_are_decimals_and_the_axis_has_room():
    assert differences(CAT, 0).tolist() == [1.9, -4.9]
    assert differences(CAT, 2).tolist() == [4.9, 6.8]
    limits = [difference_axis([value]).limit for value in (0, 6, 6.1, 12, 13, 31, 1e6)]
    assert limits == [6, 6, 12, 12, 30, 60, 1.2e6]
    assert difference_axis([13]).decimals == 1
    assert difference_axis([61.0]).step == 2


def test_the_plane_has_at_least_121_steps_each_way_and_the_simplex_as_many():
    sweeps = sweep_plane(CAT, 0)
    assert len(sweeps.by[POINT].point.hinge) == 121 * 121
    assert sweeps.cells.size == 121 * 121
    within = sweeps.by[PROBABILITIES].point
    assert len(within.hinge) == sweeps.cells.max() + 1 < 7400
    grid = sweeps.by[POINT].point.differences.reshape(121, 121, 2)
    line = np.round(np.arange(121) * 0.1 - 6, 1)
    np.testing.assert_array_equal(grid[..., 0], line[:, None].repeat(121, 1))
    np.testing.assert_array_equal(grid[..., 1], line[None].repeat(121, 0))


def test_every_place_of_the_simplexs_grid_has_the_cell_that_is_near():
    sweeps = sweep_plane(CAT, 1)
    within = sweeps.by[PROBABILITIES].point
    stands = within.place[sweeps.cells].reshape(121, 121, 2)
    line = np.arange(121) * SIMPLEX_STEP
    hand = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    inside = (probabilities_at(hand) > 0.03).all(axis=-1)
    assert np.abs(stands - hand)[inside].max() < 0.005
    assert (within.probabilities > 0.001).all()
    # Out of the triangle the point goes on along its side.
    across = np.abs(stands[..., 0] - hand[..., 0])
    assert across.max() < 0.03
    np.testing.assert_allclose(
        within.differences, differences_at(within.place, 1, 6.0), atol=1.1e-3
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_runs_follow_the_gradients_of_the_core(variant):
    sweeps = sweep_plane(CAT, 0, variant=variant, rate=0.5, step=3)
    soft = svm = np.array(CAT)
    for step in range(STEPS + 1):
        paths = sweeps.now.paths
        for run, taken, loss, name in (
            (soft, paths.softmax, paths.softmax_losses, "cross_entropy"),
            (svm, paths.svm, paths.svm_losses, "hinge"),
        ):
            np.testing.assert_allclose(taken[step], run[1:] - run[0], atol=1e-9)
            both = compare_losses(np.round(run, 9), 0, variant=variant)
            assert loss[step] == pytest.approx(float(getattr(both, name)), abs=1e-8)
        soft = soft - 0.5 * compare_losses(soft, 0).cross_entropy_gradient
        svm = np.round(svm - 0.5 * compare_losses(svm, 0, variant=variant).hinge_gradient, 9)
    assert sweeps.now.paths.svm_losses[-1] == 0
    assert sweeps.now.paths.softmax_losses[-1] > 0
    assert sweeps.by[STEP].stepped.svm.tolist() == sweeps.now.paths.svm.tolist()
    assert sweeps.now.stepped.softmax.tolist() == sweeps.now.paths.softmax[3].tolist()


def test_margin_and_label_have_the_numbers_of_their_steps():
    sweeps = sweep_plane(CAT, 0)
    by_margin = sweeps.by[MARGIN].point.hinge
    for step, margin in enumerate(sweeps.margins):
        assert by_margin[step] == pytest.approx(
            float(compare_losses(CAT, 0, margin=margin).hinge), abs=1e-9
        )
    for label in range(3):
        expected = compare_losses(CAT, label)
        point = sweeps.by[LABEL].point
        assert point.cross_entropy[label] == pytest.approx(float(expected.cross_entropy))
        assert point.hinge[label] == pytest.approx(float(expected.hinge))
        np.testing.assert_allclose(point.differences[label], differences(CAT, label))
        np.testing.assert_allclose(point.probabilities[label], expected.probabilities)


@pytest.mark.parametrize(
    ("scores", "standing"),
    [
        (CAT, Standing.WRONG),
        ([2.0, 2.0, 0.0], Standing.TIE),
        ([2.0, 1.5, 0.0], Standing.SHORT),
        ([2.0, 1.0, 0.0], Standing.SATISFIED),
        ([0.3, -0.7, -0.7], Standing.SATISFIED),  # exactly the margin, as decimals say
        ([1000.0, 0.0, 0.0], Standing.VANISHED),
    ],
)
def test_standings(scores, standing):
    assert sweep_plane(scores, 0).now.point.standings == standing
