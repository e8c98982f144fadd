"""Whom the server answers: pages of its own, opened at an address that is its own.

A page from elsewhere could open a websocket to a student's machine, and Streamlit would ask the
internet whether it may; a name that is made to lead here (DNS rebinding) would make that page look
like one of ours.
"""

from __future__ import annotations

import ipaddress
import socket
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import streamlit as st
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.text import language_of, text_in

__all__ = ["OwnCallersOnly"]

_BY_A_PROXY: Final = ("x-forwarded-for", "x-forwarded-host", "forwarded", "via")
"""Headers that no script of a page can give a websocket; they tell of a proxy in front."""


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


@cache
def _full_name() -> str:
    return socket.getfqdn().lower()


async def _is_own_host(headers: Headers) -> bool:
    """Tell whether the address in the browser can only lead here because someone wanted it to."""
    name = _host_name(headers.get("host", "localhost"))
    machine = socket.gethostname().lower()
    short = machine.partition(".")[0]
    if (
        _is_address(name)
        or name in ("localhost", machine, short, f"{short}.local")
        or name.endswith(".localhost")
        or any(header in headers for header in _BY_A_PROXY)
        or st.get_option("server.allowedHosts")  # those Streamlit checks itself
    ):
        return True
    # To find it out may take a while: only for a name that could be it.
    return name.startswith(f"{short}.") and name == await to_thread.run_sync(_full_name)


def _is_own_origin(headers: Headers) -> bool:
    """Tell whether a websocket is asked for by a page of ours, or one that was allowed."""
    origin = headers.get("origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    asked_at = [headers[name] for name in ("host", "x-forwarded-host") if name in headers]
    allowed = st.get_option("server.corsAllowedOrigins")
    return origin.partition("://")[2] in asked_at or origin in allowed


class OwnCallersOnly:
    """ASGI middleware that refuses all others before Streamlit sees them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with a sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_own = await _is_own_host(headers)
        if scope["type"] == "http" and not is_own:
            await _refusal(headers)(scope, receive, send)
        elif scope["type"] == "websocket" and not (is_own and _is_own_origin(headers)):
            await send({"type": "websocket.close", "code": 1008})
        else:
            if scope["type"] == "websocket":
                # Streamlit looks only for what was found here, and for that in the internet.
                del MutableHeaders(scope=scope)["origin"]
            await self.app(scope, receive, send)


def _refusal(headers: Headers) -> PlainTextResponse:
    t = text_in(language_of(headers.get("accept-language", "").partition(",")[0]))
    name = _host_name(headers.get("host", ""))
    return PlainTextResponse(t("server.host", name=name), status_code=421)
