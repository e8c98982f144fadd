"""Gradient descent on the scores in plain NumPy."""

from __future__ import annotations

from textwrap import indent
from typing import Final

from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.ui.kit.losses_code import hinge_source
from pages.ui.kit.printing import SHOW, array
from pages.ui.notebook import Code

__all__ = ["descent_code"]

_PLOT: Final = """\
import plotly.graph_objects as go

figure = go.Figure()
for name, path in (("SVM: hinge loss", svm), ("softmax: cross-entropy", softmax)):
    figure.add_scatter(y=[value for _, value, _ in path], name=name)
figure.add_vline(x=step, line_dash="dot")
figure.update_xaxes(title_text="step")
figure.update_yaxes(title_text="loss")
figure.update_layout(title_text="Both losses on the way down", template="plotly_white")
figure
"""


def descent_code(state: SvmAgainstSoftmaxState, steps: int) -> Code:
    """Write the code of both runs from the current example, with its numbers and a plot."""
    source = f"""\
import numpy as np

start = {array(state.example.scores)}
y = {state.example.label}  # the true class
margin = {float(state.margin)!r}
rate = {float(state.rate)!r}  # the step size
step, steps = {state.step}, {steps}


def hinge_loss(scores):
{indent(hinge_source(state.variant), "    ")}    return hinge, hinge_gradient


def cross_entropy(scores):
    loss = np.logaddexp.reduce(scores - scores[y])
    gradient = np.exp(scores - np.logaddexp.reduce(scores))
    gradient[y] = 0
    gradient[y] = -gradient.sum()  # p - t: p_y - 1 is minus the sum of the others
    return loss, gradient


def descend(loss):
    path, pushes = [], np.zeros_like(start)
    for _ in range(steps + 1):
        scores = start - rate * pushes  # added up first: that rounds less than step by step
        value, gradient = loss(scores)
        path.append((scores, value, np.hypot.reduce(gradient)))
        pushes = pushes + gradient
    return path


{SHOW}


svm, softmax = descend(hinge_loss), descend(cross_entropy)
print(f"{{'step':28}} {{step}}")
show("hinge loss", svm[step][1])
show("cross-entropy loss", softmax[step][1])
show("size of the hinge gradient", svm[step][2])
show("size of p - t", softmax[step][2])
print("scores, SVM     ", svm[step][0])
print("scores, softmax ", softmax[step][0])
stops = [k for k, (_, _, size) in enumerate(svm) if size == 0]
print("the SVM stops at", stops[0] if stops else f"none of these {{steps}} steps")
"""
    return Code(source, _PLOT)
