r"""Computational graphs as data: forward values, local derivatives and gradients of every node.

A graph is a list of operations in the order in which they are computed. Backpropagation visits
them in reverse: each node multiplies the gradient that arrives from above, the *upstream* gradient,
by its own *local* derivatives, and hands one product to each of its inputs. Where a value is used
twice, the gradients that come back are added.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.activations import log_softmax, softmax
from core.losses.cross_entropy import cross_entropy
from core.validation import FloatArray, as_floats, as_logits, require_finite

__all__ = [
    "CIRCUITS",
    "INPUT",
    "LARGEST_PLAIN_LOGIT",
    "LOWEST_SHIFTED_LOGIT",
    "MOST_CLASSES",
    "OPERATIONS",
    "Circuit",
    "Edge",
    "Evaluation",
    "Graph",
    "Node",
    "Operation",
    "Phase",
    "Step",
    "Traversal",
    "Unit",
    "batch_of_softmax_with_loss",
    "evaluate",
    "evaluate_boxes",
    "kept_classes",
    "merge_classes",
    "shift_logits",
    "softmax_with_cross_entropy",
    "textbook_gradient",
    "traverse",
]

BoolArray = NDArray[np.bool_]

MOST_CLASSES: Final = 4
"""What a graph with a branch for each class can show."""

LARGEST_PLAIN_LOGIT: Final = 200.0
"""Up to here (and down to its negative) a graph may be given the logits as they are: the square of
a sum of exponentials, which the derivative of 1/S divides by, is far from overflow."""

LOWEST_SHIFTED_LOGIT: Final = -700.0
"""The exponential of this is the smallest power of e that float64 holds with all its digits."""

INPUT: Final = "input"


class Operation(NamedTuple):
    """What a node computes from its inputs and its constant, and its derivatives.

    Attributes
    ----------
    symbol : str
        What is written in the node; ``{}`` stands for the constant.
    forward : callable
        The inputs and the constant in, the value out.
    local : callable
        The inputs, the value and the constant in; out the derivative of the value with respect to
        each input.
    """

    symbol: str
    forward: Callable[[Sequence[FloatArray], float], FloatArray]
    local: Callable[[Sequence[FloatArray], FloatArray, float], Sequence[FloatArray]]


def _products_of_others(inputs: Sequence[FloatArray]) -> list[FloatArray]:
    ones = np.ones_like(inputs[0])
    before = list(itertools.accumulate(inputs[:-1], _times, initial=ones))
    after = list(itertools.accumulate(inputs[:0:-1], _times, initial=ones))[::-1]
    return [_times(left, right) for left, right in zip(before, after, strict=True)]


def _is_winner(inputs: Sequence[FloatArray]) -> list[FloatArray]:
    winners = np.argmax(np.stack(inputs), axis=0)
    return [(winners == slot).astype(np.float64) for slot in range(len(inputs))]


def _times(left: FloatArray, right: FloatArray) -> FloatArray:
    """Multiply, with 0 times infinity 0: what does not count does not count however large it is."""
    product = left * right
    return np.where((left == 0.0) | (right == 0.0), 0.0, product)


def _product(inputs: Sequence[FloatArray]) -> FloatArray:
    *_, product = itertools.accumulate(inputs, _times)
    return product


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "add": Operation(
            "+",
            lambda x, _: np.sum(np.stack(x), axis=0),
            lambda x, *_: [np.ones_like(one) for one in x],
        ),
        "multiply": Operation("×", lambda x, _: _product(x), lambda x, *_: _products_of_others(x)),
        "maximum": Operation(
            "max", lambda x, _: np.max(np.stack(x), axis=0), lambda x, *_: _is_winner(x)
        ),
        "exp": Operation("exp", lambda x, _: np.exp(x[0]), lambda _, y, __: [y]),
        "log": Operation("log", lambda x, _: np.log(x[0]), lambda x, *_: [1.0 / x[0]]),
        "reciprocal": Operation("1/x", lambda x, _: 1.0 / x[0], lambda _, y, __: [-y * y]),
        "negate": Operation(
            "×−1", lambda x, _: 0.0 - x[0], lambda x, *_: [np.full_like(x[0], -1.0)]
        ),
        "add_constant": Operation("+{}", lambda x, c: x[0] + c, lambda x, *_: [np.ones_like(x[0])]),
        "multiply_constant": Operation(
            "×{}", lambda x, c: x[0] * c, lambda x, _, c: [np.full_like(x[0], c)]
        ),
        "divide_constant": Operation(
            "÷{}", lambda x, c: x[0] / c, lambda x, _, c: [np.full_like(x[0], 1.0 / c)]
        ),
    }
)
"""Every operation by its name. At a tie, the derivative of ``maximum`` goes to the first input."""


@dataclass(frozen=True)
class Node:
    """One operation, or one input.

    Attributes
    ----------
    id : str
        A unique name.
    operation : str
        A key of `OPERATIONS`, or `INPUT`.
    inputs : tuple of str
        The nodes whose values go in, in order.
    constant : float
        The constant of an operation that has one.
    group : str
        The box that holds the node in the collapsed view; empty for none.
    """

    id: str
    operation: str = INPUT
    inputs: tuple[str, ...] = ()
    constant: float = 0.0
    group: str = ""

    @property
    def symbol(self) -> str:
        """What is written in the node; empty for an input."""
        if self.operation == INPUT:
            return ""
        return OPERATIONS[self.operation].symbol.format(f"{self.constant:g}")


class Edge(NamedTuple):
    """A value's way from one node into another: indices of nodes, and which input it is there."""

    source: int
    target: int
    slot: int


