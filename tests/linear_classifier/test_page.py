"""The lesson on the linear classifier through Streamlit itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.learning.datasets import nine_points
from core.learning.models import LinearClassifier
from core.learning.objective import Objective
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.panels import RUNS
from pages.ui.kit import stages
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, run, state_of, tab, told

LESSON = "linear_classifier"
NAMES = ("data", "penalty", "total", "accuracy")


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Tell the page what the browser would: the hand has moved these handles."""
    waiting: list[Release] = []
    mounted = stages.mount

    def mount(key: str, stage: Stage, on_release: Callable[[Release], None], words: Any) -> None:
        if waiting:
            on_release(waiting.pop())
            st.rerun()
        mounted(key, stage, on_release, words)

    def tell(app: AppTest, values: dict[str, Any], **options: Any) -> None:
        waiting.append(Release(values, None, moved=tuple(values), **options))
        app.run()
        assert waiting == []
        assert not app.exception

    monkeypatch.setattr(stages, "mount", mount)
    return tell


def test_the_published_state_and_its_first_step() -> None:
    app = opened(LESSON, start="demo", trained="0")
    now = told(app)
    assert [f"{now[f'svm_{name}']:.2f}" for name in NAMES[:3]] == ["0.64", "1.93", "2.57"]
    assert now["standing"] == 0
    assert "step" not in [handle["id"] for handle in header(app)["handles"]]
    weights = {
        handle["id"]: handle["value"]
        for handle in header(app)["handles"]
        if handle["mark"] == "cell"
    }
    assert [weights[f"svm_entry{index}"] for index in range(9)] == [
        *(2.06, 1.48, -0.42),
        *(0.44, -1.82, 0.52),
        *(2.27, -2.04, -0.10),
    ]
    data = nine_points()
    W = np.array([[2.06, 0.44, 2.27], [1.48, -1.82, -2.04]])
    next(button for button in app.button if button.label == "One step").click().run()
    assert state_of(app, LinearClassifierState) == LinearClassifierState(start="demo", trained=1)
    now = told(app)
    for name, loss in zip(RUNS, ("cross_entropy", "hinge"), strict=True):
        objective = Objective(loss, l2=0.1)
        model = LinearClassifier(W, [-0.42, 0.52, -0.10], objective)
        first = model.loss(data.points, data.labels)
        stepped = {key: model.parameters[key] - 0.1 * first.gradients[key] for key in ("W1", "b1")}
        then = model.with_parameters(stepped).loss(data.points, data.labels)
        assert now[f"{name}_data"] == pytest.approx(then.data_loss)
        assert now[f"{name}_total"] == pytest.approx(then.total)


def test_only_a_point_that_is_let_go_is_in_the_address(say) -> None:
    app = opened(LESSON, start="demo", trained="0")
    before = state_of(app, LinearClassifierState)
    say(app, {"svm_point0": [-0.9, -0.9]}, is_held=True)
    assert state_of(app, LinearClassifierState) == before
    data = nine_points()
    points = data.points.copy()
    points[0] = -0.9
    W = np.array([[2.06, 0.44, 2.27], [1.48, -1.82, -2.04]])
    model = LinearClassifier(W, [-0.42, 0.52, -0.10], Objective("hinge", l2=0.1))
    expected = model.loss(points, data.labels).data_loss
    say(app, {"svm_point0": [-0.9, -0.9]})
    kept = state_of(app, LinearClassifierState)
    assert kept.points is not None
    assert kept.points[0] == (-0.9, -0.9, 0)
    assert len(kept.points) == 9
    assert told(app)["svm_data"] == pytest.approx(expected)
    # Held and brought back: nothing is left of it.
    say(app, {"softmax_point3": [0.0, 0.0]}, is_held=True)
    say(app, {"softmax_point3": list(data.points[3])})
    assert state_of(app, LinearClassifierState) == kept
    assert told(app)["svm_data"] == pytest.approx(expected)


def test_points_are_added_and_removed(say) -> None:
    app = opened(LESSON)
    say(app, {}, added=("svm_plane", 0.123456, -0.5))
    state = state_of(app, LinearClassifierState)
    assert state.points is not None
    assert state.points[9] == (0.12, -0.5, 0)
    assert sum(handle["id"].startswith("svm_point") for handle in header(app)["handles"]) == 10
    say(app, {}, removed="softmax_point9")
    say(app, {}, removed="softmax_point8")
    assert [point[2] for point in state_of(app, LinearClassifierState).points or ()] == [
        0,
        0,
        0,
        1,
        1,
        1,
        2,
        2,
    ]
    for wrong in ("svm_point99", "svm_entry1", "nothing"):
        say(app, {}, removed=wrong)
        assert len(state_of(app, LinearClassifierState).points or ()) == 8


def test_points_of_one_class_only_are_refused(say) -> None:
    app = opened(LESSON, points="0,0,0;1,1,1;0.5,0.5,1")
    say(app, {}, removed="svm_point0")
    assert len(state_of(app, LinearClassifierState).points or ()) == 3
    assert len(app.error) == 1
    assert not app.exception


