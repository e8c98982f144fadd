"""Cross-entropy, its entropies and its gradient in plain NumPy."""

from __future__ import annotations

from core.validation import FloatArray
from pages.ui.kit.printing import SHOW, array
from pages.ui.state.state import FocusedState

__all__ = ["snippet"]


def snippet(state: FocusedState, targets: FloatArray) -> str:
    """Write the code of the loss and its gradient on the current example, with its numbers."""
    return f"""\
import numpy as np

z = {array(state.example.scores)}  # the logits
t = {array(targets.tolist())}  # the target

# -log p_j = log(sum_i e^(z_i - z_j)): no overflow, and exact even where p is next to 1
minus_log_p = np.logaddexp.reduce(z[:, None] - z, axis=0)
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
if abs(gradient_sum) <= len(z) * epsilon:
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
