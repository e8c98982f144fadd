"""A published worked example: what goes in, what is printed, what the core computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["PublishedExample"]


@dataclass(frozen=True)
class PublishedExample:
    """A published example.

    Attributes
    ----------
    id : str
        A unique name.
    topic : str
        softmax, cross_entropy, gradient, hinge, both_losses, scores, regularization, graph or
        learning.
    source : str
        Where it is published. DLFS is "Deep Learning from Scratch".
    input : str
        What goes in, in the notation of the field: s scores (logits), p probabilities, t target,
        y label.
    compute : callable
        Returns this core's figures: a number or an array, not rounded.
    expected : tuple of float
        The exact figures, rounded to float64, in the order in which `compute` returns them.
    printed : tuple of str
        The published figures as printed, empty where the source prints none.
    remark : str or None
        A key for the reason why the printed figures differ; None where they do not.
    allowance : float
        How far this core's figures may lie from the printed ones, besides the rounding of those:
        above 0 where chance has a part in them, and the source does not tell its seed.
    tolerance : float
        The relative error to allow between `compute` and `expected`.
    """

    id: str
    topic: str
    source: str
    input: str
    compute: Callable[[], ArrayLike]
    expected: tuple[float, ...]
    printed: tuple[str, ...] = ()
    remark: str | None = None
    allowance: float = 0.0
    tolerance: float = 1e-12

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The figures of this core in one row; computed once, when they are first asked for."""
        return tuple(np.asarray(self.compute(), dtype=np.float64).reshape(-1).tolist())

    @property
    def is_reproduced(self) -> bool:
        """Whether the figures are the printed ones, to half a unit of the last digit printed.

        They may be further away by the allowance.
        """
        values = self.values
        return len(self.printed) == len(values) and all(
            abs(value - float(figure)) <= self._reach(figure)
            for value, figure in zip(values, self.printed, strict=True)
        )

    def _reach(self, figure: str) -> float:
        half_a_unit = 0.5 * 10.0 ** -len(figure.partition(".")[2])
        return half_a_unit * (1 + 1e-9) + self.allowance
