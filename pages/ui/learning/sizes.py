"""How much memory results take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np

__all__ = ["bytes_of"]


def bytes_of(value: object) -> int:
    """Return the bytes of all arrays in a value: in dataclasses, mappings, tuples and lists.

    >>> bytes_of({"a": (np.zeros(3), b"12"), "b": "not counted"})
    26
    """
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(bytes_of, value.values()))
    if isinstance(value, tuple | list):
        return sum(map(bytes_of, value))
    if is_dataclass(value):
        return sum(bytes_of(getattr(value, entry.name)) for entry in fields(value))
    return 0
