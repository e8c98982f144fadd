"""The lesson on the two-layer network through Streamlit itself: its frame and its training view."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from streamlit.testing.v1 import AppTest

from core.learning.training import Training
from pages.two_layer_network import LOOKS, TwoLayerNetworkState
from pages.ui.learning.setups import setup
from pages.ui.state.state import encode
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, state_of, tab, told

LESSON = "two_layer_network"
MOONS = TwoLayerNetworkState(data="moons", samples=10, hidden=5, trained=25)
PLANE = ["net_plane", "net_losses", "net_accuracy", "net_confusion"]


def shown(state: TwoLayerNetworkState, **more: str) -> AppTest:
    return opened(LESSON, **encode(state), **more)


def trained(state: TwoLayerNetworkState, steps: int) -> Training:
    training = setup(state, state.loss).training()
    for _ in training.advance(steps):
        pass
    return training


def panels(app: AppTest) -> list[str]:
    return [panel["id"] for panel in header(app)["panels"]]


def check(now: Mapping[str, float], training: Training, record: int) -> None:
    """Compare what is told with a run that was trained apart from the page."""
    history = training.history
    assert now["net_step"] == history.steps[record]
    assert now["net_total"] == pytest.approx(history.total[record], rel=1e-12)
    assert now["net_accuracy"] == pytest.approx(100 * history.accuracy[record])
    assert history.held_out_accuracy is not None
    held_out = 100 * history.held_out_accuracy[record]
    assert now["net_held_out_accuracy"] == pytest.approx(held_out)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_look_cold_and_warm(language: str, look: str) -> None:
    data = "digits" if look == "digits" else "moons"
    app = shown(TwoLayerNetworkState(data=data, trained=20, look=look), lang=language)
    for _ in range(2):
        seen = header(app, -1)["panels"]  # the stage stands behind pad and gallery
        assert not any("{" in panel["alt"] for panel in seen)
        assert ([panel["id"] for panel in seen] == [*PLANE, "net_gradient"]) == (look == "train")
        app.run()
        assert not app.exception


def test_what_is_told_is_the_run_of_the_address() -> None:
    app = shown(MOONS)
    training = trained(MOONS, 25)
    check(told(app), training, -1)
    assert panels(app) == PLANE  # 15 samples to learn from: every step looks at all of them
    app = shown(TwoLayerNetworkState(data="moons", trained=25, at=7))
    training = trained(TwoLayerNetworkState(data="moons"), 25)
    check(told(app), training, 7)
    assert header(app)["handles"][0]["value"] == 7
    assert panels(app) == [*PLANE, "net_gradient"]


def test_digits_have_images_instead_of_a_plane() -> None:
    app = shown(TwoLayerNetworkState(data="digits", trained=50, hidden=12))
    expected = ["net_weights", "net_losses", "net_confusion", "net_accuracy", "net_drawn"]
    assert panels(app) == expected
    check(told(app), trained(TwoLayerNetworkState(data="digits", hidden=12), 50), -1)
    # A whole batch has no images to show.
    whole = TwoLayerNetworkState(data="digits", trained=2, hidden=12, batch_size=0)
    assert panels(shown(whole)) == expected[:-1]


def test_one_step_more_back_to_the_start_and_as_many_as_usual() -> None:
    app = shown(MOONS)
    t = text_in("en")
    buttons = {button.label: button for button in app.button}
    buttons[t("learning.control.one")].click().run()
    assert state_of(app, TwoLayerNetworkState).trained == 26
    check(told(app), trained(MOONS, 26), -1)
    next(b for b in app.button if b.label == t("learning.control.reset")).click().run()
    assert state_of(app, TwoLayerNetworkState).trained == 0
    assert told(app)["net_step"] == 0
    next(b for b in app.button if b.label == t("learning.control.train", steps=600)).click().run()
    assert state_of(app, TwoLayerNetworkState).trained == 600
    check(told(app), trained(MOONS, 600), -1)


def test_the_looks_are_switched_and_stay_in_the_address() -> None:
    app = shown(MOONS)
    app.segmented_control(key="look").set_value("inspect").run()
    assert state_of(app, TwoLayerNetworkState).look == "inspect"
    assert panels(app) != PLANE
    app.segmented_control(key="look").set_value("train").run()
    assert state_of(app, TwoLayerNetworkState) == MOONS
    assert panels(app) == PLANE
    # Pressed once more it stays.
    app.segmented_control(key="look").set_value(None).run()
    assert state_of(app, TwoLayerNetworkState) == MOONS


@pytest.mark.parametrize("loss", ["hinge", "squared_error"])
def test_other_losses(loss: str) -> None:
    state = TwoLayerNetworkState(data="moons", trained=40, loss=loss, learning_rate=0.05)
    check(told(shown(state)), trained(state, 40), -1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_diverges_is_told_and_keeps_its_numbers(language: str) -> None:
    app = shown(
        TwoLayerNetworkState(data="moons", loss="squared_error", learning_rate=1000.0, trained=100),
        lang=language,
    )
    t = text_in(language)
    (error,) = app.error
    assert t("learning.loss.squared_error") in error.value
    assert "NaN" not in str(told(app))
    assert all(value is not None for name, value in told(app).items() if name != "net_cosine")
    # With a smaller step the same page is alive again.
    app.text_input(key="learning_rate").set_value("0.1").run()
    assert not app.error
    assert told(app)["net_step"] == 100


def test_the_axis_of_the_losses() -> None:
    app = shown(MOONS)
    app.toggle(key="is_logarithmic").set_value(True).run()
    assert state_of(app, TwoLayerNetworkState).is_logarithmic
    (losses,) = [panel for panel in header(app)["panels"] if panel["id"] == "net_losses"]
    assert '"type":"log"' in losses["figure"].replace(" ", "")


def test_the_numbers_as_a_table() -> None:
    app = tab(shown(MOONS), LESSON, "data")
    table = app.dataframe[-1].value
    history = trained(MOONS, 25).history
    assert table["total"].tolist() == pytest.approx(history.total.tolist(), rel=1e-12)
    assert table["step"].tolist() == list(range(26))
    assert "held_out_accuracy" in table
