"""Sliders, followers, cells and texts: x + y + z = 1, each of them to the power that a slider sets."""

import numpy as np
import streamlit as st

from pages.ui.kit.theme import base_figure
from pages.ui.stage.handles import Bar, Slider, steps
from pages.ui.stage.marks import Cell, Note, Ring
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
    "typing": "from {least} to {most}",
}
NAMES = ("x", "y", "z")
POWERS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
kept = st.session_state.setdefault("shares_state", {"shares": (0.5, 0.3, 0.2), "power": 1.0})


def released(release: Release) -> None:
    kept["shares"] = tuple(release.values[name] for name in NAMES)
    kept["power"] = release.values["power"]


def shares_at(shares, power):
    """A result: the shares, (..., 3), and the power, (..., 1)."""
    return np.asarray(shares, float), np.asarray(power, float)[..., None]


def shares_of(result):
    return result[0]


def raised(result):
    return result[0] ** result[1]


def odd(result):
    (x, y, _), power = np.moveaxis(raised(result), -1, 0), result[1][..., 0]
    return np.stack([np.log(x), y * np.inf, power * np.nan], -1)


def largest(result):
    return raised(result).argmax(-1)[..., None]


def ring(result):
    return np.where(result[1] == 1, 0.0, np.nan)


def tone(result):
    return (raised(result) > 0.25) * 1.0


follow = [lambda result, i=i: result[0][..., i] for i in range(3)]


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
across = (0.0, 1.0, 2.0)
mount(
    "shares",
    Stage(
        panels=[
            Panel(
                id="shares", figure=bars, title="shares", alt="shares", show={(0, "y"): shares_of}
            ),
            Panel(
                id="table",
                figure=table,
                title="table",
                alt="table",
                wide=True,
                height=0.8,
                least_width=600,
                marks=(
                    Cell(
                        across,
                        (0.0, 0.0, 0.0),
                        numbers=raised,
                        shades=lambda result: raised(result) * [1, -1, 1],
                        colors=("var(--positive)", "var(--negative)"),
                    ),
                    Cell(across, (1.0, 1.0, 1.0), numbers=odd, tones=tone, colors=("red", "green")),
                    Note((0.0,), (2.0,), numbers=largest, choices=NAMES, side="above"),
                    Note((1.0, 2.0), (2.0, 2.0), numbers=odd, prefix="= ", side="below"),
                    Ring((1.0,), ring),
                ),
            ),
        ],
        handles=[
            *(
                Bar(
                    id=name,
                    label=name,
                    value=kept["shares"][i],
                    minimum=0.0,
                    maximum=0.9,
                    step=0.01,
                    panel="shares",
                    at=i,
                    sweep=shares_at(moved(i, grid), np.full(grid.size, kept["power"])),
                    follows=follow[i],
                )
                for i, name in enumerate(NAMES)
            ),
            Slider(
                id="power",
                label="the power",
                value=kept["power"],
                minimum=POWERS[0],
                maximum=POWERS[-1],
                grid=POWERS,
                limits=(0.1, 10.0),
                sweep=shares_at(np.array([kept["shares"]] * len(POWERS)), POWERS),
            ),
        ],
        readouts=[Readout("sum", lambda result: result[0].sum(-1), "sum", 6)],
        now=shares_at(kept["shares"], kept["power"]),
    ),
    released,
    LABELS,
)
st.write(f"shares: {kept['shares']}; power: {kept['power']}")
