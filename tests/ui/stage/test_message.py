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
    Picture,
    Readout,
    Spot,
    Tint,
    spoken,
    steps,
)

BARS = Spot("panel", 0, "y")


def unpack(message: bytes) -> tuple[dict[str, Any], np.ndarray]:
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    return header, np.frombuffer(message, "<f8", header["numbers"], 4 + length)


def packed(handles: list[Handle], now: dict, **more: Any) -> tuple[dict[str, Any], np.ndarray]:
    given = {
        "panels": [Panel("panel", go.Figure(go.Bar(x=[0, 1])), "title", "alt")],
        "readouts": [],
        "marks": [],
        "pictures": [],
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


def test_equal_columns_of_several_handles_are_sent_once() -> None:
    now = {BARS: np.array([1.0, 7.0]), "loss": np.array(0.5)}
    swept = np.array([0.0, 1.0, 2.0])
    alike = {BARS: np.stack([swept, np.full(3, 7.0)], -1), "loss": 2 * swept}
    handles = [
        a_handle(sweep=alike),
        a_handle(id="short", maximum=1.0, sweep={"loss": swept[:2]}),
        a_handle(id="same", sweep=alike),
        a_handle(id="other", sweep={"loss": 3 * swept, BARS: np.stack([2 * swept, swept], -1)}),
    ]
    header, numbers = packed(handles, now)
    sent = [0.0, 1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 1.0, 0.0, 3.0, 6.0]
    assert numbers.tolist() == sent
    assert [entry["starts"] for entry in header["handles"]] == [[0, 3], [6], [0, 3], [8, 3, 0]]
    assert header["handles"][3]["columns"] == [[[1, 0]], [[0, 0]], [[0, 1]]]


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
    ("handle", "more", "message"),
    [
        ({}, {"readouts": [Readout("gone")]}, "readout 'gone' needs 'gone'"),
        ({}, {"readouts": [Readout("gone", choices=("a",))]}, "readout 'gone' needs 'gone'"),
        ({}, {"pictures": [Picture("gone", "panel", (1, 1), (0, 1, 0, 1), ())]}, "picture 'gone'"),
        ({}, {"marks": [Mark("panel", "dot", "gone", (0.0,))]}, "mark 'dot' of panel 'panel'"),
        ({}, {"marks": [Mark("panel", "dot", (0.0,), "gone")]}, "mark 'dot'.* needs 'gone'"),
        ({}, {"marks": [Mark("panel", "text", (0,), (0,), numbers="gone")]}, "mark 'text'"),
        ({}, {"marks": [Mark("panel", "cell", (0,), (0,), "loss", shades="gone")]}, "mark 'cell'"),
        ({}, {"marks": [Mark("panel", "dot", (0,), (0,), tones="gone")]}, "mark 'dot'"),
        ({"origin": "gone"}, {}, "handle 'h' needs 'gone'"),
        ({"sweep": {"gone": np.zeros(3)}}, {}, "handle 'h' needs 'gone'"),
        ({"focus": {BARS: np.zeros(2)}}, {}, r"handle 'h' needs Spot\(panel='panel'"),
        ({"moves": ((0, "gone", 0),)}, {}, "handle 'h' needs 'gone'"),
    ],
)
def test_what_no_number_is_given_for_is_refused(
    handle: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"{message}.* now has no number"):
        packed([a_handle(**handle)], {"loss": np.array(0.5)}, **more)


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


PIXELS = np.array([0, 1, 2, 1], np.uint8)
PICTURE = Picture(
    "photo", "panel", (2, 2), (0, 1, 0, 1), (Tint("#f00"), Tint("#0f0"), Tint("#00f"))
)


def pixels_of(message: bytes) -> tuple[dict[str, Any], list[int]]:
    header, numbers = unpack(message)
    (length,) = struct.unpack_from("<I", message)
    return header, list(message[4 + length + 8 * numbers.size :])


def packed_picture(film: np.ndarray, **now: np.ndarray) -> tuple[dict[str, Any], list[int]]:
    places = {"photo": PIXELS, "loss": np.array(0.0), BARS: np.zeros(2), **now}
    handle = a_handle(sweep={"photo": film, "loss": np.arange(3.0)})
    return pixels_of(
        pack(
            panels=[Panel("panel", go.Figure(go.Bar(x=[0, 1])), "title", "alt")],
            handles=[handle],
            readouts=[],
            marks=[],
            pictures=[PICTURE],
            now=places,
            focus=None,
            labels={},
            answers=0,
        )
    )


def test_a_film_is_sent_as_bytes_after_the_picture_as_it_is_now() -> None:
    film = np.stack([PIXELS, PIXELS[::-1], PIXELS])
    header, pixels = packed_picture(film)
    assert pixels == [*PIXELS, *PIXELS, *PIXELS[::-1], *PIXELS]
    assert header["pictures"][0]["place"] == header["handles"][0]["films"][0] == 0
    assert header["now"][0] == []
    assert header["handles"][0]["columns"] == [[[1, 0]]]  # the loss alone is numbers


def test_a_film_that_shows_one_picture_is_not_sent() -> None:
    header, pixels = packed_picture(np.stack([PIXELS] * 3))
    assert (header["handles"][0]["films"], pixels) == ([], list(PIXELS))


@pytest.mark.parametrize("pixels", [PIXELS[:3], PIXELS * 1.0])
def test_a_picture_needs_its_pixels(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="picture 'photo' must have 4 pixels of uint8"):
        packed_picture(np.stack([PIXELS] * 3), photo=pixels)


def test_a_film_has_a_frame_for_each_step() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 4\); expected \(3, 4\)"):
        packed_picture(np.stack([PIXELS] * 2))
