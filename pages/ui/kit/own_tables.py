"""Tables that people bring: a file is taken, what was understood is told, what is unclear asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.tables.faults import Note, TableError, TableQuestionError
from pages.ui.text import Text, escape

__all__ = ["fault_sentence", "question", "understood", "upload"]

LARGEST_UPLOAD: Final = 120
"""In MB: more than a table may have, so that it is refused in the reader's language."""


def fault_sentence(fault: TableError, t: Text, lesson: str) -> str:
    """Say where a table is wrong and what would be right, as Markdown.

    ``lesson`` is where the sentences stand that speak of its own kind of table.
    """
    key = f"{lesson}.fault.{fault.reason}"
    key = key if key in t else f"table.fault.{fault.reason}"
    return t(key, row=fault.row, column=fault.column, **_shown(fault))


def _shown(fault: TableError) -> dict[str, str]:
    values = {"value": fault.value, **fault.limits}
    return {name: escape(value) for name, value in values.items()}


def understood(notes: Sequence[Note], t: Text) -> str:
    """Say in one sentence what was understood of a table, as Markdown."""
    parts = [
        t(
            f"table.note.{note.reason}",
            **{name: escape(value) for name, value in note.values.items()},
        )
        for note in notes
    ]
    return t("table.understood", parts=t("table.between").join(parts))


def question(fault: TableQuestionError, t: Text, key: str, answer: Callable[[str], None]) -> None:
    """Ask what a table means; the chosen option is the answer."""
    widget = f"{key}_{fault.reason}"

    def answered() -> None:
        chosen = st.session_state[widget]
        if chosen is not None:
            answer(chosen)

    def words(option: str) -> str:
        name = f"table.answer.{fault.reason}.{option}"
        detail = fault.options[option]
        return t(name, detail=escape(detail)) if name in t else escape(detail)

    st.pills(
        t(f"table.question.{fault.reason}", row=fault.row, column=fault.column, **_shown(fault)),
        list(fault.options),
        format_func=words,
        key=widget,
        on_change=answered,
    )


def upload(label: str, key: str, take: Callable[[str, bytes], None]) -> None:
    """Take a file of any kind, so that what is none of ours is refused in the reader's language."""
    count = f"{key}_count"
    widget = f"{key}{st.session_state.setdefault(count, 0)}"

    def uploaded() -> None:
        file = st.session_state[widget]
        if file is not None:
            take(file.name, file.getvalue())
            # It is let go: its memory is free, and the same file can be chosen again.
            _forget(file)
            st.session_state[count] += 1

    st.file_uploader(label, key=widget, on_change=uploaded, max_upload_size=LARGEST_UPLOAD)


def _forget(file: Any) -> None:
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]
