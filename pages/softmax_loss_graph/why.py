"""Why y - t comes out of the graph, with the current numbers; and the small expressions."""

from __future__ import annotations

from dataclasses import replace

from core.validation import FloatArray
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.graph_scene import Scene, scene_of
from pages.ui.kit.latex import number, row, signed
from pages.ui.text import Text

__all__ = ["derivation"]


def derivation(scene: Scene, t: Text) -> str:
    """Derive the gradients of the graph that is shown, as Markdown."""
    part = _circuit(scene, t) if scene.is_circuit else _softmax(scene.state, t)
    return t("softmax_loss_graph.why", derivation=part)


def _circuit(scene: Scene, t: Text) -> str:
    graph = scene.picture.graph
    inputs = dict(zip((graph.nodes[node].id for node in graph.inputs), scene.inputs, strict=True))
    values = {
        node.id: number(value)
        for node, value in zip(graph.nodes, scene.now.values.tolist(), strict=True)
    }
    slopes = {
        f"d{node.id}": number(value)
        for node, value in zip(graph.nodes, scene.now.gradients.tolist(), strict=True)
    }
    written = {id: signed(value) for id, value in inputs.items()}
    slope = slopes.get("dscore", "")
    return t(
        f"softmax_loss_graph.{scene.state.graph}", **{**values, **slopes, **written, "slope": slope}
    )


def _softmax(state: SoftmaxLossGraphState, t: Text) -> str:
    nodes = scene_of(replace(state, view="full"))
    boxes = scene_of(replace(state, view="collapsed"))
    graph = boxes.picture.graph
    classes = len(boxes.kept) + boxes.is_merged

    def entries(numbers: FloatArray, name: str) -> str:
        return row(number(float(numbers[graph.index[f"{name}{j}"]])) for j in range(classes))

    return t(
        "softmax_loss_graph.softmax",
        logits=entries(nodes.now.values, "z"),
        targets=entries(boxes.now.values, "t"),
        sum=number(float(nodes.now.values[graph.index["sum"]])),
        probabilities=entries(boxes.now.values, "y"),
        loss=number(float(boxes.now.values[graph.index["loss"]])),
        slopes=entries(boxes.now.gradients, "z"),
        classes=classes,
    )
