"""Computational graphs: where nodes, edges and their numbers stand, and the figure behind them.

A layout is made in units of its own: one across from node to node, one up from branch to branch.
At the left, every input that can be moved has a track, which the x axis of the figure measures in
the units of the input: from -limit to limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.graphs.graph import (
    CIRCUITS,
    INPUT,
    Evaluation,
    Graph,
    Traversal,
    batch_of_softmax_with_loss,
    softmax_with_cross_entropy,
    traverse,
)
from core.validation import FloatArray
from pages.ui.kit.theme import CROSS_ENTROPY, GRID, INK, MUTED, ZERO, base_figure, plain
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place

__all__ = [
    "PANEL",
    "SAMPLES",
    "Box",
    "Layout",
    "Line",
    "Picture",
    "Point",
    "Words",
    "graph_figure",
    "graph_places",
    "legend",
    "marks",
    "picture",
]

IntArray = NDArray[np.int64]
Side: TypeAlias = Literal["above", "below"]

PANEL: Final = "graph"
SAMPLES: Final = 3
"""The batch size of the batch view."""

FIGURES_KEPT = 64
LONGEST_LABEL = 12
WIDEST: Final = 2.35
"""Width of a drawing divided by its height, at least: so it fills a laptop's screen."""
COMMON: Final = 10.2
"""The width of the graph with every node. Circles and numbers keep their share of the width."""
RADIUS: Final = 0.19
ROOM: Final = 0.6
"""Radius of a circle, and width of a number of seven digits, in a layout of common width."""
TRACK: Final = (-1.5, -0.4)
"""Both ends of a track in units of a layout."""
STEEP: Final = 0.6
"""From this slope on both numbers of an edge stand on the same side of it."""
START: Final = -0.22
"""Where the edge of an input begins."""
HIGHLIGHT = "var(--st-primary-color)"
BACKGROUND = "var(--st-background-color)"


class Point(NamedTuple):
    """A place in a layout."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle by its lower left and its upper right corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def centre(self) -> Point:
        """The middle."""
        return Point((self.left + self.right) / 2, (self.bottom + self.top) / 2)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.top - self.bottom


class Line(NamedTuple):
    """An edge from node to node; it ends at the rim of a circle, or else in the open."""

    start: Point
    end: Point
    is_open: bool = False

    def slope(self, row: float) -> float:
        """How much it rises, where a unit up is ``row`` times as long as one across."""
        across = self.end.x - self.start.x
        return (self.end.y - self.start.y) * row / across if across else math.inf

    def at(self, share: float) -> Point:
        """A point on the line."""
        (x, y), (u, v) = self.start, self.end
        return Point(x + share * (u - x), y + share * (v - y))


@dataclass(frozen=True, eq=False)
class Layout:
    """Where everything stands.

    Attributes
    ----------
    circles
        The operations that are drawn as nodes, by index of the node.
    tracks, dots, targets
        The inputs that can be moved, those that cannot, and the targets, by index of the node.
    boxes
        The groups that are drawn as boxes, by id of the unit.
    lines
        The edges, by index; that which leaves the output has the index -1.
    values, gradients
        Where the value of a node stands (by index of the node), and the gradient on an edge (by
        index of the edge). An edge without a place is one whose gradient nobody asks for.
    width, height
        The ranges of both axes.
    is_tight
        Whether the gradient stands above the edge, too, after the value.
    """

    circles: dict[int, Point] = field(default_factory=dict)
    tracks: dict[int, Point] = field(default_factory=dict)
    dots: dict[int, Point] = field(default_factory=dict)
    targets: dict[int, Point] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    values: dict[int, Point] = field(default_factory=dict)
    gradients: dict[int, Point] = field(default_factory=dict)
    width: tuple[float, float] = (0.0, 1.0)
    height: tuple[float, float] = (0.0, 1.0)
    is_tight: bool = False

    @property
    def scale(self) -> float:
        """Its width, compared with the common one."""
        return (self.width[1] - self.width[0]) / COMMON

    @property
    def row(self) -> float:
        """How high a unit is, compared with how wide it is."""
        width, height = (high - low for low, high in (self.width, self.height))
        return min(1.0, width / (height * WIDEST))

    @property
    def ratio(self) -> float:
        """Width divided by height, as it is drawn."""
        width, height = (high - low for low, high in (self.width, self.height))
        return width / (height * self.row)


@dataclass(frozen=True, eq=False)
class Picture:
    """A graph, the order in which it is gone through, and where it stands.

    Attributes
    ----------
    limit : float
        How far from 0 the tracks reach.
    unit : float
        The width of a unit of the layout on the x axis.
    asked : tuple of int
        The inputs whose gradients are the result: those of an expression, the first logits.
    """

    graph: Graph
    order: Traversal
    layout: Layout
    limit: float
    unit: float
    asked: tuple[int, ...]

    def across(self, x: float) -> float:
        """Where a layout's x is on the x axis of the figure."""
        return (x - sum(TRACK) / 2) * self.unit


