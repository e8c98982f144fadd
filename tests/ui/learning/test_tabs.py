"""Every tab of the lessons that train opens in every view, whatever the controls are set to."""

from __future__ import annotations

import pytest

from core.learning.objective import LOSSES
from core.learning.optimizers import OPTIMIZERS
from core.losses.penalties import PENALTIES
from pages.linear_classifier import LinearClassifierState
from pages.two_layer_network import LOOKS, TwoLayerNetworkState
from tests.apptest import opened, tab

POINTS = {"points": "0,0,0;1,1,1;0.5,-0.5,1", "groups": "red,blue"}
NETWORK = {"hidden": "3", "trained": "3"}
DATA = [{"data": name, "samples": "5"} for name in TwoLayerNetworkState.offered()]
SETTINGS = [
    *(
        {"loss": loss, "penalty": penalty, "reg": "0.1"}
        for loss, penalty in zip(LOSSES, PENALTIES, strict=True)
    ),
    *({"opt": name, "batch": "2", "sampling": "with_replacement"} for name in OPTIMIZERS),
    {"loss": "hinge", "variant": "one_vs_all", "power": "2", "margin": "0"},
    {"loss": "hinge", "variant": "crammer_singer", "log": "1", "half": "1", "decay": "0.5"},
    {"trained": "0", "hidden": "1"},
    {"at": "1", "seed": "7", "hidden": "200"},
    {"loss": "squared_error", "eta": "1000", "trained": "30"},
    POINTS,
    {"data": "own"},
]
LINEAR = [
    *({"data": name, "samples": "5"} for name in LinearClassifierState.offered()),
    *({**each, "data": "moons", "samples": "5"} for each in SETTINGS if "loss" not in each),
    *({"variant": name} for name in ("one_vs_all", "crammer_singer")),
    *({"start": start, "trained": "0"} for start in ("demo", "own")),
    {"eta": "1000", "trained": "300"},
    POINTS,
]


def assert_all_open(lesson: str, address: dict[str, str]) -> None:
    app = opened(lesson, **address)
    for name in ("why", "code", "data"):
        assert not tab(app, lesson, name).exception, name


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("data", DATA, ids=str)
def test_the_network_on_every_data_set(look: str, data: dict[str, str]) -> None:
    assert_all_open("two_layer_network", {**NETWORK, **data, "look": look})


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_network_with_every_setting(look: str, settings: dict[str, str]) -> None:
    data = "digits" if look == "digits" and "points" not in settings else "moons"
    given = {**NETWORK, "data": data, "samples": "5", **settings, "look": look}
    assert_all_open("two_layer_network", given)


@pytest.mark.parametrize("settings", LINEAR, ids=str)
def test_the_linear_classifier_with_every_setting(settings: dict[str, str]) -> None:
    assert_all_open("linear_classifier", {"trained": "3", **settings})
