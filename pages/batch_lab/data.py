"""The loaded batch and the sample on the stage.

The batch lives in the session. The sample on the stage is the current example, which lives in the
address and travels through all lessons: ``sample`` says which row it is. What it becomes there is
shown in its row at once, and kept in the table when another sample is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import streamlit as st

from core.losses.batch import Batch, BatchResult, evaluate_batch
from pages.batch_lab import BatchLabState
from pages.batch_lab.samples import SAMPLES
from pages.ui.state.address import read_state, write_state
from pages.ui.state.example import Example

__all__ = [
    "BatchView",
    "LoadedBatch",
    "Source",
    "adopt",
    "loaded",
    "present_view",
    "select",
    "view_of",
]

Source = Literal["images", "generated", "pasted", "file", "edited"]

_LOADED: Final = "batch_lab_loaded"
_RESULT: Final = "batch_lab_result"
_CHANGED: Final = "batch_lab_changed"


@dataclass(frozen=True, eq=False)
class LoadedBatch:
    """A batch and where it comes from; ``name`` is that of a file."""

    batch: Batch
    source: Source
    name: str = ""


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


def loaded() -> LoadedBatch:
    """The batch as it was loaded, with the samples that were changed since."""
    present: LoadedBatch = st.session_state.setdefault(
        _LOADED, LoadedBatch(SAMPLES["images"](), "images")
    )
    return present


def adopt(batch: Batch, source: Source, *, name: str = "", index: int = 0) -> None:
    """Load another batch, and make one of its samples the current example."""
    st.session_state[_LOADED] = LoadedBatch(batch, source, name)
    write_state(_with_sample(read_state(BatchLabState)[0], batch, index))


def select(index: int) -> None:
    """Make another sample the current example; the last one stays in the table as it is now."""
    view = present_view()
    st.session_state[_LOADED] = replace(loaded(), batch=view.batch)
    st.session_state[_RESULT] = view.result
    write_state(_with_sample(view.state, view.batch, index))


def present_view() -> BatchView:
    """What the address and the session show now."""
    return view_of(read_state(BatchLabState)[0])


def view_of(
    state: BatchLabState, *, progress: Callable[[int, int], None] | None = None
) -> BatchView:
    """Put the current example in its row, if it has one; else show the first sample."""
    base = _base_result(state, progress)
    index = _row_of(state, base.batch)
    if index is None:
        return BatchView(_with_sample(state, base.batch, 0), 0, base)
    return BatchView(state, index, _changed(base, index, state.example))


def _row_of(state: BatchLabState, batch: Batch) -> int | None:
    """The row of the current example; None if it comes from elsewhere."""
    is_ours = state.example.names == batch.names
    return state.sample - 1 if is_ours and 1 <= state.sample <= batch.size else None


def _with_sample(state: BatchLabState, batch: Batch, index: int) -> BatchLabState:
    scores = tuple(batch.scores[index].tolist())
    example = Example(batch.names, scores, int(batch.labels[index]))
    return replace(state, example=example, sample=index + 1, along=None)


def _base_result(state: BatchLabState, progress: Callable[[int, int], None] | None) -> BatchResult:
    batch = loaded().batch
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
    present = (tuple(base.batch.scores[index].tolist()), int(base.batch.labels[index]))
    if present == (example.scores, example.label):
        return base
    known = st.session_state.get(_CHANGED)
    if known is not None and known[0] is base and known[1:3] == (index, example):
        again: BatchResult = known[3]
        return again
    changed = base.with_sample(index, example.scores, example.label)
    st.session_state[_CHANGED] = (base, index, example, changed)
    return changed
