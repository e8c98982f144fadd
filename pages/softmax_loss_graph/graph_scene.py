"""What the lesson on computational graphs shows: all numbers, for every step of every handle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.graphs.graph import (
    CIRCUITS,
    LARGEST_PLAIN_LOGIT,
    OPERATIONS,
    Evaluation,
    Phase,
    evaluate,
    evaluate_boxes,
    kept_classes,
    merge_classes,
    shift_logits,
    textbook_gradient,
)
from core.validation import FloatArray
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.panels import SAMPLES, Picture, graph_places, picture
from pages.ui.kit.sweeps import ScoreAxis, one_at_a_time, score_axis
from pages.ui.stage.vocabulary import Place

__all__ = [
    "COMPANIONS",
    "Scene",
    "digits_of",
    "handle_sweep",
    "places",
    "scene_of",
    "slots",
    "sources",
    "tiles",
    "timeline_sweep",
]

COMPANIONS: Final = (((1.3, 4.9, 2.0, 0.5), 1), ((2.2, 2.5, -3.1, 0.3), 2))
"""The other samples of the batch: logits, of which the first are used, and label. With three
classes they are the other two images of the CS231n slides."""

OPERAND_DIGITS: Final = 6
RESULT_DIGITS: Final = 4
"""Significant digits in sentences. Operands have two more, so that a calculator agrees."""

IntArray = NDArray[np.int64]
Source = tuple[str, int]
"""Which array of an evaluation, and which of its entries."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A graph with its numbers.

    Attributes
    ----------
    state
        What it shows.
    picture
        The graph and where it stands.
    axis
        The grid on which the inputs move.
    kept
        The classes with a row of their own; empty for a small expression.
    inputs
        The values at the tracks.
    now, swept
        All numbers now, and for each movable input and each step of it.
    step
        Where the timeline is.
    is_shifted
        Whether the logits are given to the graph less their maximum.
    is_merged
        Whether the last row stands for all other classes.
    """

    state: SoftmaxLossGraphState
    picture: Picture
    axis: ScoreAxis
    kept: tuple[int, ...]
    inputs: tuple[float, ...]
    now: Evaluation
    swept: Evaluation
    step: int
    is_shifted: bool = False
    is_merged: bool = False

    @property
    def last(self) -> int:
        """The last step of the timeline."""
        return len(self.picture.order.steps) - 1

    @property
    def rows(self) -> int:
        """The number of classes that are drawn; 0 for a small expression."""
        return len(self.kept) + self.is_merged

    @property
    def is_circuit(self) -> bool:
        """Whether this is one of the small expressions."""
        return self.state.graph in CIRCUITS

    @property
    def is_batch(self) -> bool:
        """Whether this is a batch of softmax with loss."""
        return self.state.view == "batch" and not self.is_circuit


def scene_of(state: SoftmaxLossGraphState) -> Scene:
    """Everything the stage shows, for every step of every handle."""
    return _circuit_scene(state) if state.graph in CIRCUITS else _softmax_scene(state)


def _step(state: SoftmaxLossGraphState, drawn: Picture) -> int:
    last = len(drawn.order.steps) - 1
    return last if state.node == 0 else min(state.node - 1, last)


def _circuit_scene(state: SoftmaxLossGraphState) -> Scene:
    circuit = CIRCUITS[state.graph]
    inputs = circuit.inputs if state.inputs is None else state.inputs
    axis = score_axis(inputs)
    swept = one_at_a_time(inputs, axis.grid)
    rows = np.concatenate([[inputs], swept.reshape(-1, len(inputs))])
    everything = evaluate(circuit.graph, rows)
    drawn = picture(state.graph, 0, axis.limit, len(inputs))
    return Scene(
        state=state,
        picture=drawn,
        axis=axis,
        kept=(),
        inputs=inputs,
        now=everything.part(0),
        swept=everything.part(slice(1, None), *swept.shape[:2]),
        step=_step(state, drawn),
    )


def _softmax_scene(state: SoftmaxLossGraphState) -> Scene:
    scores, label = state.example.scores, state.example.label
    kept = kept_classes(len(scores), label)
    logits = merge_classes(scores, kept)
    is_merged = len(logits) > len(kept)
    every_target = np.asarray(state.example.targets) / sum(state.example.targets)
    targets = every_target[list(kept)]
    if is_merged:
        targets = np.append(targets, np.delete(every_target, kept).sum())
    axis = score_axis(scores)
    swept = one_at_a_time(logits, axis.grid)[: len(kept)]
    rows = np.concatenate([logits[None], swept.reshape(-1, len(logits))])
    wanted = np.broadcast_to(targets, rows.shape)
    is_full = state.view == "full"
    is_shifted = is_full and axis.limit > LARGEST_PLAIN_LOGIT
    drawn = picture(state.view, len(logits), axis.limit, len(kept))
    if is_full:
        given = shift_logits(rows) if is_shifted else rows
        everything = evaluate(drawn.graph, np.concatenate([given, wanted], axis=-1))
    elif state.view == "collapsed":
        everything = evaluate_boxes(rows[:, None], wanted[:, None])
    else:
        everything = evaluate_boxes(*_with_companions(rows, wanted))
    return Scene(
        state=state,
        picture=drawn,
        axis=axis,
        kept=kept,
        inputs=tuple(scores[index] for index in kept),
        now=everything.part(0),
        swept=everything.part(slice(1, None), *swept.shape[:2]),
        step=_step(state, drawn),
        is_shifted=is_shifted,
        is_merged=is_merged,
    )


def _with_companions(rows: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    classes = rows.shape[-1]
    logits, wanted = [rows], [targets]
    for scores, label in COMPANIONS:
        logits.append(np.broadcast_to(scores[:classes], rows.shape))
        wanted.append(np.broadcast_to(np.eye(classes)[min(label, classes - 1)], rows.shape))
    return np.stack(logits, axis=1), np.stack(wanted, axis=1)


def _at(evaluation: Evaluation, source: Source | None) -> FloatArray:
    if source is None:
        return np.full(evaluation.values.shape[:-1], np.nan)
    numbers: FloatArray = getattr(evaluation, source[0])[..., source[1]]
    return numbers


@lru_cache(64)
def sources(drawn: Picture) -> tuple[Mapping[str, Source], ...]:
    """For each step, where the numbers of its sentence come from.

    ``in0``, ``in1``, ...: what goes into the unit; ``out0``, ...: what it computes; ``back0``, ...:
    what comes back along the edges that leave it; ``up``: their sum; ``local0``, ... and
    ``down0``, ...: local derivative and gradient of each edge that goes in.
    """
    graph, order = drawn.graph, drawn.order
    found: list[Mapping[str, Source]] = []
    for visit in order.steps:
        here: dict[str, Source] = {}
        found.append(here)
        if visit.phase == Phase.DONE:
            here.update({f"down{i}": ("gradients", node) for i, node in enumerate(drawn.asked)})
        if visit.unit is None:
            continue
        nodes = order.units[visit.unit].nodes
        entering = [edge for edge in order.edges if graph.edges[edge].target in nodes]
        leaving = [edge for edge in order.edges if graph.edges[edge].source in nodes]
        outputs = [node for node in order.nodes if node in nodes]
        for i, edge in enumerate(entering):
            here[f"in{i}"] = ("values", graph.edges[edge].source)
            here[f"local{i}"] = ("local_derivatives", edge)
            here[f"down{i}"] = ("edge_gradients", edge)
        here.update({f"out{i}": ("values", node) for i, node in enumerate(outputs)})
        here.update({f"back{i}": ("edge_gradients", edge) for i, edge in enumerate(leaving)})
        if len(outputs) == 1:
            here["up"] = ("gradients", outputs[0])
    return tuple(found)


@lru_cache(64)
def slots(drawn: Picture) -> tuple[str, ...]:
    """All names of numbers in sentences, and of the signs between them."""
    found = {slot for here in sources(drawn) for slot in here}
    signs = {f"sign_{slot}" for slot in found if slot.startswith("down")}
    return (*sorted(found), "sign_out0", "sign_up", *sorted(signs))


def digits_of(slot: str) -> int:
    """How many significant digits a number of a sentence has at most."""
    return RESULT_DIGITS if slot.startswith(("out", "down")) else OPERAND_DIGITS


def _rounded(values: FloatArray, digits: int) -> tuple[FloatArray, FloatArray]:
    """Numbers rounded to significant digits, and the unit of the last one."""
    with np.errstate(all="ignore"):
        power = np.floor(np.log10(np.abs(values)))
        unit = np.where(np.isfinite(power), 10.0 ** (power - digits + 1), 1.0)
        return np.where(np.isfinite(power), np.rint(values / unit) * unit, values), unit


def _signs(
    drawn: Picture, step: int, numbers: Mapping[Place, FloatArray]
) -> dict[Place, FloatArray]:
    """0 for =, where what is printed gives what is printed on a calculator; 1 for ≈."""
    printed = {str(slot): _rounded(n, digits_of(str(slot))) for slot, n in numbers.items()}
    here, visit = sources(drawn)[step], drawn.order.steps[step]
    claims: dict[str, tuple[str, FloatArray]] = {}
    with np.errstate(all="ignore"):
        if visit.unit is not None and visit.phase == Phase.FORWARD:
            node = drawn.graph.nodes[drawn.order.units[visit.unit].nodes[0]]
            given = [printed[f"in{i}"][0] for i in range(len(node.inputs)) if f"in{i}" in here]
            if given and len(given) == len(node.inputs):
                operation = OPERATIONS[node.operation]
                claims["sign_out0"] = ("out0", operation.forward(given, node.constant))
        for slot in here:
            if slot.startswith("down") and "up" in here:
                local = printed[slot.replace("down", "local")][0]
                claims[f"sign_{slot}"] = (slot, printed["up"][0] * local)
        back = [printed[slot][0] for slot in here if slot.startswith("back")]
        if len(back) > 1:
            claims["sign_up"] = ("up", np.sum(back, axis=0))
        lead = next(iter(numbers.values())).shape
        found: dict[Place, FloatArray] = {
            slot: np.zeros(lead) for slot in slots(drawn) if slot.startswith("sign")
        }
        for sign, (slot, claimed) in claims.items():
            shown, unit = printed[slot]
            is_right = np.abs(claimed - shown) <= (0.5 + 1e-9) * unit
            found[sign] = np.where(is_right | (claimed == shown), 0.0, 1.0)
    return found


def _sentence_places(drawn: Picture, evaluation: Evaluation, step: int) -> dict[Place, FloatArray]:
    here = sources(drawn)[step]
    numbers: dict[Place, FloatArray] = {
        slot: _at(evaluation, here.get(slot))
        for slot in slots(drawn)
        if not slot.startswith("sign")
    }
    sentence = np.full(evaluation.values.shape[:-1], float(step))
    return {**numbers, **_signs(drawn, step, numbers), "sentence": sentence}


def tiles(scene: Scene) -> dict[str, Source]:
    """The numbers above the graph."""
    graph = scene.picture.graph
    if scene.is_circuit:
        slopes: dict[str, Source] = {
            f"slope{i}": ("gradients", node) for i, node in enumerate(scene.picture.asked)
        }
        return {"output": ("values", len(graph.nodes) - 1), **slopes}
    true = scene.kept.index(scene.state.example.label)
    slope: Source = ("gradients", scene.picture.asked[true])
    if scene.is_batch:
        return {
            "first_loss": ("values", graph.index["s0.loss"]),
            "mean": ("values", graph.index["mean"]),
            "slope": slope,
        }
    found: dict[str, Source] = {
        "sum": ("values", graph.index["sum"]),
        "true_probability": ("values", graph.index[f"y{true}"]),
        "loss": ("values", graph.index["loss"]),
        "slope": slope,
    }
    if scene.state.view == "collapsed":
        found.pop("sum")
    return found


def _tile_places(
    scene: Scene, evaluation: Evaluation, step: int | IntArray
) -> dict[Place, FloatArray]:
    """The same, as far as they are known."""
    order, edges = scene.picture.order, scene.picture.graph.edges
    value_step = dict(zip(order.nodes, order.value_step.tolist(), strict=True))
    gradient_step: dict[int, int] = {}
    for edge, at in zip(order.edges, order.gradient_step.tolist(), strict=True):
        source = edges[edge].source
        gradient_step[source] = max(at, gradient_step.get(source, 0))
    found: dict[Place, FloatArray] = {}
    for id, (kind, node) in tiles(scene).items():
        known_from = value_step[node] if kind == "values" else gradient_step[node]
        found[id] = np.where(step >= known_from, _at(evaluation, (kind, node)), np.nan)
    return found


def _bug_places(scene: Scene, evaluation: Evaluation) -> dict[Place, FloatArray]:
    """The gradient of the first sample alone, and that of code that divides by the class count."""
    if not scene.is_batch:
        return {}
    index = scene.picture.graph.index
    probabilities, targets = (
        np.stack([evaluation.values[..., index[f"s0.{name}{j}"]] for j in range(scene.rows)])
        for name in ("y", "t")
    )
    # The first axis is that of the classes, as in an array with one sample and no batch axis.
    wrong = textbook_gradient(probabilities, targets)
    found: dict[Place, FloatArray] = {"bug": np.zeros(evaluation.values.shape[:-1])}
    for j, node in enumerate(scene.picture.asked):
        found[f"right{j}"] = evaluation.gradients[..., node] * SAMPLES
        found[f"wrong{j}"] = wrong[j]
    return found


def places(scene: Scene, evaluation: Evaluation) -> dict[Place, FloatArray]:
    """Everything that is shown at the present step."""
    zeros = np.zeros(evaluation.values.shape[:-1])
    return {
        **graph_places(scene.picture, evaluation, scene.step),
        **_sentence_places(scene.picture, evaluation, scene.step),
        **_tile_places(scene, evaluation, scene.step),
        **_bug_places(scene, evaluation),
        **{f"class{j}": zeros for j in range(scene.rows)},
    }


def handle_sweep(scene: Scene, number: int) -> dict[Place, FloatArray]:
    """The same for every step of an input."""
    return places(scene, scene.swept.part(number))


def timeline_sweep(scene: Scene) -> dict[Place, FloatArray]:
    """The same for the present inputs at every step of the timeline."""
    steps: IntArray = np.arange(scene.last + 1, dtype=np.int64)
    each = [_sentence_places(scene.picture, scene.now, step) for step in steps.tolist()]
    return {
        **graph_places(scene.picture, scene.now, steps),
        **{place: np.stack([found[place] for found in each]) for place in each[0]},
        **_tile_places(scene, scene.now, steps),
    }
