"""What a stage tells the browser, read back from its message."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import spoken
from pages.ui.stage.release import Release

__all__ = [
    "assert_every_step_is_as_opened_there",
    "assert_present_rows",
    "at",
    "decode",
    "now",
    "panels_of",
    "released",
    "sentence",
    "shown_at",
    "shown_now",
    "told",
]

Shown = dict[tuple[str | None, int, str], np.ndarray]
"""Numbers by panel, trace and attribute; those of readouts and marks by None, 0 and their name."""

OUT_OF_SIGHT = -1000.0
"""What is not to be seen waits somewhere below it."""


def decode(message: bytes) -> tuple[dict[str, Any], np.ndarray]:
    """The header, and the columns of all sweeps one after the other."""
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    return header, np.frombuffer(message, "<f8", header["numbers"], 4 + length)


def shown_now(stage: Stage) -> list[np.ndarray]:
    """What each place shows before anything moves; pictures as bytes of their palette."""
    return _shown(stage)[0]


def shown_at(stage: Stage, handle: str, step: int) -> list[np.ndarray]:
    """What each place shows at a step of a handle's sweep."""
    return [table[step] for table in _shown(stage)[1][handle]]


def assert_present_rows(stage: Stage) -> None:
    """At its present value every handle shows what is shown now, if that is on its grid."""
    now, sweeps = _shown(stage)
    found = 0
    for handle in stage.handles:
        grid = handle.grid or np.linspace(handle.minimum, handle.maximum, handle.rows)
        for step in np.flatnonzero(np.isclose(grid, handle.value, rtol=0, atol=1e-9)):
            found += 1
            for table, values in zip(sweeps[handle.id], now, strict=True):
                np.testing.assert_allclose(table[step], values, atol=1e-12, err_msg=handle.id)
    assert found


def panels_of(stage: Stage) -> dict[str, Panel]:
    """Every panel by its id."""
    return {panel.id: panel for panel in stage.panels}


def sentence(stage: Stage, template: str) -> str:
    """A text with the readouts' present words: those of a sentence, too."""
    for _ in range(2):
        template = spoken(
            stage.readouts, lambda channel: float(np.ravel(channel(stage.now))[0]), template
        )
    return template


def told(stage: Stage, id: str) -> str:
    """A readout as the browser writes it, without its bold marks."""
    return sentence(stage, f"{{{id}}}").replace("**", "")


def _shown(stage: Stage) -> tuple[list[np.ndarray], dict[str, list[np.ndarray]]]:
    message = stage.packed({})
    header, numbers = decode(message)
    (length,) = struct.unpack_from("<I", message)
    offset = 4 + length + numbers.nbytes

    def pixels(*shape: int) -> np.ndarray:
        nonlocal offset
        size = int(np.prod(shape))
        offset += size
        return np.frombuffer(message, np.uint8, size, offset - size).reshape(shape)

    now = [np.array(values, dtype=np.float64) for values in header["now"]]
    for picture in header["pictures"]:
        now[picture["place"]] = pixels(int(np.prod(picture["shape"])))
    sweeps = {}
    for handle in header["handles"]:
        rows = handle["rows"]
        tables = [np.repeat(values[None], rows, axis=0) for values in now]
        for start, spots in zip(handle["starts"], handle["columns"], strict=True):
            for place, index in spots:
                tables[place][:, index] = numbers[start : start + rows]
        for place in handle["films"]:
            tables[place] = pixels(rows, now[place].size)
        sweeps[handle["id"]] = tables
    assert offset == len(message)
    return now, sweeps


def _by_place(header: dict[str, Any], numbers: list[Any]) -> Shown:
    return {
        (place["panel"], place["trace"], place["attribute"]): np.array(values, dtype=float)
        for place, values in zip(header["places"], numbers, strict=True)
    }


def now(stage: Stage) -> Shown:
    """What every place shows."""
    header, _ = decode(stage.packed({}))
    return _by_place(header, header["now"])


def at(stage: Stage, id: str, row: int) -> Shown:
    """What every place shows when a handle stands at a step, as the browser looks it up."""
    header, numbers = decode(stage.packed({}))
    handle = next(handle for handle in header["handles"] if handle["id"] == id)
    shown = [list(values) for values in header["now"]]
    for place, values in handle["focus"] or ():
        shown[place] = list(values)
    for start, places in zip(handle["starts"], handle["columns"], strict=True):
        for place, index in places:
            shown[place][index] = numbers[start + row]
    return _by_place(header, shown)


def released(stage: Stage, id: str, row: int) -> Release:
    """What the browser sends when a handle is let go at a step."""
    handle = next(handle for handle in stage.handles if handle.id == id)
    values = {other.id: other.value for other in stage.handles}
    assert not isinstance(handle.minimum, tuple)
    if handle.grid is None:
        step = round(handle.minimum + row * handle.step, handle.decimals)
    else:
        step = handle.grid[row]
    value = int(step) if step == int(step) else step  # as JSON has it
    focus = id if handle.focus is not None else stage.focus
    return Release({**values, id: value}, focus, moved=(id,))


def _ranges(stage: Stage) -> list[tuple[Any, Any]]:
    return [(handle.minimum, handle.maximum) for handle in stage.handles]


def assert_every_step_is_as_opened_there(
    lay_out: Callable[[Any], Stage],
    moved: Callable[[Any, Release], Any],
    state: Any,
    *,
    every: int = 20,
) -> None:
    """Check that a drag shows what the page shows that is opened at the address it leads to.

    Steps at which another stage is laid out, with a wider axis, are left out.
    """
    stage = lay_out(state)
    compared = 0
    for handle in stage.handles:
        for row in range(0, handle.rows, every if handle.rows > every else 1):
            there = lay_out(moved(state, released(stage, handle.id, row)))
            if _ranges(there) != _ranges(stage):
                continue
            compared += 1
            dragged, opened = at(stage, handle.id, row), now(there)
            assert dragged.keys() == opened.keys()
            for place, numbers in opened.items():
                np.testing.assert_allclose(
                    np.maximum(dragged[place], OUT_OF_SIGHT),
                    np.maximum(numbers, OUT_OF_SIGHT),
                    rtol=1e-12,
                    atol=1e-12,
                    err_msg=f"{handle.id} {row} {place}",
                )
    assert compared > len(stage.handles)
