"""The derivation of the two-layer network: its numbers, calculated here from the arrays alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.learning.models import TwoLayerNet
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.why import derivation
from pages.ui.learning.runs import Run, trained_run
from pages.ui.learning.setups import setup
from pages.ui.text import LANGUAGES, text_in

NUMBER = r"-?\d+(?:\.\d+)?(?: \\cdot 10\^\{-?\d+\})?"


def run_of(state: TwoLayerNetworkState, steps: int) -> Run:
    made = setup(state, state.loss)
    return trained_run(made, steps)


def value(written: str) -> float:
    return float(re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", written).strip("()"))


def vector(told: str, start: str) -> np.ndarray:
    """The vector that a formula ends with."""
    line = next(line for line in told.splitlines() if line.startswith(start))
    inside = line[line.rindex("(") + 1 : line.rindex(")")]
    return np.array([value(part) for part in inside.split(r",\; ") if r"\dots" not in part])


def last_number(told: str, start: str) -> float:
    line = next(line for line in told.splitlines() if line.startswith(start))
    return value(re.findall(NUMBER, line)[-1])


def test_every_vector_and_the_weight_of_one_sample() -> None:
    state = replace(TwoLayerNetworkState(), data="blobs", hidden=4, batch_size=8, at=20)
    run = run_of(state, 30)
    told = derivation(state, run, text_in("en"))
    record, data = run.records[20], run.setup.train
    W1, b1, W2, b2 = record.parameters.values()
    batch = record.batch
    assert f"step {record.step}\n" in told
    assert len(batch) == 8

    # By hand: the whole batch, and of it the sample that pulls hardest at a weight.
    X, y = data.points[batch], data.labels[batch]
    a1 = X @ W1 + b1
    h = np.where(a1 > 0, a1, 0)
    s = h @ W2 + b2
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    losses = -np.log(p[np.arange(8), y])
    ds = (p - np.eye(3)[y]) / 8
    dh = ds @ W2.T
    da1 = np.where(a1 > 0, dh, 0)
    i = int(np.abs(X[:, :, None] * da1[:, None, :]).max(axis=(1, 2)).argmax())

    for start, expected in (
        ("x = (", X[i]),
        ("a_1 = x W_1", a1[i]),
        (r"h = \max", h[i]),
        ("s = h W_2", s[i]),
        (r"p = \frac", p[i]),
        ("ds =", ds[i]),
        ("dh =", dh[i]),
        ("da_1 =", da1[i]),
    ):
        assert_allclose(vector(told, start), expected, rtol=6e-4, err_msg=start)
    assert_allclose(last_number(told, r"L = -\ln"), losses[i], rtol=6e-4)
    assert f"**{data.names[y[i]]}**, $y = {y[i]}$" in told

    weight, unit = np.unravel_index(np.abs(np.outer(X[i], da1[i])).argmax(), W1.shape)
    assert_allclose(last_number(told, "a_{1,"), a1[i, unit], rtol=6e-4)
    start = f"(dW_1)_{{{weight},{unit}}}"
    assert_allclose(last_number(told, start), X[i, weight] * da1[i, unit], rtol=6e-4)
    start = f"(dW_2)_{{{unit},{y[i]}}}"
    assert_allclose(last_number(told, start), h[i, unit] * ds[i, y[i]], rtol=6e-4)

    gradient = (X.T @ da1)[weight, unit] + 2 * 0.001 * W1[weight, unit]
    assert_allclose(last_number(told, r"g = \frac"), gradient, rtol=6e-4)
    after = W1[weight, unit] - 0.3 * gradient
    assert_allclose(last_number(told, r"w \leftarrow"), after, rtol=6e-4)
    assert_allclose(run.records[21].parameters["W1"][weight, unit], after, rtol=1e-12)
    assert_allclose(last_number(told[told.index("L(w + h)") :], "g = "), gradient, rtol=1e-9)
    assert_allclose(last_number(told, r"\frac{L(w + h)"), gradient, rtol=1e-6)
    assert "to a relative error of" in told
    assert f"all {3 * 4 + 5 * 3} parameters" in told


@pytest.mark.parametrize(("variant", "power"), [("weston_watkins", 1), ("one_vs_all", 2)])
def test_the_hinge_loss_of_the_sample(variant: str, power: int) -> None:
    settings: dict[str, Any] = {"variant": variant, "power": power, "margin": 2.0}
    state = replace(TwoLayerNetworkState(), data="blobs", loss="hinge", **settings)
    run = run_of(state, 0)
    told = derivation(state, run, text_in("en"))
    scores, margins = vector(told, "s = h W_2"), vector(told, "m = (")
    label = int(re.search(r"\$y = (\d)\$", told)[1])
    if variant == "one_vs_all":
        signs = np.where(np.arange(3) == label, -1, 1)
        expected = 2 + signs * scores
    else:
        expected = np.where(np.arange(3) == label, 0, scores - scores[label] + 2)
    assert_allclose(margins, expected, atol=2e-3)
    loss = (np.maximum(0, expected) ** power).sum()
    start = r"L = \sum"
    assert_allclose(last_number(told, start), loss, rtol=2e-3)


def test_the_squared_error_of_the_sample() -> None:
    state = replace(TwoLayerNetworkState(), data="blobs", loss="squared_error")
    told = derivation(state, run_of(state, 5), text_in("en"))
    scores = vector(told, "s = h W_2")
    target = np.arange(3) == int(re.search(r"\$y = (\d)\$", told)[1])
    assert_allclose(
        last_number(told, r"L = \tfrac12"), 0.5 * ((scores - target) ** 2).sum(), rtol=5e-3
    )


@pytest.mark.parametrize("at", [0, 1, 17])
def test_momentum_moves_the_weight_to_where_the_next_step_begins(at: int) -> None:
    state = replace(TwoLayerNetworkState(), data="moons", optimizer="momentum", momentum=0.8, at=at)
    run = run_of(state, 30)
    told = derivation(state, run, text_in("en"))
    i, j = map(int, re.search(r"\(W_1\)_\{(\d),(\d)\} = ", told).groups())
    after = run.records[at + 1].parameters["W1"][i, j]
    assert_allclose(last_number(told, r"w \leftarrow w + v"), after, rtol=1e-3, atol=1e-4)


def test_the_velocity_is_not_told_where_the_step_before_is_not_recorded() -> None:
    state = replace(TwoLayerNetworkState(), data="moons", optimizer="momentum", at=100)
    told = derivation(state, run_of(state, 300), text_in("en"))
    assert r"v \leftarrow \mu v - \eta\, g, \qquad w \leftarrow w + v" in told


@pytest.mark.parametrize("at", [0, 9])
def test_adam_s_ratio_is_how_far_the_weight_moved(at: int) -> None:
    state = replace(TwoLayerNetworkState(), data="spiral", at=at)
    run = run_of(state, 30)
    assert run.setup.recipe.optimizer == "adam"
    told = derivation(state, run, text_in("en"))
    assert f"step number $k = {at + 1}$" in told
    factor = np.sqrt(1 - 0.999 ** (at + 1)) / (1 - 0.9 ** (at + 1))
    assert f"here ${factor:.4g}$" in told
    written = re.search(
        rf"becomes \$({NUMBER}) - 0.01 \\cdot (\(?{NUMBER}\)?) = ({NUMBER})\$", told
    )
    before, ratio, after = map(value, written.groups())
    assert_allclose(before - 0.01 * ratio, after, rtol=1e-3)
    if at == 0:  # the first step of Adam is as long as the step size, whatever the gradient
        assert_allclose(abs(ratio), 1.0, atol=1e-3)
    last = derivation(replace(state, at=None), run, text_in("en"))
    assert "becomes" not in last


def test_a_kink_within_reach_is_told() -> None:
    # The second sample is exactly where the first unit switches: 1 * 1 + 0 * 0 - 1 = 0.
    state = replace(TwoLayerNetworkState(), points=((2.0, 0.0, 0), (1.0, 0.0, 1)), strength=0.0)
    net = TwoLayerNet([[1.0, 0.1], [0.0, 0.1]], [-1.0, 0.5], [[-3.0, 3.0], [0.1, 0.0]], [0.0, 0.0])
    made = replace(setup(state, "cross_entropy"), start=net)
    told = derivation(state, trained_run(made, 0), text_in("en"))
    assert "(W_1)_{0,0} = 1$" in told
    assert "They need not agree here" in told
    assert (
        abs(
            last_number(told, r"\frac{L(w + h)")
            - last_number(told[told.index("L(w + h)") :], "g = ")
        )
        > 1e-3
    )


def test_a_slope_that_rounding_hides_is_not_said_to_agree() -> None:
    # Three units, and a step size that kills them: nothing but the penalty is left, ever less of it.
    state = replace(TwoLayerNetworkState(), data="circles", hidden=3, learning_rate=10.0)
    told = derivation(state, run_of(state, 1200), text_in("en"))
    quotient = last_number(told, r"\frac{L(w + h)")
    slope = last_number(told[told.index("L(w + h)") :], "g = ")
    assert (quotient, slope) == (0.0, pytest.approx(2.18e-14, rel=0.01))
    assert "They agree" not in told
    assert "rounding of the losses leaves a quotient no slope below" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_diverged_has_a_derivation_too(language: str) -> None:
    settings = {"loss": "squared_error", "learning_rate": 1000.0, "hidden": 3}
    state = replace(TwoLayerNetworkState(), data="moons", **settings)
    run = run_of(state, 30)
    assert run.problem is not None
    t = text_in(language)
    assert t("two_layer_network.unchecked") in derivation(state, run, t)
    assert t("two_layer_network.unchecked") not in derivation(replace(state, at=0), run, t)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["digits", "moons", "published_spiral"])
@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "squared_error"])
def test_every_case_is_filled_in_every_language(language: str, name: str, loss: str) -> None:
    for optimizer in ("sgd", "momentum", "adam"):
        state = replace(
            TwoLayerNetworkState(), data=name, loss=loss, optimizer=optimizer, learning_rate=0.01
        )
        told = derivation(state, run_of(state, 3), text_in(language))
        assert "[[" not in told
        assert "nan" not in told
        assert told.count("$") % 2 == 0
