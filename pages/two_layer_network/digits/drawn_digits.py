"""A drawing made into an image of 8 x 8 pixels, in the way the handwritten digits were made.

The digits of `datasets.digits` were scanned, and then normalised by NIST's programs: cropped,
stretched to 32 rows and 20 columns, made bolder or finer, and set upright. The ink of each block of
4 x 4 pixels was then counted. A drawing goes the same way here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.datasets import IMAGE_SHAPE
from core.validation import FloatArray

__all__ = ["BITMAP_SHAPE", "CHARACTER_SHAPE", "DrawnDigit", "drawn_digit"]

BITMAP_SHAPE: Final = (32, 32)
"""Rows and columns of a normalised bitmap."""

CHARACTER_SHAPE: Final = (32, 20)
"""Rows and columns to which every character is stretched, whatever its shape was."""

_BLOCK = BITMAP_SHAPE[0] // IMAGE_SHAPE[0]

# How much ink is too little or too much, in pixels, and then by far.
_TOO_FAINT, _MUCH_TOO_FAINT = 256, 108
_TOO_BOLD, _MUCH_TOO_BOLD = 412, 560

_NOISY_ROWS = 2
_UPRIGHT_HEIGHT = 5

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DrawnDigit:
    """A drawing on its way to the network; the arrays are read-only.

    ``bitmap`` (32, 32) is normalised, True is ink; ``counts`` (8, 8) are the pixels of ink in each
    block of 4 x 4, from 0 to 16.
    """

    bitmap: BoolArray
    counts: NDArray[np.intp]

    @property
    def pixels(self) -> FloatArray:
        """The counts as the features of a sample, row by row, from 0 (paper) to 1 (ink)."""
        return self.counts.reshape(-1) / _BLOCK**2


def drawn_digit(drawing: ArrayLike) -> DrawnDigit:
    """Normalise a drawing and count the ink in its blocks.

    The steps are those of NIST's programs: the box around the ink is stretched to 32 rows and 20
    columns, and stands in the middle of 32 x 32 pixels; with fewer than 256 pixels of ink it is
    dilated (with fewer than 108 twice), with more than 412 eroded (with more than 560 twice), by
    the four neighbours; and its rows are shifted so that its left edge is upright, measured two
    rows below its top and above its bottom.

    A drawing is a bitmap of any size; what is not 0 is ink. Where in it the digit stands, and how
    large, is of no effect, but for the rounding to pixels.

    References
    ----------
    Garris et al., "NIST Form-Based Handprint Recognition System", NISTIR 5469 (1994): normalisation
    of the second generation, and shear.
    Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository (1998).

    Examples
    --------
    >>> ring = np.ones((32, 20))
    >>> ring[4:-4, 4:-4] = 0
    >>> drawn_digit(ring).counts[:2]
    array([[ 0,  8, 16, 16, 16, 16,  8,  0],
           [ 0,  8,  8,  0,  0,  8,  8,  0]])
    """
    ink = np.asarray(drawing)
    if ink.ndim != 2:
        raise ValueError(f"drawing must have shape (rows, columns), got shape {ink.shape}")
    if ink.dtype.kind not in "biuf":
        raise ValueError(f"drawing must be a bitmap of numbers, got dtype {ink.dtype}")
    if not ink.any():
        raise ValueError(f"drawing must have ink, got none in shape {ink.shape}")
    bitmap = _upright(_of_usual_weight(_stretched(ink != 0)))
    blocks = bitmap.reshape(IMAGE_SHAPE[0], _BLOCK, IMAGE_SHAPE[1], _BLOCK)
    counts = blocks.sum(axis=(1, 3), dtype=np.intp)
    for array in (bitmap, counts):
        array.setflags(write=False)
    return DrawnDigit(bitmap, counts)


def _stretched(ink: BoolArray) -> BoolArray:
    """Stretch the box around the ink to the size of a character, in the middle of the bitmap."""
    box = ink
    for axis in (0, 1):
        used = np.flatnonzero(ink.any(axis=1 - axis))
        size = used[-1] + 1 - used[0]
        # The middle of each new pixel lies in the old pixel from which it is taken.
        middles = (2 * np.arange(CHARACTER_SHAPE[axis]) + 1) * size // (2 * CHARACTER_SHAPE[axis])
        box = box.take(used[0] + middles, axis=axis)
    margins = [
        ((whole - part) // 2,) * 2 for whole, part in zip(BITMAP_SHAPE, box.shape, strict=True)
    ]
    return np.pad(box, margins)


def _of_usual_weight(bitmap: BoolArray) -> BoolArray:
    """Make strokes bolder or finer if the amount of ink asks for it."""
    amount = int(bitmap.sum())
    for limit in (_TOO_FAINT, _MUCH_TOO_FAINT):
        if amount < limit:
            bitmap = np.logical_or.reduce(_neighbours(bitmap))
    for limit in (_TOO_BOLD, _MUCH_TOO_BOLD):
        if amount > limit:
            finer = np.logical_and.reduce(_neighbours(bitmap))
            # Of strokes full of holes nothing would be left.
            bitmap = finer if finer.any() else bitmap
    return bitmap


def _neighbours(bitmap: BoolArray) -> BoolArray:
    """Each pixel and its four neighbours, stacked; beyond the bitmap is paper."""
    padded = np.pad(bitmap, 1)
    return np.stack(
        [
            bitmap,
            padded[:-2, 1:-1],
            padded[2:, 1:-1],
            padded[1:-1, :-2],
            padded[1:-1, 2:],
        ]
    )


def _upright(bitmap: BoolArray) -> BoolArray:
    """Shift the rows so that the left edges near the top and near the bottom are in line."""
    rows = np.flatnonzero(bitmap.any(axis=1))
    top, bottom = rows[0] + _NOISY_ROWS, rows[-1] - _NOISY_ROWS
    if rows[-1] - rows[0] < _UPRIGHT_HEIGHT or not bitmap[[top, bottom]].any(axis=1).all():
        return bitmap
    left_at_top, left_at_bottom = bitmap[[top, bottom]].argmax(axis=1)
    slope = (left_at_top - left_at_bottom) / (bottom - top)
    heights = np.arange(BITMAP_SHAPE[0]) - BITMAP_SHAPE[0] // 2
    shifts = _rounded(slope * heights)
    columns = np.arange(BITMAP_SHAPE[1]) - shifts[:, np.newaxis]
    # The outermost columns are paper: a character is narrower than the bitmap. So is what comes in.
    return np.take_along_axis(bitmap, columns.clip(0, BITMAP_SHAPE[1] - 1), axis=1)


def _rounded(values: NDArray[Any]) -> NDArray[np.intp]:
    """Round to whole numbers, halves away from zero."""
    away_from_zero: NDArray[Any] = np.copysign(np.floor(np.abs(values) + 0.5), values)
    return away_from_zero.astype(np.intp)
