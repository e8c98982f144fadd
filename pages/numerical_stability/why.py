"""Why exp overflows, and what helps, derived on the current example."""

from __future__ import annotations

import numpy as np

from core.precision.float_types import PRECISIONS, exp_limits
from pages.numerical_stability import NumericalStabilityState
from pages.numerical_stability.numbers import Stability
from pages.numerical_stability.outcomes import EPSILONS_OF_RIGHT
from pages.ui.kit import latex
from pages.ui.state.written import write_number
from pages.ui.text import Text

__all__ = ["derivation"]


def _limits() -> str:
    """The limits of each type as rows of a Markdown table."""
    rows = []
    for precision in PRECISIONS:
        info, limits = np.finfo(precision), exp_limits(precision)
        cells = [latex.number(float(info.eps), 6), latex.number(float(info.max), 0)]
        cells += [latex.number(limit, 2) for limit in limits]
        rows.append(f"| {precision} | {' | '.join(f'${cell}$' for cell in cells)} |")
    return "\n".join(rows)


def _power(log10: float) -> str:
    """A number too small or too large to be written out, from its decimal logarithm."""
    exponent = int(np.floor(log10))
    return rf"{10.0 ** (log10 - exponent):.3f} \cdot 10^{{{exponent}}}"


def derivation(state: NumericalStabilityState, result: Stability, t: Text) -> str:
    """Explain overflow, the shift, log-space and the offset with the present numbers."""
    label, logits = state.example.label, result.logits
    winner = int(logits.argmax())
    shifted = logits - logits[winner]
    rest = float(np.exp(np.delete(shifted, winner)).sum())
    true = [
        latex.number(value) if value else _power(log10)
        for value, log10 in zip(
            result.exact.value.tolist(), result.exact.log10.tolist(), strict=True
        )
    ]
    return t(
        "numerical_stability.why",
        scores=latex.row(write_number(score) for score in state.example.scores),
        scale=write_number(state.scale),
        shift=latex.signed(state.shift),
        logits=latex.row(latex.significant(z, 6) for z in logits.tolist()),
        limits=_limits(),
        largest=latex.significant(float(logits[winner]), 6),
        winner=winner,
        label=label,
        shifted=latex.row(latex.significant(z, 6) for z in shifted.tolist()),
        exponentials=latex.row(latex.number(e) for e in np.exp(shifted).tolist()),
        probabilities=latex.row(true[:-1]),
        gap=latex.significant(float(-shifted[label]), 6),
        rest=latex.number(rest),
        loss=true[-1],
        offset_loss=latex.number(float(result.offset.value)),
        offset_slope=latex.number(float(result.offset.slope)),
        slope=latex.number(float(result.plain.slope)),
        epsilons=EPSILONS_OF_RIGHT,
    )
