"""Checks that turn a wrong argument into a clear ``ValueError``.

Every message names the argument, the offending value with its position, and the shapes. The
checks of array entries are written for the case that nothing is wrong: they look at a few numbers
that are needed anyway, and search for the culprit only when those are not as they should be.
"""

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = [
    "FloatArray",
    "LabelArray",
    "as_count",
    "as_distributions",
    "as_floats",
    "as_labels",
    "as_logits",
    "as_real",
    "reject_entry",
    "reject_logits",
    "require_finite",
    "require_option",
    "working_dtype",
]

FloatArray = NDArray[np.floating[Any]]
LabelArray = NDArray[np.intp]

_FLOATS = tuple(np.dtype(kind) for kind in (np.float16, np.float32, np.float64))


def working_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return the type to compute in: float32 for float16, else ``dtype`` itself."""
    dtype = np.dtype(dtype)
    return np.dtype(np.float32) if dtype == np.float16 else dtype


def as_floats(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as a floating-point array; integers and booleans become float64.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    values : array_like
        Real numbers of any shape. float16, float32 and float64 are kept, without a copy.

    Raises
    ------
    ValueError
        If ``values`` are not real numbers, or are empty.

    Examples
    --------
    >>> as_floats("logits", [1, 2, 3])
    array([1., 2., 3.])
    """
    array = _as_array(name, values)
    if array.dtype.kind in "iub":
        array = array.astype(np.float64)
    elif array.dtype.newbyteorder("=") in _FLOATS:
        array = array.astype(array.dtype.newbyteorder("="), copy=False)
    else:
        raise ValueError(
            f"{name} must be real numbers (float16, float32, float64 or integers), "
            f"got dtype {array.dtype} with shape {array.shape}"
        )
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return array


