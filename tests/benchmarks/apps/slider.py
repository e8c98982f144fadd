"""What Streamlit itself offers: a slider, and a chart that follows it."""

import streamlit as st

from tests.benchmarks.apps.ten_bars import DRAGGED, LIMIT, STEP, VALUES, ten_bars

st.set_page_config(layout="wide")
value = st.slider("value", -LIMIT, LIMIT, VALUES[DRAGGED], STEP)
st.plotly_chart(ten_bars((*VALUES[:DRAGGED], value, *VALUES[DRAGGED + 1 :])), key="bars")
