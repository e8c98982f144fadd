"""Why y - t comes out of the graph, with the current numbers; and the small expressions."""

from __future__ import annotations

from dataclasses import replace

from core.validation import FloatArray
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import GraphSweeps
from pages.softmax_loss_graph.stage import sweeps_of
from pages.ui.kit.latex import number, row, signed
from pages.ui.text import Text

__all__ = ["derivation"]


def derivation(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> str:
    """Derive the gradients of the graph that is shown, as Markdown."""
    part = _circuit(state.graph, sweeps, t) if state.is_circuit else _softmax(state, t)
    return t("softmax_loss_graph.why", derivation=part)


def _circuit(id: str, sweeps: GraphSweeps, t: Text) -> str:
    ids, graph = [node.id for node in sweeps.order.graph.nodes], sweeps.now.graph
    values = dict(zip(ids, map(number, graph.values.tolist()), strict=True))
    slopes = dict(zip(ids, map(number, graph.gradients.tolist()), strict=True))
    # The inputs come first; they stand in products, as they were typed.
    inputs = dict(zip(ids, map(signed, sweeps.inputs.values()), strict=False))
    return t(
        f"softmax_loss_graph.{id}",
        **(values | inputs),
        **{f"d{id}": slope for id, slope in slopes.items()},
        slope=slopes.get("score", ""),
    )


def _softmax(state: SoftmaxLossGraphState, t: Text) -> str:
    nodes = sweeps_of(replace(state, view="full")).now.graph
    boxes = sweeps_of(replace(state, view="collapsed"))
    index, shown = boxes.order.graph.index, boxes.now.graph

    def entries(numbers: FloatArray, name: str) -> str:
        return row(number(float(numbers[index[f"{name}{j}"]])) for j in range(boxes.rows))

    return t(
        "softmax_loss_graph.softmax",
        logits=entries(nodes.values, "z"),
        targets=entries(shown.values, "t"),
        sum=number(float(nodes.values[index["sum"]])),
        probabilities=entries(shown.values, "y"),
        loss=number(float(shown.values[index["loss"]])),
        slopes=entries(shown.gradients, "z"),
        classes=boxes.rows,
    )
