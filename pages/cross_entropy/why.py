"""Cross-entropy and its gradient p - t, derived on the current example."""

from __future__ import annotations

import math

from core.validation import FloatArray
from pages.cross_entropy.numbers import OUTPUTS, CrossEntropyNumbers, feed_outputs
from pages.ui.kit import latex
from pages.ui.state.state import FocusedState
from pages.ui.text import Text

__all__ = ["derivation"]


def _number(value: float) -> str:
    """Write a number; each of an exponential may be too large to hold, and none is infinite."""
    return latex.number(value) if value < math.inf else r"(> 1.8 \cdot 10^{308})"


def _row(values: FloatArray) -> str:
    return latex.row(_number(value) for value in values.tolist())


def _fed(result: CrossEntropyNumbers, t: Text) -> str:
    """One row of the table for each output that cross-entropy is fed with."""
    cases = feed_outputs(result.logits, result.targets)
    return "\n".join(
        f"| {t(f'cross_entropy.output.{output}')} | $({_row(cases[output].outputs)})$ "
        f"| ${_number(cases[output].total)}$ | ${latex.number(cases[output].loss)}$ "
        f"| $({_row(cases[output].gradient)})$ |"
        for output in OUTPUTS
    )


def derivation(state: FocusedState, result: CrossEntropyNumbers, t: Text) -> str:
    """Derive the loss and its gradient on the current example, as Markdown."""
    size, identity, squared = (latex.number(float(value)) for value in result.gradient_sizes)
    return t(
        "cross_entropy.why",
        logits=latex.row(map(latex.short, result.logits.tolist())),
        targets=_row(result.targets),
        probabilities=_row(result.probabilities),
        surprisals=_row(result.surprisals),
        gradient=_row(result.gradient),
        loss=latex.number(float(result.loss)),
        bits=latex.number(float(result.bits)),
        perplexity=_number(float(result.perplexity)),
        log_sum_exp=latex.number(float(result.log_sum_exp)),
        expected_logit=latex.number(float(result.expected_logit)),
        entropy=latex.number(float(result.entropy)),
        divergence=latex.number(float(result.divergence)),
        size=size,
        identity=identity,
        squared=squared,
        fed=_fed(result, t),
    )
