"""One step down each gradient, and why one run ends and the other does not."""

from __future__ import annotations

from core.losses.comparison import Comparison, one_step
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent_numbers import DescentSweeps
from pages.ui.kit.latex import number, row
from pages.ui.state.written import write_number
from pages.ui.text import Text

__all__ = ["descent_derivation"]


def descent_derivation(
    state: SvmAgainstSoftmaxState, result: Comparison, descent: DescentSweeps, t: Text
) -> str:
    """Take one step with the current numbers, and tell how the runs go on, as Markdown."""
    run, steps = descent.run, descent.steps
    after = one_step(result, state.rate)
    stop = (
        t("svm_against_softmax.descent.stops_not", steps=run.steps)
        if run.stop is None
        else t("svm_against_softmax.descent.stops", stop=run.stop)
    )
    return t(
        "svm_against_softmax.descent_why",
        rate=write_number(state.rate),
        scores=row(write_number(score) for score in state.example.scores),
        hinge_gradient=row(number(g, 0) for g in result.hinge_gradient.tolist()),
        cross_entropy_gradient=row(number(g) for g in result.cross_entropy_gradient.tolist()),
        after_svm=row(number(score) for score in after.svm.tolist()),
        after_softmax=row(number(score) for score in after.softmax.tolist()),
        stop=stop,
        steps=steps,
        cross_entropy=number(float(run.softmax.cross_entropy[steps])),
    )
