"""The stage of the lesson on computational graphs: every number follows the inputs and the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.graphs.circuits import CIRCUITS
from core.validation import FloatArray
from pages.softmax_loss_graph import LARGEST_INPUT, SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import (
    SAMPLES,
    TIMELINE,
    GraphNumbers,
    GraphSweeps,
    digits_of,
    input_id,
    kept_classes,
    single_sample_bug,
    sweep_circuit,
    sweep_softmax,
    traversal_of,
)
from pages.softmax_loss_graph.panels import (
    PANEL,
    drawn,
    graph_panel,
    input_color,
    known_slope,
    known_values,
)
from pages.softmax_loss_graph.sentences import Wording
from pages.ui.export import Table
from pages.ui.kit.scores import score_id
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import Handle, Point, Timeline
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.written import LARGEST_SCORE
from pages.ui.text import Text

__all__ = ["graph_stage", "moved", "result_table", "sweeps_of"]


def sweeps_of(state: SoftmaxLossGraphState) -> GraphSweeps:
    """Everything the stage shows, for every step of every handle."""
    if state.is_circuit:
        return sweep_circuit(state.kind, _inputs(state), node=state.node)
    example = state.example
    return sweep_softmax(
        example.scores, example.targets, example.label, view=state.view, node=state.node
    )


def graph_stage(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[graph_panel(state, sweeps, t)],
        handles=[*_input_handles(state, sweeps, t), _timeline(state, sweeps, t)],
        readouts=_readouts(state, sweeps, t),
        now=sweeps.now,
        pinned=True,
    )


def moved(state: SoftmaxLossGraphState, release: Release) -> SoftmaxLossGraphState:
    """The state after a release; the same state if the message makes no sense."""
    example = state.example
    last = len(traversal_of(state.kind, len(example.scores)).steps) - 1
    try:
        step = int(float(str(release.values[TIMELINE])))
        if not 0 <= step <= last:
            return state
        node = 0 if step == last else step + 1
        if state.is_circuit:
            published = CIRCUITS[state.graph].inputs
            handles = map(input_id, range(len(published)))
            inputs = tuple(float(str(release.values[id])) for id in handles)
            if not max(map(abs, inputs)) <= LARGEST_INPUT:
                return state
            inputs_or_none = None if inputs == published else inputs
            return replace(state, inputs=inputs_or_none, node=node, said=None)
        scores = list(example.scores)
        for index in kept_classes(len(scores), example.label):
            scores[index] = float(str(release.values[score_id(index)]))
        example = replace(example, scores=tuple(scores))
        return replace(state, example=example, node=node, said=None)
    except (KeyError, ValueError):
        return state


def result_table(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> Table:
    """Every node that can be seen, with its value and gradient."""
    graph, seen = sweeps.order.graph, list(sweeps.order.value_step)
    columns: dict[str, Sequence[str | float]] = {
        "node": [graph.nodes[node].id for node in seen],
        "operation": [graph.nodes[node].operation for node in seen],
        "value": sweeps.now.graph.values[seen].tolist(),
        "gradient": sweeps.now.graph.gradients[seen].tolist(),
    }
    return Table(
        columns=columns,
        headings={name: t(f"softmax_loss_graph.data.{name}") for name in columns},
        settings={
            "graph": state.graph,
            "view": state.view,
            "classes": list(Wording(state, sweeps, t).classes),
            "label": state.example.label,
        },
    )


def _inputs(state: SoftmaxLossGraphState) -> tuple[float, ...]:
    return CIRCUITS[state.graph].inputs if state.inputs is None else state.inputs


def _input_handles(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> list[Handle]:
    largest = LARGEST_INPUT if state.is_circuit else LARGEST_SCORE
    rows = zip(sweeps.inputs.items(), drawn(state, sweeps).tracks.items(), strict=True)
    titles = [Wording(state, sweeps, t).input_title(node) for node in sweeps.asked]
    return [
        Point(
            id=id,
            label=titles[row] if state.is_circuit else t("handle.score", name=titles[row]),
            value=value,
            minimum=-sweeps.axis.limit,
            maximum=sweeps.axis.limit,
            step=sweeps.axis.step,
            decimals=sweeps.axis.decimals,
            panel=PANEL,
            axis="x",
            at=place.y,
            color=input_color(sweeps, row),
            sweep=sweeps.by[id],
            limits=(-largest, largest),
        )
        for row, ((id, value), (_, place)) in enumerate(rows)
    ]


def _timeline(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> Handle:
    steps = map(Wording(state, sweeps, t).step_name, range(sweeps.last + 1))
    return Timeline(
        id=TIMELINE,
        label=t("softmax_loss_graph.timeline"),
        value=float(sweeps.step),
        minimum=0,
        maximum=sweeps.last,
        names=tuple(steps),
        rate=1.0,
        sweep=sweeps.by[TIMELINE],
    )


def _nothing(result: GraphNumbers) -> FloatArray:
    """The only choice."""
    return np.zeros(result.step.shape)


def _readouts(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> list[Readout]:
    wording = Wording(state, sweeps, t)
    sentences = tuple(map(wording.sentence, range(sweeps.last + 1)))
    return [
        *(_circuit_tiles if state.is_circuit else _softmax_tiles)(state, sweeps, t),
        *map(_slot, sweeps.now.told),
        *(
            Readout(f"class{j}", _nothing, choices=(name,))
            for j, name in enumerate(wording.classes)
        ),
        Readout("sentence", lambda result: result.step, label="", choices=sentences),
        *(_bug(sweeps, t) if state.is_batch else ()),
    ]


def _slot(slot: str) -> Readout:
    """A number or a sign of a sentence."""

    def number(result: GraphNumbers) -> FloatArray:
        return result.told[slot]

    if slot.startswith("sign"):
        return Readout(slot, number, choices=("=", "≈"))
    return Readout(slot, number, significant=digits_of(slot))


def _circuit_tiles(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> list[Readout]:
    """The numbers above an expression, as far as they are known."""
    output, wording = len(sweeps.order.graph.nodes) - 1, Wording(state, sweeps, t)
    return [
        Readout("output", known_values(sweeps.order, [output]), "f"),
        *(
            Readout(
                f"slope{i}",
                known_slope(sweeps.order, node),
                f"∂f/∂{wording.input_title(node)}",
                tone="cross-entropy",
            )
            for i, node in enumerate(sweeps.asked)
        ),
    ]


_VALUES = {
    "full": {"sum": "sum", "true_probability": "y{true}", "loss": "loss"},
    "collapsed": {"true_probability": "y{true}", "loss": "loss"},
    "batch": {"first_loss": "s0.loss", "mean": "mean"},
}
"""Of each view the values above it: readout and node."""


def _softmax_tiles(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> list[Readout]:
    """The numbers above softmax with loss, as far as they are known."""
    order, label = sweeps.order, state.example.label
    true, name = sweeps.kept.index(label), state.example.names[label]

    def title(id: str) -> str:
        return t(f"softmax_loss_graph.readout.{id}", name=name)

    return [
        *(
            Readout(id, known_values(order, [order.graph.index[node.format(true=true)]]), title(id))
            for id, node in _VALUES[state.view].items()
        ),
        Readout(
            "slope", known_slope(order, sweeps.asked[true]), title("slope"), tone="cross-entropy"
        ),
    ]


def _bug(sweeps: GraphSweeps, t: Text) -> list[Readout]:
    """What goes wrong with one sample that comes without a batch axis."""
    rows = range(sweeps.rows)

    def right(row: int) -> Channel:
        return lambda result: result.graph.gradients[..., sweeps.asked[row]] * SAMPLES

    def wrong(row: int) -> Channel:
        return lambda result: single_sample_bug(sweeps, result)[..., row]

    sentence = t(
        "softmax_loss_graph.bug",
        classes=sweeps.rows,
        right=", ".join(f"{{right{row}}}" for row in rows),
        wrong=", ".join(f"{{wrong{row}}}" for row in rows),
    )
    return [
        *(Readout(f"right{row}", right(row)) for row in rows),
        *(Readout(f"wrong{row}", wrong(row)) for row in rows),
        Readout("bug", _nothing, label="", choices=(sentence,)),
    ]
