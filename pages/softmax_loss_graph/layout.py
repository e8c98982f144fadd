"""Where the nodes and edges of a graph stand, and their numbers.

A layout is made in units of its own: one across from node to node, one up from branch to branch.
At the left, every input that can be moved has a track, which the x axis of the figure measures in
the units of the input: from -limit to limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from core.graphs.circuits import CIRCUITS
from core.graphs.engine import INPUT, Graph
from core.graphs.traversal import Traversal, TraversalUnit
from pages.softmax_loss_graph.numbers import SAMPLES, traversal_of

__all__ = [
    "BESIDE_GUIDE",
    "OUTPUT",
    "RADIUS",
    "TRACK",
    "WIDEST",
    "Area",
    "Layout",
    "Line",
    "Spot",
    "layout_of",
]

WIDEST: Final = 2.35
"""Width of a drawing divided by its height, at least: so it fills a laptop's screen."""
FEW_ROWS, WIDER = 4, 2.9
"""A drawing of so few rows is wider still."""
BESIDE_GUIDE: Final = 1.7
"""The same where the guide takes a quarter of the width."""
COMMON: Final = 10.2
"""The width of the graph with every node. Circles and numbers keep their share of the width."""
RADIUS: Final = 0.19
ROOM: Final = 0.6
"""Radius of a circle, and width of a number of seven digits, in a layout of common width."""
ROOMY: Final = 1.35
"""How much more of the width they take in a small expression."""
TRACK: Final = (-1.5, -0.4)
"""Both ends of a track in units of a layout."""
STEEP: Final = 0.6
"""From this slope on both numbers of an edge stand on the same side of it."""
START: Final = -0.22
"""Where the edge of an input begins."""
OUTPUT: Final = -1
"""The edge that leaves the output, into the open."""


class Spot(NamedTuple):
    """A spot in a layout."""

    x: float
    y: float


