"""The lesson of two classes through Streamlit itself."""

from __future__ import annotations

import pytest

from core.presets import PRESETS
from pages.two_classes import TwoClassesState
from pages.two_classes.numbers import LOSSES
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.example import Example
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import opened, presets_of, run, state_of, told, why

LESSON = "two_classes"
OFFERED = presets_of(LESSON)
CASES = [
    {},
    {"z": "5.3,10.1", "names": "0,2", "y": "1", "bits": "1"},
    {"z": "2.2,2.5,-3.1", "y": "2", "rival": "0", "margin": "0.5"},
    {"z": "5.1,3.2", "margin": "1.9"},
    {"z": "0.123456789123,3", "margin": "0.3"},
    {"z": "2,2"},
    {"z": "500,-500"},
    {"z": "-500,500"},
    {"z": "1000000,-1000000", "y": "1"},
]


@pytest.mark.parametrize("preset", [p for p in PRESETS if p.id in OFFERED], ids=lambda p: p.id)
def test_presets_keep_all_their_classes(preset) -> None:
    app = opened(LESSON)
    app.selectbox(key="preset").select(preset.id).run()
    state = state_of(app, TwoClassesState)
    assert state.example == Example(preset.names, preset.scores, preset.label)
    assert app.selectbox(key="preset").value == preset.id
    others = [s for index, s in enumerate(preset.scores) if index != preset.label]
    assert told(app)["m"] == preset.scores[preset.label] - max(others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_classes_than_two_are_told_and_kept(language: str) -> None:
    app = opened(LESSON, lang=language)
    words = [entry.value for entry in app.markdown]
    cat, car, frog = (text_in(language)(f"class_name.{name}") for name in ("cat", "car", "frog"))
    assert any("3" in word and f"**{cat}**" in word and f"**{car}**" in word for word in words)
    app.selectbox(key="against").select(2).run()
    state = state_of(app, TwoClassesState)
    assert (state.rival, state.example) == (2, Example())
    assert told(app)["m"] == pytest.approx(4.9)
    assert any(f"**{frog}**" in entry.value for entry in app.markdown)
    app.selectbox(key="against").select(1).run()
    assert state_of(app, TwoClassesState) == TwoClassesState()
    two = opened(LESSON, z="1,2", lang=language)
    assert len(two.markdown) < len(app.markdown)
    assert two.selectbox(key="against").disabled


def test_controls() -> None:
    app = opened(LESSON, rival="2")
    app.text_input(key="margin").set_value("2.5").run()
    assert told(app)["delta_now"] == 2.5
    app.toggle(key="is_in_bits").set_value(True).run()
    assert state_of(app, TwoClassesState).is_in_bits
    # A rival that goes with its class leaves no complaint behind.
    app.number_input(key="classes").set_value(2).run()
    assert state_of(app, TwoClassesState).rival is None
    assert not app.warning
    app.text_input(key="scores").input("456, -1, 0.5, 7").run()
    assert state_of(app, TwoClassesState).example.scores == (456, -1, 0.5, 7)
    next(button for button in app.button if button.label == "Random").click().run()
    assert state_of(app, TwoClassesState).margin == 2.5
    assert not app.exception


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    now = told(app)
    lines = [line.rsplit(None, 1) for line in run(app.code[0].value)]
    printed = {name.strip(): text for name, text in lines}
    expected = {"signed margin m": now["m"], "p of the true class": now["true_probability"]}
    for name in LOSSES:
        word = name.replace("zero_one", "0-1").replace("_", " ")
        expected |= {f"{word} loss": now[name], f"{word} slope": now[f"{name}_slope"]}
    for name, number in expected.items():
        if isinstance(number, str):
            assert printed[name] == number.replace("Infinity", "inf"), name
        else:
            found = printed[name].replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
            assert found == format_fixed(number, 4).replace("−", "-"), name
    assert float(printed["-log sigmoid(m)"]) == now["binary"]
    assert float(printed["softmax of two scores"]) == now["softmax_loss"]
    assert printed["-log sigmoid(m)"] == printed["softmax of two scores"]


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    now = told(app)
    text = why(app)
    assert "nan" not in text
    assert "–" not in text.replace("0–1", "")  # how a number that there is not is written
    squared = format_fixed(now["squared_hinge"], 4, trimmed=True).replace("−", "-")
    assert f"${squared}$" in text or "e" in squared
    assert not app.exception


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data")
    frame = app.dataframe[0].value
    assert frame["value"].tolist() == pytest.approx([1, 2.9, 8.41, 2.0393867582829603, 6.68589444])
    assert frame["slope"].tolist() == pytest.approx([0, -1, -5.8, -0.8698915256, -6.68589444])
