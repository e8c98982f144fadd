"""The lesson on the softmax-with-loss graph through Streamlit itself."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.graphs.circuits import CIRCUITS
from core.losses.cross_entropy import cross_entropy
from pages.softmax_loss_graph import GRAPH_VIEWS, SoftmaxLossGraphState
from pages.ui.stage.number_format import format_fixed
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import code_prints, header, message_size, opened, state_of, told, why

LESSON = "softmax_loss_graph"


def test_the_story_begins_at_the_inputs() -> None:
    app = opened(LESSON)
    assert header(app)["handles"][-1]["value"] == 0
    assert told(app)["loss"] is None
    assert any(button.label == "Show all numbers" for button in app.button)
    # Another graph or view begins there, too; who saw all numbers sees all numbers again.
    app.button_group(key="view").select("batch").run()
    assert state_of(app, SoftmaxLossGraphState).node == 1
    app.selectbox(key="graph").select("gates").run()
    assert state_of(app, SoftmaxLossGraphState).node == 1


def test_the_cat_of_the_slides() -> None:
    now = told(opened(LESSON, node="0"))
    assert [round(now[name], 4) for name in ("sum", "true_probability", "loss", "slope")] == [
        188.7371,
        0.13,
        2.0404,
        -0.87,
    ]


def test_the_three_images_of_the_slides() -> None:
    now = told(opened(LESSON, view="batch", node="0"))
    assert round(now["mean"], 4) == 2.7587
    assert round(now["first_loss"], 4) == 2.0404
    gradient = cross_entropy([3.2, 5.1, -1.7], 0).gradient
    assert now["slope"] == pytest.approx(gradient[0] / 3)
    # The bug gives a third, too: there are as many classes as samples.
    for j in range(3):
        assert now[f"right{j}"] == pytest.approx(gradient[j])
        assert now[f"wrong{j}"] == pytest.approx(gradient[j] / 3)


def test_the_small_expressions() -> None:
    now = told(opened(LESSON, node="0", graph="sum_times"))
    assert [now[name] for name in ("output", "slope0", "slope1", "slope2")] == [-12, -4, -4, 3]
    now = told(opened(LESSON, node="0", graph="sigmoid_neuron"))
    assert round(now["output"], 2) == 0.73
    assert [round(now[f"slope{i}"], 2) for i in range(5)] == [-0.2, 0.39, -0.39, -0.59, 0.2]
    now = told(opened(LESSON, node="0", graph="gates", inputs="3,-4,-2,-1"))
    assert [now[name] for name in ("output", "slope2", "slope3")] == [-26, 0, 2]


def test_a_small_expression_is_reset() -> None:
    app = opened(LESSON, node="3", graph="gates", inputs="1,2,3,4")
    next(button for button in app.button if button.label == "Reset").click().run()
    assert state_of(app, SoftmaxLossGraphState) == SoftmaxLossGraphState()


def test_one_piece_keeps_a_tiny_loss() -> None:
    app = opened(LESSON, node="0")
    app.selectbox(key="preset").select("overwhelming_win").run()
    assert told(app)["loss"] == 0
    app.button_group(key="view").select("collapsed").run()
    assert told(app)["loss"] == pytest.approx(3.378e-48, rel=1e-3)


def test_controls() -> None:
    app = opened(LESSON, node="0", z="1,2,3", names="a,b,c", y="0")
    app.selectbox(key="true_class").select(2).run()
    assert state_of(app, SoftmaxLossGraphState).example.label == 2
    assert told(app)["loss"] == pytest.approx(float(cross_entropy([1, 2, 3], 2).value))
    next(button for button in app.button if button.label == "Back to the inputs").click().run()
    assert state_of(app, SoftmaxLossGraphState).node == 1
    assert told(app)["loss"] is None
    next(button for button in app.button if button.label == "Show all numbers").click().run()
    assert state_of(app, SoftmaxLossGraphState).node == 0
    for view in GRAPH_VIEWS[1:]:
        app.button_group(key="view").select(view).run()
        assert state_of(app, SoftmaxLossGraphState).view == view
    for graph in CIRCUITS:
        app.selectbox(key="graph").select(graph).run()
        assert state_of(app, SoftmaxLossGraphState).graph == graph
        assert header(app)["handles"][0]["id"] == "input0"
    assert state_of(app, SoftmaxLossGraphState).example.scores == (1, 2, 3)
    assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_classes_and_large_logits_are_told(language: str) -> None:
    t = text_in(language)
    app = opened(LESSON, z="1,2,3,4,5,6,7,8,9,10", y="7", node="0", lang=language)
    assert [caption.value for caption in app.caption] == [t(f"{LESSON}.note.merged", count=7)]
    handles = [handle["id"] for handle in header(app)["handles"]]
    assert handles == ["score0", "score1", "score7", "node"]
    loss = cross_entropy(np.arange(1.0, 11.0), 7).value
    assert told(app)["loss"] == pytest.approx(loss)
    app = opened(LESSON, z="1010,1000,990", lang=language)
    assert [caption.value for caption in app.caption] == [t(f"{LESSON}.note.shifted")]
    assert not opened(LESSON, z="1010,1000,990", view="collapsed").caption


CASES = [
    {},
    {"view": "collapsed"},
    {"view": "batch"},
    {"z": "5.3,10.1", "names": "0,2", "y": "1"},
    {"z": "10,-100,-100"},
    {"z": "10,-100,-100", "view": "collapsed"},
    {"z": "123,456,789"},
    {"z": "1,2,3,4,5,6", "y": "4"},
    {"z": "1,2,3,4,5,6", "y": "4", "view": "batch"},
    {"z": "1,-0.5,2", "t": "0.2,0.5,0.3", "y": "1"},
    {"graph": "sum_times"},
    {"graph": "sigmoid_neuron"},
    {"graph": "gates", "inputs": "1.5,2,-3,7"},
]


@pytest.mark.parametrize("address", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(address: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", node="0", **address)
    labelled = [r["id"] for r in header(app)["readouts"] if r["label"]]
    lines = code_prints(app, labelled)
    assert len(lines) >= len(labelled) >= 3


@pytest.mark.parametrize("address", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(address: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", node="0", lang=language, **address)
    text = why(app)
    now = told(app)
    shown = [now["output"]] if "graph" in address else []
    if address.get("view") == "collapsed" or not address:
        shown = [now["loss"], now["slope"]]
    for number in shown:
        assert format_fixed(number, 4).replace("−", "-").split("e")[0] in text
    for factors, result in re.findall(r"\(([-\d.() +]+)\) \\cdot \(?([-\d.]+)", text):
        assert eval(factors, {}) * float(result) == pytest.approx(now["output"])


def test_data_is_what_is_shown() -> None:
    app = opened(LESSON, tab="data")
    frame = app.dataframe[0].value.set_index("node")
    assert len(frame) == 22
    assert frame.loc["exp0", "value"] == pytest.approx(np.exp(3.2))
    assert frame.loc["loss", "gradient"] == 1
    app = opened(LESSON, tab="data", view="collapsed")
    assert app.dataframe[0].value["node"].tolist() == [
        *(f"{name}{j}" for name in "zty" for j in range(3)),
        "loss",
    ]


def test_the_message_holds_no_sweep_twice() -> None:
    sizes = {}
    for view in GRAPH_VIEWS:
        app = opened(LESSON, view=view)
        sizes[view] = message_size(app)
    assert max(sizes.values()) < 900_000
