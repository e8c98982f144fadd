"""A student without a browser: speaks Streamlit's protocol over its websocket.

It asks for a page as the browser does, reads what the page sends until a script run has finished,
and lets a handle of the stage go as ``pages/ui/stage/messages.js`` does. What it does not do: fetch
scripts and styles, and draw.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import struct
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

__all__ = ["LOST", "Student"]

LOST = (OSError, EOFError, WebSocketException, TimeoutError)
"""What a student meets whose server is gone, or does not answer in time."""

FINISHED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
ANSWERS = re.compile(rb'"answers": ?(\d+)')
REACH = 20
"""How many steps a handle goes at most; each student goes its own way."""


class Student:
    """One visitor of one page."""

    def __init__(self, url: str, path: str, number: int) -> None:
        self._url, self._path = url, path
        self._random = random.Random(number)
        self._cookies: dict[str, str] = {}
        self._websocket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._problem: Exception | None = None
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._session = self._page = self._query = ""
        self._known: dict[str, int] = {}
        self._runs, self._kept_runs = 0, 2
        self._stage: tuple[str, str, bytes] | None = None
        self._answers = self._number = 0
        self._left = ""
        self.wanted: tuple[str, Any] | None = None
        """The handle that was let go last, and its value."""

    # ---- what a student does ---------------------------------------------------------------------

    async def join(self, *, has_stage: bool = True) -> None:
        """Open the page; return when a script run has finished (and has shown the stage)."""
        await self._fetch(f"/{self._path}")
        await self._connect()
        await self._until(lambda: self._runs > 0 and (not has_stage or self._stage is not None))

    async def release(self) -> None:
        """Move a handle and let it go; return when the run that answers it has finished."""
        runs = self._runs
        if self._stage is None:  # the bare page
            await self._rerun()
            await self._until(lambda: self._runs > runs)
            return
        self._let_go()
        await self._rerun(self._stage[1])
        await self._until(lambda: self._answers >= self._number)

    async def rest(self, seconds: float) -> None:
        """Do nothing for so long, or until the connection is lost."""
        assert self._reader is not None
        await asyncio.wait({self._reader}, timeout=max(0.0, seconds))

    async def come_back(self) -> None:
        """Connect again, as the browser does; return when the page is shown as it was left."""
        await self.leave()
        runs, self._problem = self._runs, None
        while True:
            try:
                await self._fetch("/_stcore/health")
                await self._connect()
                break
            except LOST:
                await asyncio.sleep(0.5)
        await self._until(lambda: self._runs > runs and self._answers >= self._number)

    async def leave(self) -> None:
        """Close the page."""
        for task in (self._reader, *self._asking.values()):
            if task is not None:
                task.cancel()
        self._asking.clear()
        if self._websocket is not None:
            with suppress(*LOST):
                await self._websocket.close()

    @property
    def is_lost(self) -> bool:
        """Whether its connection is gone, or its page shows an error."""
        return self._problem is not None

    @property
    def shown(self) -> Any:
        """What the page shows for the handle that was let go last."""
        assert self.wanted is not None
        return self._values()[self.wanted[0]]["value"]

    # ---- asking ----------------------------------------------------------------------------------

    async def _fetch(self, path: str) -> None:
        host, port = urlsplit(self._url).hostname, urlsplit(self._url).port
        reader, writer = await asyncio.open_connection(host, port)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
            "Accept: text/html,*/*\r\nAccept-Encoding: gzip\r\n"
        )
        writer.write((request + (f"Cookie: {cookies}\r\n" if cookies else "") + "\r\n").encode())
        answer = await reader.read()
        writer.close()
        head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
        if " 200 " not in head.partition("\r\n")[0]:
            raise ConnectionError(f"{path}: {head.partition(chr(13))[0] or 'no answer'}")
        for name, value in re.findall(r"(?im)^set-cookie: ([^=]+)=([^;\r]*)", head):
            self._cookies[name] = value

    async def _connect(self) -> None:
        token = self._cookies.get("_streamlit_xsrf", "PLACEHOLDER_AUTH_TOKEN")
        protocols = ["streamlit", token, *([self._session] if self._session else [])]
        self._websocket = await connect(
            f"{self._url.replace('http', 'ws', 1)}/_stcore/stream",
            origin=self._url,  # type: ignore[arg-type]
            subprotocols=[Subprotocol(name) for name in protocols],
            additional_headers={
                "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            },
            compression=None,
            max_size=None,
            open_timeout=None,
            ping_interval=None,
            close_timeout=2,
        )
        self._reader = asyncio.create_task(self._read(self._websocket))
        await self._rerun()

    async def _rerun(self, fragment: str = "", *, is_automatic: bool = False) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self._query
        rerun.page_script_hash = self._page
        rerun.page_name = "" if self._page else self._path
        rerun.fragment_id = fragment
        rerun.is_auto_rerun = is_automatic
        rerun.cached_message_hashes.extend(self._known)
        rerun.context_info.locale = "en-US"
        rerun.context_info.timezone = "Europe/Berlin"
        rerun.context_info.url = f"{self._url}/{self._path}"
        rerun.context_info.color_scheme = "light"
        if self._left and self._stage is not None:
            rerun.widget_states.widgets.add(id=self._stage[0], json_value=self._left)
        assert self._websocket is not None
        await self._websocket.send(message.SerializeToString())

    def _values(self) -> dict[str, Any]:
        assert self._stage is not None
        message = self._stage[2]
        (length,) = struct.unpack_from("<I", message)
        return {handle["id"]: handle for handle in json.loads(message[4 : 4 + length])["handles"]}

    def _let_go(self) -> None:
        handles = self._values()
        # A handle that the browser can follow by itself, as most are; else the first there is.
        moved = next((h for h in handles.values() if h["rows"]), next(iter(handles.values())))
        value = self._elsewhere(moved)
        self.wanted = (moved["id"], value)
        self._number = max(self._number + 1, round(1000 * time.time()))
        sent = {
            "number": self._number,
            "values": {id: handle["value"] for id, handle in handles.items()}
            | {moved["id"]: value},
            "focus": moved["id"] if moved["focus"] is not None else None,
            "moved": [moved["id"]],
        }
        self._left = json.dumps({"state": sent})

    def _elsewhere(self, handle: dict[str, Any]) -> Any:
        if handle["grid"]:
            others = [value for value in handle["grid"] if value != handle["value"]]
            return self._random.choice(others)
        is_pair = isinstance(handle["value"], list)
        first = (lambda value: value[0]) if is_pair else (lambda value: value)
        now, least, most = (first(handle[name]) for name in ("value", "minimum", "maximum"))
        step = handle["step"]
        places = [now + step * steps for steps in range(-REACH, REACH + 1) if steps]
        value = self._random.choice([place for place in places if least <= place <= most])
        value = round(value, handle["decimals"])
        value = int(value) if value == int(value) else value  # as JSON has it
        return [value, *handle["value"][1:]] if is_pair else value

    # ---- reading ---------------------------------------------------------------------------------

    async def _until(self, is_reached: Any) -> None:
        while not is_reached():
            if self._problem is not None:
                raise self._problem
            self._changed.clear()
            await self._changed.wait()

    async def _read(self, websocket: ClientConnection) -> None:
        try:
            async for data in websocket:
                assert isinstance(data, bytes)
                self._receive(ForwardMsg.FromString(data))
            self._problem = ConnectionError("the server closed the connection")
        except LOST as error:
            self._problem = error
        self._changed.set()

    def _receive(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._receive_delta(message.delta)
        elif kind == "new_session":
            session = message.new_session
            self._session = session.initialize.session_id
            self._kept_runs = session.config.max_cached_message_age
            if not message.metadata.run.fragment_ids:
                self._stop_asking(list(self._asking))
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            self._problem = ConnectionError(f"no page {self._path}")
        elif kind == "auto_rerun":
            self._ask_each(message.auto_rerun.interval, message.auto_rerun.fragment_id)
        elif kind == "stop_auto_rerun":
            self._stop_asking(message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished" and message.script_finished in FINISHED:
            self._runs += 1
            self._changed.set()
            self._forget()
        self._remember(message)

    def _receive_delta(self, delta: Delta) -> None:
        element = delta.new_element
        if element.WhichOneof("type") == "exception":
            self._problem = ConnectionError(f"the page shows an error: {element.exception.message}")
        component = element.bidi_component
        if not component.bytes:
            return
        answers = ANSWERS.search(component.bytes)
        # A page may have a second stage: its numbers are those of the page's own messages.
        if answers is not None and (self._stage is None or self._stage[0] == component.id):
            self._stage = (component.id, delta.fragment_id, component.bytes)
            self._answers = int(answers[1])

    def _remember(self, message: ForwardMsg) -> None:
        """Keep what the browser keeps; a stage's message is never the same again."""
        if message.WhichOneof("type") == "ref_hash":
            self._known[message.ref_hash] = self._runs
        elif message.metadata.cacheable and not message.delta.new_element.bidi_component.bytes:
            self._known[message.hash] = self._runs

    def _forget(self) -> None:
        kept = self._runs - self._kept_runs
        self._known = {name: run for name, run in self._known.items() if run >= kept}

    def _ask_each(self, seconds: float, fragment: str) -> None:
        async def ask() -> None:
            with suppress(*LOST):
                while True:
                    await asyncio.sleep(seconds)
                    await self._rerun(fragment, is_automatic=True)

        self._stop_asking([fragment])
        self._asking[fragment] = asyncio.create_task(ask())

    def _stop_asking(self, fragments: Any) -> None:
        for fragment in fragments:
            if fragment in self._asking:
                self._asking.pop(fragment).cancel()
