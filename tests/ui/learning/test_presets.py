"""Runs worth seeing: each is what its name says, and the published ones are those of the core."""

from __future__ import annotations

from dataclasses import replace

import pytest
from numpy.testing import assert_allclose, assert_array_equal
from streamlit.testing.v1 import AppTest

from core.learning.history import DivergenceError, Record
from core.learning.models import LinearClassifier
from core.learning.published_runs import CLASSIFIER_STEPS, spiral_classifier, spiral_network
from core.learning.training import Training
from pages.linear_classifier import LinearClassifierState
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.learning.presets import preset_run
from pages.ui.learning.runs import trained_run
from pages.ui.learning.setups import dataset, objective, setup, target_of
from pages.ui.learning.state import ModelState
from pages.ui.state.example import Example
from pages.ui.state.state import decode, encode
from pages.ui.text import text_in
from tests.apptest import state_of

LINEAR, NETWORK = LinearClassifierState(), TwoLayerNetworkState()


def trained(state: ModelState) -> Record:
    made = setup(state, "cross_entropy")
    run = trained_run(made, target_of(state))
    assert run.step == target_of(state)
    return run.records[-1]


@pytest.mark.parametrize(
    ("usual", "id"), [(state, id) for state in (LINEAR, NETWORK) for id in state.run_presets]
)
def test_a_preset_fits_its_lesson_and_the_address(usual: ModelState, id: str) -> None:
    state = preset_run(id, usual)
    assert decode(type(usual), encode(state)) == (state, ())
    assert state.data in usual.offered()


def test_a_preset_leaves_alone_what_makes_no_run() -> None:
    example = Example(("a", "b"), (1.0, 2.0), 1)
    before = TwoLayerNetworkState(example, noise=0.5, seed=7, hidden=3, at=5, followed_unit=2)
    assert preset_run("xor_network", before) == TwoLayerNetworkState(
        example, data="xor", followed_unit=2
    )


def same(first: Training, second: Training, steps: int) -> None:
    for training in (first, second):
        for _ in training.advance(steps):
            pass
    assert first.model.objective == second.model.objective
    for name, values in first.model.parameters.items():
        assert_array_equal(values, second.model.parameters[name])


def test_the_published_runs_are_those_of_the_core() -> None:
    state = preset_run("spiral_classifier", LINEAR)
    assert target_of(state) == CLASSIFIER_STEPS
    run = setup(state, "cross_entropy").training()
    same(run, spiral_classifier(), CLASSIFIER_STEPS)
    assert f"{run.records[-1].total:.6f}" == "0.786302"
    state = preset_run("spiral_network", NETWORK)
    same(setup(state, "cross_entropy").training(), spiral_network(), 100)


def test_the_demo_has_the_published_losses() -> None:
    state = preset_run("demo", LINEAR)
    weights = [[2.06, 0.44, 2.27], [1.48, -1.82, -2.04]]
    data = dataset(state)
    model = LinearClassifier(weights, [-0.42, 0.52, -0.10], objective(state, "hinge"))
    loss = model.loss(data.points, data.labels)
    assert_allclose([loss.data_loss, loss.penalty, loss.total], [0.64, 1.93, 2.57], atol=0.005)


def test_hidden_units_do_what_is_told_of_them() -> None:
    circles = preset_run("circles_network", NETWORK)
    assert setup(circles, "cross_entropy").hidden == 3
    assert trained(circles).accuracy == 1.0
    for seed in range(5):  # where both are off, nothing changes
        two = replace(circles, hidden=2, seed=seed)
        assert trained(two).accuracy < 0.85
    xor = preset_run("xor_network", NETWORK)
    assert setup(xor, "cross_entropy").hidden == 4
    assert trained(xor).accuracy > 0.98
    assert trained(replace(LINEAR, data="xor")).accuracy < 0.75


def test_the_digits_reach_96_percent_on_what_is_held_out() -> None:
    digits = preset_run("digits_network", NETWORK)
    assert setup(digits, "cross_entropy").hidden == 64
    assert trained(digits).held_out_accuracy >= 0.96


def chooser() -> None:
    from pages.two_layer_network import TwoLayerNetworkState
    from pages.ui.learning.presets import run_preset_controls
    from pages.ui.state.address import read_state, text

    run_preset_controls(read_state(TwoLayerNetworkState)[0], text())


def test_the_chooser_shows_the_run_and_takes_another() -> None:
    app = AppTest.from_function(chooser, default_timeout=10)
    app.query_params["lang"] = "en"
    app.query_params["unit"] = "2"
    app.run()
    (box,) = app.selectbox
    t = text_in("en")
    assert box.value is None
    assert box.options == [t(f"learning.preset.{id}") for id in NETWORK.run_presets]
    box.select("circles_network").run()
    assert state_of(app, TwoLayerNetworkState) == preset_run(
        "circles_network", replace(NETWORK, followed_unit=2)
    )
    assert app.selectbox[0].value == "circles_network"
    app.query_params["at"] = "10"
    app.run()
    assert app.selectbox[0].value == "circles_network"
    app.query_params["hidden"] = "9"
    app.run()
    assert app.selectbox[0].value is None


def test_what_try_this_tells_of_the_network() -> None:
    for seed, least, most in ((0, 0.98, 1.0), (2, 0.9, 0.92), (3, 0.9, 0.92)):
        record = trained(replace(preset_run("xor_network", NETWORK), seed=seed))
        assert least <= record.accuracy <= most
    moons = replace(NETWORK, data="moons")
    assert trained(moons).accuracy == 1.0
    assert_allclose(trained(replace(moons, strength=0.01)).accuracy, 0.89, atol=0.02)
    faded = trained(replace(moons, strength=0.3)).parameters
    assert max(abs(faded["W1"]).max(), abs(faded["W2"]).max()) < 0.01


def test_the_hinge_loss_comes_to_rest_and_the_cross_entropy_does_not() -> None:
    for loss, rests in (("hinge", True), ("cross_entropy", False)):
        state = replace(NETWORK, data="moons", loss=loss, strength=0.0)
        training = setup(state, loss).training()
        (*_, early) = training.advance(450)
        (*_, late) = training.advance(100)
        assert (early.total == 0) == rests
        assert (early.parameters["W1"] == late.parameters["W1"]).all() == rests
        assert late.total < early.total or rests


def test_a_large_step_size_kills_all_units_or_diverges() -> None:
    training = setup(
        replace(NETWORK, data="circles", learning_rate=10.0), "cross_entropy"
    ).training()
    (*_, record) = training.advance(10)
    data = setup(replace(NETWORK, data="circles"), "cross_entropy").train
    assert not training.model.loss(data.points, data.labels).forward["mask"].any()
    assert record.accuracy == 0.5
    state = replace(NETWORK, data="moons", learning_rate=3.0)
    with pytest.raises(DivergenceError):
        list(setup(state, "squared_error").training().advance(600))
