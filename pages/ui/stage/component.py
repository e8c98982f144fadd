"""Mounts a stage on a Streamlit page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.stage.message import pack
from pages.ui.stage.vocabulary import (
    Handle,
    Mark,
    Numbers,
    Panel,
    Picture,
    Place,
    Readout,
    Release,
)

__all__ = ["SCRIPTS", "stage"]

_FOLDER = Path(__file__).parent

SCRIPTS = (
    "numbers.js",
    "elements.js",
    "theme.js",
    "messages.js",
    "plotly.js",
    "pictures.js",
    "marks.js",
    "steps.js",
    "typing.js",
    "handle.js",
    "handles.js",
    "readouts.js",
    "panel.js",
    "stage.js",
)
"""One module for the browser: each file uses what those before it define."""

_component = st.components.v2.component(
    "logit_lab_stage",
    css=(_FOLDER / "stage.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
    isolate_styles=False,
)


@dataclass(frozen=True)
class _Message:
    """What the browser sent last: its number, which the answer carries back, and the release."""

    number: int
    release: Release


def _read(state: Any) -> _Message | None:
    """The message in a component's state; None if there is none or it makes no sense."""
    sent = (state or {}).get("state")
    if not isinstance(sent, dict) or not isinstance(sent.get("values"), dict):
        return None
    if not isinstance(sent.get("number"), int):
        return None
    added, removed, moved = sent.get("added"), sent.get("removed"), sent.get("moved")
    release = Release(
        sent["values"],
        sent.get("focus"),
        is_held=sent.get("is_held") is True,
        moved=tuple(map(str, moved)) if isinstance(moved, list) else (),
        added=None if added is None else _spot(added),
        removed=removed if isinstance(removed, str) else None,
    )
    return _Message(sent["number"], release)


def _spot(added: Any) -> tuple[str, float, float] | None:
    try:
        panel, x, y = added
        spot = (str(panel), float(x), float(y))
    except (TypeError, ValueError):
        return None
    return spot if math.isfinite(spot[1]) and math.isfinite(spot[2]) else None


def stage(
    key: str,
    *,
    panels: Sequence[Panel],
    handles: Sequence[Handle],
    now: Mapping[Place, Numbers],
    on_release: Callable[[Release], None],
    labels: Mapping[str, str],
    readouts: Sequence[Readout] = (),
    marks: Sequence[Mark] = (),
    pictures: Sequence[Picture] = (),
    focus: str | None = None,
    pinned: bool = False,
) -> None:
    """Show panels that move together, and call ``on_release`` when a handle is let go.

    Parameters
    ----------
    key
        Names this stage among all of a session.
    panels, handles, readouts, marks, pictures
        What is drawn, what can be dragged, what is told in numbers and words, what is drawn on top
        and below.
    now
        What each place shows in the present state.
    on_release
        Called before the script runs again, with the values of all handles. A live handle calls it
        during its drag, too.
    labels
        The words of the stage itself: see ``ui/text``.
    focus
        The handle whose ``focus`` is shown in ``now``.
    pinned
        Keep the sliders in view while panels that are higher than the screen are scrolled.
    """

    def released() -> None:
        message = _read(st.session_state.get(key))
        if message is not None:
            on_release(message.release)

    known = _read(st.session_state.get(key))
    state = _component(
        key=key,
        data=pack(
            panels=panels,
            handles=handles,
            readouts=readouts,
            marks=marks,
            pictures=pictures,
            now=now,
            focus=focus,
            labels=labels,
            answers=known.number if known else 0,
            pinned=pinned,
        ),
        on_state_change=released,
    )
    # A session that began after the browser's page, as when the server was restarted, learns of the
    # message only here, and was not called back.
    told = _read(state)
    if told is not None and (known is None or known.number != told.number):
        on_release(told.release)
        st.rerun()
