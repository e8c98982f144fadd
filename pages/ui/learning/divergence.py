"""Why a run came to an early end, and what to try, as a sentence."""

from __future__ import annotations

from typing import Final

from core.learning.history import DivergenceError
from core.learning.objective import Objective
from pages.ui.stage.number_format import format_fixed, format_significant
from pages.ui.text import Text

__all__ = ["LARGEST_SHOWN", "divergence_sentence"]

LARGEST_SHOWN: Final = 1e100
"""Of the weights of a linear classifier: the square of what is larger may be too large."""

LARGEST_ADVISED: Final = 1.0
"""The largest step size that is worth a try after a divergence."""


def divergence_sentence(
    problem: DivergenceError, objective: Objective, t: Text, *, last: int | None = None
) -> str:
    """Say at which step training has diverged, with which step size, and what to try.

    ``last`` is the last step that is shown, if weights became too large for those after it.
    """
    loss = t(f"learning.loss.{objective.loss}")
    if problem.step == 0:
        return t("learning.diverged.start", loss=loss)
    rate = problem.learning_rate
    if last is None:
        left = t("learning.diverged.kept")
    else:
        left = t("learning.diverged.cut", last=f"{last:,}", largest=format_fixed(LARGEST_SHOWN, 0))
    kind = "penalised" if objective.l1 or objective.l2 else "plain"
    return t(
        f"learning.diverged.{kind}",
        loss=loss,
        step=f"{problem.step:,}",
        left=left,
        rate=format_significant(rate, 4, trimmed=True),
        lower=format_significant(min(rate / 10, LARGEST_ADVISED), 4, trimmed=True),
    )
