"""The hinge lesson through Streamlit itself."""

from __future__ import annotations

import re

import pytest

from core.losses.hinge import HINGE_VARIANTS
from core.losses.hinge_variants import HINGE_POWERS, compare_hinges
from core.presets import PRESETS
from pages.hinge import HingeState
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.example import Example
from pages.ui.text import LANGUAGES
from tests.apptest import code_prints, opened, presets_of, state_of, told, why

LESSON = "hinge"
OFFERED = presets_of(LESSON)
PUBLISHED = {
    "cat_image": 2.9,
    "car_image": 0,
    "frog_image": 12.9,
    "frog_crammer_singer": 6.6,
    "margin_ten": 8,
    "chance_level": 9,
    "clear_win": 0,
    "exact_margin": 0,
    "overwhelming_win": 0,
}


@pytest.mark.parametrize("preset", [p for p in PRESETS if p.id in OFFERED], ids=lambda p: p.id)
def test_presets_give_the_published_losses(preset) -> None:
    app = opened(LESSON)
    app.selectbox(key="preset").select(preset.id).run()
    assert state_of(app, HingeState).example == Example(preset.names, preset.scores, preset.label)
    assert app.selectbox(key="preset").value == preset.id
    assert told(app)["hinge"] == PUBLISHED[preset.id]


def test_every_preset_has_its_number() -> None:
    assert set(OFFERED) == set(PUBLISHED)


def test_controls() -> None:
    app = opened(LESSON)
    for variant in HINGE_VARIANTS[::-1]:
        app.selectbox(key="variant").select(variant).run()
        for power in HINGE_POWERS[::-1]:
            app.selectbox(key="power").select(power).run()
            assert (state_of(app, HingeState).variant, state_of(app, HingeState).power) == (
                variant,
                power,
            )
            cat = compare_hinges([3.2, 5.1, -1.7], 0, variant=variant, power=power)
            assert told(app)["hinge"] == cat.loss
            assert told(app)["push"] == -cat.true_gradient
    app.text_input(key="margin").set_value("2.5").run()
    assert state_of(app, HingeState).margin == 2.5
    assert told(app)["margin"] == 2.5
    app.number_input(key="classes").set_value(5).run()
    assert state_of(app, HingeState).example.names == ("cat", "car", "frog", "D", "E")
    app.text_input(key="scores").input("456, -1, 0.5").run()
    assert state_of(app, HingeState).example.scores == (456, -1, 0.5)
    assert not app.exception


CASES = [
    {},
    {"z": "10,9,9"},
    {"z": "0.29,0.04", "margin": "0.25"},
    {"z": "-2.85,0.86,0.28", "y": "2", "power": "2"},
    {"z": "1,1,1,1,1,1,1,1,1,1", "variant": "crammer_singer"},
    {"z": "2.2,2.5,-3.1", "y": "2", "variant": "crammer_singer", "power": "2"},
    {"z": "2.2,2.5,-3.1", "y": "2", "variant": "one_vs_all", "margin": "0.5"},
    {"z": "2.2,2.5,-3.1", "y": "2", "variant": "one_vs_all", "power": "2"},
    {"z": "0.03125,0", "y": "1"},
    {"z": "0.12345678912,3", "margin": "0.3"},
    {"z": "1000000,-1000000", "y": "1"},
]


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    readouts = ("hinge", "violation_count", "push", "lead")
    lines = code_prints(app, readouts, {"violation_count": 0})
    state = state_of(app, HingeState)
    result = compare_hinges(state.example.scores, state.example.label, margin=state.margin)
    printed = {tuple(line.rsplit(None, 1)) for line in lines[6:]}
    expected = {
        (f"{name}, power {power}", format_fixed(float(result.losses[variant, power]), 4))
        for variant, name in zip(
            HINGE_VARIANTS, ("Weston-Watkins", "Crammer-Singer", "one-vs-all"), strict=True
        )
        for power in HINGE_POWERS
    }
    exponents = {(name, text.replace("e+0", "e").replace("e+", "e")) for name, text in printed}
    assert {(name.strip(), text) for name, text in exponents} == {
        (name, text.replace("e+", "e")) for name, text in expected
    }


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    text = why(app)
    state, now = state_of(app, HingeState), told(app)
    result = compare_hinges(
        state.example.scores,
        state.example.label,
        margin=state.margin,
        variant=state.variant,
        power=state.power,
    )
    for loss in result.losses.values():
        assert f"| {format_fixed(float(loss), 4)} |" in text
    # The terms that stand there give the loss that stands there.
    terms = re.findall(r"\\max\(0, ([-\d](?:[^\\()]|\([^()]*\))*)\)", text)
    values = [max(0.0, eval(term, {})) ** state.power for term in terms]
    total = max(values) if state.variant == "crammer_singer" else sum(values)
    assert total == pytest.approx(now["hinge"], abs=1e-12)
    # And so do the rows of the table give the margins.
    rows = re.findall(r"\| \$([^$=]+) = ([^$]+)\$ \|", text)
    assert len(rows) == len(result.scores) - (state.variant != "one_vs_all")
    for sum_text, margin in rows:
        assert float(margin) == pytest.approx(eval(sum_text, {}), abs=5.1e-5)


def test_why_has_the_mean_over_the_three_images() -> None:
    app = opened(LESSON, tab="why")
    text = why(app)
    for loss in ("| 2.9000 |", "| 0.0000 |", "| 12.9000 |", "| **5.2667** |"):
        assert loss in text
    app = opened(LESSON, tab="why", variant="crammer_singer")
    text = why(app)
    assert "| 6.6000 |" in text


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data", z="2.2,2.5,-3.1", y="2", variant="crammer_singer")
    frame = app.dataframe[0].value
    assert frame["margin"].tolist() == [6.3, 6.6, 0]
    assert frame["counted"].tolist() == [0, 6.6, 0]
    assert frame["hinge_gradient"].tolist() == [0, 1, -1]
