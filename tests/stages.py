"""A stage as the browser gets it: what it shows now, and at each step of a handle."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import spoken
from pages.ui.stage.release import Release

__all__ = ["assert_every_step_is_as_opened_there", "at", "now", "released", "sentence"]

Shown = dict[tuple[str | None, int, str], np.ndarray]
"""Numbers by panel, trace and attribute; those of readouts and marks by None, 0 and their name."""


OUT_OF_SIGHT = -1000.0
"""What is not to be seen waits somewhere below it."""


def _unpacked(stage: Stage) -> tuple[dict[str, Any], np.ndarray]:
    message = stage.packed({})
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    return header, np.frombuffer(message, "<f8", header["numbers"], 4 + length)


def _by_place(header: dict[str, Any], numbers: list[Any]) -> Shown:
    return {
        (place["panel"], place["trace"], place["attribute"]): np.array(values, dtype=float)
        for place, values in zip(header["places"], numbers, strict=True)
    }


def now(stage: Stage) -> Shown:
    """What every place shows."""
    header, _ = _unpacked(stage)
    return _by_place(header, header["now"])


def at(stage: Stage, id: str, row: int) -> Shown:
    """What every place shows when a handle stands at a step, as the browser looks it up."""
    header, numbers = _unpacked(stage)
    handle = next(handle for handle in header["handles"] if handle["id"] == id)
    shown = [list(values) for values in header["now"]]
    for place, values in handle["focus"] or ():
        shown[place] = list(values)
    for start, places in zip(handle["starts"], handle["columns"], strict=True):
        for place, index in places:
            shown[place][index] = numbers[start + row]
    return _by_place(header, shown)


def sentence(stage: Stage, template: str) -> str:
    """A text with the readouts' present words: those of a sentence, too."""

    def value(channel: Callable[[Any], Any]) -> float:
        return float(channel(stage.now))

    return spoken(stage.readouts, value, spoken(stage.readouts, value, template))


def released(stage: Stage, id: str, row: int) -> Release:
    """What the browser sends when a handle is let go at a step."""
    handle = next(handle for handle in stage.handles if handle.id == id)
    values = {other.id: other.value for other in stage.handles}
    assert not isinstance(handle.minimum, tuple)
    step = handle.minimum + row * handle.step if handle.grid is None else handle.grid[row]
    value = int(step) if step == int(step) else round(step, handle.decimals)  # as JSON has it
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
