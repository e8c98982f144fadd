"""Where the numbers of the regularisation lesson go, and which sentence is told."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from pages.regularization import RegularizationState
from pages.regularization import panels as figures
from pages.regularization.path import PROBLEM, STRENGTHS, Sparsity, optima, position
from pages.regularization.penalty_comparison import Sharing
from pages.regularization.stage import (
    _path_readouts,
    _weight_readouts,
    mixing_of,
    moved_strength,
    moved_weights,
    path_sweep,
    weight_sweep,
    weights_of,
    zeros_of,
)
from pages.ui.stage.vocabulary import Readout, Release, Spot, spoken
from pages.ui.text import LANGUAGES, text_in

RELEASED = {"weight0": 0.25, "weight1": -1.5, "weight2": 0.0, "weight3": 30.0}


def test_a_release_becomes_the_state() -> None:
    assert moved_weights(
        RegularizationState(), Release(RELEASED, "weight0")
    ) == RegularizationState(weights=(0.25, -1.5, 0.0, 30.0))
    assert moved_strength(
        RegularizationState(), Release({"lambda": 2.5}, "lambda")
    ) == RegularizationState(strength=2.5)
    assert weights_of(RegularizationState()) == (1, 0, 0, 0)


@pytest.mark.parametrize("value", ["a", None, float("nan"), 100.5, float("-inf")])
def test_a_release_that_makes_no_sense_changes_nothing(value: Any) -> None:
    assert (
        moved_weights(RegularizationState(), Release({**RELEASED, "weight2": value}, None))
        == RegularizationState()
    )
    assert (
        moved_strength(RegularizationState(), Release({"lambda": value}, None))
        == RegularizationState()
    )
    assert (
        moved_weights(RegularizationState(), Release({"weight0": 1.0}, None))
        == RegularizationState()
    )
    assert moved_strength(RegularizationState(), Release({}, None)) == RegularizationState()


def test_places_put_every_number_where_it_belongs() -> None:
    places = figures.weight_places(
        weight_sweep(RegularizationState(weights=(0.5, -1.0, 0.0, 2.0))).now
    )
    assert places[Spot("weights", 0, "y")].tolist() == [0.5, -1, 0, 2]
    # L1, L2, elastic net; then the lines at the least, which have no height.
    assert places[Spot("penalties", 0, "y")].tolist() == [
        *(0.5, 1, 0, 2),
        *(0.25, 1, 0, 4),
        *(0.375, 1, 0, 3),
        *(0, 0, 0),
    ]
    assert places[Spot("penalties", 0, "base")].tolist() == [
        *(0, 0.5, 1.5, 1.5),
        *(0, 0.25, 1.25, 1.25),
        *(0, 0.375, 1.375, 1.375),
        *(1.5, 0.5625, 1.03125),
    ]
    assert places[Spot("gradients", 0, "y")].tolist() == [
        *(1, -1, 0, 1),
        *(1, -2, 0, 4),
        *(1, -1.5, 0, 2.5),
    ]
    assert (places["score"], places["l1"], places["l2"], places["elastic"]) == (
        1.5,
        3.5,
        5.25,
        4.375,
    )
    assert (places["even"], places["least_l2"]) == (0.375, 0.5625)
    assert (places["full"], places["full_slope"]) == (5.25, 1)
    assert (places["halved"], places["halved_slope"]) == (2.625, 0.5)


@pytest.mark.parametrize(
    "state", [RegularizationState(), RegularizationState(weights=(0.25, -3.0, 1.0, 0.0), half=1)]
)
def test_the_swept_row_at_the_present_weight_is_what_is_shown_now(
    state: RegularizationState,
) -> None:
    sweep = weight_sweep(state)
    now, swept = figures.weight_places(sweep.now), figures.weight_places(sweep.by_weight)
    for index, weight in enumerate(weights_of(state)):
        rows = np.flatnonzero(np.isclose(sweep.axis.grid, weight))
        if not rows.size:
            continue
        for place, values in now.items():
            np.testing.assert_allclose(swept[place][index, rows[0]], values, atol=1e-12)


@pytest.mark.parametrize(
    "state",
    [
        RegularizationState(),
        RegularizationState(weights=(1e-9, 0, 0, 0)),
        RegularizationState(weights=(30.0, -30.0, 30.0, 30.0), half=1),
    ],
)
def test_limits_hold_what_a_drag_can_reach(state: RegularizationState) -> None:
    sweep = weight_sweep(state)
    assert sweep.by_weight.values.max() <= sweep.highest <= 2 * sweep.by_weight.values.max()
    assert np.abs(sweep.by_weight.gradient).max() <= sweep.steepest
    assert sweep.now.values.max() <= sweep.highest


@pytest.mark.parametrize("penalty", ["l1", "l2", "elastic"])
@pytest.mark.parametrize("half", [0, 1])
def test_the_path_is_where_it_belongs(penalty: str, half: int) -> None:
    state = RegularizationState(penalty=penalty, half=half)
    sweep = path_sweep(state)
    places = figures.path_places(
        sweep.by_strength, sweep.other, mixing=mixing_of(state), half=bool(half)
    )
    expected = optima(STRENGTHS, mixing=mixing_of(state), half=bool(half))
    other = optima(STRENGTHS, mixing=float(penalty == "l2"), half=bool(half))
    np.testing.assert_array_equal(places["optimum_x"][:, 0], expected.weights[:, 0])
    np.testing.assert_array_equal(places["optimum_y"][:, 0], expected.weights[:, 1])
    np.testing.assert_array_equal(places["optimum_x"][:, 1], other.weights[:, 0])
    np.testing.assert_array_equal(places["other_2"], other.weights[:, 1])
    np.testing.assert_array_equal(places["weights_at"], expected.weights)
    np.testing.assert_allclose(places["strength_at"][:, 0], position(STRENGTHS))
    np.testing.assert_array_equal(places["total"], expected.total)
    # Both dots lie on the curve from pull to weight.
    curve_x, curve_y = places[Spot("threshold", 1, "x")], places[Spot("threshold", 1, "y")]
    for row in range(0, len(STRENGTHS), 9):
        on_curve = np.interp(places["pulls"][row], curve_x[row], curve_y[row])
        np.testing.assert_allclose(on_curve, places["shrunk"][row], atol=1e-9)
    # One curve serves both weights, as their curvatures are the same.
    assert PROBLEM.curvature[0, 0] == PROBLEM.curvature[1, 1]


def test_ranges_hold_the_whole_path() -> None:
    (left, right), (low, high) = figures.PLANE
    for mixing in (0.0, 0.5, 1.0):
        weights = optima(STRENGTHS, mixing=mixing).weights
        assert left < weights[:, 0].min() <= weights[:, 0].max() < right
        assert low < weights[:, 1].min() <= weights[:, 1].max() < high
        pulls = optima(STRENGTHS, mixing=mixing).pulls
        assert np.abs(pulls).max() < figures.LARGEST_PULL
    assert min(figures.LEVELS) > PROBLEM.loss(PROBLEM.minimum)


def filled(readouts: list[Readout], now: dict[Any, Any], id: str) -> str:
    """The sentence as the browser shows it, without its bold marks."""
    return spoken(readouts, now, spoken(readouts, now, f"{{{id}}}")).replace("**", "")


COSTS = [
    ({"weights": (0.0,) * 4}, "nothing", "All weights are 0."),
    (
        {"weights": (1.0, -0.5, 0.0, 0.0)},
        "cancelling",
        "The L2 penalty is 1.2500; the same score 0.5000 can be had for 0.0625.",
    ),
    ({}, "uneven", "The L2 penalty is 1.0000. Shared evenly, 0.2500 from each weight,"),
    ({"weights": (0.25,) * 4}, "even", "no others cost less than 0.2500: this is what L2 prefers."),
    ({"penalty": "l1"}, "same_sign", "any sharing costs 1.0000, and no other weights"),
    ({"penalty": "l1", "weights": (0.25,) * 4}, "same_sign", "any sharing costs 1.0000"),
    ({"penalty": "elastic"}, "uneven", "The elastic net penalty is 1.0000."),
]


@pytest.mark.parametrize(("settings", "case", "part"), COSTS)
def test_the_sentence_tells_what_the_same_score_could_cost(
    settings: dict[str, Any], case: str, part: str
) -> None:
    state = RegularizationState(**settings)
    now = figures.weight_places(weight_sweep(state).now)
    assert part in filled(_weight_readouts(state, text_in("en")), now, "sharing")
    chinese = filled(_weight_readouts(state, text_in("zh")), now, "sharing")
    assert not re.search(r"[{}]|[a-z]{4,}", chinese)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_convention_is_told_in_numbers(language: str) -> None:
    for half, order in ((0, ("1.0000", "2.0000", "0.5000", "1.0000")), (1, None)):
        state = RegularizationState(half=half)
        now = figures.weight_places(weight_sweep(state).now)
        told = filled(_weight_readouts(state, text_in(language)), now, "convention")
        expected = order or ("0.5000", "1.0000", "1.0000", "2.0000")
        assert tuple(re.findall(r"\d\.\d{4}", told)) == expected


OPTIMA = [
    ({"strength": 0.0}, Sparsity.FREE, "the optimum is where the data loss is least: (2.0000, 0.5"),
    (
        {"penalty": "l1"},
        Sparsity.DENSE,
        "w₂ is exactly 0 from λ = 2.25 on, and w₁ from λ = 6 on.",
    ),
    (
        {"penalty": "l1", "strength": 2.5},
        Sparsity.SECOND_ZERO,
        "w₂ is exactly 0, as from λ = 2.25 on: the data pull on it with 2.4500 only, "
        "and the L1 part holds it with 2.5000. L2 with the same λ makes no zero: (0.6603, 0.5239).",
    ),
    (
        {"penalty": "l1", "strength": 6.0},
        Sparsity.EMPTY,
        "Both weights are exactly 0: the data pull with 6.0000 and 5.2500, and the L1 part holds",
    ),
    (
        {"strength": 100.0},
        Sparsity.DENSE,
        "But at no λ is one of them 0. With L1 and the same λ: (0.0000, 0.0000).",
    ),
    (
        {"penalty": "elastic", "mixing": 0.0},
        Sparsity.DENSE,
        "But at no λ is one of them 0. With L1 and the same λ: (1.7778, 0.2778).",
    ),
    (
        {"penalty": "elastic"},
        Sparsity.DENSE,
        "With elastic net, w₂ is exactly 0 from λ = 10.2202 on, and w₁ from λ = 12 on.",
    ),
]


@pytest.mark.parametrize(("settings", "case", "part"), OPTIMA)
def test_the_sentence_tells_when_a_weight_is_0(
    settings: dict[str, Any], case: Sparsity, part: str
) -> None:
    state = RegularizationState(**settings)
    sweep = path_sweep(state)
    assert sweep.now.sparsity.tolist() == [case]
    places = figures.path_places(
        sweep.now, sweep.other_now, mixing=mixing_of(state), half=bool(state.half)
    )
    now = {place: values[0] for place, values in places.items()}
    assert part in filled(_path_readouts(state, text_in("en")), now, "sparsity")
    chinese = filled(_path_readouts(state, text_in("zh")), now, "sparsity")
    assert not re.search(r"[{}]|[a-z]{4,}", chinese)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_has_its_sentence(language: str) -> None:
    for penalty in ("l1", "l2", "elastic"):
        state = RegularizationState(penalty=penalty)
        for readouts, cases in (
            (_weight_readouts(state, text_in(language)), Sharing),
            (_path_readouts(state, text_in(language)), Sparsity),
        ):
            choices = next(r.choices for r in readouts if r.id in ("sharing", "sparsity"))
            assert choices is not None
            assert len(choices) == len(cases)
            assert all(choices)


def test_zeros_are_those_of_the_chosen_penalty() -> None:
    assert zeros_of(RegularizationState(penalty="l1")) == pytest.approx((6.0, 2.25))
    assert zeros_of(RegularizationState(penalty="l2")) == (np.inf, np.inf)
    assert zeros_of(RegularizationState(penalty="elastic", mixing=0.1))[0] == pytest.approx(60)


@pytest.mark.parametrize("weights", [(1.0, 0.0, 0.0, 0.0), (-30.0, 0.0, 29.0, 0.0)])
def test_every_end_of_a_drag_can_be_released(weights: tuple[float, ...]) -> None:
    sweep = weight_sweep(RegularizationState(weights=weights))
    for end in (sweep.axis.grid[0], sweep.axis.grid[-1]):
        released = {f"weight{index}": weight for index, weight in enumerate(weights)}
        state = moved_weights(
            RegularizationState(), Release({**released, "weight1": float(end)}, None)
        )
        assert weights_of(state)[1] == end
    for strength in (STRENGTHS[0], STRENGTHS[-1]):
        state = moved_strength(RegularizationState(), Release({"lambda": float(strength)}, None))
        assert state.strength == strength
