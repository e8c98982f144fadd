"""Points changed one by one and as a table: what comes out, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.learning.datasets import Dataset, nine_points
from core.tables.faults import TableError
from core.tables.point_edits import points_from_edits, with_point, with_point_at, without_point

NINE = nine_points()


def cells(dataset: Dataset) -> list[list[object]]:
    rows = zip(dataset.points.tolist(), dataset.labels.tolist(), strict=True)
    return [[*point, dataset.names[label]] for point, label in rows]


def test_a_point_is_added_at_the_end_with_its_class() -> None:
    more = with_point(NINE, 0.25, -1.5, "B")
    assert cells(more) == [*cells(NINE), [0.25, -1.5, "B"]]
    assert more.names == NINE.names
    new = with_point(NINE, 0.0, 0.0, "D")
    assert (new.names, int(new.labels[-1])) == (("A", "B", "C", "D"), 3)
    assert NINE.size == 9


def test_a_moved_point_leaves_the_others() -> None:
    moved = with_point_at(NINE, 4, -0.35, 0.75)
    expected = cells(NINE)
    expected[4] = [-0.35, 0.75, "B"]
    assert cells(moved) == expected
    assert NINE.points[4].tolist() == [-0.3, 0.7]


def test_the_last_point_of_the_last_class_takes_its_class_along() -> None:
    two = NINE
    for _ in range(3):
        two = without_point(two, 6)
    assert two.names == ("A", "B")
    assert cells(two) == cells(NINE)[:6]
    # A class before others stays: they keep their colours.
    later = NINE
    for _ in range(3):
        later = without_point(later, 0)
    assert later.names == ("A", "B", "C")
    assert cells(later) == cells(NINE)[3:]


@pytest.mark.parametrize(
    ("change", "reason", "row", "column", "value"),
    [
        (lambda: with_point(NINE, 0.0, 1000.5, "A"), "coordinate_size", 10, 2, "1000.5"),
        (lambda: with_point(NINE, float("nan"), 0.0, "A"), "not_finite", 10, 1, "nan"),
        (lambda: with_point_at(NINE, 2, -2000.0, 0.0), "coordinate_size", 3, 1, "-2000"),
        (
            lambda: without_point(Dataset(("A", "B"), [[0, 0], [1, 1]], [0, 1]), 0),
            "one_class_left",
            None,
            None,
            "B",
        ),
        (
            lambda: with_point(
                Dataset(("A", "B"), np.zeros((2000, 2)), np.arange(2000) % 2), 0.0, 0.0, "A"
            ),
            "point_count",
            2001,
            None,
            "> 2000",
        ),
        (
            lambda: with_point(
                Dataset(tuple("ABCDEFGHIJ"), [[0, 0], [1, 1]], [0, 9]), 0.0, 0.0, "K"
            ),
            "many_classes",
            3,
            3,
            "K",
        ),
        (lambda: points_from_edits(NINE, [[None] * 3] * 9), "empty", None, None, ""),
        (lambda: points_from_edits(NINE, cells(NINE)[:3]), "one_class", None, 3, "A"),
        # A removed row keeps its number, so that a fault is where the reader sees it.
        (
            lambda: points_from_edits(NINE, [[None] * 3, *cells(NINE)[1:], [1e4, 0, "A"]]),
            "coordinate_size",
            10,
            1,
            "10000.0",
        ),
    ],
)
def test_what_cannot_be_is_refused(change, reason, row, column, value) -> None:
    with pytest.raises(TableError) as caught:
        change()
    fault = caught.value
    assert (fault.reason, fault.row, fault.column, fault.value) == (reason, row, column, value)


def test_an_edited_table_keeps_the_order_of_the_classes() -> None:
    rows = cells(NINE)
    rows[0][2] = "C"
    rows[8] = [None] * 3
    rows.append([0.1, 0.2, "D"])
    edited = points_from_edits(NINE, rows)
    assert edited.names == ("A", "B", "C", "D")
    assert cells(edited) == [row for row in rows if row[0] is not None]


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30))
def test_the_same_table_gives_the_same_points(labels) -> None:
    labels[:2] = [0, 1]
    names = tuple("abcdefghij")[: max(labels) + 1]
    given_ = Dataset(names, np.arange(2.0 * len(labels)).reshape(-1, 2), labels)
    again = points_from_edits(given_, cells(given_))
    assert again.names == given_.names
    assert_array_equal(again.points, given_.points)
    assert_array_equal(again.labels, given_.labels)


def test_new_names_beside_ten_classes_take_their_place() -> None:
    base = Dataset(tuple("ABCDEFGHIJ"), [[0, 0], [1, 1]], [0, 9])
    edited = points_from_edits(base, [[0, 0, "A"], [1, 1, "K"]])
    assert edited.names == ("A", "K")
