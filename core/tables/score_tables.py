"""Tables of scores and labels, as text or as the bytes of a file, to a batch and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.losses.batch import Batch
from core.tables.cells import (
    LONGEST_NAME,
    Allowed,
    check_name,
    decimal_sign,
    edited_text,
    name_in,
    read_numbers,
)
from core.tables.columns import Columns, LabelledRows, columns_of, labelled
from core.tables.encoding import LARGEST_FILE
from core.tables.faults import NO_ANSWERS, Answers, Note, TableError, TableQuestionError
from core.tables.headings import LABEL_COLUMN
from core.tables.numbers import SIGNS, Sign, whole_number
from core.tables.sheet import sheet_of
from core.tables.writing import csv_text
from core.validation import FloatArray, LabelArray

__all__ = ["REASONS", "BatchReading", "batch_from_cells", "read_table", "write_table"]

MOST_ROWS: Final = 200_000
FEWEST_CLASSES: Final = 2
MOST_CLASSES: Final = 10
_SCORE: Final = Allowed(1e6, "score_size", is_infinite=True)
_NEAR_ONE: Final = 0.011
"""How far probabilities that were rounded to two decimals may be from adding up to 1."""

REASONS: Final = (
    "class_count",
    "decimal",
    "empty",
    "empty_cell",
    "encoding",
    "encoding_unknown",
    "file_kind",
    "file_size",
    "headings",
    "index",
    "label_base",
    "label_range",
    "label_unknown",
    "line_long",
    "name_empty",
    "name_long",
    "name_twice",
    "name_unprintable",
    "no_labels",
    "not_finite",
    "not_number",
    "probabilities",
    "quote",
    "ragged",
    "row_count",
    "score_size",
    "true_infinite",
    "two_numbers",
    "two_signs",
    "wide",
)
"""Every reason for which a table is refused, or asked about."""

_DEFAULT_NAMES: Final = "ABCDEFGHIJ"


@dataclass(frozen=True, eq=False)
class BatchReading:
    """A batch, and what was understood of its table."""

    batch: Batch
    notes: Sequence[Note]


def read_table(
    table: str | bytes,
    answers: Answers = NO_ANSWERS,
    *,
    largest_file: int = LARGEST_FILE,
    most_rows: int = MOST_ROWS,
) -> BatchReading:
    r"""Read a table of scores and labels.

    A row a sample, a column a class, and a column of labels, in the layouts of
    :func:`core.tables.sheet.sheet_of` and :func:`core.tables.columns.columns_of`. Without headings
    the classes are called A, B, C, ... A label is the name of a class or its number, counted from
    0, or from 1 if that is how the labels count. Rows without a label, or with -100, are left out.

    Parameters
    ----------
    table : str or bytes
    answers : mapping
        The options that were chosen where a `TableQuestionError` was raised, by its reason.
    largest_file : int
        The largest size, in bytes.
    most_rows : int
        The largest number of samples.

    Returns
    -------
    BatchReading
        Between 2 and 10 classes, scores between -1e6 and 1e6, or -inf for a wrong class.

    Raises
    ------
    TableError
        If the table cannot be used; it tells the first wrong row and column.
    TableQuestionError
        If it can mean several things.

    References
    ----------
    RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".

    Examples
    --------
    >>> batch = read_table("cat,car,frog,label\n3.2,5.1,-1.7,cat\n1.3,4.9,2.0,car").batch
    >>> batch.names, batch.scores.tolist(), batch.labels.tolist()
    (('cat', 'car', 'frog'), [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0]], [0, 1])
    >>> read_table("3.2 5.1 0\n1.3 x 1")
    Traceback (most recent call last):
    core.tables.faults.TableError: table has a fault (not_number) at row 2, column 2: 'x'
    """
    sheet = sheet_of(table, answers, largest_file=largest_file, most_rows=most_rows)
    columns = columns_of(sheet, answers)
    names = _class_names(columns)
    if not columns.rows:
        raise TableError("empty")
    if len(columns.rows) > most_rows:
        raise TableError("row_count", value=f"> {most_rows}", most=most_rows)
    rows = labelled(columns, names)
    sign = decimal_sign(rows.cells, rows.lines, columns.numbers, sheet.signs, answers)
    scores = read_numbers(rows.cells, rows.lines, columns.numbers, _SCORE, sign)
    labels, how = _class_numbers(rows, names, answers, [sign] if sign == "." else SIGNS)
    scores, logs = _as_scores(scores, answers)
    _require_losses(scores, labels, rows.lines)
    size = Note(
        "one_sample" if len(labels) == 1 else "samples",
        {"size": f"{len(labels):,}", "names": ", ".join(names)},
    )
    kind = Note(
        "labels_one_hot" if len(columns.labels) > 1 else f"labels_{how}",
        {"column": str(columns.labels[0] + 1), "last": str(columns.labels[-1] + 1)},
    )
    comma = [Note("decimal_comma")] if sign == "," else []
    notes = [size, kind, *rows.notes, *columns.notes, *comma, *logs, *sheet.notes]
    return BatchReading(Batch(names, scores, labels), notes)


def batch_from_cells(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Batch:
    """Make a batch of the rows of an edited table: the scores, then the label.

    Parameters
    ----------
    names : sequence of str
        The classes.
    rows : iterable of sequences
        Numbers or text; None and NaN count as an empty cell. Rows of empty cells are left out.

    Returns
    -------
    Batch

    Raises
    ------
    TableError
        As :func:`read_table`; rows and columns are counted from 1, without a header.

    Examples
    --------
    >>> batch_from_cells(("cat", "car"), [[3.2, "5,1", "car"], [1, 2, "cat"]]).scores.tolist()
    [[3.2, 5.1], [1.0, 2.0]]
    """
    written = [(number, list(map(edited_text, row))) for number, row in enumerate(rows, 1)]
    lines = [number for number, cells in written if any(cells)]
    filled = [cells for _, cells in written if any(cells)]
    if not filled:
        raise TableError("empty")
    scores = read_numbers(filled, lines, range(len(names)), _SCORE, None)
    written_labels = [cells[-1] for cells in filled]
    for line, label in zip(lines, written_labels, strict=True):
        if not label:
            raise TableError("empty_cell", row=line, column=len(names) + 1)
    rows_read = LabelledRows(filled, lines, written_labels, len(names) + 1, [])
    labels, _ = _class_numbers(rows_read, names, {"label_base": "0"})
    _require_losses(scores, labels, lines)
    return Batch(tuple(names), scores, labels)


def write_table(batch: Batch) -> str:
    r"""Write a batch as CSV with a header; :func:`read_table` reads the same batch back.

    Parameters
    ----------
    batch : Batch

    Returns
    -------
    str
        Numbers have as many digits as they need; labels are names.

    Examples
    --------
    >>> write_table(Batch(("cat", "car"), [[3.2, 5.0]], [1]))
    '\ufeffcat,car,label\n3.2,5.0,car\n'
    """
    rows = zip(batch.scores.tolist(), batch.labels.tolist(), strict=True)
    return csv_text(
        [*batch.names, LABEL_COLUMN], ([*scores, batch.names[label]] for scores, label in rows)
    )


def _class_names(columns: Columns) -> tuple[str, ...]:
    """The headings of the numbers, or A, B, C, ... if there are none."""
    row, classes = columns.heading_line, len(columns.numbers)
    if not FEWEST_CLASSES <= classes <= MOST_CLASSES:
        limits = {"least": FEWEST_CLASSES, "most": MOST_CLASSES}
        raise TableError("class_count", row=row, value=classes, **limits)
    if columns.headings is None:
        return tuple(_DEFAULT_NAMES[:classes])
    names: list[str] = []
    for column in columns.numbers:
        name = name_in(columns.headings[column])
        if not name or name in names:
            reason = "name_twice" if name else "name_empty"
            raise TableError(reason, row=row, column=column + 1, value=name, longest=LONGEST_NAME)
        check_name(name, row, column + 1)
        names.append(name)
    return tuple(names)


def _class_numbers(
    rows: LabelledRows, names: Sequence[str], answers: Answers, signs: Sequence[Sign] = SIGNS
) -> tuple[LabelArray, str]:
    """The class that each label means, and whether labels are names or from where they count."""
    by_name = {name: number for number, name in enumerate(names)}
    numbers = {label: whole_number(label, signs) for label in set(rows.labels)}
    named = {whole_number(name): number for name, number in by_name.items()}
    if numbers.keys() <= by_name.keys():
        meaning, how = by_name, "by_name"
    elif None in numbers.values():
        others = {label for label in numbers if label not in by_name}
        unknown = {label for label in others if numbers[label] is None} or others
        raise _label_fault("label_unknown", rows, names, unknown)
    elif None not in named and set(numbers.values()) <= named.keys():
        meaning, how = {label: named[number] for label, number in numbers.items()}, "by_name"
    else:
        first = _first_number(rows, names, numbers, answers)
        meaning = {label: (number or 0) - first for label, number in numbers.items()}
        how = f"from_{first}"
    return np.array([meaning[label] for label in rows.labels], dtype=np.intp), how


def _first_number(
    rows: LabelledRows, names: Sequence[str], numbers: Mapping[str, int | None], answers: Answers
) -> int:
    """The number of the first class, 0 or 1."""
    found, classes = {number or 0 for number in numbers.values()}, len(names)
    beyond = classes if 0 in found else classes + 1
    wrong = {label for label, number in numbers.items() if not 0 <= (number or 0) < beyond}
    if wrong:
        raise _label_fault("label_range", rows, names, wrong)
    if 0 in found or classes in found:
        return int(0 not in found)
    if (answer := answers.get("label_base")) in ("0", "1"):
        return int(answer)
    least = min(found)
    options = {str(first): f"{least} = {names[least - first]}" for first in (0, 1)}
    raise TableQuestionError("label_base", options, column=rows.column, value=least)


def _label_fault(
    reason: str, rows: LabelledRows, names: Sequence[str], wrong: Collection[str]
) -> TableError:
    index = next(index for index, label in enumerate(rows.labels) if label in wrong)
    limits = {"last": len(names) - 1, "names": ", ".join(names)}
    return TableError(
        reason, row=rows.lines[index], column=rows.column, value=rows.labels[index], **limits
    )


def _as_scores(numbers: FloatArray, answers: Answers) -> tuple[FloatArray, list[Note]]:
    """Scores as they are, or the logarithms of what looks like probabilities, as was answered."""
    are_ones = np.abs(numbers.sum(axis=1) - 1) <= _NEAR_ONE
    is_whole = bool((numbers == np.round(numbers)).all())
    if is_whole or not are_ones.all() or numbers.min() < 0:
        return numbers, []
    answer = answers.get("probabilities")
    if answer == "scores":
        return numbers, []
    if answer != "logarithms":
        raise TableQuestionError("probabilities", {"logarithms": "", "scores": ""})
    with np.errstate(divide="ignore"):
        return np.log(numbers), [Note("logarithms")]


def _require_losses(scores: FloatArray, labels: LabelArray, lines: Sequence[int]) -> None:
    """Refuse a true class whose score is minus infinity: its loss would be infinite."""
    wrong = np.flatnonzero(np.isneginf(scores[np.arange(len(labels)), labels]))
    if len(wrong):
        raise TableError("true_infinite", row=lines[int(wrong[0])])
