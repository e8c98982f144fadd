"""Gradient descent on the scores in plain NumPy."""

from __future__ import annotations

from textwrap import indent

from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.ui.kit.losses_code import hinge_source
from pages.ui.kit.printing import SHOW, array

__all__ = ["descent_snippet"]


def descent_snippet(state: SvmAgainstSoftmaxState, steps: int) -> str:
    """Write the code of both runs from the current example, with its numbers."""
    return f"""\
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
