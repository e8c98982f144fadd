"""Files that a browser keeps for good: compressed once, and another address for another content."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import plotly
import streamlit
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.stage.mount import SCRIPT, SCRIPT_URL, STYLE

__all__ = ["EAGER", "FILES", "STYLE_URL", "StreamlitFiles", "imported_by"]

EAGER: Final = b"//# allFunctionsCalledOnLoad\n"
"""V8's compile hint: parse the whole script while it loads, off the main thread, and only once. The
page is ready a quarter of a second earlier; other browsers read a comment."""

_KINDS: Final = {".js": "javascript", ".css": "css"}
_STREAMLIT = Path(streamlit.__file__).parent / "static" / "static"
_STYLES = ("frame.css", "guide/guide.css", "present/present.css", "paper.css")
_STYLE = (
    "".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in _STYLES) + STYLE
)
STYLE_URL: Final = f"style.{hashlib.sha256(_STYLE.encode()).hexdigest()[:16]}.css"
"""Where the style of the frame and of the stage is served, relative to the app's root."""


@cache
def _plotly() -> bytes:
    """``plotly.min.js`` of the installed package: one version, no CDN."""
    return EAGER + (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()


@cache
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=6)


def _kept(request: Request, content: bytes, kind: str) -> Response:
    is_compressed = "gzip" in request.headers.get("accept-encoding", "")
    return Response(
        _compressed(content) if is_compressed else content,
        media_type=f"text/{kind}",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Encoding": "gzip" if is_compressed else "identity",
            "Vary": "Accept-Encoding",
        },
    )


def _file(path: str, read: Callable[[], bytes], kind: str) -> Route:
    return Route(path, lambda request: _kept(request, read(), kind))


FILES: Final = (
    _file("/plotly.min.js", _plotly, "javascript"),
    _file(f"/{SCRIPT_URL}", SCRIPT.encode, "javascript"),
    _file(f"/{STYLE_URL}", _STYLE.encode, "css"),
)
"""The routes of our own files."""


@cache
def _streamlits() -> Mapping[str, Path]:
    return {
        f"/static/{file.parent.name}/{file.name}": file
        for kind in _KINDS
        for file in _STREAMLIT.glob(f"*/*{kind}")
    }


def imported_by(*names: str) -> list[str]:
    """File names of Streamlit's scripts of these names, and of all that they import."""
    waiting = [file for name in names for file in (_STREAMLIT / "js").glob(f"{name}.*.js")]
    found: set[str] = set()
    while waiting:
        file = waiting.pop()
        if file.name not in found:
            found.add(file.name)
            imported = re.findall(r'(?:from|import)"\./([^"]+)"', file.read_text(encoding="utf-8"))
            waiting += [file.with_name(name) for name in imported]
    return sorted(found)


@cache
def _read(file: Path) -> bytes:
    return file.read_bytes()


class StreamlitFiles:
    """ASGI middleware that serves Streamlit's own scripts, which it would not compress."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a file, or pass the request on."""
        file = _streamlits().get(scope["path"]) if scope["type"] == "http" else None
        if file is None:
            await self.app(scope, receive, send)
            return
        given = (Request(scope), _read(file), _KINDS[file.suffix])
        await (await to_thread.run_sync(_kept, *given))(scope, receive, send)
