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
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.validation import FloatArray, as_logits, require_finite

__all__ = ["INPUT", "OPERATIONS", "Edge", "Graph", "GraphValues", "Node", "Operation", "evaluate"]

INPUT: Final = "input"
"""The operation of a node that has none."""


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
class GraphValues:
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


@np.errstate(all="ignore")
def evaluate(graph: Graph, inputs: ArrayLike) -> GraphValues:
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
    GraphValues
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
    >>> from core.graphs.circuits import CIRCUITS
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
    return GraphValues(
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
