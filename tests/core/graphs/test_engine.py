"""The engine against Python's own operators, and against central differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient
from core.graphs.circuits import CIRCUITS
from core.graphs.engine import OPERATIONS, Graph, Node, evaluate
from core.graphs.softmax_with_loss import (
    batch_of_softmax_with_loss,
    shift_logits,
    softmax_with_cross_entropy,
)
from core.losses.cross_entropy import cross_entropy


@st.composite
def random_graph(draw):
    """A graph of smooth operations with inputs that keep all values moderate."""
    count = draw(st.integers(1, 3))
    nodes = [Node(f"x{i}") for i in range(count)]
    for i in range(draw(st.integers(1, 6))):
        operation = draw(
            st.sampled_from(
                [
                    "add",
                    "multiply",
                    "negate",
                    "add_constant",
                    "multiply_constant",
                    "divide_constant",
                ]
            )
        )
        arity = draw(st.integers(1, 3)) if operation in ("add", "multiply") else 1
        inputs = tuple(draw(st.sampled_from(nodes)).id for _ in range(arity))
        nodes.append(
            Node(f"n{i}", operation, inputs, constant=draw(st.sampled_from([-2.0, 0.5, 3.0])))
        )
    values = draw(st.lists(st.floats(-1.2, 1.2), min_size=count, max_size=count))
    return Graph(tuple(nodes)), values


def slow_output(graph, inputs):
    """Compute the output with Python's own operators."""
    known = dict(zip((graph.nodes[i].id for i in graph.inputs), inputs, strict=True))
    for node in graph.nodes:
        x = [known[name] for name in node.inputs]
        if node.operation == "add":
            known[node.id] = sum(x)
        elif node.operation == "multiply":
            known[node.id] = float(np.prod(x))
        elif node.operation == "negate":
            known[node.id] = -x[0]
        elif node.operation == "add_constant":
            known[node.id] = x[0] + node.constant
        elif node.operation == "multiply_constant":
            known[node.id] = x[0] * node.constant
        elif node.operation == "divide_constant":
            known[node.id] = x[0] / node.constant
    return known[graph.nodes[-1].id]


def output(graph, inputs):
    return float(evaluate(graph, inputs).values[-1])


@settings(deadline=None)
@given(random_graph())
def test_any_graph_is_computed_and_differentiated(case):
    graph, inputs = case
    result = evaluate(graph, inputs)
    assert result.values[-1] == pytest.approx(slow_output(graph, inputs), rel=1e-12, abs=1e-12)
    check = check_gradient(lambda x: slow_output(graph, x), result.gradients[: len(inputs)], inputs)
    scale = max(1.0, float(np.abs(check.numerical).max()), abs(float(result.values[-1])))
    assert_allclose(check.analytic, check.numerical, rtol=1e-5, atol=1e-5 * scale)


@settings(deadline=None)
@given(random_graph())
def test_gradients_are_sums_of_products(case):
    graph, inputs = case
    result = evaluate(graph, inputs)
    sums = np.zeros(len(graph.nodes))
    sums[-1] = 1.0
    for place, edge in enumerate(graph.edges):
        product = result.gradients[edge.target] * result.local_derivatives[place]
        assert result.edge_gradients[place] == product
        sums[edge.source] += product
    assert_allclose(result.gradients, sums, rtol=1e-12, atol=1e-12)


