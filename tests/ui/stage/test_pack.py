"""The message of a stage: what is sent, once, and what is refused."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.ui.stage.handles import Bar, steps
from pages.ui.stage.marks import Cell, Dot, Label, Note
from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel, Picture, Tint
from pages.ui.stage.readouts import Readout, spoken
from tests.stages import decode


def bars(result: dict) -> Any:
    return result.get("bars")


def loss(result: dict) -> Any:
    return result.get("loss")


def other(result: dict) -> Any:
    return result.get("other")


def gone(result: dict) -> None:
    return None


SHOWN = {"bars": bars, "loss": loss, "other": other}


def a_panel(**more: Any) -> Panel:
    figure = go.Figure(go.Bar(x=[0, 1]))
    return Panel(**{"id": "panel", "figure": figure, "title": "title", "alt": "alt", **more})


def a_handle(**changes: Any) -> Bar:
    settings = {"id": "h", "label": "h", "value": 1.0, "minimum": 0.0, "maximum": 2.0}
    return Bar(**{**settings, "panel": "panel", "at": 0, **changes})


def packed(
    handles: list[Bar], now: dict, *, readouts: tuple[Readout, ...] = (), **panel: Any
) -> tuple[dict[str, Any], np.ndarray]:
    """A stage whose places are the bars, if there are any, and then a readout for each number."""
    show = {(0, "y"): bars} if "bars" in now else {}
    numbers = [Readout(name, SHOWN[name]) for name in now if name in ("loss", "other")]
    stage = Stage(
        panels=[a_panel(**{"show": show, **panel})],
        handles=handles,
        readouts=[*numbers, *readouts],
        now=now,
    )
    return decode(stage.packed({}))


def test_only_columns_that_change_are_sent() -> None:
    now = {"bars": np.array([1.0, 7.0]), "loss": np.array(0.5)}
    sweep = {
        "bars": np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0]]),
        "loss": np.array([0.25, 0.5, 1e-300]),
    }
    header, numbers = packed([a_handle(sweep=sweep)], now)
    assert header["handles"][0]["columns"] == [[[0, 0]], [[1, 0]]]
    assert header["handles"][0]["rows"] == 3
    assert numbers.tolist() == [0.0, 1.0, 2.0, 0.25, 0.5, 1e-300]
    assert header["now"] == [[1.0, 7.0], [0.5]]


def test_a_place_that_a_sweep_has_no_number_for_keeps_what_it_shows() -> None:
    now = {"bars": np.array([1.0, 7.0]), "loss": np.array(0.5)}
    header, _ = packed([a_handle(sweep={"loss": np.arange(3.0)})], now)
    assert header["handles"][0]["columns"] == [[[1, 0]]]


def test_a_column_that_is_constant_but_not_what_is_shown_is_sent() -> None:
    header, numbers = packed([a_handle(sweep={"loss": np.full(3, 0.5)})], {"loss": np.array(0.123)})
    assert header["handles"][0]["columns"] == [[[0, 0]]]
    assert numbers.tolist() == [0.5] * 3


def test_equal_columns_are_sent_once() -> None:
    now = {"bars": np.array([1.0, 7.0]), "loss": np.array(0.5), "other": np.array(3.0)}
    swept = np.array([0.0, 1.0, 2.0])
    sweep = {"bars": np.stack([swept, swept], -1), "loss": swept, "other": 2 * swept}
    header, numbers = packed([a_handle(sweep=sweep)], now)
    assert header["handles"][0]["columns"] == [[[0, 0], [0, 1], [1, 0]], [[2, 0]]]
    assert numbers.tolist() == [0.0, 1.0, 2.0, 0.0, 2.0, 4.0]


def test_equal_columns_of_several_handles_are_sent_once() -> None:
    now = {"bars": np.array([1.0, 7.0]), "loss": np.array(0.5)}
    swept = np.array([0.0, 1.0, 2.0])
    alike = {"bars": np.stack([swept, np.full(3, 7.0)], -1), "loss": 2 * swept}
    handles = [
        a_handle(sweep=alike),
        a_handle(id="short", maximum=1.0, sweep={"loss": swept[:2]}),
        a_handle(id="same", sweep={**alike}),
        a_handle(id="other", sweep={"loss": 3 * swept, "bars": np.stack([2 * swept, swept], -1)}),
    ]
    header, numbers = packed(handles, now)
    sent = [0.0, 1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 1.0, 0.0, 3.0, 6.0]
    assert numbers.tolist() == sent
    assert [entry["starts"] for entry in header["handles"]] == [[0, 3], [6], [0, 3], [3, 0, 8]]
    assert header["handles"][3]["columns"] == [[[0, 0]], [[0, 1]], [[1, 0]]]


def test_nan_is_nothing_in_the_header_and_nan_in_a_sweep() -> None:
    sweep = {"bars": np.array([[np.nan, 1.0], [3.0, 1.0], [np.nan, 1.0]])}
    header, numbers = packed([a_handle(sweep=sweep)], {"bars": np.array([np.nan, 1.0])})
    assert header["now"] == [[None, 1.0]]
    assert header["handles"][0]["columns"] == [[[0, 0]]]
    np.testing.assert_array_equal(numbers, [np.nan, 3.0, np.nan])


def test_infinities_are_told_in_words() -> None:
    header, _ = packed([], {"bars": np.array([np.inf, -np.inf])})
    assert header["now"] == [["Infinity", "-Infinity"]]


def test_a_sweep_of_the_wrong_shape_is_refused() -> None:
    message = r"sweep of handle 'h' at .*'loss'.* has shape \(2, 1\); expected \(3, 1\)"
    with pytest.raises(ValueError, match=message):
        packed([a_handle(sweep={"loss": np.zeros(2)})], {"loss": np.array(0.0)})


def test_focus_moves_and_marks_name_places_by_number() -> None:
    now = {"bars": np.array([1.0, 2.0]), "loss": np.array(0.0)}
    handle = a_handle(focus={"bars": np.array([5.0, np.nan])}, moves=((1, bars, 0),))
    marks = (Label((0.0, 1.0), bars), Dot(bars, bars))
    header, _ = packed([handle], now, marks=marks)
    assert header["handles"][0]["focus"] == [[0, [5.0, None]]]
    assert header["handles"][0]["moves"] == [[1, 0, 0]]
    assert [(mark["x"], mark["y"]) for mark in header["marks"]] == [([0.0, 1.0], 0), (0, 0)]


def test_every_handle_tells_what_another_one_changes_when_it_is_taken() -> None:
    now = {"bars": np.array([1.0, 2.0]), "loss": np.array(0.5), "other": np.array(3.0)}
    taken = {**now, "loss": np.array(9.0)}
    header, _ = packed([a_handle(focus=now), a_handle(id="i", focus=taken)], now)
    assert [handle["focus"] for handle in header["handles"]] == [[[1, [0.5]]], [[1, [9.0]]]]


def test_a_channel_that_two_spots_show_is_moved_in_both() -> None:
    show = {(0, "y"): bars, (0, "base"): bars}
    handle = a_handle(moves=((0, bars, 1),))
    header, _ = packed([handle], {"bars": np.array([1.0, 2.0])}, show=show)
    assert header["handles"][0]["moves"] == [[0, 0, 1], [0, 1, 1]]


def test_places_are_told_apart() -> None:
    header, _ = packed([], {"bars": np.array([1.0, 2.0]), "loss": np.array(0.0)})
    assert header["places"] == [
        {"panel": "panel", "trace": 0, "attribute": "y"},
        {"panel": None, "trace": 0, "attribute": "loss"},
    ]


NOWHERE = Picture(pixels=gone, shape=(1, 1), extent=(0, 1, 0, 1), palette=())


@pytest.mark.parametrize(
    ("handle", "panel", "readouts", "message"),
    [
        ({}, {}, (Readout("lost", gone),), "no number is given for 'lost'"),
        ({}, {"show": {(0, "y"): gone}}, (), "no number is given for panel 'panel', trace 0, 'y'"),
        ({}, {"pictures": (NOWHERE,)}, (), "no number is given for 'picture 0 of panel'"),
        ({}, {"marks": (Dot(gone, (0.0,)),)}, (), "no number is given for 'mark of panel"),
        ({}, {"marks": (Dot((0.0,), gone),)}, (), "no number is given for 'mark of panel"),
        ({}, {"marks": (Note((0,), (0,), numbers=gone),)}, (), "no number is given for 'mark"),
        ({}, {"marks": (Cell((0,), (0,), shades=gone),)}, (), "no number is given for 'mark"),
        ({}, {"marks": (Dot((0,), (0,), tones=gone),)}, (), "no number is given for 'mark"),
        ({"origin": gone}, {}, (), "no number is given for 'h"),
        ({"follows": gone}, {}, (), "no number is given for 'h"),
        ({"moves": ((0, gone, 0),)}, {}, (), "a handle moves numbers that no place shows"),
    ],
)
def test_what_no_number_is_given_for_is_refused(
    handle: dict, panel: dict, readouts: tuple[Readout, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        packed([a_handle(**handle)], {"loss": np.array(0.5)}, readouts=readouts, **panel)


def test_spoken_fills_once() -> None:
    readouts = [
        Readout("p", lambda result: result["p"], decimals=2),
        Readout("name", lambda result: result["name"], choices=("{p}", "b")),
    ]
    now = {"p": 0.5, "name": 0.0}
    filled = spoken(readouts, lambda channel: channel(now), "{name}: {p} {other}")
    assert filled == "{p}: 0.50 {other}"


def test_steps_are_exact_decimals() -> None:
    grid = steps(-10, 10, 0.1, 1)
    assert grid.size == 201
    assert grid[103] == 0.3
    assert grid[[0, -1]].tolist() == [-10, 10]


def test_a_kept_figure_is_written_once_and_no_other_in_its_place() -> None:
    def figure_sent(figure: go.Figure) -> str:
        header, _ = packed([], {}, figure=figure)
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


def a_picture() -> Picture:
    return Picture(
        pixels=lambda result: result["photo"],
        shape=(2, 2),
        extent=(0, 1, 0, 1),
        palette=(Tint("#f00"), Tint("#0f0"), Tint("#00f")),
    )


def packed_pictures(
    film: np.ndarray, photo: np.ndarray = PIXELS, *, pictures: tuple[Picture, ...] = ()
) -> tuple[dict[str, Any], list[int]]:
    """The header, and the pixels behind the numbers."""
    stage = Stage(
        panels=[a_panel(pictures=pictures or (a_picture(),))],
        handles=[a_handle(sweep={"photo": film, "loss": np.arange(3.0)})],
        readouts=[Readout("loss", loss)],
        now={"photo": photo, "loss": np.array(0.0)},
    )
    message = stage.packed({})
    header, numbers = decode(message)
    (length,) = struct.unpack_from("<I", message)
    return header, list(message[4 + length + 8 * numbers.size :])


def test_a_film_is_sent_as_bytes_after_the_picture_as_it_is_now() -> None:
    film = np.stack([PIXELS, PIXELS[::-1], PIXELS])
    header, pixels = packed_pictures(film)
    assert pixels == [*PIXELS, *PIXELS, *PIXELS[::-1], *PIXELS]
    assert header["pictures"][0]["place"] == header["handles"][0]["films"][0] == 1
    assert header["now"][1] == []
    assert header["handles"][0]["columns"] == [[[0, 0]]]  # the loss alone is numbers


def test_two_pictures_of_the_same_pixels_have_a_place_each() -> None:
    same = a_picture()
    header, pixels = packed_pictures(np.stack([PIXELS[::-1]] * 3), pictures=(same, same))
    assert [picture["place"] for picture in header["pictures"]] == [1, 2]
    assert header["handles"][0]["films"] == [1, 2]
    assert pixels == [*PIXELS] * 2 + [*PIXELS[::-1]] * 6


def test_a_film_that_shows_one_picture_is_not_sent() -> None:
    header, pixels = packed_pictures(np.stack([PIXELS] * 3))
    assert (header["handles"][0]["films"], pixels) == ([], list(PIXELS))


@pytest.mark.parametrize("pixels", [PIXELS[:3], PIXELS * 1.0])
def test_a_picture_needs_its_pixels(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="'picture 0 of panel' must have 4 pixels of uint8"):
        packed_pictures(np.stack([PIXELS] * 3), pixels)


def test_a_film_has_a_frame_for_each_step() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 4\); expected \(3, 4\)"):
        packed_pictures(np.stack([PIXELS] * 2))
