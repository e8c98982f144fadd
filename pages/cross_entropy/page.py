"""Lesson: cross-entropy. How far p is from t, and the gradient p - t, live."""

from pages.cross_entropy import CrossEntropyState
from pages.cross_entropy.code import code
from pages.cross_entropy.controls import probability_controls, target_controls
from pages.cross_entropy.stage import (
    cross_entropy_stage,
    moved,
    result_of,
    result_table,
    sweeps_of,
)
from pages.cross_entropy.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.kit.controls import example_controls, preset_controls
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, text

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
state, _ = read_state(CrossEntropyState)


def stages(shown: CrossEntropyState) -> list[Shown]:
    """Lay out the stage of a state."""
    return [Shown("cross_entropy", cross_entropy_stage(shown, sweeps_of(shown), t), moved)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    now = result_of(state)
    preset_controls(state, t, PRESETS)
    target_controls(state, now.targets, t)
    probability_controls(state, now.probabilities, now.targets, t)
    example_controls(state, t)


show_lesson(
    "cross_entropy",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, result_of(state), t),
    code=lambda: code(state, result_of(state).targets),
    data=lambda: result_table(state, result_of(state), t),
)