@dataclass(frozen=True)
class Graph:
    """Nodes in the order of computation; the last one is the output.

    Attributes
    ----------
    nodes : tuple of Node
        Each after the nodes that it uses.

    Raises
    ------
    ValueError
        If there is no node, an id comes twice, an operation is unknown, or a node uses another
        that does not come before it.

    Examples
    --------
    >>> square = Graph((Node("x"), Node("square", "multiply", ("x", "x"))))
    >>> evaluate(square, [3.0]).gradients
    array([6., 1.])
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Refuse what could not be computed from left to right."""
        if not self.nodes:
            raise ValueError("nodes must not be empty")
        known = set[str]()
        for node in self.nodes:
            if node.id in known:
                raise ValueError(f"nodes must have unique ids, got {node.id!r} twice")
            if node.operation != INPUT and node.operation not in OPERATIONS:
                listed = ", ".join(map(repr, (INPUT, *OPERATIONS)))
                raise ValueError(
                    f"operation of node {node.id!r} must be one of {listed}, got {node.operation!r}"
                )
            if (node.operation == INPUT) != (not node.inputs):
                raise ValueError(
                    f"inputs of node {node.id!r} must be empty exactly if it is an input, "
                    f"got {node.inputs!r}"
                )
            for name in node.inputs:
                if name not in known:
                    raise ValueError(
                        f"inputs of node {node.id!r} must be nodes that come before it, "
                        f"got {name!r}"
                    )
            known.add(node.id)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each node by its id."""
        return {node.id: place for place, node in enumerate(self.nodes)}

    @cached_property
    def inputs(self) -> tuple[int, ...]:
        """The places of the input nodes, in the order of the columns of `evaluate`'s argument."""
        return tuple(i for i, node in enumerate(self.nodes) if node.operation == INPUT)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, by target and then by slot."""
        return tuple(
            Edge(self.index[name], target, slot)
            for target, node in enumerate(self.nodes)
            for slot, name in enumerate(node.inputs)
        )

    @cached_property
    def edges_into(self) -> tuple[tuple[int, ...], ...]:
        """For each node the places of its incoming edges, in the order of its inputs."""
        into: list[list[int]] = [[] for _ in self.nodes]
        for place, edge in enumerate(self.edges):
            into[edge.target].append(place)
        return tuple(map(tuple, into))


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All numbers of a graph; leading axes are those of the inputs.

    Attributes
    ----------
    values : (..., nodes)
        The forward value of each node.
    gradients : (..., nodes)
        The derivative of the output with respect to each node's value: the upstream gradient of
        that node. It is the sum of the edge gradients on the edges that leave the node.
    local_derivatives : (..., edges)
        The derivative of the edge's target with respect to the value on that edge.
    edge_gradients : (..., edges)
        What flows back along each edge: upstream gradient of the target times local derivative.
    """

    values: FloatArray
    gradients: FloatArray
    local_derivatives: FloatArray
    edge_gradients: FloatArray

    def part(self, rows: int | slice, *shape: int) -> Evaluation:
        """Some rows of the first axis; with a shape, that axis is split into it."""
        arrays = (self.values, self.gradients, self.local_derivatives, self.edge_gradients)
        parts = (array[rows] for array in arrays)
        return Evaluation(
            *(part.reshape(*shape, part.shape[-1]) if shape else part for part in parts)
        )


