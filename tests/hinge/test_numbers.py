"""What the hinge lesson tabulates is the comparison at every step of every handle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.hinge import HINGE_VARIANTS, hinge
from core.losses.hinge_variants import HINGE_POWERS, compare_hinges, hinge_kinks
from pages.hinge.numbers import MARGIN_LINE, sweep_hinges
from pages.ui.kit.scores import LABEL, score_id

CASES = [(variant, power) for variant in HINGE_VARIANTS for power in HINGE_POWERS]
tenths = st.integers(-80, 80).map(lambda n: n / 10)
scores_strategy = st.lists(tenths, min_size=2, max_size=6)
cases_strategy = st.sampled_from(CASES)


@given(
    scores_strategy,
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from([0.0, 0.7]),
    cases_strategy,
)
def test_a_sweep_is_the_comparison_at_every_step(scores, label, along, margin, case) -> None:
    label, along = label % len(scores), along % len(scores)
    variant, power = case
    settings = {"variant": variant, "power": power}
    sweeps = sweep_hinges(scores, label, along=along, margin=margin, **settings)
    by_label, by_margin = sweeps.by[LABEL], sweeps.by[MARGIN_LINE]
    margins = by_margin.hinge.margin

    def same(part, index, alone) -> None:
        for name in ("scores", "margins", "counted", "gradient", "thresholds", "violations"):
            np.testing.assert_allclose(getattr(part, name)[index], getattr(alone, name), atol=1e-12)
        for each in CASES:
            assert part.losses[each][index] == pytest.approx(float(alone.losses[each]), abs=1e-12)
        assert part.verdicts[index] == alone.verdicts

    same(sweeps.now.hinge, (), compare_hinges(scores, label, margin=margin, **settings))
    grid = sweeps.axis.grid
    for row in (0, 57, 200):
        for moved in range(len(scores)):
            at = [*scores[:moved], float(grid[row]), *scores[moved + 1 :]]
            alone = compare_hinges(at, label, margin=margin, **settings)
            same(sweeps.by[score_id(moved)].hinge, row, alone)
        at = [*scores[:along], float(grid[row]), *scores[along + 1 :]]
        for y in range(len(scores)):
            curve = hinge(at, y, margin=margin, **settings).value
            assert by_label.curve[y, row] == pytest.approx(curve, abs=1e-11)
        for step in (0, 3, 100):
            curve = hinge(at, label, margin=float(margins[step]), **settings).value
            assert by_margin.curve[step, row] == pytest.approx(curve, abs=1e-11)
    for y in range(len(scores)):
        same(by_label.hinge, y, compare_hinges(scores, y, margin=margin, **settings))
        kinks = hinge_kinks(scores, along, y, margin=margin, **settings)
        np.testing.assert_array_equal(by_label.kinks[y], kinks)
    for step in (0, 7, 100):
        at = float(margins[step])
        same(by_margin.hinge, step, compare_hinges(scores, label, margin=at, **settings))
        kinks = hinge_kinks(scores, along, label, margin=at, **settings)
        np.testing.assert_array_equal(by_margin.kinks[step], kinks)


def test_the_axis_has_room_for_the_margin() -> None:
    sweeps = sweep_hinges([1.0, 2.0], 0, along=0, margin=10.0)
    assert sweeps.axis.limit == 20
    margins = sweeps.by[MARGIN_LINE].hinge.margin
    assert margins[[0, -1]].tolist() == [0, 20]
    assert margins.size == 101
