"""Naive, shifted and log-space softmax in plain NumPy, in three floating-point types."""

from __future__ import annotations

from pages.numerical_stability import NumericalStabilityState
from pages.ui.kit.printing import array
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]


def snippet(state: NumericalStabilityState) -> str:
    """Write the code of every method on the current example, with its numbers."""
    return f"""\
import numpy as np

scale, shift = {state.scale!r}, {state.shift!r}
scores = {array(state.example.scores)}
logits = scale * scores + shift
y = {state.example.label}  # the true class


def total(terms):
    return np.add.accumulate(terms)[-1]  # every partial sum is rounded to the type


def naive(s):
    e = np.exp(s)
    p = e / total(e)
    return p, -np.log(p[y])


def shifted(s):
    return naive(s - s.max())  # exp of a number at most 0 cannot overflow


def log_space(s):
    d = s - s.max()
    rest = np.delete(np.exp(d), s.argmax())  # without the largest, which is exactly 1
    log_p = d - np.log1p(total(rest))
    return np.exp(log_p), -log_p[y]


def with_offset(s):
    e = np.exp(s - s.max())
    p = e / total(e)
    return p, -np.log(p[y] + 1e-7)  # never above 16.118


for kind in (np.float16, np.float32, np.float64):
    limits = np.finfo(kind)
    overflow, least = np.log(np.float64(limits.max)), np.log(np.float64(limits.tiny))
    print(f"exp in {{kind.__name__}}: inf above {{overflow:.2f}}, digits lost below {{least:.2f}}")

for method in (naive, shifted, log_space):
    for kind in (np.float16, np.float32, np.float64):
        with np.errstate(all="ignore"):  # inf and nan are what this is about
            p, loss = method(logits.astype(kind))
        print(f"{{method.__name__:10}} {{kind.__name__:8}} loss {{loss:<9.4g}} p", p)

print(f"with 1e-7: loss {{with_offset(logits)[1]:.6g}}")

batch = np.stack([logits, scale * scores])
for name, axis in (("row", -1), ("batch", None)):
    for kind in (np.float16, np.float32, np.float64):
        with np.errstate(all="ignore"):
            s = batch.astype(kind)
            s = s - s.max(axis=axis, keepdims=True)  # axis=None: one max for all, the mistake
            losses = [naive(row)[1] for row in s]
        print(f"max of {{name:5}} {{kind.__name__:8}} losses {{losses[0]:.4g}} {{losses[1]:.4g}}")
"""


def code(state: NumericalStabilityState) -> Code:
    """Write the code, and the plot of p by the first and the last method."""
    plot = f"""\
import plotly.graph_objects as go

names = {list(state.example.names)!r}
figure = go.Figure()
for method in (naive, log_space):
    for kind in (np.float16, np.float32, np.float64):
        with np.errstate(all="ignore"):
            p, loss = method(logits.astype(kind))
        figure.add_bar(x=names, y=p.astype(float), name=f"{{method.__name__}}, {{kind.__name__}}")
figure.update_layout(title_text="p: where a bar is missing, it is nan", template="plotly_white")
figure
"""
    return Code(snippet(state), plot)
