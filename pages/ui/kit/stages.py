"""Shows the stage of a lesson: a release becomes the new state of the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pages.ui.stage.mount import Stage, mount
from pages.ui.stage.release import Release
from pages.ui.state.address import read_state, write_state
from pages.ui.state.state import State
from pages.ui.text import Text

__all__ = ["show_stage", "stage_words"]

S = TypeVar("S", bound=State)


def stage_words(t: Text) -> dict[str, str]:
    """Give the words of the stage itself."""
    names = ("png", "svg", "hint", "play", "pause", "typing")
    return {name: t(f"stage.{name}") for name in names}


def show_stage(key: str, stage: Stage, state: S, moved: Callable[[S, Release], S], t: Text) -> None:
    """Show a stage; ``moved`` gives the state after a release, or the same if it makes no sense."""
    mount(
        key,
        stage,
        lambda release: write_state(moved(read_state(type(state))[0], release)),
        stage_words(t),
    )
