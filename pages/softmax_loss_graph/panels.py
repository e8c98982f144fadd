"""The panel of the lesson: a graph, what is known of it, and where its timeline is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.graphs.circuits import CIRCUITS
from core.graphs.traversal import Traversal
from core.validation import FloatArray
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.layout import (
    OUTPUT,
    RADIUS,
    TRACK,
    Area,
    Layout,
    Line,
    layout_of,
)
from pages.softmax_loss_graph.numbers import GraphNumbers, GraphSweeps
from pages.softmax_loss_graph.sentences import Wording, row_of
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    GRID,
    INK,
    MUTED,
    ZERO,
    base_figure,
    plain,
)
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Mark, Note, Ring
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["PANEL", "drawn", "graph_panel", "input_color", "known_slope", "known_values"]

PANEL: Final = "graph"
LEAST_WIDTH: Final = 940
"""Pixels that the numbers of the graph with every node need."""
LONGEST_LABEL: Final = 12
HIGHLIGHT: Final = "var(--st-primary-color)"
BACKGROUND: Final = "var(--st-background-color)"


def drawn(state: SoftmaxLossGraphState, sweeps: GraphSweeps) -> Layout:
    """Lay out the graph of a state."""
    return layout_of(
        state.kind,
        sweeps.rows,
        len(sweeps.inputs),
        sweeps.axis.limit,
        is_beside_guide=state.scene is not None,
    )


def input_color(sweeps: GraphSweeps, row: int) -> str:
    """Give an input the colour of its class; an expression has one for each input."""
    if not sweeps.kept:
        return CLASS_COLORS[row]
    return CLASS_COLORS[sweeps.kept[row]] if row < len(sweeps.kept) else MUTED


def graph_panel(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> Panel:
    """Edges, operations and inputs, and the numbers that are known at a step."""
    layout, wording = drawn(state, sweeps), Wording(state, sweeps, t)
    return Panel(
        id=PANEL,
        figure=_figure(
            layout,
            tracks=tuple(map(wording.input_title, layout.tracks)),
            dots=tuple(
                (wording.input_title(node), input_color(sweeps, row_of(sweeps, node)))
                for node in layout.dots
            ),
            boxes=tuple(map(wording.box_title, layout.boxes)),
            output=wording.output,
        ),
        marks=_marks(layout),
        title=f"f = {CIRCUITS[state.graph].formula}"
        if state.is_circuit
        else t(f"softmax_loss_graph.panel.{state.view}"),
        alt=t("softmax_loss_graph.alt", sentence=wording.sentence(sweeps.step).replace("**", "")),
        legend=(
            LegendEntry(t("softmax_loss_graph.legend.value"), INK),
            LegendEntry(t("softmax_loss_graph.legend.gradient"), CROSS_ENTROPY),
            LegendEntry(t("softmax_loss_graph.legend.now"), HIGHLIGHT, "outline"),
        ),
        wide=True,
        height=1.9,
        ratio=layout.ratio,
        least_width=round(LEAST_WIDTH * min(1.0, layout.share)),
    )


def known_values(order: Traversal, nodes: Sequence[int]) -> Channel:
    """Give the values of nodes, as far as they are known."""
    return _known(
        [order.value_step[node] for node in nodes], lambda r: r.graph.values[..., list(nodes)]
    )


def known_slope(order: Traversal, node: int) -> Channel:
    """Give the gradient of a node, once all that come back to it are known."""
    edges = order.graph.edges
    known_from = max(step for e, step in order.gradient_step.items() if edges[e].source == node)
    return _known([known_from], lambda r: r.graph.gradients[..., [node]])


def _known_gradients(layout: Layout, edges: Sequence[int]) -> Channel:
    def gradients(result: GraphNumbers) -> FloatArray:
        numbers = result.graph.edge_gradients
        # The gradient at the output is 1; it comes last, which is where the index -1 finds it.
        ones = np.ones((*numbers.shape[:-1], 1))
        return np.concatenate([numbers, ones], axis=-1)[..., list(edges)]

    return _known([layout.gradient_step(edge) for edge in edges], gradients)


def _known(known_from: Sequence[int], numbers: Callable[[GraphNumbers], FloatArray]) -> Channel:
    first = np.array(known_from)
    return lambda result: np.where(first <= result.step[..., None], numbers(result), np.nan)


def _asked(known_from: Sequence[int]) -> Channel:
    """0, the only choice, where the next step will know a number."""
    first = np.array(known_from)
    return lambda result: np.where(first == result.step[..., None] + 1, 0.0, np.nan)


def _marks(layout: Layout) -> tuple[Mark, ...]:
    """A ring at the visit, the operations, their numbers, a question mark for the next ones."""
    order, targets = layout.order, list(layout.targets)
    note = partial(Note, room=layout.room)
    x, y = layout.axes(layout.circles.values())
    symbols = tuple(order.graph.nodes[node].symbol for node in layout.circles)
    marks: list[Mark] = _rings(layout)
    if layout.circles:
        every = tuple(map(float, range(len(symbols))))
        marks.append(note(x, y, numbers=every, choices=symbols, colors=(INK,)))
    if targets:
        x, y = layout.axes(layout.targets.values())

        def shown(result: GraphNumbers) -> FloatArray:
            return result.graph.values[..., targets]

        marks.append(note(x, y, numbers=shown, digits=4, prefix="t = ", side="below"))
    for places, numbers, steps, color, side in (
        (
            layout.values,
            known_values(order, [*layout.values]),
            [order.value_step[node] for node in layout.values],
            INK,
            "above",
        ),
        (
            layout.gradients,
            _known_gradients(layout, [*layout.gradients]),
            [layout.gradient_step(edge) for edge in layout.gradients],
            CROSS_ENTROPY,
            "above" if layout.is_tight else "below",
        ),
    ):
        beside = partial(note, *layout.axes(places.values()), side=side)
        marks.append(beside(numbers=numbers, digits=4, colors=(color,)))
        marks.append(beside(numbers=_asked(steps), choices=("?",), colors=(HIGHLIGHT,)))
    return tuple(marks)


def _rings(layout: Layout) -> list[Mark]:
    """One for each size: it stands at the unit that is visited, and is not there for others."""
    steps = layout.order.steps
    found: dict[tuple[tuple[float, float], bool], FloatArray] = {}
    for step, (_, unit) in enumerate(steps):
        if unit is not None:
            centre, size = layout.ring(unit)
            nowhere = np.full((2, len(steps)), np.nan)
            at = found.setdefault((size, unit.id not in layout.boxes), nowhere)
            at[:, step] = layout.across(centre.x), centre.y
    return [
        _ring((width * layout.unit, height), is_round, at)
        for ((width, height), is_round), at in found.items()
    ]


def _ring(size: tuple[float, float], is_round: bool, at: FloatArray) -> Ring:
    x, y = at
    return Ring(
        lambda result: x[result.step],
        lambda result: y[result.step],
        colors=(HIGHLIGHT,),
        size=size,
        is_round=is_round,
        is_kept_in_view=True,
    )


def _short(text: str) -> str:
    return plain(text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…")


@lru_cache(FIGURES_KEPT)
def _figure(
    layout: Layout,
    *,
    tracks: tuple[str, ...],
    dots: tuple[tuple[str, str], ...],
    boxes: tuple[str, ...],
    output: str,
) -> go.Figure:
    """Edges as arrows, operations as circles, groups as boxes with their titles, inputs by name."""
    figure = base_figure()
    ends = [-layout.limit, layout.limit, None, 0.0, 0.0, None]
    figure.add_scatter(
        x=ends * len(tracks),
        y=[
            y
            for _, row in layout.tracks.values()
            for y in (row, row, None, row - 0.09, row + 0.09, None)
        ],
        mode="lines",
        line={"color": GRID, "width": 5},
        cliponaxis=False,
    )
    x, y = layout.axes(layout.dots.values())
    figure.add_scatter(
        x=x,
        y=y,
        text=[_short(name) for name, _ in dots],
        mode="markers+text",
        textposition="middle left",
        marker={
            "size": 12,
            "color": [color for _, color in dots],
            "line": {"color": INK, "width": 1},
        },
        cliponaxis=False,
    )
    figure.add_scatter(
        x=[layout.across(TRACK[0])] * len(tracks),
        y=[row + 0.34 for _, row in layout.tracks.values()],
        text=[_short(name) for name in tracks],
        mode="text",
        textposition="middle right",
        cliponaxis=False,
    )
    words = [
        _words(layout, box.centre, title)
        for box, title in zip(layout.boxes.values(), boxes, strict=True)
    ]
    end = _words(layout, layout.lines[OUTPUT].end, output) | {"xanchor": "left", "xshift": 4}
    figure.update_layout(
        shapes=[
            *(_outline(layout, "circle", layout.circle(at)) for at in layout.circles.values()),
            *(_outline(layout, "rect", box) for box in layout.boxes.values()),
        ],
        annotations=[*(_arrow(layout, line) for line in layout.lines.values()), *words, end],
        margin={"l": 6, "r": 6, "t": 2, "b": 2},
    )
    figure.update_xaxes(range=[layout.across(x) for x in layout.width], visible=False)
    figure.update_yaxes(range=layout.height, visible=False)
    return figure


def _outline(layout: Layout, kind: str, box: Area) -> Mapping[str, Any]:
    return {
        "type": kind,
        "x0": layout.across(box.left),
        "x1": layout.across(box.right),
        "y0": box.bottom,
        "y1": box.top,
        "line": {"color": INK, "width": 2},
        "fillcolor": BACKGROUND,
    }


def _words(layout: Layout, at: tuple[float, float], text: str) -> dict[str, Any]:
    return {"x": layout.across(at[0]), "y": at[1], "text": text, "showarrow": False}


def _arrow(layout: Layout, line: Line) -> dict[str, Any]:
    """An edge from rim to rim. All is in units of the axes, so line and head cannot come apart."""
    across, up = line.end.x - line.start.x, (line.end.y - line.start.y) * layout.row
    rim = RADIUS * layout.scale / math.hypot(across, up)
    circles = layout.circles.values()
    (ax, x), (ay, y) = layout.axes(
        [
            line.at(rim if line.start in circles else 0),
            line.at(1 - rim if line.end in circles else 1),
        ]
    )
    return {
        "x": x,
        "y": y,
        "ax": ax,
        "ay": ay,
        "xref": "x",
        "yref": "y",
        "axref": "x",
        "ayref": "y",
        "text": "",
        "showarrow": True,
        "arrowhead": 2,
        "arrowsize": 1.1,
        "arrowwidth": 2,
        "arrowcolor": ZERO,
    }
