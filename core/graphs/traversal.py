"""The order in which a graph is gone through: forwards, and then backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from core.graphs.engine import INPUT, Graph

__all__ = ["Traversal", "TraversalPhase", "TraversalStep", "TraversalUnit", "traverse"]


class TraversalPhase(StrEnum):
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


class TraversalUnit(NamedTuple):
    """What is visited as one: a node, or in the collapsed view a whole group."""

    id: str
    nodes: tuple[int, ...]


class TraversalStep(NamedTuple):
    """What happens, and in which unit; in none at either end."""

    phase: TraversalPhase
    unit: TraversalUnit | None


@dataclass(frozen=True, eq=False)
class Traversal:
    """The order in which a graph is gone through, forwards and then backwards.

    Attributes
    ----------
    graph : Graph
        What is gone through.
    units : tuple of TraversalUnit
        The operations in forward order; not the inputs.
    steps : tuple of TraversalStep
        The inputs, each unit forwards, the seed, each unit backwards, the end.
    value_step : mapping of int to int
        For each node whose value can be seen, the step from which on it is known: the inputs, what
        leaves a unit, the output.
    gradient_step : mapping of int to int
        The same for the gradient on each edge that can be seen: those that do not stay inside a
        unit.
    seed_step : int
        From which step on the gradient at the output, 1, is known.
    """

    graph: Graph
    units: tuple[TraversalUnit, ...]
    steps: tuple[TraversalStep, ...]
    value_step: Mapping[int, int]
    gradient_step: Mapping[int, int]
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
    >>> from core.graphs.circuits import CIRCUITS
    >>> order = traverse(CIRCUITS["sum_times"].graph)
    >>> [step.unit.id for step in order.steps if step.phase == TraversalPhase.FORWARD]
    ['q', 'f']
    >>> order.gradient_step  # the edges into q, then those into f
    {0: 5, 1: 5, 2: 4, 3: 4}
    """
    groups: dict[str, list[int]] = {}
    group_of: dict[int, str] = {}
    for place, node in enumerate(graph.nodes):
        if node.operation != INPUT:
            group_of[place] = node.group if collapsed and node.group else node.id
            groups.setdefault(group_of[place], []).append(place)
    units = tuple(TraversalUnit(id, tuple(places)) for id, places in groups.items())
    turns = {unit.id: turn for turn, unit in enumerate(units)}

    edges = [
        place
        for place, edge in enumerate(graph.edges)
        if group_of.get(edge.source) != group_of[edge.target]
    ]
    for place in edges:
        source, target, _ = graph.edges[place]
        if source in group_of and turns[group_of[source]] > turns[group_of[target]]:
            raise ValueError(
                f"groups must follow each other, but {group_of[source]!r} and "
                f"{group_of[target]!r} need each other's values"
            )
    count = len(units)
    nodes = sorted({graph.edges[place].source for place in edges} | {len(graph.nodes) - 1})
    return Traversal(
        graph=graph,
        units=units,
        steps=(
            TraversalStep(TraversalPhase.INPUTS, None),
            *(TraversalStep(TraversalPhase.FORWARD, unit) for unit in units),
            TraversalStep(TraversalPhase.SEED, units[-1] if units else None),
            *(TraversalStep(TraversalPhase.BACKWARD, unit) for unit in reversed(units)),
            TraversalStep(TraversalPhase.DONE, None),
        ),
        value_step={
            place: turns[group_of[place]] + 1 if place in group_of else 0 for place in nodes
        },
        gradient_step={
            place: 2 * count + 1 - turns[group_of[graph.edges[place].target]] for place in edges
        },
        seed_step=count + 1,
    )
