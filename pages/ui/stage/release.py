"""What a hand left: the message of the browser, read."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

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
    speed
        How fast timelines are to play, if that was chosen.
    """

    values: Mapping[str, Value]
    focus: str | None
    is_held: bool = False
    moved: tuple[str, ...] = ()
    added: tuple[str, float, float] | None = None
    removed: str | None = None
    speed: str | None = None


@dataclass(frozen=True)
class Message:
    """What the browser sent last.

    Parameters
    ----------
    number
        The answer carries it back.
    release
        What the hand left.
    address
        The parameters of the address at which it was let go, if that is told.
    held
        The keys of the tables that the browser keeps, which need not be sent again.
    """

    number: int
    release: Release
    address: Mapping[str, str] | None = None
    held: tuple[str, ...] = ()


def read_message(state: Any) -> Message | None:
    """Read a component's state; None if there is no message or it makes no sense."""
    sent = (state or {}).get("state")
    if not isinstance(sent, dict) or not isinstance(sent.get("values"), dict):
        return None
    if not isinstance(sent.get("number"), int):
        return None
    values = {str(id): value for id, value in sent["values"].items() if _is_value(value)}
    added, removed, moved, speed = (
        sent.get(name) for name in ("added", "removed", "moved", "speed")
    )
    release = Release(
        values,
        sent.get("focus"),
        is_held=sent.get("is_held") is True,
        moved=tuple(map(str, moved)) if isinstance(moved, list) else (),
        added=None if added is None else _spot(added),
        removed=removed if isinstance(removed, str) else None,
        speed=speed if isinstance(speed, str) else None,
    )
    held = sent.get("held")
    keys = tuple(map(str, held)) if isinstance(held, list) else ()
    return Message(sent["number"], release, _parameters(sent.get("address")), keys)


def _parameters(address: Any) -> Mapping[str, str] | None:
    if not isinstance(address, str):
        return None
    return dict(parse_qsl(address.removeprefix("?"), keep_blank_values=True))


def _is_value(value: Any) -> bool:
    """Tell whether a handle can stand there: at a number, or at a pair of them."""
    numbers = value if isinstance(value, list) and len(value) == 2 else [value]
    return all(isinstance(n, int | float) and abs(n) <= sys.float_info.max for n in numbers)


def _spot(added: Any) -> tuple[str, float, float] | None:
    try:
        panel, x, y = added
        spot = (str(panel), float(x), float(y))
    except (TypeError, ValueError, OverflowError):
        return None
    return spot if math.isfinite(spot[1]) and math.isfinite(spot[2]) else None
