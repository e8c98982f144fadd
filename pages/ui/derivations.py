"""Derivations with the current numbers substituted: the Why tab of a lesson."""

from __future__ import annotations

from collections.abc import Iterable

from core.comparison import Comparison
from pages.ui.example import State, write_number
from pages.ui.stage.vocabulary import format_number
from pages.ui.text import Text

__all__ = ["svm_against_softmax"]


def _latex(value: float, decimals: int = 4) -> str:
    """A number as LaTeX, by the same rule as the readouts."""
    text = format_number(value, decimals).replace("−", "-")
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _row(values: Iterable[str]) -> str:
    return r",\; ".join(values)


def _signed(value: float) -> str:
    text = write_number(value)
    return f"({text})" if value < 0 else text


def _terms(state: State) -> list[str]:
    """One max(0, ...) a class, with its numbers."""
    example, margin = state.example, write_number(state.margin)
    true_score = example.scores[example.label]
    wrong = [s for index, s in enumerate(example.scores) if index != example.label]
    if state.variant == "one_vs_all":
        first = rf"\max(0, {margin} - {_signed(true_score)})"
        return [first, *(rf"\max(0, {margin} + {_signed(s)})" for s in wrong)]
    return [rf"\max(0, {write_number(s)} - {_signed(true_score)} + {margin})" for s in wrong]


def svm_against_softmax(state: State, result: Comparison, t: Text) -> str:
    """Derive both losses and their gradients on the current example, as Markdown."""
    separator = r",\; " if state.variant == "crammer_singer" else r" + "
    return t(
        "svm_against_softmax.why",
        scores=_row(write_number(score) for score in state.example.scores),
        label=state.example.label,
        margin=write_number(state.margin),
        hinge_derivation=t(
            f"svm_against_softmax.hinge_{state.variant}",
            terms=separator.join(_terms(state)),
            hinge=_latex(float(result.hinge)),
        ),
        hinge_gradient=_row(_latex(g, 0) for g in result.hinge_gradient.tolist()),
        probabilities=_row(_latex(p) for p in result.probabilities.tolist()),
        true_probability=_latex(float(result.true_probability)),
        cross_entropy=_latex(float(result.cross_entropy)),
        cross_entropy_gradient=_row(_latex(g) for g in result.cross_entropy_gradient.tolist()),
    )
