"""What the lesson on computational graphs shows: all numbers, for every step of every handle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.graphs.circuits import CIRCUITS
from core.graphs.engine import OPERATIONS, Graph, GraphValues, evaluate
from core.graphs.softmax_with_loss import (
    LARGEST_PLAIN_LOGIT,
    batch_of_softmax_with_loss,
    evaluate_boxes,
    merge_classes,
    shift_logits,
    softmax_with_cross_entropy,
    textbook_gradient,
)
from core.graphs.traversal import Traversal, TraversalPhase, TraversalStep, traverse
from core.validation import FloatArray
from pages.ui.kit.scores import ScoreAxis, score_axis, score_id
from pages.ui.stage.sweeps import one_at_a_time, tabulate

__all__ = [
    "COMPANIONS",
    "SAMPLES",
    "TIMELINE",
    "GraphNumbers",
    "GraphSweeps",
    "digits_of",
    "input_id",
    "kept_classes",
    "single_sample_bug",
    "sweep_circuit",
    "sweep_softmax",
    "traversal_of",
]

TIMELINE: Final = "node"
"""The handle of the timeline."""

COMPANIONS: Final = (((1.3, 4.9, 2.0, 0.5), 1), ((2.2, 2.5, -3.1, 0.3), 2))
"""The other samples of the batch: logits, of which the first are used, and label. With three
classes they are the other two images of the CS231n slides."""

SAMPLES: Final = 1 + len(COMPANIONS)
"""The batch size of the batch view."""

MOST_CLASSES: Final = 4
"""What a drawing with a row for each class has room for."""

OPERAND_DIGITS: Final = 6
RESULT_DIGITS: Final = 4
"""Significant digits in sentences. Operands have two more, so that a calculator agrees."""

IntArray = NDArray[np.int64]
Source = tuple[str, int]
"""Which array of a graph's values, and which of its entries."""


@dataclass(frozen=True, eq=False)
class GraphNumbers:
    """All numbers of a graph at a step of its timeline, and those in the step's sentence."""

    graph: GraphValues
    step: IntArray
    told: Mapping[str, FloatArray]
    """By name, see `_sources`: NaN where the sentence has no such number; ``sign_out0``, ...: 0
    where = stands before it, 1 for ≈."""


@dataclass(frozen=True, eq=False)
class GraphSweeps:
    """A graph, and everything that a hand on its inputs or its timeline can reach."""

    order: Traversal
    axis: ScoreAxis
    inputs: Mapping[str, float]
    """The values at the tracks, by handle."""
    asked: tuple[int, ...]
    """The inputs whose gradients are the result: those of an expression, the first logits."""
    now: GraphNumbers
    by: Mapping[str, GraphNumbers]
    kept: tuple[int, ...] = ()
    """The classes with a row of their own; none in a small expression."""
    is_merged: bool = False
    """Whether the last row stands for all other classes."""
    is_shifted: bool = False
    """Whether the graph is given the logits less their maximum."""

    @property
    def step(self) -> int:
        """Where the timeline is."""
        return int(self.now.step)

    @property
    def last(self) -> int:
        """The last step of the timeline."""
        return len(self.order.steps) - 1

    @property
    def rows(self) -> int:
        """The number of classes that are drawn; 0 for a small expression."""
        return len(self.kept) + self.is_merged


def input_id(number: int) -> str:
    """Name the handle of an input of a small expression."""
    return f"input{number}"


def kept_classes(classes: int, label: int) -> tuple[int, ...]:
    """Give the classes with a row of their own: all, or three of them, the true one included.

    Examples
    --------
    >>> kept_classes(4, 0), kept_classes(10, 1), kept_classes(10, 7)
    ((0, 1, 2, 3), (0, 1, 2), (0, 1, 7))
    """
    if classes <= MOST_CLASSES:
        return tuple(range(classes))
    return (*range(MOST_CLASSES - 2), max(label, MOST_CLASSES - 2))


def traversal_of(kind: str, classes: int) -> Traversal:
    """Give the order of visits of a view of softmax with loss, or of a small expression."""
    if kind in CIRCUITS:
        return traverse(CIRCUITS[kind].graph)
    rows = min(classes, MOST_CLASSES)
    if kind == "batch":
        return traverse(batch_of_softmax_with_loss(SAMPLES, rows), collapsed=True)
    return traverse(softmax_with_cross_entropy(rows), collapsed=kind == "collapsed")


