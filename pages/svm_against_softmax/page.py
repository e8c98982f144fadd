"""Lesson: SVM against softmax. Both losses on the same scores, live, and both followed down."""

from pages.svm_against_softmax import descent_code as descent_snippet
from pages.svm_against_softmax import descent_why as descent_derivation
from pages.svm_against_softmax.descent_stage import (
    chosen_view,
    follow_controls,
    run_of,
    run_stage,
    run_table,
    steps_shown,
)
from pages.svm_against_softmax.why import derivation
from pages.ui.kit.comparison_stage import comparison_stage, result_table, sweep_of
from pages.ui.kit.controls import example_controls, hinge_controls, preset_controls
from pages.ui.kit.losses_code import snippet
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

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
view = chosen_view(state)
run = run_of(state) if view == "run" else None


def why() -> str:
    """Derive what is open: the losses, and the run if it is."""
    parts = [derivation(state, sweep.now, t)]
    if view is not None:
        path = run or run_of(state)
        steps = steps_shown(state, path)
        parts.append(descent_derivation.derivation(state, sweep.now, path, steps, t))
    return "\n\n".join(parts)


opening("svm_against_softmax", t)
if run is not None:  # on top, so that what plays is in sight; its start can be dragged below
    follow_controls(state, run, t)
    run_stage("svm_against_softmax_run", state, run, t)
comparison_stage("svm_against_softmax", state, sweep, t, has_ghosts=view == "one_step")
if run is None:
    follow_controls(state, run, t)
preset_controls(state, t, PRESETS)
hinge_controls(state, t)
example_controls(state, t)
lesson_tabs(
    "svm_against_softmax",
    t,
    why=why,
    code=lambda: (
        snippet(state) if run is None else descent_snippet.snippet(state, steps_shown(state, run))
    ),
    data=lambda: result_table(state, sweep.now, t) if run is None else run_table(state, run, t),
)
