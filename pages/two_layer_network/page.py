"""Lesson: the two-layer network. A hidden layer bends the regions, and a run shows how."""

from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.code import code
from pages.two_layer_network.look_controls import (
    around_look,
    look_control,
    look_in_hand,
    look_table,
    still_look,
)
from pages.two_layer_network.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.learning.controls import (
    data_controls,
    logarithmic_control,
    recipe_controls,
    training_buttons,
)
from pages.ui.learning.live import LivePage, finished_runs, runs_of
from pages.ui.learning.points.editor import run_points
from pages.ui.learning.presets import run_preset_controls
from pages.ui.learning.setups import setup, target_of
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, text

t = text()
state, _ = read_state(TwoLayerNetworkState)
(run,) = runs_of([setup(state, state.loss)], target_of(state))
live = LivePage(state, [run], target_of(state), t)


def stages(shown: TwoLayerNetworkState) -> list[Shown]:
    """Lay out the stage of a state."""
    if shown == state:
        return look_in_hand(state, run, t)
    (finished,) = finished_runs([setup(shown, shown.loss)], target_of(shown))
    return still_look(shown, finished, t)


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    if state.scene is not None:
        training_buttons(state, [run], t)
    run_preset_controls(state, t)
    data_controls(state, t)
    recipe_controls(state, t)
    if state.look == "train":
        logarithmic_control(state, t)
    if state.look != "digits":
        run_points(state, run, t)


show_lesson(
    "two_layer_network",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, run, t),
    code=lambda: code(state, run),
    data=lambda: look_table(state, run, t),
    views=lambda: look_control(state, t),
    remarks=lambda: training_buttons(state, [run], t),
    live=lambda draw: live.show(lambda: around_look(state, run, draw, t)),
)
live.go_on()
