"""Computational graphs: where nodes, edges and their numbers stand, and the figure behind them.

A layout has its own units: one across from node to node, one up from branch to branch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import plotly.graph_objects as go

from core.graph import INPUT, Graph, Traversal
from pages.ui.figures.theme import INK, MUTED, ZERO, base_figure, plain

__all__ = [
    "Box",
    "Layout",
    "Point",
    "Words",
    "batch_layout",
    "boxes_layout",
    "circuit_layout",
    "full_layout",
    "graph_figure",
]

FIGURES_KEPT = 64
LONGEST_LABEL = 11
CIRCLE = 46
"""Diameter of a node in pixels."""
BACKGROUND = "var(--st-background-color)"


class Point(NamedTuple):
    """A place in units of the layout."""

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
    """An edge as it is drawn."""

    start: Point
    end: Point
    into_box: bool = False

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
        The operations drawn as nodes, by index of the node.
    inputs
        The inputs, by index of the node.
    boxes
        The groups drawn as boxes, by id of the unit.
    lines
        The edges drawn, by index of the edge; the one that leaves the output has the index -1.
    values, gradients
        Where the value of a node (by index of the node) and the gradient on an edge stand.
    width, height
        The ranges of both axes.
    is_level
        Whether value and gradient stand on the edge one after the other, not above and below it.
    """

    circles: Mapping[int, Point]
    inputs: Mapping[int, Point]
    boxes: Mapping[str, Box]
    lines: Mapping[int, Line]
    values: Mapping[int, Point]
    gradients: Mapping[int, Point]
    width: tuple[float, float]
    height: tuple[float, float]
    is_level: bool = False


def _names(graph: Graph) -> Callable[[str], int]:
    return lambda id: graph.index[id]


def _connect(
    graph: Graph, order: Traversal, places: Mapping[int, Point], exit_point: Point
) -> dict[int, Line]:
    lines = {}
    for place in order.edges:
        source, target, _ = graph.edges[place]
        lines[place] = Line(places[source], places[target])
    lines[-1] = Line(places[len(graph.nodes) - 1], exit_point)
    return lines


def full_layout(graph: Graph, order: Traversal, classes: int) -> Layout:
    """Every node of softmax with cross-entropy: a row for each class, the sum above them."""
    index = _names(graph)
    top, middle = float(classes), (classes - 1) / 2
    circles = {
        index("sum"): Point(2, top),
        index("reciprocal"): Point(3, top),
        index("log_likelihood"): Point(7, middle),
        index("loss"): Point(8, middle),
    }
    inputs = {}
    for j in range(classes):
        row = float(classes - 1 - j)
        inputs[index(f"z{j}")] = Point(0, row)
        inputs[index(f"t{j}")] = Point(6, row - 0.52)
        for column, name in ((1, "exp"), (4, "y"), (5, "log"), (6, "weighted")):
            circles[index(f"{name}{j}")] = Point(column, row)
    lines = _connect(graph, order, {**circles, **inputs}, Point(8.85, middle))
    values, gradients = _midpoints(graph, order, lines)
    edge_of = {(edge.source, edge.target): place for place, edge in enumerate(graph.edges)}
    values[index("reciprocal")] = Point(3.42, top - 0.02)
    for j in range(classes):
        exp, y, weighted = index(f"exp{j}"), index(f"y{j}"), index(f"weighted{j}")
        long_way = lines[edge_of[exp, y]]
        values[exp] = gradients[edge_of[exp, y]] = long_way.at(0.5)
        for pair in ((exp, index("sum")), (index("reciprocal"), y)):
            on_line = lines[edge_of[pair]].at(0.5 if pair[0] == exp else 0.42)
            gradients[edge_of[pair]] = Point(on_line.x, on_line.y + 0.1)
        # A target is given: its number stands at its own end, and nobody asks for its gradient.
        row = float(classes - 1 - j)
        values[index(f"t{j}")] = Point(6.16, row - 0.64)
        gradients.pop(edge_of[index(f"t{j}"), weighted])
        slanted = lines[edge_of[weighted, index("log_likelihood")]]
        values[weighted] = gradients[edge_of[weighted, index("log_likelihood")]] = slanted.at(0.5)
    return Layout(
        circles=circles,
        inputs=inputs,
        boxes={},
        lines=lines,
        values=values,
        gradients=gradients,
        width=(-0.45, 9.25),
        height=(-0.85, classes + 0.5),
    )


