"""Mounts a sheet to draw on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

__all__ = ["SHEET_SIZE", "WORDS", "Drawing", "packed", "pad", "read"]

SHEET_SIZE: Final = 64
"""Rows and columns of the sheet."""

PEN_RADIUS: Final = 3.2
"""Of the pen's ink, in pixels of the sheet: on a digit of usual size as bold as in the data."""

WORDS: Final = ("sheet", "hint", "clear", "cleared", "down", "up")
"""What the sheet says: its name, how it is used, its button, and what has just happened."""

_FOLDER = Path(__file__).parent
_BYTES = SHEET_SIZE**2 // 8

_component = st.components.v2.component(
    "logit_lab_pad",
    css=(_FOLDER / "pad.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "pad.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is on the sheet: ``ink`` of shape (64, 64), and whether the pen is still on it."""

    ink: NDArray[np.bool_]
    is_held: bool = False


def pad(
    key: str,
    *,
    ink: NDArray[np.bool_] | None,
    labels: Mapping[str, str],
    on_drawn: Callable[[Drawing], None],
) -> None:
    """Show a sheet, and call ``on_drawn`` when a line ends or the sheet is cleared.

    Parameters
    ----------
    key
        Names this sheet among all of a session.
    ink
        What is on the sheet when it is new in the browser.
    labels
        Its text for each of `WORDS`.
    on_drawn
        Called before the script runs again; a few times a second while a line is drawn, too.
    """

    def sent() -> None:
        number, drawing = read(st.session_state.get(key))
        if number and drawing is not None:
            on_drawn(drawing)

    known, _ = read(st.session_state.get(key))
    state = _component(
        key=key,
        data={
            "size": SHEET_SIZE,
            "radius": PEN_RADIUS,
            "ink": "" if ink is None else packed(ink),
            "answers": known,
            "labels": dict(labels),
        },
        on_state_change=sent,
    )
    # As with the stage: after a restart of the server, nobody was called back.
    number, drawing = read(state)
    if drawing is not None and number != known:
        on_drawn(drawing)
        st.rerun()


def packed(ink: NDArray[np.bool_]) -> str:
    """Write the ink as hexadecimal digits, a bit a pixel."""
    return np.packbits(ink).tobytes().hex()


def read(state: Any) -> tuple[int, Drawing | None]:
    """The number of the message in a component's state, and what it brings."""
    sent = (state or {}).get("state")
    if not isinstance(sent, dict) or not isinstance(sent.get("number"), int):
        return 0, None
    try:
        packed = bytes.fromhex(str(sent.get("ink")))
    except ValueError:
        packed = b""
    if len(packed) != _BYTES:
        return sent["number"], None
    bits = np.unpackbits(np.frombuffer(packed, np.uint8)).astype(bool)
    return sent["number"], Drawing(
        bits.reshape(SHEET_SIZE, SHEET_SIZE), sent.get("is_held") is True
    )
