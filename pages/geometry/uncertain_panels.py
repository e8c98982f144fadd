"""The panels of an uncertain label: where each loss is undecided, and what each answers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.losses.uncertain_labels import UNCERTAIN_LOSSES, undecided_regions
from core.validation import FloatArray
from pages.geometry import GeometryState
from pages.geometry.plane_panels import SATISFIED, SIMPLEX_RATIO, corner_notes, simplex_figure
from pages.geometry.simplex import place_of
from pages.geometry.uncertain import UncertainNumbers
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.scores import listing
from pages.ui.kit.theme import CLASS_COLORS, EDGE, EDGE_WIDTH, HINGE, MUTED, base_figure, plain
from pages.ui.stage.marks import Dot
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["answers_panel", "label_panel"]

SHARE: Final = 1.38
STRONGER: Final = "rgba(213, 94, 0, 0.42)"
LOWEST, HIGHEST = -3.4, 2.2
BAR_WIDTH: Final = 0.24
MOST_LOG: Final = 1e3
"""Beyond any axis: -inf is drawn down to the lower edge."""


def label_panel(state: GeometryState, now: UncertainNumbers, t: Text) -> Panel:
    """The triangle of label distributions, with the regions where the SVMs are undecided."""
    names = state.three.names
    q = [format_fixed(value, 3) for value in now.q.tolist()]
    return Panel(
        id="label_simplex",
        figure=_label_figure(),
        marks=(
            *corner_notes(names, lambda result: result.q),
            Dot(lambda result: result.place[..., :1], lambda result: result.place[..., 1:]),
        ),
        title=t("geometry.panel.label_simplex"),
        alt=t("geometry.alt.label_simplex", values=listing(names, q)),
        legend=(
            LegendEntry(t("geometry.legend.undecided_crammer_singer"), SATISFIED, "fill"),
            LegendEntry(t("geometry.legend.undecided_weston_watkins"), STRONGER, "fill"),
        ),
        height=SHARE,
        ratio=SIMPLEX_RATIO,
    )


def answers_panel(state: GeometryState, now: UncertainNumbers, t: Text) -> Panel:
    """The scores of least risk of every loss, in the colours of the classes."""
    names = state.three.names
    losses = tuple(t(f"geometry.uncertain_loss.{loss}") for loss in UNCERTAIN_LOSSES)

    def heights(result: UncertainNumbers) -> FloatArray:
        scores = np.clip(result.minimisers, -MOST_LOG, MOST_LOG)
        return scores.reshape(*scores.shape[:-2], -1)

    return Panel(
        id="answers",
        figure=_answers_figure(losses),
        show={(0, "y"): heights},
        title=t("geometry.panel.answers"),
        alt=t("geometry.alt.answers"),
        legend=tuple(
            LegendEntry(name, color) for name, color in zip(names, CLASS_COLORS, strict=False)
        ),
        height=SHARE,
    )


@lru_cache(1)
def _label_figure() -> go.Figure:
    """The triangle, then the regions: those of Weston-Watkins lie within that of the other."""
    figure = go.Figure(simplex_figure())
    for loss, color in (("crammer_singer", SATISFIED), ("weston_watkins", STRONGER)):
        for corners in undecided_regions(loss):
            border = place_of([*corners, corners[0]]).tolist()
            figure.add_scatter(
                x=[x for x, _ in border],
                y=[y for _, y in border],
                mode="lines",
                fill="toself",
                fillcolor=color,
                line={"color": HINGE, "width": 1.5},
            )
    return figure


@lru_cache(FIGURES_KEPT)
def _answers_figure(losses: tuple[str, ...]) -> go.Figure:
    places = [group + (index - 1) * BAR_WIDTH for group in range(len(losses)) for index in range(3)]
    figure = base_figure()
    figure.add_bar(
        x=places,
        width=BAR_WIDTH,
        marker={
            "color": [*CLASS_COLORS[:3]] * len(losses),
            "line": {"color": EDGE, "width": EDGE_WIDTH},
        },
    )
    figure.update_xaxes(
        range=[-0.55, len(losses) - 0.45],
        tickvals=list(range(len(losses))),
        ticktext=[_in_two_lines(loss) for loss in losses],
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(range=[LOWEST, HIGHEST], zerolinecolor=MUTED)
    figure.update_layout(barmode="overlay", margin={"l": 40, "b": 52})
    return figure


def _in_two_lines(name: str) -> str:
    """The name of a loss, broken at its first blank or after its dash."""
    return re.sub("(–)| ", r"\1<br>", plain(name), count=1)