def _midpoints(
    graph: Graph, order: Traversal, lines: Mapping[int, Line]
) -> tuple[dict[int, Point], dict[int, Point]]:
    """Place values and gradients in the middle of edges; a value on the first that carries it."""
    gradients = {place: line.at(0.5) for place, line in lines.items()}
    values: dict[int, Point] = {}
    for place in order.edges:
        values.setdefault(graph.edges[place].source, gradients[place])
    values[len(graph.nodes) - 1] = gradients[-1]
    return values, gradients


def boxes_layout(graph: Graph, order: Traversal, classes: int) -> Layout:
    """Softmax and cross-entropy error as two boxes."""
    index = _names(graph)
    middle = (classes - 1) / 2
    softmax = Box(1, -0.45, 2, classes - 0.55)
    error = Box(3, -0.45, 4.2, classes - 0.55)
    inputs, lines = {}, {}
    edge_from = {graph.edges[place].source: place for place in order.edges}
    for j in range(classes):
        row = float(classes - 1 - j)
        z, t, y = index(f"z{j}"), index(f"t{j}"), index(f"y{j}")
        column = error.left + (j + 1) * (error.right - error.left) / (classes + 1)
        inputs[z], inputs[t] = Point(0, row), Point(column, -1.0)
        lines[edge_from[z]] = Line(inputs[z], Point(softmax.left, row), into_box=True)
        lines[edge_from[y]] = Line(Point(softmax.right, row), Point(error.left, row), into_box=True)
        lines[edge_from[t]] = Line(inputs[t], Point(column, error.bottom), into_box=True)
    lines[-1] = Line(Point(error.right, middle), Point(5.0, middle))
    values, gradients = _midpoints(graph, order, lines)
    for j in range(classes):
        t = index(f"t{j}")
        values[t] = Point(inputs[t].x + 0.09, inputs[t].y - 0.1)
        gradients.pop(edge_from[t])
    return Layout(
        circles={},
        inputs=inputs,
        boxes={"softmax": softmax, "cross_entropy": error},
        lines=lines,
        values=values,
        gradients=gradients,
        width=(-0.35, 5.25),
        height=(-1.35, classes - 0.2),
    )


def batch_layout(graph: Graph, order: Traversal, samples: int, classes: int) -> Layout:
    """Every sample as one box, then the sum of their losses, then the division by N."""
    index = _names(graph)
    gap = 0.9
    block = classes - 1 + gap
    height = samples * block - gap
    middle = height / 2
    boxes, inputs, lines = {}, {}, {}
    values, gradients = {}, {}
    total, mean = index("total"), index("mean")
    circles = {total: Point(4.2, middle), mean: Point(5.4, middle)}
    edge_from = {graph.edges[place].source: place for place in order.edges}
    for n in range(samples):
        first = height - n * block
        box = Box(2, first - classes + 1 - 0.35, 3, first + 0.35)
        boxes[f"sample{n}"] = box
        for j in range(classes):
            z = index(f"s{n}.z{j}")
            inputs[z] = Point(0, first - j)
            line = Line(inputs[z], Point(box.left, first - j), into_box=True)
            lines[edge_from[z]] = line
            values[z], gradients[edge_from[z]] = line.at(0.25), line.at(0.68)
        loss = index(f"s{n}.loss")
        line = Line(Point(box.right, box.centre.y), circles[total])
        lines[edge_from[loss]] = line
        values[loss] = gradients[edge_from[loss]] = line.at(0.42)
    lines[edge_from[total]] = Line(circles[total], circles[mean])
    lines[-1] = Line(circles[mean], Point(6.4, middle))
    for node, edge in ((total, edge_from[total]), (mean, -1)):
        values[node] = gradients[edge] = lines[edge].at(0.5)
    return Layout(
        circles=circles,
        inputs=inputs,
        boxes=boxes,
        lines=lines,
        values=values,
        gradients=gradients,
        width=(-0.5, 6.65),
        height=(-0.75, height + 0.75),
        is_level=True,
    )