@np.errstate(all="ignore")
def evaluate(graph: Graph, inputs: ArrayLike) -> Evaluation:
    r"""Compute a graph forwards and backwards.

    With v the value of a node, u one of its inputs and L the output, the gradient that flows back
    along the edge from u to v is

    .. math:: \frac{\partial L}{\partial v} \frac{\partial v}{\partial u}

    and the gradient of u is the sum of these over all edges that leave u.

    Parameters
    ----------
    graph : Graph
        What to compute.
    inputs : array_like, shape (..., inputs)
        One number for each input node, in the order of `Graph.inputs`. Leading axes are a batch, so
        that a whole sweep is one call.

    Returns
    -------
    Evaluation
        The values and gradients of all nodes and edges, in float64.

    Raises
    ------
    ValueError
        If the inputs do not fit the graph or are not finite, or if a node has no value there, such
        as the logarithm of a negative number.

    Notes
    -----
    0 times infinity counts as 0, forwards and backwards: an overflowed value that is multiplied by
    0 does not matter. So NaN never appears.

    References
    ----------
    CS231n notes, "Backpropagation, intuitions". K. Saitoh, "Deep Learning from Scratch", chapter 5.

    Examples
    --------
    >>> result = evaluate(CIRCUITS["sum_times"].graph, [-2.0, 5.0, -4.0])
    >>> float(result.values[-1]), result.gradients[:3].tolist()
    (-12.0, [-4.0, -4.0, 3.0])
    """
    given = as_logits("inputs", inputs)
    if given.shape[-1] != len(graph.inputs):
        names = ", ".join(graph.nodes[i].id for i in graph.inputs)
        raise ValueError(
            f"inputs must have {len(graph.inputs)} entries in the last axis ({names}), "
            f"got shape {given.shape}"
        )
    require_finite("inputs", given)
    rows = given.astype(np.float64)

    # A node's numbers lie side by side in memory while they are computed.
    values = np.empty((len(graph.nodes), *rows.shape[:-1]))
    locals_ = np.empty((len(graph.edges), *rows.shape[:-1]))
    products = np.empty_like(locals_)
    gradients = np.zeros_like(values)
    values[list(graph.inputs)] = np.moveaxis(rows, -1, 0)
    for place, node in enumerate(graph.nodes):
        if node.operation == INPUT:
            continue
        operation = OPERATIONS[node.operation]
        into = graph.edges_into[place]
        operands = [values[graph.edges[edge].source] for edge in into]
        values[place] = operation.forward(operands, node.constant)
        for edge, local in zip(
            into, operation.local(operands, values[place], node.constant), strict=True
        ):
            locals_[edge] = local
    gradients[-1] = 1.0
    for place in reversed(range(len(graph.nodes))):
        for edge in graph.edges_into[place]:
            products[edge] = _times(gradients[place], locals_[edge])
            gradients[graph.edges[edge].source] += products[edge]
    _reject_nan(graph, values, gradients)
    return Evaluation(
        *(np.moveaxis(part, 0, -1) for part in (values, gradients, locals_, products))
    )


