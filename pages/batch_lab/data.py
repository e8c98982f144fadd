"""The table and the sample on the stage.

The address says which table it is: one of those to start from, or the reader's own, which lives in
the session. The sample on the stage is the current example, which lives in the address and travels
through all lessons: ``sample`` says which row it is. What it becomes there is shown in its row at
once, and kept in the table of this session when another sample is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import streamlit as st

from core.losses.batch import BLOCK_ROWS, Batch, BatchResult, evaluate_batch
from core.tables.faults import Note
from pages.batch_lab import OWN, SHIPPED, BatchLabState
from pages.batch_lab.numbers import LOWEST
from pages.batch_lab.samples import SAMPLES
from pages.ui.state.address import read_state, text, write_state
from pages.ui.state.class_names import in_language
from pages.ui.state.example import Example
from pages.ui.text import text_in

__all__ = [
    "BatchView",
    "LoadedBatch",
    "adopt",
    "is_gone",
    "is_long",
    "loaded",
    "present_view",
    "select",
    "view_of",
]

_LOADED: Final = "batch_lab_loaded"
_LAST: Final = "batch_lab_last"
_RESULT: Final = "batch_lab_result"
_CHANGED: Final = "batch_lab_changed"


@dataclass(frozen=True, eq=False)
class LoadedBatch:
    """A batch, where it comes from, the name of its file, and what was understood of it."""

    batch: Batch
    source: str
    name: str = ""
    notes: Sequence[Note] = ()

    @property
    def table(self) -> str:
        """What the address calls it."""
        return self.source if self.source in SHIPPED else OWN


@dataclass(frozen=True, eq=False)
class BatchView:
    """What the lesson shows: the batch with the sample on the stage as it is now."""

    state: BatchLabState
    index: int
    result: BatchResult

    @property
    def batch(self) -> Batch:
        """The batch, with the sample as it is now."""
        return self.result.batch

    @property
    def words(self) -> dict[str, str]:
        """What the texts call the sample and the size of the batch."""
        return {"size": f"{self.batch.size:,}", "number": f"{self.index + 1:,}"}


def loaded(state: BatchLabState) -> LoadedBatch:
    """Give the table of a state as it was loaded, with the samples that were changed since.

    A scene begins with its table as it is to start from, whatever was changed in this session. In
    the place of an own table that is gone stand the three images.
    """
    tables, table = _tables(), _table_of(state)
    if table not in tables or (state.scene is not None and table != OWN):
        return _to_start_from(table if table in SHIPPED else SHIPPED[0], text().language)
    present = tables[table]
    names = in_language(present.batch.names, text())
    if names != present.batch.names:
        present = replace(present, batch=replace(present.batch, names=names))
        tables[table] = present
    return present


def is_gone(state: BatchLabState) -> bool:
    """Tell whether the address speaks of an own table that this session does not have."""
    return state.table == OWN and OWN not in _tables()


def is_long(state: BatchLabState) -> bool:
    """Tell whether a table takes its time."""
    return loaded(state).batch.size > BLOCK_ROWS


def adopt(
    batch: Batch, source: str, *, name: str = "", index: int = 0, notes: Sequence[Note] = ()
) -> None:
    """Load another batch, and make one of its samples the current example."""
    present = LoadedBatch(batch, source, name, notes)
    _tables()[present.table] = present
    st.session_state[_LAST] = present.table
    state = replace(read_state(BatchLabState)[0], table=present.table)
    write_state(_with_sample(state, batch, index))


def select(index: int, *, look: str | None = None) -> None:
    """Make another sample the current example; the last one stays in the table as it is now."""
    view = present_view()
    state = view.state if look is None else replace(view.state, look=look)
    _tables()[_table_of(state)] = replace(loaded(state), batch=view.batch)
    st.session_state[_RESULT] = view.result
    write_state(_with_sample(state, view.batch, index))


def present_view() -> BatchView:
    """What the address and the session show now."""
    return view_of(read_state(BatchLabState)[0])


def view_of(
    state: BatchLabState, *, progress: Callable[[int, int], None] | None = None
) -> BatchView:
    """Put the current example in its row, if it has one; else show the first sample."""
    base = _base_result(state, progress)
    index = None if is_gone(state) else _row_of(state, base.batch)
    named = _named(state)
    if index is None:
        return BatchView(_with_sample(named, base.batch, 0), 0, base)
    return BatchView(named, index, _changed(base, index, state.example))


def _tables() -> dict[str, LoadedBatch]:
    """Every table of this session, by what the address calls it."""
    tables: dict[str, LoadedBatch] = st.session_state.setdefault(_LOADED, {})
    return tables


def _table_of(state: BatchLabState) -> str:
    last: str = st.session_state.get(_LAST, SHIPPED[0])
    return last if state.table is None else state.table


def _named(state: BatchLabState) -> BatchLabState:
    """Name the table that is shown: the next address tells it to another session."""
    if is_gone(state):
        return replace(state, table=SHIPPED[0])
    shown = _table_of(state)
    return state if shown == SHIPPED[0] else replace(state, table=shown)


@cache
def _to_start_from(table: str, language: str) -> LoadedBatch:
    batch = SAMPLES[table]()
    names = in_language(batch.names, text_in(language))
    return LoadedBatch(replace(batch, names=names), table)


def _row_of(state: BatchLabState, batch: Batch) -> int | None:
    """The row of the current example; None if it comes from elsewhere."""
    is_ours = state.example.names == batch.names
    return state.sample - 1 if is_ours and 1 <= state.sample <= batch.size else None


def _with_sample(state: BatchLabState, batch: Batch, index: int) -> BatchLabState:
    scores = tuple(np.maximum(batch.scores[index], LOWEST).tolist())
    example = Example(batch.names, scores, int(batch.labels[index]))
    return replace(state, example=example, sample=index + 1, along=None)


def _base_result(state: BatchLabState, progress: Callable[[int, int], None] | None) -> BatchResult:
    batch = loaded(state).batch
    known = st.session_state.get(_RESULT)
    if known is None or (known.batch, known.margin, known.variant) != (
        batch,
        state.margin,
        state.variant,
    ):
        known = evaluate_batch(batch, margin=state.margin, variant=state.variant, progress=progress)
        st.session_state[_RESULT] = known
    return known


def _changed(base: BatchResult, index: int, example: Example) -> BatchResult:
    """The result with the sample as it is now: the same object until it changes again."""
    scores = tuple(np.maximum(base.batch.scores[index], LOWEST).tolist())
    if (scores, int(base.batch.labels[index])) == (example.scores, example.label):
        return base
    known = st.session_state.get(_CHANGED)
    if known is not None and known[0] is base and known[1:3] == (index, example):
        again: BatchResult = known[3]
        return again
    changed = base.with_sample(index, example.scores, example.label)
    st.session_state[_CHANGED] = (base, index, example, changed)
    return changed
