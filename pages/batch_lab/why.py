"""The mean over the batch and each sample's share of its gradient, with the present numbers."""

from __future__ import annotations

import numpy as np

from core.validation import FloatArray
from pages.batch_lab.data import BatchView
from pages.ui.kit import latex
from pages.ui.text import Text

__all__ = ["derivation"]

MOST_TERMS = 6
"""Losses that are written out; of more, the first and the last."""


def _terms(losses: FloatArray) -> str:
    written = [latex.number(loss) for loss in losses[:MOST_TERMS].tolist()]
    if len(losses) > MOST_TERMS:
        written[3:] = [r"\dots", latex.number(float(losses[-1]))]
    return " + ".join(written)


def derivation(view: BatchView, t: Text) -> str:
    """Derive the means, the shares of the sample on the stage and the accuracy, as Markdown."""
    result, totals = view.result, view.result.totals
    sample = result.comparison(view.index)
    size = view.batch.size
    values: dict[str, object] = {}
    for loss, gradient, decimals in (
        ("cross_entropy", sample.cross_entropy_gradient, 4),
        ("hinge", sample.hinge_gradient, 0),
    ):
        values |= {
            f"{loss}_terms": _terms(getattr(result, loss)),
            f"{loss}_sum": latex.number(float(getattr(totals, f"{loss}_sum"))),
            f"{loss}_mean": latex.number(float(getattr(totals, f"{loss}_mean"))),
            f"{loss}_gradient": latex.row(latex.number(g, decimals) for g in gradient.tolist()),
            f"{loss}_share": latex.row(map(latex.number, (gradient / size).tolist())),
        }
    diagonal = np.diag(totals.confusion).tolist()
    return t(
        "batch_lab.why",
        size=size,
        number=view.index + 1,
        classes=len(view.batch.names),
        diagonal=" + ".join(map(str, diagonal)),
        correct=int(totals.correct),
        accuracy=latex.number(100 * float(totals.accuracy), 1),
        **values,
    )