_CIRCUITS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "sum_times": {"x": (0, 2), "y": (0, 1), "z": (0, 0), "q": (1.2, 1.5), "f": (2.4, 0.75)},
    "sigmoid_neuron": {
        "w0": (0, 4),
        "x0": (0, 3),
        "w1": (0, 2),
        "x1": (0, 1),
        "w2": (0, 0),
        "w0x0": (1, 3.5),
        "w1x1": (1, 1.5),
        "sum": (2, 2.5),
        "score": (3, 1.7),
        "negative": (4, 1.7),
        "exp": (5, 1.7),
        "denominator": (6, 1.7),
        "f": (7, 1.7),
    },
    "gates": {
        "x": (0, 3),
        "y": (0, 2),
        "z": (0, 1),
        "w": (0, 0),
        "product": (1.2, 2.5),
        "maximum": (1.2, 0.5),
        "sum": (2.4, 1.5),
        "f": (3.6, 1.5),
    },
}


def circuit_layout(circuit: str, graph: Graph, order: Traversal) -> Layout:
    """Place the nodes of one of the small expressions."""
    places = {index: Point(*_CIRCUITS[circuit][node.id]) for index, node in enumerate(graph.nodes)}
    output = places[len(graph.nodes) - 1]
    lines = _connect(graph, order, places, Point(output.x + 0.95, output.y))
    values, gradients = _midpoints(graph, order, lines)
    rows = [point.y for point in places.values()]
    return Layout(
        circles={i: at for i, at in places.items() if graph.nodes[i].operation != INPUT},
        inputs={i: at for i, at in places.items() if graph.nodes[i].operation == INPUT},
        boxes={},
        lines=lines,
        values=values,
        gradients=gradients,
        width=(-0.4, output.x + 1.25),
        height=(min(rows) - 0.6, max(rows) + 0.6),
    )


class Words(NamedTuple):
    """The texts in a graph: of inputs, by index of the node, of boxes, and of the output."""

    inputs: tuple[tuple[int, str], ...]
    boxes: tuple[tuple[str, str], ...]
    output: str


def _short(text: str) -> str:
    return plain(text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…")


@lru_cache(FIGURES_KEPT)
def graph_figure(
    graph: Graph, layout: Layout, words: Words, colors: tuple[tuple[int, str], ...]
) -> go.Figure:
    """Edges as arrows, operations as circles with their symbols, groups as boxes, inputs as dots.

    ``colors`` are those of the inputs, by index of the node.
    """
    figure = base_figure()
    _add_edges(figure, layout)
    for id, box in layout.boxes.items():
        figure.add_shape(
            type="rect",
            x0=box.left,
            y0=box.bottom,
            x1=box.right,
            y1=box.top,
            line={"color": INK, "width": 2},
            fillcolor=BACKGROUND,
        )
        text = dict(words.boxes)[id]
        figure.add_annotation(x=box.centre.x, y=box.centre.y, text=text, showarrow=False)
    if layout.circles:
        figure.add_scatter(
            x=[point.x for point in layout.circles.values()],
            y=[point.y for point in layout.circles.values()],
            text=[graph.nodes[index].symbol for index in layout.circles],
            mode="markers+text",
            marker={"size": CIRCLE, "color": BACKGROUND, "line": {"color": INK, "width": 2}},
            cliponaxis=False,
        )
    color_of = dict(colors)
    figure.add_scatter(
        x=[point.x for point in layout.inputs.values()],
        y=[point.y for point in layout.inputs.values()],
        text=[_short(dict(words.inputs)[index]) for index in layout.inputs],
        mode="markers+text",
        textposition="middle left",
        marker={
            "size": 14,
            "color": [color_of.get(index, MUTED) for index in layout.inputs],
            "line": {"color": INK, "width": 1},
        },
        cliponaxis=False,
    )
    end = layout.lines[-1].end
    figure.add_annotation(
        x=end.x, y=end.y, text=words.output, showarrow=False, xanchor="left", xshift=6
    )
    figure.update_xaxes(range=layout.width, visible=False)
    figure.update_yaxes(range=layout.height, visible=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 4, "b": 4})
    return figure


def _add_edges(figure: go.Figure, layout: Layout) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for line in layout.lines.values():
        x += [line.start.x, line.end.x, None]
        y += [line.start.y, line.end.y, None]
    # An arrowhead stops at the rim of a circle, and at a box where the line ends.
    lines = list(layout.lines.items())
    rims = [0 if line.into_box or index == -1 else CIRCLE / 2 for index, line in lines]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": ZERO, "width": 2},
        marker={
            "symbol": "arrow",
            "angleref": "previous",
            "size": [size for _ in lines for size in (0, 13, 0)],
            "standoff": [gap for rim in rims for gap in (0, rim, 0)],
            "color": ZERO,
        },
        cliponaxis=False,
    )
