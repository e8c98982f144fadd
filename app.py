"""The ASGI app: Streamlit, Plotly's script from the installed package, security headers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # `streamlit run` may be called from any folder
# Read when NumPy is loaded: on matrices this small, threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pages.ui.server import SecurityHeaders, plotly_script

app = st.App(
    ROOT / "pages" / "navigation.py",
    routes=[Route("/plotly.min.js", plotly_script)],
    middleware=[Middleware(SecurityHeaders)],
)
