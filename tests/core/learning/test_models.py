"""Models: every gradient against central differences, sums written out, published numbers."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient
from core.learning.datasets import nine_points
from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.objective import Objective
from core.losses.hinge import HINGE_VARIANTS

LOSSES = (
    Objective("cross_entropy"),
    Objective("squared_error"),
    *(
        Objective("hinge", margin=0.7, variant=variant, power=power)
        for variant in HINGE_VARIANTS
        for power in (1, 2)
    ),
)
PENALTIES = ({"l1": 0.3}, {"l2": 0.4}, {"l2": 0.4, "half": True}, {"l1": 0.2, "l2": 0.1})


def model_of(kind: type, objective: Objective, seed: int = 0, **options):
    rng = np.random.default_rng(seed)
    sizes = (3, 4) if kind is LinearClassifier else (3, 5, 4)
    model = kind.initial(*sizes, rng=rng, objective=objective, scale=0.8, **options)
    # Biases that are not 0, so that what is lost on them is seen.
    biases = {n: rng.normal(size=p.shape) for n, p in model.parameters.items() if n[0] == "b"}
    return model.with_parameters(biases)


def batch(seed: int = 1, size: int = 6):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(size, 3)), rng.integers(4, size=size)


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
@pytest.mark.parametrize("objective", LOSSES, ids=str)
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_every_gradient_numerically(kind, objective, penalty) -> None:
    options = {**vars(objective), **penalty}
    model = model_of(kind, Objective(**options))
    X, y = batch()
    loss = model.loss(X, y)
    assert list(loss.gradients) == list(model.parameters)
    for name, parameter in model.parameters.items():
        check = check_gradient(
            lambda p, name=name: model.with_parameters({name: p}).loss(X, y).total,
            loss.gradients[name],
            parameter,
        )
        assert not check.kinks.any(), name
        assert_allclose(check.analytic, check.numerical, rtol=1e-6, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
def test_total_is_data_loss_plus_penalty_of_the_weights_only(kind) -> None:
    model = model_of(kind, Objective("hinge", l1=0.3, l2=0.1))
    X, y = batch()
    loss = model.loss(X, y)
    weights = [p for name, p in model.parameters.items() if name[0] == "W"]
    expected = sum(0.3 * abs(w).sum() + 0.1 * (w**2).sum() for w in weights)
    assert_allclose(loss.penalty, expected)
    assert_allclose(loss.data_loss, loss.per_sample.mean())
    assert loss.total == loss.data_loss + loss.penalty
    plain = model.with_objective(Objective("hinge")).loss(X, y)
    assert plain.penalty == 0
    for name in model.parameters:
        if name[0] == "b":
            assert_array_equal(plain.gradients[name], loss.gradients[name])


def test_the_network_by_hand() -> None:
    net, (X, y) = model_of(TwoLayerNet, Objective("cross_entropy", l2=0.1, half=True)), batch()
    loss = net.loss(X, y)
    a1 = X @ net.W1 + net.b1
    h = np.maximum(0, a1)
    scores = h @ net.W2 + net.b2
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    t = np.eye(4)[y]
    d_scores = (p - t) / len(X)
    dh = d_scores @ net.W2.T
    da1 = dh * (a1 > 0)
    forward = {"X": X, "a1": a1, "mask": a1 > 0, "h": h, "scores": scores}
    forward |= {"probabilities": p, "targets": t}
    backward = {"dscores": d_scores, "dW2": h.T @ d_scores, "db2": d_scores.sum(0), "dh": dh}
    backward |= {"da1": da1, "dW1": X.T @ da1, "db1": da1.sum(0)}
    for seen, expected in ((loss.forward, forward), (loss.backward, backward)):
        assert list(seen) == list(expected)
        for name, array in expected.items():
            assert_allclose(seen[name], array, atol=1e-14, err_msg=name)
            assert not seen[name].flags.writeable
    assert_allclose(loss.gradients["W2"], backward["dW2"] + 0.1 * net.W2)
    assert_allclose(net.scores(X), scores)
    assert_array_equal(net.predictions(X), scores.argmax(axis=1))
    assert net.accuracy(X, y) == np.mean(scores.argmax(axis=1) == y)


def test_published_linear_classify_demo() -> None:
    # CS231n: .64 + 1.93 = 2.57 with the Weston-Watkins loss and lambda .1.
    W = np.array([[2.06, 1.48], [0.44, -1.82], [2.27, -2.04]])
    model = LinearClassifier(W.T, [-0.42, 0.52, -0.10], Objective("hinge", l2=0.1))
    data = nine_points()
    loss = model.loss(data.points, data.labels)
    assert [f"{x:.2f}" for x in (loss.data_loss, loss.penalty, loss.total)] == [
        *("0.64", "1.93", "2.57")
    ]
    # Its displayed gradients use .5 lambda W where lambda sum W^2 differentiates to 2 lambda W.
    assert_allclose(loss.gradients["W1"] - loss.backward["dW1"], 0.2 * W.T)


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
@pytest.mark.parametrize("objective", LOSSES, ids=str)
def test_one_sample_is_a_batch_of_one(kind, objective) -> None:
    model, (X, y) = model_of(kind, objective), batch()
    single, rows = model.loss(X[0], y[0]), model.loss(X[:1], y[:1])
    for name in model.parameters:
        assert_array_equal(single.gradients[name], rows.gradients[name])
    assert single.forward["scores"].shape == (1, 4)
    each = [model.loss(X[i], y[i]) for i in range(len(X))]
    whole = model.loss(X, y)
    for name in model.parameters:
        mean = np.mean([one.gradients[name] for one in each], axis=0)
        assert_allclose(whole.gradients[name], mean, atol=1e-14)


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
@pytest.mark.parametrize("objective", LOSSES, ids=str)
def test_float32_stays_float32(kind, objective) -> None:
    model = model_of(kind, objective, dtype=np.float32)
    loss = model.loss(*batch())
    arrays = [*model.parameters.values(), *loss.gradients.values(), *loss.backward.values()]
    assert {a.dtype for a in arrays} == {model.dtype} == {np.dtype(np.float32)}
    wide = model_of(kind, objective).loss(*batch())
    assert_allclose(loss.total, wide.total, rtol=1e-5)


@given(st.integers(0, 999))
def test_same_seed_same_start(seed) -> None:
    rngs = [np.random.default_rng(seed) for _ in range(3)]
    first, again = (TwoLayerNet.initial(7, 6, 3, rng=rng) for rng in rngs[:2])
    assert_array_equal(first.W1, again.W1)
    assert_array_equal(first.W2, again.W2)
    short = TwoLayerNet.initial(7, 6, 3, rng=rngs[2], dtype=np.float32)
    assert_array_equal(short.W2, first.W2.astype(np.float32))


def test_start_has_the_scale_asked_for() -> None:
    rng = np.random.default_rng(0)
    net = TwoLayerNet.initial(200, 300, 100, rng=rng)
    assert_allclose([net.W1.std(), net.W2.std()], [np.sqrt(2 / 200), np.sqrt(2 / 300)], rtol=0.02)
    assert not net.b1.any()
    net = TwoLayerNet.initial(200, 300, 100, rng=rng, scale=0.01)
    assert_allclose([net.W1.std(), net.W2.std()], 0.01, rtol=0.02)
    assert_allclose(LinearClassifier.initial(200, 300, rng=rng).W1.std(), 0.01, rtol=0.02)
    assert (net.features, net.classes) == (200, 100)


def test_parameters_are_read_only_copies() -> None:
    W, b = np.ones((2, 3)), np.zeros(3)
    model = LinearClassifier(W, b)
    W[0, 0] = 5.0
    assert model.W1[0, 0] == 1.0
    assert not model.W1.flags.writeable
    other = model.with_parameters({"b1": [1, 2, 3]})
    assert_array_equal(other.b1, [1.0, 2.0, 3.0])
    assert_array_equal(model.b1, 0.0)
    again = pickle.loads(pickle.dumps(model.loss([[1.0, 2.0]], [0])))
    assert again.total == model.loss([[1.0, 2.0]], [0]).total


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"b1 must have shape \(3,\), got \(2,\)"):
        LinearClassifier(np.ones((2, 3)), np.ones(2))
    with pytest.raises(ValueError, match=r"W2 must have shape \(3, outputs\), got \(2, 4\)"):
        TwoLayerNet(np.ones((2, 3)), np.ones(3), np.ones((2, 4)), np.ones(4))
    with pytest.raises(ValueError, match=r"W1\[0, 1\] must be finite, got inf"):
        LinearClassifier([[1.0, np.inf]], [0.0, 0.0])
    with pytest.raises(ValueError, match="dtype must be float32 or float64, got int64"):
        LinearClassifier.initial(2, 3, rng=np.random.default_rng(0), dtype=np.int64)
    with pytest.raises(ValueError, match="classes must be a whole number, at least 2, got 1"):
        TwoLayerNet.initial(2, 3, 1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"weights must have shape \(3, outputs\)"):
        LinearClassifier(np.ones((2, 3)), np.ones(3)).loss([[1.0, 2.0, 3.0]], [0])
    with pytest.raises(ValueError, match=r"loss must be one of 'cross_entropy', .* got 'log'"):
        Objective("log")  # type: ignore[arg-type]
    for name in ("margin", "l1", "l2"):
        with pytest.raises(ValueError, match=f"{name} must be a finite number and at least 0"):
            Objective(**{name: -0.1})
