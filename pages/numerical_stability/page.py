"""Lesson: numerical stability. Softmax and its loss in three floating-point types, live."""

from pages.numerical_stability import NumericalStabilityState
from pages.numerical_stability.code import snippet
from pages.numerical_stability.stage import moved, result_table, stability_stage, sweeps_of
from pages.numerical_stability.why import derivation
from pages.ui.kit.controls import classes_control, example_controls, preset_controls
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

PRESETS = (
    "cat_image",
    "thousands",
    "hundreds",
    "overwhelming_win",
    "past_margin_twenty",
    "one_two_three",
)

t = text()
state, _ = read_state(NumericalStabilityState)
sweeps = sweeps_of(state)

opening("numerical_stability", t)
show_stage("numerical_stability", stability_stage(state, sweeps, t), state, moved, t)
preset_controls(state, t, PRESETS)
example_controls(state, t)
classes_control(state, t)
lesson_tabs(
    "numerical_stability",
    t,
    why=lambda: derivation(state, sweeps.now, t),
    code=lambda: snippet(state),
    data=lambda: result_table(state, sweeps.now, t),
)
