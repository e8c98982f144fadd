"""Where the batch comes from: samples to start from, pasted text, a file, an edited table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import Any, Final

import numpy as np
import streamlit as st

from core.losses.batch import Batch
from core.tables.faults import NO_ANSWERS, Answers, TableError, TableQuestionError
from core.tables.score_tables import BatchReading, batch_from_cells, read_table, write_table
from pages.batch_lab import BatchLabState
from pages.batch_lab.data import BatchView, adopt, is_gone, loaded, present_view
from pages.batch_lab.samples import SAMPLES
from pages.ui.kit.own_tables import fault_sentence, question, understood, upload
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["edited_cells", "loaded_table", "sources", "tell_what_is_gone"]

MOST_EDITED: Final = 100
"""Rows of a table that is edited as a whole."""

_REFUSED: Final = "batch_lab_refused"
_TEXT: Final = "batch_lab_text"
_EDITOR: Final = "batch_lab_editor"
_LABEL: Final = "label"


@dataclass(frozen=True, eq=False)
class _Refused:
    """What was not loaded, and why; a table to be read again once its question is answered."""

    fault: TableError
    source: str
    name: str
    table: str | bytes = ""
    answers: Answers = field(default_factory=dict)


def tell_what_is_gone(state: BatchLabState, t: Text) -> None:
    """Say that the own table of the address is not in this session, and what to do."""
    if is_gone(state):
        instead, where = t("batch_lab.source.images"), t("guide.settings")
        st.warning(t("batch_lab.gone", instead=instead, settings=where), icon="📂")


def loaded_table(view: BatchView, t: Text) -> None:
    """Tell what is loaded."""
    present = loaded(view.state)
    st.caption(
        t(
            "batch_lab.loaded_one" if view.batch.size == 1 else "batch_lab.loaded",
            source=t(f"batch_lab.source.{present.source}", name=escape(present.name)),
            size=f"{view.batch.size:,}",
            classes=len(view.batch.names),
        )
    )
    if present.notes:
        st.caption(understood(present.notes, t))
    if not np.isfinite(view.batch.scores[view.index]).all():
        st.caption(t("batch_lab.infinite"))


def sources(view: BatchView, t: Text) -> None:
    """Offer the ways to load another table; tell what was refused, or ask what it means."""
    st.markdown(t("batch_lab.sources"))
    if view.state.scene is not None:
        loaded_table(view, t)
    ways: Mapping[str, Callable[[BatchView, Text], None]] = {
        "samples": _samples,
        "paste": _paste,
        "file": _file,
        "edit": _edit,
    }
    tabs = st.tabs(
        [t(f"batch_lab.way.{way}") for way in ways], key="batch_lab_way", on_change="rerun"
    )
    for show, tab in zip(ways.values(), tabs, strict=True):
        if tab.open:
            with tab:
                show(view, t)
    refused: _Refused | None = st.session_state.get(_REFUSED)
    if refused is None:
        return
    fault = refused.fault
    if isinstance(fault, TableQuestionError):
        question(fault, t, "batch_lab", lambda option: _answered(refused, option))
    else:
        what = t(f"batch_lab.source.{refused.source}", name=escape(refused.name))
        sentence = fault_sentence(fault, t, "batch_lab")
        st.error(t("batch_lab.refused", source=what, fault=sentence), icon="⚠️")


def _load(
    table: str | bytes, source: str, *, name: str = "", answers: Answers = NO_ANSWERS
) -> None:
    """Load what can be read; if it cannot, keep what there is and tell why, or ask."""
    try:
        reading = read_table(table, answers)
    except TableQuestionError as fault:
        st.session_state[_REFUSED] = _Refused(fault, source, name, table, answers)
    except TableError as fault:
        st.session_state[_REFUSED] = _Refused(fault, source, name)
    else:
        _use(reading, source, name)


def _use(reading: BatchReading, source: str, name: str = "", index: int = 0) -> None:
    st.session_state[_REFUSED] = None
    batch = reading.batch
    adopt(batch, source, name=name, index=min(index, batch.size - 1), notes=reading.notes)


def _answered(refused: _Refused, option: str) -> None:
    answers = {**refused.answers, refused.fault.reason: option}
    _load(refused.table, refused.source, name=refused.name, answers=answers)


def _samples(view: BatchView, t: Text) -> None:
    *columns, last = st.columns([2, 2, 1])
    for column, (source, make) in zip(cycle(columns), SAMPLES.items(), strict=False):
        column.button(
            t(f"batch_lab.source.{source}"),
            key=f"batch_lab_{source}",
            on_click=lambda make=make, source=source: _use(BatchReading(make(), ()), source),
            width="stretch",
        )
        column.download_button(
            t("batch_lab.as_file", table=t(f"batch_lab.source.{source}")),
            partial(_written, make),
            file_name=f"{source}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"batch_lab_{source}_file",
            width="stretch",
        )
    rows = min(3, view.batch.size)
    last.download_button(
        t("batch_lab.template"),
        write_table(Batch(view.batch.names, view.batch.scores[:rows], view.batch.labels[:rows])),
        file_name="template.csv",
        mime="text/csv",
        on_click="ignore",
        key="batch_lab_template",
        width="stretch",
    )
    st.caption(t("batch_lab.format"))


def _written(make: Callable[[], Batch]) -> str:
    return write_table(make())


def _paste(_: BatchView, t: Text) -> None:
    with st.form("batch_lab_paste", border=False):
        st.text_area(
            t("batch_lab.text"),
            key=_TEXT,
            height=180,
            placeholder=write_table(SAMPLES["images"]()),
            persist_state="session",
        )
        st.form_submit_button(t("batch_lab.use_text"), on_click=_pasted)
    st.caption(t("batch_lab.format"))


def _pasted() -> None:
    text = st.session_state.get(_TEXT) or ""
    _load(text, "pasted")


def _file(_: BatchView, t: Text) -> None:
    upload(
        t("batch_lab.file"),
        "batch_lab_file",
        lambda name, data: _load(data, "file", name=name),
    )
    st.caption(t("batch_lab.format"))


@dataclass(frozen=True, eq=False)
class _Editor:
    """The table from which the editor started, and the batch that its edits have made of it."""

    base: Batch
    shown: Batch
    version: int


def _edit(view: BatchView, t: Text) -> None:
    if view.batch.size > MOST_EDITED:
        st.info(t("batch_lab.too_long", most=MOST_EDITED))
        return
    editor: _Editor | None = st.session_state.get(_EDITOR)
    if editor is None or editor.shown is not view.batch:
        version = 0 if editor is None else editor.version + 1
        editor = _Editor(view.batch, view.batch, version)
        st.session_state[_EDITOR] = editor
    base = editor.base
    columns = _score_columns(base)
    key = f"batch_lab_table{editor.version}"
    names = [base.names[label] for label in base.labels]
    # As text: a column of numbers is the browser's own, and drops a decimal comma.
    cells = [[write_number(score) for score in column] for column in base.scores.T.tolist()]
    st.data_editor(
        {**dict(zip(columns, cells, strict=True)), _LABEL: names},
        column_config={
            **{
                column: st.column_config.TextColumn(name, alignment="right", required=True)
                for column, name in zip(columns, base.names, strict=True)
            },
            _LABEL: st.column_config.SelectboxColumn(
                t("batch_lab.column.label"), options=list(base.names), required=True
            ),
        },
        num_rows="dynamic",
        key=key,
        on_change=_edited,
        args=(key,),
    )
    st.caption(t("batch_lab.editing"))


def _score_columns(batch: Batch) -> list[str]:
    return [f"score{index}" for index in range(len(batch.names))]


def _edited(key: str) -> None:
    editor: _Editor = st.session_state[_EDITOR]
    cells = edited_cells(editor.base, st.session_state[key])
    try:
        batch = batch_from_cells(editor.base.names, cells)
    except TableError as fault:
        st.session_state[_REFUSED] = _Refused(fault, "edited", "")
        return
    _use(BatchReading(batch, ()), "edited", index=present_view().index)
    shown = loaded(present_view().state).batch
    st.session_state[_EDITOR] = _Editor(editor.base, shown, editor.version)


def edited_cells(base: Batch, edits: Mapping[str, Any]) -> list[list[object]]:
    """The cells of a table after Streamlit's edits: changed cells, then deleted and added rows."""
    columns = [*_score_columns(base), _LABEL]
    rows = zip(base.scores.tolist(), base.labels.tolist(), strict=True)
    cells: list[list[object]] = [[*scores, base.names[label]] for scores, label in rows]
    for row, changes in edits["edited_rows"].items():
        for column, value in changes.items():
            cells[int(row)][columns.index(column)] = value
    deleted = set(edits["deleted_rows"])
    kept = [row for number, row in enumerate(cells) if number not in deleted]
    return kept + [[row.get(column) for column in columns] for row in edits["added_rows"]]
