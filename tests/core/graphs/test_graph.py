"""Graphs against closed forms, against central differences, and against the published circuits."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient
from core.graphs.graph import (
    CIRCUITS,
    LARGEST_PLAIN_LOGIT,
    OPERATIONS,
    Graph,
    Node,
    Phase,
    batch_of_softmax_with_loss,
    evaluate,
    evaluate_boxes,
    kept_classes,
    merge_classes,
    shift_logits,
    softmax_with_cross_entropy,
    textbook_gradient,
    traverse,
)
from core.losses.cross_entropy import cross_entropy
from tests.core.oracles import exact_log_softmax, exact_softmax

CAT, CAR, FROG = [3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]


def one_hot(label, classes):
    return np.eye(classes)[label]


def output(graph, inputs):
    return float(evaluate(graph, inputs).values[-1])


@st.composite
def logits_and_label(draw, limit):
    classes = draw(st.integers(2, 4))
    logits = draw(st.lists(st.floats(-limit, limit), min_size=classes, max_size=classes))
    return np.array(logits), draw(st.integers(0, classes - 1))


# ---- the softmax-with-loss graph ------------------------------------------------------------------


@settings(deadline=None)
@given(logits_and_label(100.0))
def test_loss_and_gradient_are_those_of_cross_entropy(case):
    logits, label = case
    classes = len(logits)
    graph = softmax_with_cross_entropy(classes)
    for given_logits in (logits, shift_logits(logits)):
        result = evaluate(graph, [*given_logits, *one_hot(label, classes)])
        expected = cross_entropy(logits, label)
        assert_allclose(result.values[-1], expected.value, rtol=1e-12, atol=1e-12)
        assert_allclose(result.gradients[:classes], expected.gradient, rtol=0, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(logits_and_label(100.0))
def test_every_node_has_the_value_of_the_formula_in_700_digits(case):
    logits, label = case
    classes = len(logits)
    t = one_hot(label, classes)
    graph = softmax_with_cross_entropy(classes)
    result = evaluate(graph, [*logits, *t])
    value = {node.id: float(v) for node, v in zip(graph.nodes, result.values, strict=True)}
    gradient = {node.id: float(v) for node, v in zip(graph.nodes, result.gradients, strict=True)}
    p, log_p = exact_softmax(logits), exact_log_softmax(logits)
    with mp.workdps(50):
        exponentials = [mp.exp(mp.mpf(float(z))) for z in logits]
        total = mp.fsum(exponentials)
        assert value["sum"] == pytest.approx(float(total), rel=1e-14, abs=0)
        assert value["reciprocal"] == pytest.approx(float(1 / total), rel=1e-14, abs=0)
        # Along y the gradient is -t/y; times the exponentials it makes -S at 1/S, and 1/S at S.
        assert gradient["reciprocal"] == pytest.approx(float(-total), rel=1e-13, abs=0)
        assert gradient["sum"] == pytest.approx(float(1 / total), rel=1e-13, abs=0)
        for j in range(classes):
            assert value[f"exp{j}"] == pytest.approx(float(exponentials[j]), rel=1e-14, abs=0)
            assert value[f"y{j}"] == pytest.approx(float(p[j]), rel=1e-14, abs=0)
            assert value[f"log{j}"] == pytest.approx(float(log_p[j]), rel=1e-14, abs=1e-15)
            assert value[f"weighted{j}"] == pytest.approx(
                float(t[j] * log_p[j]), rel=1e-14, abs=1e-15
            )
            assert gradient[f"y{j}"] == pytest.approx(float(-t[j] / p[j]), rel=1e-13, abs=0)
            assert gradient[f"log{j}"] == -t[j]
            exact = 1 / total - t[j] / exponentials[j]
            bound = float((1 / total + t[j] / exponentials[j]) * 1e-14)
            assert gradient[f"exp{j}"] == pytest.approx(float(exact), abs=bound)


def test_the_cat_of_the_slides():
    graph = softmax_with_cross_entropy(3)
    result = evaluate(graph, [*CAT, 1, 0, 0])
    value = dict(zip((n.id for n in graph.nodes), result.values.tolist(), strict=True))
    assert [round(value[f"exp{j}"], d) for j, d in enumerate((1, 1, 2))] == [24.5, 164.0, 0.18]
    assert [round(value[f"y{j}"], 2) for j in range(3)] == [0.13, 0.87, 0.0]
    assert round(value["loss"], 2) == 2.04
    assert result.gradients[:3].round(2).tolist() == [-0.87, 0.87, 0.0]


@pytest.mark.parametrize(
    ("p", "t", "gradient"),
    [
        ([0.3, 0.2, 0.5], [0, 1, 0], [0.3, -0.8, 0.5]),
        ([0.01, 0.99, 1e-9], [0, 1, 0], [0.01, -0.01, 0]),
    ],
)
def test_large_error_large_lesson(p, t, gradient):
    result = evaluate(softmax_with_cross_entropy(3), [*np.log(p), *t])
    assert_allclose(result.gradients[:3], gradient, atol=1e-8)


def test_soft_targets():
    logits, t = [1.0, -0.5, 2.0], [0.2, 0.5, 0.3]
    result = evaluate(softmax_with_cross_entropy(3), [*logits, *t])
    expected = cross_entropy(logits, t)
    assert_allclose(result.values[-1], expected.value, rtol=1e-14)
    assert_allclose(result.gradients[:3], expected.gradient, atol=1e-14)
    # The derivative with respect to a target is the information -log p of its class.
    assert_allclose(
        result.gradients[3:6], [-float(v) for v in exact_log_softmax(logits)], rtol=1e-14
    )


@pytest.mark.parametrize(
    ("graph", "inputs"),
    [
        *((circuit.graph, circuit.inputs) for circuit in CIRCUITS.values()),
        (softmax_with_cross_entropy(2), (5.3, 10.1, 0, 1)),
        (softmax_with_cross_entropy(3), (*CAT, 1, 0, 0)),
        (softmax_with_cross_entropy(4), (1, -2, 0.5, 3, 0.1, 0.2, 0.3, 0.4)),
        (batch_of_softmax_with_loss(2, 3), (*CAT, 1, 0, 0, *CAR, 0, 1, 0)),
    ],
)
def test_gradients_at_the_inputs_are_central_differences(graph, inputs):
    gradient = evaluate(graph, inputs).gradients[list(graph.inputs)]
    check = check_gradient(lambda x: output(graph, x), gradient, inputs)
    assert not check.kinks.any()
    assert_allclose(check.analytic, check.numerical, rtol=1e-8, atol=1e-8)


# ---- published circuits ---------------------------------------------------------------------------


def test_sum_times():
    circuit = CIRCUITS["sum_times"]
    result = evaluate(circuit.graph, circuit.inputs)
    assert result.values.tolist() == [-2, 5, -4, 3, -12]
    assert result.gradients.tolist() == [-4, -4, 3, -4, 1]


def test_sigmoid_neuron():
    circuit = CIRCUITS["sigmoid_neuron"]
    result = evaluate(circuit.graph, circuit.inputs)
    # As printed in the notes' figure, node by node.
    printed = {
        "w0": (2.00, -0.20), "x0": (-1.00, 0.39), "w1": (-3.00, -0.39), "x1": (-2.00, -0.59), "w2": (-3.00, 0.20),
        "w0x0": (-2.00, 0.20), "w1x1": (6.00, 0.20), "sum": (4.00, 0.20), "score": (1.00, 0.20),
        "negative": (-1.00, -0.20), "exp": (0.37, -0.53), "denominator": (1.37, -0.53), "f": (0.73, 1.00),
    }  # fmt: skip
    assert set(printed) == set(circuit.graph.index)
    for id, (value, gradient) in printed.items():
        place = circuit.graph.index[id]
        assert result.values[place] == pytest.approx(value, abs=0.0051), id
        assert result.gradients[place] == pytest.approx(gradient, abs=0.0051), id
    # The whole chain is one number: (1 - f) f.
    f = result.values[-1]
    assert result.gradients[circuit.graph.index["score"]] == pytest.approx(
        (1 - f) * f, rel=1e-14, abs=0
    )


def test_gates():
    circuit = CIRCUITS["gates"]
    result = evaluate(circuit.graph, circuit.inputs)
    assert result.values[-1] == -20
    assert result.gradients[:4].tolist() == [-8, 6, 2, 0]


# ---- the engine -----------------------------------------------------------------------------------


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


def test_plain_logits_are_finite_up_to_their_limit():
    corners = (np.array(list(np.ndindex(2, 2, 2, 2))) * 2 - 1) * LARGEST_PLAIN_LOGIT
    inputs = np.concatenate([corners, np.tile(one_hot(1, 4), (16, 1))], axis=-1)
    result = evaluate(softmax_with_cross_entropy(4), inputs)
    for part in (result.values, result.gradients, result.edge_gradients, result.local_derivatives):
        assert np.isfinite(part).all()
    expected = cross_entropy(corners, [1] * 16, reduction="none")
    assert_allclose(result.values[:, -1], expected.per_sample, rtol=1e-12, atol=1e-12)
    assert_allclose(result.gradients[:, :4], expected.gradient, atol=1e-12)


# ---- order of visits ------------------------------------------------------------------------------


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
    visits = [
        (step.phase, None if step.unit is None else order.units[step.unit].id)
        for step in order.steps
    ]
    assert visits == [
        (Phase.INPUTS, None),
        *((Phase.FORWARD, name) for name in names),
        (Phase.SEED, "loss"),
        *((Phase.BACKWARD, name) for name in reversed(names)),
        (Phase.DONE, None),
    ]
    assert order.nodes == tuple(range(len(graph.nodes)))
    assert order.edges == tuple(range(len(graph.edges)))


@pytest.mark.parametrize("collapsed", [False, True])
@pytest.mark.parametrize(
    "graph",
    [softmax_with_cross_entropy(3), batch_of_softmax_with_loss(2, 2), CIRCUITS["gates"].graph],
)
def test_nothing_is_known_before_what_it_needs(graph, collapsed):
    order = traverse(graph, collapsed=collapsed)
    value_step = dict(zip(order.nodes, order.value_step, strict=True))
    unit_of = {place: turn for turn, unit in enumerate(order.units) for place in unit.nodes}
    for edge, at in zip(order.edges, order.gradient_step, strict=True):
        source, target, _ = graph.edges[edge]
        if source in unit_of:
            assert value_step[source] < order.steps.index((Phase.FORWARD, unit_of[target]))
        assert order.steps[at] == (Phase.BACKWARD, unit_of[target])
        # What arrives at the target has been known before the target is visited.
        for later, when in zip(order.edges, order.gradient_step, strict=True):
            if graph.edges[later].source in order.units[unit_of[target]].nodes:
                assert when < at
    assert order.steps[order.seed_step].phase == Phase.SEED
    assert value_step[len(graph.nodes) - 1] < order.seed_step


def test_the_two_boxes():
    graph = softmax_with_cross_entropy(3)
    order = traverse(graph, collapsed=True)
    assert [unit.id for unit in order.units] == ["softmax", "cross_entropy"]
    assert len(order.steps) == 7
    ids = [graph.nodes[place].id for place in order.nodes]
    assert ids == ["z0", "z1", "z2", "t0", "t1", "t2", "y0", "y1", "y2", "loss"]
    result = evaluate(graph, [*CAT, 1, 0, 0])
    shown = {
        (
            graph.nodes[graph.edges[e].source].id,
            graph.nodes[graph.edges[e].target].id,
        ): result.edge_gradients[e]
        for e in order.edges
    }
    p = np.exp(CAT) / np.exp(CAT).sum()
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


def visible(graph, order, result):
    edges = {
        (
            graph.nodes[graph.edges[e].source].id,
            graph.nodes[graph.edges[e].target].id,
        ): result.edge_gradients[..., e]
        for e in order.edges
    }
    values = {graph.nodes[n].id: result.values[..., n] for n in order.nodes}
    return edges, values


@settings(deadline=None)
@given(logits_and_label(30.0), st.integers(1, 3))
def test_boxes_in_one_piece_are_the_whole_graph(case, samples):
    logits, label = case
    classes = len(logits)
    z = np.stack([np.roll(logits, n) for n in range(samples)])
    t = np.stack([one_hot((label + n) % classes, classes) for n in range(samples)])
    graph = (
        softmax_with_cross_entropy(classes)
        if samples == 1
        else batch_of_softmax_with_loss(samples, classes)
    )
    order = traverse(graph, collapsed=True)
    plain = evaluate(graph, np.concatenate([z, t], axis=-1).reshape(-1))
    for part, expected in zip(
        visible(graph, order, evaluate_boxes(z, t)), visible(graph, order, plain), strict=True
    ):
        for name, value in expected.items():
            assert part[name] == pytest.approx(float(value), rel=1e-11, abs=1e-12), name
    several = evaluate_boxes(np.stack([z, z + 1]), np.stack([t, t]))
    _, values = visible(graph, order, several)
    assert values["mean" if samples > 1 else "loss"] == pytest.approx(
        float(plain.values[-1]), abs=1e-11
    )


def test_boxes_in_one_piece_keep_what_the_nodes_lose():
    result = evaluate_boxes(
        [[[10, -100, -100]], [[123, 456, 789]], [[0, -1e6, 0]]],
        [[[1, 0, 0]], [[1, 0, 0]], [[0, 1, 0]]],
    )
    graph = softmax_with_cross_entropy(3)
    edges, values = visible(graph, traverse(graph, collapsed=True), result)
    assert values["loss"][0] == pytest.approx(3.378e-48, rel=1e-3, abs=0)
    assert edges["z0", "exp0"][0] == pytest.approx(-3.378e-48, rel=1e-3, abs=0)
    assert values["loss"].tolist()[1:] == [666, 1e6 + np.log(2)]
    assert edges["y1", "log1"].tolist() == [0, 0, -np.inf]
    assert edges["z1", "exp1"].tolist()[2] == -1
    assert evaluate(graph, [10, -100, -100, 1, 0, 0]).values[-1] == 0


# ---- batches and many classes ---------------------------------------------------------------------


def test_the_three_images_of_the_slides():
    graph = batch_of_softmax_with_loss(3, 3)
    result = evaluate(graph, [*CAT, 1, 0, 0, *CAR, 0, 1, 0, *FROG, 0, 0, 1])
    losses = [float(result.values[graph.index[f"s{n}.loss"]]) for n in range(3)]
    assert [round(loss, 4) for loss in losses] == [2.0404, 0.0791, 6.1565]
    assert round(float(result.values[-1]), 4) == 2.7587
    expected = cross_entropy([CAT, CAR, FROG], [0, 1, 2])
    gradients = [[result.gradients[graph.index[f"s{n}.z{j}"]] for j in range(3)] for n in range(3)]
    assert_allclose(gradients, expected.gradient, atol=1e-15)


def test_the_bug_of_the_single_sample():
    p, t = np.array([0.3, 0.2, 0.5]), np.array([0.0, 1, 0])
    one_of_one = cross_entropy(np.log(p), 1).gradient
    assert_allclose(textbook_gradient(p[None], t[None])[0], one_of_one, atol=1e-15)
    assert_allclose(textbook_gradient(p, t), one_of_one / 3, atol=1e-15)
    many = cross_entropy([CAT, CAR], [0, 1]).gradient
    probabilities = np.array([[float(v) for v in exact_softmax(z)] for z in (CAT, CAR)])
    assert_allclose(textbook_gradient(probabilities, np.eye(3)[[0, 1]]), many, atol=1e-15)
    assert_array_equal(p, [0.3, 0.2, 0.5])


@settings(deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=5, max_size=10), st.data())
def test_merged_classes_change_neither_loss_nor_probabilities(logits, data):
    label = data.draw(st.integers(0, len(logits) - 1))
    kept = kept_classes(len(logits), label)
    assert len(kept) == 3
    assert label in kept
    merged = merge_classes(logits, kept)
    position = kept.index(label)
    whole, part = cross_entropy(logits, label), cross_entropy(merged, position)
    assert part.value == pytest.approx(whole.value, rel=1e-12, abs=1e-12)
    assert_allclose(part.gradient[:3], whole.gradient[list(kept)], atol=1e-13)
    assert part.gradient[3] == pytest.approx(np.delete(whole.gradient, kept).sum(), abs=1e-13)


def test_few_classes_are_all_kept():
    assert [kept_classes(n, n - 1) for n in (2, 3, 4)] == [(0, 1), (0, 1, 2), (0, 1, 2, 3)]
    assert kept_classes(5, 4) == (0, 1, 4)
    assert kept_classes(5, 1) == (0, 1, 2)
    assert merge_classes([[1, 2], [3, 4]], (0, 1)).tolist() == [[1, 2], [3, 4]]


# ---- errors ---------------------------------------------------------------------------------------


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


def test_errors():
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
    for classes in (1, 5):
        with pytest.raises(ValueError, match=f"classes must be from 2 to 4, got {classes}"):
            softmax_with_cross_entropy(classes)
    with pytest.raises(ValueError, match="samples must be at least 1, got 0"):
        batch_of_softmax_with_loss(0, 3)
    with pytest.raises(ValueError, match="label must be from 0 to 4, got 5"):
        kept_classes(5, 5)
    with pytest.raises(ValueError, match="kept must be classes from 0 to 1, got 2"):
        merge_classes([1.0, 2.0], [0, 2])
    with pytest.raises(ValueError, match=r"logits\[0\] must be finite, got -inf"):
        shift_logits([-np.inf, 1.0])
    with pytest.raises(
        ValueError,
        match=r"targets must have the shape of the probabilities, \(2,\), got shape \(3,\)",
    ):
        textbook_gradient([0.5, 0.5], [1, 0, 0])
