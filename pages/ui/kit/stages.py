"""Shows the stage of a lesson: a release becomes the new state of the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from pages.ui.stage.mount import Stage, mount
from pages.ui.stage.release import Release
from pages.ui.state.address import (
    change_address,
    read_showing,
    read_state,
    write_state,
)
from pages.ui.state.showing import SPEEDS
from pages.ui.state.state import State
from pages.ui.text import Text

__all__ = ["show_stage", "stage_words"]

S = TypeVar("S", bound=State)


def stage_words(t: Text) -> dict[str, str]:
    """Give the words of the stage itself."""
    names = (
        *("png", "svg", "stage_png", "stage_svg", "hint", "hint_removable", "plane"),
        *("play", "pause", "speed", "typing", "typing_two"),
    )
    return {name: t(f"stage.{name}") for name in names}


def show_stage(
    key: str,
    stage: Stage,
    state: S,
    moved: Callable[[S, Release], S],
    t: Text,
    *,
    released: Callable[[Release], None] | None = None,
) -> None:
    """Show a stage; ``moved`` gives the state after a release, or the same if it makes no sense.

    With ``released``, that takes every release instead, and those of a drag that goes on.
    """

    def become(release: Release) -> None:
        write_state(moved(read_state(type(state))[0], release))

    def taken(release: Release) -> None:
        if release.speed in SPEEDS:
            change_address({"speed": None if release.speed == "1" else release.speed})
        else:
            (released or become)(release)

    paced = replace(stage, speed=read_showing()[0].speed, speeds=SPEEDS)
    mount(key, paced, taken, stage_words(t))
