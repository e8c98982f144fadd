"""The ASGI app: Streamlit, and what a browser keeps; only for callers of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # `streamlit run` may be called from any folder
# Read when NumPy is loaded: on matrices this small, threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pages.ui.files import FILES
from pages.ui.opening import prepare_in_background
from pages.ui.server import MIDDLEWARE

app = st.App(ROOT / "pages" / "navigation.py", routes=FILES, middleware=MIDDLEWARE)
prepare_in_background()
