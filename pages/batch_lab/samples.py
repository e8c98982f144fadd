"""The batches to start from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, Literal

import numpy as np

from core.losses.batch import Batch
from core.presets import PRESETS

__all__ = ["SAMPLES", "generated_batch"]

_IMAGES: Final = ("cat_image", "car_image", "frog_image")


def generated_batch(size: int, classes: int, rng: np.random.Generator) -> Batch:
    """Make up the scores of a fair classifier: normal noise, and the true class 3.2 higher.

    Each class is a little like its right neighbour, for which it is taken most often.
    """
    labels = rng.integers(classes, size=size)
    scores = rng.normal(scale=1.2, size=(size, classes))
    scores[np.arange(size), labels] += 3.2
    scores[np.arange(size), (labels + 1) % classes] += 1.6
    return Batch(tuple(map(str, range(classes))), np.round(scores, 2), labels)


@cache
def _images() -> Batch:
    presets = [preset for preset in PRESETS if preset.id in _IMAGES]
    scores = np.array([preset.scores for preset in presets])
    return Batch(presets[0].names, scores, np.array([preset.label for preset in presets]))


@cache
def _generated() -> Batch:
    return generated_batch(500, 10, np.random.default_rng(2026))


SAMPLES: Final[dict[Literal["images", "generated"], Callable[[], Batch]]] = {
    "images": _images,
    "generated": _generated,
}
"""Made when they are asked for."""