class Area(NamedTuple):
    """A rectangular area by its lower left and its upper right corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def centre(self) -> Spot:
        """The middle."""
        return Spot((self.left + self.right) / 2, (self.bottom + self.top) / 2)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.top - self.bottom


class Line(NamedTuple):
    """An edge from node to node; it ends at the rim of a circle, or else in the open."""

    start: Spot
    end: Spot
    is_open: bool = False

    def slope(self, row: float) -> float:
        """How much it rises, where a unit up is ``row`` times as long as one across."""
        across = self.end.x - self.start.x
        return (self.end.y - self.start.y) * row / across if across else math.inf

    def at(self, share: float) -> Spot:
        """A point on the line."""
        (x, y), (u, v) = self.start, self.end
        return Spot(x + share * (u - x), y + share * (v - y))


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """Where everything stands: nodes by index, edges by index or `OUTPUT`, boxes by their unit."""

    order: Traversal
    limit: float
    """How far from 0 the tracks reach."""
    width: tuple[float, float]
    height: tuple[float, float]
    """The ranges of both axes."""
    widest: float = WIDEST
    """Its width divided by its height, at least."""
    enlarged: float = 1.0
    """How much more of the width circles and numbers take than in the common one."""
    is_tight: bool = False
    """Whether the gradient stands above the edge, too, after the value."""
    circles: dict[int, Spot] = field(default_factory=dict)
    """The operations that are drawn as nodes."""
    tracks: dict[int, Spot] = field(default_factory=dict)
    dots: dict[int, Spot] = field(default_factory=dict)
    targets: dict[int, Spot] = field(default_factory=dict)
    """The inputs that can be moved, those that cannot, and the targets."""
    boxes: dict[str, Area] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    values: dict[int, Spot] = field(default_factory=dict)
    gradients: dict[int, Spot] = field(default_factory=dict)
    """Where the value of a node stands, and the gradient on an edge; one without a place is one
    whose gradient nobody asks for."""

    @property
    def share(self) -> float:
        """Its width, compared with the common one."""
        return (self.width[1] - self.width[0]) / COMMON

    @property
    def scale(self) -> float:
        """How large circles and numbers are, compared with those of the common one."""
        return self.share * self.enlarged

    @property
    def row(self) -> float:
        """How high a unit is, compared with how wide it is."""
        width, height = (high - low for low, high in (self.width, self.height))
        return min(max(WIDEST, self.widest), width / height) / self.widest

    @property
    def ratio(self) -> float:
        """Width divided by height, as it is drawn."""
        width, height = (high - low for low, high in (self.width, self.height))
        return width / (height * self.row)

    @property
    def unit(self) -> float:
        """The width of a unit of the layout on the x axis of the figure."""
        return 2 * self.limit / (TRACK[1] - TRACK[0])

    @property
    def room(self) -> float:
        """The width of a number of seven digits on that axis."""
        return ROOM * self.scale * self.unit

    def gradient_step(self, edge: int) -> int:
        """From which step on the gradient on an edge is known."""
        order = self.order
        return order.seed_step if edge == OUTPUT else order.gradient_step[edge]

    def across(self, x: float) -> float:
        """Where a layout's x is on that axis."""
        return (x - sum(TRACK) / 2) * self.unit

    def axes(self, points: Iterable[Spot]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Where points are on both axes."""
        places = list(points)
        return tuple(self.across(place.x) for place in places), tuple(place.y for place in places)

    def circle(self, centre: Spot) -> Area:
        """What the circle of an operation fills."""
        width = self.scale * RADIUS
        height = width / self.row
        return Area(centre.x - width, centre.y - height, centre.x + width, centre.y + height)

    def ring(self, unit: TraversalUnit) -> tuple[Spot, tuple[float, float]]:
        """Centre and size of what stands out when a unit is visited: a little around it."""
        if unit.id not in self.boxes:
            around = 2.2 * RADIUS * self.scale
            return self.circles[unit.nodes[0]], (around, around / self.row)
        box = self.boxes[unit.id]
        return box.centre, (box.size[0] + 0.16, box.size[1] + 0.16 / self.row)


@lru_cache(64)
def layout_of(
    kind: str, classes: int, movable: int, limit: float, *, is_beside_guide: bool = False
) -> Layout:
    """Lay out a view of softmax with loss with tracks at the first logits, or an expression."""
    order = traversal_of(kind, classes)
    widest = BESIDE_GUIDE if is_beside_guide else _widest(kind, classes)
    if kind in CIRCUITS:
        return _circuit(order, limit, widest, _CIRCUITS[kind])
    return _VIEWS[kind](order, limit, widest, classes, movable)


def _widest(kind: str, classes: int) -> float:
    rows = {"full": classes + 1, "collapsed": classes, "batch": SAMPLES * classes}
    count = len(CIRCUITS[kind].inputs) if kind in CIRCUITS else rows[kind]
    return WIDER if count <= FEW_ROWS else WIDEST


def _leaving(order: Traversal) -> dict[int, int]:
    """The edge that leaves each node: where a box is drawn, none has several."""
    return {order.graph.edges[edge].source: edge for edge in order.gradient_step}


def _edges_by_name(graph: Graph) -> dict[tuple[str, str], int]:
    return {
        (graph.nodes[source].id, graph.nodes[target].id): edge
        for edge, (source, target, _) in enumerate(graph.edges)
    }


def _full(order: Traversal, limit: float, widest: float, classes: int, movable: int) -> Layout:
    """Every node: a row for each class, the sum of the exponentials above them."""
    index, edges = order.graph.index, _edges_by_name(order.graph)
    top, middle = float(classes), (classes - 1) / 2
    columns = {"exp": 0.75, "y": 3.45, "log": 4.45, "weighted": 5.45}
    layout = Layout(
        order=order, limit=limit, widest=widest, width=(-1.6, 8.6), height=(-0.85, classes + 0.5)
    )
    layout.circles.update(
        {
            index["sum"]: Spot(1.6, top),
            index["reciprocal"]: Spot(2.65, top),
            index["log_likelihood"]: Spot(6.65, middle),
            index["loss"]: Spot(7.6, middle),
        }
    )
    for j in range(classes):
        row = float(classes - 1 - j)
        (layout.tracks if j < movable else layout.dots)[index[f"z{j}"]] = Spot(START, row)
        layout.targets[index[f"t{j}"]] = Spot(columns["weighted"], row - 0.5)
        for name, column in columns.items():
            layout.circles[index[f"{name}{j}"]] = Spot(column, row)
    _connect(layout, Spot(8.4, middle))
    layout.values[index["reciprocal"]] = Spot(3.16, top)
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
            layout.gradients[edges[pair]] = Spot(x + aside, height + 0.12 / layout.row)
        _unasked(layout, index[target], edges[target, weighted])
        last = edges[weighted, "log_likelihood"]
        line = layout.lines[last]
        # Edges that meet have most room where they begin.
        share = 0.38 if classes > 2 and abs(line.slope(layout.row)) < STEEP else 0.45
        layout.values[index[weighted]], layout.gradients[last] = _beside(layout, line, share)
    return layout


def _connect(layout: Layout, end: Spot) -> None:
    """Draw straight lines from node to node, and write their numbers at their middles."""
    places = {**layout.circles, **layout.tracks, **layout.dots, **layout.targets}
    for edge in layout.order.gradient_step:
        source, target, _ = layout.order.graph.edges[edge]
        layout.lines[edge] = Line(places[source], places[target])
    layout.lines[OUTPUT] = Line(places[len(layout.order.graph.nodes) - 1], end, is_open=True)
    _number(layout)


def _number(layout: Layout) -> None:
    graph = layout.order.graph
    for edge, line in layout.lines.items():
        share, source = 0.5, graph.edges[edge].source
        if edge == OUTPUT:
            share, source = 0.62, len(graph.nodes) - 1
        value, gradient = _beside(layout, line, share)
        layout.gradients[edge] = gradient
        layout.values.setdefault(source, value)


def _unasked(layout: Layout, target: int, edge: int) -> None:
    """Nobody asks for the gradient at a target, whose value stands at its own place."""
    layout.values.pop(target)
    layout.gradients.pop(edge)


def _beside(layout: Layout, line: Line, share: float) -> tuple[Spot, Spot]:
    """Where a value and a gradient stand above and below a line, so that it strikes neither."""
    slope = line.slope(layout.row)
    if line.is_open or abs(slope) < 0.02:
        return line.at(share), line.at(share)
    if abs(slope) < STEEP:
        x, y = line.at(share)
        apart = 0.18 * layout.scale * abs(slope) / layout.row
        return Spot(x, y + apart), Spot(x, y - apart)
    # Both on the side to which the next node is not.
    x, y = line.at(share - 0.1)
    beside = Spot(x + 0.36 * layout.scale, y - np.sign(slope) * 0.1 * layout.scale / layout.row)
    return beside, beside


def _boxes(order: Traversal, limit: float, widest: float, classes: int, movable: int) -> Layout:
    """Softmax and cross-entropy error as two boxes."""
    index, leaving, middle = order.graph.index, _leaving(order), (classes - 1) / 2
    layout = Layout(
        order=order, limit=limit, widest=widest, width=(-1.65, 6.95), height=(-1.4, classes - 0.2)
    )
    softmax = layout.boxes["softmax"] = Area(1.1, -0.5, 2.5, classes - 0.5)
    error = layout.boxes["cross_entropy"] = Area(3.7, -0.5, 5.5, classes - 0.5)
    for j in range(classes):
        row = float(classes - 1 - j)
        z, t, y = (index[f"{name}{j}"] for name in ("z", "t", "y"))
        column = error.left + (j + 0.5) * (error.right - error.left) / classes
        (layout.tracks if j < movable else layout.dots)[z] = Spot(START, row)
        # Four of them do not fit side by side.
        layout.targets[t] = Spot(column, -1.0 + 0.22 * (j % 2) * (classes > 3))
        for source, start, end in (
            (z, Spot(START, row), Spot(softmax.left, row)),
            (y, Spot(softmax.right, row), Spot(error.left, row)),
            (t, layout.targets[t], Spot(column, error.bottom)),
        ):
            layout.lines[leaving[source]] = Line(start, end, is_open=True)
    layout.lines[OUTPUT] = Line(Spot(error.right, middle), Spot(6.5, middle), is_open=True)
    _number(layout)
    for t in layout.targets:
        _unasked(layout, t, leaving[t])
    return layout


def _batch(order: Traversal, limit: float, widest: float, classes: int, movable: int) -> Layout:
    """Every sample as one box, then the sum of their losses, then the division by N."""
    index, leaving = order.graph.index, _leaving(order)
    block = classes - 0.1
    height = SAMPLES * block - 0.9
    layout = Layout(
        order=order,
        limit=limit,
        widest=widest,
        width=(-1.65, 7.4),
        height=(-0.8, height + 0.8),
        is_tight=True,
    )
    total = layout.circles[index["total"]] = Spot(4.9, height / 2)
    mean = layout.circles[index["mean"]] = Spot(5.9, height / 2)
    for n in range(SAMPLES):
        first = height - n * block
        box = layout.boxes[f"sample{n}"] = Area(1.9, first - classes + 0.6, 3.4, first + 0.4)
        for j in range(classes):
            z, row = index[f"s{n}.z{j}"], first - j
            is_movable = n == 0 and j < movable
            (layout.tracks if is_movable else layout.dots)[z] = Spot(START, row)
            line = Line(Spot(START, row), Spot(box.left, row), is_open=True)
            layout.lines[leaving[z]] = line
            layout.values[z], layout.gradients[leaving[z]] = line.at(0.25), line.at(0.69)
        layout.lines[leaving[index[f"s{n}.loss"]]] = Line(Spot(box.right, box.centre.y), total)
    layout.lines[leaving[index["total"]]] = Line(total, mean)
    layout.lines[OUTPUT] = Line(mean, Spot(6.95, height / 2), is_open=True)
    for node in (*(index[f"s{n}.loss"] for n in range(SAMPLES)), *layout.circles):
        edge = leaving.get(node, OUTPUT)
        x, y = layout.lines[edge].at(0.5 if node in layout.circles else 0.4)
        # Beside a line that rises or falls, on the side to which the next node is not.
        slope = float(np.sign(layout.lines[edge].slope(layout.row)))
        x, y = x + 0.4 * layout.scale * abs(slope), y - 0.3 * slope
        layout.values[node], layout.gradients[edge] = Spot(x, y), Spot(x, y - 0.7)
    return layout


_VIEWS: Final = {"full": _full, "collapsed": _boxes, "batch": _batch}

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


def _circuit(
    order: Traversal, limit: float, widest: float, places: Mapping[str, tuple[float, float]]
) -> Layout:
    """One of the small expressions, its nodes at these places."""
    graph = order.graph
    right, rows = max(x for x, _ in places.values()), [y for _, y in places.values()]
    layout = Layout(
        order=order,
        limit=limit,
        widest=widest,
        enlarged=ROOMY if right < 5 else 1.0,
        width=(-1.65, right + 1.45),
        height=(min(rows) - 0.6, max(rows) + 0.6),
    )
    for place, node in enumerate(graph.nodes):
        x, y = places[node.id]
        if node.operation == INPUT:
            layout.tracks[place] = Spot(START, y)
        else:
            layout.circles[place] = Spot(x, y)
    _connect(layout, Spot(right + 1, places[graph.nodes[-1].id][1]))
    # Where two edges meet there is no room for the numbers of both.
    for edge in order.gradient_step:
        source = graph.edges[edge].source
        if source in layout.tracks:
            numbers = _beside(layout, layout.lines[edge], 0.34)
            layout.values[source], layout.gradients[edge] = numbers
    return layout
