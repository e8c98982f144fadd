"""Own points beside the stage: the table, its edits, and every sentence in both languages."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest

from core.learning.datasets import Dataset, nine_points
from core.learning.models import LinearClassifier
from core.learning.objective import Objective
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.tables.faults import TableError
from core.tables.point_edits import points_from_edits
from core.tables.point_tables import POINT_REASONS, read_points
from pages.linear_classifier import LinearClassifierState
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.kit.own_tables import fault_sentence
from pages.ui.learning.points.table import edited_cells, points_table, shown
from pages.ui.learning.setups import points_of, setup
from pages.ui.learning.state import ModelState
from pages.ui.text import LANGUAGES, text_in

NINE = nine_points()
SVM = LinearClassifier([[2.0, -1.0, 0.5], [1.0, 0.5, -2.0]], [0.1, 0.0, -0.2], Objective("hinge"))
SOFTMAX = LinearClassifier([[0.3, -0.4, 0.0], [1.0, 0.5, -1.0]], [0.0, 0.2, 0.0])


ASKED = {"decimal", "encoding", "features", "headings", "index"}
"""Reasons that are questions: see tests/ui/kit/test_own_tables.py."""


def plain(sentence: str) -> str:
    return sentence.replace("\\", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted({*POINT_REASONS} - ASKED))
def test_each_fault_is_one_sentence_in_each_language(reason, language) -> None:
    limits = {"least": 2, "most": 10, "largest": 9, "longest": 24, "columns": 3, "cells": 3}
    limits |= {"first": 1234, "second": 1}
    fault = TableError(reason, row=7, column=5, value="*x*", **limits)
    sentence = fault_sentence(fault, text_in(language), "points")
    assert "{" not in sentence
    assert sentence[-1] in ".。"
    assert "*x*" not in sentence  # no Markdown from a file
    end = "." if language == "en" else "。"
    assert sentence[:-1].replace("0.5", "").replace("neither", "").count(end) <= (
        reason == "encoding_unknown"
    )
    # The place is in it wherever core knows it: see the table in tests/core/test_point_tables.py.
    row, column = re.search(r"\b7\b|第 7", sentence), re.search(r"\b5\b|第 5", sentence)
    whole = ("empty", "encoding_unknown", "file_kind", "file_size", "one_class_left")
    assert (row is None) == (reason in (*whole, "one_class", "no_labels"))
    by_row = ("column_count", "line_long", "point_count", "quote", "wide")
    assert (column is None) == (reason in (*whole, *by_row))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            "1,2,a\n3,x,b",
            "“x” in row 2, column 2 is not a number; a coordinate is written like 0.5.",
        ),
        ("1,2\n3,4", "columns found in row 1: 2; a point takes 3: x1, x2 and its class."),
        (
            "1,2,a\n3,4",
            "row 2 ends or goes on at column 3; the other rows have 3 columns, this one 2.",
        ),
        ("1,2,a\n3,,b", "row 2, column 2 is empty; it needs a value."),
        (
            "1;2;a\n0,5;1.5;b",
            "“1.5” in row 2, column 2 has another decimal sign than the numbers before it; "
            "write all with a point or all with a comma.",
        ),
        (
            "1,2,a\n3,4,a",
            "column 3 names one class only, “a”; a classifier needs at least 2.",
        ),
        (
            "".join(f"0,0,{k}\n" for k in range(12)),
            "“10” in row 11, column 3 is one class too many; there may be up to 10.",
        ),
        (
            "1,2,a\n" * 2000 + "1,2,b",
            "it has more than 2000 points, and row 2001 is one too many; load a part of it.",
        ),
        (
            "1,nan,a",
            "“nan” in row 1, column 2 is not finite; a coordinate is a number such as 0.5.",
        ),
        (
            b"PK\x03\x04",
            "its format is ZIP / XLSX, which is no table in text; open it where it was made and save it "
            "as CSV UTF-8.",
        ),
    ],
)
def test_sentences_as_they_are_read(table, sentence) -> None:
    with pytest.raises(TableError) as caught:
        read_points(table)
    assert plain(fault_sentence(caught.value, text_in("en"), "points")) == sentence


def test_the_table_has_what_each_model_makes_of_each_point() -> None:
    views = [
        shown(SVM, NINE, [SVM.objective], trained_for="hinge"),
        shown(SOFTMAX, NINE, [SOFTMAX.objective], trained_for="cross_entropy"),
    ]
    table = points_table(NINE, views, text_in("en"), {"step": 3})
    rows = list(csv.DictReader(io.StringIO(table.as_csv().removeprefix("\ufeff"))))
    assert [row["point"] for row in rows] == [str(number) for number in range(1, 10)]
    for index, row in enumerate(rows):
        x, label = NINE.points[index], int(NINE.labels[index])
        assert [float(row["x1"]), float(row["x2"])] == x.tolist()
        assert row["label"] == "ABC"[label]
        svm, softmax = x @ SVM.W1 + SVM.b1, x @ SOFTMAX.W1 + SOFTMAX.b1
        for k, name in enumerate("ABC"):
            assert float(row[f"hinge score {name}"]) == pytest.approx(svm[k], rel=1e-14)
            assert float(row[f"cross_entropy score {name}"]) == pytest.approx(softmax[k], abs=1e-15)
        assert row["hinge prediction"] == "ABC"[svm.argmax()]
        assert float(row["hinge hinge"]) == pytest.approx(float(hinge(svm, label).value))
        assert float(row["cross_entropy cross_entropy"]) == pytest.approx(
            float(cross_entropy(softmax, label).value)
        )
    assert table.headings["hinge score B"] == "s B, SVM"
    assert table.headings["cross_entropy cross_entropy"] == "Cross-entropy, softmax"
    assert '"step": 3' in table.as_json()


def test_one_model_has_both_losses_on_its_scores() -> None:
    view = shown(SVM, NINE, [Objective("cross_entropy"), Objective("hinge")])
    table = points_table(NINE, [view], text_in("zh"))
    scores = NINE.points @ SVM.W1 + SVM.b1
    assert table.columns["hinge"] == pytest.approx(hinge(scores, NINE.labels).per_sample)
    assert table.columns["cross_entropy"] == pytest.approx(
        cross_entropy(scores, NINE.labels).per_sample
    )
    assert table.headings["score C"] == "得分 C"


def test_edits_of_the_editor_become_the_points() -> None:
    edits = {
        "edited_rows": {0: {"x1": 0.25, "label": "B"}, 3: {"x2": -1}},
        "deleted_rows": [1, 8],
        "added_rows": [{"x1": 2, "x2": 3.5, "label": "D"}, {}],
    }
    cells = edited_cells(NINE, edits)
    assert cells[0] == [0.25, 0.4, "B"]
    assert cells[1] == cells[8] == cells[10] == [None] * 3
    assert cells[3] == [-0.4, -1, "B"]
    changed = points_from_edits(NINE, cells)
    assert changed.names == ("A", "B", "C", "D")
    assert changed.labels.tolist() == [1, 0, 1, 1, 1, 2, 2, 3]
    assert changed.points[[0, 2, 7]].tolist() == [[0.25, 0.4], [-0.4, -1.0], [2.0, 3.5]]
    # An incomplete row is told by the number at its left, though a row before it is gone.
    edits["added_rows"] = [{"x1": 2, "label": "A"}]
    with pytest.raises(TableError) as caught:
        points_from_edits(NINE, edited_cells(NINE, edits))
    assert (caught.value.reason, caught.value.row, caught.value.column) == ("empty_cell", 10, 2)
    assert isinstance(NINE, Dataset)
    assert NINE.points[0].tolist() == [0.5, 0.4]


@pytest.mark.parametrize("kind", [LinearClassifierState, TwoLayerNetworkState])
def test_points_with_units_are_learnt_as_they_are_standardised(kind: type[ModelState]) -> None:
    """Two overlapping groups of people: in cm and kg, the usual step size is far too large."""
    rng = np.random.default_rng(5)
    people = {"f": (163, 6, 60, 7), "m": (177, 6, 78, 9)}
    rows = [
        f"{rng.normal(tall, spread):.0f},{rng.normal(heavy, wide):.0f},{name}"
        for name, (tall, spread, heavy, wide) in people.items()
        for _ in range(30)
    ]
    table = "\n".join(["height,weight,sex", *rows])
    accuracy = {}
    for scale in ("", "as_is"):
        reading = read_points(table, {"scale": scale} if scale else {})
        data = reading.dataset
        state = kind(data="own", points=points_of(data), groups=data.names)
        training = setup(state, "cross_entropy").training()
        for _ in training.advance(300):
            pass
        accuracy[scale] = training.records[-1].accuracy
    assert accuracy[""] >= 0.93
    assert accuracy["as_is"] < 0.6
