"""Lecture: reorder, edit, save and open it, and show it."""

import streamlit as st

from pages.lecture.component import lecture
from pages.ui.state.address import text

t = text()

st.title(t("lecture.title"), anchor=False)
st.markdown(t("lecture.question"))
lecture(t)