@lru_cache(FIGURES_KEPT)
def picture(kind: str, classes: int, limit: float, movable: int) -> Picture:
    """Lay out a graph.

    Parameters
    ----------
    kind
        ``full``, ``collapsed`` or ``batch`` for softmax with loss, else the id of a circuit.
    classes
        The number of classes that are drawn; 0 for a circuit.
    limit
        How far from 0 the inputs can be moved.
    movable
        How many of the logits have tracks: the first ones.
    """
    if kind in CIRCUITS:
        graph = CIRCUITS[kind].graph
    elif kind == "batch":
        graph = batch_of_softmax_with_loss(SAMPLES, classes)
    else:
        graph = softmax_with_cross_entropy(classes)
    order = traverse(graph, collapsed=kind in ("collapsed", "batch"))
    if kind in CIRCUITS:
        layout = _circuit(kind, graph, order)
    elif kind == "full":
        layout = _full(graph, order, classes, movable)
    elif kind == "collapsed":
        layout = _boxes(graph, order, classes, movable)
    else:
        layout = _batch(graph, order, classes, movable)
    asked = graph.inputs[:classes] if classes else graph.inputs
    return Picture(graph, order, layout, limit, 2 * limit / (TRACK[1] - TRACK[0]), asked)


def _edges_between(graph: Graph) -> dict[tuple[str, str], int]:
    return {
        (graph.nodes[source].id, graph.nodes[target].id): place
        for place, (source, target, _) in enumerate(graph.edges)
    }


def _full(graph: Graph, order: Traversal, classes: int, movable: int) -> Layout:
    """Every node: a row for each class, the sum of the exponentials above them."""
    index = graph.index
    top, middle = float(classes), (classes - 1) / 2
    columns = {"exp": 0.75, "y": 3.45, "log": 4.45, "weighted": 5.45}
    layout = Layout(width=(-1.6, 8.6), height=(-0.85, classes + 0.5))
    layout.circles.update(
        {
            index["sum"]: Point(1.6, top),
            index["reciprocal"]: Point(2.65, top),
            index["log_likelihood"]: Point(6.65, middle),
            index["loss"]: Point(7.6, middle),
        }
    )
    for j in range(classes):
        row = float(classes - 1 - j)
        (layout.tracks if j < movable else layout.dots)[index[f"z{j}"]] = Point(START, row)
        layout.targets[index[f"t{j}"]] = Point(columns["weighted"], row - 0.5)
        for name, column in columns.items():
            layout.circles[index[f"{name}{j}"]] = Point(column, row)
    _connect(graph, order, layout, Point(8.4, middle))
    edges = _edges_between(graph)
    layout.values[index["reciprocal"]] = Point(3.16, top)
    for j in range(classes):
        exp, y, weighted, target = (f"{name}{j}" for name in ("exp", "y", "weighted", "t"))
        long_way = layout.lines[edges[exp, y]].at(0.5)
        layout.values[index[exp]] = layout.gradients[edges[exp, y]] = long_way
        # Between the rows the slanted edges are apart from each other and from the level ones.
        rise = top - (classes - 1 - j)
        for pair, share, aside in (
            ((exp, "sum"), 0.5 / rise, -0.38),
            (("reciprocal", y), 1 - 0.5 / rise, 0.36),
        ):
            x, height = layout.lines[edges[pair]].at(share)
            # The number itself stands below the point.
            layout.gradients[edges[pair]] = Point(x + aside, height + 0.12 / layout.row)
        layout.values.pop(index[target])
        layout.gradients.pop(edges[target, weighted])
        last = edges[weighted, "log_likelihood"]
        line = layout.lines[last]
        # Edges that meet have most room where they begin.
        share = 0.38 if classes > 2 and abs(line.slope(layout.row)) < STEEP else 0.45
        layout.values[index[weighted]], layout.gradients[last] = _beside(layout, line, share)
    return layout


