"""What a stage tells the browser, read back from its message."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import spoken
from pages.ui.stage.release import Release

__all__ = [
    "assert_every_step_is_as_opened_there",
    "assert_present_rows",
    "assert_same",
    "at",
    "decode",
    "now",
    "panels_of",
    "pools",
    "released",
    "sentence",
    "told",
]

Shown = dict[tuple[str | None, int, str], np.ndarray]
"""Numbers by panel, trace and attribute; of what is in no figure by None, 0 and its name.

Pictures are bytes of their palette.
"""

OUT_OF_SIGHT = -1000.0
"""What is not to be seen waits somewhere below it."""


TYPES = {"numbers": "<f8", "singles": "<f4", "words": "<u2", "bytes": "u1"}


Pools = dict[str, np.ndarray]


def pools(message: bytes) -> tuple[dict[str, Any], list[Pools], int]:
    """The header; the numbers of each type, those of all first, then table by table; their end."""
    (length,) = struct.unpack_from("<I", message)
    header, end = json.loads(message[4 : 4 + length]), 4 + length
    found = []
    for sizes in (header["pools"], *(t["sizes"] for t in header["tables"] if t["is_sent"])):
        found.append({})
        for name, size in sizes.items():
            found[-1][name] = np.frombuffer(message, TYPES[name], size, end)
            end += found[-1][name].nbytes
    return header, found, end


def decode(message: bytes) -> tuple[dict[str, Any], np.ndarray]:
    """The header, and the columns of all sweeps along one coordinate, one after the other."""
    header, found, _ = pools(message)
    return header, found[0]["numbers"]


class _Message:
    """The message of a stage, taken apart."""

    def __init__(self, stage: Stage) -> None:
        message = stage.packed({})
        self.header, (common, *self.tables), end = pools(message)
        self.numbers = common["numbers"]
        self.places = [tuple(place.values()) for place in self.header["places"]]
        self.now = [np.array(values, dtype=float) for values in self.header["now"]]
        self.handles = {handle["id"]: handle for handle in self.header["handles"]}
        self.films: dict[tuple[str, int], np.ndarray] = {}
        pixels = np.frombuffer(message, np.uint8)[end:]
        for picture in self.header["pictures"]:
            size = int(np.prod(picture["shape"]))
            self.now[picture["place"]], pixels = pixels[:size], pixels[size:]
        for id, handle in self.handles.items():
            for place in handle["films"]:
                size = handle["rows"] * self.now[place].size
                self.films[id, place] = pixels[:size].reshape(handle["rows"], -1)
                pixels = pixels[size:]
        assert not pixels.size

    def taken(self, id: str) -> list[np.ndarray]:
        """What every place shows once a handle is taken: curves along its number, for one."""
        shown = [values.copy() for values in self.now]
        for place, start, length in self.handles[id]["focus"] or ():
            shown[place] = self.numbers[start : start + length].astype(float)
        return shown

    def at(self, id: str, row: int, *each: int) -> list[np.ndarray]:
        """What every place shows at a step of a handle, as the browser looks it up.

        In the plane ``each`` are the steps in x and y, and ``row`` that of the pair.
        """
        handle, shown = self.handles[id], self.taken(id)
        forms = handle["forms"] or [["numbers", 0, "bytes", None]] * len(handle["starts"])
        own = {"numbers": self.numbers} if handle["table"] is None else self.tables[handle["table"]]
        if handle["cells"] is not None:
            row = int(own["words"][handle["cells"] + row])
        for start, places, form in zip(handle["starts"], handle["columns"], forms, strict=True):
            kind, along, index_type, indices = form
            step = (row, *each)[along]
            step = step if indices is None else int(own[index_type][indices + step])
            for place, index in places:
                shown[place][index] = own[kind][start + step]
        for place in handle["films"]:
            shown[place] = self.films[id, place][row]
        return shown


_latest: list[tuple[Stage, _Message]] = []


def _read(stage: Stage) -> _Message:
    """Read the message of a stage; the latest is kept: to pack takes longer than all else."""
    if not _latest or _latest[0][0] is not stage:
        _latest[:] = [(stage, _Message(stage))]
    return _latest[0][1]


def now(stage: Stage) -> Shown:
    """What every place shows before anything moves."""
    message = _read(stage)
    return dict(zip(message.places, message.now, strict=True))


def at(stage: Stage, id: str, row: int, *each: int) -> Shown:
    """What every place shows when a handle stands at a step; in the plane also those in x and y."""
    message = _read(stage)
    return dict(zip(message.places, message.at(id, row, *each), strict=True))


def assert_same(shown: Shown, expected: Shown, *, rtol: float = 1e-12, atol: float = 1e-12) -> None:
    """Check that the same numbers are at every place; out of sight, anywhere is the same."""
    assert shown.keys() == expected.keys()
    for place, numbers in expected.items():
        np.testing.assert_allclose(
            np.maximum(shown[place], OUT_OF_SIGHT),
            np.maximum(numbers, OUT_OF_SIGHT),
            rtol=rtol,
            atol=atol,
            err_msg=str(place),
        )


def assert_present_rows(stage: Stage, *, besides: Collection[str] = ()) -> None:
    """At its present value every handle shows what is shown now, if that is on its grid."""
    message, found = _read(stage), 0
    for handle in stage.handles:
        grid = handle.grid or np.linspace(handle.minimum, handle.maximum, handle.rows)
        for step in np.flatnonzero(np.isclose(grid, handle.value, rtol=0, atol=1e-9)):
            if handle.id not in besides:
                found += 1
                for swept, values in zip(
                    message.at(handle.id, step), message.taken(handle.id), strict=True
                ):
                    np.testing.assert_allclose(swept, values, atol=1e-12, err_msg=handle.id)
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
    compared, seen = 0, _read(stage)
    for handle in stage.handles:
        for row in range(0, handle.rows, every if handle.rows > every else 1):
            there = lay_out(moved(state, released(stage, handle.id, row)))
            if _ranges(there) != _ranges(stage):
                continue
            compared += 1
            dragged = dict(zip(seen.places, seen.at(handle.id, row), strict=True))
            assert_same(dragged, now(there))
    assert compared > len(stage.handles)
