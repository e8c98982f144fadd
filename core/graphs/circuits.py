"""Small published expressions as graphs: those of the CS231n notes on backpropagation."""

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
    formula : str
        What it computes.
    inputs : tuple of float
        The published inputs.
    graph : Graph
        The expression as a graph.
    """

    formula: str
    inputs: tuple[float, ...]
    graph: Graph


CIRCUITS: Final[Mapping[str, Circuit]] = MappingProxyType(
    {
        "sum_times": Circuit(
            "(x + y) z",
            (-2.0, 5.0, -4.0),
            Graph(
                (
                    Node("x"),
                    Node("y"),
                    Node("z"),
                    Node("q", "add", ("x", "y")),
                    Node("f", "multiply", ("q", "z")),
                )
            ),
        ),
        "sigmoid_neuron": Circuit(
            "1 / (1 + exp(−(w₀x₀ + w₁x₁ + w₂)))",
            (2.0, -1.0, -3.0, -2.0, -3.0),
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
        ),
        "gates": Circuit(
            "2 (x y + max(z, w))",
            (3.0, -4.0, 2.0, -1.0),
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
        ),
    }
)
"""The small expressions, by their ids."""
