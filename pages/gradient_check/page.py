"""Lesson: gradient check. An analytic gradient against difference quotients, live."""

from pages.gradient_check.code import snippet
from pages.gradient_check.stage import gradient_stage, result_table, sweep_of
from pages.gradient_check.why import derivation
from pages.ui.kit.controls import check_controls, example_controls, preset_controls
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "clear_win",
    "exact_margin",
    "overwhelming_win",
    "chance_level",
    "digits",
    "one_two_three",
)

t = text()
state, _ = read_state()
sweep = sweep_of(state)

opening("gradient_check", t)
gradient_stage("gradient_check", state, sweep, t)
check_controls(state, t)
preset_controls(state, t, PRESETS)
example_controls(state, t)
lesson_tabs(
    "gradient_check",
    t,
    why=lambda: derivation(state, sweep, t),
    code=lambda: snippet(state, sweep.by_entry.errors.kinks[0].tolist()),
    data=lambda: result_table(state, sweep, t),
)
