"""Softmax with temperature, its entropy and its Jacobian in plain NumPy."""

from __future__ import annotations

from pages.softmax import SoftmaxState
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]


def snippet(state: SoftmaxState) -> str:
    """Write the code of softmax on the current example, with its numbers."""
    return f"""\
import numpy as np

s = {array(state.example.scores)}
T = {float(state.temperature)!r}  # the temperature
c = {float(state.constant)!r}  # a constant added to every score: it changes nothing
j = {state.focus}  # the score by which to differentiate

# The largest score is subtracted first, so that no exponential overflows
u = (s + c - np.max(s + c)) / T
e = np.exp(u)
p = e / e.sum()

# The sum of the others: exact even where the winner has nearly everything
winner = np.argmax(s)  # to predict, this is enough
log_p = u - np.log1p(np.delete(e, winner).sum())
entropy = np.sum(-p * log_p)

# dp_i / ds_j = -p_i p_j / T, and p_j (1 - p_j) / T on the diagonal
jacobian = -np.outer(p, p) / T
for k in range(len(p)):
    jacobian[k, k] = p[k] * np.delete(p, k).sum() / T

{SHOW}


show("p of class j", p[j])
show("entropy in nats", entropy)
show("entropy in bits", entropy / np.log(2))
show("own derivative", jacobian[j, j])
show("derivatives of the others", np.delete(jacobian[:, j], j).sum())
show("sum of the column", abs(np.round(jacobian[:, j].sum(), 12)))
print("exp  ", e)
print("p    ", p)
print("J")
print(jacobian)
print("winner", winner, "in the scores,", np.argmax(p), "in the probabilities")
"""


def code(state: SoftmaxState) -> Code:
    """Write the code, and the plot of the probabilities and their derivatives."""
    rows = {"p": "p", "derivative by s_j": "jacobian[:, j]"}
    return Code(
        snippet(state),
        bars("Probabilities, and how they follow the score of class j", state.example.names, rows),
    )
