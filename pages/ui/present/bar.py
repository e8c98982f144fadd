"""The buttons beside the title, and the keys of a lecture, which change the address."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from pages.ui.guide.guide import Shown
from pages.ui.state.address import change_address
from pages.ui.state.showing import Showing
from pages.ui.text import Text

__all__ = ["present_bar"]

_KEY: Final = "present"
_CHANGED: Final = ("present", "dark", "panels", "revealed")
"""What a key may change."""

_LABELS: Final = (
    *("present", "present_help", "add", "add_help", "copy", "copy_help"),
    *("ask", "notes", "keep", "kept", "not_kept", "untitled", "copied"),
)

_component = st.components.v2.component(
    "logit_lab_present",
    html='<div class="present-bar" role="toolbar"></div>',
    js="\n".join(
        (Path(__file__).parent / name).read_text(encoding="utf-8")
        for name in ("slides.js", "bar.js")
    ),
    isolate_styles=False,
)


def present_bar(shown: Sequence[Shown], showing: Showing, t: Text, *, is_presented: bool) -> None:
    """Show the buttons, or presented only listen to the keys; ``shown`` are all stages."""
    _component(
        key=_KEY,
        data={
            "isPresented": is_presented,
            "isEmbedded": bool(st.context.is_embedded),
            "panels": [panel.id for entry in shown for panel in entry.stage.panels],
            "hidden": len(showing.hidden),
            "revealed": min(showing.revealed, len(showing.hidden)),
            "question": showing.question,
            "labels": {name: t(f"present.{name}") for name in _LABELS},
        },
        on_changed_change=_adopt,
    )


def _adopt() -> None:
    """Write into the address what a key or a button has changed."""
    changed: Any = st.session_state[_KEY].changed
    if not isinstance(changed, dict):
        return
    change_address(
        {
            name: text
            for name, text in changed.items()
            if name in _CHANGED and (text is None or isinstance(text, str))
        }
    )
