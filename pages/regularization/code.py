"""The penalties of four weights and the optimum of two, as NumPy that runs by itself."""

from __future__ import annotations

from typing import Final

from pages.regularization import RegularizationState
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

_PLOT: Final = bars(
    "What each weight costs, with lambda = 1",
    ("w1", "w2", "w3", "w4"),
    {"L1": "l1", "L2": "l2", "elastic net": "elastic"},
)


def snippet(state: RegularizationState) -> str:
    """Write the code of the current penalties, and of coordinate descent to the optimum."""
    factor = 0.5 if state.half else 1.0
    return f"""\
import numpy as np

{SHOW}


# What four weights cost, with lambda = 1
x = np.ones(4)
w = {array(state.four_weights)}
alpha = {float(state.mixing)!r}  # the share of L1 in the elastic net
factor = {factor!r}  # of the L2 penalty: 1 or a half

l1, l1_gradient = np.abs(w), np.sign(w)  # the slope at the kink, w == 0, is 0
l2, l2_gradient = factor * w**2, 2 * factor * w
elastic = alpha * l1 + (1 - alpha) * l2
elastic_gradient = alpha * l1_gradient + (1 - alpha) * l2_gradient
show("score", w @ x)
show("L1", l1.sum())
show("L2", l2.sum())
show("elastic net", elastic.sum())
print("L1 gradient      ", l1_gradient)
print("L2 gradient      ", l2_gradient)
print("elastic gradient ", elastic_gradient)

# The optimum of data loss + penalty: soft-thresholding, one weight after the other
X = np.array([[2.0, 1.0], [1.0, 2.0], [-1.0, -2.0], [-2.0, -1.0]])
t = np.array([5.0, 2.5, -3.5, -4.0])
strength = {float(state.strength)!r}  # lambda
share = {state.l1_share!r}  # of L1 in the penalty: 1 is L1, 0 is L2

H, b = X.T @ X / len(t), X.T @ t / len(t)
threshold, shrink = strength * share, 2 * factor * strength * (1 - share)
v = np.zeros(2)
for _ in range(300):
    for i in range(2):
        pull = b[i] - H[i] @ v + H[i, i] * v[i]
        v[i] = np.sign(pull) * max(0, abs(pull) - threshold) / (H[i, i] + shrink)

data_loss = np.mean((X @ v - t) ** 2) / 2
penalty = threshold * np.abs(v).sum() + shrink / 2 * (v @ v)
show("w1", v[0])
show("w2", v[1])
show("data loss", data_loss)
show("penalty", penalty)
show("total", data_loss + penalty)
"""


def code(state: RegularizationState) -> Code:
    """Write the code with its plot."""
    return Code(snippet(state), _PLOT)
