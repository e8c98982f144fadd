"""The stage of the hinge lesson: what is let go becomes the state, and each number has its place."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from core.losses.hinge_variants import HINGE_POWERS, HingePower, HingeVerdict
from pages.hinge import HingeState
from pages.hinge.numbers import sweep_hinges
from pages.hinge.stage import hinge_stage, moved, sweeps_of
from pages.ui.kit.scores import score_id
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.state.losses import LARGEST_MARGIN
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_every_step_is_as_opened_there, now, panels_of, sentence

VALUES = {"score0": 3.2, "score1": 5.1, "score2": -1.7, "label": 0, "margin_line": 1.0}


def stage_of(state: HingeState, language: str = "en") -> Stage:
    return hinge_stage(state, sweeps_of(state), text_in(language))


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
    stage = stage_of(HingeState(variant=variant, margin=2.5))
    (line,) = [handle for handle in stage.handles if handle.id == "margin_line"]
    assert (line.value, line.minimum, line.limits) == (2.5, 0.0, (0.0, LARGEST_MARGIN))
    assert line.origin(stage.now) == (0.0 if variant == "one_vs_all" else 3.2)


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", HINGE_POWERS)
def test_a_kink_that_is_not_there_is_out_of_sight(variant: HingeVariant, power: HingePower) -> None:
    stage = stage_of(HingeState(variant=variant, power=power))
    (panel,) = [panel for panel in stage.panels if panel.id == "losses"]
    lowest = panel.figure.layout.yaxis.range[0]
    for handle in ("label", "margin_line"):
        (result,) = [each.sweep for each in stage.handles if each.id == handle]
        scores, losses = panel.show[1, "x"](result), panel.show[1, "y"](result)
        is_used = np.isfinite(result.kinks[..., 1, :])
        np.testing.assert_array_equal(scores[is_used], result.kinks[..., 0, :][is_used])
        np.testing.assert_array_equal(losses[is_used], result.kinks[..., 1, :][is_used])
        assert (losses[~is_used] < 10 * lowest).all()
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
    assert moved(HingeState(), Release({**VALUES, **change}, "score0")) == HingeState()
    without = {name: value for name, value in VALUES.items() if name not in change}
    if "label" not in change:
        assert moved(HingeState(), Release(without, "score0")) == HingeState()


def marked(stage: Stage, panel: str, mark: int) -> list[float]:
    """The numbers of a mark."""
    (marks,) = [each.marks for each in stage.panels if each.id == panel]
    return marks[mark].numbers(stage.now).tolist()


def test_places_put_every_number_where_it_belongs() -> None:
    stage = stage_of(HingeState())
    shown = now(stage)
    # cat 3.2 is true: car 5.1 violates by 2.9 and counts, frog -1.7 is cut off at -3.9.
    assert shown["margins", 0, "y"].tolist() == [0, 0, -3.9, 0, 2.9, 0]
    assert shown["gradient", 0, "y"].tolist() == [-1, 1, 0]
    roots = np.sqrt([2.9, 8.41, 2.9, 8.41, 6.1, 37.21])
    np.testing.assert_allclose(shown["variants", 0, "y"], roots, rtol=1e-15)
    assert marked(stage, "variants", 0) == [2.9, 8.41, 2.9, 8.41, 6.1, 37.21]
    told = {name: float(values[0]) for (panel, _, name), values in shown.items() if not panel}
    assert (told["push"], told["lead"]) == (1, pytest.approx(-1.9))
    assert [told[f"inside{index}"] for index in range(3)] == [0, 1, 0]
    assert [told[f"met{index}"] for index in range(3)] == [0, 0, 0]


def test_only_the_worst_class_is_full_for_crammer_singer() -> None:
    frog = HingeState(Example(scores=(2.2, 2.5, -3.1), label=2), variant="crammer_singer")
    shown = now(stage_of(frog))
    assert shown["margins", 0, "y"].tolist() == [6.3, 0, 0, 0, 6.6, 0]
    assert [shown[None, 0, f"inside{index}"][0] for index in range(3)] == [1, 2, 0]


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", HINGE_POWERS)
def test_a_drag_shows_what_is_shown_where_it_ends(variant, power) -> None:
    state = HingeState(
        Example(scores=(3.0, 5.0, -2.0)), along=1, margin=2.0, variant=variant, power=power
    )
    assert_every_step_is_as_opened_there(stage_of, moved, state)


SENTENCES = [
    (
        {},
        "Too close: car. Each class that is too close is pushed down by 1, and cat up by their number: 1.",
    ),
    (
        {"scores": (2.2, 2.5, -3.1), "label": 2},
        "Too close: cat, car. Each class that is too close is pushed down by 1, "
        "and frog up by their number: 2.",
    ),
    (
        {"scores": (2.2, 2.5, -3.1), "label": 2, "power": 2},
        "Too close: cat, car. Each class that is too close is pushed down by twice its m, "
        "and frog up by the sum: 25.8000.",
    ),
    (
        {"scores": (10.0, 9.0, 9.0)},
        "No loss. car, frog: margin met exactly. "
        "There the slope jumps from 0 to 1; by convention it is 0.",
    ),
    (
        {"scores": (10.0, 9.5, 9.0)},
        "Too close: car. Each class that is too close is pushed down by 1, and cat up by their number: 1. "
        "frog: margin met exactly. There the slope jumps from 0 to 1; by convention it is 0.",
    ),
    (
        {"scores": (2.2, 2.5, -3.1), "label": 2, "variant": "crammer_singer"},
        "Too close: cat, car. Only the worst counts, car: it is pushed down by 1, "
        "and frog up by 1.",
    ),
    (
        {"scores": (1.0, 2.0, 2.0), "variant": "crammer_singer"},
        "Too close: car, frog. Several share the largest violation, which is a kink too. "
        "By convention the first counts, car: it is pushed down by 1, and cat up by 1.",
    ),
    (
        {"scores": (0.5, 2.0, -1.0), "variant": "one_vs_all"},
        "On the wrong side: cat, car. Each score there is pushed to its own side by 1; "
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
    return sentence(stage_of(state, language), "{verdict}").replace("**", "")


@pytest.mark.parametrize(("change", "expected"), SENTENCES)
def test_the_sentence_tells_who_violates_and_who_pushes(change: dict, expected: str) -> None:
    settings = {name: change[name] for name in ("margin", "variant", "power") if name in change}
    shape = {name: change[name] for name in ("scores", "label") if name in change}
    state = HingeState(Example(**shape), **settings)
    assert told(state, "en") == expected
    chinese = told(state, "zh")
    assert not re.search(r"[{}]|[a-z]{5,}", chinese)
    assert all(name in chinese for name in ("cat", "car", "frog") if name in expected)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_every_verdict_that_a_variant_can_give_has_its_sentence(language, variant) -> None:
    scores = np.round(np.arange(-3, 3.1, 0.5), 1)
    grid = np.stack(np.meshgrid(scores, scores, scores), axis=-1).reshape(-1, 3)
    possible = set()
    for at in grid[:: 7 if variant == "one_vs_all" else 3]:
        sweeps = sweep_hinges(at, 0, along=0, variant=variant)
        for index in range(3):
            possible |= set(sweeps.by[score_id(index)].hinge.verdicts.ravel().tolist())
        if len(possible) == 4:
            break
    choices = stage_of(HingeState(variant=variant), language).readouts[-1].choices
    assert choices is not None
    assert {int(verdict) for verdict in HingeVerdict if choices[verdict]} == possible


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", HINGE_POWERS)
@pytest.mark.parametrize("scores", [(3.2, 5.1, -1.7), (0.0,) * 10, (456.0, -3.25)])
def test_limits_hold_what_a_drag_can_reach(variant, power, scores) -> None:
    sweep = sweep_hinges(scores, 0, along=0, variant=variant, power=power)
    for state in (sweep.now.hinge, *(result.hinge for result in sweep.by.values())):
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


@pytest.mark.parametrize("z", [(3.2, 5.1, -1.7), (0.01, 0.02, 0.0), (300.0, -400.0, 500.0)])
def test_the_axis_of_roots_has_round_ticks(z: tuple[float, ...]) -> None:
    stage = stage_of(HingeState(example=Example(("a", "b", "c"), z, 0)))
    axis = panels_of(stage)["variants"].figure.layout.yaxis
    ticks = [float(text) for text in axis.ticktext]
    np.testing.assert_allclose(np.square(axis.tickvals), ticks)
    assert len(ticks) >= 3
    leading = {float(f"{tick:e}".partition("e")[0]) for tick in ticks}
    assert leading <= {0.0, 1.0, 2.0, 5.0}
