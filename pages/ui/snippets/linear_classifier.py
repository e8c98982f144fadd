"""The linear classifier trained with both losses, as NumPy that runs by itself."""

from __future__ import annotations

from textwrap import indent
from typing import Final

from core.datasets import Dataset
from core.losses import HingeVariant
from core.models import LinearClassifier, Objective
from core.training import Recipe
from pages.ui.learning.setups import Setup
from pages.ui.snippets.printing import SHOW, array
from pages.ui.written_points import MOST_EDITED_POINTS

__all__ = ["data_source", "hinge_source", "snippet"]

_HINGE: Final[dict[HingeVariant, str]] = {
    "weston_watkins": """\
terms = np.maximum(0, scores - scores[every, y][:, None] + margin)
terms[every, y] = 0
losses = {terms}.sum(axis=1)
dscores = {slope}
dscores[every, y] = -dscores.sum(axis=1)  # every violating class pushes the true one up""",
    "crammer_singer": """\
terms = np.maximum(0, scores - scores[every, y][:, None] + margin)
terms[every, y] = 0
worst = terms.argmax(axis=1)  # only the worst class counts
losses = {terms}[every, worst]
dscores = np.zeros_like(scores)
dscores[every, worst] = {slope}[every, worst]
dscores[every, y] -= {slope}[every, worst]""",
    "one_vs_all": """\
sign = np.ones_like(scores)
sign[every, y] = -1  # the true class has to be above +margin, every other below -margin
terms = np.maximum(0, margin + sign * scores)
losses = {terms}.sum(axis=1)
dscores = sign * {slope}""",
}

_CROSS_ENTROPY: Final = """\
losses = np.logaddexp.reduce(scores - scores[every, y][:, None], axis=1)
dscores = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))  # p
dscores[every, y] = 0
dscores[every, y] = -dscores.sum(axis=1)  # p - t: p_y - 1 is minus the sum of the others"""


def snippet(svm: Setup, softmax: Setup, step: int) -> str:
    """Write the code that trains both classifiers from the same start, up to a step."""
    data, objective, recipe = svm.train, svm.objective, svm.recipe
    batches, batch = _batches(data, recipe)
    return f"""\
import numpy as np

{data_source(data)}
N, classes = len(y), {data.classes}
seed, steps = {svm.seed}, {step}
learning_rate = {float(recipe.learning_rate)!r}
{_strengths(objective)}\
margin = {float(objective.margin)!r}


def hinge(scores, y):
    every = np.arange(len(y))
{indent(hinge_source(objective), "    ")}
    return losses, dscores


def cross_entropy(scores, y):
    every = np.arange(len(y))
{indent(_CROSS_ENTROPY, "    ")}
    return losses, dscores


def forward_and_backward(loss, W, b, X, y):
    scores = X @ W + b
    losses, dscores = loss(scores, y)
    dscores = dscores / len(y)  # the mean: here, and nowhere else, is divided by the batch
    penalty = {_penalty(objective)}
    dW = X.T @ dscores{_penalty_gradient(objective)}
    db = dscores.sum(axis=0)
    return losses, penalty, dW, db


def train(loss):
    rng = np.random.default_rng(seed)  # the same start for both losses
{_start(svm)}
{batches}    for k in range(steps):
{batch}        _, _, dW, db = forward_and_backward(loss, W, b, X[batch], y[batch])
{_update(recipe)}
    return W, b


{SHOW}


for name, loss in (("SVM", hinge), ("softmax", cross_entropy)):
    W, b = train(loss)
    losses, penalty, dW, db = forward_and_backward(loss, W, b, X, y)
    show(name + ": data loss", losses.mean())
    show(name + ": penalty", penalty)
    show(name + ": total", losses.mean() + penalty)
    show(name + ": accuracy in percent", 100 * np.mean((X @ W + b).argmax(axis=1) == y))
    print("W       ", *W, sep="\\n")
    print("b       ", b)
    print("dW      ", *dW, sep="\\n")
    print("db      ", db)
    print("losses  ", losses[:10])
"""


def data_source(data: Dataset) -> str:
    """Source of X and y; many points are read from a file."""
    if data.size <= MOST_EDITED_POINTS:
        rows = "".join(f"    {point!r},\n" for point in data.points.tolist())
        return f"X = np.array([\n{rows}])\ny = np.array({data.labels.tolist()})"
    return f"""\
import csv

with open("points.csv", encoding="utf-8", newline="") as file:  # download it: see the table
    _, *rows = csv.reader(file)
names = {list(data.names)!r}
X = np.array([row[:2] for row in rows], dtype=float)
y = np.array([names.index(row[2]) for row in rows])"""


