"""The parts of a training run in plain NumPy: data, losses, penalty, mini-batches, update."""

from __future__ import annotations

from typing import Final

from core.datasets import Dataset
from core.models import Objective
from core.training import Recipe

__all__ = [
    "batch_source",
    "generated_source",
    "loss_source",
    "penalty_source",
    "points_source",
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

DIGITS: Final = """\
with np.load("core/data/digits.npz") as file:  # run this where the app's core/ is
    X, y = file["images"].reshape(-1, 64) / 16, file["labels"].astype(int)
K = 10
# The same samples: X, y = sklearn.datasets.load_digits(return_X_y=True); X = X / 16
"""

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


def points_source(data: Dataset) -> str:
    """Source of points that are written out."""
    rows = "".join(f"    {point!r},\n" for point in data.points.tolist())
    return f"X = np.array([\n{rows}])\ny = np.array({data.labels.tolist()})\nK = {data.classes}\n"


def generated_source(kind: str, *, samples: int, classes: int, noise: float, rng: str) -> str:
    """Source of a generated data set, by the name of its function in `core.datasets`."""
    return f"""\
rng = {rng}
n, K, noise = {samples}, {classes}, {noise!r}  # samples a class, classes, noise
{_GENERATED[kind]}y = np.repeat(np.arange(K), n)
"""


def split_source(held_out: float, rng: str) -> str:
    """Source that holds out a part of each class, as `core.datasets.split`."""
    return f"""\
rng = {rng}
classes = [rng.permutation(np.flatnonzero(y == k)) for k in range(K)]
part = {held_out!r}
held = np.sort(np.concatenate([c[: min(round(part * len(c)), len(c) - 1)] for c in classes]))
X_held, y_held = X[held], y[held]
X, y = np.delete(X, held, axis=0), np.delete(y, held)
"""


def loss_source(objective: Objective) -> str:
    """Body of a function that has the mean loss of ``scores`` with labels ``y``, and ``dscores``."""
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


def penalty_source(objective: Objective, names: tuple[str, ...]) -> tuple[str, str]:
    """Expressions for the penalty on the named weights, and for its gradient at ``W``."""
    values, slopes = [], []
    if objective.l1:
        values.append(f"l1 * ({' + '.join(f'np.abs({name}).sum()' for name in names)})")
        slopes.append("l1 * np.sign(W)")
    if objective.l2:
        half = "0.5 * " if objective.half else ""
        values.append(f"{half}l2 * ({' + '.join(f'({name}**2).sum()' for name in names)})")
        slopes.append("l2 * W" if objective.half else "2 * l2 * W")
    return " + ".join(values) or "0.0", " + ".join(slopes)


def batch_source(recipe: Recipe, samples: int) -> str:
    """Statements that draw the samples of a step as ``x`` and ``t``, from N samples ``X``, ``y``."""
    size = min(recipe.batch_size or samples, samples)
    if recipe.sampling == "with_replacement":
        return f"batch = rng.integers(N, size={size})  # a sample may come twice, or not at all\n{_TAKE}"
    if size == samples:
        return "x, t = X, y  # all samples\n"
    return f"""\
place = step % steps_per_epoch
if place == 0:  # a new epoch: each sample comes once, in a new order
    order = rng.permutation(N)
batch = order[place * {size} : (place + 1) * {size}]
{_TAKE}"""


_TAKE: Final = "x, t = X[batch], y[batch]\n"


def rate_source(recipe: Recipe) -> str:
    """Expression for the learning rate of a step."""
    if recipe.decay == 1.0:
        return f"{recipe.learning_rate!r}"
    return f"{recipe.learning_rate!r} * {recipe.decay!r} ** (step // steps_per_epoch)"


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