POINTS = {
    "log": [0.7],
    "reciprocal": [-1.3],
    "exp": [0.4],
    "maximum": [0.3, -0.2, 0.1],
    "multiply": [2.0, -3.0, 0.5],
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_local_derivatives_are_central_differences(operation):
    point = POINTS.get(operation, [0.6, -1.1] if operation == "add" else [0.6])
    inputs = [Node(f"x{i}") for i in range(len(point))]
    node = Node("f", operation, tuple(node.id for node in inputs), constant=1.7)
    graph = Graph((*inputs, node))
    result = evaluate(graph, point)
    check = check_gradient(lambda x: output(graph, x), result.local_derivatives, point)
    assert not check.kinks.any()
    assert_allclose(check.analytic, check.numerical, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("graph", "inputs"),
    [
        *((circuit.graph, circuit.inputs) for circuit in CIRCUITS.values()),
        (softmax_with_cross_entropy(2), (5.3, 10.1, 0, 1)),
        (softmax_with_cross_entropy(3), (3.2, 5.1, -1.7, 1, 0, 0)),
        (softmax_with_cross_entropy(4), (1, -2, 0.5, 3, 0.1, 0.2, 0.3, 0.4)),
        (batch_of_softmax_with_loss(2, 3), (3.2, 5.1, -1.7, 1, 0, 0, 1.3, 4.9, 2.0, 0, 1, 0)),
    ],
)
def test_gradients_at_the_inputs_are_central_differences(graph, inputs):
    gradient = evaluate(graph, inputs).gradients[list(graph.inputs)]
    check = check_gradient(lambda x: output(graph, x), gradient, inputs)
    assert not check.kinks.any()
    assert_allclose(check.analytic, check.numerical, rtol=1e-8, atol=1e-8)


def test_every_operation_by_hand():
    expected = {
        "add": 5.0, "multiply": 6.0, "maximum": 3.0, "exp": np.e**2, "log": np.log(2), "reciprocal": 0.5,
        "negate": -2.0, "add_constant": 6.0, "multiply_constant": 8.0, "divide_constant": 0.5,
    }  # fmt: skip
    assert set(expected) == set(OPERATIONS)
    for operation, value in expected.items():
        names = ("x", "y") if operation in ("add", "multiply", "maximum") else ("x",)
        graph = Graph((*map(Node, names), Node("f", operation, names, constant=4.0)))
        assert output(graph, [2.0, 3.0][: len(names)]) == pytest.approx(value, rel=1e-15)


def test_a_sweep_is_each_point_alone():
    graph = softmax_with_cross_entropy(3)
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=3, size=(4, 5, 3))
    inputs = np.concatenate([logits, np.broadcast_to([0, 0, 1.0], logits.shape)], axis=-1)
    kept = inputs.copy()
    result = evaluate(graph, inputs)
    assert result.values.shape == result.gradients.shape == (4, 5, len(graph.nodes))
    assert result.edge_gradients.shape == (4, 5, len(graph.edges))
    for at in np.ndindex(4, 5):
        alone = evaluate(graph, inputs[at])
        for name in ("values", "gradients", "local_derivatives", "edge_gradients"):
            assert_allclose(getattr(result, name)[at], getattr(alone, name), rtol=1e-13)
    assert_array_equal(inputs, kept)


def test_ties_of_the_maximum_go_to_the_first():
    graph = Graph((Node("x"), Node("y"), Node("f", "maximum", ("x", "y"))))
    assert evaluate(graph, [2, 2]).gradients.tolist() == [1, 0, 1]


@pytest.mark.parametrize("scale", [1e3, 1e6])
def test_nan_never_appears(scale):
    for circuit in CIRCUITS.values():
        for sign in np.array(list(np.ndindex(*[2] * len(circuit.inputs)))) * 2 - 1:
            result = evaluate(circuit.graph, scale * sign)
            for part in (
                result.values,
                result.gradients,
                result.local_derivatives,
                result.edge_gradients,
            ):
                assert not np.isnan(part).any()
    sweep = [[scale, -scale, 0], [-scale, 0, 0], [0, 0, scale]]
    inputs = np.concatenate([shift_logits(sweep), np.eye(3)], axis=-1)
    result = evaluate(softmax_with_cross_entropy(3), inputs)
    for part in (result.values, result.gradients, result.edge_gradients, result.local_derivatives):
        assert np.isfinite(part).all()
    assert_allclose(
        result.gradients[:, :3],
        cross_entropy(sweep, [0, 1, 2], reduction="none").gradient,
        atol=1e-12,
    )


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ((), "nodes must not be empty"),
        ((Node("x"), Node("x")), "unique ids, got 'x' twice"),
        ((Node("x"), Node("f", "square", ("x",))), "operation of node 'f' must be one of 'input', 'add'.* got 'square'"),
        ((Node("f", "exp", ("x",)), Node("x")), "inputs of node 'f' must be nodes that come before it, got 'x'"),
        ((Node("f", "exp"),), "inputs of node 'f' must be empty exactly if it is an input"),
        ((Node("x"), Node("y", inputs=("x",))), "inputs of node 'y' must be empty exactly if it is an input"),
    ],
)  # fmt: skip
def test_graphs_that_cannot_be(nodes, message):
    with pytest.raises(ValueError, match=message):
        Graph(nodes)


def test_inputs_that_do_not_fit_the_graph():
    graph = CIRCUITS["sum_times"].graph
    with pytest.raises(
        ValueError,
        match=r"inputs must have 3 entries in the last axis \(x, y, z\), got shape \(2,\)",
    ):
        evaluate(graph, [1, 2])
    with pytest.raises(ValueError, match=r"inputs\[1\] must be finite, got nan"):
        evaluate(graph, [1, np.nan, 2])
    logarithm = Graph((Node("x"), Node("f", "log", ("x",))))
    with pytest.raises(ValueError, match=r"node 'f' \(log\) has no value there"):
        evaluate(logarithm, [[1.0], [-1.0]])
