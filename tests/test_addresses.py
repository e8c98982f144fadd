"""Whatever a control leads to is in the address: opened there, a fresh session shows the same."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.lessons import lessons
from pages.ui.state.parameters import parameter_of
from pages.ui.state.showing import TABS
from pages.ui.state.state import State
from pages.ui.text import text_in
from tests.apptest import app_at, header, opened, send, stages

LESSONS = [lesson.name for lesson in lessons().values() if lesson.part is not None]
OF_THE_SESSION = r"class|csv|json|download|own_table|digit_source|guess|scene_|language"
"""Files, what a reader has brought along, and what other tests look at."""


def pictures(app: AppTest) -> list[tuple[Any, bytes]]:
    """Everything that the stages show; not how many messages were answered."""
    found = []
    for component in app.get("bidi_component"):
        message = component.proto.bytes
        if message:
            end = 4 + struct.unpack_from("<I", message)[0]
            found.append(({**json.loads(message[4:end]), "answers": 0}, message[end:]))
    return found


def address(app: AppTest) -> dict[str, str]:
    return {
        name: given[0] if isinstance(given, list) else given
        for name, given in app.query_params.items()
    }


def another(options: list[Any], now: Any) -> Any:
    return options[(options.index(now) + 1) % len(options)] if now in options else options[-1]


def moves(app: AppTest) -> Iterator[tuple[str, Callable[[AppTest], Any]]]:
    """Each control that can be moved, and what moves it, in another session of the same page."""

    def found(kind: str, i: int) -> Callable[[AppTest], Any]:
        return lambda app: getattr(app, kind)[i]

    for kind in (
        "selectbox",
        "toggle",
        "checkbox",
        "number_input",
        "text_input",
        "button_group",
        "button",
    ):
        for i, widget in enumerate(getattr(app, kind)):
            key = widget.key or widget.label
            if re.search(OF_THE_SESSION, key) or getattr(widget, "disabled", False):
                continue
            yield f"{kind} {key}", found(kind, i)


def move(widget: Any, kind_of_state: type[State]) -> None:
    kind = type(widget).__name__
    if kind == "Selectbox":
        widget.select_index(
            (widget.index or 0) + 1 if len(widget.options) > (widget.index or 0) + 1 else 0
        )
    elif kind in ("Toggle", "Checkbox"):
        widget.set_value(not widget.value)
    elif kind == "NumberInput":
        step = widget.step or 1
        more = widget.value + step
        widget.set_value(more if widget.max is None or more <= widget.max else widget.value - step)
    elif kind == "TextInput":
        widget.set_value(re.sub(r"\d+(\.\d+)?", "2", widget.value, count=1))
    elif kind == "ButtonGroup":
        options = list(parameter_of(kind_of_state, widget.key).options)
        widget.set_value(another(options, widget.value))
    else:
        widget.click()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_fresh_session_shows_what_a_control_led_to(lesson: str) -> None:
    path, moved = lessons()[lesson].path, 0
    names = [name for name, _ in moves(opened(lesson))]
    for name, find in list(moves(opened(lesson))):
        app = opened(lesson)
        move(find(app), lessons()[lesson].state)
        app.run()
        assert not app.exception, name
        fresh = app_at(path, address(app)).run()
        assert not fresh.exception, name
        assert pictures(fresh) == pictures(app), (name, address(app))
        moved += address(app) != {}
    assert moved >= len(names) // 2


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_fresh_session_shows_what_a_handle_led_to(lesson: str) -> None:
    path = lessons()[lesson].path
    first = opened(lesson)
    for id, handles in stages(first):
        for name in handles:
            app = opened(lesson)
            given = next(e for stage in [header(app)] for e in stage["handles"] if e["id"] == name)
            values = {entry["id"]: entry["value"] for entry in header(app)["handles"]}
            now, least, most = given["value"], given["minimum"], given["maximum"]
            if isinstance(now, list):
                values[name] = [round(now[0] + given["step"], 9), now[1]]
            elif given["grid"]:
                values[name] = another(list(given["grid"]), now)
            else:
                up = round(now + given["step"], 9)
                values[name] = up if up <= most else max(least, round(now - given["step"], 9))
            send(app, id, {"number": 1, "values": values, "focus": name, "moved": [name]})
            assert not app.exception
            fresh = app_at(path, address(app)).run()
            assert pictures(fresh) == pictures(app), (name, address(app))


@pytest.mark.parametrize("lesson", LESSONS)
def test_another_process_that_takes_over_answers_the_last_release_at_once(lesson: str) -> None:
    """It knows the address that a release led to, and then hears of the release itself."""
    app = opened(lesson)
    (id, _), *_ = stages(app)
    values = {entry["id"]: entry["value"] for entry in header(app)["handles"]}
    message = {"number": 7, "values": values, "focus": None, "moved": []}
    send(app, id, message)
    taken_over = app_at(lessons()[lesson].path, address(app))
    send(taken_over, id, message)
    assert header(taken_over)["answers"] == header(app)["answers"] == 7
    assert pictures(taken_over) == pictures(app)


def test_the_open_tab_is_in_the_address() -> None:
    t = text_in("zh")
    for tab in TABS:
        app = app_at("hinge", {"tab": tab, "lang": "zh"}).run()
        assert app.session_state["hinge_tab"] == t(f"tab.{tab}")
        assert not app.warning
    app = app_at("hinge", {"tab": "how"}).run()
    (warning,) = app.warning
    assert "the choices are scenes, why, code, data, words" in warning.value
    assert len(pictures(app)) == 1
