"""What a stage tells the browser, read back from its message."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import spoken

__all__ = ["assert_present_rows", "decode", "panels_of", "shown_at", "shown_now", "told"]


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


def told(stage: Stage, id: str) -> str:
    """A readout as the browser writes it, without its bold marks."""
    text = f"{{{id}}}"
    for _ in range(2):
        text = spoken(stage.readouts, lambda channel: float(channel(stage.now)), text)
    return text.replace("**", "")


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
