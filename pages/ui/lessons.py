"""The lessons: each registers itself by the ``LESSON`` of its folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, Literal

from pages.ui.state.state import State

__all__ = ["HOME", "Lesson", "lessons"]

HOME: Final = "home"
_FOLDER = Path(__file__).parents[1]


@dataclass(frozen=True)
class Lesson:
    """A page of the app.

    Parameters
    ----------
    name
        Its folder below ``pages``, and the first part of the keys of its texts.
    path
        Its path in the address; empty for home.
    place
        Its place in the list of lessons.
    state
        What its address holds.
    part
        A step of the path, or a tool beside it; None: a page that is no lesson, as home.
    """

    name: str
    path: str
    place: int
    state: type[State] = State
    part: Literal["path", "tools"] | None = "path"

    @property
    def page(self) -> Path:
        """The script that shows it."""
        return _FOLDER / self.name / "page.py"

    @property
    def number(self) -> int | None:
        """Its number on the path, from 1."""
        path = [lesson.name for lesson in lessons().values() if lesson.part == "path"]
        return path.index(self.name) + 1 if self.part == "path" else None

    @property
    def picture(self) -> str:
        """A small drawing of what moves in it, as SVG; empty if it has none."""
        file = self.page.with_name("picture.svg")
        return file.read_text(encoding="utf-8") if file.exists() else ""


@cache
def lessons() -> Mapping[str, Lesson]:
    """Find every lesson by its name, in the order of the list: any folder that has a page."""
    names = (entry.name for entry in pkgutil.iter_modules([str(_FOLDER)]) if entry.ispkg)
    pages = (name for name in names if (_FOLDER / name / "page.py").exists())
    found: list[Lesson] = [import_module(f"pages.{name}").LESSON for name in pages]
    return {lesson.name: lesson for lesson in sorted(found, key=lambda lesson: lesson.place)}
