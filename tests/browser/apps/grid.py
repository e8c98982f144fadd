"""A point whose table is a grid, and another that cannot be everywhere on its own: see test_grid.py."""

import numpy as np
import streamlit as st

from pages.ui.kit.theme import base_figure
from pages.ui.stage.handles import Point, steps
from pages.ui.stage.marks import Arrow, Dot
from pages.ui.stage.mount import Stage, mount
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.stage.sweeps import every_pair

LABELS = dict.fromkeys(("png", "svg", "hint", "hint_removable", "plane", "play", "pause"), "")
LABELS["typing"] = ""
ACROSS, UP = steps(-2.0, 2.0, 0.05, 2), steps(-1.0, 1.0, 0.05, 2)
SQUARE = steps(-1.0, 1.0, 0.1, 1)
kept = st.session_state.setdefault("grid_state", {"at": (0.5, 0.25), "messages": 0})


def evaluate(at):
    x, y = np.moveaxis(np.asarray(at, float), -1, 0)
    return {"at": np.stack([x, y], -1), "product": np.exp(x) * np.cos(y), "side": (x > y) * 1.0}


def released(release: Release) -> None:
    place = release.values[release.moved[-1]]
    if release.moved[-1] == "disc":
        place = PLACES[NEAREST[np.argmin(np.abs(CORNERS - place).sum(axis=1))]]
    kept["at"] = tuple(np.round(place, 2).tolist())
    kept["messages"] += 1


# Of a square, only what lies in a disc; every other place is that of the nearest in it.
CORNERS = every_pair(SQUARE, SQUARE)
PLACES = CORNERS[np.hypot(*CORNERS.T) <= 0.95]
NEAREST = np.hypot(*(CORNERS[:, None] - PLACES).T).argmin(axis=0).astype(np.uint16)

figure = base_figure()
figure.update_xaxes(range=[-2, 2])
figure.update_yaxes(range=[-1, 1])


def stands(result):
    return result["at"]


def x(result):
    return result["at"][..., :1]


def y(result):
    return result["at"][..., 1:]


both = {"panel": "plane", "axis": "xy", "follows": stands, "value": kept["at"]}
mount(
    "grid",
    Stage(
        panels=[
            Panel(
                id="plane",
                figure=figure,
                title="product {product}",
                alt="plane",
                marks=(
                    Dot(x, y),
                    Arrow(
                        (0.0,), (0.0,), to_x=x, to_y=lambda result: result["product"][..., None] / 4
                    ),
                ),
            )
        ],
        handles=[
            Point(
                id="hand",
                label="hand",
                minimum=(-2.0, -1.0),
                maximum=(2.0, 1.0),
                step=0.05,
                sweep=evaluate(every_pair(ACROSS, UP)),
                told="across {across}, up {up}",
                **both,
            ),
            Point(
                id="disc",
                label="disc",
                minimum=(-1.0, -1.0),
                maximum=(1.0, 1.0),
                step=0.1,
                sweep=evaluate(PLACES),
                cells=NEAREST,
                **both,
            ),
        ],
        readouts=[
            Readout("product", lambda result: result["product"], "product", 6),
            Readout("side", lambda result: result["side"], "side", choices=("above", "below")),
            Readout("across", lambda result: result["at"][..., 0], decimals=2),
            Readout("up", lambda result: result["at"][..., 1], decimals=2),
            Readout("messages", lambda result: result.get("messages"), "messages", 0),
        ],
        now={**evaluate(kept["at"]), "messages": np.array(kept["messages"])},
    ),
    released,
    LABELS,
)
