"""Scores to start a lesson from, most of them published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.losses.hinge import HingeVariant

__all__ = ["PRESETS", "Preset"]

BELOW_FLOAT64 = -1000.0
"""A logit whose exponential is exactly 0 in float64: it stands for the logarithm of 0."""


@dataclass(frozen=True)
class Preset:
    """Scores to start a lesson from.

    Attributes
    ----------
    id : str
        A unique name.
    names : tuple of str
        A plain identifier for each class.
    scores : tuple of float
        The scores, or logits, one a class.
    label : int
        The true class.
    margin : float
        The margin of the hinge loss.
    variant : {"weston_watkins", "crammer_singer", "one_vs_all"}
        The variant of the hinge loss.
    """

    id: str
    names: tuple[str, ...]
    scores: tuple[float, ...]
    label: int
    margin: float = 1.0
    variant: HingeVariant = "weston_watkins"


def _log(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Logits whose softmax the probabilities are."""
    return tuple(math.log(p) if p > 0 else BELOW_FLOAT64 for p in probabilities)


_ANIMALS = ("cat", "car", "frog")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_DIGITS = tuple(map(str, range(10)))

PRESETS = (
    Preset("cat_image", _ANIMALS, (3.2, 5.1, -1.7), 0),
    Preset("car_image", _ANIMALS, (1.3, 4.9, 2.0), 1),
    Preset("frog_image", _ANIMALS, (2.2, 2.5, -3.1), 2),
    Preset("frog_crammer_singer", _ANIMALS, (2.2, 2.5, -3.1), 2, variant="crammer_singer"),
    Preset("clear_win", _ORDINALS[:3], (10.0, -2.0, 3.0), 0),
    Preset("exact_margin", _ORDINALS[:3], (10.0, 9.0, 9.0), 0),
    Preset("overwhelming_win", _ORDINALS[:3], (10.0, -100.0, -100.0), 0),
    Preset("margin_ten", _ORDINALS[:3], (13.0, -7.0, 11.0), 0, margin=10.0),
    Preset("digits", ("0", "2"), (5.3, 10.1), 1),
    Preset("figure_scores", _ORDINALS[:3], (-2.85, 0.86, 0.28), 2),
    Preset("clear_win_twenty", _ORDINALS[:3], (20.0, -2.0, 3.0), 0),
    Preset("past_margin_twenty", _ORDINALS[:3], (20.0, 9.0, 9.0), 0),
    Preset("chance_level", _DIGITS, (0.0,) * 10, 0),
    Preset("one_two_three", _ORDINALS[:3], (1.0, 2.0, 3.0), 2),
    Preset("three_logits", _ORDINALS[:3], (0.3, 2.9, 4.0), 2),
    Preset("weak_regularization", _ORDINALS[:3], (1.0, -2.0, 0.0), 0),
    Preset("strong_regularization", _ORDINALS[:3], (0.5, -1.0, 0.0), 0),
    Preset("illustration", _ORDINALS[:3], (12.5, 0.6, -23.0), 0),
    Preset("thousands", _ORDINALS[:3], (1010.0, 1000.0, 990.0), 0),
    Preset("hundreds", _ORDINALS[:3], (123.0, 456.0, 789.0), 2),
    Preset("right_prediction", _ORDINALS, _log((0.1, 0.15, 0.05, 0.6, 0.1)), 3),
    Preset("far_prediction", _ORDINALS, _log((0.15, 0.2, 0.4, 0.1, 0.15)), 3),
    Preset("near_prediction", _ORDINALS, _log((0.05, 0.15, 0.4, 0.3, 0.1)), 3),
    Preset("large_lesson", _ORDINALS[:3], _log((0.3, 0.2, 0.5)), 1),
    Preset("small_lesson", _ORDINALS[:3], _log((0.01, 0.99, 0.0)), 1),
)
"""The presets, the default first."""
