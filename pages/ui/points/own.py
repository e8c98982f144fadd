"""Own points: few of them live in the address, many in the session.

A change that cannot be made leaves the points as they were, and its reason is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import streamlit as st

from core.cells import TableError
from core.datasets import Dataset
from pages.ui.example import default_name
from pages.ui.learning.controls import FITTED
from pages.ui.learning.setups import OWN_DATA, points_of
from pages.ui.location import read_state, write_state
from pages.ui.written_points import MOST_EDITED_POINTS

__all__ = ["Refusal", "Source", "are_same", "change", "refusal"]

Source = Literal["file", "edited", "plane"]

_REFUSED: Final = "points_refused"


@dataclass(frozen=True, eq=False)
class Refusal:
    """A change that could not be made: of which points, where it comes from, and why."""

    dataset: Dataset
    source: Source
    name: str
    fault: TableError


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


def change(
    dataset: Dataset, make: Callable[[], Dataset], source: Source, *, name: str = ""
) -> bool:
    """Replace the points; where that cannot be, keep them and tell why.

    The points of a file are another data set, with the settings that are usual for it; points that
    were edited keep the settings.
    """
    try:
        changed = make()
    except TableError as fault:
        st.session_state[_REFUSED] = Refusal(dataset, source, name, fault)
        return False
    st.session_state[_REFUSED] = None
    state = read_state()[0]
    if source == "file":
        usual_again: dict[str, Any] = dict.fromkeys(FITTED)
        state = replace(state, **usual_again, data="own")
    if changed.classes != dataset.classes:
        state = replace(state, start="seed")
    if changed.size > MOST_EDITED_POINTS:
        st.session_state[OWN_DATA] = changed
        write_state(replace(state, data="own", points=None, groups=None))
    else:
        write_state(replace(state, points=points_of(changed), groups=_groups(changed)))
    return True


def _groups(dataset: Dataset) -> tuple[str, ...] | None:
    """The names of the classes; None where they follow from the points."""
    usual = tuple(map(default_name, range(int(dataset.labels.max()) + 1)))
    return None if dataset.names == usual else dataset.names
