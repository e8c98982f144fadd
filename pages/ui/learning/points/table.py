"""Points as a table: what is edited, and beside it what models make of each point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.learning.datasets import Dataset
from core.learning.models import Model
from core.learning.objective import LossName, Objective
from core.validation import FloatArray
from pages.ui.export import Table
from pages.ui.text import Text

__all__ = ["EDITED", "Shown", "edited_cells", "points_table", "shown"]

EDITED: Final = ("x1", "x2", "label")
"""The columns that can be changed."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What a model makes of the points: (points, classes) scores, and losses by name, (points,).

    ``trained_for`` is the loss that the model was trained for, if there are several models.
    """

    scores: FloatArray
    losses: Mapping[LossName, FloatArray]
    trained_for: LossName | None = None


def shown(
    model: Model,
    dataset: Dataset,
    objectives: Sequence[Objective],
    *,
    trained_for: LossName | None = None,
) -> Shown:
    """Look at the points through a model, with the losses of some objectives on its scores."""
    scores = model.scores(dataset.points)
    losses: dict[LossName, FloatArray] = {
        objective.loss: objective.data_loss(scores, dataset.labels).per_sample
        for objective in objectives
    }
    return Shown(scores, losses, trained_for)


def points_table(
    dataset: Dataset,
    views: Sequence[Shown],
    t: Text,
    settings: Mapping[str, object] | None = None,
) -> Table:
    """All points at full precision, with the scores and losses of each view, and its prediction."""
    columns: dict[str, Sequence[Any]] = {
        "point": list(range(1, dataset.size + 1)),
        "x1": dataset.points[:, 0].tolist(),
        "x2": dataset.points[:, 1].tolist(),
        "label": [dataset.names[label] for label in dataset.labels],
    }
    headings = {name: t(f"points.column.{name}") for name in columns}

    def add(name: str, heading: str, kind: LossName | None, values: Sequence[Any]) -> None:
        if kind is not None:
            name, heading = f"{kind} {name}", t(f"points.model.{kind}", column=heading)
        columns[name] = values
        headings[name] = heading

    for view in views:
        kind = view.trained_for
        for name, values in zip(dataset.names, view.scores.T, strict=True):
            add(f"score {name}", t("points.column.score", name=name), kind, values.tolist())
        top = [dataset.names[k] for k in view.scores.argmax(axis=1)]
        add("prediction", t("points.column.prediction"), kind, top)
        for loss, values in view.losses.items():
            add(loss, t(f"points.column.{loss}"), kind, values.tolist())
    return Table(columns, headings, settings or {})


def edited_cells(base: Dataset, edits: Mapping[str, Any]) -> list[list[object]]:
    """The cells of a table after Streamlit's edits; a deleted row stays as a row of None."""
    rows = zip(base.points.tolist(), base.labels.tolist(), strict=True)
    cells: list[list[object]] = [[*point, base.names[label]] for point, label in rows]
    for row, changes in edits["edited_rows"].items():
        for column, value in changes.items():
            cells[int(row)][EDITED.index(column)] = value
    for row in edits["deleted_rows"]:
        cells[row] = [None] * len(EDITED)
    return cells + [[row.get(column) for column in EDITED] for row in edits["added_rows"]]
