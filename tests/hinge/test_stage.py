from __future__ import annotations

import re

import numpy as np
import pytest
from core.losses.losses import HINGE_VARIANTS, HingeVariant

from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from core.losses.hinge_variants import HINGE_POWERS, HingePower, HingeVerdict
from pages.hinge import LARGEST_MARGIN, HingeState
from pages.hinge import panels as figures
from pages.hinge.numbers import sweep_hinges
from pages.hinge.stage import _margin_handle, _readouts, moved, sweep_of
from pages.ui.stage.vocabulary import Release, Spot, spoken
from pages.ui.state.example import Example
from pages.ui.text import LANGUAGES, text_in

VALUES = {"score0": 3.2, "score1": 5.1, "score2": -1.7, "label": 0, "margin_line": 1.0}


def test_the_value_of_the_line_is_the_margin() -> None:
    assert moved(HingeState(), Release(VALUES, "score0")) == HingeState(along=0)
    assert moved(HingeState(), Release({**VALUES, "margin_line": 4.5}, None)) == HingeState(
        margin=4.5
    )
    # A score that is dragged takes the line along, and leaves the margin as it was.
    up = moved(
        HingeState(margin=1 / 3), Release({**VALUES, "score0": 6.1, "margin_line": 1 / 3}, None)
    )
    assert (up.margin, up.example.scores[0]) == (1 / 3, 6.1)
    flag = moved(HingeState(), Release({**VALUES, "label": 1}, "score0"))
    assert (flag.margin, flag.example.label) == (1.0, 1)
    apart = moved(HingeState(variant="one_vs_all"), Release({**VALUES, "margin_line": 2.5}, None))
    assert apart.margin == 2.5


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_the_line_stands_the_margin_below_its_origin(variant: HingeVariant) -> None:
    state = HingeState(variant=variant, margin=2.5)
    sweep = sweep_of(state)
    handle = _margin_handle(state, sweep, text_in("en"))
    assert (handle.value, handle.minimum, handle.limits) == (2.5, 0.0, (0.0, LARGEST_MARGIN))
    assert handle.origin is not None
    places = figures.result_places(sweep.now)
    origin = 0.0 if variant == "one_vs_all" else 3.2
    assert places[handle.origin] == origin
    # Row by row the sweep is that of the margin.
    row = round(2.5 / handle.step)
    assert handle.sweep["margin"][row] == 2.5
    np.testing.assert_array_equal(handle.sweep["hinge"][row], sweep.now.loss)


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", HINGE_POWERS)
def test_a_kink_that_is_not_there_is_out_of_sight(variant: HingeVariant, power: HingePower) -> None:
    sweep = sweep_of(HingeState(variant=variant, power=power))
    figure = figures.losses_figure(sweep.axis, sweep.loss_limit, score_label="")
    lowest = figure.layout.yaxis.range[0]
    for kinks, losses in (
        (sweep.kinks_by_margin, sweep.curves_by_margin),
        (sweep.kinks_by_label, sweep.curves_by_label),
    ):
        places = figures.curve_places(losses, kinks, sweep.loss_limit)
        scores, heights = places[figures.KINK_SCORES], places[figures.KINK_LOSSES]
        is_used = np.isfinite(kinks[..., 1, :])
        np.testing.assert_array_equal(np.where(is_used, scores, np.nan), kinks[..., 0, :])
        np.testing.assert_array_equal(np.where(is_used, heights, np.nan), kinks[..., 1, :])
        assert (heights[~is_used] < 10 * lowest).all()
        assert np.isfinite(scores).all()


