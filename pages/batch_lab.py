"""Lesson: batch lab. Own scores and labels: both losses of each sample and of the whole batch."""

import streamlit as st

from core.batch import sweep_sample
from pages.ui.batch.data import view_of
from pages.ui.batch.results import batch_files, results, sample_controls
from pages.ui.batch.sources import sources
from pages.ui.derivations.batch_lab import derivation
from pages.ui.frame import lesson_links
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.location import read_state, text
from pages.ui.snippets.batch_lab import snippet
from pages.ui.stages.batch_lab import batch_stage

LESSON = "batch_lab"

t = text()
state, _ = read_state()

opening(LESSON, t)
waiting = st.empty()
view = view_of(
    state,
    progress=lambda done, size: waiting.progress(
        done / size, t("batch_lab.progress", done=f"{done:,}", size=f"{size:,}")
    ),
)
waiting.empty()
batch_stage(view, sweep_sample(view.result, view.index), t)
sample_controls(view, t)
sources(view, t)
results(view, t)
st.markdown(t("batch_lab.open"))
lesson_links(view.state, t, besides=LESSON)
lesson_tabs(
    LESSON,
    t,
    why=lambda: derivation(view, t),
    code=lambda: snippet(view),
    data=lambda: batch_files(view, t),
)
