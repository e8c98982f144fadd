"""Data to learn from: points in the plane, and handwritten digits.

A generated set takes the number of samples of each class, at least 1, an explicit ``rng`` (the same
seed gives the same points), and ``noise``: the standard deviation of each coordinate, at least 0.
A number out of range is a ValueError. The samples are in the order of their classes: what trains
on them in batches has to shuffle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from core.validation import (
    FloatArray,
    LabelArray,
    as_count,
    as_floats,
    as_labels,
    as_real,
    require_finite,
)

__all__ = [
    "IMAGE_SHAPE",
    "Dataset",
    "Split",
    "blobs",
    "circles",
    "digits",
    "moons",
    "nine_points",
    "published_spiral",
    "spiral",
    "split",
    "xor",
]

IMAGE_SHAPE: Final = (8, 8)
"""Rows and columns of a handwritten digit."""

_BRIGHTEST = 16
_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples and their true classes; the arrays are read-only copies.

    Attributes
    ----------
    names : tuple of str
        One name a class, at least two.
    points : (samples, features)
        The inputs X, finite float64.
    labels : (samples,)
        The true classes y. A class may be without samples.

    Examples
    --------
    >>> Dataset(("A", "B"), [[0.0, 1.0], [1.0, 0.0]], [0, 1]).features
    2
    """

    names: tuple[str, ...]
    points: FloatArray
    labels: LabelArray

    def __post_init__(self) -> None:
        """Check what was given."""
        if len(self.names) < 2:
            raise ValueError(f"names must be those of at least two classes, got {self.names!r}")
        points = as_floats("points", self.points).astype(np.float64)
        if points.ndim != 2:
            raise ValueError(
                f"points must have shape (samples, features), got shape {points.shape}"
            )
        require_finite("points", points)
        shape = (len(points), len(self.names))
        labels = as_labels("labels", self.labels, "one score a class", shape).copy()
        for name, array in (("points", points), ("labels", labels)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def size(self) -> int:
        """The number of samples."""
        return len(self.labels)

    @property
    def features(self) -> int:
        """The number of features of a sample."""
        return int(self.points.shape[1])

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.names)

    def taken(self, indices: ArrayLike) -> Dataset:
        """Return the samples of the given indices, in their order.

        Examples
        --------
        >>> nine_points().taken([8, 0]).labels.tolist()
        [2, 0]
        """
        rows = np.asarray(indices, dtype=np.intp)
        return Dataset(self.names, self.points[rows], self.labels[rows])


@dataclass(frozen=True, eq=False)
class Split:
    """A data set in two parts.

    Attributes
    ----------
    train, held_out : Dataset
        What is learnt from, and what is only looked at.
    train_indices, held_out_indices : ndarray of int
        Which samples of the whole they are, in rising order.
    """

    train: Dataset
    held_out: Dataset
    train_indices: LabelArray
    held_out_indices: LabelArray


def split(dataset: Dataset, *, rng: np.random.Generator, held_out: float = 0.25) -> Split:
    """Hold out a part of the samples of each class, drawn at random.

    Parameters
    ----------
    dataset : Dataset
        The whole.
    rng : Generator
        Where the randomness comes from.
    held_out : float
        The part to hold out, above 0 and at most 0.9, rounded to whole samples class by class. A
        class keeps at least one sample to learn from.

    Raises
    ------
    ValueError
        If the part is out of range, or so small that no sample is held out.

    Examples
    --------
    >>> parts = split(digits(), rng=np.random.default_rng(0))
    >>> parts.train.size, parts.held_out.size
    (1347, 450)
    """
    part = as_real("held_out", held_out, above=0.0, maximum=0.9)
    drawn: list[LabelArray] = []
    for number in range(dataset.classes):
        members = rng.permutation(np.flatnonzero(dataset.labels == number))
        drawn.append(members[: min(round(part * len(members)), max(0, len(members) - 1))])
    out = np.sort(np.concatenate(drawn)).astype(np.intp)
    if not len(out):
        raise ValueError(
            f"held_out must be large enough to hold out a sample of {dataset.size}, got {part!r}"
        )
    kept = np.setdiff1d(np.arange(dataset.size), out)
    return Split(dataset.taken(kept), dataset.taken(out), kept, out)


def nine_points() -> Dataset:
    """Return the nine points, three a class, of the CS231n linear classification demo.

    References
    ----------
    CS231n, "Linear Classification Loss Visualization".

    Examples
    --------
    >>> nine_points().points[0]
    array([0.5, 0.4])
    """
    points = [
        *[[0.5, 0.4], [0.8, 0.3], [0.3, 0.8]],
        *[[-0.4, 0.3], [-0.3, 0.7], [-0.7, 0.2]],
        *[[0.7, -0.4], [0.5, -0.6], [-0.4, -0.5]],
    ]
    return Dataset(_letters(3), np.array(points), np.repeat(np.arange(3), 3))


def blobs(
    samples: int = 100, *, rng: np.random.Generator, classes: int = 3, noise: float = 0.3
) -> Dataset:
    """Return normally distributed clouds, their centres evenly spaced on the unit circle.

    There are 2 to 10 of them; the first is at the top, the others follow clockwise.

    Examples
    --------
    >>> blobs(1, rng=np.random.default_rng(0), classes=2, noise=0).points.round(3) + 0.0
    array([[ 0.,  1.],
           [ 0., -1.]])
    """
    count, groups = _counts(samples, classes)
    angles = np.repeat(2.0 * np.pi * np.arange(groups) / groups, count)
    centres = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    return _noisy(centres, groups, noise, rng)


