"""The parts of a training run in plain NumPy: data, losses, penalty, mini-batches, update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from core.learning.datasets import Dataset
from core.learning.history import Recipe
from core.learning.objective import Objective
from core.tables.point_tables import write_points
from core.tables.writing import guarded
from pages.ui.learning.points.written import MOST_EDITED_POINTS
from pages.ui.learning.setups import data_name, usual
from pages.ui.learning.state import ModelState

__all__ = [
    "REGIONS",
    "PenaltySource",
    "batch_source",
    "data_files",
    "data_source",
    "loss_source",
    "memory_source",
    "penalty_source",
    "rate_source",
    "split_source",
    "update_source",
]

_GENERATED: Final = {
    "blobs": """\
angle = np.repeat(2 * np.pi * np.arange(K) / K, n)
X = np.stack([np.sin(angle), np.cos(angle)], axis=1)
X += noise * rng.standard_normal(X.shape)
""",
    "moons": """\
angle = np.linspace(0, np.pi, n)
upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
X = np.concatenate([upper, -upper])
X += noise * rng.standard_normal(X.shape)
""",
    "circles": """\
angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
outer = np.stack([np.cos(angle), np.sin(angle)], axis=1)
X = np.concatenate([outer, 0.5 * outer])
X += noise * rng.standard_normal(X.shape)
""",
    "xor": """\
size = rng.uniform(0.1, 1, size=(2 * n, 2))
first = rng.choice([-1.0, 1.0], size=2 * n)
X = size * np.stack([first, np.repeat([-1.0, 1.0], n) * first], axis=1)
X += noise * rng.standard_normal(X.shape)
""",
    "spiral": """\
radius = np.tile(np.linspace(0, 1, n), K)
angle = np.concatenate([np.linspace(4 * k, 4 * (k + 1), n) for k in range(K)])
angle += noise * rng.standard_normal(n * K)
X = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
""",
}

_PUBLISHED: Final = """\
rng = np.random.RandomState(0)  # the old generator, as in the notes
n, K, noise = 100, 3, 0.2  # samples a class, classes, noise of the angle
"""

_DIGITS: Final = """\
with np.load("core/data/digits.npz") as file:  # a file of Logit Lab: run this in its folder
    X, y = file["images"].reshape(-1, 64) / 16, file["labels"].astype(int)
K = 10
# The same with scikit-learn: X, y = load_digits(return_X_y=True); X = X / 16
"""

_FILE: Final = """\
import csv

with open("points.csv", encoding="utf-8-sig", newline="") as file:  # lines of x1, x2, class
    rows = [row for row in csv.reader(file) if row][1:]
names = {names}
X = np.array([row[:2] for row in rows], dtype=float)
y = np.array([names.index(row[2]) for row in rows])
K = len(names)
"""

REGIONS: Final = """\
import plotly.graph_objects as go
from plotly.subplots import make_subplots

colors = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#999999"]
colors = [colors[k % len(colors)] for k in range(K)]
x1, x2 = (np.linspace(column.min() - 0.2, column.max() + 0.2, 150) for column in X.T)
plane = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)
shades = [(k / K, colors[k]) for k in range(K)] + [((k + 1) / K, colors[k]) for k in range(K)]


def draw(figure, scores_of, column):
    best = scores_of(plane).argmax(axis=1).reshape(150, 150)
    figure.add_heatmap(
        x=x1, y=x2, z=best, zmin=-0.5, zmax=K - 0.5, colorscale=sorted(shades, key=lambda s: s[0]),
        opacity=0.35, showscale=False, hoverinfo="skip", row=1, col=column,
    )
    for k in range(K):
        figure.add_scatter(
            x=X[y == k, 0], y=X[y == k, 1], mode="markers", marker_color=colors[k],
            name=f"class {k}", showlegend=column == 1, row=1, col=column,
        )
    figure.update_layout(title_text="Regions of the classes", template="plotly_white")
