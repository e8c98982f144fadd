"""The quick passes against those of `core.learning.models`."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.objective import Objective
from core.learning.workspace import Workspace
from core.losses.cross_entropy import cross_entropy
from tests.core.learning.test_models import LOSSES, PENALTIES, model_of

RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(40, 3)), RNG.integers(4, size=40)


def differentiated(model, points, labels):
    workspace = Workspace(model)
    with np.errstate(all="ignore"):
        total = workspace.differentiate(workspace.inputs(points), labels)
    return total, workspace


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
@pytest.mark.parametrize("objective", LOSSES, ids=str)
@pytest.mark.parametrize("penalty", [{}, *PENALTIES], ids=str)
@pytest.mark.parametrize("size", [1, 7, 40])
def test_same_numbers_as_the_model(kind, objective, penalty, size) -> None:
    model = model_of(kind, Objective(**{**vars(objective), **penalty}), seed=size)
    expected = model.loss(X[:size], Y[:size])
    total, workspace = differentiated(model, X[:size], Y[:size])
    seen = workspace.evaluate(workspace.inputs(X[:size]), Y[:size])
    assert_allclose(total, expected.total, rtol=1e-13)
    assert_allclose(seen.data_loss, expected.data_loss, rtol=1e-13)
    assert_allclose(seen.penalty, expected.penalty, rtol=1e-13)
    assert_allclose(seen.total, expected.total, rtol=1e-13)
    assert seen.accuracy == model.accuracy(X[:size], Y[:size])
    gradient = np.concatenate([g.reshape(-1) for g in expected.gradients.values()])
    assert_allclose(workspace.gradient, gradient, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
def test_batches_of_changing_size_do_not_disturb_each_other(kind) -> None:
    model = model_of(kind, Objective(l2=0.1))
    workspace = Workspace(model)
    for size in (40, 3, 40, 7, 3):
        expected = model.loss(X[-size:], Y[-size:])
        workspace.differentiate(workspace.inputs(X[-size:]), Y[-size:])
        gradient = np.concatenate([g.reshape(-1) for g in expected.gradients.values()])
        assert_allclose(workspace.gradient, gradient, rtol=1e-10, atol=1e-14)


def test_the_loss_of_a_confident_prediction_does_not_vanish() -> None:
    model = LinearClassifier([[10.0, -100.0, -100.0]], np.zeros(3))
    total, _ = differentiated(model, [[1.0]], np.array([0]))
    assert_allclose(total, cross_entropy([10, -100, -100], 0).value, rtol=1e-12)
    assert total > 0


def test_float32() -> None:
    model = model_of(TwoLayerNet, Objective(l2=0.1), dtype=np.float32)
    total, workspace = differentiated(model, X, Y)
    assert workspace.gradient.dtype == workspace.inputs(X).dtype == np.float32
    assert_allclose(total, model_of(TwoLayerNet, Objective(l2=0.1)).loss(X, Y).total, 1e-5)


@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "squared_error"])
def test_scores_that_are_too_large_have_no_finite_loss_and_raise_nothing(loss) -> None:
    model = LinearClassifier([[1e308, -1e308]], [0.0, 0.0], Objective(loss, l2=1.0))
    points, labels = [[1e10], [-1e10]], np.array([0, 1])
    total, workspace = differentiated(model, points, labels)
    assert not np.isfinite(total)
    assert not np.isfinite(workspace.evaluate(workspace.inputs(points), labels).total)


def test_a_snapshot_has_the_names_and_stays() -> None:
    model = model_of(TwoLayerNet, Objective())
    workspace = Workspace(model)
    snapshot = workspace.snapshot()
    workspace.parameters += 1.0
    for name, array in model.parameters.items():
        assert_array_equal(snapshot[name], array)
        assert_array_equal(workspace.snapshot()[name], array + 1.0)
        assert not snapshot[name].flags.writeable
    assert_array_equal(model.W1, model_of(TwoLayerNet, Objective()).W1)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))])
def test_a_copy_is_independent_and_works(copied) -> None:
    workspace = Workspace(model_of(TwoLayerNet, Objective(l1=0.1)))
    again = copied(workspace)
    again.parameters *= 2.0
    expected = Workspace(workspace_model(again))
    inputs = expected.inputs(X)
    assert again.differentiate(inputs, Y) == expected.differentiate(inputs, Y)
    assert_array_equal(again.gradient, expected.gradient)
    assert_array_equal(workspace.parameters * 2.0, again.parameters)


def workspace_model(workspace):
    return model_of(TwoLayerNet, Objective(l1=0.1)).with_parameters(workspace.snapshot())
