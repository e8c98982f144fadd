"""How long cross-entropy with its gradient takes, against SciPy and against ``exp`` alone.

Run ``python -m tests.benchmarks.losses``. All candidates run in one process and take turns, so that
a change in the machine's load meets all of them. The table gives the median and the minimum; its
ratios are those of the minima, because other processes only ever add time.

All candidates allocate what they return, page faults included. ``--passes`` also prints what the
passes that no implementation in NumPy can do without cost on the wide arrays.
"""

import argparse
import ctypes
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax  # type: ignore[import-untyped]

from core.losses.cross_entropy import cross_entropy

WIDE_SHAPES = ((8_192, 1_000), (512, 50_257))
SHAPES = ((100_000, 10), *WIDE_SHAPES, (2_010, 10))
BLOCK_BYTES = 1024 * 1024

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
    """Return the milliseconds of each call, the candidates taking turns.

    Every other round goes backwards: what ran before decides what is in the cache.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds + 1):
        for name in list(candidates)[:: 1 if turn % 2 else -1]:
            start = time.perf_counter()
            candidates[name]()
            if turn > 0:  # the first round warms up
                times[name].append(1e3 * (time.perf_counter() - start))
    return times


def take_fresh_pages() -> None:
    """Let every large array get its pages from the kernel, and every small one reuse them.

    By default glibc keeps up to 32 MiB that were freed for whoever asks next: of two candidates
    that allocate the same, one pays for page faults and the other does not.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        trim_threshold, mmap_threshold = -1, -3
        mallopt(mmap_threshold, 4 * 1024 * 1024)
        mallopt(trim_threshold, 256 * 1024 * 1024)


def measure_passes(logits: Array, rounds: int) -> dict[str, float]:
    """Return the fewest milliseconds of each pass of softmax, in blocks that stay in cache.

    Each pass is the fastest there is in NumPy, accurate or not; nothing else is done.
    """
    step = max(1, BLOCK_BYTES // (logits.shape[1] * logits.itemsize))
    fewest: dict[str, float] = {}
    for _ in range(rounds + 1):
        times = dict.fromkeys(("largest", "subtract", "exp", "sum", "scale"), 0.0)
        output = np.empty_like(logits)
        for start in range(0, len(logits), step):
            chunk, work = logits[start : start + step], output[start : start + step]
            column = np.ones((len(chunk), 1), logits.dtype)
            passes: tuple[Callable[[], object], ...] = (
                partial(chunk.argmax, axis=1),
                partial(np.subtract, chunk, column, out=work),
                partial(np.exp, work, out=work),
                partial(np.einsum, "ij->i", work),
                partial(np.multiply, work, column, out=work),
            )
            for name, call in zip(times, passes, strict=True):
                begin = time.perf_counter()
                call()
                times[name] += 1e3 * (time.perf_counter() - begin)
        fewest = {name: min(spent, fewest.get(name, spent)) for name, spent in times.items()}
    return fewest


def print_passes(rounds: int) -> None:
    """Print what the unavoidable passes cost, and how many ``exp`` alone that is."""
    print()
    print("| shape | type | largest, ms | subtract | exp | sum | scale | together | / exp alone |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(0)
    for shape in WIDE_SHAPES:
        for dtype in (np.float32, np.float64):
            logits = (5.0 * rng.standard_normal(shape)).astype(dtype)
            alone = min(measure({"exp": partial(np.exp, logits)}, rounds)["exp"])
            # A buffer shorter than a row keeps NumPy from repeating the column into it.
            with np.errstate():
                np.setbufsize(16)
                passes = measure_passes(logits, rounds)
            together = sum(passes.values())
            cells = [f"{spent:.2f}" for spent in (*passes.values(), together, together / alone)]
            print(f"| {shape[0]} x {shape[1]} | {np.dtype(dtype)} | {' | '.join(cells)} |")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--passes", action="store_true", help="also time the unavoidable passes")
    options = parser.parse_args()
    rounds: int = options.rounds
    take_fresh_pages()
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
            least = {name: min(runs) for name, runs in times.items()}
            cells = [
                f"{statistics.median(runs):.2f} ({least[name]:.2f})" for name, runs in times.items()
            ]
            print(
                f"| {shape[0]} x {shape[1]} | {np.dtype(dtype)} | {' | '.join(cells)} "
                f"| {least['scipy'] / least['ours']:.2f} | {least['ours'] / least['exp']:.2f} |"
            )
    if options.passes:
        print_passes(rounds)


if __name__ == "__main__":
    main()
