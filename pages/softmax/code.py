"""Softmax with temperature, its entropy and its Jacobian in plain NumPy."""

from __future__ import annotations

from pages.softmax import SoftmaxState
from pages.ui.kit.printing import SHOW, array

__all__ = ["snippet"]


def snippet(state: SoftmaxState) -> str:
    """Write the code of softmax on the current example, with its numbers."""
    return f"""\
import numpy as np

z = {array(state.example.scores)}
T = {float(state.temperature)!r}  # the temperature
c = {float(state.constant)!r}  # a constant added to every logit: it changes nothing
j = {state.focus}  # the logit by which to differentiate

# The largest logit is subtracted first, so that no exponential overflows
u = (z + c - np.max(z + c)) / T
e = np.exp(u)
p = e / e.sum()

# The sum of the others: exact even where the winner has nearly everything
winner = np.argmax(z)  # to predict, this is enough
log_p = u - np.log1p(np.delete(e, winner).sum())
entropy = np.sum(-p * log_p)

# dp_i / dz_j = -p_i p_j / T, and p_j (1 - p_j) / T on the diagonal
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