def _reject_nan(graph: Graph, values: FloatArray, gradients: FloatArray) -> None:
    for what, numbers in (("value", values), ("gradient", gradients)):
        missing = np.isnan(numbers.reshape(len(graph.nodes), -1)).any(axis=1)
        if missing.any():
            node = graph.nodes[int(missing.argmax())]
            raise ValueError(
                f"inputs must be in the domain of the graph, but node {node.id!r} "
                f"({node.operation}) has no {what} there"
            )


class Phase(StrEnum):
    """What a step of a traversal does."""

    INPUTS = "inputs"
    """Only the inputs are known."""
    FORWARD = "forward"
    """A unit computes its value."""
    SEED = "seed"
    """The derivative of the output with respect to itself: 1."""
    BACKWARD = "backward"
    """A unit hands its gradients back."""
    DONE = "done"
    """Everything is known."""


class Unit(NamedTuple):
    """What is drawn as one: a node, or in the collapsed view a whole group."""

    id: str
    nodes: tuple[int, ...]


class Step(NamedTuple):
    """One visit: of which unit (an index), and what happens there; no unit at either end."""

    phase: Phase
    unit: int | None


@dataclass(frozen=True, eq=False)
class Traversal:
    """The order in which a graph is gone through, forwards and then backwards.

    Attributes
    ----------
    units : tuple of Unit
        The operations in forward order; not the inputs.
    steps : tuple of Step
        The inputs, each unit forwards, the seed, each unit backwards, the end.
    nodes : tuple of int
        The nodes whose values can be seen: inputs, what leaves a unit, the output.
    edges : tuple of int
        The edges that can be seen: those that do not stay inside a unit.
    value_step : (nodes,) of int
        From which step on each of these values is known.
    gradient_step : (edges,) of int
        From which step on each of these edge gradients is known.
    seed_step : int
        From which step on the gradient at the output, 1, is known.
    """

    units: tuple[Unit, ...]
    steps: tuple[Step, ...]
    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    value_step: NDArray[np.int64]
    gradient_step: NDArray[np.int64]
    seed_step: int


@lru_cache
def traverse(graph: Graph, *, collapsed: bool = False) -> Traversal:
    """Return the order in which the nodes of a graph are visited.

    Parameters
    ----------
    graph : Graph
        What to go through.
    collapsed : bool
        Whether a group of nodes is one unit, of which only what goes in and out is seen.

    Returns
    -------
    Traversal
        The steps, and what is known at each of them.

    Raises
    ------
    ValueError
        If the groups cannot be visited one after the other.

    Examples
    --------
    >>> order = traverse(CIRCUITS["sum_times"].graph)
    >>> " ".join(order.units[step.unit].id for step in order.steps if step.phase == Phase.FORWARD)
    'q f'
    >>> order.gradient_step.tolist()  # the edges into q, then those into f
    [5, 5, 4, 4]
    """
    names: dict[str, list[int]] = {}
    unit_of: dict[int, str] = {}
    for place, node in enumerate(graph.nodes):
        if node.operation != INPUT:
            name = node.group if collapsed and node.group else node.id
            names.setdefault(name, []).append(place)
            unit_of[place] = name
    units = tuple(Unit(name, tuple(places)) for name, places in names.items())
    order = {unit.id: turn for turn, unit in enumerate(units)}

    edges = tuple(
        place
        for place, edge in enumerate(graph.edges)
        if unit_of.get(edge.source) != unit_of[edge.target]
    )
    for place in edges:
        source, target, _ = graph.edges[place]
        if source in unit_of and order[unit_of[source]] > order[unit_of[target]]:
            raise ValueError(
                f"groups must follow each other, but {unit_of[source]!r} and {unit_of[target]!r} "
                "need each other's values"
            )
    leaving = {graph.edges[place].source for place in edges} | {len(graph.nodes) - 1}
    nodes = tuple(place for place in range(len(graph.nodes)) if place in leaving)

    count = len(units)
    steps = (
        Step(Phase.INPUTS, None),
        *(Step(Phase.FORWARD, turn) for turn in range(count)),
        Step(Phase.SEED, count - 1),
        *(Step(Phase.BACKWARD, turn) for turn in reversed(range(count))),
        Step(Phase.DONE, None),
    )
    value_step = [order[unit_of[place]] + 1 if place in unit_of else 0 for place in nodes]
    gradient_step = [2 * count + 1 - order[unit_of[graph.edges[place].target]] for place in edges]
    return Traversal(
        units=units,
        steps=steps,
        nodes=nodes,
        edges=edges,
        value_step=np.array(value_step, dtype=np.int64),
        gradient_step=np.array(gradient_step, dtype=np.int64),
        seed_step=count + 1,
    )


