"""Everything that a stage can do, with a Python that takes its time if asked: ``?wait=0.5``.

Stage one: f(a, b) = a b, as bars. Stage two: a point in the plane, a run on a timeline, a scene in
three dimensions if asked (``?scene=1``: it takes long to draw), a panel with a legend.
"""

import time

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.ui.stage.handles import Bar, Point, Timeline, steps
from pages.ui.stage.mount import Stage, mount
from pages.ui.stage.panels import Panel
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release

LABELS = {
    "png": "PNG",
    "svg": "SVG",
    "hint": "drag",
    "hint_removable": "drag or delete",
    "plane": "x {left} to {right}, y {bottom} to {top}",
    "play": "play",
    "pause": "pause",
    "typing": "a number",
}
kept = st.session_state.setdefault("kept", {"a": 2.0, "b": 3.0})
world = st.session_state.setdefault(
    "world_state", {"point": (1.0, 1.0), "step": 0.0, "messages": 0}
)
time.sleep(float(st.query_params.get("wait", "0")))


def bars_released(release: Release) -> None:
    kept.update(release.values)


def world_released(release: Release) -> None:
    world.update(point=tuple(release.values["point"]), step=release.values["step"])
    world["messages"] += 1


grid = steps(0.0, 10.0, 0.1, 1)


def pairs(a, b):
    """Both factors, (..., 2)."""
    return np.stack(np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float)), axis=-1)


figure = go.Figure(go.Bar(x=[0, 1]))
figure.update_yaxes(range=[0, 12], fixedrange=True)
figure.update_xaxes(range=[-0.5, 1.5], fixedrange=True)
figure.update_layout(margin={"l": 40, "r": 10, "t": 10, "b": 30}, dragmode=False)

a, b = kept["a"], kept["b"]
mount(
    "bars",
    Stage(
        panels=[
            Panel(
                id="product",
                figure=figure,
                title="a times b",
                alt="two bars",
                show={(0, "y"): lambda pair: pair},
            )
        ],
        handles=[
            Bar(
                id=id,
                label=id,
                value=kept[id],
                minimum=0.0,
                maximum=10.0,
                step=0.1,
                decimals=1,
                panel="product",
                at=at,
                sweep=pairs(*((grid, b) if id == "a" else (a, grid))),
            )
            for at, id in enumerate("ab")
        ],
        readouts=[Readout("product", lambda pair: pair.prod(axis=-1), "a b", 2)],
        now=pairs(a, b),
    ),
    bars_released,
    LABELS,
)

x, y = world["point"]
run = np.linspace(0.0, 1.0, 101)


def point_x(shown):
    return shown.get("x")


def point_y(shown):
    return shown.get("y")


def at_step(step):
    return {"step": run[step]}


plane = go.Figure(go.Scatter(mode="markers", marker={"size": 16}))
plane.update_xaxes(range=[-5, 5], fixedrange=True)
plane.update_yaxes(range=[-5, 5], fixedrange=True)
plane.update_layout(dragmode=False, margin={"l": 40, "r": 10, "t": 10, "b": 30})
history = go.Figure(
    [
        go.Scatter(mode="markers", marker={"size": 12}, name="now"),
        go.Scatter(x=run, y=run**2, mode="lines", name="all"),
    ]
)
history.update_layout(
    uirevision="kept", showlegend=True, margin={"l": 40, "r": 10, "t": 10, "b": 30}
)
scene = go.Figure(go.Surface(z=np.outer(run[::10], run[::10]), showscale=False))
scene.update_layout(uirevision="kept", margin={"l": 0, "r": 0, "t": 0, "b": 0})
solid = Panel(id="scene", figure=scene, title="scene", alt="a surface")

mount(
    "world",
    Stage(
        panels=[
            Panel(
                id="plane",
                figure=plane,
                title="plane",
                alt=f"point at {x:g}, {y:g}",
                show={(0, "x"): point_x, (0, "y"): point_y},
            ),
            Panel(
                id="run",
                figure=history,
                title="run",
                alt="a run",
                show={
                    (0, "x"): lambda shown: shown["step"][..., None],
                    (0, "y"): lambda shown: (shown["step"] ** 2)[..., None],
                },
            ),
            *([solid] if "scene" in st.query_params else []),
        ],
        handles=[
            Point(
                id="point",
                label="point",
                value=(x, y),
                minimum=(-5.0, -5.0),
                maximum=(5.0, 5.0),
                step=0.1,
                decimals=1,
                panel="plane",
                axis="xy",
                moves=((0, point_x, 0), (1, point_y, 0)),
                live=True,
            ),
            Timeline(
                id="step",
                label="step",
                value=world["step"],
                minimum=0,
                maximum=100,
                sweep=at_step(np.arange(101)),
                rate=100,
            ),
        ],
        readouts=[
            Readout("loss", lambda shown: shown["step"], "loss", 2),
            Readout("distance", lambda shown: shown.get("distance"), "distance", 3),
        ],
        now={
            "x": np.array([x]),
            "y": np.array([y]),
            "distance": np.array(np.hypot(x, y)),
            **at_step(int(world["step"])),
        },
    ),
    world_released,
    LABELS,
)
st.write(f"messages: {world['messages']}; point: {x:g}, {y:g}; step: {world['step']:g}")
