"""Follow the gradient on the page of SVM against softmax, through Streamlit itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent import follow_gradients
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import code_prints, header, headers, opened, state_of, told, why

LESSON = "svm_against_softmax"
CASES = [
    {"step": "7"},
    {"rate": "0.1", "step": "15"},
    {"rate": "0.1", "step": "14", "variant": "one_vs_all", "margin": "0.5", "y": "2"},
    {"z": "0,4,4", "rate": "0.25", "step": "3", "variant": "crammer_singer"},
    {"z": "10,9,9", "step": "100"},
    {"z": "10,-100,-100", "step": "20", "log": "1"},
    {"z": "1000000,-1000000", "y": "1", "step": "500", "rate": "100"},
    {"z": "0,0", "rate": "100", "step": "9"},
    {"z": "1,1,1,1,1,1,1,1,1,1", "y": "9", "step": "3", "steps": "4"},
]


def view(app: AppTest, name: str | None) -> AppTest:
    app.button_group(key="follow").set_value(name)
    return app.run()


def expected_run(app: AppTest):
    state = state_of(app, SvmAgainstSoftmaxState)
    example = state.example
    run = follow_gradients(
        example.scores,
        example.label,
        rate=state.rate,
        margin=state.margin,
        variant=state.variant,
    )
    return run, state


def test_nothing_is_computed_until_it_is_opened(monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr("pages.svm_against_softmax.descent_stage.follow_gradients", refuse)
    monkeypatch.setattr("pages.ui.kit.comparison_stage.one_step", refuse)
    app = opened(LESSON)
    assert len(headers(app)) == 1
    assert not [widget for widget in app.text_input if widget.key == "rate"]
    assert app.button_group(key="follow").value in (None, [])
    assert not app.exception


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_run_shows_cores_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, lang=language, **parameters)
    assert not app.warning
    assert len(headers(app)) == 2  # an address with a step opens the run
    expected, state = expected_run(app)
    now = told(app)
    step = state.step
    assert now["run_step"] == step
    assert now["run_hinge"] == expected.svm.hinge[step]
    assert now["run_cross_entropy"] == expected.softmax.cross_entropy[step]
    assert now["run_hinge_gradient_norm"] == expected.svm.hinge_gradient_norm[step]
    norm = expected.softmax.cross_entropy_gradient_norm[step]
    assert now["run_cross_entropy_gradient_norm"] == norm
    stage = header(app)
    assert [panel["id"] for panel in stage["panels"]] == [
        "run_svm",
        "run_softmax",
        "run_losses",
        "run_scores",
    ]
    (timeline,) = stage["handles"]
    assert (timeline["mark"], timeline["value"], timeline["minimum"]) == ("timeline", step, 0)
    assert timeline["maximum"] >= max(step, int(parameters.get("steps", 20)))
    verdict = next(entry for entry in stage["readouts"] if entry["id"] == "run_verdict")
    said = verdict["choices"][int(now["run_verdict"])]
    if expected.stop is not None:
        # What a run will do is not told before it has done it.
        assert (str(expected.stop) in said) == (step >= expected.stop)
    if expected.stop is not None and step >= expected.stop:
        assert "0" in said
    is_log = json.loads(stage["panels"][2]["figure"])["layout"]["yaxis"].get("type") == "log"
    assert is_log == state.is_logarithmic
    for panel in stage["panels"]:
        assert "{start}" not in panel["alt"]
        assert "{run_" not in panel["alt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_svm_stops_is_told(language: str) -> None:
    app = opened(LESSON, lang=language, rate="0.1", step="30")
    stage, t = header(app), text_in(language)
    verdicts = next(entry for entry in stage["readouts"] if entry["id"] == "run_verdict")["choices"]
    assert verdicts[int(told(app)["run_verdict"])] == t(
        "svm_against_softmax.descent.phase.softmax_goes_on", stop=15, caught_up=27
    )
    remarks = [
        entry.value
        for entry in app.markdown
        if t("svm_against_softmax.descent.free") in entry.value
    ]
    assert remarks == [
        "\n\n".join(
            [
                t("svm_against_softmax.descent.free"),
                t(
                    "svm_against_softmax.descent.overshoot",
                    name=t("class_name.car"),
                    beyond="0.1000",
                ),
            ]
        )
    ]
    slow = opened(LESSON, lang=language, rate="0.001", step="1")
    verdicts = next(e for e in header(slow)["readouts"] if e["id"] == "run_verdict")["choices"]
    said = verdicts[int(told(slow)["run_verdict"])]
    assert said == t("svm_against_softmax.descent.phase.both_push")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_tells_what_is_still_to_come(language: str) -> None:
    t = text_in(language)
    app = opened(LESSON, lang=language, rate="0.1", step="14")
    stage = header(app)
    verdicts = next(entry for entry in stage["readouts"] if entry["id"] == "run_verdict")["choices"]
    said = [verdicts[int(told(app)["run_verdict"])], *(entry.value for entry in app.markdown)]
    said += [panel["alt"] for panel in stage["panels"]]
    assert not [text for text in said if "15" in text]
    beyond = t("svm_against_softmax.descent.overshoot", name=t("class_name.car"), beyond="0.1000")
    assert not [text for text in said if beyond in text]


def test_crammer_singer_goes_back_and_forth() -> None:
    app = opened(LESSON, z="10,9,9", margin="10", rate="0.5", step="40", variant="crammer_singer")
    expected, _ = expected_run(app)
    assert expected.switches == 11
    sentence = text_in("en")("svm_against_softmax.descent.switches", switches=11)
    assert any(sentence in entry.value for entry in app.markdown)


def test_one_step() -> None:
    app = view(opened(LESSON), "one_step")
    bars = next(
        values
        for place, values in zip(header(app)["places"], header(app)["now"], strict=True)
        if (place["panel"], place["attribute"]) == ("scores", "y")
    )
    p = np.exp([3.2, 5.1, -1.7]) / np.exp([3.2, 5.1, -1.7]).sum()
    assert bars[9:12] == pytest.approx([3.2 + 1 - p[0], 5.1 - p[1], -1.7 - p[2]])
    assert bars[12:] == pytest.approx([4.2, 4.1, -1.7])
    app.button(key="step_svm").click().run()
    assert state_of(app, SvmAgainstSoftmaxState).example.scores == pytest.approx((4.2, 4.1, -1.7))
    assert told(app)["hinge"] == pytest.approx(0.9)
    app.text_input(key="rate").set_value("0.5").run()
    assert state_of(app, SvmAgainstSoftmaxState).rate == 0.5
    app.button(key="step_softmax").click().run()
    p = np.exp([4.2, 4.1, -1.7]) / np.exp([4.2, 4.1, -1.7]).sum()
    assert state_of(app, SvmAgainstSoftmaxState).example.scores == pytest.approx(
        (4.2 + 0.5 * (1 - p[0]), 4.1 - 0.5 * p[1], -1.7 - 0.5 * p[2])
    )
    view(app, None)
    assert len(header(app)["now"][1]) == 9
    assert not app.exception


def test_number_of_steps() -> None:
    app = view(opened(LESSON, rate="0.1"), "run")
    assert app.number_input(key="steps").value == 100
    app.number_input(key="steps").set_value(500).run()
    assert state_of(app, SvmAgainstSoftmaxState).steps == 500
    assert header(app)["handles"][0]["maximum"] == 500
    app.query_params["step"] = "300"
    app.run()
    app.number_input(key="steps").set_value(40).run()
    assert (
        state_of(app, SvmAgainstSoftmaxState).steps,
        state_of(app, SvmAgainstSoftmaxState).step,
    ) == (40, 40)
    assert not app.exception


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    numbers = [entry for entry in header(app)["readouts"] if entry["choices"] is None]
    decimals = {entry["id"]: entry["decimals"] for entry in numbers}
    assert len(decimals) == 5
    lines = code_prints(app, decimals, decimals)
    expected, _ = expected_run(app)
    shown = header(app)["handles"][0]["maximum"]
    if expected.stop is None or expected.stop > shown:
        assert lines[-1].endswith(f"none of these {shown} steps")
    else:
        assert lines[-1].endswith(f" {expected.stop}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_takes_the_step(language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, rate="0.1", step="30")
    text = why(app)
    assert r"- 0.1 \cdot (-1,\; 1,\; 0) = (3.3000,\; 5.0000,\; -1.7000)" in text
    assert r"- 0.1 \cdot (-0.8700,\; 0.8690,\; 0.0010) = (3.2870,\; 5.0131,\; -1.7001)" in text
    assert text_in(language)("svm_against_softmax.descent.stops", stop=15) in text
    assert "0.0620" in text  # the cross-entropy after 100 steps


def test_data_has_a_row_a_step() -> None:
    app = opened(LESSON, tab="data", rate="0.1", step="30")
    frame = app.dataframe[0].value
    expected, _ = expected_run(app)
    assert frame["step"].tolist() == list(range(101))
    assert frame["hinge"].tolist() == expected.svm.hinge[:101].tolist()
    assert frame["softmax car"].tolist() == expected.softmax.scores[:101, 1].tolist()
    assert frame["svm cat"].tolist() == expected.svm.scores[:101, 0].tolist()
