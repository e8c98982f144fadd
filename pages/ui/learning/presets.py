"""Runs worth seeing: the published ones, and those that show what a hidden layer adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from core.learning.published_runs import CLASSIFIER_STEPS, NETWORK_STEPS
from pages.ui.learning.setups import Lesson
from pages.ui.learning.state import M, ModelState, with_known
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = ["RUN_PRESETS", "RunPreset", "preset_run", "run_preset_controls"]


@dataclass(frozen=True)
class RunPreset:
    """A run of a lesson by the settings that are not the usual ones."""

    lesson: Lesson
    settings: Mapping[str, Any] = field(default_factory=dict)


_SPIRAL: Final = {"data": "published_spiral", "half": 1}

RUN_PRESETS: Final[Mapping[str, RunPreset]] = {
    "demo": RunPreset("linear", {"data": "nine", "start": "demo", "trained": 0}),
    "spiral_classifier": RunPreset("linear", {**_SPIRAL, "trained": CLASSIFIER_STEPS}),
    "spiral_network": RunPreset("network", {**_SPIRAL, "trained": NETWORK_STEPS}),
    "xor_network": RunPreset("network", {"data": "xor"}),
    "circles_network": RunPreset("network", {"data": "circles", "hidden": 3}),
    "digits_network": RunPreset("network", {"data": "digits"}),
}

MADE_OF: Final = (
    "data",
    "points",
    "groups",
    "samples",
    "noise",
    "draw",
    "seed",
    "start",
    "loss",
    "margin",
    "variant",
    "power",
    "penalty",
    "mixing",
    "half",
    "strength",
    "optimizer",
    "learning_rate",
    "momentum",
    "batch_size",
    "sampling",
    "rate_decay",
    "hidden",
)
"""What makes a run."""

FOLLOWED_BY: Final = ("trained", "at", "look")
"""How far it is trained, and how it is looked at: where that differs, it is still the run."""


def preset_run(id: str, state: M) -> M:
    """Give the state with the settings of a run."""
    usual = type(state)()
    again = {name: getattr(usual, name, None) for name in (*MADE_OF, *FOLLOWED_BY)}
    return with_known(state, **(again | dict(RUN_PRESETS[id].settings)))


def run_preset_controls(state: ModelState, t: Text) -> None:
    """Choose one of the runs of a lesson."""
    offered = [id for id, preset in RUN_PRESETS.items() if preset.lesson == state.lesson]
    st.session_state["run_preset"] = next((id for id in offered if _is(id, state)), None)

    def chosen() -> None:
        id = st.session_state["run_preset"]
        if id is not None:
            write_state(preset_run(id, read_state(type(state))[0]))

    st.selectbox(
        t("learning.control.preset"),
        offered,
        index=None,
        format_func=lambda id: t(f"learning.preset.{id}"),
        placeholder=t("learning.control.preset_none"),
        key="run_preset",
        on_change=chosen,
    )


def _is(id: str, state: ModelState) -> bool:
    preset = preset_run(id, type(state)())
    return all(getattr(preset, name, None) == getattr(state, name, None) for name in MADE_OF)
