"""Mounts a stage on a Streamlit page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.stage.handles import Handle
from pages.ui.stage.pack import pack
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release, read_message

__all__ = ["SCRIPTS", "Stage", "component", "mount"]

_FOLDER = Path(__file__).parent

SCRIPTS = (
    "number_format.js",
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

component = st.components.v2.component(
    "logit_lab_stage",
    css=(_FOLDER / "stage.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
    isolate_styles=False,
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A row of panels that move together.

    Parameters
    ----------
    panels, handles, readouts
        What is drawn, what can be dragged, what is told in numbers and words.
    now
        The present result, which the channels of all of them are applied to.
    focus
        The handle whose ``focus`` is shown in ``now``.
    pinned
        Keep the sliders in view while panels that are higher than the screen are scrolled.
    """

    panels: Sequence[Panel]
    handles: Sequence[Handle]
    now: Any
    readouts: Sequence[Readout] = ()
    focus: str | None = None
    pinned: bool = False

    def packed(self, labels: Mapping[str, str], answers: int = 0) -> bytes:
        """Write the stage for the browser; ``labels`` are the words of the stage itself."""
        return pack(
            panels=self.panels,
            handles=self.handles,
            readouts=self.readouts,
            now=self.now,
            focus=self.focus,
            labels=labels,
            answers=answers,
            pinned=self.pinned,
        )


def mount(
    key: str, stage: Stage, on_release: Callable[[Release], None], labels: Mapping[str, str]
) -> None:
    """Show a stage, and call ``on_release`` when a handle is let go.

    Parameters
    ----------
    key
        Names this stage among all of a session.
    on_release
        Called before the script runs again, with the values of all handles. A live handle calls it
        during its drag, too.
    """

    def released() -> None:
        message = read_message(st.session_state.get(key))
        if message is not None:
            on_release(message.release)

    known = read_message(st.session_state.get(key))
    state = component(
        key=key,
        data=stage.packed(labels, known.number if known else 0),
        on_state_change=released,
    )
    # A session that began after the browser's page, as when the server was restarted, learns of the
    # message only here, and was not called back.
    told = read_message(state)
    if told is not None and (known is None or known.number != told.number):
        on_release(told.release)
        st.rerun()