@pytest.mark.parametrize(
    "change",
    [
        {"margin_line": -0.1},
        {"margin_line": LARGEST_MARGIN + 1},
        {"margin_line": "line"},
        {"margin_line": None},
        {"margin_line": float("nan")},
        {"score0": 1e9},
        {"label": 7},
    ],
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    assert moved(HingeState(), Release({**VALUES, **change}, "score0")) is HingeState()
    without = {name: value for name, value in VALUES.items() if name not in change}
    if "label" not in change:
        assert moved(HingeState(), Release(without, "score0")) is HingeState()


def test_places_put_every_number_where_it_belongs() -> None:
    places = figures.result_places(sweep_of(HingeState()).now)
    # cat 3.2 is true: car 5.1 violates by 2.9 and counts, frog -1.7 is cut off at -3.9.
    assert places[Spot("margins", 0, "y")].tolist() == [0, 0, -3.9, 0, 2.9, 0]
    np.testing.assert_array_equal(places["margin_labels"], [np.nan, 2.9, -3.9])
    np.testing.assert_array_equal(places["terms"], [np.nan, 2.9, 0])
    assert places["termless"].tolist() == [0]
    assert places[Spot("gradient", 0, "y")].tolist() == [-1, 1, 0]
    assert places["variant_losses"].tolist() == [2.9, 8.41, 2.9, 8.41, 6.1, 37.21]
    assert places["line_origin"] == pytest.approx(3.2)
    assert (places["push"], places["lead"]) == (1, pytest.approx(-1.9))
    assert [float(places[f"inside{index}"]) for index in range(3)] == [0, 1, 0]
    assert [float(places[f"met{index}"]) for index in range(3)] == [0, 0, 0]


def test_only_the_worst_class_is_full_for_crammer_singer() -> None:
    frog = HingeState(Example(scores=(2.2, 2.5, -3.1), label=2), variant="crammer_singer")
    places = figures.result_places(sweep_of(frog).now)
    assert places[Spot("margins", 0, "y")].tolist() == [6.3, 0, 0, 0, 6.6, 0]
    assert [float(places[f"inside{index}"]) for index in range(3)] == [1, 2, 0]


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", HINGE_POWERS)
def test_the_swept_row_at_the_present_value_is_what_is_shown_now(variant, power) -> None:
    sweep = sweep_hinges([3.0, 5.0, -2.0], 0, along=1, margin=2.0, variant=variant, power=power)
    now = figures.result_places(sweep.now)
    swept = figures.result_places(sweep.by_score)
    by_label = figures.result_places(sweep.by_label)
    by_margin = figures.result_places(sweep.by_margin)
    step = int(np.flatnonzero(sweep.by_margin.margin == 2)[0])
    for place, values in now.items():
        for index, score in enumerate([3.0, 5.0, -2.0]):
            row = int(np.flatnonzero(sweep.axis.grid == score)[0])
            np.testing.assert_array_equal(swept[place][index, row], values)
        np.testing.assert_array_equal(by_label[place][0], values)
        np.testing.assert_array_equal(by_margin[place][step], values)


SENTENCES = [
    (
        {},
        "Inside the margin: car. Each of them is pushed down by 1, and cat up by their number: 1.",
    ),
    (
        {"scores": (2.2, 2.5, -3.1), "label": 2},
        "Inside the margin: cat, car. Each of them is pushed down by 1, "
        "and frog up by their number: 2.",
    ),
    (
        {"scores": (2.2, 2.5, -3.1), "label": 2, "power": 2},
        "Inside the margin: cat, car. Each of them is pushed down by twice its m, "
        "and frog up by the sum: 25.8000.",
    ),
    (
        {"scores": (10.0, 9.0, 9.0)},
        "No loss. car, frog: margin met exactly. "
        "There the slope jumps from 0 to 1; by convention it is 0.",
    ),
    (
        {"scores": (10.0, 9.5, 9.0)},
        "Inside the margin: car. Each of them is pushed down by 1, and cat up by their number: 1. "
        "frog: margin met exactly. There the slope jumps from 0 to 1; by convention it is 0.",
    ),
    (
        {"scores": (2.2, 2.5, -3.1), "label": 2, "variant": "crammer_singer"},
        "Inside the margin: cat, car. Only the worst counts, car: it is pushed down by 1, "
        "and frog up by 1.",
    ),
    (
        {"scores": (1.0, 2.0, 2.0), "variant": "crammer_singer"},
        "Inside the margin: car, frog. Several share the largest violation, which is a kink too. "
        "By convention the first counts, car: it is pushed down by 1, and cat up by 1.",
    ),
    (
        {"scores": (0.5, 2.0, -1.0), "variant": "one_vs_all"},
        "On the wrong side of its line: cat, car. Each of them is pushed to its own side by 1; "
        "no class looks at another. frog: margin met exactly. "
        "There the slope jumps from 0 to 1; by convention it is 0.",
    ),
    (
        {"scores": (10.0, -2.0, 3.0), "margin": 7.0, "power": 2},
        "No loss. frog: margin met exactly. There the squared hinge has slope 0 from both sides.",
    ),
    (
        {"scores": (10.0, -2.0, 3.0)},
        "Every other score is at least 1.0 below cat. All terms are cut off: "
        "no loss, no gradient, and a larger lead earns nothing.",
    ),
]


def told(state: HingeState, language: str) -> str:
    sweep = sweep_of(state)
    readouts = _readouts(state, 1, text_in(language))
    now = figures.result_places(sweep.now)
    return spoken(readouts, now, spoken(readouts, now, "{verdict}")).replace("**", "")


@pytest.mark.parametrize(("change", "sentence"), SENTENCES)
def test_the_sentence_tells_who_violates_and_who_pushes(change: dict, sentence: str) -> None:
    settings = {name: change[name] for name in ("margin", "variant", "power") if name in change}
    shape = {name: change[name] for name in ("scores", "label") if name in change}
    state = HingeState(Example(**shape), **settings)
    assert told(state, "en") == sentence
    chinese = told(state, "zh")
    assert not re.search(r"[{}]|[a-z]{5,}", chinese)
    assert all(name in chinese for name in ("cat", "car", "frog") if name in sentence)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_every_verdict_that_a_variant_can_give_has_its_sentence(language, variant) -> None:
    scores = np.round(np.arange(-3, 3.1, 0.5), 1)
    grid = np.stack(np.meshgrid(scores, scores, scores), axis=-1).reshape(-1, 3)
    state = HingeState(variant=variant)
    possible = set()
    for at in grid[:: 7 if variant == "one_vs_all" else 3]:
        sweep = sweep_hinges(at, 0, along=0, variant=variant)
        possible |= set(sweep.by_score.verdicts.ravel().tolist())
        if len(possible) == 4:
            break
    choices = _readouts(state, 1, text_in(language))[-1].choices
    assert choices is not None
    assert {int(verdict) for verdict in HingeVerdict if choices[verdict]} == possible


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", HINGE_POWERS)
@pytest.mark.parametrize("scores", [(3.2, 5.1, -1.7), (0.0,) * 10, (456.0, -3.25)])
def test_limits_hold_what_a_drag_can_reach(variant, power, scores) -> None:
    sweep = sweep_hinges(scores, 0, along=0, variant=variant, power=power)
    for state in sweep.states:
        low, high = sweep.margin_limits
        assert low <= state.margins.min()
        assert state.margins.max() <= high
        assert state.loss.max() <= sweep.loss_limit
        assert max(loss.max() for loss in state.losses.values()) <= sweep.variants_limit * 1.001
        low, high = sweep.gradient_limits
        assert state.gradient.max() <= high
        if power == 1:
            assert low <= state.gradient.min()
    at, values = sweep.function
    assert at[0] == sweep.margin_limits[0]
    assert values.tolist() == [max(0.0, m) ** power for m in at.tolist()]
