"""Both losses of a batch in plain NumPy."""

from __future__ import annotations

from typing import Final

from core.losses.batch import Batch
from core.losses.hinge import HingeVariant
from core.tables.score_tables import write_table
from pages.batch_lab.data import BatchView
from pages.ui.kit.printing import SHOW, bars
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]

MOST_WRITTEN: Final = 20
"""Samples that are written into the code; more are read from a file."""

_HINGE: Final[dict[HingeVariant, str]] = {
    "weston_watkins": """\
margins = scores - scores[every, y][:, None] + margin
margins[every, y] = 0
hinge = np.maximum(0, margins).sum(axis=1)
hinge_gradient = (margins > 0).astype(float)
hinge_gradient[every, y] = 0 - hinge_gradient.sum(axis=1)
""",
    "crammer_singer": """\
margins = scores - scores[every, y][:, None] + margin
margins[every, y] = 0
worst = margins.argmax(axis=1)
hinge = margins[every, worst]
hinge_gradient = np.zeros_like(scores)
hinge_gradient[every, worst] = hinge > 0  # only the worst class counts
hinge_gradient[every, y] -= hinge > 0
""",
    "one_vs_all": """\
sign = np.ones_like(scores)
sign[every, y] = -1  # the true class has to be above +margin, every other below -margin
margins = margin + sign * scores
hinge = np.maximum(0, margins).sum(axis=1)
hinge_gradient = np.where(margins > 0, sign, 0)
""",
}

_PLOT: Final = bars(
    "Both losses of each sample",
    (),
    {"hinge": "hinge", "cross-entropy": "cross_entropy"},
).replace("names = []", "names = every + 1  # as the samples are counted on screen")


def _data(batch: Batch) -> str:
    if batch.size <= MOST_WRITTEN:
        rows = "".join(f"    {scores!r},\n" for scores in batch.scores.tolist())
        rows = rows.replace("-inf", "-np.inf")
        return f"scores = np.array([\n{rows}])\ny = np.array({batch.labels.tolist()})"
    return """\
import csv

with open("batch.csv", encoding="utf-8-sig", newline="") as file:  # the table: see the tab Data
    names, *rows = csv.reader(file)
scores = np.array([row[:-1] for row in rows], dtype=float)
y = np.array([names.index(row[-1]) for row in rows])"""


def snippet(view: BatchView) -> str:
    """Write the code of both losses on the whole batch, with the numbers on the stage."""
    result = view.result
    return f"""\
import numpy as np

{_data(view.batch)}
margin = {float(result.margin)!r}
N, classes = scores.shape
every = np.arange(N)

# The hinge loss of each sample
{_HINGE[result.variant]}
# Softmax with cross-entropy of each sample: log p = s - log(sum(exp(s))), without overflow
cross_entropy = np.logaddexp.reduce(scores - scores[every, y][:, None], axis=1)
p = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
gradient = p.copy()
gradient[every, y] = 0
gradient[every, y] = -gradient.sum(axis=1)  # p - t: p_y - 1 is minus the sum of the others

# The loss of the batch is the mean: each sample has 1/N of its own gradient in it
gradient /= N
hinge_gradient /= N

predictions = scores.argmax(axis=1)
confusion = np.zeros((classes, classes), dtype=int)
np.add.at(confusion, (y, predictions), 1)  # row: true class, column: predicted class

{SHOW}


i = {view.index}  # the sample on the stage, counted from 0
show("its hinge loss", hinge[i])
show("its cross-entropy loss", cross_entropy[i])
show("mean hinge loss", hinge.mean())
show("mean cross-entropy loss", cross_entropy.mean())
show("sum of the hinge losses", hinge.sum())
show("sum of the cross-entropies", cross_entropy.sum())
show("accuracy in percent", 100 * np.mean(predictions == y))
print("its (p - t) / N           ", gradient[i])
print("its hinge gradient / N    ", hinge_gradient[i])
print(confusion)
"""


def code(view: BatchView) -> Code:
    """Write the code with its plot, and the table that it reads if that is long."""
    is_read = view.batch.size > MOST_WRITTEN
    files = {"batch.csv": lambda: write_table(view.batch)} if is_read else {}
    return Code(snippet(view), _PLOT, files)
