"""What a model looks like in the plane: its decisions as pixels, its zero-score lines, its weights.

Everything is made for all steps of a run in one go, so that a timeline can be scrubbed through it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.learning.snapshots import stacked_scores
from core.validation import FloatArray, as_count, as_floats, as_real, require_finite, require_option

__all__ = [
    "CERTAINTIES",
    "Box",
    "Certainty",
    "arrow_scale",
    "class_borders",
    "decision_levels",
    "decision_pixels",
    "square_box",
    "weight_arrows",
    "zero_lines",
]

Certainty = Literal["probability", "margin"]
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)

_ROOM: Final = 1.1
"""How much larger than what the points reach a box is: a point at its edge is seen whole."""

_REACHES: Final = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Few, so that most boxes have room to move a point outwards."""

_LONGEST_ARROW: Final = 0.45
"""Of the distance from the centre of the box to its edge."""

_LARGEST_FOR_FLOAT32: Final = 1e12
"""Scores made of such parameters are far below the largest float32."""

# What a few steps may take, so that they stay in a core's cache between the passes over them.
_CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class Box:
    """A square part of the plane.

    Attributes
    ----------
    center : tuple of float
        Its middle (x, y).
    reach : float
        How far from the middle, along each axis, points may lie.
    """

    center: tuple[float, float]
    reach: float

    @property
    def half(self) -> float:
        """Half a side: a little more than the points reach."""
        return _ROOM * self.reach

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top."""
        (x, y), half = self.center, self.half
        return x - half, x + half, y - half, y + half

    @property
    def least(self) -> tuple[float, float]:
        """The lower left corner of what the points may reach."""
        return self.center[0] - self.reach, self.center[1] - self.reach

    @property
    def most(self) -> tuple[float, float]:
        """The upper right corner of what the points may reach."""
        return self.center[0] + self.reach, self.center[1] + self.reach

    def pixels(self, resolution: int) -> FloatArray:
        """Return the centres of resolution x resolution pixels, shape (pixels, 2).

        They come row by row from the top, from left to right, as in an image.

        Examples
        --------
        >>> Box((0.0, 0.0), 10.0).pixels(2).tolist()
        [[-5.5, 5.5], [5.5, 5.5], [-5.5, -5.5], [5.5, -5.5]]
        """
        count = as_count("resolution", resolution, minimum=1)
        offsets = self.half * ((2.0 * np.arange(count) + 1.0) / count - 1.0)
        x, y = np.meshgrid(self.center[0] + offsets, self.center[1] - offsets)
        return np.stack([x.reshape(-1), y.reshape(-1)], axis=1)


def square_box(points: ArrayLike) -> Box:
    """Return a square around points, of round numbers.

    It depends on the points only by a few round numbers, so that it holds still while one of them
    is moved within it. The origin is its middle if that costs at most twice the side.

    Parameters
    ----------
    points : array_like, shape (samples, 2)
        Finite.

    Returns
    -------
    Box

    Raises
    ------
    ValueError
        If the points are not finite, or not points of a plane.

    Examples
    --------
    >>> square_box([[-0.7, 0.2], [0.8, 0.3]])
    Box(center=(0.0, 0.0), reach=1.0)
    >>> square_box([[4.3, 1.0], [7.9, 2.5]])
    Box(center=(6.0, 2.0), reach=2.0)
    """
    places = as_floats("points", points).astype(np.float64)
    if places.ndim != 2 or places.shape[1] != 2:
        raise ValueError(f"points must have shape (samples, 2), got shape {places.shape}")
    require_finite("points", places)
    farthest = float(np.abs(places).max())
    if farthest == 0.0:
        return Box((0.0, 0.0), 1.0)
    low, high = places.min(axis=0), places.max(axis=0)
    least = float((high - low).max()) / 2.0
    if farthest <= 2.0 * least or least <= 1e-9 * farthest:
        return Box((0.0, 0.0), _reach(farthest))
    unit = _reach(least) / 2.0
    x, y = (unit * np.round((low + high) / 2.0 / unit)).tolist()
    return Box((x, y), _reach(float(np.abs(places - (x, y)).max())))


def _reach(distance: float) -> float:
    """Return the next round number."""
    power = math.floor(math.log10(distance))
    # Written, not multiplied: 3 * 0.1 is not 0.3.
    rounds = (float(f"{reach}e{power}") for reach in _REACHES)
    return next(reach for reach in rounds if reach >= distance)


@np.errstate(over="ignore", invalid="ignore")
def decision_levels(
    scores: FloatArray, *, levels: int = 16, certainty: Certainty, margin: float = 1.0
) -> NDArray[np.uint8]:
    r"""Return which class wins at each pixel, and how surely.

    Parameters
    ----------
    scores : ndarray, shape (..., classes)
        The scores of each pixel; fastest as `core.learning.snapshots.stacked_scores` makes them.
    levels : int
        How many grades of certainty there are, at least 1.
    certainty : {"probability", "margin"}
        ``probability``: the softmax probability of the winner, from chance, 1 / classes, to 1.
        ``margin``: by how much it leads, from 0 to a margin or more.
    margin : float
        The margin, at least 0. With 0 every lead is sure.

    Returns
    -------
    ndarray of uint8, shape (...)
        winner * levels + grade, with grades from 0, a guess, to levels - 1. Of equal scores the
        first wins. Where scores are infinite, the grade is the highest.

    Raises
    ------
    ValueError
        If an option is out of range, or there are more grades than 256 altogether.

    Examples
    --------
    >>> scores = np.array([[0.0, 0.0], [0.0, 0.5], [3.0, 0.0]])
    >>> decision_levels(scores, levels=10, certainty="margin")
    array([ 0, 15,  9], dtype=uint8)
    >>> decision_levels(scores, levels=10, certainty="probability")
    array([ 0, 12,  9], dtype=uint8)
    """
    require_option("certainty", certainty, CERTAINTIES)
    classes = scores.shape[-1]
    grades = as_count("levels", levels, minimum=1, maximum=256 // classes)
    lead_wanted = as_real("margin", margin, minimum=0.0)
    pixels = scores.shape[-2] if scores.ndim > 1 else 1
    by_class = np.moveaxis(scores, -1, 0).reshape(classes, -1, pixels)
    shown = np.empty(by_class.shape[1:], np.uint8)
    length = max(1, _CHUNK_BYTES // (pixels * scores.itemsize))
    for start in range(0, len(shown), length):
        chunk = by_class[:, start : start + length]
        winner, best = _winner(chunk)
        if certainty == "probability":
            chance = 1.0 / classes
            sums = np.exp(chunk - best).sum(axis=0)
            sureness = (1.0 / sums - chance) / (1.0 - chance)
        else:
            sureness = _lead(chunk, winner, best)
            # 0 / 0 counts as sure, as NaN does below; but a tie is a guess.
            sureness = np.where(sureness == 0.0, 0.0, sureness / lead_wanted if lead_wanted else 1)
        # NaN, from scores that are infinite, is not below 1 either.
        sureness = np.where(sureness < 1.0, sureness, 1.0)
        grade = np.minimum(sureness * grades, grades - 1).astype(np.uint8)
        winner *= np.uint8(grades)
        np.add(winner, grade, out=shown[start : start + length])
    return shown.reshape(scores.shape[:-1])


def decision_pixels(
    parameters: Mapping[str, ArrayLike],
    box: Box,
    resolution: int,
    *,
    levels: int = 16,
    certainty: Certainty,
    margin: float = 1.0,
) -> NDArray[np.uint8]:
    """Return what a model decides at each pixel of a box, at every step of a run.

    Parameters
    ----------
    parameters : mapping of str to array_like
        Those of every step, as `snapshots.stacked_scores` takes them; of two features.
    box : Box
        What is seen.
    resolution : int
        Pixels along each side.
    levels, certainty, margin
        As of `decision_levels`.

    Returns
    -------
    ndarray of uint8, shape (steps, pixels)
        As of `decision_levels`, the pixels as `Box.pixels` orders them.

    Examples
    --------
    >>> parameters = {"W1": [[[0.0, 5.0], [0.0, 0.0]]], "b1": [[0.0, 0.0]]}
    >>> decision_pixels(parameters, Box((0.0, 0.0), 1.0), 2, levels=8, certainty="margin")
    array([[ 7, 15,  7, 15]], dtype=uint8)
    """
    largest = max(float(np.abs(np.asarray(values)).max()) for values in parameters.values())
    dtype = np.float32 if largest < _LARGEST_FOR_FLOAT32 else np.float64
    scores = stacked_scores(parameters, box.pixels(resolution), dtype=dtype)
    return decision_levels(scores, levels=levels, certainty=certainty, margin=margin)


def _winner(by_class: FloatArray) -> tuple[NDArray[np.uint8], FloatArray]:
    """Return the first class with the highest score, and that score; whole classes at a time."""
    best = by_class[0].copy()
    winner = np.zeros(best.shape, np.uint8)
    for index in range(1, len(by_class)):
        winner[by_class[index] > best] = index
        np.maximum(best, by_class[index], out=best)
    return winner, best


def _lead(by_class: FloatArray, winner: NDArray[np.uint8], best: FloatArray) -> FloatArray:
    """Return by how much the winner's score is above every other."""
    lead = np.full(best.shape, np.inf, best.dtype)
    for index, scores in enumerate(by_class):
        np.minimum(lead, best - scores, out=lead, where=winner != index)
    return lead


