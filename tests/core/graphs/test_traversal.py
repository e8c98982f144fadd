"""The order of visits: nothing is known before what it needs."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from core.graphs.circuits import CIRCUITS
from core.graphs.engine import Graph, Node, evaluate
from core.graphs.softmax_with_loss import batch_of_softmax_with_loss, softmax_with_cross_entropy
from core.graphs.traversal import TraversalPhase, traverse
from core.losses.activations import softmax


def test_visits_of_the_full_graph():
    graph = softmax_with_cross_entropy(2)
    order = traverse(graph)
    names = [
        "exp0",
        "exp1",
        "sum",
        "reciprocal",
        "y0",
        "y1",
        "log0",
        "log1",
        "weighted0",
        "weighted1",
        "log_likelihood",
        "loss",
    ]
    assert [unit.id for unit in order.units] == names
    visits = [(step.phase, step.unit and step.unit.id) for step in order.steps]
    assert visits == [
        (TraversalPhase.INPUTS, None),
        *((TraversalPhase.FORWARD, name) for name in names),
        (TraversalPhase.SEED, "loss"),
        *((TraversalPhase.BACKWARD, name) for name in reversed(names)),
        (TraversalPhase.DONE, None),
    ]
    assert list(order.value_step) == list(range(len(graph.nodes)))
    assert list(order.gradient_step) == list(range(len(graph.edges)))


@pytest.mark.parametrize("collapsed", [False, True])
@pytest.mark.parametrize(
    "graph",
    [softmax_with_cross_entropy(3), batch_of_softmax_with_loss(2, 2), CIRCUITS["gates"].graph],
)
def test_nothing_is_known_before_what_it_needs(graph, collapsed):
    order = traverse(graph, collapsed=collapsed)
    unit_of = {place: unit for unit in order.units for place in unit.nodes}
    for edge, at in order.gradient_step.items():
        source, target, _ = graph.edges[edge]
        if source in unit_of:
            assert order.value_step[source] < order.steps.index(
                (TraversalPhase.FORWARD, unit_of[target])
            )
        assert order.steps[at] == (TraversalPhase.BACKWARD, unit_of[target])
        # What arrives at the target has been known before the target is visited.
        for later, when in order.gradient_step.items():
            if graph.edges[later].source in unit_of[target].nodes:
                assert when < at
    assert order.steps[order.seed_step].phase == TraversalPhase.SEED
    assert order.value_step[len(graph.nodes) - 1] < order.seed_step


def test_the_two_boxes():
    graph = softmax_with_cross_entropy(3)
    order = traverse(graph, collapsed=True)
    assert [unit.id for unit in order.units] == ["softmax", "cross_entropy"]
    assert len(order.steps) == 7
    ids = [graph.nodes[place].id for place in order.value_step]
    assert ids == ["z0", "z1", "z2", "t0", "t1", "t2", "y0", "y1", "y2", "loss"]
    result = evaluate(graph, [3.2, 5.1, -1.7, 1, 0, 0])
    ends = [(graph.edges[e].source, graph.edges[e].target, e) for e in order.gradient_step]
    shown = {
        (graph.nodes[source].id, graph.nodes[target].id): result.edge_gradients[e]
        for source, target, e in ends
    }
    p = softmax([3.2, 5.1, -1.7])
    # y - t comes out of the softmax box, -t/y out of the other.
    assert_allclose([shown[f"z{j}", f"exp{j}"] for j in range(3)], p - [1, 0, 0], atol=1e-15)
    assert_allclose([shown[f"y{j}", f"log{j}"] for j in range(3)], [-1 / p[0], 0, 0], rtol=1e-14)


def test_boxes_that_need_each_other_are_refused():
    nodes = (
        Node("x"),
        Node("a", "exp", ("x",), group="A"),
        Node("b", "negate", ("a",), group="B"),
        Node("c", "exp", ("b",), group="A"),
    )
    assert len(traverse(Graph(nodes)).units) == 3
    with pytest.raises(ValueError, match="groups must follow each other, but 'B' and 'A'"):
        traverse(Graph(nodes), collapsed=True)
