"""The gradient check through Streamlit itself: its controls, its numbers, its tabs."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from core.gradients.check import check_gradient
from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.errors import Finding, gradient_errors
from pages.ui.stage.number_format import format_fixed
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, run, state_of, told, why

LESSON = "gradient_check"
CAT = [3.2, 5.1, -1.7]


def test_the_first_page_shows_a_gradient_that_agrees() -> None:
    app = opened(LESSON)
    now = told(app)
    assert now["value"] == pytest.approx(2.0404, abs=5e-5)
    assert (now["step"], now["kink_count"]) == (1e-5, 0)
    assert now["finding"] == Finding.AGREES
    assert 0 < now["worst"] < 1e-7 < now["worst32"]
    panels = [panel["id"] for panel in header(app)["panels"]]
    assert panels == ["scores", "gradients", "errors", "magnified"]


@pytest.mark.parametrize("check", CHECKED_FUNCTIONS)
def test_every_function_can_be_chosen(check: str) -> None:
    app = opened(LESSON, z="1,2,-0.5")
    app.selectbox(key="check").select(check).run()
    assert not app.exception
    assert state_of(app, GradientCheckState).check == check
    now = told(app)
    expected = gradient_errors(CHECKED_FUNCTIONS[check], [1.0, 2.0, -0.5], 0, steps=1e-5)
    assert now["value"] == expected.value
    assert now["kink_count"] == expected.kink_count
    assert now["finding"] == expected.findings
    handles = {handle["id"] for handle in header(app)["handles"]}
    assert ("label" in handles) == CHECKED_FUNCTIONS[check].uses_label
    assert handles >= {"score0", "score1", "score2", "h"}
    margins = [entry for entry in app.text_input if entry.key == "margin"]
    assert bool(margins) == CHECKED_FUNCTIONS[check].uses_margin
    app.toggle(key="mistake").set_value(True).run()
    assert state_of(app, GradientCheckState).mistake == 1
    assert told(app)["finding"] in (Finding.WRONG, Finding.MISTAKE_HIDDEN)
    black_box = check_gradient(
        lambda x: CHECKED_FUNCTIONS[check].evaluate(x, 0).value,
        CHECKED_FUNCTIONS[check].mistaken([1.0, 2.0, -0.5], 0).gradient,
        [1.0, 2.0, -0.5],
    )
    assert (black_box.worst > 0.1) == (told(app)["finding"] == Finding.WRONG)


def test_presets_keep_the_function_the_step_and_the_mistake() -> None:
    app = opened(LESSON, check="relu", h="0.001", mistake="1")
    app.selectbox(key="preset").select("exact_margin").run()
    state = state_of(app, GradientCheckState)
    assert state.example.scores == (10, 9, 9)
    assert (state.check, state.difference_step, state.mistake) == ("relu", 0.001, 1)


def test_published_exact_margin_has_only_kinks() -> None:
    app = opened(LESSON, check="weston_watkins")
    app.selectbox(key="preset").select("exact_margin").run()
    now = told(app)
    assert (now["kink_count"], now["finding"]) == (3, Finding.ONLY_KINKS)
    assert now["worst"] == "NaN" or now["worst"] is None


CASES = [
    {"check": check, "mistake": mistake, **example}
    for (check, mistake), example in zip(
        [*itertools.product(CHECKED_FUNCTIONS, ("0", "1"))] * 2,
        itertools.cycle(
            [
                {"z": "3.2,5.1,-1.7"},
                {"z": "10,9,9", "margin": "2"},
                {"z": "1,2,3,4,-5,6,7,-8,9,1", "y": "4", "h": "0.001"},
                {"z": "-2.85,0.86,0.28", "y": "2", "h": "1e-7"},
                {"z": "2,1,0"},
            ]
        ),
        strict=False,
    )
]


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    lines = run(app.code[0].value)
    now = told(app)
    printed = {
        line[:28].strip(): line.split()[-1].replace("e-0", "e-").replace("e+0", "e+")
        for line in (lines[0], lines[1])
    }
    assert printed["function"] == format_fixed(now["value"], 4).replace("−", "-")
    assert printed["step h"] == format_fixed(now["step"], 4).replace("−", "-")
    worst = [float(line.split()[-1]) for line in lines if "worst" in line]
    if now["finding"] == Finding.ONLY_KINKS:
        assert worst == []
        return
    # A matrix product is rounded differently for one row and for many.
    noise = 1e-14 / now["step"] if parameters["check"] == "affine" else 0.0
    for found, expected, factor in zip(
        worst, (now["worst"], now["worst32"]), (1, 1e9), strict=True
    ):
        as_shown = float(format_fixed(expected, 4).replace("−", "-"))
        assert found == pytest.approx(as_shown, rel=1e-12, abs=noise * factor)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "parameters",
    [{}, {"check": "l2", "h": "0.1"}, {"z": "10,-100,-100", "along": "1"}, {"mistake": "1"}],
    ids=str,
)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    text = why(app)
    assert f"f = {format_fixed(told(app)['value'], 4).split('e')[0]}" in text
    has_best = bool(re.search(r"h\^\* = ", text))
    assert has_best == (parameters.get("check") != "l2")
    if not parameters:
        # f''' = p (1 - p) (1 - 2 p) with p = .13: .0838; truncation 1.4e-12, rounding 4.5e-11.
        assert "f''' = 0.083" in text
        assert r"1.4 \cdot 10^{-12} + 4.5 \cdot 10^{-11}" in text


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data")
    frame = app.dataframe[0].value
    expected = gradient_errors(CHECKED_FUNCTIONS["cross_entropy"], CAT, 0, steps=1e-5)
    assert frame["class"].tolist() == ["cat", "car", "frog"]
    assert frame["analytic"].tolist() == expected.analytic.tolist()
    assert frame["central"].tolist() == expected.central.tolist()
    assert frame["error32"].tolist() == expected.error32.tolist()
    assert not np.any(frame["kink"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_sentence(language: str) -> None:
    t = text_in(language)
    for finding in Finding:
        sentence = t(f"{LESSON}.finding.{finding.name.lower()}", mistake="M.")
        assert sentence.count("**") in (2, 4)
    for check in CHECKED_FUNCTIONS:
        assert t(f"{LESSON}.function.{check}")
        assert t(f"{LESSON}.mistake.{check}")


def test_function_and_mistake_are_set_in_a_scene_and_without_one() -> None:
    for parameters in ({}, {"scene": "1"}):
        app = opened(LESSON, **parameters)
        app.selectbox(key="check").select("l2").run()
        app.toggle(key="mistake").set_value(True).run()
        assert told(app)["worst"] == pytest.approx(0.5)
        assert ("scene" in app.query_params) == bool(parameters)
