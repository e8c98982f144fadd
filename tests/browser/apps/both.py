"""The pages of the demonstration: ``/`` and ``/marks``."""

import streamlit as st

st.navigation(
    [st.Page("demo.py", default=True), st.Page("marks.py", url_path="marks")], position="hidden"
).run()
