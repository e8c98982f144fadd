"""A ghost: where the reader thinks that a number will be. A handle, then a mark at the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pages.ui.stage.channels import Channel, Source
from pages.ui.stage.handles import Bar
from pages.ui.stage.marks import Mark

__all__ = ["Ghost", "GhostMark"]


@dataclass(frozen=True, kw_only=True)
class Ghost(Bar):
    """A pale bar of the given ``width`` in units of the axis, or without one a point."""

    kind = "ghost"

    width: float | None = None

    def pack(self, place: Callable[[Channel], Any]) -> dict[str, Any]:
        """Write the handle for the browser."""
        return super().pack(place) | {"width": self.width}


@dataclass(frozen=True)
class GhostMark(Mark):
    """The ghost as it was left, and the way from there to the truth.

    Parameters
    ----------
    truth
        Where the truth is, above or below.
    gap
        What is written on the way.
    """

    kind = "ghost"

    width: float | None = None
    truth: float = 0.0
    gap: str = ""

    def pack(self, panel: str, place: Callable[[Source], Any]) -> dict[str, Any]:
        """Write the mark for the browser."""
        own = {"width": self.width, "truth": self.truth, "gap": self.gap}
        return super().pack(panel, place) | own
