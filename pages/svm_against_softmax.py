"""Lesson: SVM against softmax. Both losses on the same scores, live."""

from pages.ui.comparison import comparison_stage, sweep_of
from pages.ui.controls import example_controls, hinge_controls, preset_controls
from pages.ui.derivations import svm_against_softmax as derivation
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.location import read_state, text
from pages.ui.snippets import svm_against_softmax as snippet

t = text()
state, _ = read_state()
sweep = sweep_of(state)

opening("svm_against_softmax", t)
comparison_stage("svm_against_softmax", state, sweep, t)
preset_controls(state, t)
hinge_controls(state, t)
example_controls(state, t)
lesson_tabs(
    "svm_against_softmax",
    t,
    why=lambda: derivation(state, sweep.now, t),
    code=lambda: snippet(state),
    state=state,
    result=sweep.now,
)