"""
"""Source of a function that draws the regions of the classes and the samples over them."""

_HINGE: Final = {
    "weston_watkins": """\
margins = scores - scores[every, y][:, None] + margin
margins[every, y] = 0
excess = np.maximum(0, margins)
""",
    "crammer_singer": """\
margins = scores - scores[every, y][:, None] + margin
margins[every, y] = 0
worst = margins.argmax(axis=1)  # only the worst class counts
excess = np.zeros_like(scores)
excess[every, worst] = margins[every, worst]
""",
    "one_vs_all": """\
sign = np.ones_like(scores)
sign[every, y] = -1  # the true score has to be above +margin, every other below -margin
excess = np.maximum(0, margin + sign * scores)
""",
}

_CROSS_ENTROPY: Final = """\
loss = np.logaddexp.reduce(scores - scores[every, y][:, None], axis=1)
dscores = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
dscores[every, y] -= 1  # p - t
"""

_SQUARED_ERROR: Final = """\
dscores = scores.copy()
dscores[every, y] -= 1  # scores - t
loss = 0.5 * (dscores**2).sum(axis=1)
"""


def data_source(state: ModelState, data: Dataset) -> str:
    """Source of the data that a lesson shows: samples ``X``, labels ``y``, ``K`` classes."""
    name = data_name(state)
    if name == "digits":
        return _DIGITS
    if name == "published_spiral":
        return f"{_PUBLISHED}{_GENERATED['spiral']}{_LABELS}"
    if name not in _GENERATED:
        return _points(data)
    fitting = usual(state)
    samples = fitting.samples if state.samples is None else state.samples
    noise = fitting.noise if state.noise is None else state.noise
    return f"""\
rng = np.random.default_rng({state.draw})
n, K, noise = {samples}, {data.classes}, {noise!r}  # samples a class, classes, noise
{_GENERATED[name]}{_LABELS}"""


def data_files(state: ModelState, data: Dataset) -> Mapping[str, Callable[[], str]]:
    """Give the file that the source of the data reads, if they are too many to be written out."""
    is_read = "csv.reader" in data_source(state, data)
    return {"points.csv": lambda: write_points(data)} if is_read else {}


def _points(data: Dataset) -> str:
    if data.size > MOST_EDITED_POINTS:
        return _FILE.format(names=list(map(guarded, data.names)))  # as the file has them
    rows = "".join(f"    {point!r},\n" for point in data.points.tolist())
    return f"X = np.array([\n{rows}])\ny = np.array({data.labels.tolist()})\nK = {data.classes}\n"


_LABELS: Final = "y = np.repeat(np.arange(K), n)\n"


def split_source(held_out: float) -> str:
    """Source that holds out a part of each class, as `core.learning.datasets.split`."""
    return f"""\
members = [rng.permutation(np.flatnonzero(y == k)) for k in range(K)]
held = [m[: min(round({held_out!r} * len(m)), max(0, len(m) - 1))] for m in members]
held = np.sort(np.concatenate(held))  # these are only looked at
X_held, y_held = X[held], y[held]
X, y = np.delete(X, held, axis=0), np.delete(y, held)
"""


def loss_source(objective: Objective) -> str:
    """Body of a function of ``scores`` and ``y`` that returns the mean loss and its slope."""
    lines = "every = np.arange(len(y))\n"
    if objective.loss == "cross_entropy":
        lines += _CROSS_ENTROPY
    elif objective.loss == "squared_error":
        lines += _SQUARED_ERROR
    else:
        lines += f"margin = {float(objective.margin)!r}\n{_HINGE[objective.variant]}"
        if objective.power == 1:
            lines += "loss = excess.sum(axis=1)\nslope = np.sign(excess)\n"
        else:
            lines += "loss = (excess**2).sum(axis=1)\nslope = 2 * excess\n"
        lines += (
            "dscores = sign * slope\n"
            if objective.variant == "one_vs_all"
            else "dscores = slope\n"
            "dscores[every, y] = -slope.sum(axis=1)  # what pushes the others down lifts this one\n"
        )
    return f"{lines}return loss.mean(), dscores / len(y)\n"


class PenaltySource(NamedTuple):
    """Statements that set the strengths, the value's expression, and what a slope has added."""

    strengths: str
    value: str
    slope: str


