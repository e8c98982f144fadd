"""The graphs of softmax with loss against closed forms and cross-entropy."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.graphs.engine import evaluate
from core.graphs.softmax_with_loss import (
    LARGEST_PLAIN_LOGIT,
    batch_of_softmax_with_loss,
    evaluate_boxes,
    merge_classes,
    shift_logits,
    softmax_with_cross_entropy,
    textbook_gradient,
)
from core.graphs.traversal import traverse
from core.losses.cross_entropy import cross_entropy
from tests.core.oracles import exact_log_softmax, exact_softmax

CAT, CAR, FROG = [3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]


def one_hot(label, classes):
    return np.eye(classes)[label]


@st.composite
def logits_and_label(draw, limit):
    classes = draw(st.integers(2, 4))
    logits = draw(st.lists(st.floats(-limit, limit), min_size=classes, max_size=classes))
    return np.array(logits), draw(st.integers(0, classes - 1))


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


def test_plain_logits_are_finite_up_to_their_limit():
    corners = (np.array(list(np.ndindex(2, 2, 2, 2))) * 2 - 1) * LARGEST_PLAIN_LOGIT
    inputs = np.concatenate([corners, np.tile(one_hot(1, 4), (16, 1))], axis=-1)
    result = evaluate(softmax_with_cross_entropy(4), inputs)
    for part in (result.values, result.gradients, result.edge_gradients, result.local_derivatives):
        assert np.isfinite(part).all()
    expected = cross_entropy(corners, [1] * 16, reduction="none")
    assert_allclose(result.values[:, -1], expected.per_sample, rtol=1e-12, atol=1e-12)
    assert_allclose(result.gradients[:, :4], expected.gradient, atol=1e-12)


def visible(graph, order, result):
    edges = {
        (
            graph.nodes[graph.edges[e].source].id,
            graph.nodes[graph.edges[e].target].id,
        ): result.edge_gradients[..., e]
        for e in order.gradient_step
    }
    values = {graph.nodes[n].id: result.values[..., n] for n in order.value_step}
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
    kept = sorted({0, 1, label, data.draw(st.integers(0, len(logits) - 1))})
    merged = merge_classes(logits, kept)
    position = kept.index(label)
    whole, part = cross_entropy(logits, label), cross_entropy(merged, position)
    assert part.value == pytest.approx(whole.value, rel=1e-12, abs=1e-12)
    assert_allclose(part.gradient[:-1], whole.gradient[list(kept)], atol=1e-13)
    assert part.gradient[-1] == pytest.approx(np.delete(whole.gradient, kept).sum(), abs=1e-13)


def test_where_all_classes_are_kept_nothing_is_merged():
    assert merge_classes([[1, 2], [3, 4]], (0, 1)).tolist() == [[1, 2], [3, 4]]


def test_what_makes_no_graph():
    with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
        softmax_with_cross_entropy(1)
    with pytest.raises(ValueError, match="samples must be at least 1, got 0"):
        batch_of_softmax_with_loss(0, 3)
    with pytest.raises(ValueError, match="kept must be classes from 0 to 1, got 2"):
        merge_classes([1.0, 2.0], [0, 2])
    with pytest.raises(ValueError, match=r"logits\[0\] must be finite, got -inf"):
        shift_logits([-np.inf, 1.0])
    with pytest.raises(
        ValueError,
        match=r"targets must have the shape of the probabilities, \(2,\), got shape \(3,\)",
    ):
        textbook_gradient([0.5, 0.5], [1, 0, 0])
