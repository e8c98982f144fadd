"""Points in a plane and a picture below them, which a timeline turns: see tests/browser/test_plane.py."""

import numpy as np
import streamlit as st

from pages.ui.kit.theme import base_figure
from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import (
    Handle,
    Panel,
    Picture,
    Readout,
    Release,
    Spot,
    Tint,
)

LABELS = {"png": "PNG", "svg": "SVG", "hint": "", "play": "play", "pause": "pause", "typing": ""}
STEPS, ROWS, COLUMNS = 12, 4, 6
kept = st.session_state.setdefault(
    "plane_state", {"points": [(-0.5, 0.5), (0.5, 0.5), (0.0, -0.5)], "step": 0, "updates": 0}
)


def released(release: Release) -> None:
    points = [tuple(release.values[f"point{i}"]) for i in range(len(kept["points"]))]
    if release.added is not None:
        points.append((round(release.added[1], 2), round(release.added[2], 2)))
    if release.removed is not None:
        del points[int(release.removed.removeprefix("point"))]
    kept["points"] = points
    kept["step"] = int(release.values["step"])
    kept["updates"] += release.is_held


def pixels(step):
    """Rows of a picture of three colours that move down, a row a step."""
    rows = (np.arange(ROWS)[:, None] + np.asarray(step)[..., None, None]) % 3
    return np.broadcast_to(rows, (*rows.shape[:-1], COLUMNS)).astype(np.uint8)


points = np.array(kept["points"])
figure = base_figure()
figure.add_scatter(mode="markers", marker={"size": 10, "color": "#000"})
figure.update_xaxes(range=[-1, 1])
figure.update_yaxes(range=[-1, 1])
steps = np.arange(STEPS)
stage(
    "plane",
    panels=[Panel("plane", figure, "plane", "plane", takes_points=True)],
    handles=[
        *(
            Handle(
                f"point{i}",
                f"point {i}",
                (float(x), float(y)),
                (-1.0, -1.0),
                (1.0, 1.0),
                0.01,
                2,
                panel="plane",
                axis="xy",
                live=True,
                is_removable=True,
                moves=((0, Spot("plane", 0, "x"), i), (1, Spot("plane", 0, "y"), i)),
            )
            for i, (x, y) in enumerate(points)
        ),
        Handle(
            "step",
            "step",
            kept["step"],
            0,
            STEPS - 1,
            1,
            0,
            mark="timeline",
            axis="x",
            sweep={"pixels": pixels(steps).reshape(STEPS, -1)},
        ),
    ],
    pictures=[
        Picture(
            "pixels",
            "plane",
            (ROWS, COLUMNS),
            (-1.0, 1.0, -1.0, 1.0),
            (Tint("#ff0000"), Tint("#00ff00", 0.5), Tint("var(--ink)")),
        )
    ],
    readouts=[
        Readout("sum", "sum of x", decimals=2),
        Readout("updates", "updates", decimals=0),
        Readout("count", "points", decimals=0),
    ],
    now={
        Spot("plane", 0, "x"): points[:, 0],
        Spot("plane", 0, "y"): points[:, 1],
        "pixels": pixels(kept["step"]).ravel(),
        "sum": points[:, :1].sum(axis=0),
        "updates": np.array([kept["updates"]]),
        "count": np.array([len(points)]),
    },
    on_release=released,
    labels=LABELS,
)
