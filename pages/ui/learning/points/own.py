"""Own points: few of them live in the address, many in the session.

A change that cannot be made leaves the points as they were, and its reason is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import streamlit as st

from core.learning.datasets import Dataset
from core.tables.faults import Answers, TableError, TableQuestionError
from core.tables.point_tables import PointReading, read_points
from pages.ui.learning.points.written import MOST_EDITED_POINTS
from pages.ui.learning.setups import OWN_DATA, points_of, usual
from pages.ui.learning.state import ModelState, Usual, with_known
from pages.ui.state.address import read_state, write_state
from pages.ui.state.example import default_name

__all__ = [
    "Brought",
    "Refusal",
    "Source",
    "are_same",
    "brought",
    "refusal",
    "replace_points",
    "use_file",
]

Source = Literal["file", "edited", "plane"]

SETTINGS: Final = ("strength", "optimizer", "learning_rate", "batch_size", "hidden", "trained")
"""What is usual for a data set, and stays when its points are replaced."""

_REFUSED: Final = "points_refused"
_BROUGHT: Final = "points_brought"


@dataclass(frozen=True, eq=False)
class Brought:
    """A file of points, with what was answered about it."""

    name: str
    table: bytes
    answers: Answers

    def answered(self, reason: str, option: str) -> Brought:
        """The same with one more answer."""
        return replace(self, answers={**self.answers, reason: option})


@dataclass(frozen=True, eq=False)
class Refusal:
    """A change that could not be made: of which points, where it comes from, and why.

    ``file`` is to be read again once its question is answered.
    """

    dataset: Dataset
    source: Source
    name: str
    fault: TableError
    file: Brought | None = None


def brought(dataset: Dataset) -> tuple[Brought, PointReading] | None:
    """The file that these points are from, if they still are, and what was understood of it."""
    found: tuple[Brought, PointReading] | None = st.session_state.get(_BROUGHT)
    return found if found is not None and are_same(found[1].dataset, dataset) else None


def use_file(dataset: Dataset, file: Brought, kind: type[ModelState]) -> None:
    """Replace the points by those of a file; where that cannot be, tell why, or ask."""
    try:
        reading = read_points(file.table, file.answers)
    except TableError as fault:
        asked = file if isinstance(fault, TableQuestionError) else None
        st.session_state[_REFUSED] = Refusal(dataset, "file", file.name, fault, asked)
    else:
        st.session_state[_BROUGHT] = (file, reading)
        replace_points(dataset, lambda: reading.dataset, "file", kind)


def refusal(dataset: Dataset) -> Refusal | None:
    """The last change, if it could not be made and these are still the points."""
    refused: Refusal | None = st.session_state.get(_REFUSED)
    return refused if refused is not None and are_same(refused.dataset, dataset) else None


def are_same(first: Dataset, second: Dataset) -> bool:
    """Whether two data sets hold the same points of the same classes."""
    return first is second or (
        first.names == second.names
        and np.array_equal(first.labels, second.labels)
        and np.array_equal(first.points, second.points)
    )


def replace_points(
    dataset: Dataset,
    make: Callable[[], Dataset],
    source: Source,
    kind: type[ModelState],
) -> bool:
    """Replace the points; where that cannot be, keep them and tell why.

    The settings stay what they are. Those of own data are usual otherwise: what was usual before,
    and would be another, is written down.
    """
    try:
        changed = make()
    except TableError as fault:
        st.session_state[_REFUSED] = Refusal(dataset, source, "", fault)
        return False
    st.session_state[_REFUSED] = None
    before = read_state(kind)[0]
    state, fitting = before, usual(before)
    if source == "file":
        state = replace(state, data="own", at=None)
    if changed.classes != dataset.classes:
        state = with_known(state, start="seed")
    if changed.size > MOST_EDITED_POINTS:
        st.session_state[OWN_DATA] = changed
        state = replace(state, data="own", points=None, groups=None)
    else:
        state = replace(state, points=points_of(changed), groups=_groups(changed))
    write_state(_with_settings(state, fitting, usual(state)))
    return True


def _with_settings(state: ModelState, before: Usual, now: Usual) -> ModelState:
    """Write down what was usual, where something else is usual now."""
    kept = {
        name: getattr(before, name)
        for name in SETTINGS
        if getattr(state, name, 0) is None and getattr(before, name) != getattr(now, name)
    }
    return replace(state, **kept)


def _groups(dataset: Dataset) -> tuple[str, ...] | None:
    """The names of the classes; None where they follow from the points."""
    usual = tuple(map(default_name, range(int(dataset.labels.max()) + 1)))
    return None if dataset.names == usual else dataset.names
