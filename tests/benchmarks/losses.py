"""How long cross-entropy with its gradient takes, against SciPy and against ``exp`` alone.

Run ``python -m tests.benchmarks.losses``. All candidates run in one process and take turns, so that
a change in the machine's load meets all of them; the table gives the median and the minimum.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax  # type: ignore[import-untyped]

from core.losses import cross_entropy

SHAPES = ((100_000, 10), (8_192, 1_000), (512, 50_257), (2_010, 10))

Array = NDArray[Any]


def scipy_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Return the mean loss and its gradient the way one writes them with SciPy."""
    batch = len(logits)
    index = np.arange(batch)
    log_probabilities = log_softmax(logits, axis=1)
    gradient = np.exp(log_probabilities)
    gradient[index, labels] -= 1.0
    gradient /= batch
    return float(-log_probabilities[index, labels].mean()), gradient


def measure(candidates: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each call, the candidates taking turns."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds + 1):
        for name, call in candidates.items():
            start = time.perf_counter()
            call()
            if turn > 0:  # the first round warms up
                times[name].append(1e3 * (time.perf_counter() - start))
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    print("| shape | type | ours, ms | SciPy, ms | exp alone, ms | SciPy / ours | ours / exp |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        for dtype in (np.float32, np.float64):
            logits = (5.0 * rng.standard_normal(shape)).astype(dtype)
            labels = rng.integers(shape[1], size=shape[0])
            times = measure(
                {
                    "ours": partial(cross_entropy, logits, labels),
                    "scipy": partial(scipy_cross_entropy, logits, labels),
                    "exp": partial(np.exp, logits),
                },
                rounds,
            )
            middle = {name: statistics.median(runs) for name, runs in times.items()}
            cells = [f"{middle[name]:.2f} ({min(runs):.2f})" for name, runs in times.items()]
            print(
                f"| {shape[0]} x {shape[1]} | {np.dtype(dtype)} | {' | '.join(cells)} "
                f"| {middle['scipy'] / middle['ours']:.2f} | {middle['ours'] / middle['exp']:.2f} |"
            )


if __name__ == "__main__":
    main()
