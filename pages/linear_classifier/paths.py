"""Lines, arrows and borders of a plane as broken paths: each is one trace of its figure."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.validation import FloatArray
from pages.ui.learning.plane import Box

__all__ = ["bordered_path", "scored_paths"]

HEAD: Final = 0.075
"""Length of an arrow's head in halves of a side, but at most half of the arrow."""
BARB: Final = np.array([[0.9, 0.42], [-0.42, 0.9]])
"""Half an arrowhead: a turn by 25 degrees."""


def scored_paths(lines: FloatArray, arrows: FloatArray, box: Box) -> FloatArray:
    """Each zero-score line and its arrow as one broken path, (steps, classes, points, 2)."""
    tail, tip = arrows[..., 0, :], arrows[..., 1, :]
    length = np.hypot(*np.moveaxis(tip - tail, -1, 0))
    head = np.minimum(HEAD * box.half, 0.5 * length)
    back = (tail - tip) * (head / np.where(length == 0.0, 1.0, length))[..., None]
    left, right = tip + back @ BARB, tip + back @ BARB.T
    gap = np.full_like(tip, np.nan)
    path = np.stack([lines[..., 0, :], lines[..., 1, :], gap, tail, tip, left, tip, right], axis=-2)
    path = _parked(path, box)
    path[..., 2, :] = np.nan
    return path


def bordered_path(borders: FloatArray, box: Box) -> FloatArray:
    """All borders as one broken path, (steps, points, 2)."""
    path = np.pad(_parked(borders, box), [(0, 0), (0, 0), (0, 1), (0, 0)], constant_values=np.nan)
    return path.reshape(len(path), -1, 2)


def _parked(path: FloatArray, box: Box) -> FloatArray:
    """Where there is no line it is parked outside: a trace without points would be drawn anew."""
    return np.where(np.isnan(path), np.array(box.center) - 10.0 * box.half, path)
