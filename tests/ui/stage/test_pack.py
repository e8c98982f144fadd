"""The message of a stage: what is sent, once, and what is refused."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.ui.stage.handles import Bar, Point, steps
from pages.ui.stage.marks import Cell, Dot, Label, Note
from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel, Picture, Tint
from pages.ui.stage.readouts import Readout, spoken
from pages.ui.stage.sweeps import every_pair
from tests.stages import at, decode, pools


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
    header, numbers = packed([handle], now, marks=marks)
    assert header["handles"][0]["focus"] == [[0, 0, 2]]
    np.testing.assert_array_equal(numbers, [5.0, np.nan])
    assert header["handles"][0]["moves"] == [[1, 0, 0]]
    assert [(mark["x"], mark["y"]) for mark in header["marks"]] == [([0.0, 1.0], 0), (0, 0)]


def test_every_handle_tells_what_another_one_changes_when_it_is_taken() -> None:
    now = {"bars": np.array([1.0, 2.0]), "loss": np.array(0.5), "other": np.array(3.0)}
    taken = {**now, "loss": np.array(9.0)}
    header, numbers = packed([a_handle(focus=now), a_handle(id="i", focus=taken)], now)
    assert [handle["focus"] for handle in header["handles"]] == [[[1, 0, 1]], [[1, 1, 1]]]
    assert numbers.tolist() == [0.5, 9.0]


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


def in_the_plane(**changes: Any) -> Point:
    """A point with 40 times 30 steps."""
    return Point(
        **{
            **{"id": "h", "label": "h", "value": (0.0, 0.0), "panel": "panel", "axis": "xy"},
            **{"minimum": (0.0, 0.0), "maximum": (39.0, 29.0), "step": 1.0},
            **changes,
        }
    )


GRID = every_pair(np.arange(40.0), np.arange(30.0))


def of_the_grid(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "bars": np.stack([np.sin(x * y), x], -1),  # nobody writes a bar
        "loss": np.exp(-0.37 * x - y),
        "other": (x + y) % 7,
    }


def test_a_grid_has_a_row_for_each_pair_of_steps() -> None:
    handle = in_the_plane()
    assert (handle.counts, handle.rows) == ((40, 30), 1200)
    now = {name: np.array(values) for name, values in of_the_grid(*np.zeros(2)).items()}
    panel = a_panel(show={(0, "y"): bars})
    readouts = [Readout("loss", loss), Readout("other", other)]
    point = in_the_plane(sweep=of_the_grid(*GRID.T))
    stage = Stage(panels=[panel], handles=[point], readouts=readouts, now=now)
    header, (common, numbers), _ = pools(stage.packed({}))
    (entry,) = header["handles"]
    assert not any(map(len, common.values()))
    # Half precision for what is only drawn; one number a step of x; in full; and seven values.
    assert entry["columns"] == [[[0, 0]], [[0, 1]], [[1, 0]], [[2, 0]]]
    assert [form[:2] for form in entry["forms"]] == [
        ["singles", 0],
        ["numbers", 1],
        ["numbers", 0],
        ["numbers", 0],
    ]
    assert entry["forms"][3][2:] == ["bytes", 0]
    assert {name: len(pool) for name, pool in numbers.items()} == {
        "numbers": 40 + 1200 + 7,
        "singles": 1200,
        "words": 0,
        "bytes": 1200,
    }
    for x, y in ((0, 0), (39, 0), (0, 29), (17, 3)):
        shown = at(stage, "h", 30 * x + y, x, y)
        expected = of_the_grid(np.array(float(x)), np.array(float(y)))
        assert shown["panel", 0, "y"].tolist() == [np.float32(np.sin(float(x * y))), x]
        assert shown[None, 0, "loss"] == expected["loss"]
        assert shown[None, 0, "other"] == expected["other"]


def test_a_table_that_the_browser_holds_is_not_sent_again() -> None:
    def stage(scale: float) -> Stage:
        sweep = {"loss": scale * np.exp(-0.37 * GRID[:, 0] - GRID[:, 1])}
        point = in_the_plane(sweep=sweep)
        now, readouts = {"loss": np.array(5.0)}, [Readout("loss", loss)]
        return Stage(panels=[a_panel()], handles=[point], readouts=readouts, now=now)

    whole = stage(1.0).packed({})
    (table,) = pools(whole)[0]["tables"]
    assert table["is_sent"]
    again = stage(1.0).packed({}, held=[table["key"]])
    header, parts, end = pools(again)
    assert (len(parts), end) == (1, len(again))  # all else is there
    assert header["tables"] == [{**table, "is_sent": False}]
    assert header["handles"] == pools(whole)[0]["handles"]
    assert 9600 - 2 < len(whole) - len(again) < 9600 + 2  # 1,200 float64, and "true" for "false"
    other = stage(2.0).packed({}, held=[table["key"]])
    assert pools(other)[0]["tables"][0]["is_sent"]
    assert pools(other)[0]["tables"][0]["key"] != table["key"]


def test_cells_tell_which_row_each_place_of_a_grid_has() -> None:
    cells = np.minimum(np.arange(1200), 500).astype(np.uint16)
    handle = in_the_plane(sweep={"loss": np.exp(-np.arange(501.0))}, cells=cells)
    assert handle.rows == 501
    stage = Stage(
        panels=[a_panel()],
        handles=[handle],
        readouts=[Readout("loss", loss)],
        now={"loss": np.array(1.0)},
    )
    for row in (0, 499, 500, 1199):
        assert at(stage, "h", row)[None, 0, "loss"] == np.exp(-min(row, 500.0))


def test_a_grid_is_refused_that_has_not_a_row_for_each_pair() -> None:
    with pytest.raises(ValueError) as error:
        packed([in_the_plane(sweep={"loss": np.zeros(70)})], {"loss": np.array(0.0)})
    assert "has shape (70, 1); expected (1200, 1)" in str(error.value)


def test_numbers_that_a_mark_writes_are_sent_in_full() -> None:
    def written(result: dict) -> Any:
        return result["loss"][..., None]

    def place(result: dict) -> Any:
        return result["other"][..., None]

    now = {"loss": np.array(0.0), "other": np.array(0.0)}
    x, y = GRID.T
    sweep = {"loss": np.exp(x * 0.1 + y), "other": np.sin(x + 100 * y)}
    mark = Note(place, place, numbers=written)
    panel = a_panel(marks=(mark,))
    stage = Stage(panels=[panel], handles=[in_the_plane(sweep=sweep)], now=now)
    header, _, _ = pools(stage.packed({}))
    types = {
        header["places"][c[0][0]]["attribute"]: f[0]
        for c, f in zip(header["handles"][0]["columns"], header["handles"][0]["forms"], strict=True)
    }
    assert sorted(types.values()) == ["numbers", "singles"]
    assert at(stage, "h", 1199, 39, 29)[None, 0, "mark of panel 1"] == np.exp(3.9 + 29)
