"""Sliders, followers, cells and texts: x + y + z = 1, each of them to the power that a slider sets."""

import numpy as np
import streamlit as st

from pages.ui.kit.theme import base_figure
from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import Handle, Mark, Panel, Readout, Release, Spot, steps

LABELS = {
    "png": "PNG",
    "svg": "SVG",
    "hint": "drag",
    "play": "play",
    "pause": "pause",
    "typing": "from {least} to {most}",
}
NAMES = ("x", "y", "z")
POWERS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
kept = st.session_state.setdefault("shares_state", {"shares": (0.5, 0.3, 0.2), "power": 1.0})


def released(release: Release) -> None:
    kept["shares"] = tuple(release.values[name] for name in NAMES)
    kept["power"] = release.values["power"]


def shown(shares, power):
    """What every place shows for shares of shape (..., 3)."""
    shares, power = np.asarray(shares, float), np.asarray(power, float)[..., None]
    raised = shares**power
    return {
        Spot("shares", 0, "y"): shares,
        **{name: shares[..., i] for i, name in enumerate(NAMES)},
        "raised": raised,
        "shade": raised * [1, -1, 1],
        "tone": (raised > 0.25) * 1.0,
        "odd": np.stack(
            [np.log(raised[..., 0]), raised[..., 1] * np.inf, power[..., 0] * np.nan], -1
        ),
        "ring": np.where(power == 1, 0.0, np.nan),
        "largest": raised.argmax(-1) * 1.0,
        "sum": shares.sum(-1),
    }


def moved(index, to):
    shares = np.array([kept["shares"]] * len(to))
    shares *= ((1 - to) / (1 - shares[:, index]))[:, None]
    shares[:, index] = to
    return shares


bars = base_figure()
bars.add_bar(x=[0, 1, 2], width=0.7)
bars.update_xaxes(range=[-0.5, 2.5])
bars.update_yaxes(range=[0, 1.2])
table = base_figure()
table.update_xaxes(range=[-0.5, 2.5], showgrid=False)
table.update_yaxes(range=[2.5, -0.5], showgrid=False)
grid = steps(0.0, 0.9, 0.01, 2)
stage(
    "shares",
    panels=[
        Panel("shares", bars, "shares", "shares"),
        Panel("table", table, "table", "table", wide=True, height=0.8, least_width=600),
    ],
    handles=[
        *(
            Handle(
                name,
                name,
                kept["shares"][i],
                0.0,
                0.9,
                0.01,
                2,
                mark="bar",
                panel="shares",
                at=i,
                sweep=shown(moved(i, grid), np.full(grid.size, kept["power"])),
            )
            for i, name in enumerate(NAMES)
        ),
        Handle(
            "power",
            "the power",
            kept["power"],
            POWERS[0],
            POWERS[-1],
            mark="slider",
            axis="x",
            grid=POWERS,
            limits=(0.1, 10.0),
            sweep=shown(np.array([kept["shares"]] * len(POWERS)), POWERS),
        ),
    ],
    readouts=[Readout("sum", "sum", 6)],
    marks=[
        Mark(
            "table",
            "cell",
            (0.0, 1.0, 2.0),
            (0.0, 0.0, 0.0),
            numbers="raised",
            shades="shade",
            colors=("var(--positive)", "var(--negative)"),
        ),
        Mark(
            "table",
            "cell",
            (0.0, 1.0, 2.0),
            (1.0, 1.0, 1.0),
            numbers="odd",
            tones="tone",
            colors=("red", "green"),
        ),
        Mark("table", "text", (0.0,), (2.0,), numbers="largest", choices=NAMES, side="above"),
        Mark("table", "text", (1.0, 2.0), (2.0, 2.0), numbers="odd", prefix="= ", side="below"),
        Mark("table", "ring", (1.0,), "ring"),
    ],
    now=shown(kept["shares"], kept["power"]),
    on_release=released,
    labels=LABELS,
)
st.write(f"shares: {kept['shares']}; power: {kept['power']}")
