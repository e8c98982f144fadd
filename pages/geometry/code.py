"""What each view shows, in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from pages.geometry import FIRST_UNCERTAIN, GeometryState
from pages.geometry.calibration_stage import softening_of
from pages.geometry.digits import BINS, CLASSIFIERS, calibrated
from pages.geometry.knob_stage import temperature_of
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]


def snippet(state: GeometryState) -> str:
    """Write the code of what the view shows, with its numbers."""
    return _SNIPPETS[state.view](state)


def _plane(state: GeometryState) -> str:
    three = state.three
    total = "violations.sum()" if state.variant == "weston_watkins" else "violations.max()"
    pushed = (
        "(violations > 0) * 1.0"
        if state.variant == "weston_watkins"
        else "(np.arange(3) == violations.argmax()) * (violations.max() > 0)"
    )
    return f"""\
import numpy as np

s = {array(three.scores)}
y = {three.label}  # the true class
margin = {float(state.margin)!r}

d = np.round(s - s[y], 9)  # only differences matter; 5.1 - 3.2 is 1.9
wrong = np.arange(3) != y

# Cross-entropy: log(1 + sum of exp(d)), without overflow and without losing what is tiny
top = d.max()
exponentials = np.exp(d - top)
rest = np.delete(exponentials, d.argmax()).sum()
cross_entropy = top + np.log1p(rest)
p = exponentials / exponentials.sum()
t = np.eye(3)[y]

# Hinge loss
violations = np.where(wrong, np.maximum(0, np.round(d + margin, 9)), 0.0)
hinge = {total}
pushed = np.where(wrong, {pushed}, 0.0)
hinge_gradient = pushed - pushed.sum() * t

# Where the SVM is satisfied: p_j <= exp(-margin) p_y. The inner tip of this kite:
tip = 1 / (1 + 2 * np.exp(-margin))

{SHOW}


show("cross-entropy", cross_entropy)
show("hinge loss", hinge)
for name, values in (("p", p), ("p - t", p - t), ("hinge gradient", hinge_gradient)):
    for j in range(3):
        show(f"{{name}}[{{j}}]", values[j])
show("p_y at the inner tip", tip)
"""


def _knob(state: GeometryState) -> str:
    three = state.three
    return f"""\
import numpy as np

s = {array(three.scores)}
y = {three.label}  # the true class
T = {float(temperature_of(state))!r}
margin = {float(state.margin)!r}

t = np.eye(len(s))[y]
z = np.round(s - s[y], 9) + margin * (1 - t)  # 5.1 - 3.2 is 1.9
top = z.argmax()
if T == 0:  # Crammer-Singer: only the worst class counts
    loss = z[top]
    gradient = (np.eye(len(s))[top] - t) * (z[top] > 0)
else:
    with np.errstate(under="ignore"):
        exponentials = np.exp((z - z[top]) / T)
    rest = np.delete(exponentials, top).sum()
    loss = z[top] + T * np.log1p(rest)
    p = exponentials / exponentials.sum()
    gradient = p - t

{SHOW}


show("loss", loss)
for j in range(len(s)):
    show(f"gradient[{{j}}]", gradient[j])
"""


def _uncertain(state: GeometryState) -> str:
    return f"""\
import numpy as np

q = {array(state.uncertain or FIRST_UNCERTAIN)}  # how probable each label is
order = np.argsort(-q, kind="stable")
first, second, third = q[order]


def placed(scores):
    found = np.empty(3)
    found[order] = scores  # the most probable class gets the first
    return found - found.mean()


def centred_log(q):
    with np.errstate(divide="ignore"):
        logs = np.log(q)
    return logs - logs[q > 0].sum() / (q > 0).sum()


has_half = first >= 0.5
minimisers = {{
    "cross-entropy": centred_log(q),
    "Crammer-Singer": placed([1, 0, 0] if has_half else [0, 0, 0]),
    "Weston-Watkins": placed(
        [2, 1, 0] if has_half and second > 2 * third
        else [1, 1, 0] if not has_half and second > 1 / 3
        else [1, 0, 0]
    ),
    "one-vs-all": np.where(q > 0.5, 1.0, -1.0),
}}

{SHOW}


for name, s in minimisers.items():
    for j in range(3):
        show(f"{{name}} s[{{j}}]", s[j])
    print(f"{{name:28}} {{'undecided' if (np.isclose(s, s.max())).sum() > 1 else s.argmax()}}")
"""


def _calibration(state: GeometryState) -> str:
    now = calibrated(np.array([softening_of(state)]))
    tables = "\n".join(
        f"    {name!r}: (\n"
        f"        {array(now.counts[0, index].tolist())},  # digits in each bin\n"
        f"        {array(np.nan_to_num(now.confidence[0, index]).tolist())},\n"
        f"        {array(np.nan_to_num(now.accuracy[0, index]).tolist())},\n"
        f"    ),"
        for index, name in enumerate(CLASSIFIERS)
    )
    return f"""\
import numpy as np

# Held-out digits by their highest p, in ten bins, at T = {float(softening_of(state))!r}: how many,
# the mean of that p, and the part that is right
bins = {{
{tables}
}}

{SHOW}


for name, (counts, confidence, accuracy) in bins.items():
    gap = np.abs(accuracy - confidence)
    show(f"{{name}}: calibration error", (counts * gap).sum() / counts.sum())
"""


_SNIPPETS: Final[Mapping[str, Callable[[GeometryState], str]]] = {
    "plane": _plane,
    "knob": _knob,
    "surfaces": _plane,
    "uncertain": _uncertain,
    "calibration": _calibration,
}

_BINS: Final = tuple(f"p from {i / BINS:.1f}" for i in range(BINS))
_LOSSES: Final = ("cross-entropy", "Crammer-Singer", "Weston-Watkins", "one-vs-all")
_BOTH: Final = (
    "Probabilities and both gradients",
    {"p": "p", "p − t": "p - t", "hinge gradient": "hinge_gradient"},
)
_PLOTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "plane": _BOTH,
    "surfaces": _BOTH,
    "knob": ("The gradient", {"gradient": "gradient"}),
    "uncertain": (
        "The scores with the smallest risk",
        {name: f"minimisers[{name!r}]" for name in _LOSSES},
    ),
    "calibration": (
        "The part that is right in each bin",
        {name: f"bins[{name!r}][2]" for name in CLASSIFIERS},
    ),
}


def code(state: GeometryState) -> Code:
    """Write the code of the view, and the plot of what it computes."""
    title, rows = _PLOTS[state.view]
    names = _BINS if state.view == "calibration" else state.three.names
    return Code(snippet(state), bars(title, names, rows))
