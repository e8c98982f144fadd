"""Softmax and its Jacobian, derived on the current example."""

from __future__ import annotations

from pages.softmax import SoftmaxState
from pages.softmax.numbers import SoftmaxSteps
from pages.ui.kit import latex
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["derivation"]


def _over_temperature(numerator: str, state: SoftmaxState) -> str:
    if state.temperature == 1:
        return numerator
    return rf"\frac{{{numerator}}}{{{write_number(state.temperature)}}}"


def _own(state: SoftmaxState, p: list[float], derivative: float) -> str:
    j = state.focus
    others = latex.number(sum(p[:j] + p[j + 1 :]))
    product = _over_temperature(rf"{latex.number(p[j])} \cdot {others}", state)
    return (
        rf"\frac{{\partial p_{j}}}{{\partial s_{j}}} = {product} = {latex.number(derivative)},"
        rf" \qquad 1 - p_{j} = {others}"
    )


def _cross(state: SoftmaxState, p: list[float], column: list[float]) -> str:
    """One line a class other than the one in focus."""
    j = state.focus
    lines = []
    for i, derivative in enumerate(column):
        if i != j:
            product = rf"{latex.number(p[i])} \cdot {latex.number(p[j])}"
            lines.append(
                rf"\frac{{\partial p_{i}}}{{\partial s_{j}}} &= "
                rf"-{_over_temperature(product, state)} = {latex.number(derivative)}"
            )
    return " \\\\[4pt]\n".join(lines)


def _column_sum(state: SoftmaxState, column: list[float], total: float) -> str:
    terms = [latex.number(column[state.focus])]
    for i, derivative in enumerate(column):
        if i != state.focus:
            terms.append(f"- {latex.number(abs(derivative))}")
    return f"{' '.join(terms)} = {latex.number(total, 0)}"


def derivation(state: SoftmaxState, steps: SoftmaxSteps, t: Text) -> str:
    """Derive the Jacobian, the shift and the temperature on the current example, as Markdown."""
    p = steps.probabilities.tolist()
    column = steps.jacobian[:, state.focus].tolist()
    return t(
        "softmax.why",
        logits=latex.row(write_number(score) for score in state.example.scores),
        temperature=write_number(state.temperature),
        constant=write_number(state.constant),
        name=escape(state.example.names[state.focus]),
        j=state.focus,
        exponents=latex.row(latex.number(u) for u in steps.exponents.tolist()),
        exponentials=latex.row(latex.number(e) for e in steps.exponentials.tolist()),
        total=latex.number(float(steps.total)),
        probabilities=latex.row(latex.number(value) for value in p),
        own=_own(state, p, column[state.focus]),
        cross=_cross(state, p, column),
        column_sum=_column_sum(state, column, float(steps.column_sums[state.focus])),
        entropy=latex.number(float(steps.entropy)),
        classes=len(p),
        largest_entropy=latex.number(steps.largest_entropy),
    )