@np.errstate(divide="ignore", over="ignore", invalid="ignore")
def zero_lines(weights: ArrayLike, bias: ArrayLike, box: Box) -> FloatArray:
    r"""Return where scores, or hidden units before their ReLU, are 0: lines, cut off at a box.

    .. math:: w_1 x_1 + w_2 x_2 + b = 0

    Parameters
    ----------
    weights : array_like, shape (..., 2, outputs)
        The weights w of each class or unit, such as W1 at every step of a run.
    bias : array_like, shape (..., outputs)
        The bias b of each.
    box : Box
        What is seen.

    Returns
    -------
    ndarray, shape (..., outputs, 2, 2)
        Both ends (x, y) of each line, the end to the left of w first; NaN for a line outside the
        box, and where both weights are 0.

    Examples
    --------
    >>> zero_lines([[1.0], [0.0]], [-0.5], Box((0.0, 0.0), 1.0)).tolist()
    [[[0.5, 1.1], [0.5, -1.1]]]
    """
    w = np.swapaxes(as_floats("weights", weights), -1, -2).astype(np.float64)
    size = np.abs(w).max(axis=-1)
    # Scaled, so that no square overflows or vanishes; the line stays the same.
    w = w / size[..., None]
    b = as_floats("bias", bias) / size
    # From here on in a box about the origin with half a side of 1.
    offset = (w @ np.array(box.center) + b) / box.half
    norm = (w * w).sum(axis=-1)
    foot = -(offset / norm)[..., None] * w
    along = np.stack([-w[..., 1], w[..., 0]], axis=-1)
    # Along the line, |foot + t along| <= 1 holds for each axis between two values of t.
    crossings = np.stack([(-1.0 - foot) / along, (1.0 - foot) / along])
    flat = along == 0.0
    outside = (flat & (np.abs(foot) > 1.0)).any(axis=-1)
    enter = np.where(flat, -np.inf, crossings.min(axis=0)).max(axis=-1)
    leave = np.where(flat, np.inf, crossings.max(axis=0)).min(axis=-1)
    outside |= ~(enter < leave)
    ends = foot[..., None, :] + np.stack([leave, enter], axis=-1)[..., None] * along[..., None, :]
    # What was divided lies on the edge but for its rounding.
    ends = np.array(box.center) + box.half * np.clip(ends, -1.0, 1.0)
    return np.asarray(np.where(outside[..., None, None], np.nan, ends))


