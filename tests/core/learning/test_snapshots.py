"""All steps of a run at once: against the models themselves, step by step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.learning import snapshots
from core.learning.datasets import nine_points
from core.learning.history import Recipe
from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.snapshots import stacked_scores
from core.learning.training import Training


def run(kind: type, steps: int = 12, seed: int = 0) -> Training:
    rng = np.random.default_rng(seed)
    sizes = (2, 3) if kind is LinearClassifier else (2, 5, 3)
    model = kind.initial(*sizes, rng=rng)
    training = Training(model, nine_points(), Recipe(learning_rate=0.5), rng=rng)
    for _ in training.advance(steps):
        pass
    return training


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
@given(seed=st.integers(0, 99), samples=st.integers(1, 5))
def test_every_step_is_that_of_its_model(kind, seed, samples) -> None:
    training = run(kind, seed=seed)
    X = np.random.default_rng(seed).normal(size=(samples, 2))
    scores = stacked_scores(training.history.parameters, X)
    assert scores.shape == (13, samples, 3)
    for step in range(13):
        assert_allclose(scores[step], training.model_at(step).scores(X), rtol=1e-12, atol=1e-14)


def test_steps_in_chunks_are_the_same(monkeypatch) -> None:
    history, X = run(TwoLayerNet).history, np.random.default_rng(1).normal(size=(40, 2))
    whole = stacked_scores(history.parameters, X)
    monkeypatch.setattr(snapshots, "_CHUNK_BYTES", 40 * 5 * 8 * 5)
    chunks = snapshots._chunks(history.parameters["b1"], 40)
    assert [c.stop - c.start for c in chunks] == [5, 5, 5]
    assert_allclose(stacked_scores(history.parameters, X), whole, rtol=1e-14)


@pytest.mark.parametrize("kind", [LinearClassifier, TwoLayerNet])
def test_float32_is_close(kind) -> None:
    history, X = run(kind).history, nine_points().points
    short = stacked_scores(history.parameters, X, dtype=np.float32)
    assert short.dtype == np.float32
    assert_allclose(short, stacked_scores(history.parameters, X), rtol=1e-4, atol=1e-6)


def test_errors() -> None:
    W, b = np.ones((4, 2, 3)), np.ones((4, 3))
    with pytest.raises(ValueError, match="must be W1 and b1, or W1, b1, W2 and b2, got W1, W2"):
        stacked_scores({"W1": W, "W2": W}, [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"W1 must have shape \(4, 3, outputs\), got .* \(4, 2, 3"):
        stacked_scores({"W1": W, "b1": b}, [[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match=r"b1 must have shape \(4, 3\), got shape \(5, 3\)"):
        stacked_scores({"W1": W, "b1": np.ones((5, 3))}, [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"W2 must have shape \(4, 3, outputs\)"):
        stacked_scores({"W1": W, "b1": b, "W2": W, "b2": b}, [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"X must have shape \(samples, features\)"):
        stacked_scores({"W1": W, "b1": b}, [1.0, 2.0])
