"""The pass through a network: against a table made by hand, and against numerical gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient
from core.learning.models import TwoLayerNet
from core.learning.objective import Objective
from core.losses.hinge import HINGE_VARIANTS
from pages.two_layer_network.inspector.inspection import AXES, Inspection, inspect, spread

X = [[1.0, 2.0], [-1.0, 1.0]]
Y = [0, 1]
PARAMETERS = {
    "W1": [[1.0, -1.0, 0.0], [0.0, 1.0, 2.0]],
    "b1": [0.0, 1.0, -5.0],
    "W2": [[1.0, 0.0], [0.5, -1.0], [2.0, 2.0]],
    "b2": [0.0, 3.0],
}
FORWARD = {
    "X": X,
    "targets": [[1, 0], [0, 1]],
    **PARAMETERS,
    "a1": [[1, 2, -1], [-1, 3, -3]],
    "mask": [[True, True, False], [False, True, False]],
    "h": [[1, 2, 0], [0, 3, 0]],
    "scores": [[2, 1], [1.5, 0]],
}
SQUARED_ERROR = {
    **FORWARD,
    "losses": [1, 1.625],
    "loss": 1.3125,
    "dscores": [[0.5, 0.5], [0.75, -0.5]],
    "dW2": [[0.5, 0.5], [3.25, -0.5], [0, 0]],
    "db2": [1.25, 0],
    "dh": [[0.5, -0.25, 2], [0.75, 0.875, 0.5]],
    "da1": [[0.5, -0.25, 0], [0, 0.875, 0]],
    "dW1": [[0.5, -1.125, 0], [1, 0.375, 0]],
    "db1": [0.5, 0.625, 0],
}
HINGE = {
    **FORWARD,
    "margins": [[0, 0], [2.5, 0]],
    "losses": [0, 2.5],
    "loss": 1.25,
    "dscores": [[0, 0], [0.5, -0.5]],
    "dW2": [[0, 0], [1.5, -1.5], [0, 0]],
    "db2": [0.5, -0.5],
    "dh": [[0, 0, 0], [0.5, 0.75, 0]],
    "da1": [[0, 0, 0], [0, 0.75, 0]],
    "dW1": [[0, -0.75, 0], [0, 0.75, 0]],
    "db1": [0, 0.75, 0],
}
OBJECTIVES = (
    Objective("cross_entropy"),
    Objective("squared_error", l1=0.3),
    *(Objective("hinge", margin=0.7, variant=name, power=2, l2=0.1) for name in HINGE_VARIANTS),
)


def random_pass(objective: Objective, samples: int = 6) -> tuple[TwoLayerNet, Inspection]:
    rng = np.random.default_rng(3)
    net = TwoLayerNet.initial(3, 5, 4, rng=rng, objective=objective)
    net = net.with_parameters({"b1": rng.normal(size=5), "b2": rng.normal(size=4)})
    return net, inspect(net, rng.normal(size=(samples, 3)), rng.integers(4, size=samples))


@pytest.mark.parametrize(
    ("objective", "expected"),
    [(Objective("squared_error"), SQUARED_ERROR), (Objective("hinge"), HINGE)],
    ids=["squared_error", "hinge"],
)
def test_every_array_by_hand(objective, expected) -> None:
    net = TwoLayerNet(**{name: np.array(p) for name, p in PARAMETERS.items()}, objective=objective)
    found = inspect(net, X, Y)
    assert list(found.arrays) == list(expected)
    for name, numbers in expected.items():
        assert_array_equal(found.arrays[name], numbers, err_msg=name)


def test_softmax_by_hand() -> None:
    net = TwoLayerNet(**{name: np.array(p) for name, p in PARAMETERS.items()})
    arrays = inspect(net, X, Y).arrays
    first, second = 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(-1.5))
    assert_allclose(arrays["probabilities"], [[first, 1 - first], [second, 1 - second]])
    assert_allclose(arrays["losses"], [-math.log(first), -math.log(1 - second)])
    assert_allclose(arrays["loss"], -(math.log(first) + math.log(1 - second)) / 2)
    half = [[(first - 1) / 2, (1 - first) / 2], [second / 2, -second / 2]]
    assert_allclose(arrays["dscores"], half)


def test_the_penalty_is_added_to_the_gradient_of_the_data_loss() -> None:
    net = TwoLayerNet(
        **{name: np.array(p) for name, p in PARAMETERS.items()},
        objective=Objective("squared_error", l2=0.5),
    )
    found = inspect(net, X, Y)
    assert_array_equal(found.arrays["dW2"], SQUARED_ERROR["dW2"])
    # 2 x 0.5 x W, and the sum.
    assert_array_equal(found.arrays["penalty_W2"], PARAMETERS["W2"])
    assert_array_equal(found.arrays["total_W2"], [[1.5, 0.5], [3.75, -1.5], [2, 2]])
    assert_array_equal(found.arrays["total_W1"], [[1.5, -2.125, 0], [1, 1.375, 2]])
    assert found.result.total == 1.3125 + 0.5 * (1 + 0.25 + 1 + 4 + 4 + 1 + 1 + 1 + 4)
    assert [step.phase for step in found.steps].count("penalty") == 2
    plain = inspect(net.with_objective(Objective("squared_error")), X, Y)
    assert "penalty" not in [step.phase for step in plain.steps]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda known: f"{known.loss}-{known.variant}")
def test_every_backward_array_numerically(objective) -> None:
    """Change one array where it is made, and send the rest of the way forward afresh."""
    net, found = random_pass(objective)

    def loss_with(name: str, changed: np.ndarray) -> float:
        known = {**found.arrays, name: changed}
        order = ["W1", "b1", "a1", "h", "W2", "b2", "scores"]
        after = [later for later in ("a1", "h", "scores") if order.index(later) > order.index(name)]
        made = {
            "a1": lambda: known["X"] @ known["W1"] + known["b1"],
            "h": lambda: np.maximum(0.0, known["a1"]),
            "scores": lambda: known["h"] @ known["W2"] + known["b2"],
        }
        for later in after:
            known[later] = made[later]()
        return objective.data_loss(known["scores"], found.labels).value

    for name in ("scores", "W2", "b2", "h", "a1", "W1", "b1"):
        check = check_gradient(
            lambda changed, name=name: loss_with(name, changed),
            found.arrays[f"d{name}"],
            found.arrays[name],
        )
        assert not check.kinks.any(), name
        assert_allclose(check.analytic, check.numerical, rtol=1e-6, atol=1e-8, err_msg=name)
    for name in ("W1", "W2") if objective.l1 or objective.l2 else ():
        check = check_gradient(
            lambda changed, name=name: objective.penalty(changed).value + loss_with(name, changed),
            found.arrays[f"total_{name}"],
            net.parameters[name],
        )
        assert_allclose(check.analytic, check.numerical, rtol=1e-6, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda known: f"{known.loss}-{known.variant}")
def test_a_step_needs_only_what_is_known(objective) -> None:
    _, found = random_pass(objective)
    known_from = found.known_from
    assert sorted(known_from) == sorted(found.arrays)
    for number, step in enumerate(found.steps):
        for operand in step.inputs:
            assert known_from[operand.name] < number, (step, operand)
    phases = [step.phase for step in found.steps]
    assert phases == sorted(phases, key=["given", "forward", "backward", "penalty"].index)


@given(samples=st.integers(1, 5))
def test_shapes_are_told_by_the_axes(samples) -> None:
    _, found = random_pass(Objective("hinge", l2=0.1), samples)
    sizes = {"samples": samples, "features": 3, "hidden": 5, "classes": 4}
    for name, array in found.arrays.items():
        assert array.shape == tuple(sizes[axis] for axis in AXES[name]), name
        assert not array.flags.writeable, name
        assert found.table(name).shape == (
            (samples, 1) if name == "losses" else np.atleast_2d(array).shape
        )
        if name.startswith("d"):
            assert AXES[name] == AXES[name[1:]]


def test_one_sample_is_a_batch_of_one() -> None:
    net, _ = random_pass(Objective("cross_entropy"))
    one, batch = inspect(net, [1.0, 2.0, 3.0], 2), inspect(net, [[1.0, 2.0, 3.0]], [2])
    for name, array in batch.arrays.items():
        assert_array_equal(one.arrays[name], array)


@given(count=st.integers(1, 2000), most=st.integers(1, 64))
def test_indices_are_spread_from_first_to_last(count, most) -> None:
    found = spread(count, most)
    assert len(found) == min(count, most)
    assert found[0] == 0
    assert count == 1 or most == 1 or found[-1] == count - 1
    gaps = np.diff(found)
    if len(gaps):
        assert gaps.min() >= 1
        assert gaps.max() - gaps.min() <= 1


def test_what_does_not_fit_is_told() -> None:
    net, _ = random_pass(Objective())
    with pytest.raises(ValueError, match="labels"):
        inspect(net, [[1.0, 2.0, 3.0]], [4])
    with pytest.raises(ValueError, match="weights must have shape"):
        inspect(net, [[1.0, 2.0]], [0])
    with pytest.raises(ValueError, match="most must"):
        spread(3, 0)
