"""The published example that a lesson was opened with: ``?example=slide_hinges``."""

from __future__ import annotations

from typing import Any

from core.examples import EXAMPLES
from pages.ui.state.parameters import declared
from pages.ui.state.written import Problem, short

__all__ = ["published_parameter"]


def published_parameter() -> Any:
    """Declare it by its id; None: numbers of the reader's own."""

    def read(text: str, state: Any) -> tuple[str | None, tuple[Problem, ...]]:
        if any(example.id == text for example in EXAMPLES):
            return text, ()
        return None, (Problem("example", short(text), "published"),)

    return declared("example", None, read, str, is_view=True)
