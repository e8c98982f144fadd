"""Pools: the numbers of a message, type by type, equal rows of them once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["Pools"]

BYTES_EACH: Final = {"numbers": 8, "singles": 4, "words": 2, "bytes": 1}
"""In the order of the message: float64, float32, uint16, uint8."""


@dataclass
class _Pool:
    bytes_each: int
    starts: dict[bytes, int] = field(default_factory=dict)
    size: int = 0


class Pools:
    """Rows of numbers, and where in the pool of their type each begins.

    Examples
    --------
    >>> pools = Pools()
    >>> [pools.start("words", row) for row in (b"abcd", b"efgh", b"abcd")]
    [0, 2, 0]
    >>> pools.sizes["words"], pools.packed
    (4, b'abcdefgh')
    """

    def __init__(self) -> None:
        self._of = {name: _Pool(size) for name, size in BYTES_EACH.items()}

    def start(self, type: str, row: bytes) -> int:
        """Tell where a row begins; add it if it is new."""
        pool = self._of[type]
        if row not in pool.starts:
            pool.starts[row] = pool.size
            pool.size += len(row) // pool.bytes_each
        return pool.starts[row]

    @property
    def sizes(self) -> dict[str, int]:
        """How many numbers of each type there are."""
        return {name: pool.size for name, pool in self._of.items()}

    @property
    def packed(self) -> bytes:
        """All rows, one after the other."""
        return b"".join(row for pool in self._of.values() for row in pool.starts)

    def table(self) -> tuple[dict[str, Any], bytes]:
        """Tell of a table and give it; its key stands for every number in it."""
        packed = self.packed
        key = hashlib.blake2b(packed, digest_size=12, person=b"table").hexdigest()
        return {"key": key, "sizes": self.sizes}, packed
