"""The totals of a batch in which one sample moves, against the changed batch evaluated afresh."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.losses.batch import Batch, evaluate_batch
from core.losses.comparison import compare_losses
from core.losses.hinge import HINGE_VARIANTS
from pages.batch_lab.numbers import sweep_sample, totals_with_sample
from pages.batch_lab.samples import generated_batch

batches = st.tuples(st.integers(1, 40), st.integers(2, 10), st.integers(0, 2**32 - 1)).map(
    lambda shape: generated_batch(shape[0], shape[1], np.random.default_rng(shape[2]))
)


@settings(max_examples=40)
@given(batches, st.sampled_from(HINGE_VARIANTS), st.data())
def test_totals_with_a_moved_sample_are_the_totals_of_the_changed_batch(
    batch, variant, data
) -> None:
    index = data.draw(st.integers(0, batch.size - 1))
    along = data.draw(st.integers(0, len(batch.names) - 1))
    sweeps = sweep_sample(evaluate_batch(batch, margin=0.5, variant=variant), index)

    def check(numbers, where, scores, label) -> None:
        changed = batch.with_sample(index, scores, label)
        expected = evaluate_batch(changed, margin=0.5, variant=variant)
        totals, sample = expected.totals, expected.comparison(index)
        shown = numbers.totals
        assert shown.hinge_mean[where] == pytest.approx(totals.hinge_mean, rel=1e-12, abs=1e-13)
        assert shown.cross_entropy_mean[where] == pytest.approx(
            totals.cross_entropy_mean, rel=1e-12
        )
        np.testing.assert_array_equal(shown.confusion[where], totals.confusion)
        assert shown.accuracy[where] == totals.accuracy
        np.testing.assert_allclose(
            numbers.sample.hinge_gradient[where], sample.hinge_gradient, rtol=1e-12
        )

    check(sweeps.now, (), batch.scores[index], batch.labels[index])
    swept = sweeps.by[f"score{along}"]
    assert swept.totals.hinge_mean.shape == swept.totals.accuracy.shape == (201,)
    for row in (0, 91, 200):
        scores = batch.scores[index].copy()
        scores[along] = sweeps.axis.grid[row]
        check(swept, row, scores, batch.labels[index])
    for label in range(len(batch.names)):
        check(sweeps.by["label"], label, batch.scores[index], label)


def test_huge_losses_do_not_swallow_the_mean_of_the_others() -> None:
    batch = Batch(("a", "b"), [[1e6, -1e6], [30.0, 0.0]], [1, 0])
    result = evaluate_batch(batch)
    fine = compare_losses([20.0, 0.0], 0)
    totals = totals_with_sample(result, 0, fine)
    expected = (np.log1p(np.exp(-20.0)) + np.log1p(np.exp(-30.0))) / 2
    assert totals.cross_entropy_mean == pytest.approx(expected, rel=1e-14, abs=0)