def _softmax_nodes(
    classes: int, softmax_group: str, loss_group: str, prefix: str = ""
) -> list[Node]:
    every = range(classes)

    def ids(name: str) -> tuple[str, ...]:
        return tuple(f"{prefix}{name}{j}" for j in every)

    z, t, exp, y, log, weighted = map(ids, ("z", "t", "exp", "y", "log", "weighted"))
    total, share = f"{prefix}sum", f"{prefix}reciprocal"
    return [
        *(Node(z[j]) for j in every),
        *(Node(t[j]) for j in every),
        *(Node(exp[j], "exp", (z[j],), group=softmax_group) for j in every),
        Node(total, "add", exp, group=softmax_group),
        Node(share, "reciprocal", (total,), group=softmax_group),
        *(Node(y[j], "multiply", (exp[j], share), group=softmax_group) for j in every),
        *(Node(log[j], "log", (y[j],), group=loss_group) for j in every),
        *(Node(weighted[j], "multiply", (t[j], log[j]), group=loss_group) for j in every),
        Node(f"{prefix}log_likelihood", "add", weighted, group=loss_group),
        Node(f"{prefix}loss", "negate", (f"{prefix}log_likelihood",), group=loss_group),
    ]


def _require_classes(classes: int) -> None:
    if not 2 <= classes <= MOST_CLASSES:
        raise ValueError(f"classes must be from 2 to {MOST_CLASSES}, got {classes!r}")


@lru_cache
def softmax_with_cross_entropy(classes: int) -> Graph:
    r"""Return the graph of softmax followed by the cross-entropy error, for one sample.

    exp of each logit, their sum S, 1/S, times each exponential: that is the softmax y. Then the
    logarithm, times t, the sum over the classes, and the sign:

    .. math:: L = -\sum_j t_j \log y_j, \quad y_j = \frac{e^{z_j}}{S}

    Parameters
    ----------
    classes : int
        From 2 to 4: more do not fit in a picture. See `merge_classes`.

    Returns
    -------
    Graph
        Its inputs are the logits, then the targets. The groups ``softmax`` and ``cross_entropy``
        are the two boxes of the collapsed view; see `evaluate_boxes`.

    Raises
    ------
    ValueError
        If there are too few or too many classes.

    Notes
    -----
    The graph is the textbook's, with no protection against overflow. Give it logits up to
    `LARGEST_PLAIN_LOGIT` as they are, and larger ones by way of `shift_logits`. Then its loss and
    gradient agree with `cross_entropy.cross_entropy` to 1e-12; but a loss below 1e-16 is 0 here,
    because y has been rounded to 1.

    References
    ----------
    K. Saitoh, "Deep Learning from Scratch", appendix A.

    Examples
    --------
    >>> graph = softmax_with_cross_entropy(3)
    >>> result = evaluate(graph, [3.2, 5.1, -1.7, 1, 0, 0])
    >>> round(float(result.values[-1]), 4)
    2.0404
    >>> result.gradients[:3].round(4)
    array([-0.87 ,  0.869,  0.001])
    """
    _require_classes(classes)
    return Graph(tuple(_softmax_nodes(classes, "softmax", "cross_entropy")))


