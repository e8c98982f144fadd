"""What pages open with is computed when the server starts: the first visitor waits for nothing."""

from __future__ import annotations

import threading
from importlib import import_module
from importlib.util import find_spec

from pages.ui.lessons import lessons

__all__ = ["prepare", "prepare_in_background"]


def prepare() -> None:
    """Let each lesson that has a module ``opening`` compute what it opens with."""
    for name in lessons():
        if find_spec(f"pages.{name}.opening") is not None:
            import_module(f"pages.{name}.opening").prepare()


def prepare_in_background() -> None:
    """Do so while the server starts."""
    threading.Thread(target=prepare, daemon=True).start()
