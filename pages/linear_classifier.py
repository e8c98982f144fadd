"""Lesson: the linear classifier. Both losses from the same start, points in the hand."""

from pages.ui.derivations.linear_classifier import derivation, step_of
from pages.ui.learning.controls import data_controls, recipe_controls, training_buttons
from pages.ui.learning.linear import pair_of, seen
from pages.ui.learning.runs import live_stage, train_on
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.location import read_state, text
from pages.ui.points.editor import class_control, point_controls
from pages.ui.snippets.linear_classifier import snippet
from pages.ui.stages.linear_classifier import history_table, linear_stage, start_control, views

t = text()
state, _ = read_state()
pair = pair_of(state)
softmax, svm = pair.runs

opening("linear_classifier", t)
status = live_stage(pair.runs, pair.target, lambda: linear_stage(state, pair, t), t)
training_buttons(state, "linear", pair.runs, t)
start_control(state, pair, t)
class_control(pair.data, t)
data_controls(state, "linear", t)
recipe_controls(state, "linear", t)
shown = seen(state, pair)
point_controls(state, "linear", pair.data, views(state, pair, shown), t)
lesson_tabs(
    "linear_classifier",
    t,
    why=lambda: derivation(
        pair.data,
        step_of(svm.training, state.at),
        step_of(softmax.training, state.at),
        svm.setup.recipe,
        t,
    ),
    code=lambda: snippet(state, svm, softmax),
    data=lambda: history_table(state, pair, shown, t),
)
train_on(pair.runs, pair.target, status, t)
