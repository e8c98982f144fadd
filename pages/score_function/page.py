"""Lesson: score function. W x + b as a picture, its scores in both losses, and digits."""

import streamlit as st

from pages.score_function import ScoreFunctionState
from pages.score_function.code import snippet
from pages.score_function.controls import digit_controls, entry_controls, example_buttons
from pages.score_function.digit_classifier import digit_classifier
from pages.score_function.digits_stage import digit_stage, digit_sweeps, digit_table, moved_digit
from pages.score_function.panels import scored
from pages.score_function.stage import moved, score_stage, score_table, sweeps_of
from pages.score_function.why import derivation
from pages.ui.export import Table
from pages.ui.frame import lesson_links
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.address import read_state, text

LESSON = "score_function"

t = text()
state, _ = read_state(ScoreFunctionState)
sweeps = sweeps_of(state)


def data() -> Table:
    """Show the numbers of the four pixels, and give those of the digit as files."""
    table = score_table(state, sweeps.now, t)
    config = {
        name: heading if name == "class" else st.column_config.NumberColumn(heading, format="%.6g")
        for name, heading in table.headings.items()
    }
    st.dataframe(table.columns, column_config=config, hide_index=True)
    four_pixels = {**table.settings, "table": table.columns}
    return digit_table(state, t, settings={"four_pixels": four_pixels})


opening(LESSON, t)
show_stage("score_function", score_stage(state, sweeps, t), state, moved, t)
example_buttons(state, t)
entry_controls(state, t)
st.markdown(t("score_function.open"))
lesson_links(scored(sweeps.now), t, besides=LESSON)
st.subheader(t("score_function.part.digits"), anchor=False)
found = digit_classifier()
st.markdown(
    t(
        "score_function.digits",
        train=f"{format_fixed(100 * found.train_accuracy, 1)} %",
        held_out=f"{format_fixed(100 * found.held_out_accuracy, 1)} %",
        count=len(found.held_out),
    )
)
show_stage("score_digits", digit_stage(state, digit_sweeps(state), t), state, moved_digit, t)
digit_controls(state, t)
lesson_tabs(
    LESSON,
    t,
    why=lambda: derivation(state, sweeps.now, t),
    code=lambda: snippet(state, sweeps.now),
    data=data,
)
