"""A bare Streamlit page: one chart, and nothing else."""

import streamlit as st

from tests.benchmarks.apps.ten_bars import ten_bars

st.plotly_chart(ten_bars())
