"""How much one session may upload: each file is read at once and let go, so it never needs more."""

from __future__ import annotations

import re
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import get_instance

__all__ = ["MOST_FILES", "LimitedUploads"]

MOST_FILES: Final = 4
"""Files of one session that the server holds at a time; Streamlit limits the size of each."""

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


def _files_of(session: str) -> int:
    manager = get_instance().uploaded_file_mgr
    return len(getattr(manager, "file_storage", {}).get(session, ()))


class LimitedUploads:
    """ASGI middleware that refuses a file while the session has enough of them on the server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        found = _PATH.search(scope["path"]) if scope["type"] == "http" else None
        if found and scope["method"] == "PUT" and _files_of(found[1]) >= MOST_FILES:
            answer = PlainTextResponse("Too many files: wait until those are read", status_code=413)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)
