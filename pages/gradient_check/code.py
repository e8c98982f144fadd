"""A gradient check in plain NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import AFFINE_BIAS, affine_weights
from pages.ui.kit.printing import SHOW, array
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

_PLOT: Final = """\
import plotly.graph_objects as go

used, steps = h, np.logspace(-15, 0, 76)
figure = go.Figure()
for dtype in (np.float64, np.float32):
    x, worst = point.astype(dtype), []
    for h in steps:
        with np.errstate(all="ignore"):  # float32 is soon at its ends
            numerical = numerical_gradient(x)
        worst.append(relative_errors(gradient(x).astype(np.float64), numerical).max())
    figure.add_scatter(x=steps, y=worst, name=dtype.__name__)
h = used
figure.add_vline(x=h, line_dash="dot")
figure.update_xaxes(type="log", title_text="step h", exponentformat="power")
figure.update_yaxes(type="log", title_text="worst relative error", exponentformat="power")
figure.update_layout(title_text="The error at every step", template="plotly_white")
figure
"""

_MARGINS: Final = {
    "weston_watkins": """\
    m = x - x[y] + margin
    m[y] = 0""",
    "crammer_singer": """\
    m = x - x[y] + margin
    m[y] = 0
    m[np.arange(len(x)) != np.argmax(m)] = 0  # only the worst class counts""",
    "one_vs_all": """\
    m = margin + x
    m[y] = margin - x[y]""",
}

_EXPONENTIALS: Final = """\


def exponentials(x):
    z = x - np.max(x)
    e = np.exp(z)
    winner = np.argmax(z)
    e[winner] = 0
    return z, e, winner, sum(e)  # without the winner's 1, in which tiny losses would vanish
"""

_HINGE_GRADIENT: Final = {
    "weston_watkins": "    g[y] = -g.sum()",
    "crammer_singer": "    g[y] = -g.sum()",
    "one_vs_all": "    g[y] = -g[y]",
}

_FUNCTIONS: Final = {
    "cross_entropy": (
        """\
    z, e, winner, others = exponentials(x)
    return np.log1p(others) - z[y]""",
        """\
    z, e, winner, others = exponentials(x)
    g = e * (1 / (1 + others))
    g[winner] = 1 - others / (1 + others)
    g[y] -= 1
    if y == winner:
        g[y] = -others / (1 + others)  # p - 1, but nothing cancels
    return g""",
        """\
    z, e, winner, others = exponentials(x)
    p = e * (1 / (1 + others))
    p[winner] = 1 - others / (1 + others)
    return p""",
    ),
    "squared_error": (
        "    t = np.eye(len(x), dtype=x.dtype)[y]\n    return ((x - t) ** 2).sum() / 2",
        "    return x - np.eye(len(x), dtype=x.dtype)[y]",
        "    return x",
    ),
    "l1": ("    return np.abs(x).sum()", "    return np.sign(x)", "    return np.abs(np.sign(x))"),
    "l2": ("    return (x * x).sum()", "    return 2 * x", "    return x"),
    "elastic_net": (
        "    return (np.abs(x) + x * x).sum()",
        "    return np.sign(x) + 2 * x",
        "    return 2 * x",
    ),
    "affine": (
        "    out = x @ W.astype(x.dtype) + b.astype(x.dtype)\n    return (out * out).sum() / 2",
        "    return (x @ W.astype(x.dtype) + b.astype(x.dtype)) @ W.T.astype(x.dtype)",
        "    return x @ W.astype(x.dtype) @ W.T.astype(x.dtype)",
    ),
    "relu": (
        "    weights = np.arange(1, len(x) + 1, dtype=x.dtype)\n"
        "    return (weights * np.maximum(x, 0)).sum()",
        "    return np.arange(1, len(x) + 1, dtype=x.dtype) * (x > 0)",
        "    return np.arange(1, len(x) + 1, dtype=x.dtype)",
    ),
}


def _hinge(check: str) -> tuple[str, str, str]:
    variant = check.removesuffix("_squared")
    squared = check != variant
    margins, to_true_class = _MARGINS[variant], _HINGE_GRADIENT[variant]
    value = "np.maximum(m, 0) ** 2" if squared else "np.maximum(m, 0)"
    slope = "2 * np.maximum(m, 0)" if squared else "(m > 0).astype(x.dtype)"
    right = f"{margins}\n    g = {slope}\n{to_true_class}\n    return g"
    wrong = f"{margins}\n    g = {slope}\n    return g"
    if squared:
        wrong = right.replace(slope, "np.maximum(m, 0)")
    total = f"({value}).sum()" if squared else f"{value}.sum()"
    return f"{margins}\n    return {total}", right, wrong


def _settings(state: GradientCheckState) -> str:
    """Write what the function depends on, beside its point."""
    true_class = f"y = {state.example.label}  # the true class\n"
    if state.check == "cross_entropy":
        return true_class + _EXPONENTIALS
    if state.check == "squared_error":
        return true_class
    if state.check == "affine":
        rows = ",\n    ".join(
            f"[{', '.join(map(repr, row))}]"
            for row in affine_weights(len(state.example.scores)).tolist()
        )
        return f"W = np.array([\n    {rows},\n])\nb = {array(AFFINE_BIAS)}\n"
    if state.check in _FUNCTIONS:
        return ""
    return f"{true_class}margin = {state.margin!r}\n"


def snippet(state: GradientCheckState, kinks: Sequence[bool]) -> str:
    """Write the gradient check of the present function, with its numbers.

    ``kinks`` tells the entries that are left out of the worst error.
    """
    parts = _FUNCTIONS.get(state.check) or _hinge(state.check)
    value, gradient = parts[0], parts[1 + state.mistake]
    settings = _settings(state)
    compared, choice = "errors", ""
    if any(kinks):
        compared = "errors[smooth]"
        entries = ", ".join(str(index) for index, kink in enumerate(kinks) if not kink)
        choice = f"smooth = [{entries}]  # the entries without a kink between x - h and x + h\n"
    worst = "" if all(kinks) else f'\n    show("  worst relative error", {compared}.max())'
    return f"""\
import numpy as np

point = {array(state.example.scores)}
h = {state.difference_step!r}
{settings}{choice}

def f(x):
{value}


def gradient(x):{"  # with a mistake" if state.mistake else ""}
{gradient}


def numerical_gradient(x):
    step = x.dtype.type(h)
    slopes = np.zeros_like(x)
    for i in range(len(x)):
        moved = np.zeros_like(x)
        moved[i] = step
        slopes[i] = (f(x + moved) - f(x - moved)) / x.dtype.type(2 * h)
    return slopes.astype(np.float64)


def relative_errors(a, n):
    size = np.maximum(np.abs(a), np.abs(n))
    return np.abs(a - n) / np.where(size > 0, size, 1)


{SHOW}


show("function", f(point))
show("step h", h)
for dtype in (np.float64, np.float32):
    x = point.astype(dtype)
    analytic, numerical = gradient(x).astype(np.float64), numerical_gradient(x)
    errors = relative_errors(analytic, numerical)
    print(dtype.__name__)
    print("  analytic       ", analytic)
    print("  numerical      ", numerical)
    print("  relative error ", errors){worst}
"""


def code(state: GradientCheckState, kinks: Sequence[bool]) -> Code:
    """Write the code with its plot."""
    return Code(snippet(state, kinks), _PLOT)
