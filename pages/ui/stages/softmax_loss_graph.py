"""The stage of the lesson on computational graphs: every number follows the inputs and the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.graph import (
    CIRCUITS,
    LARGEST_PLAIN_LOGIT,
    Evaluation,
    Phase,
    evaluate,
    evaluate_boxes,
    kept_classes,
    merge_classes,
    shift_logits,
    textbook_gradient,
)
from core.sweeps import ScoreAxis, one_at_a_time, score_axis
from core.validation import FloatArray
from pages.ui.example import GRAPH_VIEWS, GRAPHS, LARGEST_INPUT, LARGEST_SCORE, State
from pages.ui.export import Table
from pages.ui.figures import softmax_loss_graph as figures
from pages.ui.figures.softmax_loss_graph import SAMPLES, Picture, Words, graph_places, picture
from pages.ui.figures.theme import CLASS_COLORS, MUTED
from pages.ui.location import read_state, write_state
from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import Handle, Panel, Place, Readout, Release, spoken
from pages.ui.stages.handles import score_id, stage_words
from pages.ui.text import Text

__all__ = [
    "COMPANIONS",
    "Scene",
    "graph_controls",
    "graph_stage",
    "moved",
    "result_table",
    "scene_of",
]

TIMELINE: Final = "node"
COMPANIONS: Final = (((1.3, 4.9, 2.0, 0.5), 1), ((2.2, 2.5, -3.1, 0.3), 2))
"""The other samples of the batch: logits, of which the first are used, and label. With three
classes they are the other two images of the CS231n slides."""

IntArray = NDArray[np.int64]
Source = tuple[str, int]
"""Which array of an evaluation, and which of its entries."""


@dataclass(frozen=True, eq=False)
class Scene:
    """What the page shows.

    Attributes
    ----------
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
    """

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


def _kind(state: State) -> str:
    return state.view if state.graph == GRAPHS[0] else state.graph


def scene_of(state: State) -> Scene:
    """Everything the stage shows, for every step of every handle."""
    return _circuit_scene(state) if state.graph in CIRCUITS else _softmax_scene(state)


def _step(state: State, drawn: Picture) -> int:
    last = len(drawn.order.steps) - 1
    return last if state.node == 0 else min(state.node - 1, last)


def _split(everything: Evaluation, shape: tuple[int, ...]) -> tuple[Evaluation, Evaluation]:
    """The first row, and all others in the given shape."""
    arrays = (
        everything.values,
        everything.gradients,
        everything.local_derivatives,
        everything.edge_gradients,
    )
    rest = (array[1:].reshape(*shape, array.shape[-1]) for array in arrays)
    return Evaluation(*(array[0] for array in arrays)), Evaluation(*rest)


def _circuit_scene(state: State) -> Scene:
    circuit = CIRCUITS[state.graph]
    inputs = circuit.inputs if state.inputs is None else state.inputs
    axis = score_axis(inputs)
    swept = one_at_a_time(inputs, axis.grid)
    rows = np.concatenate([[inputs], swept.reshape(-1, len(inputs))])
    now, by_input = _split(evaluate(circuit.graph, rows), swept.shape[:2])
    drawn = picture(state.graph, 0, axis.limit, len(inputs))
    return Scene(drawn, axis, (), inputs, now, by_input, _step(state, drawn))


def _softmax_scene(state: State) -> Scene:
    scores, label = state.example.scores, state.example.label
    kept = kept_classes(len(scores), label)
    logits = merge_classes(scores, kept)
    targets = np.asarray(state.example.targets)[list(kept)]
    if len(logits) > len(kept):
        targets = np.append(targets, sum(state.example.targets) - targets.sum())
    targets = np.maximum(targets, 0.0) / np.maximum(targets, 0.0).sum()
    axis = score_axis(scores)
    swept = one_at_a_time(logits, axis.grid)[: len(kept)]
    rows = np.concatenate([logits[None], swept.reshape(-1, len(logits))])
    every_target = np.broadcast_to(targets, rows.shape)
    is_shifted = state.view == "full" and axis.limit > LARGEST_PLAIN_LOGIT
    drawn = picture(state.view, len(logits), axis.limit, len(kept))
    if state.view == "full":
        given = shift_logits(rows) if is_shifted else rows
        everything = evaluate(drawn.graph, np.concatenate([given, every_target], axis=-1))
    else:
        everything = _in_boxes(state, rows, every_target)
    now, by_class = _split(everything, swept.shape[:2])
    return Scene(
        picture=drawn,
        axis=axis,
        kept=kept,
        inputs=tuple(scores[index] for index in kept),
        now=now,
        swept=by_class,
        step=_step(state, drawn),
        is_shifted=is_shifted,
        is_merged=len(logits) > len(kept),
    )


def _in_boxes(state: State, rows: FloatArray, targets: FloatArray) -> Evaluation:
    if state.view == "collapsed":
        return evaluate_boxes(rows[:, None], targets[:, None])
    classes = rows.shape[-1]
    logits, wanted = [rows], [targets]
    for scores, label in COMPANIONS:
        one_hot = np.eye(classes)[min(label, classes - 1)]
        logits.append(np.broadcast_to(scores[:classes], rows.shape))
        wanted.append(np.broadcast_to(one_hot, rows.shape))
    return evaluate_boxes(np.stack(logits, axis=1), np.stack(wanted, axis=1))


# ---- numbers in sentences -------------------------------------------------------------------------


@lru_cache(64)
def _sources(drawn: Picture) -> tuple[Mapping[str, Source], ...]:
    """For each step, where the numbers of its sentence come from.

    ``in0``, ``in1``, ...: what goes into the unit; ``out0``, ...: what it computes; ``back0``, ...:
    what comes back along the edges that leave it; ``up``: their sum; ``local0``, ... and
    ``down0``, ...: local derivative and gradient of each edge that goes in.
    """
    graph, order = drawn.graph, drawn.order
    found: list[Mapping[str, Source]] = []
    for visit in order.steps:
        sources: dict[str, Source] = {}
        found.append(sources)
        if visit.phase == Phase.DONE:
            movable = drawn.layout.tracks
            sources.update({f"down{i}": ("gradients", node) for i, node in enumerate(movable)})
        if visit.unit is None:
            continue
        nodes = order.units[visit.unit].nodes
        entering = [edge for edge in order.edges if graph.edges[edge].target in nodes]
        leaving = [edge for edge in order.edges if graph.edges[edge].source in nodes]
        outputs = [node for node in order.nodes if node in nodes]
        for i, edge in enumerate(entering):
            sources[f"in{i}"] = ("values", graph.edges[edge].source)
            sources[f"local{i}"] = ("local_derivatives", edge)
            sources[f"down{i}"] = ("edge_gradients", edge)
        sources.update({f"out{i}": ("values", node) for i, node in enumerate(outputs)})
        sources.update({f"back{i}": ("edge_gradients", edge) for i, edge in enumerate(leaving)})
        if len(outputs) == 1:
            sources["up"] = ("gradients", outputs[0])
    return tuple(found)


def _slots(drawn: Picture) -> list[str]:
    return sorted({slot for sources in _sources(drawn) for slot in sources})


def _at(evaluation: Evaluation, source: Source | None) -> FloatArray:
    if source is None:
        return np.full(evaluation.values.shape[:-1], np.nan)
    numbers: FloatArray = getattr(evaluation, source[0])[..., source[1]]
    return numbers


def _sentence_places(drawn: Picture, evaluation: Evaluation, step: int) -> dict[Place, FloatArray]:
    sources = _sources(drawn)[step]
    places: dict[Place, FloatArray] = {
        slot: _at(evaluation, sources.get(slot)) for slot in _slots(drawn)
    }
    places["sentence"] = np.full(evaluation.values.shape[:-1], float(step))
    return places


def _tiles(state: State, scene: Scene) -> dict[str, Source]:
    """The numbers above the graph."""
    index = scene.picture.graph.index
    if state.graph in CIRCUITS:
        inputs: dict[str, Source] = {
            f"slope{i}": ("gradients", node) for i, node in enumerate(scene.picture.graph.inputs)
        }
        return {"output": ("values", len(scene.picture.graph.nodes) - 1), **inputs}
    true = scene.kept.index(state.example.label)
    if state.view == "batch":
        return {
            "loss": ("values", index["s0.loss"]),
            "mean": ("values", index["mean"]),
            "slope": ("gradients", index[f"s0.z{true}"]),
        }
    sum_: dict[str, Source] = {"sum": ("values", index["sum"])} if state.view == "full" else {}
    return {
        **sum_,
        "true_probability": ("values", index[f"y{true}"]),
        "loss": ("values", index["loss"]),
        "slope": ("gradients", index[f"z{true}"]),
    }


def _tile_places(
    state: State, scene: Scene, evaluation: Evaluation, step: int | IntArray
) -> dict[Place, FloatArray]:
    """The same, as far as they are known."""
    order, edges = scene.picture.order, scene.picture.graph.edges
    value_step = dict(zip(order.nodes, order.value_step.tolist(), strict=True))
    places: dict[Place, FloatArray] = {}
    for id, source in _tiles(state, scene).items():
        kind, node = source
        leaving = [
            at
            for edge, at in zip(order.edges, order.gradient_step.tolist(), strict=True)
            if edges[edge].source == node
        ]
        known_from = value_step[node] if kind == "values" else max(leaving)
        places[id] = np.where(np.asarray(step) >= known_from, _at(evaluation, source), np.nan)
    return places


def _bug_places(state: State, scene: Scene, evaluation: Evaluation) -> dict[Place, FloatArray]:
    """The gradient of the first sample alone, and what a division by the class count makes of it."""
    if _kind(state) != "batch":
        return {}
    index = scene.picture.graph.index
    classes = len(scene.kept) + scene.is_merged
    probabilities, targets = (
        np.stack([_at(evaluation, ("values", index[f"s0.{name}{j}"])) for j in range(classes)])
        for name in ("y", "t")
    )
    # The first axis is that of the classes, as in an array with one sample and no batch axis.
    wrong = textbook_gradient(probabilities, targets)
    places: dict[Place, FloatArray] = {"bug": np.zeros(evaluation.values.shape[:-1])}
    for j in range(classes):
        slope = _at(evaluation, ("gradients", index[f"s0.z{j}"]))
        places[f"right{j}"] = slope * SAMPLES
        places[f"wrong{j}"] = wrong[j]
    return places


def _places(state: State, scene: Scene, evaluation: Evaluation) -> dict[Place, FloatArray]:
    lead = evaluation.values.shape[:-1]
    return {
        **graph_places(scene.picture, evaluation, scene.step),
        **_sentence_places(scene.picture, evaluation, scene.step),
        **_tile_places(state, scene, evaluation, scene.step),
        **_bug_places(state, scene, evaluation),
        **{f"class{j}": np.zeros(lead) for j in range(len(scene.kept) + scene.is_merged)},
    }


def _timeline_sweep(state: State, scene: Scene) -> dict[Place, FloatArray]:
    steps: IntArray = np.arange(scene.last + 1, dtype=np.int64)
    each = [_sentence_places(scene.picture, scene.now, step) for step in steps.tolist()]
    return {
        **graph_places(scene.picture, scene.now, steps),
        **{place: np.stack([places[place] for places in each]) for place in each[0]},
        **_tile_places(state, scene, scene.now, steps),
    }


# ---- sentences ------------------------------------------------------------------------------------

_CIRCUIT_UNITS: Final[Mapping[str, Mapping[str, str]]] = {
    "sum_times": {"q": "x + y", "f": "(x + y) × z"},
    "sigmoid_neuron": {
        "w0x0": "w₀ × x₀",
        "w1x1": "w₁ × x₁",
        "sum": "w₀x₀ + w₁x₁",
        "score": "+ w₂",
        "negative": "× (−1)",
        "exp": "exp",
        "denominator": "+ 1",
        "f": "1/x",
    },
    "gates": {"product": "x × y", "maximum": "max(z, w)", "sum": "+", "f": "× 2"},
}
_SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _split_id(id: str) -> tuple[str, int]:
    """The role of a unit or node of softmax with loss, and its class or sample."""
    role = id.rpartition(".")[2].rstrip("0123456789")
    return role, int(id.removeprefix(role) or 0) if id.startswith(role) else 0


def _unit_title(state: State, id: str, names: Sequence[str], t: Text) -> str:
    if state.graph in CIRCUITS:
        return _CIRCUIT_UNITS[state.graph][id]
    role, number = _split_id(id)
    name = names[number] if number < len(names) else ""
    return t(f"softmax_loss_graph.unit.{role}", name=name, number=number + 1)


def _input_title(state: State, id: str, names: Sequence[str]) -> str:
    if state.graph in CIRCUITS:
        return id.translate(_SUBSCRIPTS)
    role, number = _split_id(id)
    return "t" if role == "t" else names[number]


_FORMULAS: Final[Mapping[str, str]] = {
    "exp": "exp({in0})",
    "log": "ln {in0}",
    "reciprocal": "1 / {in0}",
    "negate": "−1 × {in0}",
    "add_constant": "{in0} + {constant}",
    "multiply_constant": "{in0} × {constant}",
    "divide_constant": "{in0} / {constant}",
}
_SIGNS: Final[Mapping[str, str]] = {"add": " + ", "multiply": " × ", "maximum": ", "}


def _list(slot: str, count: int, sign: str = ", ") -> str:
    return sign.join(f"{{{slot}{i}}}" for i in range(count))


def _formula(operation: str, constant: float, count: int) -> str:
    if operation in _SIGNS:
        terms = _list("in", count, _SIGNS[operation])
        return f"max({terms})" if operation == "maximum" else terms
    return _FORMULAS[operation].replace("{constant}", f"{constant:g}")


def _sentences(state: State, scene: Scene, t: Text) -> list[str]:
    """What is told at each step; the numbers in it are readouts."""
    order = scene.picture.order
    names = [f"{{class{j}}}" for j in range(len(_class_names(state, scene, t)))]
    found = []
    for step, visit in enumerate(order.steps):
        count = {
            slot: sum(source.startswith(slot) for source in _sources(scene.picture)[step])
            for slot in ("in", "out", "back", "down")
        }
        key = state.graph if state.graph in CIRCUITS else "softmax"
        if visit.phase == Phase.INPUTS:
            title = _unit_title(state, order.units[0].id, names, t)
            found.append(t("softmax_loss_graph.sentence.inputs", unit=title))
        elif visit.phase == Phase.DONE and state.graph in CIRCUITS:
            slopes = [
                f"∂f/∂{_input_title(state, scene.picture.graph.nodes[node].id, names)} = **{{down{i}}}**"
                for i, node in enumerate(scene.picture.layout.tracks)
            ]
            found.append(t(f"softmax_loss_graph.done.{key}", slopes=", ".join(slopes)))
        elif visit.phase == Phase.DONE:
            key = "batch" if state.view == "batch" else "softmax"
            slopes_ = _list("down", count["down"])
            found.append(t(f"softmax_loss_graph.done.{key}", slopes=slopes_))
        elif visit.phase == Phase.SEED:
            output = "f" if state.graph in CIRCUITS else "L"
            found.append(t("softmax_loss_graph.sentence.seed", output=output))
        else:
            found.append(_visit_sentence(state, scene, step, count, names, t))
    return found


def _visit_sentence(
    state: State,
    scene: Scene,
    step: int,
    count: Mapping[str, int],
    names: Sequence[str],
    t: Text,
) -> str:
    graph, order = scene.picture.graph, scene.picture.order
    visit = order.steps[step]
    assert visit.unit is not None
    unit = order.units[visit.unit]
    title = _unit_title(state, unit.id, names, t)
    is_forward = visit.phase == Phase.FORWARD
    if unit.id in scene.picture.layout.boxes:
        role, _ = _split_id(unit.id)
        way = "forward" if is_forward else "backward"
        classes = len(names)
        return t(
            f"softmax_loss_graph.{way}.{role}",
            unit=title,
            outputs=_list("out", classes),
            slopes=_list("down", classes),
            samples=SAMPLES,
        )
    node = graph.nodes[unit.nodes[0]]
    if is_forward:
        formula = _formula(node.operation, node.constant, count["in"])
        return t("softmax_loss_graph.sentence.forward", unit=title, formula=formula)
    arrived = ""
    if count["back"] > 1:
        arrived = t(
            "softmax_loss_graph.sentence.arrived",
            count=count["back"],
            terms=_list("back", count["back"], " + "),
        )
    entering = [edge for edge in order.edges if graph.edges[edge].target in unit.nodes]
    asked = [i for i, edge in enumerate(entering) if edge in scene.picture.layout.gradients]
    products = [f"{{up}} × {{local{i}}} = **{{down{i}}}**" for i in asked]
    if len(asked) > 1 and node.operation != "add":
        products = [
            t(
                "softmax_loss_graph.sentence.towards",
                input=_source_title(state, scene, entering[i], names, t),
                product=product,
            )
            for i, product in zip(asked, products, strict=True)
        ]
    rule = "target" if len(asked) < len(entering) else node.operation
    return t(
        "softmax_loss_graph.sentence.backward",
        unit=title,
        arrived=arrived,
        rule=t(f"softmax_loss_graph.rule.{rule}", local=f"{{local{asked[0]}}}"),
        products="; ".join(products[:1] if node.operation == "add" else products),
    )


def _source_title(state: State, scene: Scene, edge: int, names: Sequence[str], t: Text) -> str:
    graph = scene.picture.graph
    source = graph.nodes[graph.edges[edge].source]
    if source.inputs:
        return _unit_title(state, source.id, names, t)
    return _input_title(state, source.id, names)


def _step_names(state: State, scene: Scene, t: Text) -> tuple[str, ...]:
    """What stands on the handle of the timeline."""
    names = _class_names(state, scene, t)
    found = []
    for visit in scene.picture.order.steps:
        if visit.unit is None or visit.phase == Phase.SEED:
            found.append(t(f"softmax_loss_graph.step.{visit.phase.value}"))
        else:
            title = _unit_title(state, scene.picture.order.units[visit.unit].id, names, t)
            found.append(f"→ {title}" if visit.phase == Phase.FORWARD else f"← {title}")
    return tuple(found)


def _class_names(state: State, scene: Scene, t: Text) -> list[str]:
    """The names of the rows: the kept classes, and the others as one."""
    if state.graph in CIRCUITS:
        return []
    names = [state.example.names[index] for index in scene.kept]
    rest = len(state.example.names) - len(names)
    return [*names, t("softmax_loss_graph.rest", count=rest)] if scene.is_merged else names


# ---- the stage ------------------------------------------------------------------------------------


def graph_stage(state: State, scene: Scene, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    now = _places(state, scene, scene.now)
    words = _readouts(state, scene, t)
    names = _class_names(state, scene, t)
    notes = {"shifted": scene.is_shifted, "merged": scene.is_merged}
    stage(
        "softmax_loss_graph",
        panels=[_panel(state, scene, now, words, names, t)],
        handles=[*_input_handles(state, scene, t), _timeline(state, scene, t)],
        readouts=words,
        marks=figures.marks(scene.picture),
        now=now,
        on_release=_adopt,
        labels=stage_words(t),
    )
    for note in (note for note, holds in notes.items() if holds):
        rest = len(state.example.names) - len(scene.kept)
        st.caption(t(f"softmax_loss_graph.note.{note}", count=rest))


def _readouts(state: State, scene: Scene, t: Text) -> list[Readout]:
    names = _class_names(state, scene, t)
    graph = scene.picture.graph
    found = []
    for id in _tiles(state, scene):
        true = state.example.names[state.example.label]
        which = (
            int(id.removeprefix("slope") or 0) if state.graph in CIRCUITS and id != "output" else 0
        )
        label = (
            f"∂f/∂{_input_title(state, graph.nodes[graph.inputs[which]].id, names)}"
            if state.graph in CIRCUITS and id != "output"
            else t(f"softmax_loss_graph.readout.{id}", name=true)
        )
        tone = "cross-entropy" if id.startswith("slope") else ""
        found.append(Readout(id, label=label, tone=tone))
    found += [Readout(slot) for slot in _slots(scene.picture)]
    found += [Readout(f"class{j}", choices=(name,)) for j, name in enumerate(names)]
    sentences = tuple(_sentences(state, scene, t))
    found.append(Readout("sentence", label="", choices=sentences))
    if _kind(state) == "batch":
        classes = len(names)
        found += [Readout(f"{way}{j}") for way in ("right", "wrong") for j in range(classes)]
        bug = t(
            "softmax_loss_graph.bug",
            classes=classes,
            right=_list("right", classes),
            wrong=_list("wrong", classes),
        )
        found.append(Readout("bug", label="", choices=(bug,)))
    return found


def _panel(
    state: State,
    scene: Scene,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    names: Sequence[str],
    t: Text,
) -> Panel:
    drawn = scene.picture
    inputs = [*drawn.layout.tracks, *drawn.layout.dots]
    is_circuit = state.graph in CIRCUITS
    colors: list[tuple[int, str]] = []
    for node in inputs:
        role, number = _split_id(drawn.graph.nodes[node].id)
        if not is_circuit and role == "z":
            colors.append((node, _color(scene, number)))
    words = Words(
        inputs=tuple(
            (node, _input_title(state, drawn.graph.nodes[node].id, names)) for node in inputs
        ),
        boxes=tuple((id, _unit_title(state, id, names, t)) for id in drawn.layout.boxes),
        output="f" if is_circuit else "L",
    )
    sentence = readouts[[readout.id for readout in readouts].index("sentence")]
    told = (sentence.choices or ("",))[scene.step].replace("**", "")
    title = CIRCUITS[state.graph].formula if is_circuit else ""
    return Panel(
        id=figures.PANEL,
        figure=figures.graph_figure(drawn, words, tuple(colors)),
        title=f"f = {title}" if is_circuit else t(f"softmax_loss_graph.panel.{state.view}"),
        alt=spoken(readouts, now, t("softmax_loss_graph.alt", sentence=told)),
        legend=figures.legend(lambda name: t(f"softmax_loss_graph.legend.{name}")),
        wide=True,
        height=1.9,
        least_width=960,
    )


def _color(scene: Scene, row: int) -> str:
    return CLASS_COLORS[scene.kept[row]] if row < len(scene.kept) else MUTED


def _input_id(number: int) -> str:
    return f"input{number}"


def _input_handles(state: State, scene: Scene, t: Text) -> list[Handle]:
    is_circuit = state.graph in CIRCUITS
    largest = LARGEST_INPUT if is_circuit else LARGEST_SCORE
    handles = []
    for number, (node, point) in enumerate(scene.picture.layout.tracks.items()):
        swept = Evaluation(
            scene.swept.values[number],
            scene.swept.gradients[number],
            scene.swept.local_derivatives[number],
            scene.swept.edge_gradients[number],
        )
        title = _input_title(state, scene.picture.graph.nodes[node].id, state.example.names)
        label = (
            title if is_circuit else t("handle.score", name=state.example.names[scene.kept[number]])
        )
        handles.append(
            Handle(
                id=_input_id(number) if is_circuit else score_id(scene.kept[number]),
                label=label,
                value=scene.inputs[number],
                minimum=-scene.axis.limit,
                maximum=scene.axis.limit,
                step=scene.axis.step,
                decimals=scene.axis.decimals,
                mark="point",
                panel=figures.PANEL,
                axis="x",
                at=point.y,
                color=CLASS_COLORS[number] if is_circuit else _color(scene, number),
                sweep=_places(state, scene, swept),
                limits=(-largest, largest),
            )
        )
    return handles


def _timeline(state: State, scene: Scene, t: Text) -> Handle:
    return Handle(
        id=TIMELINE,
        label=t("softmax_loss_graph.timeline"),
        value=float(scene.step),
        minimum=0,
        maximum=scene.last,
        decimals=0,
        mark="timeline",
        axis="x",
        names=_step_names(state, scene, t),
        rate=1.0,
        sweep=_timeline_sweep(state, scene),
    )


def moved(state: State, release: Release) -> State:
    """The state after a release; the same state if the message makes no sense."""
    scene = scene_of(state)
    try:
        step = int(float(str(release.values[TIMELINE])))
        if not 0 <= step <= scene.last:
            return state
        node = 0 if step == scene.last else step + 1
        count = len(scene.inputs)
        if state.graph in CIRCUITS:
            inputs = tuple(float(str(release.values[_input_id(i)])) for i in range(count))
            if not max(map(abs, inputs)) <= LARGEST_INPUT:
                return state
            is_published = inputs == CIRCUITS[state.graph].inputs
            return replace(state, inputs=None if is_published else inputs, node=node)
        scores = list(state.example.scores)
        for index in scene.kept:
            scores[index] = float(str(release.values[score_id(index)]))
        return replace(state, example=replace(state.example, scores=tuple(scores)), node=node)
    except (KeyError, ValueError):
        return state


def _adopt(release: Release) -> None:
    write_state(moved(read_state()[0], release))


# ---- controls and data ----------------------------------------------------------------------------


def graph_controls(state: State, t: Text) -> None:
    """Choose the graph and its view, the true class, and where the timeline is."""
    graph, view, label, hide = st.columns([3, 4, 3, 2], vertical_alignment="bottom")
    st.session_state["graph"] = state.graph
    graph.selectbox(
        t("softmax_loss_graph.control.graph"),
        GRAPHS,
        format_func=lambda id: t(f"softmax_loss_graph.graph.{id}"),
        key="graph",
        on_change=_choose_graph,
    )
    is_softmax = state.graph not in CIRCUITS
    if is_softmax:
        st.session_state["view"] = state.view
        view.segmented_control(
            t("softmax_loss_graph.control.view"),
            GRAPH_VIEWS,
            format_func=lambda id: t(f"softmax_loss_graph.view.{id}"),
            key="view",
            on_change=_choose_view,
        )
        st.session_state["true_class"] = state.example.label
        label.selectbox(
            t("handle.label"),
            range(len(state.example.names)),
            format_func=lambda index: state.example.names[index],
            key="true_class",
            on_change=_choose_label,
        )
    is_whole = state.node == 0
    hide.button(
        t(f"softmax_loss_graph.control.{'hide' if is_whole else 'show'}"),
        on_click=lambda: write_state(replace(read_state()[0], node=int(is_whole))),
        width="stretch",
    )


def _choose_graph() -> None:
    state = read_state()[0]
    write_state(replace(state, graph=st.session_state["graph"], inputs=None, node=0))


def _choose_view() -> None:
    state = read_state()[0]
    write_state(replace(state, view=st.session_state["view"] or state.view, node=0))


def _choose_label() -> None:
    state = read_state()[0]
    example = replace(state.example, label=st.session_state["true_class"], target=None)
    write_state(replace(state, example=example))


def result_table(state: State, scene: Scene, t: Text) -> Table:
    """Every node that can be seen, with its value and gradient."""
    graph = scene.picture.graph
    seen = scene.picture.order.nodes
    return Table(
        columns={
            "node": [graph.nodes[node].id for node in seen],
            "operation": [graph.nodes[node].operation for node in seen],
            "value": scene.now.values[list(seen)].tolist(),
            "gradient": scene.now.gradients[list(seen)].tolist(),
        },
        headings={
            name: t(f"softmax_loss_graph.data.{name}")
            for name in ("node", "operation", "value", "gradient")
        },
        settings={
            "graph": state.graph,
            "view": state.view,
            "classes": [state.example.names[index] for index in scene.kept],
            "label": state.example.label,
        },
    )
