"""Naive, shifted and log-space softmax in plain NumPy, in three floating-point types."""

from __future__ import annotations

from pages.numerical_stability import NumericalStabilityState
from pages.ui.kit.printing import array

__all__ = ["snippet"]


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


def naive(z):
    e = np.exp(z)
    p = e / total(e)
    return p, -np.log(p[y])


def shifted(z):
    return naive(z - z.max())  # exp of a number at most 0 cannot overflow


def log_space(z):
    d = z - z.max()
    rest = np.delete(np.exp(d), z.argmax())  # without the largest, which is exactly 1
    log_p = d - np.log1p(total(rest))
    return np.exp(log_p), -log_p[y]


def with_offset(z):
    e = np.exp(z - z.max())
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
            z = batch.astype(kind)
            z = z - z.max(axis=axis, keepdims=True)  # axis=None: one max for all, the mistake
            losses = [naive(row)[1] for row in z]
        print(f"max of {{name:5}} {{kind.__name__:8}} losses {{losses[0]:.4g}} {{losses[1]:.4g}}")
"""
