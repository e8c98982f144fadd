"""Both linear classifiers of handwritten digits, and how sure they are of held-out ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from core.learning.calibration import (
    best_temperature,
    negative_log_likelihood,
    reliability,
)
from core.learning.datasets import digits, split
from core.learning.history import Recipe
from core.learning.models import LinearClassifier
from core.learning.objective import Objective
from core.learning.training import Training
from core.losses.activations import softmax
from core.validation import FloatArray, LabelArray
from pages.ui.stage.sweeps import Sweeps

__all__ = [
    "BINS",
    "CLASSIFIERS",
    "SOFTENING",
    "SOFTENINGS",
    "Calibration",
    "HeldOut",
    "calibrated",
    "held_out_scores",
    "sweep_calibration",
]

SOFTENING: Final = "softening"
"""The slider of T."""
CLASSIFIERS: Final = ("softmax", "svm")
BINS: Final = 10
SOFTENINGS: Final = tuple(np.round(np.geomspace(0.1, 10.0, 81), 3).tolist())

HELD_OUT: Final = 0.5
"""The part of each class that is held out: many, so that every bin has some."""
SEED: Final = 0
STEPS: Final = 300
RATES: Final = {"softmax": 1.0, "svm": 0.1}
DECAY: Final = 1e-3


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The scores of digits that neither classifier has learned from, by classifier."""

    scores: dict[str, FloatArray]
    labels: LabelArray
    best: dict[str, float]
    """The temperature of the least negative log-likelihood."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Both classifiers at temperatures (...,): arrays have the classifiers as their next axis.

    Attributes
    ----------
    temperature : (...,)
    counts, accuracy, confidence : (..., 2, bins)
        Of the reliability diagram; NaN in an empty bin.
    error, likelihood : (..., 2)
        The expected calibration error, and the mean negative log-likelihood.
    """

    temperature: FloatArray
    counts: FloatArray
    accuracy: FloatArray
    confidence: FloatArray
    error: FloatArray
    likelihood: FloatArray


@cache
def held_out_scores() -> HeldOut:
    """Train both classifiers, with cross-entropy and with the hinge loss, on the same digits."""
    data = digits()
    parts = split(data, rng=np.random.default_rng(SEED), held_out=HELD_OUT)
    scores: dict[str, FloatArray] = {}
    for name in CLASSIFIERS:
        start = LinearClassifier(
            np.zeros((data.features, data.classes)),
            np.zeros(data.classes),
            Objective(loss="hinge" if name == "svm" else "cross_entropy", l2=DECAY),
        )
        training = Training(
            start,
            parts.train,
            Recipe(learning_rate=RATES[name]),
            rng=np.random.default_rng(SEED),
            record_every=STEPS,
        )
        for _ in training.advance(STEPS):
            pass
        scores[name] = training.model.scores(parts.held_out.points)
    labels = parts.held_out.labels
    best = {name: best_temperature(table, labels) for name, table in scores.items()}
    return HeldOut(scores, labels, best)


def calibrated(temperatures: FloatArray) -> Calibration:
    """Evaluate both classifiers at temperatures (n,)."""
    found = held_out_scores()
    bins = [
        [
            reliability(softmax(found.scores[name], temperature=T), found.labels, bins=BINS)
            for name in CLASSIFIERS
        ]
        for T in temperatures.tolist()
    ]
    likelihoods = [
        [
            negative_log_likelihood(found.scores[name], found.labels, temperature=T)
            for name in CLASSIFIERS
        ]
        for T in temperatures.tolist()
    ]

    def table(attribute: str) -> FloatArray:
        return np.array([[getattr(one, attribute) for one in row] for row in bins], np.float64)

    return Calibration(
        temperature=temperatures,
        counts=table("counts"),
        accuracy=table("accuracy"),
        confidence=table("confidence"),
        error=table("error"),
        likelihood=np.array(likelihoods),
    )


@cache
def _at_every_step() -> Calibration:
    return calibrated(np.array(SOFTENINGS))


def sweep_calibration(temperature: float) -> Sweeps[str, Calibration]:
    """Give both classifiers now, and at every temperature of the slider."""
    now = calibrated(np.array([temperature]))
    first = Calibration(**{name: values[0] for name, values in vars(now).items()})
    return Sweeps(first, {SOFTENING: _at_every_step()})
