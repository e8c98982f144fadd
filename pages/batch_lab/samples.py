"""The batches to start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import numpy as np

from core.losses.batch import Batch
from core.presets import PRESETS
from pages.batch_lab import SHIPPED

__all__ = ["SAMPLES", "generated_batch"]


def generated_batch(size: int, classes: int, rng: np.random.Generator) -> Batch:
    """Make up the scores of a fair classifier: normal noise, and the true class 3.2 higher.

    Each class is a little like its right neighbour, for which it is taken most often.
    """
    labels = rng.integers(classes, size=size)
    scores = rng.normal(scale=1.2, size=(size, classes))
    scores[np.arange(size), labels] += 3.2
    scores[np.arange(size), (labels + 1) % classes] += 1.6
    return Batch(tuple(map(str, range(classes))), np.round(scores, 2), labels)


def _published(*ids: str) -> Batch:
    """Put some presets of the same classes into one batch."""
    presets = [preset for preset in PRESETS if preset.id in ids]
    scores = np.array([preset.scores for preset in presets])
    return Batch(presets[0].names, scores, np.array([preset.label for preset in presets]))


@cache
def _images() -> Batch:
    """The three images of the CS231n slides."""
    return _published("cat_image", "car_image", "frog_image")


@cache
def _book() -> Batch:
    """Two samples of "Deep Learning from Scratch": a large error and a small one."""
    return _published("large_lesson", "small_lesson")


@cache
def _single() -> Batch:
    """The first of them alone: a batch of one."""
    return _published("large_lesson")


@cache
def _generated() -> Batch:
    return generated_batch(500, 10, np.random.default_rng(2026))


SAMPLES: Final[Mapping[str, Callable[[], Batch]]] = dict(
    zip(SHIPPED, (_images, _book, _single, _generated), strict=True)
)
"""Made when they are asked for."""
