"""The noisy gradient: against gradients of the models themselves, and its average."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.datasets import moons, nine_points
from core.learning.history import Recipe
from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.objective import Objective
from core.learning.training import Training
from pages.two_layer_network.training.mini_batch import GradientNoise, gradient_noise


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def run_of(batch_size: int | None, seed: int = 0, loss: str = "cross_entropy") -> Training:
    random = rng(seed)
    net = TwoLayerNet.initial(2, 6, 2, rng=random, objective=Objective(loss, l1=1e-3, l2=1e-2))
    training = Training(net, moons(15, rng=rng(1)), Recipe(batch_size=batch_size), rng=random)
    for _ in training.advance(12):
        pass
    return training


def noise_of(training: Training) -> GradientNoise:
    history = training.history
    data = moons(15, rng=rng(1))
    return gradient_noise(training.model, data, history.parameters, history.batches)


@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "squared_error"])
@given(seed=st.integers(0, 50), size=st.integers(1, 29))
def test_against_the_gradients_of_the_model(loss, seed, size) -> None:
    training = run_of(size, seed, loss)
    noise, data = noise_of(training), moons(15, rng=rng(1))
    assert noise.names == ("all", "W1", "b1", "W2", "b2")
    for number, record in enumerate(training.records):
        model = training.model_at(number)
        full = model.loss(data.points, data.labels).gradients
        noisy = model.loss(data.points[record.batch], data.labels[record.batch]).gradients
        for column, names in enumerate([list(full), *([name] for name in full)]):
            g_full = np.concatenate([full[name].ravel() for name in names])
            g_noisy = np.concatenate([noisy[name].ravel() for name in names])
            lengths = np.sqrt((g_full**2).sum()), np.sqrt((g_noisy**2).sum())
            where = (number, column)
            assert_allclose(noise.full_norms[where], lengths[0], rtol=1e-8, atol=1e-14)
            assert_allclose(noise.batch_norms[where], lengths[1], rtol=1e-8, atol=1e-14)
            if lengths[0] < 1e-12:  # of the hinge at b2: counts of samples, which may cancel
                assert np.isnan(noise.along[where])
                continue
            ratio = lengths[1] / lengths[0]
            # A single sample may switch no unit on: its gradient is 0, and has no direction.
            cosine = (g_full @ g_noisy) / np.prod(lengths) if lengths[1] else np.nan
            assert_allclose(noise.ratios[where], ratio, rtol=1e-8)
            assert_allclose(noise.cosines[where], cosine, atol=1e-8)
            if lengths[1]:
                assert_allclose(noise.along[where], ratio * cosine, atol=1e-8 * ratio)


def test_a_full_batch_has_no_noise() -> None:
    noise = noise_of(run_of(None))
    assert_allclose(noise.along, 1.0, rtol=1e-12)
    assert_allclose(noise.across, 0.0, atol=1e-12)
    assert_allclose(noise.cosines, 1.0, rtol=1e-12)


def test_the_noise_of_all_batches_of_an_epoch_cancels() -> None:
    # Of the same parameters: their mean is the full gradient, so along G they have a mean of 1.
    net, data = TwoLayerNet.initial(2, 6, 2, rng=rng()), moons(15, rng=rng(1))
    stacked = {name: np.stack([values] * 5) for name, values in net.parameters.items()}
    batches = rng(2).permutation(30).reshape(5, 6)
    noise = gradient_noise(net, data, stacked, list(batches))
    assert_allclose(noise.along.mean(axis=0), 1.0, rtol=1e-12)
    assert (noise.across[:, :-1] > 0.01).all()
    # With two classes the gradient of b2 knows one line only: that of (1, -1).
    assert_allclose(noise.across[:, -1], 0.0, atol=1e-12)


def test_what_has_no_direction_is_nan_and_never_huge() -> None:
    # All points beyond the margin: no gradient at all.
    model = LinearClassifier([[20.0, -20.0], [0.0, 0.0]], [0.0, 0.0], Objective("hinge"))
    data = moons(3, rng=rng(), noise=0.0)
    easy = type(data)(("A", "B"), [[1.0, 0.0], [-1.0, 0.0], [1.0, 1.0]], [0, 1, 0])
    stacked = {name: values[None] for name, values in model.parameters.items()}
    silent = gradient_noise(model, easy, stacked, [np.array([0])])
    assert np.isnan(silent.along).all()
    assert np.isnan(silent.ratios).all()
    assert np.isnan(silent.cosines).all()
    assert_array_equal(silent.batch_norms, 0.0)
    # As many points of each class: the full gradient of the biases cancels, but for rounding.
    start = LinearClassifier.initial(2, 3, rng=rng(), scale=0.0)
    zero = {name: values[None] for name, values in start.parameters.items()}
    noise = gradient_noise(start, nine_points(), zero, [np.array([0, 1])])
    assert np.isnan(noise.along[0, 2])
    assert noise.batch_norms[0, 2] > 0.1
    # A batch without a gradient in a whole that has one is 0 long, and points nowhere.
    hard = type(data)(("A", "B"), [[1.0, 0.0], [-1.0, 0.0]], [0, 0])
    silent = gradient_noise(model, hard, stacked, [np.array([0])])
    assert silent.ratios[0, 0] == 0.0
    assert np.isnan(silent.cosines[0, 0])


def test_errors() -> None:
    training = run_of(5)
    history, data = training.history, moons(15, rng=rng(1))
    with pytest.raises(ValueError, match="batches must be 13, one a step, got 2"):
        gradient_noise(training.model, data, history.parameters, history.batches[:2])
    linear = {name: history.parameters[name] for name in ("W1", "b1")}
    with pytest.raises(ValueError, match="parameters must be W1, b1, W2, b2, got W1, b1"):
        gradient_noise(training.model, data, linear, history.batches)