def _connect(graph: Graph, order: Traversal, layout: Layout, end: Point) -> None:
    """Draw straight lines from node to node, and write their numbers at their middles."""
    places = {**layout.circles, **layout.tracks, **layout.dots, **layout.targets}
    for place in order.edges:
        source, target, _ = graph.edges[place]
        layout.lines[place] = Line(places[source], places[target])
    layout.lines[-1] = Line(places[len(graph.nodes) - 1], end, is_open=True)
    _number(graph, layout)


def _number(graph: Graph, layout: Layout) -> None:
    for place, line in layout.lines.items():
        share = 0.62 if place < 0 else 0.5
        source = graph.edges[place].source if place >= 0 else len(graph.nodes) - 1
        value, gradient = _beside(layout, line, share)
        layout.gradients[place] = gradient
        layout.values.setdefault(source, value)


def _beside(layout: Layout, line: Line, share: float) -> tuple[Point, Point]:
    """Where a value and a gradient stand above and below a line, so that it strikes neither."""
    slope = line.slope(layout.row)
    if line.is_open or abs(slope) < 0.02:
        return line.at(share), line.at(share)
    if abs(slope) < STEEP:
        x, y = line.at(share)
        apart = 0.18 * layout.scale * abs(slope) / layout.row
        return Point(x, y + apart), Point(x, y - apart)
    # Both on the side to which the next node is not.
    x, y = line.at(share - 0.1)
    beside = Point(x + 0.36 * layout.scale, y - np.sign(slope) * 0.1 * layout.scale / layout.row)
    return beside, beside


def _boxes(graph: Graph, order: Traversal, classes: int, movable: int) -> Layout:
    """Softmax and cross-entropy error as two boxes."""
    middle = (classes - 1) / 2
    layout = Layout(width=(-1.65, 6.95), height=(-1.4, classes - 0.2))
    softmax = layout.boxes["softmax"] = Box(1.1, -0.5, 2.5, classes - 0.5)
    error = layout.boxes["cross_entropy"] = Box(3.7, -0.5, 5.5, classes - 0.5)
    edge_from = {graph.edges[place].source: place for place in order.edges}
    for j in range(classes):
        row = float(classes - 1 - j)
        z, t, y = (graph.index[f"{name}{j}"] for name in ("z", "t", "y"))
        column = error.left + (j + 0.5) * (error.right - error.left) / classes
        (layout.tracks if j < movable else layout.dots)[z] = Point(START, row)
        # Four of them do not fit side by side.
        layout.targets[t] = Point(column, -1.0 + 0.22 * (j % 2) * (classes > 3))
        ends = {
            z: (Point(START, row), Point(softmax.left, row)),
            y: (Point(softmax.right, row), Point(error.left, row)),
            t: (layout.targets[t], Point(column, error.bottom)),
        }
        for source, (start, end) in ends.items():
            layout.lines[edge_from[source]] = Line(start, end, is_open=True)
    layout.lines[-1] = Line(Point(error.right, middle), Point(6.5, middle), is_open=True)
    _number(graph, layout)
    for t in layout.targets:
        layout.values.pop(t)
        layout.gradients.pop(edge_from[t])
    return layout