def penalty_source(objective: Objective, names: tuple[str, ...]) -> PenaltySource:
    """Source of the penalty on the named weights; its slope is that at ``W``."""
    strengths, values, slope = "", list[str](), ""
    if objective.l1:
        strengths += f"l1 = {float(objective.l1)!r}  # strength of the L1 penalty\n"
        values.append(f"l1 * ({' + '.join(f'np.abs({name}).sum()' for name in names)})")
        slope += " + l1 * np.sign(W)"
    if objective.l2:
        half = "0.5 * " if objective.half else ""
        strengths += f"l2 = {float(objective.l2)!r}  # strength of the L2 penalty\n"
        values.append(f"{half}l2 * ({' + '.join(f'({name}**2).sum()' for name in names)})")
        slope += " + l2 * W" if objective.half else " + 2 * l2 * W"
    return PenaltySource(strengths, " + ".join(values) or "0.0", slope)


def batch_source(recipe: Recipe, samples: int, steps_per_epoch: int) -> str:
    """Statements that draw the samples ``x``, ``t`` of a step from the N samples ``X``, ``y``."""
    size = min(recipe.batch_size or samples, samples)
    if recipe.sampling == "with_replacement":
        drawn = f"batch = rng.integers(N, size={size})  # a sample may come twice, or not at all"
        return f"{drawn}\n{_TAKE}"
    if size == samples:
        return "x, t = X, y  # all samples\n"
    return f"""\
place = step % {steps_per_epoch}
if place == 0:  # an epoch begins: each sample comes once, in a new order
    order = rng.permutation(N)
batch = order[place * {size} : (place + 1) * {size}]
{_TAKE}"""


_TAKE: Final = "x, t = X[batch], y[batch]\n"


def rate_source(recipe: Recipe, steps_per_epoch: int) -> str:
    """Expression for the learning rate of a step."""
    if recipe.decay == 1.0:
        return f"{recipe.learning_rate!r}"
    return f"{recipe.learning_rate!r} * {recipe.decay!r} ** (step // {steps_per_epoch})"


def memory_source(recipe: Recipe) -> str:
    """Statements, before the loop, that make what the optimiser remembers of ``parameters``."""
    if recipe.optimizer == "sgd":
        return ""
    if recipe.optimizer == "momentum":
        return "velocities = [np.zeros_like(p) for p in parameters]\n"
    return """\
means = [np.zeros_like(p) for p in parameters]  # of the gradients
squares = [np.zeros_like(p) for p in parameters]  # of their squares
"""


def update_source(recipe: Recipe) -> str:
    """Statements that move ``parameters`` in place by ``gradients`` and ``rate``."""
    if recipe.optimizer == "sgd":
        return """\
for p, g in zip(parameters, gradients):
    p -= rate * g
"""
    if recipe.optimizer == "momentum":
        return f"""\
for p, g, v in zip(parameters, gradients, velocities):
    v *= {recipe.momentum!r}
    v -= rate * g
    p += v
"""
    first, second = recipe.beta1, recipe.beta2
    return f"""\
k = step + 1
rate *= np.sqrt(1 - {second!r}**k) / (1 - {first!r}**k)  # m and v began at 0
for p, g, m, v in zip(parameters, gradients, means, squares):
    m *= {first!r}
    m += (1 - {first!r}) * g
    v *= {second!r}
    v += (1 - {second!r}) * g**2
    p -= rate * m / (np.sqrt(v) + {recipe.epsilon!r})
"""
