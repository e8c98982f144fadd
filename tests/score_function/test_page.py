"""The lesson on the score function through Streamlit itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.learning.score_function import FOUR_PIXEL_CAT, LOSS_FIGURE
from core.losses.hinge import hinge
from pages.score_function import ScoreFunctionState
from pages.score_function.digit_classifier import digit_classifier
from pages.score_function.stage import linear_example
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.state import decode
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, links, opened, run, state_of, told, why
from tests.test_chinese import english, in_page

LESSON = "score_function"
FIGURE = {
    "W": "0.01,-0.05,0.1,0.05,0.7,0.2,0.05,0.16,0,-0.45,-0.2,0.03",
    "x": "-15,22,-44,56",
    "b": "0,0.2,-0.3",
    "y": "2",
}


def button(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def cells(app: AppTest, *, without_bias: bool = False) -> list[float]:
    """The numbers in the last column of the products, or in that of W x."""
    message = header(app)
    marks = [mark for mark in message["marks"] if mark["panel"] == "products"]
    return message["now"][marks[1 if without_bias else -1]["numbers"]]


def test_the_published_cat_and_its_figure() -> None:
    app = opened(LESSON)
    assert cells(app) == [-96.8, 437.9, 60.75]
    assert cells(app, without_bias=True) == [-97.9, 434.7, 61.95]
    numbers = told(app)
    assert (numbers["hinge"], numbers["last_match"]) == (694.25, 61.95)
    assert numbers["cross_entropy"] == pytest.approx(534.7)
    assert app.selectbox(key="linear_example").value == "cat"
    app.selectbox(key="linear_example").select("losses").run()
    assert linear_example(state_of(app, ScoreFunctionState)) == LOSS_FIGURE
    assert cells(app) == [-2.85, 0.86, 0.28]
    assert told(app)["hinge"] == 1.58
    assert told(app)["cross_entropy"] == pytest.approx(1.04, abs=5e-3)


def test_controls() -> None:
    app = button(opened(LESSON), "score_no_bias")
    assert state_of(app, ScoreFunctionState).bias == (0, 0, 0)
    assert cells(app) == [-97.9, 434.7, 61.95]
    assert app.selectbox(key="linear_example").value is None
    button(app, "score_random")
    drawn = linear_example(state_of(app, ScoreFunctionState))
    assert drawn.matrix != FOUR_PIXEL_CAT.matrix
    assert np.abs(drawn.matrix).max() <= 3
    assert (drawn.pixels, drawn.bias) == (FOUR_PIXEL_CAT.pixels, (0, 0, 0))
    app.text_input(key="score_matrix").input(FIGURE["W"]).run()
    app.text_input(key="score_pixels").input("-15 22 -44 56").run()
    app.text_input(key="score_bias").input("0, .2, -.3").run()
    typed = linear_example(state_of(app, ScoreFunctionState))
    assert (typed.matrix, typed.pixels, typed.bias) == (
        LOSS_FIGURE.matrix,
        LOSS_FIGURE.pixels,
        LOSS_FIGURE.bias,
    )
    app.text_input(key="margin").set_value("2.0").run()
    app.selectbox(key="variant").select("crammer_singer").run()
    expected = hinge([-2.85, 0.86, 0.28], 0, margin=2.0, variant="crammer_singer").value
    assert told(app)["hinge"] == pytest.approx(expected)
    next(b for b in app.button if b.label == "Reset").click().run()
    assert state_of(app, ScoreFunctionState) == ScoreFunctionState()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("score_matrix", "1,2,3"),
        ("score_matrix", "101" + ",0" * 11),
        ("score_pixels", "0,0,0,256"),
        ("score_pixels", "a,0,0,0"),
        ("score_bias", "0,0"),
    ],
)
def test_what_cannot_be_used_is_told_and_stays(key: str, text: str, language: str) -> None:
    app = opened(LESSON, lang=language)
    app.text_input(key=key).input(text).run()
    assert len(app.error) == 1
    assert app.text_input(key=key).value == text
    assert linear_example(state_of(app, ScoreFunctionState)) == FOUR_PIXEL_CAT


def test_an_address_beyond_the_limits_is_told_and_the_cat_is_shown() -> None:
    app = opened(LESSON, W="1000" + ",0" * 11, x="1,2", b="1e9,0,0", digit="1797")
    assert len(app.warning) == 4
    assert cells(app) == [-96.8, 437.9, 60.75]


def test_links_take_the_scores_along() -> None:
    app = opened(LESSON, **FIGURE)
    taken = [link for link in links(app) if link.get("z") == "-2.85,0.86,0.28"]
    assert len(taken) >= 9
    assert all(link["names"] == "cat,dog,ship" for link in taken)
    assert all(link["y"] == "2" for link in taken)


def test_digits() -> None:
    found = digit_classifier()
    app = opened(LESSON, look="digits")
    assert told(app)["index"] == header(app)["handles"][0]["value"] == found.held_out[0]
    visited = []
    for _ in range(len(found.mistakes) + 1):
        button(app, "digit_mistake")
        visited.append(state_of(app, ScoreFunctionState).digit)
        if len(visited) == 2:
            break
    assert visited == found.mistakes[:2].tolist()
    # After the last mistake comes the first again.
    last = opened(LESSON, digit=str(found.mistakes[-1]))
    assert state_of(button(last, "digit_mistake"), ScoreFunctionState).digit == found.mistakes[0]
    button(app, "digit_next")
    following = state_of(app, ScoreFunctionState).digit
    assert following == found.held_out[found.held_out > visited[-1]][0]
    button(app, "digit_previous")
    assert state_of(app, ScoreFunctionState).digit == visited[-1]
    app.number_input(key="digit_number").set_value(1796).run()
    assert state_of(app, ScoreFunctionState).digit == 1796
    assert app.button(key="digit_next").disabled
    numbers = told(app)
    assert numbers["top_score"] == found.scores[1796].max()
    assert numbers["true_name"] == found.data.labels[1796]
    labels = found.data.names
    assert header(app)["handles"][0]["grid"] == found.held_out.tolist()
    assert [r["choices"] for r in header(app)["readouts"] if r["id"] == "top_name"] == [
        list(labels)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("query", "rows", "numbers"),
    [
        (
            {},
            [
                r"s_\text{cat} = 0.2 \cdot 56 + (-0.5) \cdot 231 + 0.1 \cdot 24 + 2 \cdot 2 + 1.1 = -96.8",
                r"s_\text{ship} = 0 \cdot 56 + 0.25 \cdot 231 + 0.2 \cdot 24 + (-0.3) \cdot 2 + (-1.2) = 60.75",
            ],
            [
                r"1.5 & 1.3 & 2.1 & 0 & 3.2",
                "| cat | 2.074 | 101.4° | −97.9 | 1.1 |",
                r"\max(0, 437.9 - (-96.8) + 1) + \max(0, 60.75 - (-96.8) + 1) = 694.2500",
                "= 534.7000",
                "s_{1} = 6.3071",
            ],
        ),
        (
            {**FIGURE, "variant": "crammer_singer", "digit": "5"},
            [r"(-0.15)", r"s_\text{dog} = 0.7 \cdot (-15)"][1:],
            [
                r"\max\left(\max(0, -2.85 - 0.28 + 1),\; \max(0, 0.86 - 0.28 + 1)\right) = 1.5800",
                "= 1.0402",
                "s_{9} = 3.5631",
                "p_{9} = 0.5949",
            ],
        ),
    ],
)
def test_why_has_the_current_numbers(
    query: dict[str, str], rows: list[str], numbers: list[str], language: str
) -> None:
    app = opened(LESSON, tab="why", lang=language, **query)
    text, t = why(app), text_in(language)
    for part in (*rows, *numbers):
        for name in ("cat", "dog", "ship"):
            part = part.replace(name, t(f"class_name.{name}"))
        assert part in text, part


def test_why_of_a_blank_image() -> None:
    app = opened(LESSON, tab="why", x="0,0,0,0")
    text = why(app)
    assert "| cat | 2.074 | –° | 0 | 1.1 |" in text
    assert "nan" not in text


@pytest.mark.parametrize(
    "query",
    [{}, {**FIGURE, "digit": "5"}, {"variant": "one_vs_all", "margin": "2", "x": "1,2,3,4.5"}],
)
def test_code_prints_what_is_shown(query: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **query)
    printed = run(app.code[0].value)
    shown = {line[:28].strip(): line[28:].strip() for line in printed if len(line) > 28}
    pixels, digits = (opened(LESSON, look=look, **query) for look in ("pixels", "digits"))
    numbers, digit = told(pixels), told(digits)

    def close(text: str, number: float) -> bool:
        return format_fixed(float(text), 4) == format_fixed(number, 4) or float(
            text
        ) == pytest.approx(number, rel=1e-3)

    assert close(shown["cross-entropy loss"], numbers["cross_entropy"])
    assert close(shown["hinge loss"], numbers["hinge"])
    assert close(shown["p of the true class"], numbers["true_probability"])
    assert close(shown["highest score"], digit["top_score"])
    found = digit_classifier()
    assert close(shown["accuracy on held-out digits"], found.held_out_accuracy)
    text = "\n".join(printed)
    scores = [
        float(n) for n in re.findall(r"[-\d.]+", text.split("scores          ")[1].split("]")[0])
    ]
    assert scores == pytest.approx(cells(pixels))
    trick = text.split("with the trick  ")[1].split("]")[0]
    assert [float(n) for n in re.findall(r"[-\d.]+", trick)] == pytest.approx(cells(pixels))
    ten = text.split("ten scores       ")[1].split("]")[0]
    index = int(query.get("digit", found.held_out[0]))
    assert [float(n) for n in re.findall(r"-?\d+\.\d*", ten)] == pytest.approx(
        found.scores[index].tolist(), abs=6e-5
    )
    top, label = found.predictions[index], found.data.labels[index]
    assert f"read as {top} and by softmax as {top} - it is a {label}" in text


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data", digit="5", **FIGURE)
    four, digit = (frame.value for frame in app.dataframe)
    assert four["class"].tolist() == ["cat", "dog", "ship"]
    assert (
        four[["w1", "w2", "w3", "w4"]].to_numpy().tolist() == np.array(LOSS_FIGURE.matrix).tolist()
    )
    assert four["score"].tolist() == [-2.85, 0.86, 0.28]
    assert four["match"].tolist() == [-2.85, 0.66, 0.58]
    found = digit_classifier()
    assert digit["score"].tolist() == found.scores[5].tolist()
    assert digit["probability"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ({}, "pixels"),
        ({**FIGURE}, "pixels"),
        ({"digit": "5"}, "digits"),
        ({"digit": "5", "look": "pixels"}, "pixels"),
        ({"look": "digits"}, "digits"),
    ],
)
def test_an_address_opens_what_it_speaks_of(address: dict[str, str], view: str) -> None:
    app = opened(LESSON, **address)
    assert state_of(app, ScoreFunctionState).view == view
    assert ("last_score" in told(app)) == (view == "pixels")
    assert ("top_score" in told(app)) == (view == "digits")
    assert app.button_group(key="look").value == view


def test_the_view_stays_until_another_is_chosen() -> None:
    app = opened(LESSON, digit="5")
    assert told(app)["top_score"] == digit_classifier().scores[5].max()
    app.button_group(key="look").select("pixels").run()
    assert state_of(app, ScoreFunctionState) == ScoreFunctionState(digit=5, look="pixels")
    assert cells(app) == [-96.8, 437.9, 60.75]
    app.button_group(key="look").select("digits").run()
    assert state_of(app, ScoreFunctionState) == ScoreFunctionState(digit=5)
    assert told(app)["index"] == 5


def test_a_view_that_is_not_is_told() -> None:
    state, (problem,) = decode(ScoreFunctionState, {"look": "sideways"})
    assert (state.view, problem.parameter, problem.reason) == ("pixels", "look", "option")


def test_it_is_said_how_many_digits_are_recognised() -> None:
    found = digit_classifier()
    texts = [entry.value for entry in opened(LESSON, look="digits").markdown]
    (said,) = (text for text in texts if "1797" in text)
    shares = [f"{100 * share:.1f} %" for share in (found.train_accuracy, found.held_out_accuracy)]
    assert re.findall(r"[\d.]+ %", said) == shares
    assert f"the {len(found.held_out)} " in said


@pytest.mark.parametrize("address", [{"look": "digits"}, {"scene": "8", "guess": "0.5"}])
def test_no_english_word_is_in_the_other_view(address: dict[str, str]) -> None:
    app = opened(LESSON, lang="zh", **address)
    assert not {word for text in in_page(app) for word in english(text)}
