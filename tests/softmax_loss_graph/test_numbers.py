"""What is computed for every step of every handle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.losses.cross_entropy import cross_entropy
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import (
    COMPANIONS,
    TIMELINE,
    GraphNumbers,
    input_id,
    kept_classes,
    single_sample_bug,
)
from pages.softmax_loss_graph.stage import sweeps_of
from pages.ui.kit.scores import score_id
from pages.ui.stage.sweeps import rows_of
from tests.softmax_loss_graph.states import SOFTMAX, STATES


def at(result: GraphNumbers, step: int) -> GraphNumbers:
    return rows_of(result, slice(step, step + 1), ())


def assert_same(found: GraphNumbers, expected: GraphNumbers) -> None:
    assert found.step == expected.step
    for name in ("values", "gradients", "local_derivatives", "edge_gradients"):
        numbers = getattr(expected.graph, name)
        assert_allclose(getattr(found.graph, name), numbers, rtol=1e-12, atol=1e-13, err_msg=name)
    assert found.told.keys() == expected.told.keys()
    for slot, numbers in expected.told.items():
        assert_allclose(found.told[slot], numbers, rtol=1e-12, atol=1e-13, err_msg=slot)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_step_of_the_timeline_is_the_result_there(state: SoftmaxLossGraphState) -> None:
    sweeps = sweeps_of(state)
    assert sweeps.step == sweeps.last
    for step in range(sweeps.last + 1):
        there = sweeps_of(replace(state, node=0 if step == sweeps.last else step + 1))
        assert there.step == step
        assert_same(at(sweeps.by[TIMELINE], step), there.now)


@pytest.mark.parametrize("node", [0, 1, 4])
@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_step_of_an_input_is_the_result_there(state: SoftmaxLossGraphState, node: int) -> None:
    state = replace(state, node=node)
    sweeps = sweeps_of(state)
    given = list(sweeps.inputs.values()) if state.is_circuit else list(state.example.scores)
    name = input_id if state.is_circuit else score_id
    for index in range(len(given)):
        for row in (3, 57, 100, 198) if name(index) in sweeps.inputs else ():
            there = (*given[:index], float(sweeps.axis.grid[row]), *given[index + 1 :])
            moved = sweeps_of(
                replace(state, inputs=there)
                if state.is_circuit
                else replace(state, example=replace(state.example, scores=there))
            )
            if moved.is_shifted == sweeps.is_shifted:
                assert_same(at(sweeps.by[name(index)], row), moved.now)


@pytest.mark.parametrize("state", SOFTMAX, ids=str)
def test_loss_and_gradient_are_those_of_the_whole_example(state: SoftmaxLossGraphState) -> None:
    sweeps = sweeps_of(state)
    graph, index = sweeps.now.graph, sweeps.order.graph.index
    expected = cross_entropy(state.example.scores, np.asarray(state.example.targets))
    found = graph.gradients[list(sweeps.asked)][: len(sweeps.kept)]
    samples = 3 if state.is_batch else 1
    assert_allclose(found * samples, expected.gradient[list(sweeps.kept)], atol=1e-12)
    loss = float(graph.values[index["s0.loss" if state.is_batch else "loss"]])
    is_clipped = sweeps.is_shifted and expected.value > 700
    assert loss == pytest.approx(700 if is_clipped else expected.value, rel=1e-12)
    if state.is_batch:
        others = [
            cross_entropy(np.array(scores[: sweeps.rows]), min(label, sweeps.rows - 1)).value
            for scores, label in COMPANIONS
        ]
        assert float(graph.values[-1]) == pytest.approx(np.mean([expected.value, *others]))
        wrong = single_sample_bug(sweeps, sweeps.now)[: len(sweeps.kept)]
        assert_allclose(wrong * sweeps.rows, expected.gradient[list(sweeps.kept)], atol=1e-12)


def test_up_to_four_classes_are_all_kept_and_the_true_one_always() -> None:
    assert [kept_classes(n, n - 1) for n in (2, 3, 4)] == [(0, 1), (0, 1, 2), (0, 1, 2, 3)]
    assert [kept_classes(5, label) for label in (1, 2, 4)] == [(0, 1, 2), (0, 1, 2), (0, 1, 4)]
