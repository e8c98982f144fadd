"""An uncertain label: what each loss answers, wherever its distribution q is dragged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.losses.uncertain_labels import UNCERTAIN_LOSSES, is_undecided, risk_minimiser
from core.validation import FloatArray
from pages.geometry.plane import simplex_cells
from pages.geometry.simplex import place_of, probabilities_at

__all__ = [
    "LABEL_DISTRIBUTION",
    "UNDECIDED",
    "UncertainNumbers",
    "UncertainTable",
    "answers",
    "cells_of_q",
]

LABEL_DISTRIBUTION: Final = "label_distribution"
"""The handle of q."""
UNDECIDED: Final = 3
"""Beside the three classes, what a loss may put on top."""
DECIMALS: Final = 4


@dataclass(frozen=True, eq=False)
class UncertainNumbers:
    """What each loss answers to q.

    Attributes
    ----------
    q : (..., 3)
    place : (..., 2)
        Where q is in the triangle.
    minimisers : (..., 5, 3)
        Scores of least risk, in the order of `UNCERTAIN_LOSSES`.
    tops : (..., 5) of int
        The class that each puts on top, or `UNDECIDED`.
    most : (...,) of int
        The most probable class; `UNDECIDED` if two share this.
    """

    q: FloatArray
    place: FloatArray
    minimisers: FloatArray
    tops: NDArray[np.int64]
    most: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class UncertainTable:
    """The answers on the grid of the simplex, and the cell of each of its places."""

    cells: NDArray[np.uint16]
    within: UncertainNumbers


def answers(q: FloatArray) -> UncertainNumbers:
    """Give the answers to label distributions (..., 3)."""
    minimisers = np.stack([risk_minimiser(q, loss) for loss in UNCERTAIN_LOSSES], axis=-2)
    undecided = np.stack([is_undecided(q, loss) for loss in UNCERTAIN_LOSSES], axis=-1)
    # At a border, too, what shares the first place with another is no decision.
    highest = np.isclose(minimisers, minimisers.max(axis=-1, keepdims=True), rtol=0, atol=1e-9)
    is_tied = undecided | (highest.sum(axis=-1) > 1)
    is_even = np.isclose(q, q.max(axis=-1, keepdims=True), rtol=0, atol=1e-9).sum(axis=-1) > 1
    return UncertainNumbers(
        q=q,
        place=place_of(q),
        minimisers=minimisers,
        tops=np.where(is_tied, UNDECIDED, minimisers.argmax(axis=-1)),
        most=np.where(is_even, UNDECIDED, q.argmax(axis=-1)),
    )


@cache
def cells_of_q() -> UncertainTable:
    """Give the answers of the whole triangle: computed once."""
    cells, places = simplex_cells()
    return UncertainTable(cells, answers(distribution_at(places)))


def distribution_at(places: FloatArray) -> FloatArray:
    """Give q at places of the grid, with few decimals, and a sum of 1."""
    q = np.round(probabilities_at(places), DECIMALS)
    q[..., 0] = np.round(1.0 - q[..., 1] - q[..., 2], DECIMALS)
    return q