def as_logits(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as floats of shape (..., classes); the entries are not looked at.

    Raises
    ------
    ValueError
        If ``values`` are not real numbers, are empty, or a single number without a class axis.
    """
    array = as_floats(name, values)
    if array.ndim == 0:
        raise ValueError(
            f"{name} must have shape (classes,) or (batch, classes), "
            f"got the single number {array.item()!r} with shape ()"
        )
    return array


def as_labels(name: str, values: ArrayLike, scores_name: str, shape: tuple[int, ...]) -> LabelArray:
    """Return integer labels that fit scores of the given shape.

    Parameters
    ----------
    name, scores_name : str
        The names of the labels and of the scores, for the message.
    values : array_like of int
        One label a sample: shape ``shape[:-1]``, each from 0 to ``shape[-1] - 1``.
    shape : tuple of int
        The shape of the scores, (..., classes).

    Raises
    ------
    ValueError
        If the labels are not integers, are out of range, or do not fit the shape.
    """
    array = _as_array(name, values)
    expected = f"of shape {shape[:-1]} to match {scores_name} of shape {shape}"
    if array.shape != shape[:-1]:
        raise ValueError(f"{name} must be labels {expected}, got shape {array.shape}")
    if array.dtype.kind not in "iu":
        first = array.reshape(-1)[0]
        raise ValueError(
            f"{name} must be integer labels {expected}, "
            f"got dtype {array.dtype} (first value {_plain(first)})"
        )
    classes = shape[-1]
    if array.min() < 0 or array.max() >= classes:
        bad = (array < 0) | (array >= classes)
        reject_entry(name, array, bad, f"must be a label from 0 to {classes - 1}")
    return array.astype(np.intp, copy=False)


def as_distributions(
    name: str, values: ArrayLike, scores_name: str, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> FloatArray:
    """Return target distributions: shape ``shape``, not negative, each summing to one.

    The sum may be off by 1e-6, or by four epsilons of the targets' own type if that is more.

    Raises
    ------
    ValueError
        If an entry is negative or not finite, a sum is not one, or the shape does not fit.
    """
    array = as_floats(name, values)
    if array.shape != shape:
        raise ValueError(
            f"{name} must be distributions of shape {shape} to match {scores_name}, "
            f"got shape {array.shape}"
        )
    require_finite(name, array)
    if array.min() < 0:
        reject_entry(name, array, array < 0, "must not be negative")
    sums: FloatArray = np.asarray(array.sum(axis=-1, dtype=np.float64))
    tolerance = max(1e-6, 4.0 * float(np.finfo(array.dtype).eps))
    wrong = np.abs(sums - 1.0) > tolerance
    if wrong.any():
        index = _first(wrong)
        raise ValueError(
            f"{_place(name, index)} must sum to one, but sums to {_plain(sums[index])} "
            f"({name} of shape {array.shape})"
        )
    return array.astype(dtype, copy=False)


def require_finite(name: str, array: FloatArray) -> None:
    """Raise a ``ValueError`` that names the first entry that is NaN or infinite."""
    # Smallest and largest entry together are finite only if all are, NaN included.
    if not (math.isfinite(array.min()) and math.isfinite(array.max())):
        reject_entry(name, array, ~np.isfinite(array), "must be finite")


def reject_logits(name: str, array: FloatArray, axis: int = -1) -> None:
    """Raise a ``ValueError`` for the first NaN, +inf or all -inf sample, if there is one."""
    bad = np.isnan(array) | np.isposinf(array)
    if bad.any():
        reject_entry(name, array, bad, "must be finite or -inf")
    hopeless = np.moveaxis(np.isneginf(array), axis, -1).all(axis=-1, keepdims=True)
    if hopeless.any():
        place: list[int | str] = list(_first(hopeless)[:-1])
        place.insert(axis % array.ndim, ":")
        raise ValueError(
            f"{_place(name, place)} must have a class above -inf, "
            f"but all {array.shape[axis]} classes are -inf ({name} of shape {array.shape})"
        )


def reject_entry(name: str, array: NDArray[Any], bad: NDArray[np.bool_], rule: str) -> NoReturn:
    """Raise a ``ValueError`` that tells the first bad entry's place and value, and the rule."""
    index = _first(bad)
    raise ValueError(
        f"{_place(name, index)} {rule}, got {_plain(array[index])} ({name} of shape {array.shape})"
    )


def as_real(
    name: str,
    value: object,
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    above: float = -math.inf,
) -> float:
    """Return a finite number between ``minimum`` and ``maximum`` that is greater than ``above``.

    Raises
    ------
    ValueError
        If ``value`` is not a real number, not finite, or outside the limits.

    Examples
    --------
    >>> as_real("margin", 1, minimum=0)
    1.0
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        number = float(value)
        if math.isfinite(number) and minimum <= number <= maximum and number > above:
            return number
    limits = [
        text
        for limit, text in (
            (above, f"greater than {above:g}"),
            (minimum, f"at least {minimum:g}"),
            (maximum, f"at most {maximum:g}"),
        )
        if math.isfinite(limit)
    ]
    rule = " and ".join(["a finite number", *limits]) if limits else "a finite number"
    raise ValueError(f"{name} must be {rule}, got {_plain(value)}")


def as_count(name: str, value: object, *, minimum: int = 0, maximum: int | None = None) -> int:
    """Return a whole number between ``minimum`` and ``maximum``.

    Raises
    ------
    ValueError
        If ``value`` is not a whole number, or outside the limits.

    Examples
    --------
    >>> as_count("steps", 3)
    3
    """
    if isinstance(value, Integral) and not isinstance(value, bool):
        number = int(value)
        if number >= minimum and (maximum is None or number <= maximum):
            return number
    rule = f"at least {minimum}" + ("" if maximum is None else f" and at most {maximum}")
    raise ValueError(f"{name} must be a whole number, {rule}, got {_plain(value)}")


def require_option(name: str, value: object, options: tuple[str | int, ...]) -> None:
    """Raise a ``ValueError`` that lists the options if ``value`` is none of them.

    Examples
    --------
    >>> require_option("power", 2, (1, 2))
    """
    if not isinstance(value, (str, Integral)) or isinstance(value, bool) or value not in options:
        listed = ", ".join(map(repr, options))
        raise ValueError(f"{name} must be one of {listed}, got {_plain(value)}")


def _as_array(name: str, values: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from error


def _first(bad: NDArray[np.bool_] | np.bool_) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(bad.argmax()), bad.shape))


def _place(name: str, index: Sequence[int | str]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _plain(value: object) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)
