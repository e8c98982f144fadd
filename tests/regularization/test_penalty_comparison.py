"""Penalties of four weights against sums written out, and against other weights of that score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize

from core.gradients.check import check_gradient
from core.losses.penalties import PENALTIES
from pages.regularization.penalty_comparison import (
    Sharing,
    compare_penalties,
    sweep_weights,
    weight_axis,
)

WEIGHTS = st.lists(
    st.sampled_from(np.round(np.arange(-3, 3.01, 0.25), 2).tolist()), min_size=4, max_size=4
)
SHARES = st.sampled_from([0.0, 0.3, 0.5, 1.0])


def written_out(weights: list[float], mixing: float, *, half: bool) -> dict[str, list[float]]:
    factor = 0.5 if half else 1.0
    first = [abs(w) for w in weights]
    second = [factor * w * w for w in weights]
    both = [mixing * a + (1 - mixing) * b for a, b in zip(first, second, strict=True)]
    return {"l1": first, "l2": second, "elastic": both}


def test_the_example_of_the_notes() -> None:
    pair = [[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]]
    plain = compare_penalties(pair)
    assert plain.score.tolist() == [1, 1]
    assert plain.values[:, 0].tolist() == [1, 1]
    assert plain.values[:, 1].tolist() == [1, 0.25]
    assert compare_penalties(pair, half=True).values[:, 1].tolist() == [0.5, 0.125]
    assert plain.least[:, :2].tolist() == [[1, 0.25], [1, 0.25]]
    assert plain.sharing.tolist() == [Sharing.UNEVEN, Sharing.EVEN]
    assert (plain.full.tolist(), plain.halved.tolist()) == (
        [[1, 2], [0.25, 0.5]],
        [[0.5, 1], [0.125, 0.25]],
    )


@given(WEIGHTS, SHARES, st.booleans())
def test_values_weight_by_weight(weights: list[float], mixing: float, half: bool) -> None:
    result = compare_penalties(weights, mixing=mixing, half=half)
    assert result.score == pytest.approx(sum(weights), abs=1e-12)
    for index, (name, shares) in enumerate(written_out(weights, mixing, half=half).items()):
        assert name == PENALTIES[index]
        assert_allclose(result.per_weight[index], shares, rtol=1e-13)
        assert result.values[index] == pytest.approx(sum(shares))


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("index", range(3))
def test_gradients_numerically(index: int, half: bool) -> None:
    weights = [1.5, -2.0, 0.25, 0.5]

    def value(w: object) -> float:
        return float(compare_penalties(w, mixing=0.3, half=half).values[index])

    gradient = compare_penalties(weights, mixing=0.3, half=half).gradient[index]
    assert check_gradient(value, gradient, weights).worst < 1e-8


def test_the_kink_at_0_takes_the_subgradient_0() -> None:
    assert compare_penalties([0, 2, 0, -1]).gradient[0].tolist() == [0, 1, 0, -1]


@given(WEIGHTS, SHARES, st.booleans())
def test_no_weights_of_the_same_score_cost_less(
    weights: list[float], mixing: float, half: bool
) -> None:
    result = compare_penalties(weights, mixing=mixing, half=half)
    assert (result.least <= result.values * (1 + 1e-12) + 1e-12).all()
    rng = np.random.default_rng(0)
    others = rng.normal(size=(50, 4))
    others += ((result.score - others.sum(axis=1)) / 4)[:, None]
    assert (compare_penalties(others, mixing=mixing, half=half).values >= result.least - 1e-9).all()


def test_the_least_is_attained() -> None:
    found = minimize(
        lambda w: float(w @ w),
        [1.0, 0.0, 2.0, -0.5],
        constraints={"type": "eq", "fun": lambda w: w.sum() - 2.5},
    )
    assert compare_penalties([1.0, 0.0, 2.0, -0.5]).least[1] == pytest.approx(found.fun, abs=1e-6)
    assert_allclose(found.x, 0.625, atol=1e-4)


@pytest.mark.parametrize(
    ("weights", "sharing"),
    [
        ([0, 0, 0, 0], Sharing.ZERO),
        ([1, -1, 0, 0], Sharing.CANCELLING),
        ([0.5, 0, 0.5, 0], Sharing.UNEVEN),
        ([-0.5, 0, 0, 0], Sharing.UNEVEN),
        ([-2, -2, -2, -2], Sharing.EVEN),
    ],
)
def test_how_weights_share(weights: list[float], sharing: Sharing) -> None:
    assert compare_penalties(weights).sharing == sharing


@given(WEIGHTS)
def test_a_sweep_is_each_step_by_itself(weights: list[float]) -> None:
    sweeps = sweep_weights(weights, mixing=0.3, half=True)
    for index, row in ((0, 0), (1, 17), (3, 60)):
        moved = [*weights]
        moved[index] = float(sweeps.axis.grid[row])
        alone = compare_penalties(moved, mixing=0.3, half=True)
        swept = sweeps.by[f"weight{index}"]
        assert_array_equal(swept.weights[row], moved)
        assert_allclose(swept.values[row], alone.values, rtol=1e-14)
        assert_allclose(swept.gradient[row], alone.gradient, rtol=1e-14)
        assert swept.sharing[row] == alone.sharing
    assert_array_equal(sweeps.now.values, compare_penalties(weights, mixing=0.3, half=True).values)


@pytest.mark.parametrize("largest", [0.0, 0.25, 1.5, 1.6, 7.5, 12.0, 30.0])
def test_the_axis_holds_the_weights(largest: float) -> None:
    axis = weight_axis([largest, -largest, 0, 0])
    assert axis.grid[0] == -axis.limit
    assert axis.grid[-1] == axis.limit >= largest
    assert axis.limit <= max(1.5, 2.6 * largest)
    assert 0 in axis.grid
    assert_allclose(np.diff(axis.grid), axis.step, rtol=1e-9)


def test_both_published_weights_are_on_the_first_axis() -> None:
    assert {0.0, 0.25, 1.0} <= set(weight_axis([1, 0, 0, 0]).grid.tolist())


@pytest.mark.parametrize(
    ("weights", "settings", "message"),
    [
        ([1, 2, 3], {}, r"weights must have shape \(..., 4\), got shape \(3,\)"),
        ([1, 2, 3, np.nan], {}, r"weights\[3\] must be finite, got nan"),
        ([1, 2, 3, 4], {"mixing": 1.5}, "mixing must be .* at most 1, got 1.5"),
    ],
)
def test_wrong_arguments_are_named(weights, settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        compare_penalties(weights, **settings)


def test_an_axis_has_an_end() -> None:
    with pytest.raises(ValueError, match=r"largest weight must be .* at most 30, got 31.0"):
        weight_axis([31, 0, 0, 0])
