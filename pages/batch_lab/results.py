"""Which sample is on the stage, all samples page by page, everything as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import streamlit as st

from core.losses.batch import BatchResult
from core.tables.score_tables import write_table
from core.validation import FloatArray, LabelArray
from pages.batch_lab import LOOKS
from pages.batch_lab.data import BatchView, present_view, select
from pages.batch_lab.panels import window_of
from pages.ui.export import Table
from pages.ui.state.address import change
from pages.ui.text import Text

__all__ = ["batch_files", "batch_table", "result_rows", "results", "view_controls"]

ROWS_A_PAGE: Final = 100
LONG_TABLE: Final = 20_000
"""Rows from which on probabilities and gradients are left out of the files, unless asked for."""
ORDERS: Final = ("table", "cross_entropy", "hinge", "wrong")
_LOOK: Final = "look"
_SAMPLE: Final = "batch_lab_sample"
_ORDER: Final = "batch_lab_order"
_PAGE: Final = "batch_lab_page"
_CHOSEN: Final = "batch_lab_chosen"
_TABLES: Final = "batch_lab_tables"
_GRADIENTS: Final = "batch_lab_gradients"


def view_controls(view: BatchView, t: Text) -> None:
    """Choose between one sample and the list of all, and which one it is."""
    st.session_state[_LOOK] = view.state.look

    def switched() -> None:
        change(view.state, look=st.session_state[_LOOK] or view.state.look)

    look, sample, soft, svm = st.columns([4, 3, 3, 3], vertical_alignment="bottom")
    look.segmented_control(
        t("batch_lab.control.look"),
        LOOKS,
        format_func=lambda look: t(f"batch_lab.look.{look}"),
        key=_LOOK,
        on_change=switched,
    )
    st.session_state[_SAMPLE] = view.index + 1
    sample.number_input(
        t("batch_lab.sample", size=f"{view.batch.size:,}"),
        min_value=1,
        max_value=view.batch.size,
        step=1,
        key=_SAMPLE,
        on_change=lambda: select(st.session_state[_SAMPLE] - 1),
    )
    for column, loss in ((soft, "cross_entropy"), (svm, "hinge")):
        column.button(
            t(f"batch_lab.hardest.{loss}"),
            key=f"batch_lab_hardest_{loss}",
            on_click=_select_hardest,
            args=(loss,),
            width="stretch",
        )


def _select_hardest(loss: str) -> None:
    select(int(np.argmax(getattr(present_view().result, loss))))


def results(view: BatchView, t: Text) -> None:
    """Show the samples page by page, in the chosen order; a click opens one on the stage."""
    order, page = st.columns([4, 2], vertical_alignment="bottom")
    order.selectbox(
        t("batch_lab.order"),
        ORDERS,
        format_func=lambda name: t(f"batch_lab.ordered.{name}"),
        key=_ORDER,
        persist_state="session",
        on_change=_first_page,
    )
    rows = result_rows(view.result, st.session_state[_ORDER])
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    if _PAGE not in st.session_state or st.session_state.get(_CHOSEN) != view.index:
        # Chosen elsewhere: its page is opened, and the mark of the line chosen here goes.
        st.session_state[_CHOSEN] = view.index
        st.session_state[_TABLES] = st.session_state.get(_TABLES, 0) + 1
        places = np.flatnonzero(rows == view.index)
        st.session_state[_PAGE] = 1 + int(places[0]) // ROWS_A_PAGE if len(places) else 1
    st.session_state[_PAGE] = min(st.session_state.get(_PAGE, 1), pages)
    page.number_input(
        t("batch_lab.page", pages=f"{pages:,}"),
        min_value=1,
        max_value=pages,
        step=1,
        key=_PAGE,
        disabled=pages == 1,
    )
    first = ROWS_A_PAGE * (st.session_state[_PAGE] - 1)
    shown = rows[first : first + ROWS_A_PAGE]
    if not len(shown):
        st.info(t("batch_lab.none_wrong"))
        return
    key = f"batch_lab_rows{st.session_state.get(_TABLES, 0)}"
    columns, config = _in_words(view, shown, t)
    st.dataframe(
        columns,
        column_config=config,
        hide_index=True,
        height=min(36 * (len(shown) + 1), 400),
        key=key,
        on_select=lambda: _select_row(key, shown),
        selection_mode="single-row",
    )
    st.caption(t("batch_lab.click"))


def _in_words(
    view: BatchView, shown: LabelArray, t: Text
) -> tuple[dict[str, Sequence[Any]], dict[str, Any]]:
    """Give the columns of some samples, and how they are shown."""
    table = batch_table(view.result, shown, t, with_gradients=True)
    columns: dict[str, Sequence[Any]] = {
        "here": ["▶" if row == view.index else "" for row in shown],
        **table.columns,
        # Beside the boxes to choose a row, truth values would look like boxes to tick.
        "right": ["✓" if right else "✗" for right in table.columns["right"]],
    }
    config = {
        "here": st.column_config.Column("", width=30, pinned=True),
        **{name: _column(heading, columns[name]) for name, heading in table.headings.items()},
    }
    return columns, config


def _first_page() -> None:
    st.session_state[_PAGE] = 1


def _select_row(key: str, shown: LabelArray) -> None:
    chosen = st.session_state[key].selection.rows
    if chosen:
        st.session_state[_CHOSEN] = int(shown[chosen[0]])
        select(st.session_state[_CHOSEN], look="one")


def _column(heading: str, values: Sequence[Any]) -> Any:
    kind = st.column_config
    if isinstance(values[0], str):
        return kind.Column(heading)
    return kind.NumberColumn(heading, format="%d" if isinstance(values[0], int) else "%.4g")


def result_rows(result: BatchResult, order: str) -> LabelArray:
    """Samples in an order of `ORDERS`; the wrong ones alone for the last."""
    if order == "table":
        return np.arange(result.batch.size)
    if order == "hinge":
        return _hardest(result.hinge)
    hardest = _hardest(result.cross_entropy)
    return hardest[~result.is_right[hardest]] if order == "wrong" else hardest


def _hardest(losses: FloatArray) -> LabelArray:
    """The samples with the largest losses first; equal losses in their order."""
    return np.argsort(-losses, kind="stable")


def batch_table(result: BatchResult, rows: LabelArray, t: Text, *, with_gradients: bool) -> Table:
    """Some samples at full precision, with their shares in the gradient of the mean."""
    batch = result.batch
    numbers = {
        "cross_entropy": result.cross_entropy[rows],
        "hinge": result.hinge[rows],
    }
    columns: dict[str, Sequence[Any]] = {
        "sample": (rows + 1).tolist(),
        "label": [batch.names[label] for label in batch.labels[rows]],
        "prediction": [batch.names[label] for label in result.predictions[rows]],
        "right": result.is_right[rows].tolist(),
        **{name: values.tolist() for name, values in numbers.items()},
    }
    headings = {name: t(f"batch_lab.column.{name}") for name in columns}
    groups: dict[str, np.ndarray[Any, Any]] = {"score": batch.scores[rows]}
    if with_gradients:
        compared = result.comparison(rows)
        groups["probability"] = compared.probabilities
        groups["cross_entropy_gradient"] = compared.cross_entropy_gradient / batch.size
        groups["hinge_gradient"] = compared.hinge_gradient / batch.size
    for group, values in groups.items():
        for name, column in zip(batch.names, values.T, strict=True):
            columns[f"{group} {name}"] = column.tolist()
            headings[f"{group} {name}"] = t(f"batch_lab.column.{group}", name=name)
    totals = result.totals
    settings: Mapping[str, object] = {
        "samples": batch.size,
        "classes": batch.names,
        "margin": result.margin,
        "variant": result.variant,
        "cross_entropy_mean": float(totals.cross_entropy_mean),
        "cross_entropy_sum": float(totals.cross_entropy_sum),
        "hinge_mean": float(totals.hinge_mean),
        "hinge_sum": float(totals.hinge_sum),
        "accuracy": float(totals.accuracy),
        "confusion": totals.confusion.tolist(),
    }
    return Table(columns, headings, settings)


def batch_files(view: BatchView, t: Text) -> None:
    """Show the samples of the panel; offer all and the table as files, made when asked for."""
    shown = window_of(view)
    columns, config = _in_words(view, np.arange(shown.start, shown.stop), t)
    st.dataframe(columns, column_config=config, hide_index=True)
    st.markdown(t("batch_lab.files"))
    is_short = view.batch.size <= LONG_TABLE
    with_gradients = st.toggle(t("batch_lab.with_gradients"), value=is_short, key=_GRADIENTS)

    def table() -> Table:
        every = np.arange(view.batch.size)
        return batch_table(view.result, every, t, with_gradients=with_gradients)

    csv_file, json_file, own = st.columns(3)
    csv_file.download_button(
        t("data.csv"),
        lambda: table().as_csv(),
        file_name="batch_lab.csv",
        mime="text/csv",
        on_click="ignore",
        width="stretch",
    )
    json_file.download_button(
        t("data.json"),
        lambda: table().as_json(),
        file_name="batch_lab.json",
        mime="application/json",
        on_click="ignore",
        width="stretch",
    )
    own.download_button(
        t("batch_lab.table"),
        lambda: write_table(view.batch),
        file_name="batch.csv",
        mime="text/csv",
        on_click="ignore",
        width="stretch",
    )
