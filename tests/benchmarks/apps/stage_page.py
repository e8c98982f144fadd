"""A stage with one panel of ten bars, each of which can be dragged."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import Handle, Panel, Release, Spot, steps
from tests.benchmarks.apps.ten_bars import LIMIT, STEP, VALUES, ten_bars

HEIGHTS = Spot("bars", 0, "y")

st.set_page_config(layout="wide")
values = st.session_state.setdefault("values", VALUES)
grid = steps(-LIMIT, LIMIT, STEP, 1)


def adopt(release: Release) -> None:
    """Keep what the hand left."""
    st.session_state["values"] = tuple(release.values[f"bar{i}"] for i in range(len(VALUES)))


def swept(index: int) -> np.ndarray:
    """Return all bars for each step of one."""
    heights = np.tile(np.array(values), (len(grid), 1))
    heights[:, index] = grid
    return heights


stage(
    "bars",
    panels=[Panel("bars", ten_bars(), "Ten bars", "Ten bars")],
    handles=[
        Handle(
            id=f"bar{index}",
            label=f"bar {index}",
            value=value,
            minimum=-LIMIT,
            maximum=LIMIT,
            step=STEP,
            decimals=1,
            mark="bar",
            panel="bars",
            at=index,
            sweep={HEIGHTS: swept(index)},
        )
        for index, value in enumerate(values)
    ],
    now={HEIGHTS: np.array(values)},
    labels=dict.fromkeys(("png", "svg", "hint", "play", "pause", "typing"), ""),
    on_release=adopt,
)
