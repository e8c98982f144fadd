"""Lesson: SVM against softmax. Both losses on the same scores, live."""

from pages.ui.controls import example_controls, hinge_controls, preset_controls
from pages.ui.derivations.svm_against_softmax import derivation
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.location import read_state, text
from pages.ui.snippets.svm_against_softmax import snippet
from pages.ui.stages.comparison import comparison_stage, result_table, sweep_of
from pages.ui.stages.descent import chosen_view, follow_controls, run_stage

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "clear_win",
    "exact_margin",
    "overwhelming_win",
    "margin_ten",
    "digits",
    "figure_scores",
)

t = text()
state, _ = read_state()
sweep = sweep_of(state)

opening("svm_against_softmax", t)
comparison_stage("svm_against_softmax", state, sweep, t, has_ghosts=chosen_view() == "one_step")
follow_controls(state, t)
if chosen_view() == "run":
    run_stage("svm_against_softmax_run", state, t)
preset_controls(state, t, PRESETS)
hinge_controls(state, t)
example_controls(state, t)
lesson_tabs(
    "svm_against_softmax",
    t,
    why=lambda: derivation(state, sweep.now, t),
    code=lambda: snippet(state),
    data=lambda: result_table(state, sweep.now, t),
)
