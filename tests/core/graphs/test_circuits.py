"""The published expressions, with their printed figures."""

from __future__ import annotations

import pytest

from core.graphs.circuits import CIRCUITS
from core.graphs.engine import evaluate


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
