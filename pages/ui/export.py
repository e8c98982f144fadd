"""The numbers on screen as files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from core.comparison import Comparison

__all__ = ["COLUMNS", "as_csv", "as_json", "table"]

COLUMNS = (
    "class",
    "score",
    "target",
    "probability",
    "cross_entropy_gradient",
    "violation",
    "hinge_gradient",
)


def table(names: Sequence[str], result: Comparison) -> list[dict[str, str | float]]:
    """One row a class, at full precision."""
    arrays = (
        result.scores,
        result.targets,
        result.probabilities,
        result.cross_entropy_gradient,
        result.violations,
        result.hinge_gradient,
    )
    numbers = zip(*(array.tolist() for array in arrays), strict=True)
    rows = zip(names, numbers, strict=True)
    return [dict(zip(COLUMNS, (name, *values), strict=True)) for name, values in rows]


def as_csv(names: Sequence[str], result: Comparison) -> str:
    """Write :func:`table` as CSV with a header."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table(names, result))
    return file.getvalue()


def as_json(names: Sequence[str], result: Comparison, *, margin: float, variant: str) -> str:
    """Write :func:`table` with the losses and the settings as JSON."""
    return json.dumps(
        {
            "label": int(result.labels),
            "margin": margin,
            "variant": variant,
            "cross_entropy": float(result.cross_entropy),
            "hinge": float(result.hinge),
            "classes": table(names, result),
        },
        indent=2,
        ensure_ascii=False,
    )