@np.errstate(over="ignore", invalid="ignore")
def class_borders(weights: ArrayLike, bias: ArrayLike, box: Box) -> FloatArray:
    """Return where the highest score passes from one class to another: a stretch for each pair.

    Parameters
    ----------
    weights : array_like, shape (..., 2, classes)
        The weights of each class.
    bias : array_like, shape (..., classes)
        The bias of each.
    box : Box
        What is seen.

    Returns
    -------
    ndarray, shape (..., pairs, 2, 2)
        Both ends (x, y) of the stretch between the classes of each pair, (0, 1), (0, 2), ...;
        NaN where they have no border in the box.

    Examples
    --------
    >>> class_borders([[1.0, -1.0], [0.0, 0.0]], [0.0, 0.0], Box((0.0, 0.0), 1.0)).tolist()
    [[[0.0, 1.1], [0.0, -1.1]]]
    """
    w, b = as_floats("weights", weights), as_floats("bias", bias)
    first, second = np.triu_indices(b.shape[-1], 1)
    lines = zero_lines(w[..., first] - w[..., second], b[..., first] - b[..., second], box)
    scores = lines @ w[..., None, :, :] + b[..., None, None, :]
    pairs = np.arange(first.size)
    own = np.moveaxis(scores[..., pairs, :, first], 0, -2)
    lead = own[..., None] - scores
    lead[..., pairs, :, first] = lead[..., pairs, :, second] = 0.0
    # Along a line, the lead over each other class is a straight line in t from 0 to 1.
    start, end = lead[..., 0, :], lead[..., 1, :]
    zero = start / np.where(start == end, 1.0, start - end)
    enter = np.where(start >= 0.0, 0.0, np.where(end >= 0.0, zero, np.inf)).max(axis=-1)
    leave = np.where(end >= 0.0, 1.0, np.where(start >= 0.0, zero, -np.inf)).min(axis=-1)
    shares = np.stack([enter, leave], axis=-1)
    shares = np.where((enter < leave)[..., None], shares, np.nan)[..., None]
    return np.asarray(lines[..., :1, :] + shares * (lines[..., 1:, :] - lines[..., :1, :]))