def moons(samples: int = 100, *, rng: np.random.Generator, noise: float = 0.1) -> Dataset:
    """Return two interleaving half circles.

    Without noise they are those of scikit-learn's ``make_moons``, moved so that their middle is
    the origin.

    Examples
    --------
    >>> moons(2, rng=np.random.default_rng(0), noise=0).points.round(3) + 0.0
    array([[ 0.5 , -0.25],
           [-1.5 , -0.25],
           [-0.5 ,  0.25],
           [ 1.5 ,  0.25]])
    """
    count, _ = _counts(samples, 2)
    angles = np.linspace(0.0, np.pi, count)
    upper = np.stack([np.cos(angles) - 0.5, np.sin(angles) - 0.25], axis=1)
    return _noisy(np.concatenate([upper, -upper]), 2, noise, rng)


def circles(
    samples: int = 100, *, rng: np.random.Generator, noise: float = 0.08, inner: float = 0.5
) -> Dataset:
    """Return a circle of radius 1 and one inside it, about the origin.

    ``inner`` is the radius of that one, from 0 to 1; class 0 is the outer one. Without noise these
    are scikit-learn's ``make_circles``.

    Examples
    --------
    >>> circles(1, rng=np.random.default_rng(0), noise=0).points
    array([[1. , 0. ],
           [0.5, 0. ]])
    """
    count, _ = _counts(samples, 2)
    radius = as_real("inner", inner, minimum=0.0, maximum=1.0)
    angles = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    outer = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _noisy(np.concatenate([outer, radius * outer]), 2, noise, rng)


def spiral(
    samples: int = 100,
    *,
    rng: np.random.Generator | np.random.RandomState,
    classes: int = 3,
    noise: float = 0.2,
) -> Dataset:
    r"""Return the arms of a spiral, one a class, as in the CS231n case study.

    .. math:: r \in [0, 1], \quad t \in [4 k, 4 (k + 1)] + \text{noise}, \quad
              x = (r \sin t,\; r \cos t)

    There are 2 to 10 arms; that of class k turns from 4 k to 4 (k + 1) radians. The noise is that
    of the angle, in radians.

    References
    ----------
    CS231n notes, "Putting it together: Minimal Neural Network Case Study".

    Examples
    --------
    >>> spiral(rng=np.random.default_rng(0)).points.shape
    (300, 2)
    """
    count, arms = _counts(samples, classes)
    spread = as_real("noise", noise, minimum=0.0)
    radii = np.tile(np.linspace(0.0, 1.0, count), arms)
    angles = np.concatenate([np.linspace(4.0 * k, 4.0 * (k + 1), count) for k in range(arms)])
    angles += spread * rng.standard_normal(len(angles))
    points = np.stack([radii * np.sin(angles), radii * np.cos(angles)], axis=1)
    return Dataset(_letters(arms), points, np.repeat(np.arange(arms), count))


def published_spiral() -> Dataset:
    """Return the points of the published runs of the CS231n case study.

    The notes do not tell their seed. These points, of NumPy's old generator with seed 0, lead to
    the same losses: a softmax classifier's falls to 0.786302 at iteration 190.

    Examples
    --------
    >>> published_spiral().points[-1].round(4)
    array([-0.4727,  0.8812])
    """
    return spiral(rng=np.random.RandomState(0))


def xor(samples: int = 100, *, rng: np.random.Generator, noise: float = 0.05) -> Dataset:
    """Return points of a square whose class is that of the diagonal they lie on.

    Without noise, both coordinates lie between 0.1 and 1 in absolute value. In class 0 they differ
    in sign, in class 1 they have the same.

    Examples
    --------
    >>> points = xor(rng=np.random.default_rng(0), noise=0).points
    >>> (points[:100].prod(axis=1) < 0).all(), (points[100:].prod(axis=1) > 0).all()
    (np.True_, np.True_)
    """
    count, _ = _counts(samples, 2)
    sizes = rng.uniform(0.1, 1.0, size=(2 * count, 2))
    signs = rng.choice([-1.0, 1.0], size=2 * count)
    second = np.repeat([-1.0, 1.0], count) * signs
    return _noisy(sizes * np.stack([signs, second], axis=1), 2, noise, rng)


@cache
def digits() -> Dataset:
    """Return 1797 handwritten digits of 8 x 8 pixels, row by row, from 0 (paper) to 1 (ink).

    References
    ----------
    Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository (1998), test part; CC BY 4.0. See core/data/README.md.

    Examples
    --------
    >>> digits().points.shape, digits().labels[:5].tolist()
    ((1797, 64), [0, 1, 2, 3, 4])
    """
    with np.load(_DATA / "digits.npz", allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    pixels = images.reshape(len(images), -1) / _BRIGHTEST
    return Dataset(tuple("0123456789"), pixels, labels)


def _letters(count: int) -> tuple[str, ...]:
    return tuple("ABCDEFGHIJ"[:count])


def _counts(samples: int, classes: int) -> tuple[int, int]:
    return (
        as_count("samples", samples, minimum=1),
        as_count("classes", classes, minimum=2, maximum=10),
    )


def _noisy(points: FloatArray, classes: int, noise: float, rng: np.random.Generator) -> Dataset:
    """Move each point at random; there are equally many of each class, in order."""
    spread = as_real("noise", noise, minimum=0.0)
    moved = points + spread * rng.standard_normal(points.shape)
    return Dataset(_letters(classes), moved, np.repeat(np.arange(classes), len(points) // classes))