@lru_cache
def batch_of_softmax_with_loss(samples: int, classes: int) -> Graph:
    r"""Return the graph of the mean loss of a batch: each sample's loss, their sum, divided by N.

    .. math:: L = \frac{1}{N} \sum_n L_n, \quad
              \frac{\partial L}{\partial z_n} = \frac{y_n - t_n}{N}

    Parameters
    ----------
    samples : int
        The batch size N, at least 1.
    classes : int
        From 2 to 4.

    Returns
    -------
    Graph
        Its inputs are, sample by sample, the logits and then the targets. Each sample is a group,
        ``sample0``, ``sample1``, ...

    Raises
    ------
    ValueError
        If there is no sample, or too few or too many classes.

    Examples
    --------
    >>> graph = batch_of_softmax_with_loss(2, 3)
    >>> result = evaluate(graph, [3.2, 5.1, -1.7, 1, 0, 0, 1.3, 4.9, 2.0, 0, 1, 0])
    >>> result.gradients[:3].round(4)
    array([-0.435 ,  0.4345,  0.0005])
    """
    _require_classes(classes)
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples!r}")
    nodes: list[Node] = []
    for n in range(samples):
        nodes += _softmax_nodes(classes, f"sample{n}", f"sample{n}", f"s{n}.")
    losses = tuple(f"s{n}.loss" for n in range(samples))
    nodes.append(Node("total", "add", losses))
    nodes.append(Node("mean", "divide_constant", ("total",), constant=float(samples)))
    return Graph(tuple(nodes))


def evaluate_boxes(logits: ArrayLike, targets: ArrayLike) -> Evaluation:
    r"""Compute what goes in and out of the boxes of the collapsed view, each box in one piece.

    What real code does: softmax and cross-entropy are computed without their inner nodes, so that
    nothing overflows, and a tiny loss does not become 0. The gradient at the logits is
    (y - t) / N.

    Parameters
    ----------
    logits, targets : array_like, shape (..., samples, classes)
        The logits z, and the targets t as distributions. The leading axes are the same for both.

    Returns
    -------
    Evaluation
        Numbers of `softmax_with_cross_entropy` for one sample, of `batch_of_softmax_with_loss` for
        several. NaN stands for what is inside a box.

    Raises
    ------
    ValueError
        As for `cross_entropy.cross_entropy`, and for a number of classes that is not from 2 to 4.

    Examples
    --------
    >>> result = evaluate_boxes([[10, -100, -100]], [[1, 0, 0]])
    >>> print(f"{result.values[-1]:.4g}")
    3.378e-48
    """
    z, t = as_logits("logits", logits), as_floats("targets", targets)
    *lead, samples, classes = z.shape
    is_batch = samples > 1
    graph = (
        batch_of_softmax_with_loss(samples, classes)
        if is_batch
        else softmax_with_cross_entropy(classes)
    )
    loss = cross_entropy(z, t, reduction="none")
    y, log_y = softmax(z), log_softmax(z)
    values, gradients = np.full((2, *lead, len(graph.nodes)), np.nan)
    local = np.full((*lead, len(graph.edges)), np.nan)
    with np.errstate(all="ignore"):
        at_y = 0.0 - np.where(t == 0.0, 0.0, t / y)
    parts = {"z": (z, loss.gradient), "t": (t, 0.0 - log_y), "y": (y, at_y)}
    for n in range(samples):
        prefix = f"s{n}." if is_batch else ""
        for name, (value, gradient) in parts.items():
            for j in range(classes):
                place = graph.index[f"{prefix}{name}{j}"]
                values[..., place] = value[..., n, j]
                gradients[..., place] = gradient[..., n, j] / samples
        place = graph.index[f"{prefix}loss"]
        values[..., place] = loss.per_sample[..., n]
        gradients[..., place] = 1.0 / samples
    if is_batch:
        total, mean = graph.index["total"], graph.index["mean"]
        values[..., total] = loss.per_sample.sum(axis=-1)
        values[..., mean] = values[..., total] / samples
        gradients[..., total], gradients[..., mean] = 1.0 / samples, 1.0
        local[..., graph.edges_into[total]] = 1.0
        local[..., graph.edges_into[mean]] = 1.0 / samples
    # Whatever leaves a box leaves it along one edge only, whose gradient is therefore its own.
    sources = [edge.source for edge in graph.edges]
    return Evaluation(values, gradients, local, gradients[..., sources])


