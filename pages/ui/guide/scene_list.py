"""The scenes of a lesson: one element for all of them, since each one costs every release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import streamlit as st

from pages.ui.guide.guide import Guide
from pages.ui.state.address import open_scene

__all__ = ["scene_list"]

_KEY: Final = "scene_list"

_component = st.components.v2.component(
    "logit_lab_scenes",
    html='<ol class="scene-list"></ol>',
    js=(Path(__file__).parent / "scene_list.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def scene_list(guide: Guide) -> None:
    """List all scenes, each a button that leads there; those that ask have a question mark."""
    scenes = [
        {
            "title": guide.t(f"{guide.lesson}.scene.{scene.name}.title"),
            "asks": scene.ask is not None,
        }
        for scene in guide.scenes
    ]

    def chosen() -> None:
        number: Any = st.session_state[_KEY].scene
        if isinstance(number, int) and 1 <= number <= len(scenes):
            open_scene(number)

    # Streamlit would look for tables in a list.
    _component(key=_KEY, data={"scenes": json.dumps(scenes)}, on_scene_change=chosen)
