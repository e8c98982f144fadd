"""Both losses for every step of every handle, against the losses one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.comparison import compare_losses
from core.losses.hinge import HINGE_VARIANTS
from pages.ui.kit.comparison import sweep_comparison
from pages.ui.kit.scores import score_axis

scores_strategy = st.lists(st.integers(-80, 80).map(lambda n: n / 10), min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("largest", "limit", "step", "decimals"),
    [
        (0, 10, 0.1, 1),
        (9.99, 10, 0.1, 1),
        (10, 20, 0.2, 1),
        (20, 50, 0.5, 1),
        (50, 100, 1, 0),
        (100, 200, 2, 0),
        (789, 1000, 10, 0),
        (1e6, 2e6, 20000, 0),
    ],
)
def test_axis_leaves_room_in_round_steps(largest, limit, step, decimals) -> None:
    axis = score_axis([0.0, -largest])
    assert (axis.limit, axis.step, axis.decimals) == (limit, step, decimals)
    assert axis.grid.size == 201
    assert axis.grid[[0, 100, 200]].tolist() == [-limit, 0, limit]
    assert axis.grid[101] == step


@given(scores_strategy, st.integers(0, 5), st.integers(0, 5), st.sampled_from(HINGE_VARIANTS))
def test_a_sweep_is_the_comparison_at_every_step(scores, label, along, variant) -> None:
    label, along = label % len(scores), along % len(scores)
    sweeps = sweep_comparison(scores, label, along=along, margin=0.7, variant=variant)
    grid = sweeps.axis.grid
    for moved in range(len(scores)):
        swept = sweeps.by[f"score{moved}"].compared
        for row in (0, 57, 200):
            at = [*scores[:moved], float(grid[row]), *scores[moved + 1 :]]
            alone = compare_losses(at, label, margin=0.7, variant=variant)
            assert swept.hinge[row] == pytest.approx(float(alone.hinge), rel=1e-14)
            np.testing.assert_allclose(
                swept.cross_entropy_gradient[row], alone.cross_entropy_gradient, rtol=1e-13
            )
        assert sweeps.loss_limit >= max(swept.hinge.max(), swept.cross_entropy.max())
    by_label = sweeps.by["label"]
    for y in range(len(scores)):
        alone = compare_losses(scores, y, margin=0.7, variant=variant)
        assert by_label.compared.hinge[y] == pytest.approx(float(alone.hinge), rel=1e-14)
        at = [*scores[:along], float(grid[33]), *scores[along + 1 :]]
        curve = compare_losses(at, y, margin=0.7, variant=variant)
        assert by_label.curves.hinge[y, 33] == pytest.approx(float(curve.hinge), rel=1e-14)


@given(scores_strategy, st.integers(0, 5), st.sampled_from(HINGE_VARIANTS))
def test_kinks_are_where_the_slope_changes_and_nowhere_else(scores, label, variant) -> None:
    label %= len(scores)
    margin, step = 0.75, 1e-3  # scores are multiples of 0.1, so no kink is within a step of another
    sweeps = sweep_comparison(scores, label, along=0, margin=margin, variant=variant)
    for moved, focus in enumerate(sweeps.focuses):

        def loss(at, moved=moved):
            return compare_losses(
                [*scores[:moved], at, *scores[moved + 1 :]], label, margin=margin, variant=variant
            ).hinge

        at, height = focus.kinks
        known = at[~np.isnan(at)]
        np.testing.assert_array_equal(np.isnan(at), np.isnan(height))
        for kink, value in zip(known, height[~np.isnan(at)], strict=True):
            assert value == pytest.approx(float(loss(kink)))
            bend = loss(kink + step) - 2 * loss(kink) + loss(kink - step)
            assert bend > 0.9 * step
        probes = np.arange(-9.0, 9.0, 0.05) + 0.0123
        path = np.tile(scores, (probes.size, 1))
        path[:, moved] = probes
        labels = np.full(probes.size, label)
        values = compare_losses(path, labels, margin=margin, variant=variant).hinge
        for bend in np.flatnonzero(np.abs(np.diff(values, 2)) > 1e-6):
            assert np.min(np.abs(known - probes[bend + 1])) < 0.06
