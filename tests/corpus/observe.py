"""Opens an address as a reader does, and gives what is told there.

``python -m tests.corpus.observe "/hinge?z=1,2,3"`` prints it.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import io
import json
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Tab

from tests.apptest import app_at
from tests.corpus import stage

SCRIPT = Path(__file__).parents[2] / "pages" / "navigation.py"
TABS = {"why": ("Why", "为什么"), "code": ("Code", "代码"), "data": ("Data", "数据")}
LONGEST = 400
"""Characters of a text that is kept whole; a longer one is told by its hash."""
MOST_HANDLES = 16
MOST_LINES = 60
"""Lines of a difference that are shown."""


def opened(address: str) -> AppTest:
    """Open an address: the page by its path, whatever script draws it."""
    path, _, query = address.partition("?")
    return app_at(path.removeprefix("/"), dict(parse_qsl(query, keep_blank_values=True))).run()


def _opened_tab(app: AppTest, name: str) -> Tab:
    """Open one of the tabs below the lesson by its label."""
    key, label = next(
        (container.proto.id.split("-", 2)[2], tab.label)
        for container in app.get("tab_container")
        for tab in container.children.values()
        if tab.label in TABS[name]
    )
    app.session_state[key] = label
    return next(tab for tab in app.run().tabs if tab.label == label)


def observed(address: str, *, whole: bool = False) -> dict[str, Any]:
    """Give what the reader of an address is told; ``crashes`` names what cannot be opened.

    With ``whole``, long texts are given as they are, and what both ends of each drag tell.
    """
    app = opened(address)
    page = app.main
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
        "crashes": ["page"] if app.exception else [],
    }
    if not app.get("tab_container"):
        tells["text"] = _kept("\n\n".join(entry.value for entry in page.markdown), whole)
        return _without_empty(tells)
    # What is below the lesson is drawn only when it is opened.
    for name in TABS:
        tab = _opened_tab(app, name)
        if app.exception:
            tells["crashes"].append(name)
        elif name == "why":
            tells["why"] = _kept("\n\n".join(entry.value for entry in tab.markdown), whole)
        elif name == "code":
            tells["code"] = [line for entry in tab.code for line in printed(entry.value)]
        else:
            tells["tables"] = [_kept(_written(entry.value), whole) for entry in app.main.dataframe]
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


def printed(source: str) -> list[str]:
    """Run a snippet as a student would; return the lines that it prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), np.errstate(all="raise", under="ignore"):
        exec(source, {})
    return output.getvalue().splitlines()


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


def compared(before: Any, now: Any) -> str:
    """Show the first lines in which two of them differ; nothing if there are none."""
    lines = [as_lines(tells).splitlines() for tells in (before, now)]
    found = difflib.unified_diff(*lines, "recorded", "told now", n=1, lineterm="")
    return "\n".join(islice(found, MOST_LINES))


if __name__ == "__main__":
    for address in sys.argv[1:]:
        print(as_lines(observed(address, whole=True)))
