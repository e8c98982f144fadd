"""What a reader guesses at the question mark of the graph, and how near that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from core.graphs.traversal import TraversalPhase
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.layout import OUTPUT, layout_of
from pages.softmax_loss_graph.numbers import GraphSweeps

__all__ = ["WITHIN", "Reply", "asked_at", "reply_to"]

WITHIN: Final = 0.05
"""How far from a number, relative to it, a guess still counts as right."""

Kind: TypeAlias = Literal["right", "sign", "upstream", "local", "other"]


@dataclass(frozen=True)
class Reply:
    """What there is to say to a guess.

    Parameters
    ----------
    kind
        ``right``; only the ``sign`` is wrong; it is the ``upstream`` gradient, or the ``local``
        derivative alone; or any ``other`` number.
    guess, truth
        What was guessed, and the number that stands there; of several the one that is nearest.
    """

    kind: Kind
    guess: float
    truth: float


def asked_at(state: SoftmaxLossGraphState, sweeps: GraphSweeps, step: int) -> tuple[float, ...]:
    """Give the numbers that a step brings: at the step before, question marks stand for them."""
    layout = layout_of(state.kind, sweeps.rows, len(sweeps.inputs), sweeps.axis.limit)
    graph, order = sweeps.now.graph, sweeps.order
    values = [
        float(graph.values[node])
        for node in layout.values
        if step > 0 and order.value_step[node] == step
    ]
    gradients = [
        1.0 if edge == OUTPUT else float(graph.edge_gradients[edge])
        for edge in layout.gradients
        if layout.gradient_step(edge) == step
    ]
    return (*values, *gradients)


def reply_to(state: SoftmaxLossGraphState, sweeps: GraphSweeps) -> Reply | None:
    """Compare the guess, if there is one, with what the present step has brought."""
    asked, said = asked_at(state, sweeps, sweeps.step), state.said
    if said is None or not asked:
        return None
    truth = min(asked, key=lambda number: abs(number - said))
    if _is_near(said, truth):
        return Reply("right", said, truth)
    opposite = next((number for number in asked if _is_near(said, -number)), None)
    if opposite is not None:
        return Reply("sign", said, opposite)
    return Reply(_missed_factor(sweeps, said), said, truth)


def _missed_factor(sweeps: GraphSweeps, said: float) -> Kind:
    """Tell whether a gradient was guessed that is only one of the two factors."""
    if sweeps.order.steps[sweeps.step].phase != TraversalPhase.BACKWARD:
        return "other"
    told = {name: float(numbers) for name, numbers in sweeps.now.told.items()}
    if _is_near(said, told.get("up", 0.0)):
        return "upstream"
    local = [number for name, number in told.items() if name.startswith("local")]
    return "local" if any(_is_near(said, number) for number in local) else "other"


def _is_near(guess: float, number: float) -> bool:
    """Of 0 nothing but 0 is near, and of NaN nothing at all."""
    return abs(guess - number) <= WITHIN * abs(number)