def _batch(graph: Graph, order: Traversal, classes: int, movable: int) -> Layout:
    """Every sample as one box, then the sum of their losses, then the division by N."""
    index = graph.index
    block = classes - 0.1
    height = SAMPLES * block - 0.9
    layout = Layout(width=(-1.65, 7.4), height=(-0.8, height + 0.8), is_tight=True)
    layout.circles[index["total"]] = Point(4.9, height / 2)
    layout.circles[index["mean"]] = Point(5.9, height / 2)
    edge_from = {graph.edges[place].source: place for place in order.edges}
    for n in range(SAMPLES):
        first = height - n * block
        box = layout.boxes[f"sample{n}"] = Box(1.9, first - classes + 0.6, 3.4, first + 0.4)
        for j in range(classes):
            z = index[f"s{n}.z{j}"]
            movable_here = n == 0 and j < movable
            (layout.tracks if movable_here else layout.dots)[z] = Point(START, first - j)
            line = Line(Point(START, first - j), Point(box.left, first - j), is_open=True)
            layout.lines[edge_from[z]] = line
            layout.values[z], layout.gradients[edge_from[z]] = line.at(0.25), line.at(0.69)
        loss = index[f"s{n}.loss"]
        line = Line(Point(box.right, box.centre.y), layout.circles[index["total"]])
        layout.lines[edge_from[loss]] = line
    total, mean = (layout.circles[index[name]] for name in ("total", "mean"))
    layout.lines[edge_from[index["total"]]] = Line(total, mean)
    layout.lines[-1] = Line(mean, Point(6.95, height / 2), is_open=True)
    for node in (*(index[f"s{n}.loss"] for n in range(SAMPLES)), *layout.circles):
        edge = edge_from.get(node, -1)
        x, y = layout.lines[edge].at(0.5 if node in layout.circles else 0.4)
        # Beside a line that rises or falls, on the side to which the next node is not.
        slope = float(np.sign(layout.lines[edge].slope(layout.row)))
        x, y = x + 0.4 * layout.scale * abs(slope), y - 0.3 * slope
        layout.values[node], layout.gradients[edge] = Point(x, y), Point(x, y - 0.7)
    return layout


_CIRCUITS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "sum_times": {"x": (0, 2), "y": (0, 1), "z": (0, 0), "q": (1.3, 1.5), "f": (2.8, 0.75)},
    "sigmoid_neuron": {
        "w0": (0, 4),
        "x0": (0, 3),
        "w1": (0, 2),
        "x1": (0, 1),
        "w2": (0, 0),
        "w0x0": (0.95, 3.5),
        "w1x1": (0.95, 1.5),
        "sum": (1.8, 2.5),
        "score": (2.75, 1.5),
        "negative": (3.85, 1.5),
        "exp": (4.95, 1.5),
        "denominator": (6.05, 1.5),
        "f": (7.15, 1.5),
    },
    "gates": {
        "x": (0, 3),
        "y": (0, 2),
        "z": (0, 1),
        "w": (0, 0),
        "product": (1.3, 2.5),
        "maximum": (1.3, 0.5),
        "sum": (2.6, 1.5),
        "f": (3.9, 1.5),
    },
}


def _circuit(circuit: str, graph: Graph, order: Traversal) -> Layout:
    """One of the small expressions."""
    places = _CIRCUITS[circuit]
    rows = [y for _, y in places.values()]
    right = max(x for x, _ in places.values())
    layout = Layout(width=(-1.65, right + 1.45), height=(min(rows) - 0.6, max(rows) + 0.6))
    for node, known in enumerate(graph.nodes):
        x, y = places[known.id]
        if known.operation == INPUT:
            layout.tracks[node] = Point(START, y)
        else:
            layout.circles[node] = Point(x, y)
    _connect(graph, order, layout, Point(right + 1, places[graph.nodes[-1].id][1]))
    # Where two edges meet there is no room for the numbers of both.
    for edge, line in layout.lines.items():
        if edge >= 0 and graph.edges[edge].source in layout.tracks:
            source = graph.edges[edge].source
            layout.values[source], layout.gradients[edge] = _beside(layout, line, 0.34)
    return layout


class Words(NamedTuple):
    """The texts of a graph: of its inputs, by index of the node, of its boxes, of its output."""

    inputs: tuple[tuple[int, str], ...]
    boxes: tuple[tuple[str, str], ...]
    output: str


