"""ASGI app: the page of one stage, and the page of plain JavaScript, with the same Plotly."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pages.ui.files import FILES
from pages.ui.server import MIDDLEWARE
from tests.benchmarks.apps.ten_bars import DRAGGED, LIMIT, STEP, ten_bars

FOLDER = Path(__file__).resolve().parent


def plain_page(request: Request) -> Response:
    """Serve the page of plain JavaScript, and its script."""
    return FileResponse(FOLDER / f"plain{Path(request.url.path).suffix or '.html'}")


def plain_figure(request: Request) -> Response:
    """Serve what the page of plain JavaScript draws."""
    body = (
        f'{{"figure": {ten_bars().to_json()}, "dragged": {DRAGGED}, '
        f'"limit": {LIMIT}, "step": {STEP}}}'
    )
    return Response(body, media_type="application/json")


app = st.App(
    FOLDER / "stage_page.py",
    routes=[
        *FILES,
        Route("/plain", plain_page),
        Route("/plain.js", plain_page),
        Route("/plain.json", plain_figure),
    ],
    middleware=MIDDLEWARE,
)
