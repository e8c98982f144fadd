"""A stage with one panel of ten bars, each of which can be dragged."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.ui.stage.handles import Bar, steps
from pages.ui.stage.mount import Stage, mount
from pages.ui.stage.panels import Panel
from pages.ui.stage.release import Release
from tests.benchmarks.apps.ten_bars import LIMIT, STEP, VALUES, ten_bars

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


mount(
    "bars",
    Stage(
        panels=[
            Panel(
                id="bars",
                figure=ten_bars(),
                title="Ten bars",
                alt="Ten bars",
                show={(0, "y"): lambda heights: heights},
            )
        ],
        handles=[
            Bar(
                id=f"bar{index}",
                label=f"bar {index}",
                value=value,
                minimum=-LIMIT,
                maximum=LIMIT,
                step=STEP,
                decimals=1,
                panel="bars",
                at=index,
                sweep=swept(index),
            )
            for index, value in enumerate(values)
        ],
        now=np.array(values),
    ),
    adopt,
    dict.fromkeys(("png", "svg", "hint", "hint_removable", "plane", "play", "pause", "typing"), ""),
)
