"""Lesson: the hinge loss of the SVM. Its margins, its gradient by counting, its variants."""

from pages.hinge.code import snippet
from pages.hinge.stage import hinge_stage, result_table, sweep_of
from pages.hinge.why import derivation
from pages.ui.kit.controls import (
    example_controls,
    hinge_variant_controls,
    preset_controls,
)
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "frog_crammer_singer",
    "margin_ten",
    "chance_level",
    "clear_win",
    "exact_margin",
    "overwhelming_win",
)

t = text()
state, _ = read_state()
sweep = sweep_of(state)

opening("hinge", t)
hinge_stage(state, sweep, t)
preset_controls(state, t, PRESETS)
hinge_variant_controls(state, t)
example_controls(state, t)
lesson_tabs(
    "hinge",
    t,
    why=lambda: derivation(state, sweep.now, t),
    code=lambda: snippet(state),
    data=lambda: result_table(state, sweep.now, t),
)