def shift_logits(logits: ArrayLike) -> FloatArray:
    """Subtract each sample's largest logit, which changes no probability, and bound the rest.

    Parameters
    ----------
    logits : array_like, shape (..., classes)
        Finite scores.

    Returns
    -------
    ndarray of float64
        z - max z, but not below `LOWEST_SHIFTED_LOGIT`: the exponential of a number below would
        be 0, its logarithm minus infinity, and the graph could not say what the gradient is.

    Raises
    ------
    ValueError
        If the logits are empty or not finite.

    Examples
    --------
    >>> shift_logits([123, 456, 789])
    array([-666., -333.,    0.])
    >>> shift_logits([0, 1e6])
    array([-700.,    0.])
    """
    values = as_logits("logits", logits)
    require_finite("logits", values)
    shifted = values.astype(np.float64) - np.max(values, axis=-1, keepdims=True)
    return np.asarray(np.maximum(shifted, LOWEST_SHIFTED_LOGIT))


def kept_classes(classes: int, label: int) -> tuple[int, ...]:
    """Return the classes that a graph shows by themselves, in their order.

    Up to four classes are all shown. Of more, the first three are, or the first two and the true
    class if that comes later; the others are left to `merge_classes`.

    Parameters
    ----------
    classes, label : int
        The number of classes and the true class.

    Returns
    -------
    tuple of int
        The classes to keep.

    Raises
    ------
    ValueError
        If the label is not one of the classes.

    Examples
    --------
    >>> kept_classes(4, 0), kept_classes(10, 7)
    ((0, 1, 2, 3), (0, 1, 7))
    """
    if not 0 <= label < classes:
        raise ValueError(f"label must be from 0 to {classes - 1}, got {label!r}")
    if classes <= MOST_CLASSES:
        return tuple(range(classes))
    return tuple(sorted({*range(MOST_CLASSES - 2), max(label, MOST_CLASSES - 2)}))


def merge_classes(logits: ArrayLike, kept: Sequence[int]) -> FloatArray:
    r"""Keep some classes, and make all others one class with the sum of their exponentials.

    .. math:: z_\text{rest} = \log \sum_{j \notin \text{kept}} e^{z_j}

    The probabilities of the kept classes stay what they are, and so do the loss and the gradient of
    a sample whose true class is among them.

    Parameters
    ----------
    logits : array_like, shape (..., classes)
        Finite scores.
    kept : sequence of int
        The classes to keep.

    Returns
    -------
    ndarray of float64, shape (..., kept + 1)
        The kept logits and that of the rest; without the rest if all classes are kept.

    Raises
    ------
    ValueError
        If the logits are empty or not finite, or a kept class does not exist.

    Examples
    --------
    >>> merge_classes([1.0, 2.0, 3.0, 3.0], [0, 1]).round(4)
    array([1.    , 2.    , 3.6931])
    """
    values = as_logits("logits", logits)
    require_finite("logits", values)
    classes = values.shape[-1]
    for index in kept:
        if not 0 <= index < classes:
            raise ValueError(f"kept must be classes from 0 to {classes - 1}, got {index!r}")
    table = values.astype(np.float64)
    rest = [j for j in range(classes) if j not in kept]
    if not rest:
        return table[..., list(kept)]
    merged = np.logaddexp.reduce(table[..., rest], axis=-1, keepdims=True)
    return np.concatenate([table[..., list(kept)], merged], axis=-1)


