"""Which pages may show the app in a frame, and what stands in a frame of another."""

from __future__ import annotations

import os
import re
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.text import language_of, text_in

__all__ = ["FRAME_ANCESTORS", "ForbiddenFrames", "ancestors"]

FRAME_ANCESTORS: Final = "LOGIT_LAB_FRAME_ANCESTORS"
"""Environment variable: the origins, such as those of slides, that may embed the app."""


def ancestors() -> str:
    """The pages that may, as the Content Security Policy writes them."""
    return re.sub(r"[;,\s]+", " ", os.environ.get(FRAME_ANCESTORS, "")).strip()


class ForbiddenFrames:
    """ASGI middleware that says why a frame is empty, where the browser tells that it is one.

    It does so at addresses that begin with https, and on this machine; elsewhere, and where only
    other pages are allowed, the browser says it in its own words.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it fills a frame that nobody allowed."""
        headers = Headers(raw=scope.get("headers", []))
        is_framed = headers.get("sec-fetch-dest") in ("iframe", "frame", "embed", "object")
        is_elsewhere = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if is_framed and is_elsewhere and not ancestors():
            t = text_in(language_of(headers.get("accept-language", "").partition(",")[0]))
            answer = PlainTextResponse(t("server.frame", name=FRAME_ANCESTORS), status_code=403)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)
