"""Tables of points: what is read, what is written, and each fault with its place."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.learning.datasets import Dataset, nine_points
from core.tables import point_tables
from core.tables.faults import TableError
from core.tables.numbers import value
from core.tables.point_tables import POINT_REASONS, points_from_cells, read_points, write_points

TWO = "0.5,0.4,red\n-0.4,0.3,blue\n"


@pytest.mark.parametrize(
    "table",
    [
        TWO,
        TWO.encode("utf-8-sig"),
        "x1,x2,label\n" + TWO,
        "\n\n a , b , c \n" + TWO.replace("\n", "\r\n\r\n"),
        TWO.replace(",", "\t"),
        TWO.replace(",", "  "),
        TWO.replace(",", ";").replace(".", ","),
        TWO.replace("-", "−"),
        '"x1","x2","label"\n0.5,0.4,"red"\n-0.4,0.3,"blue"',
        "label,x,y\nred,0.5,0.4\nblue,-0.4,0.3",
        "x;类别;y\n0,5;red;0,4\n-0,4;blue;0,3",
    ],
)
def test_tables_that_mean_the_same(table) -> None:
    data = read_points(table).dataset
    assert data.names == ("red", "blue")
    assert_array_equal(data.points, [[0.5, 0.4], [-0.4, 0.3]])
    assert_array_equal(data.labels, [0, 1])


def test_classes_that_are_numbers_are_in_their_order() -> None:
    data = read_points("0,0,10\n0,1,-1\n1,0,9\n1,1,-1").dataset
    assert data.names == ("-1", "9", "10")
    assert_array_equal(data.labels, [2, 0, 1, 0])
    assert read_points("0,0,10\n0,1,a\n1,0,9").dataset.names == ("10", "a", "9")


NAMES = st.lists(
    st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=24),
    min_size=2,
    max_size=10,
    unique=True,
).filter(lambda names: not any(value(name, ".") is not None for name in names))


@given(NAMES, st.data())
def test_what_is_written_is_read_back(names, data) -> None:
    labels = data.draw(st.lists(st.integers(0, len(names) - 1), min_size=2, max_size=12))
    labels[:2] = [0, 1]
    coordinate = st.floats(-1000, 1000)
    points = [[data.draw(coordinate), data.draw(coordinate)] for _ in labels]
    given_ = Dataset(tuple(names), points, labels)
    again = read_points(write_points(given_), {"scale": "as_is"}).dataset
    assert_array_equal(again.points, given_.points)
    assert [again.names[k] for k in again.labels] == [given_.names[k] for k in given_.labels]


def test_the_nine_points_survive() -> None:
    again = read_points(write_points(nine_points()).encode()).dataset
    assert again.names == ("A", "B", "C")
    assert_array_equal(again.points, nine_points().points)
    assert_array_equal(again.labels, nine_points().labels)


@pytest.mark.parametrize(
    ("table", "reason", "row", "column", "value"),
    [
        ("", "empty", None, None, ""),
        ("x1,x2,label\n", "empty", None, None, ""),
        ("1,2\n", "column_count", 1, None, "2"),
        ("1,2,a\n3,4,b,5", "ragged", 2, 4, "4"),
        ("a,b,c,d\n1,2,3,a", "features", None, None, "3"),
        ("1,2,a\n\n3,,b", "empty_cell", 3, 2, ""),
        ("1,2,\n3,4,-100", "no_labels", None, 3, ""),
        ("x1,x2,label\n1,2,a\nx,4,b", "not_number", 3, 1, "x"),
        ("1,nan,a", "not_finite", 1, 2, "nan"),
        ("1,1e200,a", "coordinate_size", 1, 2, "1e200"),
        ("1,2,a\n2,3,a", "one_class", None, 3, "a"),
        ("".join(f"0,0,{k}\n" for k in range(11)), "many_classes", 11, 3, "10"),
        ("1,2,a\n" * 2000 + "1,2,b", "point_count", 2001, None, "> 2000"),
        ("1,2," + "a" * 25, "name_long", 1, 3, "a" * 25),
        ("1,2,a\x07", "name_unprintable", 1, 3, "a\x07"),
        ('1,2,"a\nb', "quote", 1, None, ""),
        (b"\x89PNG\r\n", "file_kind", None, None, "PNG"),
        (b"1,2,\x81\xff", "encoding_unknown", None, None, ""),
        (b"1,2,a\n" * 200_000, "file_size", None, None, "1.2"),
    ],
)
def test_each_fault_is_told_with_its_place(table, reason, row, column, value) -> None:
    with pytest.raises(TableError) as caught:
        read_points(table)
    fault = caught.value
    assert (fault.reason, fault.row, fault.column, fault.value) == (reason, row, column, value)


def test_every_reason_is_tested_and_listed() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    code = Path(point_tables.__file__).read_text(encoding="utf-8")
    raised = set(re.findall(r'Error\(\s*"(\w+)"', code))
    assert raised <= set(POINT_REASONS)
    asked = {"decimal", "encoding", "headings", "index", "two_numbers", "two_signs"}
    elsewhere = asked | {
        "line_long",
        "wide",
        "one_class_left",
    }  # see test_score_tables, point_edits
    assert [r for r in POINT_REASONS if f'"{r}"' not in source and r not in elsewhere] == []


def test_an_edited_table() -> None:
    data = points_from_cells([["0.5", 1, " red "], [None, float("nan"), ""], [2.5, -1, 7]])
    assert data.names == ("red", "7")
    assert_array_equal(data.points, [[0.5, 1.0], [2.5, -1.0]])
    with pytest.raises(TableError) as caught:
        points_from_cells([[1, 2, "a"], [None] * 3, [3, None, "b"]])
    assert (caught.value.reason, caught.value.row, caught.value.column) == ("empty_cell", 3, 2)


@given(st.one_of(st.text(), st.binary()))
def test_anything_is_read_or_refused_with_a_reason(table) -> None:
    reason = None
    try:
        data = read_points(table).dataset
    except TableError as fault:
        reason = fault.reason
    if reason is None:
        assert np.isfinite(data.points).all()
        assert data.features == 2
    else:
        assert reason in POINT_REASONS


def test_only_points_in_the_plane_are_written() -> None:
    with pytest.raises(ValueError, match="dataset must have 2 features, got 1"):
        write_points(Dataset(("A", "B"), [[0.0], [1.0]], [0, 1]))
