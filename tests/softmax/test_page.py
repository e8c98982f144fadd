"""The softmax lesson through Streamlit: stage, tabs, presets, both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.presets import PRESETS
from pages.softmax import SoftmaxState
from pages.softmax.numbers import TEMPERATURE_GRID, softmax_steps
from pages.softmax.stage import READOUTS
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.example import Example
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import code_prints, header, opened, state_of, told, why

LESSON = "softmax"
CASES = [
    {},
    {"z": "1,2,3", "T": "2.46", "c": "-3.3", "along": "1"},
    {"z": "1010,1000,990", "c": "-1000"},
    {"z": "123,456,789"},
    {"z": "12.5,0.6,-23", "T": "0.05", "c": "1000", "along": "2"},
    {"z": "4,4,1", "T": "0.05"},
    {"z": "0,0,0,0,0,0,0,0,0,0", "T": "20"},
    {"z": "1000000,-1000000", "T": "0.07"},
    {"z": "1.25,-2.125,0.3,2,1,0,-1,-2,3.5,0.2", "c": "0.1", "along": "8"},
]


def expected(parameters: dict[str, str]):
    z = [float(value) for value in parameters.get("z", "3.2,5.1,-1.7").split(",")]
    steps = softmax_steps(
        z, temperature=float(parameters.get("T", 1)), constant=float(parameters.get("c", 0))
    )
    return steps, int(parameters.get("along", 0))


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_page_shows_what_core_computes(parameters: dict[str, str]) -> None:
    app = opened(LESSON, **parameters)
    assert not app.warning
    steps, j = expected(parameters)
    now = told(app)
    jacobian = np.array(steps.jacobian)
    assert now["entropy"] == pytest.approx(float(steps.entropy), rel=1e-12)
    assert now["entropy_in_bits"] == pytest.approx(float(steps.entropy) / np.log(2), rel=1e-12)
    assert now["own_probability"] == pytest.approx(float(steps.probabilities[j]), rel=1e-12)
    labels = {readout["id"]: readout["label"] for readout in header(app)["readouts"]}
    assert f"{np.log(len(steps.logits)):.3f}" in labels["entropy"]
    assert now["own_derivative"] == pytest.approx(jacobian[j, j], rel=1e-12)
    others = np.delete(jacobian[:, j], j).sum()
    assert now["other_derivatives"] == pytest.approx(others, rel=1e-12)
    stage = header(app)
    assert [panel["id"] for panel in stage["panels"]] == [
        "logits",
        "exponentials",
        "probabilities",
        "jacobian",
    ]
    places = {
        (place["panel"], place["attribute"]): values
        for place, values in zip(stage["places"], stage["now"], strict=True)
    }
    assert places["probabilities", "y"] == pytest.approx(steps.probabilities.tolist(), rel=1e-12)
    cells = next(mark for mark in stage["marks"] if mark["kind"] == "cell")
    assert stage["now"][cells["numbers"]] == pytest.approx(jacobian.ravel().tolist(), rel=1e-12)
    assert all(value is not None for values in stage["now"] for value in values)
    handles = {handle["id"]: handle for handle in stage["handles"]}
    assert handles["temperature"]["grid"] == TEMPERATURE_GRID.tolist()
    assert handles["constant"]["value"] == float(parameters.get("c", 0))
    assert [handles[f"score{i}"]["value"] for i in range(len(steps.logits))] == pytest.approx(
        steps.moved_logits.tolist()
    )


def test_the_constant_moves_the_logits_and_nothing_else() -> None:
    stage = header(opened(LESSON, z="0.3,2.9,4.0"))
    constant = next(handle for handle in stage["handles"] if handle["id"] == "constant")
    moving = {place for spots in constant["columns"] for place, _ in spots}
    shown = {stage["places"][place]["attribute"] for place in moving}
    follow = {handle["follows"] for handle in stage["handles"]} - {None}
    assert follow < moving
    names = {stage["places"][place]["attribute"] for place in follow}
    assert shown - names == {"y", "constant_now", "shift_error", "shift"}
    assert [stage["places"][place]["panel"] for place in moving - follow].count("logits") == 1


def test_presets() -> None:
    t, app = text_in("en"), opened(LESSON, z="9,9,1", T="3", c="5")
    offered = app.selectbox(key="preset").options
    presets = [preset for preset in PRESETS if t(f"preset.{preset.id}") in offered]
    assert len(presets) == len(offered) == 9
    for preset in presets:
        app.selectbox(key="preset").select(preset.id).run()
        state = state_of(app, SoftmaxState)
        assert state.example == Example(preset.names, preset.scores, preset.label)
        assert (state.temperature, state.constant) == (1.0, 0.0)
        assert told(app)["entropy"] == pytest.approx(
            float(softmax_steps(preset.scores).entropy), rel=1e-12
        )


@pytest.mark.parametrize("changed", [{"T": "2"}, {"c": "5"}])
def test_a_preset_can_be_chosen_again_when_a_slider_was_moved(changed: dict[str, str]) -> None:
    preset = {"z": "1010,1000,990", "names": "first,second,third", "y": "0"}
    assert opened(LESSON, **preset, along="1").selectbox(key="preset").value == "thousands"
    app = opened(LESSON, **preset, **changed)
    assert app.selectbox(key="preset").value is None
    app.selectbox(key="preset").select("thousands").run()
    assert app.selectbox(key="preset").value == "thousands"
    state = state_of(app, SoftmaxState)
    assert (state.temperature, state.constant) == (1, 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_winner_at_temperature_1_is_not_said_to_be_cold(language: str) -> None:
    app = opened(LESSON, lang=language, z="1010,1000,990")
    stage = header(app)
    verdict = next(readout for readout in stage["readouts"] if readout["id"] == "verdict")
    sentence = verdict["choices"][int(told(app)["verdict"])]
    assert sentence == text_in(language)("softmax.verdict.almost_argmax")
    assert "{temperature_now}" in sentence
    assert stage["pinned"]


def test_halved_logits_are_temperature_two() -> None:
    halved = told(opened(LESSON, z="0.5,-1,0"))
    hot = told(opened(LESSON, z="1,-2,0", T="2"))
    assert halved["entropy"] == pytest.approx(hot["entropy"], rel=1e-14)


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    lines = code_prints(app, READOUTS)
    assert lines[len(READOUTS)].split()[-1] == "0.0000"
    steps, _ = expected(parameters)
    assert lines[-1].startswith(f"winner {steps.winners} in the scores")
    text = "\n".join(lines)
    printed = re.search(r"^p {4} \[([^\]]*)\]", text, re.M)[1]
    assert np.array(printed.split(), float) == pytest.approx(
        steps.probabilities, rel=1e-5, abs=1e-8
    )


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    text = why(app)
    steps, j = expected(parameters)
    number = r"-?[\d.]+(?: \\cdot 10\^\{-?\d+\})?"

    def read(written: str) -> float:
        return float(re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", written).replace(" ", ""))

    own = re.search(rf"p_{j}\}}\{{\\partial s_{j}\}} = .*? = ({number}),", text)
    assert read(own[1]) == pytest.approx(steps.jacobian[j, j], rel=1e-3, abs=5e-5)
    complement = re.search(rf"1 - p_{j} = ({number})", text)
    others = np.delete(steps.probabilities, j).sum()
    assert read(complement[1]) == pytest.approx(others, rel=1e-3, abs=5e-5)
    crosses = re.findall(rf"p_(\d)\}}\{{\\partial s_{j}\}} &= .* = ({number})", text)
    assert [int(i) for i, _ in crosses] == [i for i in range(len(steps.logits)) if i != j]
    for i, entry in crosses:
        assert read(entry) == pytest.approx(steps.jacobian[int(i), j], rel=1e-3, abs=5e-5)
    total = re.search(rf"\$({number}(?: - {number})+) = 0\$", text)
    terms = [read(term) for term in total[1].split(" - ")]
    assert len(terms) == len(steps.logits)
    assert terms[0] == pytest.approx(sum(terms[1:]), rel=2e-3, abs=5e-4)
    for value in (steps.entropy, steps.total, steps.largest_entropy):
        assert format_fixed(float(value), 4).split("e")[0] in text


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data", z="1,2,3", c="4", names="x,y,z")
    frame = app.dataframe[0].value
    steps = softmax_steps([1, 2, 3])
    assert frame["class"].tolist() == ["x", "y", "z"]
    assert frame["moved_logit"].tolist() == [5, 6, 7]
    assert frame["probability"].tolist() == pytest.approx(steps.probabilities.tolist())
    assert frame["derivative_by_y"].tolist() == pytest.approx(steps.jacobian[:, 1].tolist())
