"""Why a run came to an early end, and what to try, as a sentence."""

from __future__ import annotations

from typing import Final

from core.models import Objective
from core.training import DivergenceError
from pages.ui.stage.vocabulary import format_number
from pages.ui.text import Text

__all__ = ["divergence_sentence"]

LARGEST_ADVISED: Final = 1.0
"""The largest step size that is worth a try after a divergence."""


def divergence_sentence(problem: DivergenceError, objective: Objective, t: Text) -> str:
    """Say at which step training has diverged, with which step size, and what to try."""
    loss = t(f"learning.loss.{objective.loss}")
    if problem.step == 0:
        return t("learning.diverged.start", loss=loss)
    rate = problem.learning_rate
    kind = "penalised" if objective.l1 or objective.l2 else "plain"
    return t(
        f"learning.diverged.{kind}",
        loss=loss,
        step=f"{problem.step:,}",
        rate=_plain(rate),
        lower=_plain(min(rate / 10, LARGEST_ADVISED)),
    )


def _plain(rate: float) -> str:
    return f"{rate:.4g}" if 1e-4 <= rate < 1e4 else format_number(rate, 1)
