"""Opens an address as a reader does, and gives what is told there.

``python -m tests.corpus.observe "/hinge?z=1,2,3"`` prints it.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Tab

from tests.apptest import app_at, run
from tests.corpus import stage

SCRIPT = Path(__file__).parents[2] / "pages" / "navigation.py"
TABS = {"why": ("Why", "为什么"), "code": ("Code", "代码"), "data": ("Data", "数据")}
LONGEST = 400
"""Characters of a text that is kept whole; a longer one is told by its hash."""
MOST_HANDLES = 16
_NUMBER = re.compile(r"[+−-]?\d+(?:\.\d*)?(?:e[+−-]?\d+)?(?!\w)|sha256 \w+, \d+ characters")
_SPACES = re.compile(r"(?<=\[) +| +(?=\])| (?= )")
TINY = 1e-6
"""Below it, a number may be the rounding error of larger ones."""
MOST_LINES = 60
"""Lines of a difference that are shown."""


@contextlib.contextmanager
def _every_tab_open() -> Iterator[None]:
    """Draw all tabs below a lesson in one run of the script; a reader opens one after the other."""
    drawn = st.tabs

    def tabs(labels: Sequence[str], **settings: Any) -> Sequence[Any]:
        made = drawn(labels, **settings)
        for tab, label in zip(made, labels, strict=True):
            tab.open = tab.open or any(label in written for written in TABS.values())
        return made

    with mock.patch.object(st, "tabs", tabs):
        yield


def opened(address: str) -> AppTest:
    """Open an address: the page by its path, whatever script draws it."""
    path, _, query = address.partition("?")
    app = app_at(path.removeprefix("/"), dict(parse_qsl(query, keep_blank_values=True)))
    with _every_tab_open():
        return app.run()


def _taken_tabs(app: AppTest) -> dict[str, Tab]:
    """Take what is below the lesson out of the page: the tabs by their names."""
    for container in app.get("tab_container"):
        tabs = {tab.label: tab for tab in container.children.values()}
        found = {
            name: tabs[label]
            for name, written in TABS.items()
            for label in tabs.keys() & set(written)
        }
        if found:
            container.children.clear()
            return found
    return {}


def observed(address: str, *, whole: bool = False) -> dict[str, Any]:
    """Give what the reader of an address is told; ``crashes`` names what cannot be opened.

    With ``whole``, long texts are given as they are, and what both ends of each drag tell.
    """
    app = opened(address)
    page = app.main
    tables = [_kept(_written(entry.value), whole) for entry in page.dataframe]
    tabs = _taken_tabs(app)
    components = [entry.proto for entry in app.get("bidi_component")]
    tells: dict[str, Any] = {
        "title": [entry.value for entry in page.title],
        "problems": [entry.value for entry in page.warning],
        "errors": [entry.value for entry in page.error],
        "notes": [entry.value for entry in (*page.info, *page.caption)],
        "progress": [entry.proto.text for entry in page.get("progress")],
        "stages": [
            _shortened(stage.told(proto.bytes, whole=whole), whole)
            for proto in components
            if proto.bytes
        ],
        "galleries": [
            item["spoken"]
            for proto in components
            if proto.WhichOneof("data") == "json"
            for item in json.loads(proto.json).get("items", ())
        ],
        "controls": list(_controls(page)),
    }
    if tabs:
        tells["why"] = _kept("\n\n".join(entry.value for entry in tabs["why"].markdown), whole)
        tells["code"] = [line for entry in tabs["code"].code for line in run(entry.value)]
        tells["tables"] = tables
    else:
        tells["text"] = _kept("\n\n".join(entry.value for entry in page.markdown), whole)
    if app.exception:
        tells["crashes"] = [name for name, tab in tabs.items() if not tab.children] or ["page"]
    return _without_empty(tells)


def _without_empty(tells: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in tells.items() if value}


def _controls(page: Any) -> Iterable[str]:
    """Every control by its label, with what it shows."""
    for kind in ("number_input", "text_input", "toggle", "checkbox", "slider", "select_slider"):
        for entry in getattr(page, kind):
            is_number = isinstance(entry.value, float)
            yield f"{entry.label}: {format(entry.value, '.10g') if is_number else entry.value}"
    for entry in page.selectbox:
        yield f"{entry.label}: {None if entry.index is None else entry.options[entry.index]}"
    for entry in page.button_group:
        yield f"{entry.label}: {', '.join(entry.options[i] for i in entry.indices)}"
    for entry in page.button:
        yield entry.label


def _written(table: Any) -> str:
    """Write a table as it is on screen: six significant digits."""
    rows = [
        [f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.itertuples(index=False)
    ]
    return "\n".join(" | ".join(row) for row in [list(map(str, table.columns)), *rows])


def _shortened(tells: dict[str, Any], whole: bool) -> dict[str, Any]:
    """Shorten a long list of handles, such as that of all points."""
    if len(tells["handles"]) > MOST_HANDLES:
        tells["handles"] = _kept("\n".join(tells["handles"]), whole)
    return tells


def _kept(text: str, whole: bool) -> list[str]:
    """Keep the lines of a text that is short or wanted whole, else its hash."""
    if len(text) <= (6000 if whole else LONGEST):
        return text.splitlines()
    return [f"sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}, {len(text)} characters"]


def as_lines(tells: Any) -> str:
    """Write what is told so that two of them can be compared line by line."""
    return json.dumps(tells, ensure_ascii=False, indent=1, sort_keys=True)


def compared(before: Any, now: Any, *, exact: bool = True) -> str:
    """Show the first lines in which two of them differ; nothing if there are none.

    If they need not be ``exact``, rounding errors may differ: numbers are the same to three digits.
    """
    texts = [as_lines(tells) for tells in (before, now)]
    if not exact:
        texts = [_SPACES.sub("", _NUMBER.sub(_rounded, text)) for text in texts]
    lines = [text.splitlines() for text in texts]
    found = difflib.unified_diff(*lines, "recorded", "told now", n=1, lineterm="")
    return "\n".join(islice(found, MOST_LINES))


def _rounded(found: re.Match[str]) -> str:
    if found[0].startswith("sha256"):
        return "a long text"
    number = float(found[0].replace("−", "-"))
    return f"{number:.3g}" if abs(number) > TINY else "tiny"


if __name__ == "__main__":
    for address in sys.argv[1:]:
        print(as_lines(observed(address, whole=True)))
