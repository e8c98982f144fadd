"""Small published expressions as graphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.graphs.engine import Graph, Node

__all__ = ["CIRCUITS", "Circuit"]


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
