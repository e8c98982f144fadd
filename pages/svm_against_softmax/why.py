"""Both losses and their gradients, derived on the current example."""

from __future__ import annotations

from core.losses.comparison import Comparison
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.ui.kit import latex
from pages.ui.state.written import write_number
from pages.ui.text import Text

__all__ = ["derivation"]


def derivation(state: SvmAgainstSoftmaxState, result: Comparison, t: Text) -> str:
    """Derive both losses and their gradients on the current example, as Markdown."""
    separator = r",\; " if state.variant == "crammer_singer" else r" + "
    return t(
        "svm_against_softmax.why",
        scores=latex.row(write_number(score) for score in state.example.scores),
        label=state.example.label,
        margin=write_number(state.margin),
        hinge_derivation=t(
            f"svm_against_softmax.hinge_{state.variant}",
            terms=separator.join(latex.hinge_terms(state.example, state.margin, state.variant)),
            hinge=latex.number(float(result.hinge)),
        ),
        hinge_gradient=latex.row(latex.number(g, 0) for g in result.hinge_gradient.tolist()),
        probabilities=latex.row(latex.number(p) for p in result.probabilities.tolist()),
        true_probability=latex.number(float(result.true_probability)),
        cross_entropy=latex.number(float(result.cross_entropy)),
        cross_entropy_gradient=latex.row(
            latex.number(g) for g in result.cross_entropy_gradient.tolist()
        ),
    )
