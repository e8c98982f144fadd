"""Lesson: batch lab. Own scores and labels: both losses of each sample and of the whole batch."""

import streamlit as st

from pages.batch_lab import BatchLabState
from pages.batch_lab.code import snippet
from pages.batch_lab.data import view_of
from pages.batch_lab.results import batch_files, results, sample_controls
from pages.batch_lab.sources import sources
from pages.batch_lab.stage import batch_stage, moved, sweeps_of
from pages.batch_lab.why import derivation
from pages.ui.frame import lesson_links
from pages.ui.kit.stages import show_stage
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

LESSON = "batch_lab"

t = text()
state, _ = read_state(BatchLabState)

opening(LESSON, t)
waiting = st.empty()


def tell(done: int, size: int) -> None:
    """Say how far a large table has come."""
    waiting.progress(done / size, t("batch_lab.progress", done=f"{done:,}", size=f"{size:,}"))


view = view_of(state, progress=tell)
waiting.empty()
show_stage(LESSON, batch_stage(view, sweeps_of(view), t), state, moved, t)
sample_controls(view, t)
sources(view, t)
results(view, t)
st.markdown(t("batch_lab.open"))
lesson_links(view.state.example, t, besides=LESSON)
lesson_tabs(
    LESSON,
    t,
    why=lambda: derivation(view, t),
    code=lambda: snippet(view),
    data=lambda: batch_files(view, t),
)
