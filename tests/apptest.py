"""A page run by Streamlit without a browser, and what it would show."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import struct
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import numpy as np
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.ui.lessons import lessons
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.state import State, decode
from pages.ui.text import text_in

S = TypeVar("S", bound=State)

PAGES = Path(__file__).parents[1] / "pages"


@cache
def _components() -> BidiComponentManager:
    """Every session's own would look for components in all installed packages: longer than a page."""
    manager = BidiComponentManager()
    manager.discover_and_register_components(start_file_watching=False)
    return manager


def app_at(path: str, parameters: Mapping[str, str]) -> AppTest:
    """The app at a path and its parameters, not run yet."""
    app = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=60)
    app._page_hash = calc_hash(path)  # as st.Page hashes its url_path
    app._bidi_component_manager = _components()
    app.session_state["settings"] = True  # unfolded, for the tests of what is in it
    for name, text in parameters.items():
        app.query_params[name] = text
    return app


def opened(page: str = "home", *, tab: str = "", **parameters: str) -> AppTest:
    """Open a page, and one of its tabs if named: scenes, why, code, data or words."""
    app = app_at(lessons()[page].path, parameters)
    if tab:
        app.session_state[f"{page}_tab"] = text_in(parameters.get("lang", "en"))(f"tab.{tab}")
    app.run()
    assert not app.exception
    return app


def presets_of(lesson: str) -> tuple[str, ...]:
    """The presets that a page offers; to import the page would run it."""
    source = (PAGES / lesson / "page.py").read_text(encoding="utf-8")
    (found,) = (
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PRESETS"
    )
    return ast.literal_eval(found)


def moved_to(app: AppTest, address: Mapping[str, str]) -> AppTest:
    """Go to another address of the same page, as Back and Forward do."""
    app.query_params.clear()
    for name, text in address.items():
        app.query_params[name] = text
    return app.run()


def links(app: AppTest) -> list[dict[str, str]]:
    """The parameters of each link to a page."""
    return [dict(parse_qsl(query)) for _, query in linked(app)]


def linked(app: AppTest) -> list[tuple[str, str]]:
    """The path of each page that is linked to, and what the link takes along."""
    single = [(link.proto.page, link.proto.query_string) for link in app.get("page_link")]
    lists = _told_to(app, "links")
    return single + [
        (link["path"], data["query"]) for data in lists for link in json.loads(data["links"])
    ]


def listed_scenes(app: AppTest) -> list[dict[str, Any]]:
    """The scenes that the open tab lists."""
    (told,) = _told_to(app, "scenes")
    return json.loads(told["scenes"])


def _told_to(app: AppTest, component: str) -> list[dict[str, Any]]:
    """What the browser is told for each component of a name."""
    protos = [entry.proto for entry in app.get("bidi_component")]
    named = [proto for proto in protos if proto.component_name == f"logit_lab_{component}"]
    return [json.loads(proto.json) for proto in named]


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


def headers(app: AppTest) -> list[dict[str, Any]]:
    """What the browser is told of each stage; other components get no such message."""
    messages = [component.proto.bytes for component in app.get("bidi_component")]
    return [
        json.loads(message[4 : 4 + struct.unpack_from("<I", message)[0]])
        for message in messages
        if message
    ]


def header(app: AppTest, stage: int = 0) -> dict[str, Any]:
    return headers(app)[stage]


def stages(app: AppTest) -> list[tuple[str, list[str]]]:
    """Each stage by the id of its component, and the ids of its handles."""
    components = [entry.proto for entry in app.get("bidi_component") if entry.proto.bytes]
    return [
        (component.id, [handle["id"] for handle in message["handles"]])
        for component, message in zip(components, headers(app), strict=True)
    ]


def send(app: AppTest, id: str, message: Mapping[str, Any]) -> AppTest:
    """Send what the browser sends when a handle of a stage is let go."""
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=id, json_value=json.dumps({"state": message})))
    return app._run(states)


def message_size(app: AppTest) -> int:
    """Bytes that the first stage is sent in."""
    stages = (entry.proto.bytes for entry in app.get("bidi_component"))
    return len(next(filter(None, stages)))


def told(app: AppTest, stage: int = 0) -> dict[str, float]:
    """The readouts' numbers as the browser gets them; pictures have none."""
    message = header(app, stage)
    return {
        place["attribute"]: values[0]
        for place, values in zip(message["places"], message["now"], strict=True)
        if place["panel"] is None and values
    }


def tab(app: AppTest, lesson: str, name: str, language: str = "en") -> AppTest:
    """Open a tab: scenes, why, code, data or words."""
    app.session_state[f"{lesson}_tab"] = text_in(language)(f"tab.{name}")
    return app.run()


def run(source: str) -> list[str]:
    """Run a snippet as a student would; return the lines that it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), np.errstate(all="raise", under="ignore"):
        exec(source, {})
    return printed.getvalue().splitlines()


def code_prints(
    app: AppTest, readouts: Iterable[str], decimals: Mapping[str, int] = MappingProxyType({})
) -> list[str]:
    """Run the code of a page and return its lines; the first end with what is on screen."""
    lines, now = run(app.code[0].value), told(app)
    for line, name in zip(lines, readouts, strict=False):
        shown = format_fixed(float(now[name]), decimals.get(name, 4))
        found = line.split()[-1].replace("e-0", "e-").replace("e+0", "e+")
        assert found == shown.replace("−", "-").replace("∞", "inf"), (name, line)
    return lines


def why(app: AppTest) -> str:
    """The derivation of a page: the longest of its texts, with nothing left to be filled in."""
    meanings = re.compile(r'<span class="word-means".*?</span>|</?span[^>]*>')
    text = max(
        (entry.value for entry in app.markdown), key=lambda text: len(meanings.sub("", text))
    )
    assert "[[" not in text
    return text


def edit(app: AppTest, **edits: Any) -> AppTest:
    """Send what the browser sends when cells of a table change; AppTest has no way of its own."""
    states = app._tree.get_widget_states()
    nothing = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    value = json.dumps({**nothing, **edits})
    states.widgets.append(WidgetState(id=table_id(app), string_value=value))
    return app._run(states)


def table_id(app: AppTest) -> str:
    """What the browser knows the first table by: another is drawn anew, and forgets its edits."""
    return app.dataframe[0].proto.id


def table_columns(app: AppTest) -> dict[str, Any]:
    """How the columns of the first table are shown."""
    return json.loads(app.dataframe[0].proto.columns)
