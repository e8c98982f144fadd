"""Lesson: the computational graph of softmax with cross-entropy, forwards and backwards, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from core.graphs.circuits import CIRCUITS
from pages.ui.lessons import Lesson
from pages.ui.state.parameters import declared, number, option, whole
from pages.ui.state.state import State
from pages.ui.state.written import Problem, parse_numbers, write_scores

__all__ = ["GRAPHS", "GRAPH_VIEWS", "LARGEST_INPUT", "LESSON", "SoftmaxLossGraphState"]

GRAPHS: Final = ("softmax", *CIRCUITS)
GRAPH_VIEWS: Final = ("full", "collapsed", "batch")
LARGEST_INPUT: Final = 1000.0
LARGEST_GUESS: Final = 999_999.0


def _inputs() -> Any:
    """Declare the inputs of a small expression: as many as the graph chosen has."""

    def read(text: str, state: Any) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
        if state.graph not in CIRCUITS:
            return None, ()
        published = CIRCUITS[state.graph].inputs
        return parse_numbers(
            text,
            "inputs",
            count=len(published),
            reason="input_count",
            largest=LARGEST_INPUT,
            used=write_scores(published),
        )

    return declared("inputs", None, read, write_scores)


@dataclass(frozen=True)
class SoftmaxLossGraphState(State):
    """The graph, and how far its timeline has come."""

    graph: str = option("graph", "softmax", GRAPHS)
    """The computational graph: that of softmax with loss, or one of `CIRCUITS`."""
    view: str = option("view", "full", GRAPH_VIEWS, is_view=True)
    """How the graph of softmax with loss is drawn."""
    node: int = whole("node", 1, most=99, is_view=True)
    """How far the timeline of the graph has come, counted from 1; 0 for its end."""
    inputs: tuple[float, ...] | None = _inputs()
    """The inputs of a small expression; None: the published ones."""
    said: float | None = number("said", None, least=-LARGEST_GUESS, most=LARGEST_GUESS)
    """What the reader guessed would stand at the question mark, before this node was visited."""

    @property
    def is_circuit(self) -> bool:
        """Whether the graph is one of the small expressions."""
        return self.graph in CIRCUITS

    @property
    def kind(self) -> str:
        """What is drawn: a view of softmax with loss, or the id of a small expression."""
        return self.graph if self.is_circuit else self.view

    @property
    def is_batch(self) -> bool:
        """Whether it is a batch of softmax with loss."""
        return self.kind == "batch"


LESSON = Lesson(
    "softmax_loss_graph",
    path="softmax-with-loss-graph",
    place=11,
    state=SoftmaxLossGraphState,
    part="tools",
)
