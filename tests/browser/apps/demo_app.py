"""ASGI app around the demonstrations of everything that a stage can do."""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[3]))

from pages.ui.server import SecurityHeaders, plotly_script

app = st.App(
    Path(__file__).parent / "both.py",
    routes=[Route("/plotly.min.js", plotly_script)],
    middleware=[Middleware(SecurityHeaders)],
)
