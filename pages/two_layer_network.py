"""Lesson: the two-layer network. A hidden layer bends the regions, and a run shows how."""

from pages.ui.derivations.two_layer_network import derivation
from pages.ui.learning.controls import data_controls, recipe_controls, training_buttons
from pages.ui.learning.runs import live_stage, run_of, target_of, train_on
from pages.ui.learning.setups import setup
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.location import read_state, text
from pages.ui.snippets.two_layer_network import snippet
from pages.ui.stages.network_digits import digits_view
from pages.ui.stages.two_layer_network import (
    choose_look,
    run_table,
    training_stage,
)

t = text()
state, _ = read_state()
run = run_of(setup(state, "network", state.loss), target := target_of(state, "network"))
VIEWS = {
    "train": lambda: training_stage(state, run, target, t),
    "inspect": lambda: None,
    "digits": lambda: digits_view(state, run, t),
}

opening("two_layer_network", t)
choose_look(state, t)
status = live_stage([run], target, VIEWS[state.look], t)
training_buttons(state, "network", [run], t)
data_controls(state, "network", t)
recipe_controls(state, "network", t)
lesson_tabs(
    "two_layer_network",
    t,
    why=lambda: derivation(state, run, t),
    code=lambda: snippet(state, run),
    data=lambda: run_table(state, run, t),
)
train_on([run], target, status, t)
