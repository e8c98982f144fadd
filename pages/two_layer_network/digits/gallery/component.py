"""Mounts a gallery of small images, of which one can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

__all__ = ["GalleryItem", "gallery", "read"]

_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "logit_lab_gallery",
    css=(_FOLDER / "gallery.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "gallery.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class GalleryItem:
    """An image that can be chosen.

    Attributes
    ----------
    name
        What is told when it is chosen.
    ink
        Its pixels row by row, from 0 (paper) to the gallery's ``levels`` (ink).
    caption, note
        The two lines below it.
    spoken
        What a screen reader says instead.
    is_chosen
        Whether it is the one that is shown elsewhere.
    """

    name: int
    ink: tuple[int, ...]
    caption: str
    note: str
    spoken: str
    is_chosen: bool = False


def gallery(
    key: str,
    items: Sequence[GalleryItem],
    *,
    shape: tuple[int, int],
    levels: int,
    on_chosen: Callable[[int], None],
) -> None:
    """Show images, and call ``on_chosen`` with the name of the one that is pressed.

    Parameters
    ----------
    key
        Names this gallery among all of a session.
    items
        The images in their order.
    shape
        Their rows and columns.
    levels
        The most ink that a pixel can have.
    on_chosen
        Called before the script runs again.
    """

    def chosen() -> None:
        number, name = read(st.session_state.get(key))
        if number and name in {item.name for item in items}:
            on_chosen(name)

    known, _ = read(st.session_state.get(key))
    state = _component(
        key=key,
        data={
            "shape": shape,
            "levels": levels,
            "items": [asdict(item) for item in items],
            "answers": known,
        },
        on_state_change=chosen,
    )
    # As with the stage: after a restart of the server, nobody was called back.
    number, name = read(state)
    if number != known and name in {item.name for item in items}:
        on_chosen(name)
        st.rerun()


def read(state: Any) -> tuple[int, int]:
    """The number of the message in a component's state, and the name of the image; 0 if none."""
    sent = (state or {}).get("state")
    if not isinstance(sent, dict):
        return 0, -1
    number, name = sent.get("number"), sent.get("name")
    return (number, name) if isinstance(number, int) and isinstance(name, int) else (0, -1)
