"""The pages of the demonstration: ``/``, ``/marks``, ``/plane`` and ``/digits``."""

import streamlit as st

st.navigation(
    [
        st.Page("demo.py", default=True),
        st.Page("marks.py", url_path="marks"),
        st.Page("plane.py", url_path="plane"),
        st.Page("digits.py", url_path="digits"),
    ],
    position="hidden",
).run()
