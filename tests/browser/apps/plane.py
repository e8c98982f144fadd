"""Points in a plane and a picture below them, which a timeline turns: see tests/browser/test_plane.py."""

import numpy as np
import streamlit as st

from pages.ui.kit.theme import base_figure
from pages.ui.stage.handles import Point, Timeline
from pages.ui.stage.mount import Stage, mount
from pages.ui.stage.panels import Panel, Picture, Tint
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release

LABELS = {
    "png": "PNG",
    "svg": "SVG",
    "hint": "",
    "hint_removable": "",
    "plane": "",
    "play": "play",
    "pause": "pause",
    "typing": "",
}
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


def point_x(shown):
    return None if "points" not in shown else shown["points"][:, 0]


def point_y(shown):
    return None if "points" not in shown else shown["points"][:, 1]


mount(
    "plane",
    Stage(
        panels=[
            Panel(
                id="plane",
                figure=figure,
                title="plane",
                alt="plane",
                show={(0, "x"): point_x, (0, "y"): point_y},
                pictures=(
                    Picture(
                        pixels=lambda shown: pixels(shown["step"]),
                        shape=(ROWS, COLUMNS),
                        extent=(-1.0, 1.0, -1.0, 1.0),
                        palette=(Tint("#ff0000"), Tint("#00ff00", 0.5), Tint("var(--ink)")),
                    ),
                ),
                takes_points=True,
            )
        ],
        handles=[
            *(
                Point(
                    id=f"point{i}",
                    label=f"point {i}",
                    value=(float(x), float(y)),
                    minimum=(-1.0, -1.0),
                    maximum=(1.0, 1.0),
                    step=0.01,
                    panel="plane",
                    axis="xy",
                    live=True,
                    is_removable=True,
                    moves=((0, point_x, i), (1, point_y, i)),
                )
                for i, (x, y) in enumerate(points)
            ),
            Timeline(
                id="step",
                label="step",
                value=kept["step"],
                minimum=0,
                maximum=STEPS - 1,
                sweep={"step": np.arange(STEPS)},
            ),
        ],
        readouts=[
            Readout(
                "sum",
                lambda shown: None if "points" not in shown else shown["points"][:, 0].sum(),
                "sum of x",
                2,
            ),
            Readout("updates", lambda shown: shown.get("updates"), "updates", 0),
            Readout(
                "count",
                lambda shown: None if "points" not in shown else np.array(len(shown["points"])),
                "points",
                0,
            ),
        ],
        now={"points": points, "step": kept["step"], "updates": np.array(kept["updates"])},
    ),
    released,
    LABELS,
)
