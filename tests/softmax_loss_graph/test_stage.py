"""The stage: a drag shows what is shown where it ends; releases; the address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.stage import graph_stage, moved, sweeps_of
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.state.state import decode, encode
from pages.ui.text import text_in
from tests.softmax_loss_graph.states import FOUR, MANY, WHOLE
from tests.stages import assert_every_step_is_as_opened_there


def stage_of(state: SoftmaxLossGraphState) -> Stage:
    return graph_stage(state, sweeps_of(state), text_in("en"))


@pytest.mark.parametrize(
    "state",
    [
        replace(WHOLE, node=7),
        replace(MANY, node=0),
        replace(MANY, view="collapsed", node=2),
        replace(FOUR, view="batch", node=0),
        SoftmaxLossGraphState(graph="gates", node=6),
    ],
    ids=str,
)
def test_a_drag_shows_what_is_shown_where_it_ends(state: SoftmaxLossGraphState) -> None:
    assert_every_step_is_as_opened_there(stage_of, moved, state, every=50)


def test_a_release_becomes_the_state() -> None:
    values = {"score0": 1.5, "score1": 5.1, "score2": -1.7, "node": 7}
    state = moved(SoftmaxLossGraphState(), Release(values, None))
    assert state == replace(
        SoftmaxLossGraphState(),
        example=replace(SoftmaxLossGraphState().example, scores=(1.5, 5.1, -1.7)),
        node=8,
    )
    last = sweeps_of(SoftmaxLossGraphState()).last
    assert moved(state, Release({**values, "node": last}, None)).node == 0


def test_a_release_of_kept_classes_leaves_the_others_alone() -> None:
    values = {"score0": 9.0, "score1": 2.0, "score5": -4.0, "node": 0}
    state = moved(MANY, Release(values, None))
    assert state.example.scores == (9.0, 2.0, 3.0, 4.0, 2.0, -4.0, 0.0)


def test_a_release_of_a_circuit() -> None:
    state = SoftmaxLossGraphState(graph="sum_times")
    values = {"input0": -2, "input1": 5, "input2": 0.5, "node": 6}
    assert moved(state, Release(values, None)).inputs == (-2, 5, 0.5)
    values["input2"] = -4
    assert moved(state, Release(values, None)).inputs is None


@pytest.mark.parametrize(
    "change",
    [
        {"score0": "x"},
        {"score0": None},
        {"score0": 1e9},
        {"node": 99},
        {"node": -1},
        {"node": "nan"},
    ],
    ids=str,
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    values = {"score0": 1.5, "score1": 5.1, "score2": -1.7, "node": 7}
    assert (
        moved(SoftmaxLossGraphState(), Release({**values, **change}, None))
        == SoftmaxLossGraphState()
    )
    assert moved(SoftmaxLossGraphState(), Release({"node": 3}, None)) == SoftmaxLossGraphState()
    circuit = SoftmaxLossGraphState(graph="gates")
    assert (
        moved(circuit, Release({f"input{i}": 2000.0 for i in range(4)} | {"node": 0}, None))
        == circuit
    )


@pytest.mark.parametrize(
    "state",
    [
        SoftmaxLossGraphState(graph="sum_times", inputs=(1.5, -2.0, 3.0), node=4),
        SoftmaxLossGraphState(view="batch", node=2),
        SoftmaxLossGraphState(graph="gates", view="collapsed"),
    ],
    ids=str,
)
def test_the_address_keeps_the_graph(state: SoftmaxLossGraphState) -> None:
    assert decode(SoftmaxLossGraphState, encode(state)) == (state, ())


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"graph": "spiral"}, "option"),
        ({"view": "3d"}, "option"),
        ({"node": "-1"}, "whole"),
        ({"graph": "gates", "inputs": "1,2"}, "input_count"),
        ({"graph": "gates", "inputs": "1,2,3,x"}, "number"),
        ({"graph": "gates", "inputs": "1,2,3,1001"}, "range"),
        ({"graph": "gates", "inputs": "1,2,3,nan"}, "size"),
    ],
    ids=str,
)
def test_an_address_that_makes_no_sense_is_told(parameters: dict, reason: str) -> None:
    state, problems = decode(SoftmaxLossGraphState, parameters)
    assert [problem.reason for problem in problems] == [reason]
    assert state.inputs is None
    sweeps_of(state)


def test_inputs_without_an_expression_are_left_out() -> None:
    assert decode(SoftmaxLossGraphState, {"inputs": "1,2,3"}) == (SoftmaxLossGraphState(), ())
