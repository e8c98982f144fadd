"""The stage of an uncertain label: q is dragged over the triangle, every loss answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from core.losses.uncertain_labels import UNCERTAIN_LOSSES
from pages.geometry import FIRST_UNCERTAIN, GeometryState
from pages.geometry.plane import SIMPLEX_DECIMALS, SIMPLEX_STEP
from pages.geometry.simplex import SIDE
from pages.geometry.uncertain import (
    LABEL_DISTRIBUTION,
    UncertainNumbers,
    answers,
    cells_of_q,
)
from pages.geometry.uncertain_panels import answers_panel, label_panel
from pages.ui.export import Table
from pages.ui.kit.theme import INK
from pages.ui.stage.handles import Point
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["moved_label", "now_of", "uncertain_stage", "uncertain_table"]


def now_of(state: GeometryState) -> UncertainNumbers:
    """What each loss answers to the present q."""
    return answers(np.array(state.uncertain or FIRST_UNCERTAIN))


def uncertain_stage(state: GeometryState, now: UncertainNumbers, t: Text) -> Stage:
    """Lay out the stage."""
    table, names = cells_of_q(), state.three.names
    x, y = now.place.tolist()
    return Stage(
        panels=[label_panel(state, now, t), answers_panel(state, now, t)],
        handles=[
            Point(
                id=LABEL_DISTRIBUTION,
                label=t("geometry.handle.label_distribution"),
                value=(x, y),
                minimum=(0.0, 0.0),
                maximum=(SIDE, SIDE),
                step=SIMPLEX_STEP,
                decimals=SIMPLEX_DECIMALS,
                panel="label_simplex",
                axis="xy",
                color=INK,
                follows=lambda result: result.place,
                sweep=table.within,
                cells=table.cells,
                told=", ".join(
                    f"{name.replace('{', '{{')} {{q{i}}}" for i, name in enumerate(names)
                ),
            )
        ],
        readouts=_readouts(state, t),
        now=now,
        turns=True,
    )


def moved_label(state: GeometryState, release: Release) -> GeometryState:
    """The state after a release; the same state if the message makes no sense."""
    if release.moved[-1:] != (LABEL_DISTRIBUTION,):
        return state
    try:
        place = np.array(release.values[LABEL_DISTRIBUTION], dtype=np.float64)
    except (KeyError, ValueError, TypeError):
        return state
    if place.shape != (2,) or not np.all((place >= 0) & (place <= SIDE)):
        return state
    table = cells_of_q()
    row, column = np.round(place / SIMPLEX_STEP).astype(int)
    count = round(SIDE / SIMPLEX_STEP) + 1
    q = table.within.q[table.cells[row * count + column]]
    return replace(state, uncertain=tuple(q.tolist()))


def uncertain_table(state: GeometryState, now: UncertainNumbers, t: Text) -> Table:
    """The scores of least risk, a row a loss."""
    names = state.three.names
    return Table(
        columns={
            "loss": [t(f"geometry.uncertain_loss.{loss}") for loss in UNCERTAIN_LOSSES],
            **{f"score {i}": now.minimisers[:, i].tolist() for i in range(3)},
            "top": [(*names, t("geometry.undecided"))[top] for top in now.tops.tolist()],
        },
        headings={
            "loss": t("geometry.data.loss"),
            **{
                f"score {i}": t("geometry.data.score_of", name=name) for i, name in enumerate(names)
            },
            "top": t("geometry.data.top"),
        },
        settings={"q": now.q.tolist(), "margin": 1.0},
    )


def _entry(index: int, result: UncertainNumbers) -> Any:
    return result.q[..., index]


def _top(index: int, result: UncertainNumbers) -> Any:
    return result.tops[..., index]


def _readouts(state: GeometryState, t: Text) -> list[Readout]:
    names = state.three.names
    words = (*names, t("geometry.undecided"))
    return [
        *(Readout(f"q{index}", partial(_entry, index), decimals=3) for index in range(3)),
        *(
            Readout(f"top_{loss}", partial(_top, index), choices=words)
            for index, loss in enumerate(UNCERTAIN_LOSSES)
        ),
        Readout("most", lambda result: result.most, choices=(*names, t("geometry.no_class"))),
        Readout(
            "on_top",
            lambda result: 0.0 * result.q[..., 0],
            label="",
            choices=(t("geometry.on_top"),),
        ),
        Readout(
            "svms",
            lambda result: (result.tops[..., 1] == 3) * 1.0 + (result.tops[..., 2] == 3),
            label="",
            choices=tuple(t(f"geometry.svms.{key}") for key in ("decided", "one", "both")),
        ),
    ]
