"""The digits view of the two-layer network through Streamlit, in both languages."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.learning.datasets import digits
from core.learning.models import TwoLayerNet
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.written_drawing import EMPTY, write_drawing
from pages.ui.learning.setups import setup
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import PAGES, header, headers, state_of

STEPS = 172


@cache
def model() -> tuple[TwoLayerNet, np.ndarray]:
    made = setup(TwoLayerNetworkState(data="digits"), "cross_entropy")
    training = made.training()
    for _ in training.advance(STEPS):
        pass
    return training.model, made.split().held_out_indices


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "two_layer_network" / "page.py"), default_timeout=30)
    given = {"data": "digits", "look": "digits", "trained": str(STEPS), **parameters}
    for name, text in given.items():
        app.query_params[name] = text
    return finished(app.run())


def finished(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def shown(app: AppTest) -> dict:
    message = header(app)
    return {
        (place["panel"], place["attribute"]): values
        for place, values in zip(message["places"], message["now"], strict=True)
    }


def component(app: AppTest, key: str) -> dict:
    for found in app.get("bidi_component"):
        if found.proto.json and key in found.proto.json:
            return json.loads(found.proto.json)
    raise AssertionError(f"there is no {key}")


def verdict(app: AppTest) -> str:
    readout = next(r for r in header(app)["readouts"] if r["id"] == "verdict")
    return readout["choices"][int(shown(app)[None, "verdict"][0])]


def button(app: AppTest, label: str):
    return next(found for found in app.button if found.label == label)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digit_its_scores_and_its_probabilities(language: str) -> None:
    app = opened(lang=language, digit="5")
    now = shown(app)
    forward = model()[0].loss(digits().points[5], 5).forward
    assert now["scores", "y"] == pytest.approx(forward["scores"][0].tolist(), rel=1e-9)
    p = forward["probabilities"][0]
    assert now["probabilities", "y"][10:] == pytest.approx(p.tolist(), rel=1e-9)
    assert now[None, "true_probability"] == pytest.approx([p[5]], rel=1e-9)
    assert now[None, "sample_loss"] == pytest.approx([-np.log(p[5])], rel=1e-6)
    flags = [mark for mark in header(app)["marks"] if "⚑" in (mark["choices"] or ())]
    assert [flag["x"] for flag in flags] == [[5.0]]
    t = text_in(language)
    expected = "right" if p.argmax() == 5 else "wrong"
    assert verdict(app) == t(f"two_layer_network.digits.verdict.{expected}", truth="5")
    assert {panel["id"] for panel in header(app)["panels"]} == {
        "image",
        "hidden",
        "scores",
        "probabilities",
    }
    part = "held_out" if 5 in model()[1] else "train"
    captions = [caption.value for caption in app.caption]
    assert t(f"two_layer_network.digits.part.{part}") in captions
    assert any("0.00816" in text and "0.99184" in text for text in captions)
    assert all(value is not None for values in now.values() for value in values)


def test_another_step_of_the_run_is_shown() -> None:
    now = shown(opened(digit="5", at="0"))
    start = setup(TwoLayerNetworkState(data="digits"), "cross_entropy").training().model
    scores = start.loss(digits().points[5], 5).forward["scores"][0]
    assert now["scores", "y"] == pytest.approx(scores.tolist(), rel=1e-9)


def test_the_digit_is_chosen_by_number_and_by_the_buttons() -> None:
    app = opened(digit="0")
    app = finished(button(app, "← Previous").click().run())
    assert state_of(app, TwoLayerNetworkState).digit == 1796
    app = finished(button(app, "Next →").click().run())
    assert state_of(app, TwoLayerNetworkState).digit == 0
    app = finished(app.number_input(key="digit").set_value(42).run())
    assert state_of(app, TwoLayerNetworkState).digit == 42
    assert "42" in header(app)["panels"][0]["title"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_shows_the_most_confident_mistakes(language: str) -> None:
    app = opened(lang=language)
    net, held_out = model()
    items = component(app, '"items"')["items"]
    wrong = []
    for index in held_out.tolist():
        label = int(digits().labels[index])
        p = net.loss(digits().points[index], label).forward["probabilities"][0]
        if p.argmax() != label:
            wrong.append((-p.max(), index, f"{label} → {p.argmax()}", f"p {p.max():.3f}"))
    wrong.sort()
    assert len(wrong) > 12
    assert [(i["name"], i["caption"], i["note"]) for i in items] == [w[1:] for w in wrong[:12]]
    assert items[0]["ink"] == (digits().points[items[0]["name"]] * 16).tolist()
    told = text_in(language)(
        "two_layer_network.digits.worst_mistakes", count=len(wrong), whole=len(held_out), shown=12
    )
    assert told in [entry.value for entry in app.markdown]
    chosen = opened(lang=language, digit=str(items[3]["name"]))
    marked = [item["is_chosen"] for item in component(chosen, '"items"')["items"]]
    assert marked == [place == 3 for place in range(12)]


def test_a_two_that_leads_as_the_published_one_does() -> None:
    app = opened()
    app = finished(button(app, "Show a “2” with a lead of about 4.8").click().run())
    chosen = state_of(app, TwoLayerNetworkState).digit
    net, held_out = model()
    assert chosen in held_out
    assert digits().labels[chosen] == 2
    twos = [i for i in held_out.tolist() if digits().labels[i] == 2]
    scores = net.scores(digits().points[twos])
    leads = scores[:, 2] - np.delete(scores, 2, axis=1).max(axis=1)
    best = np.abs(leads - 4.8).min()
    assert abs(shown(app)[None, "lead"][0] - 4.8) == pytest.approx(best, abs=1e-9)
    assert best < 0.3
    assert shown(app)[None, "duel"][0] == pytest.approx(0.99184, abs=0.003)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drawing_is_read_and_said_to_be_out_of_the_distribution(language: str) -> None:
    counts = (digits().points[17] * 16).astype(int)
    app = opened(lang=language, drawing=write_drawing(tuple(counts.tolist())))
    t = text_in(language)
    now = shown(app)
    scores = model()[0].scores(digits().points[17])[0]
    assert now["scores", "y"] == pytest.approx(scores.tolist(), rel=1e-9)
    assert now["probabilities", "y"][:10] == [0.0] * 10
    assert verdict(app) == t("two_layer_network.digits.verdict.drawing")
    best, p = int(scores.argmax()), now[None, "top_probability"][0]
    answer = t("two_layer_network.digits.answer", name=str(best), probability=f"{p:.3f}")
    assert answer in [entry.value for entry in app.markdown]
    assert t("two_layer_network.digits.out_of_distribution") in [
        entry.value for entry in app.caption
    ]
    labels = component(app, '"radius"')["labels"]
    assert labels["clear"] == t("two_layer_network.digits.pad.clear")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_sheet_is_a_sentence(language: str) -> None:
    app = opened(lang=language, drawing=write_drawing(EMPTY))
    assert verdict(app) == text_in(language)("two_layer_network.digits.verdict.empty")
    now = shown(app)
    assert now["probabilities", "y"][10:] == pytest.approx(
        model()[0].loss(np.zeros(64), 0).forward["probabilities"][0].tolist(), rel=1e-9
    )
    assert all(None not in values for values in now.values())
    assert not any("⚑" in (mark["choices"] or ()) for mark in header(app)["marks"])


def test_from_a_digit_to_the_sheet_and_back() -> None:
    app = opened(digit="8")
    app = finished(app.segmented_control(key="digit_source").set_value("drawing").run())
    assert (
        state_of(app, TwoLayerNetworkState).drawing,
        state_of(app, TwoLayerNetworkState).digit,
    ) == (EMPTY, 8)
    app = finished(app.segmented_control(key="digit_source").set_value("data").run())
    assert (
        state_of(app, TwoLayerNetworkState).drawing,
        state_of(app, TwoLayerNetworkState).digit,
    ) == (None, 8)


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_data_are_said_and_a_button_changes_them(language: str) -> None:
    t = text_in(language)
    app = opened(lang=language, data="moons", trained="5", hidden="3", eta="0.7")
    assert [entry.value for entry in app.info] == [t("two_layer_network.digits.other_data")]
    assert not headers(app)
    app = finished(button(app, t("two_layer_network.digits.switch")).click().run())
    state = state_of(app, TwoLayerNetworkState)
    assert (state.data, state.hidden, state.learning_rate, state.trained) == ("digits", *[None] * 3)
    assert state.look == "digits"
    assert header(app)["panels"]


def test_the_probabilities_of_another_loss_are_said_to_be_none() -> None:
    t = text_in("en")
    told = t("two_layer_network.digits.other_loss")
    assert told in [entry.value for entry in opened(loss="hinge").caption]
    assert told not in [entry.value for entry in opened().caption]


@pytest.mark.parametrize(
    "parameters",
    [
        {"trained": "0"},
        {"opt": "sgd", "eta": "1000"},  # every unit dies
        {"opt": "sgd", "eta": "1000", "loss": "squared_error"},  # diverges
        {"hidden": "1"},
        {"hidden": "200", "trained": "8", "loss": "hinge", "power": "2"},
    ],
    ids=str,
)
def test_no_run_leaves_a_hole(parameters: dict[str, str]) -> None:
    app = opened(digit="1", **parameters)
    now = shown(app)
    assert len(now["probabilities", "y"]) == 20
    assert all(value is not None for values in now.values() for value in values)
    assert bool(app.error) == (parameters.get("loss") == "squared_error")


def test_an_unusable_drawing_is_left_out() -> None:
    assert header(opened(drawing="abc", digit="3"))["panels"][0]["title"].endswith("no. 3 (a “3”)")
