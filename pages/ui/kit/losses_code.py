"""Both losses and their gradients in plain NumPy."""

from __future__ import annotations

from typing import Final

from core.losses.exact_decimals import decimal_places
from core.losses.hinge import HingeVariant
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.notebook import Code
from pages.ui.state.losses import LossesState

__all__ = ["code", "hinge_source"]

_HINGE: Final[dict[HingeVariant, str]] = {
    "weston_watkins": """\
margins = scores - scores[y] + margin
{rounding}margins[y] = 0
hinge = np.maximum(0, margins).sum()
hinge_gradient = (margins > 0).astype(float)
hinge_gradient[y] = 0 - hinge_gradient.sum()  # every violating class pushes the true one up
""",
    "crammer_singer": """\
margins = scores - scores[y] + margin
{rounding}margins[y] = 0
worst = np.argmax(margins)
hinge = np.maximum(0, margins[worst])
hinge_gradient = np.zeros_like(scores)
if hinge > 0:  # only the worst class counts
    hinge_gradient[worst], hinge_gradient[y] = 1, -1
""",
    "one_vs_all": """\
sign = np.ones_like(scores)
sign[y] = -1  # the true class has to be above +margin, every other below -margin
margins = margin + sign * scores
{rounding}hinge = np.maximum(0, margins).sum()
hinge_gradient = np.where(margins > 0, sign, 0)
""",
}


def hinge_source(variant: HingeVariant, decimals: int = 0) -> str:
    """Source of the hinge loss and its gradient, for scores of so many decimal places."""
    rounding = f"margins = np.round(margins, {decimals})  # else 1.3 - 2.3 + 1 is not quite 0\n"
    return _HINGE[variant].format(rounding=rounding if decimals else "")


def _snippet(state: LossesState) -> str:
    """Write the code of both losses on the current example, with its numbers."""
    decimals = decimal_places(state.example.scores, state.margin)
    return f"""\
import numpy as np

scores = {array(state.example.scores)}
y = {state.example.label}  # the true class
margin = {float(state.margin)!r}

# The hinge loss of the SVM
{hinge_source(state.variant, decimals)}
# Softmax with cross-entropy: log p = s - log(sum(exp(s))), without overflow
cross_entropy = np.logaddexp.reduce(scores - scores[y])  # exact even where it is tiny
p = np.exp(scores - np.logaddexp.reduce(scores))
gradient = p.copy()
gradient[y] = -np.delete(p, y).sum()  # p - t: p_y - 1 is minus the sum of the others

{SHOW}


show("hinge loss", hinge)
show("cross-entropy loss", cross_entropy)
show("p of the true class", p[y])
print(f"{{'violated margins':28}} {{np.sum(margins > 0)}}")
show("size of the hinge gradient", np.hypot.reduce(hinge_gradient))
show("size of p - t", np.hypot.reduce(gradient))
print("p               ", p)
print("p - t           ", gradient)
print("hinge gradient  ", hinge_gradient)
"""


def code(state: LossesState) -> Code:
    """Write the code, and the plot of both gradients."""
    rows = {"hinge loss": "hinge_gradient", "cross-entropy: p - t": "gradient"}
    return Code(
        _snippet(state),
        bars("The gradients of both losses at the scores", state.example.names, rows),
    )
