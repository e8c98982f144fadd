"""What the web server adds to Streamlit: Plotly's script, and security headers on every answer."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import cache
from pathlib import Path

import plotly
import streamlit
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.stage.pack import PLOTLY_URL

__all__ = ["SecurityHeaders", "plotly_script"]

FRAME_ANCESTORS = "LOGIT_LAB_FRAME_ANCESTORS"
"""Environment variable: the origins, such as those of slides, that may embed the app."""


EAGER = b"//# allFunctionsCalledOnLoad\n"
"""V8's compile hint: parse the whole script while it loads, off the main thread, and only once. The
page is ready a quarter of a second earlier; other browsers read a comment."""


@cache
def _plotly_script() -> bytes:
    file = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return EAGER + file.read_bytes()


def plotly_script(request: Request) -> Response:
    """Serve ``plotly.min.js`` of the installed package: one version, no CDN.

    The URL carries the version, so that a browser may keep the script for good.
    """
    return Response(
        _plotly_script(),
        media_type="text/javascript",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Encoding": "identity",  # compressing 5 MB costs more than it saves
        },
    )


@cache
def _content_security_policy() -> str:
    """Allow what Streamlit and Plotly need, and nothing from elsewhere.

    Components v2 are modules in blobs; Streamlit's page has one inline script, allowed by its hash;
    Plotly, KaTeX and Emotion set styles inline.
    """
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]
    ancestors = re.sub(r"[;,\s]+", " ", os.environ.get(FRAME_ANCESTORS, "")).strip()
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {' '.join(hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors 'self' {ancestors}".rstrip(),
        ]
    )


class SecurityHeaders:
    """ASGI middleware that adds security headers, and lets a page fetch Plotly's script early."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _content_security_policy()
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", f"</{PLOTLY_URL}>; rel=preload; as=script")
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