def hinge_source(objective: Objective) -> str:
    """Source of the losses and dscores of a batch, before dividing by it."""
    squared = objective.power == 2
    return _HINGE[objective.variant].format(
        terms="(terms**2)" if squared else "terms",
        slope="(2 * terms)" if squared else "(terms > 0).astype(float)",
    )


def _strengths(objective: Objective) -> str:
    lines = []
    if objective.l1:
        lines.append(f"l1 = {float(objective.l1)!r}\n")
    if objective.l2:
        lines.append(f"l2 = {float(objective.l2)!r}\n")
    return "".join(lines)


def _penalty(objective: Objective) -> str:
    terms = []
    if objective.l1:
        terms.append("l1 * np.abs(W).sum()")
    if objective.l2:
        terms.append("l2 / 2 * (W**2).sum()" if objective.half else "l2 * (W**2).sum()")
    return " + ".join(terms) or "0.0"


def _penalty_gradient(objective: Objective) -> str:
    terms = ""
    if objective.l1:
        terms += " + l1 * np.sign(W)"
    if objective.l2:
        terms += " + l2 * W" if objective.half else " + 2 * l2 * W"
    return terms


def _start(setup: Setup) -> str:
    """Source of the first weights."""
    if isinstance(setup.start, LinearClassifier):
        rows = ", ".join(repr(row) for row in setup.start.W1.tolist())
        return f"    W = np.array([{rows}])\n    b = {array(setup.start.b1.tolist())}"
    scale = 0.01 if setup.scale is None else float(setup.scale)
    return f"    W = {scale!r} * rng.standard_normal((2, classes))\n    b = np.zeros(classes)"


def _batches(data: Dataset, recipe: Recipe) -> tuple[str, str]:
    """Source of what is done before the steps, and of each step's batch and learning rate."""
    size = min(recipe.batch_size or data.size, data.size)
    draws = recipe.sampling == "with_replacement"
    per_epoch = -(-data.size // size)
    before, lines = "", []
    if draws:
        lines.append(f"batch = rng.integers(N, size={size})  # a point may come twice")
    elif size < data.size:
        before = f"    per_epoch = {per_epoch}\n"
        lines += [
            "place = k % per_epoch",
            "if place == 0:",
            "    order = rng.permutation(N)  # a new epoch: every point comes once",
            f"batch = order[place * {size} : (place + 1) * {size}]",
        ]
    else:
        lines.append("batch = np.arange(N)  # all points")
    rate = "learning_rate"
    if recipe.decay != 1:
        rate = f"learning_rate * {float(recipe.decay)!r} ** (k // {per_epoch})"
    lines.append(f"eta = {rate}")
    return before + _memory(recipe), "".join(f"        {line}\n" for line in lines)


def _memory(recipe: Recipe) -> str:
    if recipe.optimizer == "momentum":
        return "    vW, vb = np.zeros_like(W), np.zeros_like(b)\n"
    if recipe.optimizer == "adam":
        return "    mW, mb, vW, vb = 0.0, 0.0, 0.0, 0.0\n"
    return ""


def _update(recipe: Recipe) -> str:
    """Source of a step."""
    if recipe.optimizer == "momentum":
        keep = repr(float(recipe.momentum))
        lines = [
            f"vW, vb = {keep} * vW - eta * dW, {keep} * vb - eta * db",
            "W, b = W + vW, b + vb",
        ]
    elif recipe.optimizer == "adam":
        one, two = repr(float(recipe.beta1)), repr(float(recipe.beta2))
        lines = [
            f"mW, mb = {one} * mW + (1 - {one}) * dW, {one} * mb + (1 - {one}) * db",
            f"vW, vb = {two} * vW + (1 - {two}) * dW**2, {two} * vb + (1 - {two}) * db**2",
            f"eta *= np.sqrt(1 - {two} ** (k + 1)) / (1 - {one} ** (k + 1))  # they begin at 0",
            f"W = W - eta * mW / (np.sqrt(vW) + {recipe.epsilon!r})",
            f"b = b - eta * mb / (np.sqrt(vb) + {recipe.epsilon!r})",
        ]
    else:
        lines = ["W, b = W - eta * dW, b - eta * db"]
    return "\n".join(f"        {line}" for line in lines)
