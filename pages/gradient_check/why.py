"""The two errors of a difference quotient, with the present numbers."""

from __future__ import annotations

import numpy as np

from pages.gradient_check import GradientCheckState
from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.errors import GradientErrors
from pages.gradient_check.step_error import predicted_errors, third_derivatives
from pages.ui.kit import latex
from pages.ui.text import Text, escape

__all__ = ["derivation"]


def derivation(state: GradientCheckState, errors: GradientErrors, t: Text) -> str:
    """Derive truncation, rounding and the best step for the entry in focus, as Markdown."""
    entry, h = state.focus, state.difference_step
    value = float(errors.value)
    analytic = float(errors.analytic[entry])
    central = float(errors.central[entry])
    third = float(third_derivatives(CHECKED_FUNCTIONS[state.check], state.example.scores)[entry])
    predicted = predicted_errors(value, third, h)
    predicted32 = predicted_errors(value, third, h, dtype=np.float32)
    best = t("gradient_check.no_best_step")
    if np.isfinite(predicted32.best_step):
        best = t(
            "gradient_check.best_step",
            best=latex.scientific(float(predicted.best_step)),
            best32=latex.scientific(float(predicted32.best_step)),
        )
    return t(
        "gradient_check.why",
        name=escape(state.example.names[entry]),
        x=latex.number(state.example.scores[entry]),
        value=latex.number(value),
        third=latex.number(third),
        h=latex.scientific(h),
        truncation=latex.scientific(float(predicted.truncation)),
        rounding=latex.scientific(float(predicted.rounding)),
        rounding32=latex.scientific(float(predicted32.rounding)),
        total=latex.scientific(float(predicted.total)),
        central=latex.number(central, 12),
        analytic=latex.number(analytic, 12),
        difference=latex.scientific(central - analytic),
        error=latex.scientific(float(errors.error[entry])),
        best=best,
    )
