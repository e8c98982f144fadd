"""Lesson: cross-entropy. How far p is from t, and the gradient p - t, live."""

from pages.cross_entropy.code import snippet
from pages.cross_entropy.controls import probability_controls, target_controls
from pages.cross_entropy.stage import cross_entropy_stage, moved, result_table, sweeps_of
from pages.cross_entropy.why import derivation
from pages.ui.kit.controls import example_controls, preset_controls
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text
from pages.ui.state.state import FocusedState

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "right_prediction",
    "near_prediction",
    "far_prediction",
    "large_lesson",
    "small_lesson",
    "chance_level",
    "overwhelming_win",
)

t = text()
state, _ = read_state(FocusedState)
sweeps = sweeps_of(state)
now = sweeps.now

opening("cross_entropy", t)
show_stage("cross_entropy", cross_entropy_stage(state, sweeps, t), state, moved, t)
preset_controls(state, t, PRESETS)
target_controls(state, now.targets, t)
probability_controls(state, now.probabilities, now.targets, t)
example_controls(state, t)
lesson_tabs(
    "cross_entropy",
    t,
    why=lambda: derivation(state, now, t),
    code=lambda: snippet(state, now.targets),
    data=lambda: result_table(state, now, t),
)