def _short(text: str) -> str:
    return plain(text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…")


@lru_cache(FIGURES_KEPT)
def graph_figure(drawn: Picture, words: Words, colors: tuple[tuple[int, str], ...]) -> go.Figure:
    """Edges as arrows, operations as circles with their symbols, groups as boxes, inputs by name.

    ``colors`` are those of the inputs, by index of the node.
    """
    layout, across = drawn.layout, drawn.across
    names, color_of = dict(words.inputs), dict(colors)
    figure = base_figure()
    _add_tracks(figure, drawn)
    width, height = layout.scale * RADIUS, layout.scale * RADIUS / layout.row
    for point in layout.circles.values():
        figure.add_shape(
            type="circle",
            x0=across(point.x - width),
            x1=across(point.x + width),
            y0=point.y - height,
            y1=point.y + height,
            line={"color": INK, "width": 2},
            fillcolor=BACKGROUND,
        )
    figure.update_layout(annotations=[_arrow(drawn, line) for line in layout.lines.values()])
    for id, box in layout.boxes.items():
        figure.add_shape(
            type="rect",
            x0=across(box.left),
            y0=box.bottom,
            x1=across(box.right),
            y1=box.top,
            line={"color": INK, "width": 2},
            fillcolor=BACKGROUND,
        )
        figure.add_annotation(
            x=across(box.centre.x), y=box.centre.y, text=dict(words.boxes)[id], showarrow=False
        )
    figure.add_scatter(
        x=[across(point.x) for point in layout.dots.values()],
        y=[point.y for point in layout.dots.values()],
        text=[_short(names[node]) for node in layout.dots],
        mode="markers+text",
        textposition="middle left",
        marker={
            "size": 12,
            "color": [color_of.get(node, MUTED) for node in layout.dots],
            "line": {"color": INK, "width": 1},
        },
        cliponaxis=False,
    )
    figure.add_scatter(
        x=[across(TRACK[0]) for _ in layout.tracks],
        y=[point.y + 0.34 for point in layout.tracks.values()],
        text=[_short(names[node]) for node in layout.tracks],
        mode="text",
        textposition="middle right",
        cliponaxis=False,
    )
    end = layout.lines[-1].end
    figure.add_annotation(
        x=across(end.x), y=end.y, text=words.output, showarrow=False, xanchor="left", xshift=4
    )
    figure.update_xaxes(range=[across(x) for x in layout.width], visible=False)
    figure.update_yaxes(range=layout.height, visible=False)
    figure.update_layout(margin={"l": 6, "r": 6, "t": 2, "b": 2})
    return figure


def _add_tracks(figure: go.Figure, drawn: Picture) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for point in drawn.layout.tracks.values():
        x += [-drawn.limit, drawn.limit, None, 0.0, 0.0, None]
        y += [point.y, point.y, None, point.y - 0.09, point.y + 0.09, None]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": GRID, "width": 5}, cliponaxis=False)


def _arrow(drawn: Picture, line: Line) -> dict[str, Any]:
    """An edge from rim to rim. All is in units of the axes, so line and head cannot come apart."""
    layout = drawn.layout
    across, up = line.end.x - line.start.x, (line.end.y - line.start.y) * layout.row
    rim = RADIUS * layout.scale / math.hypot(across, up)
    circles = layout.circles.values()
    start = line.at(rim if line.start in circles else 0)
    end = line.at(1 - rim if line.end in circles else 1)
    return {
        "x": drawn.across(end.x),
        "y": end.y,
        "ax": drawn.across(start.x),
        "ay": start.y,
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


def graph_places(
    drawn: Picture, evaluation: Evaluation, step: int | IntArray
) -> dict[Place, FloatArray]:
    """What is written in a graph at a step, for numbers and steps of the same leading axes."""
    order, layout = drawn.order, drawn.layout
    now = np.asarray(step)[..., None]
    value_step = dict(zip(order.nodes, order.value_step.tolist(), strict=True))
    gradient_step = dict(zip(order.edges, order.gradient_step.tolist(), strict=True))
    values = evaluation.values[..., list(layout.values)]
    # The gradient at the output is 1: it stands on the line with the index -1.
    ones = np.ones((*evaluation.values.shape[:-1], 1))
    edge_gradients = np.concatenate([evaluation.edge_gradients, ones], axis=-1)
    gradients = edge_gradients[..., list(layout.gradients)]
    places: dict[Place, FloatArray] = {}
    lead = np.broadcast_shapes(evaluation.values.shape[:-1], np.shape(step))
    if layout.circles:
        symbols = np.arange(float(len(layout.circles)))
        places["symbols"] = np.broadcast_to(symbols, (*lead, len(symbols)))
    if layout.targets:
        targets = evaluation.values[..., list(layout.targets)]
        places["targets"] = np.broadcast_to(targets, (*lead, len(layout.targets)))
    for name, numbers, known_from in (
        ("value", values, [value_step[node] for node in layout.values]),
        (
            "gradient",
            gradients,
            [gradient_step.get(edge, order.seed_step) for edge in layout.gradients],
        ),
    ):
        first = np.array(known_from)
        places[f"{name}s"] = np.where(first <= now, numbers, np.nan)
        shape = (*lead, len(first))
        asked = np.where((first == now + 1) & (first > 0), 0.0, np.nan)
        places[f"{name}_questions"] = np.broadcast_to(asked, shape)
    for number, (_, _, x, y) in enumerate(_rings(drawn)):
        places[f"ring{number}_x"] = np.broadcast_to(x[step], lead)
        places[f"ring{number}_y"] = np.broadcast_to(y[step], lead)
    return places


@lru_cache(FIGURES_KEPT)
def _rings(
    drawn: Picture,
) -> tuple[tuple[tuple[float, float], bool, FloatArray, FloatArray], ...]:
    """For each size of a ring: it, whether it is round, and where it is at every step, or NaN."""
    layout, order = drawn.layout, drawn.order
    found: dict[tuple[tuple[float, float], bool], tuple[FloatArray, FloatArray]] = {}
    for step, visit in enumerate(order.steps):
        if visit.unit is None:
            continue
        unit = order.units[visit.unit]
        box = layout.boxes.get(unit.id)
        if box is None:
            around = 2.2 * RADIUS * layout.scale
            size = (around, around / layout.row)
        else:
            size = (box.size[0] + 0.16, box.size[1] + 0.16 / layout.row)
        centre = layout.circles[unit.nodes[0]] if box is None else box.centre
        nowhere = np.full((2, len(order.steps)), np.nan)
        x, y = found.setdefault((size, box is None), (nowhere[0], nowhere[1]))
        x[step], y[step] = drawn.across(centre.x), centre.y
    return tuple(
        ((size[0] * drawn.unit, size[1]), is_round, x, y)
        for (size, is_round), (x, y) in found.items()
    )


def marks(drawn: Picture) -> list[Mark]:
    """A ring at the visit, the operations, their numbers, a question mark for the next ones."""
    layout = drawn.layout
    room = ROOM * layout.scale * drawn.unit
    found = [
        Mark(
            PANEL,
            "ring",
            f"ring{number}_x",
            f"ring{number}_y",
            size=size,
            colors=(HIGHLIGHT,),
            is_round=is_round,
            is_kept_in_view=True,
        )
        for number, (size, is_round, _, _) in enumerate(_rings(drawn))
    ]
    if layout.circles:
        found.append(
            Mark(
                PANEL,
                "text",
                tuple(drawn.across(point.x) for point in layout.circles.values()),
                tuple(point.y for point in layout.circles.values()),
                numbers="symbols",
                choices=tuple(drawn.graph.nodes[node].symbol for node in layout.circles),
                colors=(INK,),
                room=room,
            )
        )
    if layout.targets:
        x, y = zip(*((drawn.across(at.x), at.y) for at in layout.targets.values()), strict=True)
        found.append(
            Mark(
                PANEL,
                "text",
                x,
                y,
                numbers="targets",
                digits=4,
                prefix="t = ",
                side="below",
                room=room,
            )
        )
    for name, spots, color in (
        ("value", layout.values, INK),
        ("gradient", layout.gradients, CROSS_ENTROPY),
    ):
        x = tuple(drawn.across(point.x) for point in spots.values())
        y = tuple(point.y for point in spots.values())
        beside: Side = "above" if name == "value" else "below"
        side: Side = "above" if layout.is_tight else beside
        found += [
            Mark(
                PANEL,
                "text",
                x,
                y,
                numbers=f"{name}s",
                digits=4,
                colors=(color,),
                side=side,
                room=room,
            ),
            Mark(
                PANEL,
                "text",
                x,
                y,
                numbers=f"{name}_questions",
                choices=("?",),
                colors=(HIGHLIGHT,),
                side=side,
                room=room,
            ),
        ]
    return found


def legend(word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours mean; ``word`` gives the name of each."""
    return (
        LegendEntry(word("value"), INK),
        LegendEntry(word("gradient"), CROSS_ENTROPY),
        LegendEntry(word("now"), HIGHLIGHT, "outline"),
    )
