"""The stage of the lesson on computational graphs: every number follows the inputs and the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from core.graphs.graph import CIRCUITS
from core.validation import FloatArray
from pages.softmax_loss_graph import panels as figures
from pages.softmax_loss_graph.graph_scene import (
    Scene,
    digits_of,
    handle_sweep,
    places,
    scene_of,
    slots,
    tiles,
    timeline_sweep,
)
from pages.softmax_loss_graph.panels import Words
from pages.softmax_loss_graph.sentences import (
    box_title,
    class_names,
    input_title,
    role_of,
    sentences,
    step_names,
)
from pages.ui.export import Table
from pages.ui.kit.handles import score_id, stage_words
from pages.ui.kit.theme import CLASS_COLORS, MUTED
from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import Handle, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.state.state import GRAPH_VIEWS, GRAPHS, LARGEST_INPUT, State
from pages.ui.state.written import LARGEST_SCORE
from pages.ui.text import Text

__all__ = ["graph_controls", "graph_stage", "moved", "result_table"]

TIMELINE: Final = "node"
LEAST_WIDTH: Final = 940
"""Pixels that the numbers of the graph with every node need."""


def graph_stage(scene: Scene, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    now = places(scene, scene.now)
    words = _readouts(scene, t)
    stage(
        "softmax_loss_graph",
        panels=[_panel(scene, now, words, t)],
        handles=[*_input_handles(scene, t), _timeline(scene, t)],
        readouts=words,
        marks=figures.marks(scene.picture),
        now=now,
        on_release=_adopt,
        labels=stage_words(t),
        pinned=True,
    )
    notes = {"shifted": scene.is_shifted, "merged": scene.is_merged}
    for note in (note for note, holds in notes.items() if holds):
        rest = len(scene.state.example.names) - len(scene.kept)
        st.caption(t(f"softmax_loss_graph.note.{note}", count=rest))


def _readouts(scene: Scene, t: Text) -> list[Readout]:
    names = class_names(scene, t)
    true = scene.state.example.names[scene.state.example.label]
    numbers = []
    for id in tiles(scene):
        is_slope = id.startswith("slope")
        if not scene.is_circuit:
            label = t(f"softmax_loss_graph.readout.{id}", name=true)
        elif is_slope:
            asked = scene.picture.asked[int(id.removeprefix("slope"))]
            label = f"∂f/∂{input_title(scene, asked, names)}"
        else:
            label = "f"
        numbers.append(Readout(id, label=label, tone="cross-entropy" if is_slope else ""))
    found = [
        *numbers,
        *(_slot(slot) for slot in slots(scene.picture)),
        *(Readout(f"class{j}", choices=(name,)) for j, name in enumerate(names)),
        Readout("sentence", label="", choices=sentences(scene, t)),
    ]
    if not scene.is_batch:
        return found
    listed = {
        way: ", ".join(f"{{{way}{j}}}" for j in range(scene.rows)) for way in ("right", "wrong")
    }
    bug = t("softmax_loss_graph.bug", classes=scene.rows, **listed)
    return [
        *found,
        *(Readout(f"{way}{j}") for way in listed for j in range(scene.rows)),
        Readout("bug", label="", choices=(bug,)),
    ]


def _slot(slot: str) -> Readout:
    """A number or a sign of a sentence."""
    if slot.startswith("sign"):
        return Readout(slot, choices=("=", "≈"))
    return Readout(slot, significant=digits_of(slot))


def _panel(
    scene: Scene, now: Mapping[Place, FloatArray], readouts: Sequence[Readout], t: Text
) -> Panel:
    drawn, names = scene.picture, class_names(scene, t)
    inputs = [*drawn.layout.tracks, *drawn.layout.dots]
    colors = (
        [] if scene.is_circuit else [(node, _color(scene, _row(scene, node))) for node in inputs]
    )
    words = Words(
        inputs=tuple((node, input_title(scene, node, names)) for node in inputs),
        boxes=tuple((id, box_title(id, t)) for id in drawn.layout.boxes),
        output="f" if scene.is_circuit else "L",
    )
    told = next(readout.choices or () for readout in readouts if readout.id == "sentence")
    return Panel(
        id=figures.PANEL,
        figure=figures.graph_figure(drawn, words, tuple(colors)),
        title=f"f = {CIRCUITS[scene.state.graph].formula}"
        if scene.is_circuit
        else t(f"softmax_loss_graph.panel.{scene.state.view}"),
        alt=spoken(
            readouts, now, t("softmax_loss_graph.alt", sentence=told[scene.step].replace("**", ""))
        ),
        legend=figures.legend(lambda name: t(f"softmax_loss_graph.legend.{name}")),
        wide=True,
        height=1.9,
        ratio=drawn.layout.ratio,
        least_width=round(LEAST_WIDTH * min(1.0, drawn.layout.scale)),
    )


def _row(scene: Scene, node: int) -> int:
    return role_of(scene.picture.graph.nodes[node].id)[1]


def _color(scene: Scene, row: int) -> str:
    return CLASS_COLORS[scene.kept[row]] if row < len(scene.kept) else MUTED


def _input_id(number: int) -> str:
    return f"input{number}"


def _input_handles(scene: Scene, t: Text) -> list[Handle]:
    names = scene.state.example.names
    largest = LARGEST_INPUT if scene.is_circuit else LARGEST_SCORE
    return [
        Handle(
            id=_input_id(number) if scene.is_circuit else score_id(scene.kept[number]),
            label=input_title(scene, node, names)
            if scene.is_circuit
            else t("handle.score", name=names[scene.kept[number]]),
            value=scene.inputs[number],
            minimum=-scene.axis.limit,
            maximum=scene.axis.limit,
            step=scene.axis.step,
            decimals=scene.axis.decimals,
            panel=figures.PANEL,
            axis="x",
            at=point.y,
            color=CLASS_COLORS[number] if scene.is_circuit else _color(scene, number),
            sweep=handle_sweep(scene, number),
            limits=(-largest, largest),
        )
        for number, (node, point) in enumerate(scene.picture.layout.tracks.items())
    ]


def _timeline(scene: Scene, t: Text) -> Handle:
    return Handle(
        id=TIMELINE,
        label=t("softmax_loss_graph.timeline"),
        value=float(scene.step),
        minimum=0,
        maximum=scene.last,
        decimals=0,
        mark="timeline",
        axis="x",
        names=step_names(scene, t),
        rate=1.0,
        sweep=timeline_sweep(scene),
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


def graph_controls(scene: Scene, t: Text) -> None:
    """Choose the graph and its view, the true class, and where the timeline is."""
    state = scene.state
    graph, view, label, hide = st.columns([3, 4, 3, 2])
    st.session_state["graph"] = state.graph
    graph.selectbox(
        t("softmax_loss_graph.control.graph"),
        GRAPHS,
        format_func=lambda id: t(f"softmax_loss_graph.graph.{id}"),
        key="graph",
        on_change=_choose_graph,
    )
    if not scene.is_circuit:
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
    is_whole = scene.step == scene.last
    way = "hide" if is_whole else "show"
    hide.space("small")  # as high as the others' labels
    hide.button(
        t(f"softmax_loss_graph.control.{way}"),
        on_click=lambda: write_state(replace(read_state()[0], node=int(is_whole))),
        width="stretch",
    )


def _choose_graph() -> None:
    state = read_state()[0]
    write_state(replace(state, graph=st.session_state["graph"], inputs=None, node=_again(state)))


def _choose_view() -> None:
    state = read_state()[0]
    write_state(replace(state, view=st.session_state["view"] or state.view, node=_again(state)))


def _again(state: State) -> int:
    """Where another graph starts: all known if this one is, else at the inputs."""
    return min(state.node, 1)


def _choose_label() -> None:
    state = read_state()[0]
    example = replace(state.example, label=st.session_state["true_class"], target=None)
    write_state(replace(state, example=example))


def result_table(scene: Scene, t: Text) -> Table:
    """Every node that can be seen, with its value and gradient."""
    graph = scene.picture.graph
    seen = list(scene.picture.order.nodes)
    columns: dict[str, Sequence[str | float]] = {
        "node": [graph.nodes[node].id for node in seen],
        "operation": [graph.nodes[node].operation for node in seen],
        "value": scene.now.values[seen].tolist(),
        "gradient": scene.now.gradients[seen].tolist(),
    }
    return Table(
        columns=columns,
        headings={name: t(f"softmax_loss_graph.data.{name}") for name in columns},
        settings={
            "graph": scene.state.graph,
            "view": scene.state.view,
            "classes": class_names(scene, t),
            "label": scene.state.example.label,
        },
    )
