"""The lesson on cross-entropy through Streamlit: presets, controls, tabs, in both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.losses.targets import one_hot, smooth
from core.presets import PRESETS
from pages.cross_entropy.numbers import evaluate_cross_entropy, feed_outputs
from pages.cross_entropy.stage import READOUTS
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.example import Example
from pages.ui.state.state import FocusedState
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import code_prints, header, opened, state_of, told, why

LESSON = "cross_entropy"


def expected(state: FocusedState):
    target = np.array(state.example.targets)
    return evaluate_cross_entropy(state.example.scores, target / target.sum())


PUBLISHED = {
    "cat_image": (2.0404, None),
    "car_image": (0.07913, None),
    "frog_image": (6.1565, None),
    "right_prediction": (0.510826, None),
    "near_prediction": (1.203973, None),
    "far_prediction": (2.302585, None),
    "large_lesson": (1.609438, [0.3, -0.8, 0.5]),
    "small_lesson": (0.010050, [0.01, -0.01, 0.0]),
    "chance_level": (2.302585, None),
    "overwhelming_win": (3.378e-48, None),
}


@pytest.mark.parametrize("preset", PUBLISHED)
def test_presets_reproduce_the_published_numbers(preset: str) -> None:
    app = opened(LESSON)
    app.selectbox(key="preset").select(preset).run()
    assert not app.exception
    chosen = next(entry for entry in PRESETS if entry.id == preset)
    assert state_of(app, FocusedState).example == Example(chosen.names, chosen.scores, chosen.label)
    loss, gradient = PUBLISHED[preset]
    assert told(app)["loss"] == pytest.approx(loss, rel=3e-4, abs=0)
    if gradient is not None:
        heights = next(
            values
            for place, values in zip(header(app)["places"], header(app)["now"], strict=True)
            if place["panel"] == "gradient"
        )
        assert heights == pytest.approx(gradient, rel=1e-13, abs=0)
    mean = np.mean([PUBLISHED[f"{name}_image"][0] for name in ("cat", "car", "frog")])
    assert mean == pytest.approx(2.7587, abs=1e-4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_readouts_and_sentence(language: str) -> None:
    app = opened(LESSON, lang=language, t="0.8,0.15,0.05")
    t = text_in(language)
    result = evaluate_cross_entropy([3.2, 5.1, -1.7], [0.8, 0.15, 0.05])
    now = told(app)
    for id in READOUTS:
        assert now[id] == pytest.approx(float(getattr(result, id)), rel=1e-12, abs=1e-15), id
    assert now["error"] == result.gradient_sizes[0]
    shown = {entry["id"]: entry["label"] for entry in header(app)["readouts"]}
    assert [shown[id] for id in READOUTS] == [t(f"{LESSON}.readout.{id}") for id in READOUTS]
    alts = {panel["id"]: panel["alt"] for panel in header(app)["panels"]}
    cat, car = t("class_name.cat"), t("class_name.car")
    assert f"{cat} 0.130 / 0.800, {car} 0.869 / 0.150" in alts["probabilities"]
    assert all("{" not in alt for alt in alts.values())


def test_handles() -> None:
    handles = {entry["id"]: entry for entry in header(opened(LESSON, t="0.8,0.15,0.05"))["handles"]}
    assert list(handles) == [
        *("score0", "score1", "score2"),
        *("target0", "target1", "target2"),
        "label",
    ]
    assert handles["target1"]["value"] == 0.15
    assert handles["target1"]["rows"] == 101
    assert handles["score1"]["rows"] == 201


def test_label_and_smoothing() -> None:
    app = opened(LESSON)
    assert app.selectbox(key="hard_label").value == 0
    app.selectbox(key="hard_label").select(2).run()
    assert state_of(app, FocusedState).example == Example(label=2)
    app.text_input(key="smoothing").set_value("0.1").run()
    smoothed = smooth(one_hot(2, 3), 0.1)
    assert state_of(app, FocusedState).example.targets == pytest.approx(smoothed)
    assert told(app)["loss"] == pytest.approx(
        float(evaluate_cross_entropy([3.2, 5.1, -1.7], smoothed).loss), rel=1e-13
    )
    assert app.selectbox(key="hard_label").value is None
    assert app.text_input(key="smoothing").value == "0.1"
    app.text_input(key="target").input("0.2, 0.5, 0.3").run()
    assert state_of(app, FocusedState).example == Example(label=1, target=(0.2, 0.5, 0.3))
    assert app.text_input(key="smoothing").value == ""
    app.text_input(key="smoothing").set_value("0.0").run()
    assert state_of(app, FocusedState).example == Example(label=1)
    app.text_input(key="smoothing").set_value("1.0").run()
    assert state_of(app, FocusedState).example.targets == pytest.approx([1 / 3] * 3)
    app.selectbox(key="hard_label").select(0).run()
    assert state_of(app, FocusedState).example == Example()
    assert not app.exception


def test_typed_probabilities_become_logits() -> None:
    app = opened(LESSON, t="0.8,0.15,0.05")
    app.text_input(key="probabilities").input(".3, .2, .5").run()
    state = state_of(app, FocusedState)
    assert state.example.scores == pytest.approx(np.log([0.3, 0.2, 0.5]))
    assert state.example.targets == (0.8, 0.15, 0.05)
    assert app.text_input(key="probabilities").value == "0.3,0.2,0.5"
    app.text_input(key="probabilities").input("0.01 0.99 0").run()
    assert state_of(app, FocusedState).example.scores[2] == -1000
    assert app.text_input(key="probabilities").value == "0.01,0.99,0"
    # They need not add up to 1, and their number is that of the classes.
    app.text_input(key="probabilities").input("2, 6").run()
    state = state_of(app, FocusedState)
    assert np.exp(state.example.scores) == pytest.approx([0.25, 0.75])
    assert state.example.names == ("cat", "car")
    assert state.example.target is None
    assert not app.exception


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        (
            "probabilities",
            "0.5, -0.5, 1",
            "“0.5, -0.5, 1” cannot be used: probabilities are at least 0, and not all of them are 0.",
        ),
        ("probabilities", "p", "“p” cannot be used: this has to be a number such as 3.2."),
        (
            "target",
            "0.5, 0.6, 0",
            "“0.5, 0.6, 0” cannot be used: target probabilities are at least 0 and add up to 1.",
        ),
        (
            "target",
            "0.5, 0.5",
            "“0.5, 0.5” cannot be used: there must be 3 target probabilities, one for each class.",
        ),
    ],
)
def test_bad_input_stays_and_is_explained(key: str, typed: str, sentence: str) -> None:
    app = opened(LESSON)
    before = told(app)
    app.text_input(key=key).input(typed).run()
    assert app.text_input(key=key).value == typed
    assert [error.value.replace("\\", "") for error in app.error] == [sentence]
    assert told(app) == before
    app.text_input(key=key).input("0.2, 0.3, 0.5").run()
    assert not app.error


CASES = [
    {},
    {"t": "0.8,0.15,0.05"},
    {"z": "10,-100,-100"},
    # p = t, where sum t log(t / p) leaves 4e-17.
    {"z": "-1.8971199848858813,-0.2231435513142097,-2.995732273553991", "t": "0.15,0.8,0.05"},
    {"z": "-4.605170185988091,-0.01005033585350145,-1000", "y": "1"},
    {"z": "1,2,-1000", "y": "2"},
    {"z": "0,0,0,0,0,0,0,0,0,0", "t": "0.91,0.01,0.01,0.01,0.01,0.01,0.01,0.01,0.01,0.01"},
    {"z": "1000000,-1000000", "y": "1"},
    {"t": "0.3333,0.3333,0.3333"},
]


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    lines = code_prints(app, READOUTS)
    assert len(lines) >= len(READOUTS) + 2


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    result = expected(state_of(app, FocusedState))
    text = why(app)

    def written(value: float) -> str:
        if value == np.inf:
            return r"(> 1.8 \cdot 10^{308})"
        mantissa, _, exponent = format_fixed(float(value), 4).replace("−", "-").partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa

    def row(values) -> str:
        return r",\; ".join(map(written, values))

    assert f"= {written(result.log_sum_exp)} - ({written(result.expected_logit)})" in text
    assert rf"\partial L}}{{\partial s}} = p - t = ({row(result.gradient)})" in text
    assert f"= {written(result.entropy)} + {written(result.divergence)}" in text
    sizes = re.findall(r"\| \$([^$|]+)\$ \|$", text, flags=re.MULTILINE)[:3]
    assert sizes == [written(size) for size in result.gradient_sizes]
    fed = feed_outputs(result.logits, result.targets)
    for case in fed.values():
        cells = [
            f"$({row(case.outputs)})$",
            f"${written(case.total)}$",
            f"${written(case.loss)}$",
            f"$({row(case.gradient)})$",
        ]
        assert " | ".join(cells) in text
    # The derivation's own numbers fit each other.
    assert float(result.log_sum_exp) - float(result.expected_logit) == pytest.approx(
        float(result.loss), rel=1e-9, abs=1e-9
    )


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data", t="0.8,0.15,0.05")
    frame = app.dataframe[0].value
    result = evaluate_cross_entropy([3.2, 5.1, -1.7], [0.8, 0.15, 0.05])
    assert frame["class"].tolist() == ["cat", "car", "frog"]
    assert frame["logit"].tolist() == [3.2, 5.1, -1.7]
    assert frame["target"].tolist() == result.targets.tolist()
    assert frame["probability"].tolist() == result.probabilities.tolist()
    assert frame["surprisal"].tolist() == result.surprisals.tolist()
    assert frame["cross_entropy_gradient"].tolist() == result.gradient.tolist()


def test_the_soft_target_stays_when_the_scores_are_typed() -> None:
    app = opened(LESSON, t="0.8,0.15,0.05")
    app.text_input(key="scores").input("1, 2, 3").run()
    assert state_of(app, FocusedState).example == Example(
        scores=(1.0, 2.0, 3.0), target=(0.8, 0.15, 0.05)
    )
