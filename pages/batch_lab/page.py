"""Lesson: batch lab. Own scores and labels: both losses of each sample and of the whole batch."""

import streamlit as st

from pages.batch_lab import BatchLabState
from pages.batch_lab.code import code
from pages.batch_lab.data import is_long, view_of
from pages.batch_lab.results import batch_files, results, view_controls
from pages.batch_lab.sources import loaded_table, sources, tell_what_is_gone
from pages.batch_lab.stage import batch_stage, moved, sweeps_of
from pages.batch_lab.why import derivation
from pages.ui.frame import lesson_links
from pages.ui.guide.guide import Shown
from pages.ui.kit.controls import margin_control, reset_button, variant_control
from pages.ui.lesson import show_lesson
from pages.ui.state.address import is_presented, read_state, start_again, text

LESSON = "batch_lab"

t = text()
state, _ = read_state(BatchLabState)
is_list = state.scene is None and state.look == "every" and not is_presented()


def evaluate_long() -> None:
    """Evaluate a table that takes its time, and say how far it has come."""
    waiting = st.empty()

    def tell(done: int, size: int) -> None:
        waiting.progress(done / size, t("batch_lab.progress", done=f"{done:,}", size=f"{size:,}"))

    view_of(state, progress=tell)
    waiting.empty()


def stages(shown: BatchLabState) -> list[Shown]:
    """Lay out the stage of a state, unless every sample is listed."""
    if is_list:
        return []
    view = view_of(shown)
    return [Shown(LESSON, batch_stage(view, sweeps_of(view), t), moved)]


def settings() -> None:
    """Draw what can be loaded, and the variant and margin of the hinge loss."""
    sources(view, t)
    variant, margin, reset = st.columns([4, 2, 2], vertical_alignment="bottom")
    with variant:
        variant_control(view.state, t)
    with margin:
        margin_control(view.state, t)
    with reset:
        reset_button(lambda: start_again(BatchLabState), t, "batch_lab.reset_help")


def remarks() -> None:
    """List every sample, or tell what is loaded and where its sample can be seen, too."""
    if is_list:
        results(view, t)
    loaded_table(view, t)
    st.markdown(t("batch_lab.open"))
    lesson_links(view.state.example, t, besides=LESSON)


if is_long(state):
    evaluate_long()
view = view_of(state)
tell_what_is_gone(state, t)
show_lesson(
    LESSON,
    state,
    t,
    stages=stages,
    settings=settings,
    why=lambda: derivation(view, t),
    code=lambda: code(view),
    data=lambda: batch_files(view, t),
    views=lambda: view_controls(view, t),
    remarks=remarks,
)