def sweep_circuit(kind: str, inputs: Sequence[float], *, node: int) -> GraphSweeps:
    """Evaluate a small expression for every step of every handle."""
    order = traversal_of(kind, 0)
    return _sweep(
        order,
        lambda rows: evaluate(order.graph, rows),
        inputs,
        axis=score_axis(inputs),
        handles=tuple(input_id(number) for number in range(len(inputs))),
        asked=order.graph.inputs,
        node=node,
    )


def sweep_softmax(
    scores: Sequence[float], targets: Sequence[float], label: int, *, view: str, node: int
) -> GraphSweeps:
    """Evaluate a view of softmax with loss for every step of every handle."""
    kept = kept_classes(len(scores), label)
    logits = merge_classes(scores, kept)
    wanted = _merged_targets(targets, kept)
    order, axis = traversal_of(view, len(scores)), score_axis(scores)
    is_shifted = view == "full" and axis.limit > LARGEST_PLAIN_LOGIT

    def evaluated(rows: FloatArray) -> GraphValues:
        every = np.broadcast_to(wanted, rows.shape)
        if view == "full":
            given = shift_logits(rows) if is_shifted else rows
            return evaluate(order.graph, np.concatenate([given, every], axis=-1))
        if view == "collapsed":
            return evaluate_boxes(rows[:, None], every[:, None])
        return evaluate_boxes(*_with_companions(rows, every))

    return _sweep(
        order,
        evaluated,
        logits,
        axis=axis,
        handles=tuple(map(score_id, kept)),
        asked=order.graph.inputs[: logits.size],
        node=node,
        kept=kept,
        is_merged=logits.size > len(kept),
        is_shifted=is_shifted,
    )


def single_sample_bug(sweeps: GraphSweeps, result: GraphNumbers) -> FloatArray:
    """Give the gradient of the first sample alone, divided by the number of classes."""
    index = sweeps.order.graph.index
    # The first axis is that of the classes, as in an array with one sample and no batch axis.
    probabilities, targets = (
        np.stack([result.graph.values[..., index[f"s0.{name}{j}"]] for j in range(sweeps.rows)])
        for name in ("y", "t")
    )
    return np.moveaxis(textbook_gradient(probabilities, targets), 0, -1)


def digits_of(slot: str) -> int:
    """How many significant digits a number of a sentence has at most."""
    return RESULT_DIGITS if slot.startswith(("out", "down")) else OPERAND_DIGITS


def _sweep(
    order: Traversal,
    evaluated: Callable[[FloatArray], GraphValues],
    present: ArrayLike,
    *,
    axis: ScoreAxis,
    handles: Sequence[str],
    asked: tuple[int, ...],
    node: int,
    **about: Any,
) -> GraphSweeps:
    """Let the first inputs, those with a handle, and the timeline move, one at a time."""
    inputs, last = np.asarray(present, dtype=np.float64), len(order.steps) - 1

    def numbers(inputs: FloatArray, step: IntArray) -> GraphNumbers:
        values = evaluated(inputs)
        return GraphNumbers(values, step, _told(order, asked, values, step))

    tables = one_at_a_time(inputs, axis.grid)[: len(handles)]
    sweeps = tabulate(
        numbers,
        {"inputs": inputs, "step": last if node == 0 else min(node - 1, last)},
        {
            **{id: {"inputs": table} for id, table in zip(handles, tables, strict=True)},
            TIMELINE: {"step": np.arange(last + 1)},
        },
    )
    return GraphSweeps(
        order=order,
        axis=axis,
        inputs=dict(zip(handles, inputs.tolist(), strict=False)),
        asked=asked,
        now=sweeps.now,
        by=sweeps.by,
        **about,
    )


def _merged_targets(targets: Sequence[float], kept: tuple[int, ...]) -> FloatArray:
    every = np.asarray(targets) / sum(targets)
    rest = np.delete(every, kept)
    return np.append(every[list(kept)], rest.sum()) if rest.size else every


