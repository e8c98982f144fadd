"""What the two stages of the lesson on regularisation show, tell and release."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from core.losses.penalties import PENALTIES
from pages.regularization import RegularizationState
from pages.regularization.path import PROBLEM, STRENGTH, STRENGTHS, Sparsity, optima, position
from pages.regularization.path_panels import LARGEST_PULL, LEVELS, PLANE
from pages.regularization.path_stage import moved_strength, path_stage, path_sweeps
from pages.regularization.penalty_comparison import Sharing
from pages.regularization.stage import moved_weights, weight_sweeps, weights_stage
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_present_rows, decode, panels_of, told

RELEASED = {"weight0": 0.25, "weight1": -1.5, "weight2": 0.0, "weight3": 30.0}


def weights_of(state: RegularizationState, language: str = "en") -> Stage:
    return weights_stage(state, weight_sweeps(state), text_in(language))


def path_of(state: RegularizationState, language: str = "en") -> Stage:
    return path_stage(state, path_sweeps(state), text_in(language))


def test_a_release_becomes_the_state() -> None:
    first = RegularizationState()
    assert first.four_weights == (1, 0, 0, 0)
    assert moved_weights(first, Release(RELEASED, "weight0")) == RegularizationState(
        weights=(0.25, -1.5, 0.0, 30.0)
    )
    assert moved_strength(first, Release({STRENGTH: 2.5}, STRENGTH)) == RegularizationState(
        strength=2.5
    )
    # The path stays in view at the lambda that is usual, too.
    usual = moved_strength(RegularizationState(strength=2.5), Release({STRENGTH: 1.0}, STRENGTH))
    assert (usual, usual.view) == (RegularizationState(look="path"), "path")


@pytest.mark.parametrize("value", ["a", None, float("nan"), 100.5, float("-inf")])
def test_a_release_that_makes_no_sense_changes_nothing(value: Any) -> None:
    first = RegularizationState()
    assert moved_weights(first, Release({**RELEASED, "weight2": value}, None)) is first
    assert moved_weights(first, Release({"weight0": 1.0}, None)) is first
    assert moved_strength(first, Release({STRENGTH: value}, None)) is first
    assert moved_strength(first, Release({}, None)) is first


@pytest.mark.parametrize("weights", [(1.0, 0.0, 0.0, 0.0), (-30.0, 0.0, 29.0, 0.0)])
def test_every_end_of_a_drag_can_be_released(weights: tuple[float, ...]) -> None:
    state = RegularizationState(weights=weights)
    handle = weights_of(state).handles[1]
    for end in (handle.minimum, handle.maximum):
        released = {f"weight{index}": weight for index, weight in enumerate(weights)}
        moved = moved_weights(state, Release({**released, "weight1": end}, None))
        assert moved.four_weights[1] == end
    for strength in (STRENGTHS[0], STRENGTHS[-1]):
        moved = moved_strength(state, Release({STRENGTH: float(strength)}, None))
        assert moved.strength == strength


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_is_described_with_its_numbers(language: str) -> None:
    state = RegularizationState(weights=(0.5, -1.0, 0.0, 2.0))
    headers = [
        decode(stage.packed({}))[0]
        for stage in (weights_of(state, language), path_of(state, language))
    ]
    alts = [{panel["id"]: panel["alt"] for panel in header["panels"]} for header in headers]
    assert [list(alt) for alt in alts] == [
        ["weights", "penalties", "gradients"],
        ["plane", "path", "threshold"],
    ]
    assert "w₁ 0.5000, w₂ −1.0000, w₃ 0.0000, w₄ 2.0000" in alts[0]["weights"]
    assert "w₁ 1.0000, w₂ −2.0000, w₃ 0.0000, w₄ 4.0000" in alts[0]["gradients"]
    assert all(number in alts[0]["penalties"] for number in ("3.5000", "5.2500", "4.3750"))
    for alt in alts[1].values():
        assert "1.0154" in alt
        assert "0.7154" in alt
    assert not any("{" in text for alt in alts for text in alt.values())


def test_the_weights_are_stacked_to_what_they_cost() -> None:
    state = RegularizationState(weights=(0.5, -1.0, 0.0, 2.0))
    stage = weights_of(state)
    panels = panels_of(stage)

    def shown(panel: str, attribute: str = "y") -> list[float]:
        return panels[panel].show[0, attribute](stage.now).tolist()

    assert shown("weights") == [0.5, -1, 0, 2]
    # L1, L2, elastic net; then the lines at the least, which have no height.
    assert shown("penalties") == [
        *(0.5, 1, 0, 2),
        *(0.25, 1, 0, 4),
        *(0.375, 1, 0, 3),
        *(0, 0, 0),
    ]
    assert shown("penalties", "base") == [
        *(0, 0.5, 1.5, 1.5),
        *(0, 0.25, 1.25, 1.25),
        *(0, 0.375, 1.375, 1.375),
        *(1.5, 0.5625, 1.03125),
    ]
    assert shown("gradients") == [*(1, -1, 0, 1), *(1, -2, 0, 4), *(1, -1.5, 0, 2.5)]
    numbers = {readout.id: float(readout.number(stage.now)) for readout in stage.readouts}
    assert numbers == {
        **{"score": 1.5, "l1": 3.5, "l2": 5.25, "elastic": 4.375},
        **{"even": 0.375, "least_l2": 0.5625},
        **{"full": 5.25, "full_slope": 1, "halved": 2.625, "halved_slope": 0.5},
        **{"sharing": Sharing.CANCELLING, "convention": 0},
    }


@pytest.mark.parametrize(
    "state",
    [
        RegularizationState(),
        RegularizationState(weights=(0.25, -3.0, 1.0, 0.0), half=1, penalty="l1", strength=2.15),
        RegularizationState(penalty="elastic", mixing=0.3, strength=0.0),
    ],
)
def test_the_swept_row_at_the_present_value_is_what_is_shown_now(
    state: RegularizationState,
) -> None:
    assert_present_rows(weights_of(state))
    assert_present_rows(path_of(state))


@pytest.mark.parametrize(
    "state",
    [
        RegularizationState(),
        RegularizationState(weights=(1e-9, 0, 0, 0)),
        RegularizationState(weights=(30.0, -30.0, 30.0, 30.0), half=1),
    ],
)
def test_limits_hold_what_a_drag_can_reach(state: RegularizationState) -> None:
    sweeps, panels = weight_sweeps(state), panels_of(weights_of(state))
    dearest = max(result.values.max() for result in sweeps.all)
    steepest = max(np.abs(result.gradient).max() for result in sweeps.all)
    assert dearest < panels["penalties"].figure.layout.yaxis.range[1] < 2.3 * dearest
    low, high = panels["gradients"].figure.layout.yaxis.range
    assert low == -high
    assert steepest < high < 2.3 * steepest


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("half", [0, 1])
def test_the_path_is_where_it_belongs(penalty: str, half: int) -> None:
    state = RegularizationState(penalty=penalty, half=half)
    stage, path = path_of(state), path_sweeps(state).by[STRENGTH]
    panels = panels_of(stage)
    mixing = {"l1": 1.0, "l2": 0.0, "elastic": 0.5}[penalty]
    expected = optima(STRENGTHS, mixing=mixing, half=bool(half)).weights
    other = optima(STRENGTHS, mixing=float(penalty == "l2"), half=bool(half)).weights
    minimum, both = panels["plane"].marks
    assert minimum.x + minimum.y == pytest.approx(PROBLEM.minimum)
    np.testing.assert_array_equal(both.x(path), np.stack([expected[:, 0], other[:, 0]], axis=1))
    np.testing.assert_array_equal(both.y(path), np.stack([expected[:, 1], other[:, 1]], axis=1))
    (weights,) = panels["path"].marks
    np.testing.assert_array_equal(weights.y(path), expected)
    np.testing.assert_allclose(weights.x(path), np.stack([position(STRENGTHS)] * 2, axis=1))
    np.testing.assert_array_equal(weights.x(path), panels["path"].show[0, "x"](path))
    # The ball and the ellipse pass through the optimum, or nearly, having few points.
    for trace in (3, 4):
        x, y = (panels["plane"].show[trace, axis](path) for axis in "xy")
        gaps = np.hypot(x - expected[:, :1], y - expected[:, 1:]).min(axis=1)
        assert gaps.max() < 0.25
    # Both dots lie on the curve from pull to weight.
    curve_x, curve_y = (panels["threshold"].show[1, axis](path) for axis in "xy")
    (dots,) = panels["threshold"].marks
    for row in range(0, len(STRENGTHS), 9):
        on_curve = np.interp(dots.x(path)[row], curve_x[row], curve_y[row])
        np.testing.assert_allclose(on_curve, dots.y(path)[row], atol=1e-9)
    # One curve serves both weights, as their curvatures are the same.
    assert PROBLEM.curvature[0, 0] == PROBLEM.curvature[1, 1]


@pytest.mark.parametrize(("penalty", "rings"), [("l1", 2), ("elastic", 2), ("l2", 0)])
def test_rings_stand_where_a_weight_becomes_0(penalty: str, rings: int) -> None:
    ring = panels_of(path_of(RegularizationState(penalty=penalty)))["path"].figure.data[-1]
    assert len(ring.x) == len(ring.y) == rings
    if penalty == "l1":
        assert ring.x == pytest.approx(position([6.0, 2.25]))


def test_ranges_hold_the_whole_path() -> None:
    (left, right), (low, high) = PLANE
    for mixing in (0.0, 0.5, 1.0):
        path = optima(STRENGTHS, mixing=mixing)
        assert left < path.weights[:, 0].min() <= path.weights[:, 0].max() < right
        assert low < path.weights[:, 1].min() <= path.weights[:, 1].max() < high
        assert np.abs(path.pulls).max() < LARGEST_PULL
    assert min(LEVELS) > PROBLEM.loss(PROBLEM.minimum)


COSTS = [
    ({"weights": (0.0,) * 4}, "All weights are 0."),
    (
        {"weights": (1.0, -0.5, 0.0, 0.0)},
        "The L2 penalty is 1.2500; the same score 0.5000 is possible with a penalty of 0.0625.",
    ),
    ({}, "The L2 penalty is 1.0000. If all four weights were 0.2500,"),
    ({"weights": (0.25,) * 4}, "no others have a penalty below 0.2500: this is what L2 prefers."),
    ({"penalty": "l1"}, "any sharing has the penalty 1.0000, and no other weights"),
    ({"penalty": "l1", "weights": (0.25,) * 4}, "any sharing has the penalty 1.0000"),
    ({"penalty": "elastic"}, "The elastic net penalty is 1.0000."),
]


@pytest.mark.parametrize(("settings", "part"), COSTS)
def test_the_sentence_tells_what_the_same_score_could_cost(
    settings: dict[str, Any], part: str
) -> None:
    state = RegularizationState(**settings)
    assert part in told(weights_of(state), "sharing")
    assert not re.search(r"[{}]|[a-z]{4,}", told(weights_of(state, "zh"), "sharing"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("half", "numbers"),
    [(0, ["1.0000", "2.0000", "0.5000", "1.0000"]), (1, ["0.5000", "1.0000", "1.0000", "2.0000"])],
)
def test_the_convention_is_told_in_numbers(half: int, numbers: list[str], language: str) -> None:
    sentence = told(weights_of(RegularizationState(half=half), language), "convention")
    assert re.findall(r"\d\.\d{4}", sentence) == numbers


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
    ({"penalty": "elastic", "mixing": 0.1}, Sparsity.DENSE, "and w₁ from λ = 60 on."),
]


@pytest.mark.parametrize(("settings", "case", "part"), OPTIMA)
def test_the_sentence_tells_when_a_weight_is_0(
    settings: dict[str, Any], case: Sparsity, part: str
) -> None:
    state = RegularizationState(**settings)
    assert path_sweeps(state).now.chosen.sparsity == case
    assert part in told(path_of(state), "sparsity")
    assert not re.search(r"[{}]|[a-z]{4,}", told(path_of(state, "zh"), "sparsity"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_every_case_has_its_sentence(penalty: str, language: str) -> None:
    state = RegularizationState(penalty=penalty)
    for stage, id, cases in (
        (weights_of(state, language), "sharing", Sharing),
        (path_of(state, language), "sparsity", Sparsity),
    ):
        (choices,) = (readout.choices for readout in stage.readouts if readout.id == id)
        assert choices is not None
        assert len(choices) == len(cases)
        assert all(choices)
