"""Published examples: each is reproduced, or the table says why it differs."""

import streamlit as st

from pages.published_examples.table import published_table
from pages.ui.state.address import text

t = text()

st.title(t("published_examples.title"), anchor=False)
st.markdown(t("published_examples.question"))
st.markdown(published_table(t))
