"""A page run by Streamlit without a browser, and what it would show."""

from __future__ import annotations

import contextlib
import io
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import numpy as np
from streamlit.testing.v1 import AppTest

from pages.ui.state.state import State, decode
from pages.ui.text import text_in

S = TypeVar("S", bound=State)

PAGES = Path(__file__).parents[1] / "pages"


def opened(page: str = "home", **parameters: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30)
    for name, text in parameters.items():
        app.query_params[name] = text
    app.run()
    if page != "home":
        app.switch_page(str(PAGES / page / "page.py"))
        for name, text in parameters.items():
            app.query_params[name] = text
        app.run()
    assert not app.exception
    return app


def moved_to(app: AppTest, address: Mapping[str, str]) -> AppTest:
    """Go to another address of the same page, as Back and Forward do."""
    app.query_params.clear()
    for name, text in address.items():
        app.query_params[name] = text
    return app.run()


def links(app: AppTest) -> list[dict[str, str]]:
    """The parameters of each link to a page."""
    return [dict(parse_qsl(link.proto.query_string)) for link in app.get("page_link")]


def state_of(app: AppTest, kind: type[S]) -> S:
    state, problems = decode(
        kind,
        {
            name: value[0] if isinstance(value, list) else value
            for name, value in app.query_params.items()
        },
    )
    assert problems == ()
    return state


def header(app: AppTest, stage: int = 0) -> dict[str, Any]:
    message = app.get("bidi_component")[stage].proto.bytes
    (length,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + length])


def told(app: AppTest, stage: int = 0) -> dict[str, float]:
    """The readouts' numbers as the browser gets them; pictures have none."""
    message = header(app, stage)
    return {
        place["attribute"]: values[0]
        for place, values in zip(message["places"], message["now"], strict=True)
        if place["panel"] is None and values
    }


def tab(app: AppTest, lesson: str, name: str, language: str = "en") -> AppTest:
    """Open a tab: try, why, code or data."""
    app.session_state[f"{lesson}_tab"] = text_in(language)(f"tab.{name}")
    return app.run()


def run(source: str) -> list[str]:
    """Run a snippet as a student would; return the lines that it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), np.errstate(all="raise", under="ignore"):
        exec(source, {})
    return printed.getvalue().splitlines()
