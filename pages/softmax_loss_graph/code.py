"""The graph in plain NumPy, forwards and backwards, node by node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import SAMPLES, GraphSweeps
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

_CIRCUITS: Final = {
    "sum_times": """\
# Forwards
q = x + y
f = q * z

# Backwards
df = 1.0
dq, dz = df * z, df * q  # x multiplies by the other input
dx, dy = dq, dq  # + passes the gradient on
""",
    "sigmoid_neuron": """\
# Forwards
score = w0 * x0 + w1 * x1 + w2
exponential = np.exp(-score)
denominator = exponential + 1
f = 1 / denominator

# Backwards
df = 1.0
d_denominator = df * -1 / denominator**2
d_exponential = d_denominator * 1
d_negative = d_exponential * exponential
d_score = d_negative * -1  # the same as (1 - f) * f
dw0, dx0 = d_score * x0, d_score * w0
dw1, dx1 = d_score * x1, d_score * w1
dw2 = d_score
""",
    "gates": """\
# Forwards
product, maximum = x * y, max(z, w)
f = 2 * (product + maximum)

# Backwards
df = 1.0
d_sum = df * 2
dx, dy = d_sum * y, d_sum * x  # x multiplies by the other input
dz, dw = d_sum * (z >= w), d_sum * (z < w)  # max sends it all one way
""",
}

_FULL: Final = """\
# Forwards, node by node
exponentials = np.exp(z)
S = exponentials.sum()
share = 1 / S
y = exponentials * share
logs = np.log(y)
loss = (t * -logs).sum()

# Backwards: upstream gradient times local derivative
d_loss = 1.0
d_weighted = d_loss * -1  # x (-1), and + passes it on
d_logs = d_weighted * t
d_y = d_logs / y
d_share = (d_y * exponentials).sum()  # used by every class: added
d_S = d_share * -1 / S**2
d_exponentials = d_y * share + d_S  # used twice: added
d_z = d_exponentials * exponentials  # y - t
"""

_BOXES: Final = """\
# Each box in one piece: nothing overflows, and a tiny loss does not become 0
def softmax_with_loss(z, t):
    log_y = z - np.logaddexp.reduce(z)
    k = np.argmax(z)
    others = np.exp(np.delete(z, k) - z[k]).sum()
    loss = np.log1p(others) + t @ (z[k] - z)
    gradient = np.exp(log_y) - t
    gradient[k] = -np.delete(gradient, k).sum()  # y - t adds up to 0
    return loss, np.exp(log_y), gradient
"""


def snippet(state: SoftmaxLossGraphState, sweeps: GraphSweeps) -> str:
    """Write the code of the graph that is shown, with its numbers."""
    return _circuit(state.graph, sweeps) if state.is_circuit else _softmax(state, sweeps)


def _circuit(id: str, sweeps: GraphSweeps) -> str:
    graph = sweeps.order.graph
    names = [graph.nodes[node].id for node in graph.inputs]
    given = "\n".join(
        f"{name} = {value!r}" for name, value in zip(names, sweeps.inputs.values(), strict=True)
    )
    shown = "\n".join(f'show("gradient at {name}", d{name})' for name in names)
    return f"""\
import numpy as np

{given}

{_CIRCUITS[id]}

{SHOW}


show("f", f)
{shown}
"""


def _softmax(state: SoftmaxLossGraphState, sweeps: GraphSweeps) -> str:
    graph, true = sweeps.order.graph, sweeps.kept.index(state.example.label)

    def numbers(name: str, sample: str = "") -> str:
        places = [graph.index[f"{sample}{name}{j}"] for j in range(sweeps.rows)]
        return array(sweeps.now.graph.values[places].tolist())

    if state.is_batch:
        return _batch(
            [(numbers("z", f"s{n}."), numbers("t", f"s{n}.")) for n in range(SAMPLES)], true
        )
    note = "  # z - max z, at least -700: exp would overflow" if sweeps.is_shifted else ""
    body = (
        _FULL if state.view == "full" else f"{_BOXES}\n\nloss, y, d_z = softmax_with_loss(z, t)\n"
    )
    total = 'show("sum of the exponentials", S)\n' if state.view == "full" else ""
    return f"""\
import numpy as np

z = {numbers("z")}{note}
t = {numbers("t")}

{body}

{SHOW}


{total}show("y of the true class", y[{true}])
show("loss", loss)
show("gradient at the true logit", d_z[{true}])
print("y - t ", d_z)
"""


def _batch(samples: Sequence[tuple[str, str]], true: int) -> str:
    logits = ",\n    ".join(z for z, _ in samples)
    targets = ",\n    ".join(t for _, t in samples)
    return f"""\
import numpy as np

z = np.stack([
    {logits},
])
t = np.stack([
    {targets},
])

{_BOXES}

results = [softmax_with_loss(*sample) for sample in zip(z, t)]
losses = np.array([loss for loss, _, _ in results])
d_z = np.array([gradient for _, _, gradient in results]) / len(z)

# The bug: one sample without a batch axis, and t.shape[0] is the number of classes
y = results[0][1]
wrong = (y - t[0]) / t[0].shape[0]

{SHOW}


show("loss of the first sample", losses[0])
show("mean loss", losses.mean())
show("gradient at its true logit", d_z[0, {true}])
print("(y - t) / N  ", d_z[0])
print("y - t        ", results[0][2])
print("with the bug ", wrong)
"""


def code(state: SoftmaxLossGraphState, sweeps: GraphSweeps) -> Code:
    """Write the code, and the plot of the gradients that come back to the inputs."""
    title = "What comes back to the inputs"
    if state.is_circuit:
        names = [sweeps.order.graph.nodes[node].id for node in sweeps.order.graph.inputs]
        return Code(
            snippet(state, sweeps),
            bars(title, names, {"gradient": f"[{', '.join(f'd{name}' for name in names)}]"}),
        )
    classes = [state.example.names[index] for index in sweeps.kept]
    if state.is_batch:
        rows = {f"(y - t) / N, sample {n + 1}": f"d_z[{n}]" for n in range(SAMPLES)}
        return Code(snippet(state, sweeps), bars(title, classes, rows))
    return Code(
        snippet(state, sweeps), bars(title, classes, {"y": "y", "t": "t", "gradient y - t": "d_z"})
    )