def test_an_entry_of_w_is_the_start_of_both_runs(say) -> None:
    app = opened(LESSON, trained="30", seed="3")
    handles = {handle["id"]: handle for handle in header(app)["handles"]}
    shown = [handles[f"svm_entry{index}"]["value"] for index in range(9)]
    say(app, {"svm_entry0": 2.5}, is_held=True)
    assert state_of(app, LinearClassifierState) == LinearClassifierState(trained=30, seed=3)
    say(app, {"svm_entry0": 2.5})
    state = state_of(app, LinearClassifierState)
    assert state == LinearClassifierState(trained=0, seed=3, start="own", own_start=state.own_start)
    rows = np.reshape(state.own_start, (3, 3))
    assert rows.T.ravel() == pytest.approx([2.5, *shown[1:]])
    handles = {handle["id"]: handle for handle in header(app)["handles"]}
    for name in RUNS:
        entries = [handles[f"{name}_entry{index}"]["value"] for index in range(9)]
        assert entries == pytest.approx([2.5, *shown[1:]])
    # A second change at the same address is shown, too.
    say(app, {"softmax_entry1": -1.0})
    handles = {handle["id"]: handle for handle in header(app)["handles"]}
    assert handles["svm_entry1"]["value"] == -1.0
    # Both learn from there, and come back there.
    next(button for button in app.button if button.label == "One step").click().run()
    assert told(app)["standing"] != 0
    next(button for button in app.button if button.label == "Reset to step 0").click().run()
    handles = {handle["id"]: handle for handle in header(app)["handles"]}
    assert handles["svm_entry0"]["value"] == 2.5
    app.button(key="drawn_start").click().run()
    handles = {handle["id"]: handle for handle in header(app)["handles"]}
    assert handles["svm_entry0"]["value"] not in (2.5, pytest.approx(shown[0]))
    assert not any(button.key == "drawn_start" for button in app.button)


def first_entry(app: AppTest) -> float:
    handles = {handle["id"]: handle for handle in header(app)["handles"]}
    return float(handles["svm_entry0"]["value"])


def test_the_address_says_whether_the_start_by_hand_is_shown(say) -> None:
    app = opened(LESSON, trained="0")
    drawn = first_entry(app)
    say(app, {"svm_entry0": 2.5})
    assert app.query_params["start"] == "own"
    assert first_entry(app) == 2.5
    assert not app.info
    # As Back and Forward do.
    del app.query_params["start"]
    app.run()
    assert first_entry(app) == drawn
    app.query_params["start"] = "own"
    app.run()
    assert first_entry(app) == 2.5
    next(button for button in app.button if button.label == "New random weights").click().run()
    assert state_of(app, LinearClassifierState).start == "seed"
    assert first_entry(app) != 2.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_to_a_start_by_hand_says_that_it_has_no_weights(say, language: str) -> None:
    app = opened(LESSON, start="own", trained="0", lang=language)
    assert first_entry(app) == first_entry(opened(LESSON, trained="0"))
    missing = text_in(language)("linear_classifier.own_start_missing")
    assert [entry.value for entry in app.info] == [missing]
    app.button(key="drawn_start").click().run()
    assert state_of(app, LinearClassifierState).start == "seed"
    assert not app.info
    # Nor does one of three classes fit two.
    say(app, {"svm_entry0": 2.5})
    assert not app.info
    app.query_params["data"] = "moons"
    app.run()
    assert [entry.value for entry in app.info] == [missing]


def test_the_timeline_becomes_the_address(say) -> None:
    app = opened(LESSON)
    last = told(app)["svm_total"]
    say(app, {"step": 40})
    assert state_of(app, LinearClassifierState).at == 40
    assert told(app)["shown_step"] == 40
    assert told(app)["svm_total"] != last
    say(app, {"step": 100})
    assert state_of(app, LinearClassifierState).at is None
    assert told(app)["svm_total"] == last


def test_the_axis_of_the_losses_is_chosen() -> None:
    app = opened(LESSON, eta="500")
    t = text_in("en")

    def told_in_the_legend(app: AppTest) -> list[str]:
        (panel,) = [panel for panel in header(app)["panels"] if panel["id"] == "losses"]
        return [label for label, *_ in panel["legend"]]

    assert t("linear_classifier.legend.cut") in told_in_the_legend(app)
    app.toggle(key="is_logarithmic").set_value(True).run()
    assert state_of(app, LinearClassifierState).is_logarithmic
    assert t("linear_classifier.legend.cut") not in told_in_the_legend(app)


def test_the_published_spiral_run() -> None:
    # CS231n: loss about .79, 49 % right.
    app = opened(LESSON, data="published_spiral")
    now = told(app)
    assert now["softmax_total"] == pytest.approx(0.79, abs=0.01)
    assert now["softmax_accuracy"] == pytest.approx(49, abs=1)
    assert not [handle for handle in header(app)["handles"] if "point" in handle["id"]]
    assert not any(panel["takes_points"] for panel in header(app)["panels"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_diverges_says_so(language: str) -> None:
    app = opened(LESSON, lang=language, eta="1000", trained="300")
    assert len(app.error) == 2
    # What it says of the timeline is so.
    (timeline,) = [handle for handle in header(app)["handles"] if handle["mark"] == "timeline"]
    last = f"{timeline['maximum']:.0f}"
    sentence = {"en": f"ends at step {last}:", "zh": f"时间轴止于第 {last} 步"}[language]
    assert any(sentence in entry.value for entry in app.error)
    assert all(np.isfinite(value) for name, value in told(app).items() if "_" in name)


def test_the_code_prints_the_losses_shown() -> None:
    app = opened(LESSON, start="demo", trained="20", at="12")
    tab(app, LESSON, "code")
    printed = run(app.code[0].value)
    now = told(app)
    totals = [float(line.split()[-1]) for line in printed if line.startswith("total")]
    assert totals == pytest.approx([now["svm_total"], now["softmax_total"]], abs=5e-5)


def test_the_table_of_the_run() -> None:
    app = opened(LESSON, trained="10")
    tab(app, LESSON, "data")
    table = app.dataframe[-1].value
    now = told(app)
    assert len(table) == 11
    assert table["svm_total"].iloc[-1] == now["svm_total"]
    assert table["softmax_data_loss"].iloc[-1] == now["softmax_data"]
