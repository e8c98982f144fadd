"""Lesson: geometry. What the two losses look like, over score differences and probabilities."""

from pages.geometry import GeometryState
from pages.geometry.code import code
from pages.geometry.controls import settings_controls, three_note, view_controls
from pages.geometry.views_stage import stage_of, table_of
from pages.geometry.why import derivation
from pages.ui.guide.guide import Shown
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, text

t = text()
state, _ = read_state(GeometryState)


def stages(shown: GeometryState) -> list[Shown]:
    """Lay out the stage of a state: that of its view."""
    return [stage_of(shown, t)]


show_lesson(
    "geometry",
    state,
    t,
    stages=stages,
    settings=lambda: settings_controls(state, t),
    why=lambda: derivation(state, t),
    code=lambda: code(state),
    data=lambda: table_of(state, t),
    views=lambda: view_controls(state, t),
    remarks=lambda: three_note(state, t),
)
