"""Channels: which number of a result is shown at a place.

A channel is a function of a result. It is applied to the present result, and to those of every step
of every handle: there it meets arrays with one more axis in front, and never a second mapping.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Channel", "FloatArray", "Numbers", "Source", "is_pixels"]

FloatArray: TypeAlias = NDArray[np.floating[Any]]
Numbers: TypeAlias = NDArray[np.generic]

Channel: TypeAlias = Callable[[Any], Any]
"""Gives an array of numbers; None where a result has none, so that a place keeps what it shows."""

Source: TypeAlias = Channel | tuple[float, ...]
"""A channel, or numbers that never change."""


def is_pixels(values: Numbers) -> bool:
    """Tell whether the numbers are pixels of a picture."""
    return values.dtype == np.uint8
