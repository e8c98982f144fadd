from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.ui.stage.message import pack
from pages.ui.stage.vocabulary import (
    Handle,
    Mark,
    Panel,
    Readout,
    Spot,
    format_number,
    spoken,
    steps,
)

BARS = Spot("panel", 0, "y")


def unpack(message: bytes) -> tuple[dict[str, Any], np.ndarray]:
    (length,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + length]), np.frombuffer(message[4 + length :], "<f8")


def packed(handles: list[Handle], now: dict, **more: Any) -> tuple[dict[str, Any], np.ndarray]:
    given = {
        "panels": [Panel("panel", go.Figure(go.Bar(x=[0, 1])), "title", "alt")],
        "readouts": [],
        "marks": [],
        "focus": None,
        "labels": {},
        "answers": 0,
        **more,
    }
    return unpack(pack(handles=handles, now=now, **given))


def a_handle(**changes: Any) -> Handle:
    settings = {
        "id": "h",
        "label": "h",
        "value": 1.0,
        "minimum": 0.0,
        "maximum": 2.0,
        "step": 1.0,
        "panel": "panel",
        "at": 0,
    }
    return Handle(**{**settings, **changes})


def test_only_columns_that_change_are_sent() -> None:
    now = {BARS: np.array([1.0, 7.0]), "loss": np.array(0.5)}
    sweep = {
        BARS: np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0]]),
        "loss": np.array([0.25, 0.5, 1e-300]),
    }
    header, numbers = packed([a_handle(sweep=sweep)], now)
    assert header["handles"][0]["columns"] == [[[0, 0]], [[1, 0]]]
    assert header["handles"][0]["rows"] == 3
    assert numbers.tolist() == [0.0, 1.0, 2.0, 0.25, 0.5, 1e-300]
    assert header["now"] == [[1.0, 7.0], [0.5]]


def test_a_column_that_is_constant_but_not_what_is_shown_is_sent() -> None:
    now = {"loss": np.array(0.123)}
    header, numbers = packed([a_handle(sweep={"loss": np.full(3, 0.5)})], now)
    assert header["handles"][0]["columns"] == [[[0, 0]]]
    assert numbers.tolist() == [0.5] * 3


def test_equal_columns_are_sent_once() -> None:
    now = {BARS: np.array([1.0, 7.0]), "loss": np.array(0.5), "other": np.array(3.0)}
    swept = np.array([0.0, 1.0, 2.0])
    sweep = {BARS: np.stack([swept, swept], -1), "loss": swept, "other": 2 * swept}
    header, numbers = packed([a_handle(sweep=sweep)], now)
    assert header["handles"][0]["columns"] == [[[0, 0], [0, 1], [1, 0]], [[2, 0]]]
    assert numbers.tolist() == [0.0, 1.0, 2.0, 0.0, 2.0, 4.0]


def test_nan_is_nothing_in_the_header_and_nan_in_a_sweep() -> None:
    now = {BARS: np.array([np.nan, 1.0])}
    sweep = {BARS: np.array([[np.nan, 1.0], [3.0, 1.0], [np.nan, 1.0]])}
    header, numbers = packed([a_handle(sweep=sweep)], now)
    assert header["now"] == [[None, 1.0]]
    assert header["handles"][0]["columns"] == [[[0, 0]]]
    np.testing.assert_array_equal(numbers, [np.nan, 3.0, np.nan])


def test_a_sweep_of_the_wrong_shape_is_refused() -> None:
    message = r"sweep of handle 'h' at loss has shape \(2, 1\); expected \(3, 1\)"
    with pytest.raises(ValueError, match=message):
        packed([a_handle(sweep={"loss": np.zeros(2)})], {"loss": np.array(0.0)})


def test_focus_moves_and_marks_name_places_by_number() -> None:
    now = {"loss": np.array(0.0), BARS: np.array([1.0, 2.0])}
    handle = a_handle(focus={BARS: np.array([5.0, np.nan])}, moves=((1, BARS, 0),))
    marks = [Mark("panel", "label", (0.0, 1.0), BARS), Mark("panel", "dot", BARS, BARS)]
    header, _ = packed([handle], now, marks=marks)
    assert header["handles"][0]["focus"] == [[1, [5.0, None]]]
    assert header["handles"][0]["moves"] == [[1, 1, 0]]
    assert [(mark["x"], mark["y"]) for mark in header["marks"]] == [([0.0, 1.0], 1), (1, 1)]


def test_places_are_told_apart() -> None:
    header, _ = packed([], {"loss": np.array(0.0), BARS: np.array([1.0, 2.0])})
    assert header["places"] == [
        {"panel": None, "trace": 0, "attribute": "loss"},
        {"panel": "panel", "trace": 0, "attribute": "y"},
    ]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.04035, 4, "2.0404"),
        (0.0, 4, "0.0000"),
        (-0.0, 4, "0.0000"),
        (-1.5, 1, "−1.5"),
        (3.37782e-48, 4, "3.378e−48"),
        (-3.37782e-48, 2, "−3.378e−48"),
        (1e6, 4, "1000000.0000"),
        (2.5e9, 2, "2.500e+9"),
        (3, 0, "3"),
        (0.4, 0, "0"),
        (np.inf, 4, "∞"),
        (-np.inf, 4, "−∞"),
        (np.nan, 4, "–"),
    ],
)
def test_format_number(value: float, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text


def test_spoken_fills_once() -> None:
    readouts = [Readout("p", decimals=2), Readout("name", choices=("{p}", "b"))]
    now = {"p": np.array(0.5), "name": np.array(0.0)}
    assert spoken(readouts, now, "{name}: {p} {other}") == "{p}: 0.50 {other}"


def test_steps_are_exact_decimals() -> None:
    grid = steps(-10, 10, 0.1, 1)
    assert grid.size == 201
    assert grid[103] == 0.3
    assert grid[[0, -1]].tolist() == [-10, 10]


def test_a_kept_figure_is_written_once_and_no_other_in_its_place() -> None:
    def figure_sent(figure: go.Figure) -> str:
        header, _ = packed([], {}, panels=[Panel("panel", figure, "title", "alt")])
        return header["panels"][0]["figure"]

    class Counted(go.Figure):
        written = 0

        def to_json(self, *given: Any, **options: Any) -> str:
            type(self).written += 1
            return super().to_json(*given, **options)

    kept = Counted(go.Bar(x=[0, 1]))
    assert figure_sent(kept) == figure_sent(kept)
    assert Counted.written == 1
    for number in range(20):  # a figure that is gone leaves its place in memory to the next
        assert f'"x":[{number}]' in figure_sent(go.Figure(go.Bar(x=[number])))
