"""The inspector on its page, without a browser."""

from __future__ import annotations

import pytest

from core.learning.models import TwoLayerNet
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.setups import setup
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, state_of, tab, told

QUERY = {"look": "inspect", "data": "moons", "batch": "8", "hidden": "8", "trained": "40"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_pass_of_the_step(language: str) -> None:
    app = opened("two_layer_network", lang=language, at="25", **{"pass": "5"}, **QUERY)
    state = state_of(app, TwoLayerNetworkState)
    assert (state.look, state.step_of_pass, state.at) == ("inspect", 5, 25)
    known = setup(state, state.loss)
    training = known.training()
    for _ in training.advance(25):
        pass
    batch, model = training.records[-1].batch, training.model
    assert isinstance(model, TwoLayerNet)
    loss = model.loss(known.train.points[batch], known.train.labels[batch])
    message = header(app)
    assert [handle["id"] for handle in message["handles"]] == [
        "pass",
        "sample",
        "unit_followed",
        "at",
    ]
    assert [handle["value"] for handle in message["handles"]] == [5, 0, 1, 25]
    assert told(app)["mean"] == pytest.approx(loss.data_loss, rel=1e-12)
    assert told(app)["out"] == pytest.approx(loss.per_sample[0], rel=1e-12)
    t = text_in(language)
    assert message["panels"][0]["title"] == t("two_layer_network.inspector.panel.map", step=25)
    assert [note.value for note in app.caption][:1] == [t("two_layer_network.inspector.colors")]


@pytest.mark.parametrize("loss", ["hinge", "squared_error"])
def test_the_other_losses_and_the_digits(loss: str) -> None:
    query = {**QUERY, "data": "digits", "batch": "32", "trained": "10", "loss": loss}
    app = opened("two_layer_network", follow="20", unit="7", **{"pass": "6"}, **query)
    message = header(app)
    assert [handle["value"] for handle in message["handles"]][:3] == [6, 20, 8]
    notes = [mark["choices"] for mark in message["marks"] if mark["choices"]][-1]
    assert "X  8×6 of 32×64" in notes
    (table,) = tab(app, "two_layer_network", "data").dataframe
    assert {"array", "row", "column", "value"} <= set(table.value.columns)
    assert set(table.value["array"]) >= {"X", "W1", "mask", "h", "dscores", "dW1", "total_W1"}
    assert "b1  H = 8" in {note.removeprefix("+ ") for note in notes}


@pytest.mark.parametrize(("scene", "arrays"), [("6", 4), ("7", 3)])
def test_while_a_scene_asks_nothing_is_told_of_other_steps_of_the_pass(
    scene: str, arrays: int
) -> None:
    message = header(opened("two_layer_network", scene=scene))
    cells = [mark for mark in message["marks"] if mark["kind"] == "cell"]
    assert len(cells) == arrays
    for name in ("formula", "sentence"):
        (readout,) = [readout for readout in message["readouts"] if readout["id"] == name]
        assert sum(map(bool, readout["choices"])) == 1
    answered = header(opened("two_layer_network", scene=scene, guess="unknown"))
    assert len([mark for mark in answered["marks"] if mark["kind"] == "cell"]) > 30
    # The numbers of a small network need less room than those of a large one.
    width = {panel["id"]: panel["least_width"] for panel in message["panels"]}["close_up"]
    wide = header(opened("two_layer_network", look="inspect", data="digits", trained="2"))
    assert 500 < width < {p["id"]: p["least_width"] for p in wide["panels"]}["close_up"] <= 890
