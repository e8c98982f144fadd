"""ASGI app around the demonstrations of everything that a stage can do."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[3]))

from pages.ui.files import FILES
from pages.ui.server import MIDDLEWARE

app = st.App(Path(__file__).parent / "both.py", routes=FILES, middleware=MIDDLEWARE)
