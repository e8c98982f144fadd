"""Optimisers against their formulas, written out number by number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose

from core.learning.optimizers import Adam, Momentum, Sgd

GRADIENTS = hnp.arrays(np.float64, (6, 3), elements=st.floats(-5, 5))
RATE = 0.05


def walked(optimizer, start, gradients):
    w = start.copy()
    for gradient in gradients:
        before = gradient.copy()
        optimizer.step(w, gradient, RATE)
        assert (gradient == before).all()
    return w


START = np.array([1.0, -2.0, 0.5])


@given(GRADIENTS)
def test_sgd(gradients) -> None:
    assert_allclose(
        walked(Sgd(START), START, gradients), START - RATE * gradients.sum(axis=0), atol=1e-14
    )


@given(GRADIENTS)
def test_momentum(gradients) -> None:
    w, v = START.copy(), np.zeros(3)
    for g in gradients:
        v = 0.8 * v - RATE * g
        w = w + v
    assert_allclose(walked(Momentum(START, 0.8), START, gradients), w, atol=1e-14)


@given(GRADIENTS)
def test_adam(gradients) -> None:
    b1, b2, epsilon = 0.8, 0.99, 1e-3
    expected = []
    for i, x in enumerate(START.tolist()):
        m = v = 0.0
        for k, g in enumerate(gradients[:, i].tolist(), 1):
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g * g
            rate = RATE * math.sqrt(1 - b2**k) / (1 - b1**k)
            x -= rate * m / (math.sqrt(v) + epsilon)
        expected.append(x)
    assert_allclose(
        walked(Adam(START, b1, b2, epsilon), START, gradients), expected, rtol=1e-11, atol=1e-13
    )


@pytest.mark.parametrize("make", [Sgd, lambda like: Momentum(like, 0.9), Adam])
def test_float32_is_moved_in_place(make) -> None:
    w = START.astype(np.float32)
    optimizer = make(w)
    optimizer.step(w, np.ones(3, np.float32), RATE)
    assert_allclose(w, START - RATE, rtol=1e-5)
    assert w.dtype == np.float32
