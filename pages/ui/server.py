"""What the web server adds to Streamlit's page: what it needs early, and security headers."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
import streamlit.config
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.callers import OwnCallersOnly
from pages.ui.files import STYLE_URL, StreamlitFiles, imported_by
from pages.ui.frames import ForbiddenFrames, ancestors
from pages.ui.stage.mount import SCRIPT_URL
from pages.ui.stage.pack import PLOTLY_URL
from pages.ui.uploads import LimitedUploads

__all__ = ["MIDDLEWARE"]

# For each answer Streamlit reads the theme anew, six times from all of its 400 options: a tenth of
# what a release costs. It does not change while the server runs.
streamlit.config.get_options_for_section = cache(streamlit.config.get_options_for_section)

_INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
_EARLY = "".join(
    f'\n    <link rel="modulepreload" href="./static/js/{name}" crossorigin />'
    for name in imported_by("BidiComponent", "ButtonGroup", "Button", "rehype-raw")
    if name not in _INDEX
)
"""What every page of ours needs of Streamlit's scripts, and what it would ask for late."""

# Before everything else: to compile it takes longest, on a thread of its own.
_FIRST = f'<head>\n    <script async fetchpriority="high" src="./{PLOTLY_URL}"></script>'
# Streamlit looks below every page's path whether it is served there, and waits for the answers.
# Told where it is, it connects at once.
_HEAD = f"""
    <script>
      window.__streamlit = {{
        BACKEND_BASE_URL: new URL(".", location.href).href,
        HOST_CONFIG: {{ allowedOrigins: [location.origin], useExternalAuthToken: false }},
      }};
      if (/[?&](present=1|embed=true)(&|$)/.test(location.search)) {{
        const dark = /[?&]dark=([01])/.exec(location.search);
        document.documentElement.dataset.present = "";
        if (dark) document.documentElement.dataset.scheme = dark[1] === "1" ? "dark" : "light";
      }}
    </script>
    <link rel="modulepreload" href="./{SCRIPT_URL}" />{_EARLY}
  </head>"""
# Below what Streamlit has in the head, so that it holds where both say something.
_BODY = f"""
    <link rel="stylesheet" href="./{STYLE_URL}" />
  </body>"""


def _with_ours(page: str) -> str:
    page = page.replace("<head>", _FIRST, 1)
    return page.replace("</head>", _HEAD, 1).replace("</body>", _BODY, 1)


@cache
def _content_security_policy() -> str:
    """Allow what Streamlit and Plotly need, and nothing from elsewhere.

    Components v2 are modules in blobs; the page's inline scripts are allowed by their hashes;
    Plotly, KaTeX and Emotion set styles inline.
    """
    page = _with_ours(_INDEX)
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]
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
            f"frame-ancestors 'self' {ancestors()}".rstrip(),
        ]
    )


class Page:
    """ASGI middleware that puts into Streamlit's page what the stage will need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to its answer if that is a page."""
        asked = MutableHeaders(raw=scope.get("headers", []))
        if scope["type"] != "http" or "text/html" not in asked.get("accept", ""):
            await self.app(scope, receive, send)
            return
        # What a browser has kept of the page may be of another version of ours; and what is
        # compressed cannot be added to.
        del asked["if-none-match"], asked["if-modified-since"], asked["accept-encoding"]
        start: Message | None = None
        body = b""

        async def send_with_ours(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            elif start is not None:
                body += message.get("body", b"")
                if message.get("more_body", False):
                    return
                message["body"] = _with_ours(body.decode()).encode()
                headers = MutableHeaders(scope=start)
                headers["Content-Length"] = str(len(message["body"]))
                del headers["etag"], headers["last-modified"]
                await send(start)
            await send(message)

        await self.app(scope, receive, send_with_ours)


class SecurityHeaders:
    """ASGI middleware that adds security headers."""

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
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


MIDDLEWARE = (
    Middleware(ForbiddenFrames),
    Middleware(SecurityHeaders),
    Middleware(OwnCallersOnly),
    Middleware(LimitedUploads),
    Middleware(StreamlitFiles),
    Middleware(Page),
)
"""From the outside in."""