def _with_companions(rows: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    classes = rows.shape[-1]
    logits, wanted = [rows], [targets]
    for scores, label in COMPANIONS:
        logits.append(np.broadcast_to(scores[:classes], rows.shape))
        wanted.append(np.broadcast_to(np.eye(classes)[min(label, classes - 1)], rows.shape))
    return np.stack(logits, axis=1), np.stack(wanted, axis=1)


def _told(
    order: Traversal, asked: tuple[int, ...], values: GraphValues, step: IntArray
) -> dict[str, FloatArray]:
    sources = _sources(order, asked)
    slots = sorted({slot for here in sources for slot in here})
    down = [slot for slot in slots if slot.startswith("down")]
    told = {slot: np.full(step.shape, np.nan) for slot in slots}
    told |= {f"sign_{slot}": np.zeros(step.shape) for slot in ("out0", "up", *down)}
    for at in np.unique(step).tolist():
        rows = step == at
        here: dict[str, FloatArray] = {
            slot: getattr(values, name)[rows, entry] for slot, (name, entry) in sources[at].items()
        }
        for slot, numbers in (here | _signs(order.graph, order.steps[at], here)).items():
            told[slot][rows] = numbers
    return told


@lru_cache(64)
def _sources(order: Traversal, asked: tuple[int, ...]) -> tuple[Mapping[str, Source], ...]:
    """For each step, where the numbers of its sentence come from.

    ``in0``, ``in1``, ...: what goes into the unit; ``out0``, ...: what it computes; ``back0``, ...:
    what comes back along the edges that leave it; ``up``: their sum; ``local0``, ... and
    ``down0``, ...: local derivative and gradient of each edge that goes in.
    """
    edges = order.graph.edges

    def numbered(slot: str, name: str, entries: Sequence[int]) -> dict[str, Source]:
        return {f"{slot}{i}": (name, entry) for i, entry in enumerate(entries)}

    def of_step(phase: TraversalPhase, nodes: tuple[int, ...]) -> dict[str, Source]:
        entering = [edge for edge in order.gradient_step if edges[edge].target in nodes]
        outputs = [node for node in order.value_step if node in nodes]
        if phase == TraversalPhase.FORWARD:
            operands = [edges[edge].source for edge in entering]
            return numbered("in", "values", operands) | numbered("out", "values", outputs)
        if phase == TraversalPhase.BACKWARD:
            leaving = [edge for edge in order.gradient_step if edges[edge].source in nodes]
            return {
                **numbered("local", "local_derivatives", entering),
                **numbered("down", "edge_gradients", entering),
                **numbered("back", "edge_gradients", leaving),
                **({"up": ("gradients", outputs[0])} if len(outputs) == 1 else {}),
            }
        return numbered("down", "gradients", asked) if phase == TraversalPhase.DONE else {}

    return tuple(of_step(phase, unit.nodes if unit else ()) for phase, unit in order.steps)


def _signs(
    graph: Graph, step: TraversalStep, here: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """0 for =, where what is printed gives what is printed on a calculator; 1 for ≈."""
    phase, unit = step
    if unit is None or len(unit.nodes) > 1:
        return {}
    printed = {slot: _printed(numbers, digits_of(slot)) for slot, numbers in here.items()}
    node = graph.nodes[unit.nodes[0]]
    claims: dict[str, FloatArray] = {}
    with np.errstate(all="ignore"):
        if phase == TraversalPhase.FORWARD:
            operands = [printed[f"in{i}"][0] for i in range(len(node.inputs))]
            claims["out0"] = OPERATIONS[node.operation].forward(operands, node.constant)
        elif phase == TraversalPhase.BACKWARD:
            for i in range(len(node.inputs)):
                claims[f"down{i}"] = printed["up"][0] * printed[f"local{i}"][0]
            back = [numbers for slot, (numbers, _) in printed.items() if slot.startswith("back")]
            if len(back) > 1:
                claims["up"] = np.sum(back, axis=0)
        signs = {}
        for slot, claimed in claims.items():
            shown, unit_of_last_digit = printed[slot]
            is_right = np.abs(claimed - shown) <= (0.5 + 1e-9) * unit_of_last_digit
            signs[f"sign_{slot}"] = np.where(is_right | (claimed == shown), 0.0, 1.0)
    return signs


def _printed(values: FloatArray, digits: int) -> tuple[FloatArray, FloatArray]:
    """Numbers rounded to significant digits, and the unit of the last one."""
    with np.errstate(all="ignore"):
        power = np.floor(np.log10(np.abs(values)))
        unit = np.where(np.isfinite(power), 10.0 ** (power - digits + 1), 1.0)
        return np.where(np.isfinite(power), np.rint(values / unit) * unit, values), unit
