"""The lesson on regularisation through Streamlit itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.losses.penalties import PENALTIES
from pages.regularization import RegularizationState
from pages.regularization.path import STRENGTHS, optima
from pages.regularization.penalty_comparison import compare_penalties
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import moved_to, opened, run, state_of, told, why
from tests.test_chinese import english, in_page

LESSON = "regularization"
MIXING = {"l1": 1.0, "l2": 0.0, "elastic": 0.5}


def seen(app: AppTest, look: str) -> dict[str, float]:
    """What one of the views tells at the address of a page."""
    address = encode(state_of(app, RegularizationState))
    return told(moved_to(app, {**address, "look": look}))


def test_published_weights() -> None:
    app = opened(LESSON, w="3,-1,2,0")
    app.button(key="weights_one").click().run()
    now = told(app)
    assert (now["score"], now["l1"], now["l2"]) == (1, 1, 1)
    app.button(key="weights_shared").click().run()
    now = told(app)
    assert (now["score"], now["l1"], now["l2"]) == (1, 1, 0.25)
    app.toggle(key="half").set_value(True).run()
    assert told(app)["l2"] == 0.125
    app.button(key="weights_one").click().run()
    assert told(app)["l2"] == 0.5
    assert state_of(app, RegularizationState) == RegularizationState(
        weights=(1.0, 0.0, 0.0, 0.0), half=1
    )


def test_the_table_of_published_examples_leads_here() -> None:
    app = opened("published_examples")
    table = next(entry.value for entry in app.markdown if entry.value.startswith("| Source"))
    row = next(line for line in table.splitlines() if "Σw²" in line)
    assert "(/regularization?" in row
    assert row.endswith("| reproduced |")


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("half", [False, True])
def test_controls_choose_the_penalty(penalty: str, half: bool) -> None:
    app = opened(LESSON, w="0.5,1,0,0", **{"lambda": "2.25"})
    app.button_group(key="penalty").select(penalty).run()
    app.toggle(key="half").set_value(half).run()
    assert (
        state_of(app, RegularizationState).penalty,
        state_of(app, RegularizationState).half,
    ) == (penalty, int(half))
    expected = optima([2.25], mixing=MIXING[penalty], half=half)
    weights = compare_penalties([0.5, 1, 0, 0], half=half)
    assert [told(app)[name] for name in PENALTIES] == weights.values.tolist()
    now = seen(app, "path")
    assert (now["optimum_1"], now["optimum_2"]) == tuple(expected.weights[0])
    assert now["total"] == expected.total[0]


def test_the_mixing_moves_the_elastic_net() -> None:
    app = opened(LESSON, penalty="elastic", **{"lambda": "5"})
    app.text_input(key="mixing").set_value("0.9").run()
    assert state_of(app, RegularizationState).mixing == 0.9
    assert told(app)["optimum_2"] == optima([5.0], mixing=0.9).weights[0, 1] == 0
    assert seen(app, "weights")["elastic"] == pytest.approx(1.0)


def test_other_weights_keep_the_score() -> None:
    app = opened(LESSON, w="2,-1,0.25,0")
    app.button(key="weights_random").click().run()
    assert told(app)["score"] == pytest.approx(1.25)
    assert state_of(app, RegularizationState).weights != (2, -1, 0.25, 0)
    next(button for button in app.button if button.label == "Reset").click().run()
    assert state_of(app, RegularizationState) == RegularizationState()
    app = opened(LESSON, w="30,30,30,30")
    app.button(key="weights_random").click().run()
    assert not app.warning


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1, two, 3, 4", "“two” cannot be used: this has to be a number such as 3.2."),
        ("1, 2", "“1, 2” cannot be used: there must be 4 weights."),
        ("1,2,3,31", "“1,2,3,31” cannot be used: this number lies between −30 and 30."),
    ],
)
def test_bad_weights_stay_and_are_explained(typed: str, sentence: str) -> None:
    app = opened(LESSON, w="0.5,0,0,0")
    app.text_input(key="weights").input(typed).run()
    assert app.text_input(key="weights").value == typed
    assert [error.value.replace("\\", "") for error in app.error] == [sentence]
    assert told(app)["score"] == 0.5
    app.text_input(key="weights").input("1; 2，3 −4").run()
    assert not app.error
    assert state_of(app, RegularizationState).weights == (1, 2, 3, -4)


CASES = [
    {},
    {"w": "0.25,0.25,0.25,0.25", "half": "1"},
    {"w": "-1,0.5,0,3", "penalty": "l1", "lambda": "2.5"},
    {"penalty": "l1", "lambda": "6"},
    {"penalty": "elastic", "mix": "0.3", "lambda": "0.1", "half": "1"},
    {"w": "0,0,0,0", "lambda": "0"},
    {"w": "30,-30,30,0.001", "lambda": "100", "penalty": "elastic", "mix": "0.9"},
]


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    lines = run(app.code[0].value)
    weights, path = seen(app, "weights"), seen(app, "path")
    shown = [
        *(weights[name] for name in ("score", *PENALTIES)),
        *(path[name] for name in ("optimum_1", "optimum_2", "data_loss", "penalty", "total")),
    ]
    printed = [lines[index].split()[-1] for index in (0, 1, 2, 3, *range(7, 12))]
    expected = [format_fixed(value, 4).replace("−", "-") for value in shown]
    assert [text.replace("e-0", "e-") for text in printed] == expected
    state = state_of(app, RegularizationState)
    gradient = compare_penalties(
        state.weights or (1, 0, 0, 0), mixing=state.mixing, half=state.half
    ).gradient
    for line, row in zip(lines[4:7], gradient, strict=True):
        found = [float(number) for number in re.findall(r"-?\d[\d.e+-]*", line.split("[")[1])]
        assert found == pytest.approx(row.tolist(), abs=1e-6)


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    text = why(app)
    now, path = seen(app, "weights"), seen(app, "path")
    for name in ("l1", "l2", "elastic"):
        assert f"= {format_fixed(now[name], 4).replace('−', '-').split('e')[0]}" in text
    # The terms that stand there add up to the penalty that stands there.
    terms = re.search(r"R_1 = .*? = (.*) = ", text)
    assert terms is not None
    total = sum(abs(float(term.strip("|"))) for term in terms[1].split(" + "))
    assert total == pytest.approx(now["l1"])
    # The fraction that stands there is the weight of the optimum.
    fractions = re.findall(r"\\frac\{S\((-?[\d.]+),\\; ([\d.]+)\)\}\{([\d.]+)\} = (-?[\d.]+)", text)
    assert len(fractions) == 2
    for index, fraction in enumerate(fractions, start=1):
        pull, threshold, divisor, weight = map(float, fraction)
        soft = np.sign(pull) * max(0, abs(pull) - threshold) / divisor
        assert weight == pytest.approx(soft, abs=1e-4)
        assert weight == pytest.approx(path[f"optimum_{index}"], abs=5.1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_tells_when_weights_are_0(language: str) -> None:
    for penalty, key in (("l1", "zeros_held"), ("l2", "zeros_never")):
        app = opened(LESSON, tab="why", lang=language, penalty=penalty)
        text = why(app)
        assert text_in(language)(f"regularization.{key}", first="6", second="2.25") in text


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data", w="0.5,-1,0,2", penalty="l1")
    four, path = (frame.value for frame in app.dataframe)
    assert four["value"].tolist() == [0.5, -1, 0, 2]
    assert four["l2_penalty"].tolist() == [0.25, 1, 0, 4]
    assert four["l1_gradient"].tolist() == [1, -1, 0, 1]
    assert path["lambda"].tolist() == STRENGTHS.tolist()
    assert path["w2"].tolist() == optima(STRENGTHS, mixing=1.0).weights[:, 1].tolist()


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ({}, "weights"),
        ({"penalty": "l1", "half": "1"}, "weights"),
        ({"lambda": "1"}, "weights"),
        ({"lambda": "6"}, "path"),
        ({"lambda": "6", "w": "1,0,0,0"}, "weights"),
        ({"lambda": "6", "look": "weights"}, "weights"),
        ({"w": "1,0,0,0", "look": "path"}, "path"),
    ],
)
def test_an_address_opens_what_it_speaks_of(address: dict[str, str], view: str) -> None:
    app = opened(LESSON, **address)
    assert state_of(app, RegularizationState).view == view
    assert ("optimum_1" in told(app)) == (view == "path")
    assert ("score" in told(app)) == (view == "weights")
    assert app.button_group(key="look").value == view


def test_the_view_stays_until_another_is_chosen() -> None:
    app = opened(LESSON, penalty="l1", **{"lambda": "6"})
    app.button_group(key="look").select("weights").run()
    assert state_of(app, RegularizationState).look == "weights"
    assert told(app)["l1"] == 1
    app.button_group(key="look").select("path").run()
    assert state_of(app, RegularizationState) == RegularizationState(penalty="l1", strength=6.0)
    assert told(app)["optimum_1"] == 0
    next(button for button in app.button if button.label == "Reset").click().run()
    assert state_of(app, RegularizationState) == RegularizationState(look="path")
    assert told(app)["optimum_1"] == optima([1.0], mixing=0.0).weights[0, 0]


def test_a_view_that_is_not_is_told() -> None:
    state, (problem,) = decode(RegularizationState, {"look": "sideways"})
    assert (state.view, problem.parameter, problem.reason) == ("weights", "look", "option")


def test_in_a_scene_the_penalty_is_set_beside_the_rest() -> None:
    app = opened(LESSON, scene="6", guess="none")
    assert not [group for group in app.button_group if group.key == "look"]
    app.button_group(key="penalty").select("l1").run()
    assert told(app)["optimum_1"] == told(app)["optimum_2"] == 0
    next(button for button in app.button if button.label == "Reset").click().run()
    assert app.query_params["scene"] in ("6", ["6"])
    assert told(app)["optimum_1"] == optima([100.0], mixing=0.0).weights[0, 0]


@pytest.mark.parametrize("address", [{"look": "path"}, {"scene": "5", "guess": "0.7"}])
def test_no_english_word_is_in_the_other_view(address: dict[str, str]) -> None:
    app = opened(LESSON, lang="zh", **address)
    assert not {word for text in in_page(app) for word in english(text)}
