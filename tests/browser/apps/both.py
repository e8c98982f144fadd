"""The pages of the demonstration: ``/``, ``/grid``, ``/marks`` and ``/plane``."""

import streamlit as st

st.navigation(
    [
        st.Page("demo.py", default=True),
        st.Page("grid.py", url_path="grid"),
        st.Page("marks.py", url_path="marks"),
        st.Page("plane.py", url_path="plane"),
    ],
    position="hidden",
).run()
