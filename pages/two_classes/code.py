"""Every loss of two classes in plain NumPy."""

from __future__ import annotations

from typing import Final

from core.losses.exact_decimals import decimal_places
from pages.two_classes import TwoClassesState
from pages.ui.kit.printing import SHOW, array
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

_PLOT: Final = """\
import plotly.graph_objects as go

edge = max(4.0, abs(m))
x = np.linspace(-edge, edge, 401)
curves = {
    "0-1": np.where(x <= 0, 1.0, 0.0),
    "hinge": np.maximum(0, delta - x),
    "squared hinge": np.maximum(0, delta - x) ** 2,
    "logistic": np.logaddexp(0, -x) / unit,
    "exponential": np.exp(np.minimum(-x, 700)),
}
figure = go.Figure()
for name, curve in curves.items():
    figure.add_scatter(x=x, y=curve, name=name)
figure.add_vline(x=m, line_dash="dot")
figure.update_xaxes(title_text="signed margin m")
figure.update_yaxes(title_text="loss", range=[0, 2 * edge])
figure.update_layout(title_text="Every loss over the signed margin", template="plotly_white")
figure
"""


def snippet(state: TwoClassesState) -> str:
    """Write the code of every loss on the current pair of classes, with its numbers."""
    pair = state.pair
    decimals = decimal_places(pair.scores, state.margin)
    rounding = (
        f"decimal_m = np.round(m, {decimals})  # else 5.1 - 3.2 is not quite 1.9\n"
        f"short = np.round(delta - decimal_m, {decimals})  # of the margin\n"
        if decimals
        else "decimal_m = m\nshort = delta - m  # of the margin\n"
    )
    unit = "np.log(2)  # bits" if state.is_in_bits else "1  # nats; np.log(2) for bits"
    return f"""\
import numpy as np

s = {array(pair.scores)}  # the scores of the two classes
y = {2 * pair.label - 1}  # +1 if the second class is true, -1 if the first
delta = {float(state.margin)!r}  # the margin of the hinge losses
unit = {unit}

m = y * (s[1] - s[0])  # the signed margin
{rounding}

def sigmoid(x):
    small = np.exp(-abs(x))  # never too large
    return (1 if x >= 0 else small) / (1 + small)


binary = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))  # -log sigmoid(m), without overflow
with np.errstate(over="ignore"):  # beyond float64 it is infinite
    exponential = np.exp(-m)

losses = {{
    "0-1": (float(decimal_m <= 0), 0.0),  # loss and slope
    "hinge": (max(short, 0.0), -1.0 if short > 0 else 0.0),
    "squared hinge": (max(short, 0.0) ** 2, -2 * max(short, 0.0)),
    "logistic": (binary / unit, -sigmoid(-m) / unit),
    "exponential": (exponential, -exponential),
}}

# Softmax with two scores: log p = s - log(sum(exp(s)))
winner = s.max()
shifted = s - winner
other = np.exp(shifted.min())
true = (y + 1) // 2
softmax_loss = np.log1p(other) - shifted[true]

{SHOW}


show("signed margin m", m)
for name, (loss, slope) in losses.items():
    show(f"{{name}} loss", loss)
    show(f"{{name}} slope", slope)
show("p of the true class", sigmoid(m))
print(f"{{'-log sigmoid(m)':28}} {{float(binary)!r}}")
print(f"{{'softmax of two scores':28}} {{float(softmax_loss)!r}}")
"""


def code(state: TwoClassesState) -> Code:
    """Write the code with its plot."""
    return Code(snippet(state), _PLOT)
