"""Runs worth seeing: the published ones, and those that show what a hidden layer adds."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from pages.ui.kit.controls import reset_button
from pages.ui.learning.state import M, ModelState
from pages.ui.state.address import read_state, start_again, write_state
from pages.ui.state.parameters import parameters
from pages.ui.text import Text

__all__ = ["preset_run", "run_preset_controls"]

FOLLOWED_BY: Final = ("trained", "at", "look")
"""How far a run is trained, and how it is looked at: where that differs, it is still the run."""


def _made_of(kind: type[ModelState]) -> list[str]:
    """Name what makes a run."""
    return [
        entry.name
        for entry, parameter in parameters(kind)
        if not parameter.is_view and entry.name not in FOLLOWED_BY
    ]


def preset_run(id: str, state: M) -> M:
    """Give the state with the settings of a run."""
    kind = type(state)
    views: dict[str, Any] = {
        entry.name: getattr(state, entry.name)
        for entry, parameter in parameters(kind)
        if parameter.is_view
    }
    return kind(example=state.example, **views, **kind.run_presets[id])


def run_preset_controls(state: ModelState, t: Text) -> None:
    """Choose one of the runs of a lesson, or what it opens with."""
    offered = list(state.run_presets)
    st.session_state["run_preset"] = next((id for id in offered if _is(id, state)), None)

    def chosen() -> None:
        id = st.session_state["run_preset"]
        if id is not None:
            write_state(preset_run(id, read_state(type(state))[0]))

    chooser, reset = st.columns([5, 1], vertical_alignment="bottom")
    chooser.selectbox(
        t("learning.control.preset"),
        offered,
        index=None,
        format_func=lambda id: t(f"learning.preset.{id}"),
        placeholder=t("learning.control.preset_none"),
        key="run_preset",
        on_change=chosen,
    )
    with reset:
        reset_button(lambda: start_again(type(state)), t, "learning.control.reset_help")


def _is(id: str, state: ModelState) -> bool:
    preset = preset_run(id, type(state)())
    return all(getattr(preset, name) == getattr(state, name) for name in _made_of(type(state)))
