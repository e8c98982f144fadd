"""Everything that a stage can do, with a Python that takes its time if asked: ``?wait=0.5``.

Stage one: f(a, b) = a b, as bars. Stage two: a point in the plane, a run on a timeline, a scene in
three dimensions, a panel with a legend.
"""

import time

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import Handle, Panel, Readout, Release, Spot, steps

LABELS = {
    "png": "PNG",
    "svg": "SVG",
    "hint": "drag",
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
bars = Spot("product", 0, "y")


def product(a, b):
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    return {bars: np.stack([a, b], axis=-1), "product": a * b}


figure = go.Figure(go.Bar(x=[0, 1]))
figure.update_yaxes(range=[0, 12], fixedrange=True)
figure.update_xaxes(range=[-0.5, 1.5], fixedrange=True)
figure.update_layout(margin={"l": 40, "r": 10, "t": 10, "b": 30}, dragmode=False)

a, b = kept["a"], kept["b"]
stage(
    "bars",
    panels=[Panel("product", figure, "a times b", "two bars")],
    handles=[
        Handle(
            id,
            id,
            kept[id],
            0.0,
            10.0,
            0.1,
            1,
            mark="bar",
            panel="product",
            at=at,
            sweep=product(*((grid, b) if id == "a" else (a, grid))),
        )
        for at, id in enumerate("ab")
    ],
    readouts=[Readout("product", "a b", 2)],
    now=product(a, b),
    on_release=bars_released,
    labels=LABELS,
)

x, y = world["point"]
run = np.linspace(0.0, 1.0, 101)
spots = Spot("plane", 0, "x"), Spot("plane", 0, "y")
curve = Spot("run", 0, "x"), Spot("run", 0, "y")


def at_step(step):
    return {curve[0]: run[step][..., None], curve[1]: (run**2)[step][..., None], "loss": run[step]}


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

stage(
    "world",
    panels=[
        Panel("plane", plane, "plane", f"point at {x:g}, {y:g}"),
        Panel("run", history, "run", "a run"),
        Panel("scene", scene, "scene", "a surface"),
    ],
    handles=[
        Handle(
            "point",
            "point",
            (x, y),
            (-5.0, -5.0),
            (5.0, 5.0),
            0.1,
            1,
            panel="plane",
            axis="xy",
            moves=((0, spots[0], 0), (1, spots[1], 0)),
            live=True,
        ),
        Handle(
            "step",
            "step",
            world["step"],
            0,
            100,
            1,
            0,
            mark="timeline",
            axis="x",
            sweep=at_step(np.arange(101)),
            rate=100,
        ),
    ],
    readouts=[Readout("loss", "loss", 2), Readout("distance", "distance", 3)],
    now={
        spots[0]: np.array([x]),
        spots[1]: np.array([y]),
        "distance": np.array(np.hypot(x, y)),
        **at_step(int(world["step"])),
    },
    on_release=world_released,
    labels=LABELS,
)
st.write(f"messages: {world['messages']}; point: {x:g}, {y:g}; step: {world['step']:g}")
