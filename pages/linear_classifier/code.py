"""Training the linear classifier with both losses in plain NumPy: same data, start and batches."""

from __future__ import annotations

from textwrap import indent
from typing import Final

from core.learning.models import LinearClassifier
from pages.linear_classifier import LinearClassifierState
from pages.ui.kit.printing import SHOW
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import Setup
from pages.ui.learning.training_code import (
    REGIONS,
    batch_source,
    data_files,
    data_source,
    loss_source,
    memory_source,
    penalty_source,
    rate_source,
    update_source,
)
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

_PLOT: Final = f"""\
{REGIONS}

figure = make_subplots(1, 2, subplot_titles=list(trained))
for column, (W, b) in enumerate(trained.values(), 1):
    draw(figure, lambda plane: plane @ W + b, column)
figure
"""


def code(state: LinearClassifierState, svm: Run, softmax: Run) -> Code:
    """Write the code of both runs, the plot of where they end, and the points if they are many."""
    return Code(snippet(state, svm, softmax), _PLOT, data_files(state, svm.setup.data))


def snippet(state: LinearClassifierState, svm: Run, softmax: Run) -> str:
    """Write the code of both runs up to the step that is shown, with its settings."""
    setup, epoch = svm.setup, svm.steps_per_epoch
    penalty = penalty_source(setup.objective, ("W",))
    steps = [run.records[run.record_at(state.at)].step for run in (svm, softmax)]
    return f"""\
import numpy as np

# The data: points X, a row each, and their classes y
{data_source(state, setup.data)}N = len(y)
{penalty.strengths}

def svm(scores, y):  # the mean hinge loss, and its gradient at the scores
{indent(loss_source(setup.objective), "    ")}

def softmax(scores, y):  # the mean cross-entropy, and its gradient at the scores
{indent(loss_source(softmax.setup.objective), "    ")}

def penalty(W):  # on the weights, not on the bias
    return {penalty.value}


def backward(X, y, W, b, loss_of):
    _, dscores = loss_of(X @ W + b, y)
    return X.T @ dscores{penalty.slope}, dscores.sum(axis=0)


def train(loss_of, steps):
    rng = np.random.default_rng({setup.seed})  # the same start and the same batches for both
{indent(_start(setup), "    ")}\
    parameters = [W, b]
{indent(memory_source(setup.recipe), "    ")}\
    for step in range(steps):
{indent(batch_source(setup.recipe, setup.train.size, epoch), "        ")}\
        gradients = backward(x, t, W, b, loss_of)
        rate = {rate_source(setup.recipe, epoch)}
{indent(update_source(setup.recipe), "        ")}\
    return W, b


{SHOW}


trained = {{}}
for name, loss_of, steps in (("SVM", svm, {steps[0]}), ("softmax", softmax, {steps[1]})):
    trained[name] = W, b = train(loss_of, steps)
    scores = X @ W + b
    data_loss, _ = loss_of(scores, y)
    dW, db = backward(X, y, W, b, loss_of)
    print(f"{{name}}, step {{steps}}")
    show("data loss", data_loss)
    show("penalty", penalty(W))
    show("total loss", data_loss + penalty(W))
    show("accuracy in percent", 100 * np.mean(scores.argmax(axis=1) == y))
    print("W and b, a row a class:", np.vstack([W, b]).T, sep="\\n")
    print("their gradients:", np.vstack([dW, db]).T, sep="\\n")
"""


def _start(setup: Setup) -> str:
    """Statements that make the first W and b."""
    if isinstance(setup.start, LinearClassifier):
        rows = ", ".join(repr(row) for row in setup.start.W1.tolist())
        return f"W, b = np.array([{rows}]), np.array({setup.start.b1.tolist()!r})\n"
    scale = 0.01 if setup.scale is None else setup.scale
    return f"W, b = {scale!r} * rng.standard_normal((2, K)), np.zeros(K)\n"
