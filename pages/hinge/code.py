"""The hinge loss and its variants in plain NumPy."""

from __future__ import annotations

from typing import Final

from core.losses.exact_decimals import decimal_places
from core.losses.hinge import HingeVariant
from pages.hinge import HingeState
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

_MARGINS: Final[dict[bool, str]] = {
    False: """\
m = scores - scores[y] + margin
m[y] = 0  # the true class has no term""",
    True: """\
sign = np.ones_like(scores)
sign[y] = -1  # the true score has to be above +margin, every other below -margin
m = margin + sign * scores""",
}

_GRADIENT: Final[dict[HingeVariant, str]] = {
    "weston_watkins": """\
loss = np.sum(terms**power)
gradient = np.where(m > 0, power * terms ** (power - 1), 0)  # the slope at the kink, m == 0, is 0
gradient[y] = 0 - gradient.sum()  # every class inside the margin pushes the true one up""",
    "crammer_singer": """\
worst = np.argmax(terms)
loss = terms[worst] ** power
gradient = np.zeros_like(scores)
if terms[worst] > 0:  # only the worst class counts; the slope at the kink, m == 0, is 0
    gradient[worst] = power * terms[worst] ** (power - 1)
    gradient[y] = -gradient[worst]""",
    "one_vs_all": """\
loss = np.sum(terms**power)
slope = np.where(m > 0, power * terms ** (power - 1), 0)  # the slope at the kink, m == 0, is 0
gradient = sign * slope  # no class looks at another""",
}


def snippet(state: HingeState) -> str:
    """Write the code of the chosen loss on the current example, and of every other variant."""
    decimals = decimal_places(state.example.scores, state.margin)
    rounding = (
        f"m = np.round(m, {decimals})  # else 0.6 - 0.7 + 0.1 is not quite 0\n" if decimals else ""
    )
    both_rounded = (
        f"wrong, alone = np.round(wrong, {decimals}), np.round(alone, {decimals})\n"
        if decimals
        else ""
    )
    return f"""\
import numpy as np

scores = {array(state.example.scores)}
y = {state.example.label}  # the true class
margin = {float(state.margin)!r}
power = {state.power}  # 1: hinge, 2: squared hinge

{_MARGINS[state.variant == "one_vs_all"]}
{rounding}terms = np.maximum(0, m)
{_GRADIENT[state.variant]}

{SHOW}


show("hinge loss", loss)
print(f"{{'violated margins':28}} {{np.sum(m > 0)}}")
show("push on the true class", 0 - gradient[y])
show("lead of the true class", scores[y] - np.delete(scores, y).max())
print("margins m       ", m)
print("gradient        ", gradient)

# Every variant
wrong = np.delete(scores - scores[y] + margin, y)
alone = np.append(np.delete(margin + scores, y), margin - scores[y])
{both_rounded}wrong, alone = np.maximum(0, wrong), np.maximum(0, alone)
for q in (1, 2):
    show(f"Weston-Watkins, power {{q}}", np.sum(wrong**q))
    show(f"Crammer-Singer, power {{q}}", np.max(wrong) ** q)
    show(f"one-vs-all, power {{q}}", np.sum(alone**q))
"""


def code(state: HingeState) -> Code:
    """Write the code, and the plot of the violations and the gradient."""
    rows = {"m": "m", "max(0, m)": "terms", "gradient": "gradient"}
    return Code(
        snippet(state),
        bars("Who is inside the margin, and what the hinge loss does", state.example.names, rows),
    )
