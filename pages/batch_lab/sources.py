"""Where the batch comes from: samples to start from, pasted text, a file, an edited table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import streamlit as st

from core.losses.batch import Batch
from core.tables.score_tables import TableError, batch_from_cells, read_table, write_table
from pages.batch_lab.data import BatchView, Source, adopt, loaded, present_view
from pages.batch_lab.samples import SAMPLES
from pages.ui.text import Text, escape

__all__ = ["edited_cells", "fault_sentence", "sources"]

MOST_EDITED: Final = 100
"""Rows of a table that is edited as a whole."""
LARGEST_UPLOAD: Final = 200
"""In MB: more than a table may have, so that it is refused in the reader's language."""

_FAULT: Final = "batch_lab_fault"
_TEXT: Final = "batch_lab_text"
_UPLOADS: Final = "batch_lab_uploads"
_EDITOR: Final = "batch_lab_editor"
_LABEL: Final = "label"


def fault_sentence(fault: TableError, t: Text) -> str:
    """Say where a table is wrong and what would be right, as Markdown."""
    values = {"value": fault.value, **fault.limits}
    shown = {name: escape(value) for name, value in values.items()}
    return t(f"batch_lab.fault.{fault.reason}", row=fault.row, column=fault.column, **shown)


def sources(view: BatchView, t: Text) -> None:
    """Tell what is loaded, and offer the ways to load something else."""
    st.markdown(t("batch_lab.sources"))
    present = loaded()
    st.caption(
        t(
            "batch_lab.loaded",
            source=t(f"batch_lab.source.{present.source}", name=escape(present.name)),
            size=f"{view.batch.size:,}",
            classes=len(view.batch.names),
        )
    )
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
    refused = st.session_state.get(_FAULT)
    if refused is not None:
        source, name, fault = refused
        what = t(f"batch_lab.source.{source}", name=escape(name))
        st.error(t("batch_lab.refused", source=what, fault=fault_sentence(fault, t)), icon="⚠️")


def _load(read: Callable[[], Batch], source: Source, *, name: str = "", index: int = 0) -> None:
    """Load what can be read; if it cannot, keep what there is and tell why."""
    try:
        batch = read()
    except TableError as fault:
        st.session_state[_FAULT] = (source, name, fault)
    else:
        st.session_state[_FAULT] = None
        adopt(batch, source, name=name, index=min(index, batch.size - 1))


def _samples(view: BatchView, t: Text) -> None:
    columns = st.columns(len(SAMPLES) + 1)
    for column, (source, make) in zip(columns, SAMPLES.items(), strict=False):
        column.button(
            t(f"batch_lab.source.{source}"),
            key=f"batch_lab_{source}",
            on_click=_load,
            args=(make, source),
            width="stretch",
        )
        column.download_button(
            t("batch_lab.as_file"),
            partial(_written, make),
            file_name=f"{source}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"batch_lab_{source}_file",
            width="stretch",
        )
    rows = min(3, view.batch.size)
    columns[-1].download_button(
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
    _load(lambda: read_table(text), "pasted")


def _file(_: BatchView, t: Text) -> None:
    # A file that was read is let go: its memory is free, and the same file can be chosen again.
    key = f"batch_lab_file{st.session_state.setdefault(_UPLOADS, 0)}"

    def uploaded() -> None:
        file = st.session_state[key]
        if file is not None:
            _load(lambda: read_table(file.getvalue()), "file", name=file.name)
            st.session_state[_UPLOADS] += 1

    st.file_uploader(
        t("batch_lab.file"),
        type=["csv", "tsv", "txt"],
        key=key,
        on_change=uploaded,
        max_upload_size=LARGEST_UPLOAD,
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
    st.data_editor(
        {**dict(zip(columns, base.scores.T.tolist(), strict=True)), _LABEL: names},
        column_config={
            **{
                column: st.column_config.NumberColumn(name, format="%g", required=True)
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
    index = present_view().index
    _load(lambda: batch_from_cells(editor.base.names, cells), "edited", index=index)
    if st.session_state[_FAULT] is None:
        batch = loaded().batch
        st.session_state[_EDITOR] = _Editor(editor.base, batch, editor.version)


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
