"""The penalties and soft-thresholding, derived with the current numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.losses.penalties import PENALTIES
from pages.regularization import RegularizationState
from pages.regularization.path import PROBLEM, Optima, zero_from
from pages.regularization.penalty_comparison import PenaltyComparison
from pages.ui.kit import latex
from pages.ui.state.written import write_number
from pages.ui.text import Text

__all__ = ["derivation"]


def derivation(
    state: RegularizationState, result: PenaltyComparison, optimum: Optima, t: Text
) -> str:
    """Derive the penalties of the four weights, and the optimum of the two."""
    weights = result.weights.tolist()
    totals = {
        name: latex.number(value)
        for name, value in zip(PENALTIES, result.values.tolist(), strict=True)
    }
    gradients = {
        f"{name}_gradient": latex.row(map(latex.number, row))
        for name, row in zip(PENALTIES, result.gradient.tolist(), strict=True)
    }
    half = r"\tfrac12 " if state.half else ""
    squares = " + ".join(f"{latex.signed(weight)}^2" for weight in weights)
    score = float(result.score)
    return t(
        "regularization.why",
        weights=latex.row(map(write_number, weights)),
        sum=_sum(map(latex.signed, weights)),
        score=latex.number(score),
        l1_terms=_sum(f"|{write_number(weight)}|" for weight in weights),
        factor=half,
        l2_terms=rf"\tfrac12 \left({squares}\right)" if state.half else squares,
        share=write_number(state.mixing),
        rest=latex.short(1 - state.mixing, 9),
        least_squares=latex.number(score * score / len(weights)),
        least_l1=latex.number(abs(score)),
        slope="w_i" if state.half else "2 w_i",
        penalty_formula=_penalty(state),
        tau=latex.number(float(optimum.thresholds)),
        kappa=latex.number(float(optimum.divisors[0] - PROBLEM.curvature[0, 0])),
        strength=write_number(state.strength),
        thresholds=_thresholds(optimum),
        zeros=_zeros(state, t),
        **totals,
        **gradients,
    )


def _sum(terms: Iterable[str]) -> str:
    return " + ".join(terms)


def _penalty(state: RegularizationState) -> str:
    """Write the chosen penalty with its numbers."""
    mixing = state.l1_share
    parts = []
    if mixing > 0:
        parts.append(rf"{latex.short(state.strength * mixing, 9)} \sum_i |w_i|")
    if mixing < 1:
        strength = latex.short(state.strength * (1 - mixing), 9)
        parts.append(
            rf"\frac{{{strength}}}{{2}} \sum_i w_i^2" if state.half else rf"{strength} \sum_i w_i^2"
        )
    return f"R(w) = {_sum(parts)}"


def _thresholds(optimum: Optima) -> str:
    """Both weights of the optimum as what soft-thresholding makes of their pulls."""
    threshold, lines = latex.number(float(optimum.thresholds)), []
    rows = zip(optimum.pulls, optimum.divisors, optimum.weights, strict=True)
    for index, (pull, divisor, weight) in enumerate(rows, start=1):
        lines.append(
            rf"\rho_{index} = {latex.number(float(pull))}, \qquad w_{index} = "
            rf"\frac{{S({latex.number(float(pull))},\; {threshold})}}"
            rf"{{{latex.number(float(divisor))}}} = {latex.number(float(weight))}"
        )
    return "\n\n".join(f"$$\n{line}\n$$" for line in lines)


def _zeros(state: RegularizationState, t: Text) -> str:
    first, second = zero_from(mixing=state.l1_share, half=state.half)
    if np.isinf(first):
        return t("regularization.zeros_never")
    return t("regularization.zeros_held", first=latex.short(first), second=latex.short(second))
