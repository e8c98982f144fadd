"""SVM against softmax through Streamlit itself: both losses, controls, code, derivation, data."""

from __future__ import annotations

import json
import re

import pytest

from core.losses.comparison import compare_losses
from core.losses.hinge import HINGE_VARIANTS
from core.presets import PRESETS
from pages.svm_against_softmax import SvmAgainstSoftmaxState as State
from pages.ui.kit.comparison_stage import READOUTS
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.example import Example
from pages.ui.text import LANGUAGES
from tests.apptest import code_prints, header, opened, presets_of, state_of, told, why

LESSON = "svm_against_softmax"
OFFERED = presets_of(LESSON)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_losses_are_shown(language: str) -> None:
    app = opened(LESSON, lang=language)
    for _ in range(2):
        now = told(app)
        cat = compare_losses([3.2, 5.1, -1.7], 0)
        assert now["hinge"] == cat.hinge == pytest.approx(2.9)
        assert now["cross_entropy"] == cat.cross_entropy == pytest.approx(2.0404, abs=5e-5)
        assert {panel["id"] for panel in header(app)["panels"]} >= {"scores", "probabilities"}
        app.run()
        assert not app.exception


@pytest.mark.parametrize("preset", [p for p in PRESETS if p.id in OFFERED], ids=lambda p: p.id)
def test_presets(preset) -> None:
    app = opened(LESSON)
    app.selectbox(key="preset").select(preset.id).run()
    state = state_of(app, State)
    assert state.example == Example(preset.names, preset.scores, preset.label)
    assert (state.margin, state.variant) == (preset.margin, preset.variant)
    assert app.selectbox(key="preset").value == preset.id
    result = compare_losses(
        preset.scores, preset.label, margin=preset.margin, variant=preset.variant
    )
    assert told(app)["hinge"] == result.hinge
    assert told(app)["cross_entropy"] == result.cross_entropy


def test_other_controls() -> None:
    app = opened(LESSON)
    for variant in HINGE_VARIANTS[1:]:
        app.selectbox(key="variant").select(variant).run()
        assert state_of(app, State).variant == variant
        assert told(app)["hinge"] == compare_losses([3.2, 5.1, -1.7], 0, variant=variant).hinge
    app.text_input(key="margin").set_value("2.5").run()
    assert state_of(app, State).margin == 2.5
    app.toggle(key="is_logarithmic").set_value(True).run()
    assert state_of(app, State).is_logarithmic
    figure = json.loads(header(app)["panels"][3]["figure"])
    assert figure["layout"]["yaxis"]["type"] == "log"
    app.number_input(key="classes").set_value(5).run()
    assert state_of(app, State).example.names == ("cat", "car", "frog", "D", "E")
    app.text_input(key="names").input("a,b,c,d,e").run()
    assert state_of(app, State).example.names == tuple("abcde")
    app.text_input(key="scores").input("456, -1, 0.5").run()
    assert state_of(app, State).example.scores == (456, -1, 0.5)
    assert state_of(app, State).example.names == tuple("abc")
    next(button for button in app.button if button.label == "Random").click().run()
    random = state_of(app, State).example
    assert random.names == tuple("abc")
    assert random.scores != (456, -1, 0.5)
    next(button for button in app.button if button.label == "Reset").click().run()
    assert state_of(app, State) == State()
    assert not app.exception


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("scores", "1, two, 3", "“two” cannot be used: this has to be a number such as 3.2."),
        ("scores", "7", "“7” cannot be used: there must be 2 to 10 classes, one score for each."),
        (
            "scores",
            "1, 2e7",
            "“2e7” cannot be used: a number here lies between −1,000,000 and 1,000,000.",
        ),
        (
            "names",
            "a, b",
            "“a, b” cannot be used: there must be 3 names, one for each score, separated by commas.",
        ),
        ("names", "a, a, b", "“a” cannot be used: another class already has this name."),
    ],
)
def test_bad_input_stays_and_is_explained(key: str, typed: str, sentence: str) -> None:
    app = opened(LESSON)
    before = told(app)
    app.text_input(key=key).input(typed).run()
    assert app.text_input(key=key).value == typed
    assert [error.value.replace("\\", "") for error in app.error] == [sentence]
    assert told(app) == before
    app.text_input(key=key).input("4,5,6" if key == "scores" else "x,y,z").run()
    assert not app.error
    assert not app.exception


CASES = [
    {},
    {"z": "10,-100,-100"},
    {"z": "123,456,789", "y": "1"},
    {"z": "-2.85,0.86,0.28", "y": "2"},
    {"z": "1,1,1,1,1,1,1,1,1,1", "variant": "crammer_singer"},
    {"z": "2.2,2.5,-3.1", "y": "2", "variant": "one_vs_all", "margin": "0.5"},
    {"z": "1000000,-1000000", "y": "1"},
]


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    lines = code_prints(app, READOUTS, {"violation_count": 0})
    assert len(lines) == len(READOUTS) + 3


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    text = why(app)
    hinge_name, cross_entropy_name = {"en": ("hinge", "cross-entropy"), "zh": ("合页", "交叉熵")}[
        language
    ]
    assert text.count(rf"\text{{{hinge_name}}}") == 2
    assert text.count(rf"\text{{{cross_entropy_name}}}") == 2
    now = told(app)
    hinge = format_fixed(now["hinge"], 4).replace("−", "-")
    assert f"= {hinge.split('e')[0]}" in text
    assert f"= {format_fixed(now['cross_entropy'], 4).split('e')[0]}" in text
    terms = re.findall(r"\\max\(0, ([^\\]+)\)(?= [+=]|,|\\right)", text)
    values = [max(0.0, eval(term.replace("--", "+"), {})) for term in terms]
    total = max(values) if parameters.get("variant") == "crammer_singer" else sum(values)
    assert total == pytest.approx(now["hinge"])


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data")
    frame = app.dataframe[0].value
    cat = compare_losses([3.2, 5.1, -1.7], 0)
    assert frame["class"].tolist() == ["cat", "car", "frog"]
    assert frame["probability"].tolist() == cat.probabilities.tolist()
    assert frame["hinge_gradient"].tolist() == [-1, 1, 0]