def arrow_scale(weights: ArrayLike, box: Box) -> float:
    """Return by how much weights are shortened, or lengthened, to be arrows in a box.

    Parameters
    ----------
    weights : array_like, shape (..., 2, outputs)
        All weights that are to be seen.
    box : Box
        Where.

    Returns
    -------
    float
        1, 2 or 5 times a power of ten, the largest with which no arrow is longer than almost half
        of the way from the centre to the edge; 1 if all weights are 0.

    Examples
    --------
    >>> arrow_scale([[3.0], [4.0]], Box((0.0, 0.0), 1.0))
    0.05
    """
    norms = np.hypot(*np.moveaxis(as_floats("weights", weights), -2, 0))
    longest = float(norms.max())
    if longest == 0.0:
        return 1.0
    most = _LONGEST_ARROW * box.half / longest
    power = math.floor(math.log10(most))
    return max(
        float(f"{m}e{p}") for p in (power, power + 1) for m in (1, 2, 5) if m * 10.0**p <= most
    )


def weight_arrows(weights: ArrayLike, lines: FloatArray, scale: float) -> FloatArray:
    """Return the weights as arrows from their zero-score lines: there the score rises the fastest.

    Parameters
    ----------
    weights : array_like, shape (..., 2, outputs)
        The weights.
    lines : ndarray, shape (..., outputs, 2, 2)
        As `zero_lines` returns them.
    scale : float
        How long an arrow is for a weight vector of length 1.

    Returns
    -------
    ndarray, shape (..., outputs, 2, 2)
        Tail and tip (x, y) of each arrow. The tail is the middle of what is seen of the line; NaN
        if nothing is.

    Examples
    --------
    >>> line = zero_lines([[1.0], [0.0]], [-0.5], Box((0.0, 0.0), 1.0))
    >>> weight_arrows([[1.0], [0.0]], line, 0.2).tolist()
    [[[0.5, 0.0], [0.7, 0.0]]]
    """
    tails = lines.mean(axis=-2)
    tips = tails + scale * np.swapaxes(as_floats("weights", weights), -1, -2)
    return np.stack([tails, tips], axis=-2)
