"""Mounts a stage on a Streamlit page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit as st

from pages.ui.stage.handles import Handle
from pages.ui.stage.pack import pack
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Message, Release, read_message

__all__ = ["SCRIPT", "SCRIPTS", "SCRIPT_URL", "STYLE", "Stage", "component", "mount"]

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
    "ghost.js",
    "readouts.js",
    "panel.js",
    "turns.js",
    "scene.js",
    "poster.js",
    "stage.js",
)
"""One module for the browser: each file uses what those before it define."""

SCRIPT: Final = "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS)
STYLE: Final = (_FOLDER / "stage.css").read_text(encoding="utf-8")
SCRIPT_URL: Final = f"stage.{hashlib.sha256(SCRIPT.encode()).hexdigest()[:16]}.js"
"""Where the app serves the script, relative to its root: with every answer it would cost 50 KB."""

component = st.components.v2.component(
    "logit_lab_stage",
    js=f"""const stage = import(new URL("{SCRIPT_URL}", document.baseURI));
export default (component) => {{
  const shown = stage.then(({{ default: show }}) => show(component));
  return () => shown.then((end) => end());
}};""",
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
    speed, speeds
        How fast timelines play, as a multiple of their rate, and what can be chosen.
    ends_now
        Whether curves over the steps of the timeline end at the present one.
    turns
        On a phone show one panel at a time, with a switch between them.
    scene, look
        The name of the scene that is shown, and the panels and handles that it is about.
    """

    panels: Sequence[Panel]
    handles: Sequence[Handle]
    now: Any
    readouts: Sequence[Readout] = ()
    focus: str | None = None
    pinned: bool = False
    speed: str = "1"
    speeds: tuple[str, ...] = ()
    ends_now: bool = False
    turns: bool = False
    scene: str = ""
    look: tuple[str, ...] = ()

    def packed(
        self, labels: Mapping[str, str], answers: int = 0, held: Collection[str] = ()
    ) -> bytes:
        """Write the stage for the browser; ``labels`` are the words of the stage itself.

        It says which question it ``answers``, and leaves out the tables that are ``held`` there.
        """
        return pack(
            panels=self.panels,
            handles=self.handles,
            readouts=self.readouts,
            now=self.now,
            focus=self.focus,
            labels=labels,
            answers=answers,
            pinned=self.pinned,
            speed=self.speed,
            speeds=self.speeds,
            ends_now=self.ends_now,
            turns=self.turns,
            scene=self.scene,
            look=self.look,
            held=held,
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
    done, called = f"{key} done", f"{key} called"

    def adopt(message: Message | None) -> None:
        """Call back, unless the address has changed since the release: by it, or by another.

        A release that follows another at once was let go before that one's address was known.
        """
        if message is None:
            return
        address = st.query_params.to_dict()
        _, after, release = st.session_state.get(called, (0, None, None))
        follows = after == address and release != message.release
        if follows or message.address is None or message.address.items() >= address.items():
            on_release(message.release)

    def released() -> None:
        message = read_message(st.session_state.get(key))
        adopt(message)
        if message is not None:
            now = st.query_params.to_dict()
            st.session_state[called] = (message.number, now, message.release)

    known = read_message(st.session_state.get(key))
    answered = (known.number, known.held) if known else (0, ())
    state = component(
        key=key,
        data=stage.packed(labels, *answered),
        on_state_change=released,
    )
    # A session that began after the browser's page, as when the server was restarted, was not
    # called back; and what the callback did is gone if another message ended the script on its way.
    told = read_message(state)
    if told is not None and told.number != st.session_state.get(done):
        st.session_state[done] = told.number
        before = st.query_params.to_dict()
        if st.session_state.get(called, ())[:2] != (told.number, before):
            adopt(told)
        # Such a session did not know either, when it drew, which question it answers.
        if st.query_params.to_dict() != before or told.number != answered[0]:
            st.rerun()
