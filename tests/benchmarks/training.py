"""How long training on the digits takes, against scikit-learn and against plain NumPy.

Run ``python -m tests.benchmarks.training``. All candidates train the same network (64 pixels, hidden
ReLUs, ten classes, cross-entropy, L2 on the weights) with Adam, the same batch size, number of epochs
and float type, on one thread each. They run in one process and take turns. What is
measured is processor time, so that a busy machine counts little: on one thread it is the time that
passes when the machine is quiet. The table gives the median and the minimum; the ratio is that of the
minima, because other processes only ever add to it. All keep the losses of their steps; nobody
evaluates anything on the way. "Plain NumPy" is what one writes by the textbook.

The accuracy on the held-out quarter is the mean over the seeds: each seed splits the digits, draws
the start and shuffles anew. It varies by chance, so "equal" means within twice the standard error of
the differences, seed by seed.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import time
import warnings
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import sklearn  # type: ignore[import-untyped]
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.neural_network import MLPClassifier  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.learning.datasets import Dataset, Split, digits, split
from core.learning.history import Recipe
from core.learning.models import TwoLayerNet
from core.learning.objective import Objective
from core.learning.training import Training

RATE, L2 = 0.003, 1e-4
LEAST_PERCENT = 96.0

Array = NDArray[Any]


class Setting(NamedTuple):
    """What all candidates have in common."""

    hidden: int
    batch: int
    epochs: int
    dtype: type[np.floating[Any]]


class Trained(NamedTuple):
    """What a candidate has done."""

    milliseconds: float
    accuracy: float


def train_ours(parts: Split, setting: Setting, seed: int) -> Trained:
    """Train with this core."""
    rng = np.random.default_rng(seed)
    net = TwoLayerNet.initial(
        parts.train.features,
        setting.hidden,
        parts.train.classes,
        rng=rng,
        objective=Objective("cross_entropy", l2=L2),
        dtype=setting.dtype,
    )
    recipe = Recipe(RATE, "adam", batch_size=setting.batch)
    steps = setting.epochs * math.ceil(parts.train.size / setting.batch)
    begin = time.process_time()
    training = Training(net, parts.train, recipe, rng=rng, record_every=steps)
    for _ in training.advance(steps):
        pass
    spent = time.process_time() - begin
    accuracy = training.model.accuracy(parts.held_out.points, parts.held_out.labels)
    return Trained(1e3 * spent, accuracy)


def train_scikit_learn(parts: Split, setting: Setting, seed: int) -> Trained:
    """Train with scikit-learn."""
    X = parts.train.points.astype(setting.dtype)
    network = MLPClassifier(
        (setting.hidden,),
        solver="adam",
        batch_size=setting.batch,
        learning_rate_init=RATE,
        # Half of alpha times the sum of the squares is divided by the batch size there.
        alpha=2.0 * L2 * setting.batch,
        max_iter=setting.epochs,
        tol=0.0,
        n_iter_no_change=setting.epochs + 1,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is fixed
        begin = time.process_time()
        network.fit(X, parts.train.labels)
        spent = time.process_time() - begin
    assert network.n_iter_ == setting.epochs
    assert network.coefs_[0].dtype == setting.dtype
    points = parts.held_out.points.astype(setting.dtype)
    return Trained(1e3 * spent, float(network.score(points, parts.held_out.labels)))


def train_plain(parts: Split, setting: Setting, seed: int) -> Trained:
    """Train the way one writes it with NumPy."""
    rng = np.random.default_rng(seed)
    X, y = parts.train.points.astype(setting.dtype), parts.train.labels
    sizes = (X.shape[1], setting.hidden, parts.train.classes)
    W1, W2 = (
        (np.sqrt(2.0 / inputs) * rng.standard_normal((inputs, outputs))).astype(setting.dtype)
        for inputs, outputs in pairwise(sizes)
    )
    b1, b2 = np.zeros(sizes[1], setting.dtype), np.zeros(sizes[2], setting.dtype)
    parameters = [W1, b1, W2, b2]
    m = [np.zeros_like(p) for p in parameters]
    v = [np.zeros_like(p) for p in parameters]
    losses: list[float] = []
    step = 0
    begin = time.process_time()
    for _ in range(setting.epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), setting.batch):
            batch = order[start : start + setting.batch]
            x, t = X[batch], y[batch]
            index = np.arange(len(x))

            hidden = np.maximum(0, x @ W1 + b1)
            scores = hidden @ W2 + b2
            scores -= scores.max(axis=1, keepdims=True)
            p = np.exp(scores)
            p /= p.sum(axis=1, keepdims=True)
            penalty = L2 * ((W1 * W1).sum() + (W2 * W2).sum())
            losses.append(float(-np.log(p[index, t] + 1e-30).mean() + penalty))

            d_scores = p
            d_scores[index, t] -= 1
            d_scores /= len(x)
            dW2 = hidden.T @ d_scores + 2 * L2 * W2
            d_hidden = d_scores @ W2.T
            d_hidden[hidden <= 0] = 0
            dW1 = x.T @ d_hidden + 2 * L2 * W1
            gradients = [dW1, d_hidden.sum(axis=0), dW2, d_scores.sum(axis=0)]

            step += 1
            rate = RATE * float(np.sqrt(1 - 0.999**step)) / (1 - 0.9**step)
            for i, gradient in enumerate(gradients):
                m[i] = 0.9 * m[i] + 0.1 * gradient
                v[i] = 0.999 * v[i] + 0.001 * gradient * gradient
                parameters[i] -= rate * m[i] / (np.sqrt(v[i]) + 1e-8)
    spent = time.process_time() - begin
    assert W1.dtype == m[0].dtype == setting.dtype
    held_out: Dataset = parts.held_out
    scores = np.maximum(0, held_out.points @ W1 + b1) @ W2 + b2
    return Trained(1e3 * spent, float((scores.argmax(axis=1) == held_out.labels).mean()))


CANDIDATES = {"ours": train_ours, "scikit-learn": train_scikit_learn, "plain NumPy": train_plain}


def measure(setting: Setting, rounds: int) -> dict[str, list[Trained]]:
    """Train each candidate once a round, a new seed each, after a round that warms up.

    Every other round goes backwards: what ran before decides what is in the cache.
    """
    results: dict[str, list[Trained]] = {name: [] for name in CANDIDATES}
    for turn in range(rounds + 1):
        parts = split(digits(), rng=np.random.default_rng(turn))
        for name in list(CANDIDATES)[:: 1 if turn % 2 else -1]:
            trained = CANDIDATES[name](parts, setting, turn)
            if turn > 0:
                results[name].append(trained)
    return results


def row(setting: Setting, results: dict[str, list[Trained]]) -> str:
    """Return a row of the table."""
    times = {name: [run.milliseconds for run in runs] for name, runs in results.items()}
    right = {name: np.array([100 * run.accuracy for run in runs]) for name, runs in results.items()}
    others = [name for name in results if name != "ours"]
    ratio = min(min(times[name]) for name in others) / min(times["ours"])
    best = max(others, key=lambda name: float(right[name].mean()))
    difference = right["ours"] - right[best]
    error = float(difference.std(ddof=1)) / math.sqrt(len(difference))
    is_as_good = float(difference.mean()) >= -2.0 * error
    is_met = ratio >= 1.0 and is_as_good and float(right["ours"].mean()) >= LEAST_PERCENT
    cells = [
        f"{setting.batch}",
        f"{setting.epochs}",
        np.dtype(setting.dtype).name,
        *(f"{statistics.median(spent):.0f} ({min(spent):.0f})" for spent in times.values()),
        f"{ratio:.2f}",
        *(f"{accuracy.mean():.2f}" for accuracy in right.values()),
        f"{difference.mean():+.2f} ± {error:.2f}",
        "yes" if is_met else "no",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--hidden", type=int, default=64)
    options = parser.parse_args()
    print(
        f"{time.strftime('%Y-%m-%d')}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before "
        f"the run; Python {platform.python_version()}, NumPy {np.__version__}, scikit-learn "
        f"{sklearn.__version__}; {options.hidden} hidden units, Adam; {options.rounds} seeds.\n"
    )
    header = [
        *("batch", "epochs", "type"),
        *(f"{name}, ms" for name in CANDIDATES),
        "better of the two / ours",
        *(f"{name}, % right" for name in CANDIDATES),
        "ours - better of the two",
        "met",
    ]
    print(f"| {' | '.join(header)} |")
    print(f"| {' | '.join(['---'] * len(header))} |")
    with threadpool_limits(1):
        for batch, epochs in ((32, 20), (64, 20), (200, 50)):
            for dtype in (np.float32, np.float64):
                setting = Setting(options.hidden, batch, epochs, dtype)
                print(row(setting, measure(setting, options.rounds)), flush=True)


if __name__ == "__main__":
    main()
