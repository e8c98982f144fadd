"""Lesson: numerical stability. Softmax and its loss in three floating-point types, live."""

from pages.ui.controls import classes_control, example_controls, preset_controls
from pages.ui.derivations.numerical_stability import derivation
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.location import read_state, text
from pages.ui.snippets.numerical_stability import snippet
from pages.ui.stages.numerical_stability import result_table, stability_stage, sweep_of

PRESETS = (
    "cat_image",
    "thousands",
    "hundreds",
    "overwhelming_win",
    "past_margin_twenty",
    "one_two_three",
)

t = text()
state, _ = read_state()
sweep = sweep_of(state)

opening("numerical_stability", t)
stability_stage("numerical_stability", state, sweep, t)
preset_controls(state, t, PRESETS)
example_controls(state, t)
classes_control(state, t)
lesson_tabs(
    "numerical_stability",
    t,
    why=lambda: derivation(state, sweep.now, t),
    code=lambda: snippet(state),
    data=lambda: result_table(state, sweep.now, t),
)
