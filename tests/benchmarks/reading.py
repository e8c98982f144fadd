"""How long reading takes: of files that are no tables, and of tables that are long.

    python -m tests.benchmarks.reading

Every parser has to be linear in its input: twice as much takes twice as long, not four times.
"""

from __future__ import annotations

import contextlib
import resource
import time

import numpy as np

from core.losses.batch import Batch
from core.tables.faults import TableError
from core.tables.numbers import AmbiguousError, read_list
from core.tables.point_tables import read_points
from core.tables.score_tables import read_table, write_table

MEGABYTE = 1_000_000
PIECES = {
    "blanks": " ",
    "tabs": "\t",
    "quotes": '"',
    "commas": ",",
    "semicolons": ";",
    "bars": "|",
    "line ends": "\n",
    "lines of #": "#\n",
    "lines of -": "-\n",
    "lines of quotes": '""\n',
    "quoted cells": '"a",',
    "rows of quoted cells": '"a","a","a"\n',
    "one column": "1\n",
    "empty cells": "1,,,,\n",
    "numbers": "1 ",
    "accents": "é",
}


def seconds(table: str | bytes) -> tuple[float, str]:
    """CPU seconds that reading takes, and what comes of it."""
    start = time.process_time()
    try:
        outcome = f"{read_table(table).batch.size} samples"
    except TableError as fault:
        outcome = fault.reason
    return time.process_time() - start, outcome


def main() -> None:
    """Print a table of times."""
    print(f"{'1 MB of':24}{'CPU s':>8}{'2 MB':>8}{'points':>8}{'list':>8}  outcome")
    for name, piece in PIECES.items():
        text = piece * (MEGABYTE // len(piece))
        once, outcome = seconds(text.encode())
        twice, _ = seconds((text + text).encode())
        start = time.process_time()
        with contextlib.suppress(TableError):
            read_points(text[:MEGABYTE])
        points = time.process_time() - start
        start = time.process_time()
        with contextlib.suppress(AmbiguousError):
            read_list(text)
        numbers = time.process_time() - start
        print(f"{name:24}{once:8.2f}{twice:8.2f}{points:8.2f}{numbers:8.2f}  {outcome}")
    print(f"\n{'large':24}{'CPU s':>8}{'MB':>8}{'peak MB':>9}  outcome")
    rng = np.random.default_rng(0)
    scores = np.round(rng.normal(scale=2, size=(200_000, 10)), 2)
    text = write_table(Batch(tuple("0123456789"), scores, rng.integers(10, size=200_000)))
    large = {
        '48 MB of "a",': b'"a",' * 12_000_000,
        '48 MB of "a","a"': b'"a","a","a"\n' * 4_000_000,
        "200,000 x 10": text.encode(),
        "with decimal commas": text.replace(",", ";").replace(".", ",").encode(),
    }
    for name, data in large.items():
        spent, outcome = seconds(data)
        # The most that the process has held so far, this file included.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(f"{name:24}{spent:8.2f}{len(data) / MEGABYTE:8.1f}{peak:9.0f}  {outcome}")


if __name__ == "__main__":
    main()
