"""Lesson: the linear classifier. Both losses from the same start, points in the hand."""

from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.pair import last_shown, let_go, pair_of, seen
from pages.linear_classifier.results import code, history_table, start_control, views, why
from pages.linear_classifier.stage import show_linear_stage
from pages.ui.learning.controls import (
    data_controls,
    logarithmic_control,
    recipe_controls,
    training_buttons,
)
from pages.ui.learning.points.editor import class_control, point_controls
from pages.ui.learning.presets import run_preset_controls
from pages.ui.learning.runs import live_stage, train_on
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

t = text()
state, _ = read_state(LinearClassifierState)
let_go()  # a drag that goes on draws the stage only
pair = pair_of(state)

opening("linear_classifier", t)
status = live_stage(
    LinearClassifierState,
    pair.runs,
    pair.target,
    lambda: show_linear_stage(state, pair, t),
    t,
    last_shown=last_shown,
)
training_buttons(state, pair.runs, t)
logarithmic_control(state, t)
class_control(LinearClassifierState, pair.data, t)
start_control(state, pair, t)
run_preset_controls(state, t)
data_controls(state, t)
recipe_controls(state, t)
shown = seen(pair)
point_controls(state, pair.data, views(state, shown), t)
lesson_tabs(
    "linear_classifier",
    t,
    why=lambda: why(state, pair, t),
    code=lambda: code(state, pair),
    data=lambda: history_table(pair, shown, t),
)
train_on(pair.runs, pair.target, status, t)
