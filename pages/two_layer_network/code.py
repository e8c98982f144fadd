"""Training the two-layer network in plain NumPy: the same data, start, mini-batches and losses."""

from __future__ import annotations

from textwrap import indent
from typing import Final

from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.kit.printing import SHOW
from pages.ui.learning.runs import Run
from pages.ui.learning.training_code import (
    REGIONS,
    batch_source,
    data_files,
    data_source,
    loss_source,
    memory_source,
    penalty_source,
    rate_source,
    split_source,
    update_source,
)
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

_HELD_OUT: Final = """\
scores = forward(X_held)[-1]
show("held-out loss", loss_of(scores, y_held)[0])
show("held-out accuracy in percent", 100 * np.mean(scores.argmax(axis=1) == y_held))
"""

_PLANE: Final = f"""\
{REGIONS}

figure = make_subplots(1, 1)
draw(figure, lambda plane: forward(plane)[-1], 1)
figure
"""

_CLASSES: Final = """\
import plotly.graph_objects as go

right = scores.argmax(axis=1) == y{held}
figure = go.Figure()
figure.add_bar(x=np.arange(K), y=[100 * np.mean(right[y{held} == k]) for k in range(K)])
figure.update_xaxes(title_text="digit", dtick=1)
figure.update_yaxes(title_text="accuracy in percent")
figure.update_layout(title_text="How well each digit is read", template="plotly_white")
figure
"""


def code(state: TwoLayerNetworkState, run: Run) -> Code:
    """Write the code, the plot of what the run ends with, and the points if they are many."""
    setup = run.setup
    held = "_held" if setup.held_out else ""
    plot = _PLANE if setup.data.points.shape[1] == 2 else _CLASSES.format(held=held)
    return Code(snippet(state, run), plot, data_files(state, setup.data))


def snippet(state: TwoLayerNetworkState, run: Run) -> str:
    """Write the code of the run up to the step that is shown, with its settings."""
    setup = run.setup
    penalty = penalty_source(setup.objective, ("W1", "W2"))
    split = split_source(setup.held_out) if setup.held_out else ""
    widths = {
        name: f"np.sqrt(2 / {name})" if setup.scale is None else repr(setup.scale)
        for name in ("D", "H")
    }
    return f"""\
import numpy as np

# The data: samples X, a row each, and their classes y
{data_source(state, setup.data)}
# The start: random weights, no biases
rng = np.random.default_rng({setup.seed})  # draws all that is random from here on
{split}(N, D), H = X.shape, {setup.hidden}
W1, b1 = {widths["D"]} * rng.standard_normal((D, H)), np.zeros(H)
W2, b2 = {widths["H"]} * rng.standard_normal((H, K)), np.zeros(K)
parameters = [W1, b1, W2, b2]
{memory_source(setup.recipe)}{penalty.strengths}

def forward(X):
    a1 = X @ W1 + b1
    h = np.maximum(0, a1)  # ReLU
    return a1, h, h @ W2 + b2


def loss_of(scores, y):  # the mean loss, and its gradient at the scores
{indent(loss_source(setup.objective), "    ")}

def penalty():  # on the weights, not on the biases
    return {penalty.value}


{SHOW}


{_loop(run, run.records[run.record_at(state.at)].step, penalty.slope)}\
show("data loss", data_loss)
show("penalty", penalty())
show("total loss", data_loss + penalty())
show("accuracy in percent", 100 * np.mean(scores.argmax(axis=1) == y))
{_HELD_OUT if setup.held_out else ""}"""


def _loop(run: Run, last: int, penalty_slope: str) -> str:
    """Write the training up to a step: forward, backward, update."""
    setup, epoch = run.setup, run.steps_per_epoch
    slopes = {name: penalty_slope.replace("W", name) for name in ("W1", "W2")}
    return f"""\
# Training
steps = {last}
for step in range(steps + 1):
    if step % max(1, steps // 10) == 0 or step == steps:  # how it goes, on all samples
        scores = forward(X)[-1]
        data_loss, _ = loss_of(scores, y)
        print(f"step {{step}}: loss {{data_loss + penalty():.6f}}")
    if step == steps:
        break

    # A mini-batch, forward
{indent(batch_source(setup.recipe, setup.train.size, epoch), "    ")}\
    a1, h, scores = forward(x)
    _, dscores = loss_of(scores, t)

    # Backward, layer by layer
    dW2 = h.T @ dscores{slopes["W2"]}
    db2 = dscores.sum(axis=0)
    da1 = dscores @ W2.T
    da1[a1 <= 0] = 0  # a unit that was off passes nothing back
    dW1 = x.T @ da1{slopes["W1"]}
    db1 = da1.sum(axis=0)
    gradients = [dW1, db1, dW2, db2]

    # Update
    rate = {rate_source(setup.recipe, epoch)}
{indent(update_source(setup.recipe), "    ")}
"""
