"""The widgets of own points: an edited table, a file, the class of a new point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from core.learning.datasets import Dataset, nine_points
from core.tables.faults import TableQuestionError
from core.tables.point_edits import points_from_edits, with_point
from core.tables.point_tables import MOST_CLASSES, write_points
from pages.ui.export import Table
from pages.ui.kit.own_tables import fault_sentence, question, understood, upload
from pages.ui.learning.points.own import (
    Brought,
    Refusal,
    are_same,
    brought,
    refusal,
    replace_points,
    use_file,
)
from pages.ui.learning.points.table import EDITED, Shown, edited_cells, points_table, shown
from pages.ui.learning.points.written import MOST_EDITED_POINTS
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import data_name
from pages.ui.learning.state import ModelState
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.example import default_name
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["class_control", "new_class", "point_controls", "run_points"]

HUGE: Final = 1e9
"""Numbers from here on are written with an exponent, as the readouts are."""

_CLASS: Final = "points_class"
_OFFERED: Final = "points_classes"
_EDITOR: Final = "points_editor"
_WAY: Final = "points_way"


@dataclass(frozen=True, eq=False)
class _Editor:
    """What the editor shows: it stays as long as its edits could not be used."""

    dataset: Dataset
    table: Table
    version: int


def class_names(dataset: Dataset) -> tuple[str, ...]:
    """The classes, and one more to be begun if there may be."""
    if dataset.classes >= MOST_CLASSES:
        return dataset.names
    letters = map(default_name, range(dataset.classes + 1))
    return (*dataset.names, next(name for name in letters if name not in dataset.names))


def new_class(dataset: Dataset) -> str:
    """The class of a point that is added to the plane."""
    chosen, offered = st.session_state.get(_CLASS), st.session_state.get(_OFFERED)
    # A class that is to be begun has the name that another has in other data.
    names = class_names(dataset) if offered == class_names(dataset) else dataset.names
    return chosen if chosen in names else dataset.names[0]


def class_control(kind: type[ModelState], dataset: Dataset, t: Text) -> None:
    """Choose the class of a new point; add one without a mouse."""
    names, add = st.columns([4, 2], vertical_alignment="bottom")
    st.session_state[_CLASS] = new_class(dataset)
    st.session_state[_OFFERED] = class_names(dataset)
    names.segmented_control(
        t("points.new_class"),
        class_names(dataset),
        format_func=lambda name: escape(name) if name in dataset.names else f"＋ {escape(name)}",
        key=_CLASS,
        required=True,
        width="stretch",
    )
    add.button(
        t("points.add"),
        key="points_add",
        on_click=_added,
        args=(kind, dataset),
        width="stretch",
    )


def _added(kind: type[ModelState], dataset: Dataset) -> None:
    replace_points(
        dataset, lambda: with_point(dataset, 0.0, 0.0, new_class(dataset)), "plane", kind
    )


def point_controls(state: ModelState, dataset: Dataset, views: Sequence[Shown], t: Text) -> None:
    """Show the points as a table to edit, with what models make of them; take a file of others.

    Data that are no points in the plane can be replaced by such a file.
    """
    source = t(f"learning.data.{data_name(state)}")
    st.markdown(t("points.section" if dataset.features == 2 else "points.section_own"))
    # The table second: as long as it is open, the browser draws it anew with each answer in a drag.
    ways = {"file": _file, "table": _table} if dataset.features == 2 else {"file": _file}
    tabs = st.tabs([t(f"points.way.{way}") for way in ways], key=_WAY, on_change="rerun")
    for show, tab in zip(ways.values(), tabs, strict=True):
        if tab.open:
            with tab:
                show(dataset, type(state), views, t)
    _told(dataset, type(state), t)
    if dataset.features != 2:
        st.caption(t("points.replaces", source=source))
    else:
        size = f"{dataset.size:,}"
        st.caption(t("points.loaded", source=source, size=size, classes=dataset.classes))
        if dataset.size > MOST_EDITED_POINTS:
            if state.takes_points:
                st.caption(t("points.many", most=MOST_EDITED_POINTS))
            if data_name(state) == "own":
                st.info(t("points.kept", most=MOST_EDITED_POINTS), icon="📂")
    if state.data == "own" and data_name(state) != "own":
        st.warning(t("points.missing", most=MOST_EDITED_POINTS, instead=source), icon="📂")
    refused = refusal(dataset)
    if refused is not None:
        _refused(refused, type(state), t)


def _told(dataset: Dataset, kind: type[ModelState], t: Text) -> None:
    """Say what was understood of the file that the points are from."""
    found = brought(dataset)
    if found is None:
        return
    file, reading = found
    st.caption(understood(reading.notes, t))
    if reading.is_scaled:
        raw = file.answered("scale", "as_is")
        st.button(
            t("points.as_is"), key="points_as_is", on_click=use_file, args=(dataset, raw, kind)
        )


def _refused(refused: Refusal, kind: type[ModelState], t: Text) -> None:
    """Say why a change could not be made, or ask what a file means."""
    fault, file = refused.fault, refused.file
    if isinstance(fault, TableQuestionError) and file is not None:
        question(
            fault,
            t,
            "points",
            lambda option: use_file(refused.dataset, file.answered(fault.reason, option), kind),
        )
        return
    sentence = fault_sentence(fault, t, "points")
    if refused.source == "plane":
        st.error(t("points.undone", fault=sentence), icon="⚠️")
    else:
        what = t(f"points.source.{refused.source}", name=escape(refused.name))
        st.error(t("points.refused", source=what, fault=sentence), icon="⚠️")


def run_points(state: ModelState, run: Run, t: Text) -> None:
    """Show the points of the two-layer network with what it makes of them at the step shown."""
    data = run.setup.data
    views = []
    if data.features == 2:
        model = run.model_at(run.record_at(state.at))
        views = [shown(model, data, [model.objective])]
    point_controls(state, data, views, t)


def _table(dataset: Dataset, kind: type[ModelState], views: Sequence[Shown], t: Text) -> None:
    editor = _editor(dataset, points_table(dataset, views, t))
    key = f"points_table{editor.version}"
    names = class_names(editor.dataset)
    column = st.column_config
    config: dict[str, Any] = {
        # As text: a column of numbers is the browser's own, and drops a decimal comma.
        **{
            name: column.TextColumn(editor.table.headings[name], alignment="right", required=True)
            for name in EDITED[:2]
        },
        "label": column.SelectboxColumn(
            editor.table.headings["label"], options=list(names), required=True
        ),
    }
    for name, values in editor.table.columns.items():
        if name not in EDITED:
            config[name] = _read_only(editor.table.headings[name], values)
    st.data_editor(
        {name: _written(name, values) for name, values in editor.table.columns.items()},
        column_config=config,
        num_rows="dynamic",
        height=min(35 * (dataset.size + 2) + 3, 423),
        key=key,
        on_change=_edited,
        args=(key, kind),
    )
    st.caption(t("points.editing"))
    st.download_button(
        t("points.download"),
        lambda: write_points(dataset),
        file_name="points.csv",
        mime="text/csv",
        on_click="ignore",
        key="points_download",
    )


def _editor(dataset: Dataset, table: Table) -> _Editor:
    """Keep edits that wait to be mended; else show the present points."""
    editor: _Editor | None = st.session_state.get(_EDITOR)
    refused = refusal(dataset)
    waits = refused is not None and refused.source == "edited"
    if (
        editor is not None
        and are_same(editor.dataset, dataset)
        and (waits or editor.table == table)
    ):
        return editor
    version = 0 if editor is None else editor.version + 1
    editor = _Editor(dataset, table, version)
    st.session_state[_EDITOR] = editor
    return editor


def _read_only(heading: str, values: Sequence[Any]) -> Any:
    column = st.column_config
    if isinstance(values[0], str):
        return column.Column(heading, disabled=True)
    if isinstance(values[0], int):
        return column.NumberColumn(heading, format="%d", disabled=True, pinned=True)
    if _are_huge(values):
        return column.TextColumn(heading, disabled=True, alignment="right")
    return column.NumberColumn(heading, format="%.4f", disabled=True)


def _written(name: str, values: Sequence[Any]) -> Sequence[Any]:
    """The cells of a column; Streamlit has no way to show numbers of a run that diverges."""
    if name in EDITED[:2]:
        return list(map(write_number, values))
    if isinstance(values[0], float) and _are_huge(values):
        return [format_fixed(value, 4) for value in values]
    return values


def _are_huge(values: Sequence[float]) -> bool:
    return max(map(abs, values)) >= HUGE


def _edited(key: str, kind: type[ModelState]) -> None:
    editor: _Editor = st.session_state[_EDITOR]
    edits: Mapping[str, Any] = st.session_state[key]
    cells = edited_cells(editor.dataset, edits)
    replace_points(editor.dataset, lambda: points_from_edits(editor.dataset, cells), "edited", kind)


def _file(dataset: Dataset, kind: type[ModelState], _: Sequence[Shown], t: Text) -> None:
    upload(
        t("points.upload"),
        "points_file",
        lambda name, data: use_file(dataset, Brought(name, data, {}), kind),
    )
    st.caption(t("points.format"))
    st.download_button(
        t("points.template"),
        write_points(nine_points()),
        file_name="template.csv",
        mime="text/csv",
        on_click="ignore",
        key="points_template",
    )
