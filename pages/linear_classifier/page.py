"""Lesson: the linear classifier. Both losses from the same start, points in the hand."""

from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.pair import finished_pair, last_shown, let_go, pair_of, seen
from pages.linear_classifier.results import code, history_table, start_control, views, why
from pages.linear_classifier.stage import pair_in_hand, shown_pair
from pages.ui.guide.guide import Shown
from pages.ui.learning.controls import (
    data_controls,
    logarithmic_control,
    recipe_controls,
    training_buttons,
)
from pages.ui.learning.live import LivePage
from pages.ui.learning.points.editor import class_control, point_controls
from pages.ui.learning.presets import run_preset_controls
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, text

t = text()
state, _ = read_state(LinearClassifierState)
let_go()  # a drag that goes on draws the stage only
pair = pair_of(state)
live = LivePage(state, pair.runs, pair.target, t, last_shown=last_shown)


def stages(shown: LinearClassifierState) -> list[Shown]:
    """Lay out the stage of a state."""
    if shown == state:
        return [pair_in_hand(state, pair, t)]
    return [shown_pair(shown, finished_pair(shown), t)]


def training() -> None:
    """Draw what is pressed: training goes on, stops or starts again, a new point has a class."""
    training_buttons(state, pair.runs, t)
    class_control(LinearClassifierState, pair.data, t)
    start_control(state, pair, t)


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    if state.scene is not None:
        training()
    logarithmic_control(state, t)
    run_preset_controls(state, t)
    data_controls(state, t)
    recipe_controls(state, t)
    point_controls(state, pair.data, views(state, seen(pair)), t)


show_lesson(
    "linear_classifier",
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: why(state, pair, t),
    code=lambda: code(state, pair),
    data=lambda: history_table(pair, seen(pair), t),
    remarks=training,
    live=live.show,
)
live.go_on()
