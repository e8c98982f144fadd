"""Lesson: score function. W x + b as a picture, its scores in both losses, and digits."""

import streamlit as st

from pages.score_function import ScoreFunctionState
from pages.score_function.code import code
from pages.score_function.controls import (
    digit_controls,
    entry_controls,
    example_buttons,
    view_controls,
)
from pages.score_function.digits_stage import digit_stage, digit_sweeps, digit_table, moved_digit
from pages.score_function.panels import scored
from pages.score_function.stage import moved, score_stage, score_table, sweeps_of
from pages.score_function.why import derivation
from pages.ui.export import Table
from pages.ui.frame import lesson_links
from pages.ui.guide.guide import Shown
from pages.ui.lesson import show_lesson
from pages.ui.state.address import read_state, text

LESSON = "score_function"

t = text()
state, _ = read_state(ScoreFunctionState)


def stages(shown: ScoreFunctionState) -> list[Shown]:
    """Lay out the stage of a state: the four pixels, or the digits."""
    if shown.view == "digits":
        return [Shown("score_digits", digit_stage(shown, digit_sweeps(shown), t), moved_digit)]
    return [Shown(LESSON, score_stage(shown, sweeps_of(shown), t), moved)]


def settings() -> None:
    """Draw what can be set beside what is dragged."""
    if state.view == "digits":
        digit_controls(state, t)
        return
    example_buttons(state, t)
    entry_controls(state, t)


def data() -> Table:
    """Show the numbers of the four pixels, and give those of the digit as files."""
    table = score_table(state, sweeps_of(state).now, t)
    config = {
        name: heading if name == "class" else st.column_config.NumberColumn(heading, format="%.6g")
        for name, heading in table.headings.items()
    }
    st.dataframe(table.columns, column_config=config, hide_index=True)
    four_pixels = {**table.settings, "table": table.columns}
    return digit_table(state, t, settings={"four_pixels": four_pixels})


def remarks() -> None:
    """Offer the scores to the other lessons."""
    st.markdown(t("score_function.open"))
    lesson_links(scored(sweeps_of(state).now, t), t, besides=LESSON)


show_lesson(
    LESSON,
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(state, sweeps_of(state).now, t),
    code=lambda: code(state, sweeps_of(state).now),
    data=data,
    views=lambda: view_controls(state, t),
    remarks=remarks if state.view == "pixels" else None,
)
