"""Cross-entropy, its entropies and its gradient in plain NumPy."""

from __future__ import annotations

from core.validation import FloatArray
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.notebook import Code
from pages.ui.state.state import FocusedState

__all__ = ["code", "snippet"]


def snippet(state: FocusedState, targets: FloatArray) -> str:
    """Write the code of the loss and its gradient on the current example, with its numbers."""
    return f"""\
import numpy as np

s = {array(state.example.scores)}  # the scores (logits)
t = {array(targets.tolist())}  # the target

# -log p_j = log(sum_i e^(s_i - s_j)): no overflow, and exact even where p is next to 1
minus_log_p = np.logaddexp.reduce(s[:, None] - s, axis=0)
p = np.exp(-minus_log_p)
loss = np.sum(t * minus_log_p)
gradient = p - t

has_mass = t > 0  # 0 log 0 = 0
entropy = np.sum(-t[has_mass] * np.log(t[has_mass]))
divergence = np.sum(t[has_mass] * (np.log(t[has_mass]) + minus_log_p[has_mass]))

# What is smaller than this is left over from rounding.
epsilon = np.finfo(float).eps
if entropy > 0 and divergence < 16 * epsilon * (1 + entropy):
    divergence = 0.0
gradient_sum = gradient.sum()
if abs(gradient_sum) <= len(s) * epsilon:
    gradient_sum = 0.0

{SHOW}


show("loss in nats", loss)
show("loss in bits", loss / np.log(2))
show("perplexity", np.exp(loss) if loss < 709 else np.inf)
show("entropy of t", entropy)
show("KL divergence of p from t", divergence)
show("sum of the gradient", gradient_sum)
print("p               ", p)
print("p - t           ", gradient)
"""


def code(state: FocusedState, targets: FloatArray) -> Code:
    """Write the code, and the plot of the target, the probabilities and the gradient."""
    rows = {"target t": "t", "p": "p", "gradient p - t": "gradient"}
    return Code(
        snippet(state, targets),
        bars("The gradient of the cross-entropy", state.example.names, rows),
    )
