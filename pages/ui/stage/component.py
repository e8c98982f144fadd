"""Mounts a stage on a Streamlit page: the old way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from pages.ui.stage.message import pack
from pages.ui.stage.mount import SCRIPTS, component
from pages.ui.stage.release import Release, read_message
from pages.ui.stage.vocabulary import (
    Handle,
    Mark,
    Numbers,
    Panel,
    Picture,
    Place,
    Readout,
)

__all__ = ["SCRIPTS", "stage"]


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
        message = read_message(st.session_state.get(key))
        if message is not None:
            on_release(message.release)

    known = read_message(st.session_state.get(key))
    state = component(
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
    told = read_message(state)
    if told is not None and (known is None or known.number != told.number):
        on_release(told.release)
        st.rerun()