def textbook_gradient(probabilities: ArrayLike, targets: ArrayLike) -> FloatArray:
    r"""Divide p - t by the length of the first axis, as the SoftmaxWithLoss of tutorials does.

    For a batch of shape (N, classes) that is the gradient of the mean loss, (p - t) / N. A single
    sample given with shape (classes,) is divided by the number of *classes*: too small a gradient.
    It is here to be shown, not to be used; `cross_entropy.cross_entropy` takes a 1-D sample as a
    batch of one.

    Parameters
    ----------
    probabilities, targets : array_like, shape (classes,) or (batch, classes)
        p and t.

    Returns
    -------
    ndarray
        (p - t) / len(t).

    Raises
    ------
    ValueError
        If the shapes differ, or there is no axis to divide by.

    References
    ----------
    K. Saitoh, "Deep Learning from Scratch", common/layers.py.

    Examples
    --------
    >>> textbook_gradient([[0.3, 0.2, 0.5]], [[0, 1, 0]])
    array([[ 0.3, -0.8,  0.5]])
    >>> textbook_gradient([0.3, 0.2, 0.5], [0, 1, 0]).round(4)
    array([ 0.1   , -0.2667,  0.1667])
    """
    p, t = as_logits("probabilities", probabilities), as_floats("targets", targets)
    if p.shape != t.shape:
        raise ValueError(
            f"targets must have the shape of the probabilities, {p.shape}, got shape {t.shape}"
        )
    return (p - t) / len(t)


@dataclass(frozen=True)
class Circuit:
    """A small well-known expression.

    Attributes
    ----------
    id : str
        A unique name.
    formula : str
        What it computes.
    graph : Graph
        The expression as a graph.
    inputs : tuple of float
        The published inputs.
    source : str
        Where it is published.
    """

    id: str
    formula: str
    graph: Graph
    inputs: tuple[float, ...]
    source: str


_CS231N = "CS231n notes, Backpropagation"

_SUM_TIMES = Circuit(
    "sum_times",
    "(x + y) z",
    Graph(
        (
            Node("x"),
            Node("y"),
            Node("z"),
            Node("q", "add", ("x", "y")),
            Node("f", "multiply", ("q", "z")),
        )
    ),
    (-2.0, 5.0, -4.0),
    _CS231N,
)

_SIGMOID_NEURON = Circuit(
    "sigmoid_neuron",
    "1 / (1 + exp(−(w₀x₀ + w₁x₁ + w₂)))",
    Graph(
        (
            Node("w0"),
            Node("x0"),
            Node("w1"),
            Node("x1"),
            Node("w2"),
            Node("w0x0", "multiply", ("w0", "x0")),
            Node("w1x1", "multiply", ("w1", "x1")),
            Node("sum", "add", ("w0x0", "w1x1")),
            Node("score", "add", ("sum", "w2")),
            Node("negative", "negate", ("score",)),
            Node("exp", "exp", ("negative",)),
            Node("denominator", "add_constant", ("exp",), constant=1.0),
            Node("f", "reciprocal", ("denominator",)),
        )
    ),
    (2.0, -1.0, -3.0, -2.0, -3.0),
    _CS231N,
)

_GATES = Circuit(
    "gates",
    "2 (x y + max(z, w))",
    Graph(
        (
            Node("x"),
            Node("y"),
            Node("z"),
            Node("w"),
            Node("product", "multiply", ("x", "y")),
            Node("maximum", "maximum", ("z", "w")),
            Node("sum", "add", ("product", "maximum")),
            Node("f", "multiply_constant", ("sum",), constant=2.0),
        )
    ),
    (3.0, -4.0, 2.0, -1.0),
    _CS231N,
)

CIRCUITS: Final[Mapping[str, Circuit]] = MappingProxyType(
    {circuit.id: circuit for circuit in (_SUM_TIMES, _SIGMOID_NEURON, _GATES)}
)
"""The small expressions, by their ids."""
