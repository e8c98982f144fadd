"""What a hand left: the message of the browser, read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pages.ui.stage.handles import Value

__all__ = ["Message", "Release", "read_message"]


@dataclass(frozen=True)
class Release:
    """What the hand left.

    Parameters
    ----------
    values
        The values of all handles.
    focus
        The handle that has the focus.
    is_held
        Whether the drag goes on: an update of a live handle.
    moved
        The handles that were moved, but for those that followed.
    added
        The panel, x and y of a click on an empty plane.
    removed
        The handle whose removal was asked for.
    """

    values: Mapping[str, Value]
    focus: str | None
    is_held: bool = False
    moved: tuple[str, ...] = ()
    added: tuple[str, float, float] | None = None
    removed: str | None = None


@dataclass(frozen=True)
class Message:
    """What the browser sent last: its number, which the answer carries back, and the release."""

    number: int
    release: Release


def read_message(state: Any) -> Message | None:
    """Read a component's state; None if there is no message or it makes no sense."""
    sent = (state or {}).get("state")
    if not isinstance(sent, dict) or not isinstance(sent.get("values"), dict):
        return None
    if not isinstance(sent.get("number"), int):
        return None
    added, removed, moved = sent.get("added"), sent.get("removed"), sent.get("moved")
    release = Release(
        sent["values"],
        sent.get("focus"),
        is_held=sent.get("is_held") is True,
        moved=tuple(map(str, moved)) if isinstance(moved, list) else (),
        added=None if added is None else _spot(added),
        removed=removed if isinstance(removed, str) else None,
    )
    return Message(sent["number"], release)


def _spot(added: Any) -> tuple[str, float, float] | None:
    try:
        panel, x, y = added
        spot = (str(panel), float(x), float(y))
    except (TypeError, ValueError):
        return None
    return spot if math.isfinite(spot[1]) and math.isfinite(spot[2]) else None
