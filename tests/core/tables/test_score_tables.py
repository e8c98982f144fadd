from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.batch import Batch
from core.tables import cells, columns, encoding, score_tables, sheet
from core.tables.faults import TableError
from core.tables.score_tables import REASONS, batch_from_cells, read_table, write_table

IMAGES = "3.2,5.1,-1.7,0\n1.3,4.9,2.0,1\n2.2,2.5,-3.1,2\n"
SCORES = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
LETTERS, ANIMALS = ("A", "B", "C"), ("cat", "car", "frog")


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (IMAGES, LETTERS),
        (IMAGES.rstrip(), LETTERS),
        (IMAGES.replace("\n", "\r\n"), LETTERS),
        (IMAGES.replace("\n", "\r"), LETTERS),
        (IMAGES.replace(",", ", "), LETTERS),
        (IMAGES.replace(",", ";"), LETTERS),
        (IMAGES.replace(",", "\t"), LETTERS),
        (IMAGES.replace(",", " "), LETTERS),
        (IMAGES.replace(",", "   ").replace("3.2", "  3.2"), LETTERS),
        (IMAGES.replace(",", "，"), LETTERS),
        (IMAGES.replace(",", ";").replace(".", ","), LETTERS),
        (IMAGES.replace("-", "−"), LETTERS),
        ("\n\n" + IMAGES.replace("\n", "\n \n"), LETTERS),
        ("\ufeff" + IMAGES, LETTERS),
        (IMAGES.encode(), LETTERS),
        (IMAGES.encode("utf-8-sig"), LETTERS),
        ("cat,car,frog,label\n" + IMAGES, ANIMALS),
        ("cat,car,frog,truth\n" + IMAGES, ANIMALS),
        ("\ncat,car,frog,label\n\n" + IMAGES, ANIMALS),
        ("cat car frog label\n" + IMAGES.replace(",", " "), ANIMALS),
        ("cat\tcar\tfrog\tlabel\n" + IMAGES.replace(",", "\t"), ANIMALS),
        ('"cat","car","frog","label"\n' + IMAGES, ANIMALS),
        (
            "label,cat,car,frog\n0,3.2,5.1,-1.7\n1,1.3,4.9,2.0\n2,2.2,2.5,-3.1",
            ANIMALS,
        ),
        (
            "cat,Y,car,frog\n3.2,cat,5.1,-1.7\n1.3,car,4.9,2.0\n2.2,frog,2.5,-3.1",
            ANIMALS,
        ),
        ("cat,car,frog,CLASS\n3.2,5.1,-1.7,cat\n1.3,4.9,2.0, car\n2.2,2.5,-3.1,frog", ANIMALS),
        ("猫,车,蛙,标签\n3.2,5.1,-1.7,猫\n1.3,4.9,2.0,车\n2.2,2.5,-3.1,蛙", ("猫", "车", "蛙")),
        ('3.2,5.1,-1.7,A\n1.3,4.9,2.0,B\n2.2,"2.5",-3.1,C', LETTERS),
        ("0,1,2,label\n" + IMAGES, ("0", "1", "2")),
        # Labels 1, 2, 3 would be numbers out of range; they are the names.
        (
            "1,2,3,label\n3.2,5.1,-1.7,1\n1.3,4.9,2.0,2\n2.2,2.5,-3.1,3",
            ("1", "2", "3"),
        ),
        # And 0, 1, 2 are no names throughout, so they are numbers.
        ("1,2,3,label\n" + IMAGES, ("1", "2", "3")),
        ("label,class,y,label\n" + IMAGES, ("label", "class", "y")),
    ],
)
def test_tables_of_the_three_images(table, names) -> None:
    batch = read_table(table).batch
    assert batch.names == names
    assert batch.scores.tolist() == SCORES
    assert batch.labels.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("table", "reason", "row", "column", "value"),
    [
        ("", "empty", None, None, ""),
        ("\n \r\n", "empty", None, None, ""),
        (b"", "empty", None, None, ""),
        (b"\xef\xbb\xbf", "empty", None, None, ""),
        ("cat,car,label\n", "empty", None, None, ""),
        ("cat,car,label\n\n", "empty", None, None, ""),
        ("1,2,0\n3,4\n", "ragged", 2, 3, "2"),
        ("1,2,0\n\n3,4,1,5\n", "ragged", 3, 4, "4"),
        ("cat,car,label\n1,2,0\n3;4;1\n", "ragged", 3, 2, "1"),
        ("1,2,0\n3,x,1\n", "not_number", 2, 2, "x"),
        ("3.2,x,0\n", "not_number", 1, 2, "x"),
        ("1,1_0,0\n", "not_number", 1, 2, "1_0"),
        ("cat,car,label\n\n1,2,0\n3,four,1\n", "not_number", 4, 2, "four"),
        ("1,2,0\n3,,1\n", "empty_cell", 2, 2, ""),
        ("1,2,\n3,4,-100\n", "no_labels", None, 3, ""),
        ("1,2,0\nNaN,4,1\n", "not_finite", 2, 1, "NaN"),
        ("1,2,0\n3,inf,1\n", "not_finite", 2, 2, "inf"),
        ("1,2,0\n3,-inf,1\n", "true_infinite", 2, None, ""),
        ("1,2,0\n3,1e400,1\n", "not_finite", 2, 2, "1e400"),
        ("1,2,0\n3,1000001,1\n", "score_size", 2, 2, "1000001"),
        ("1,2,0\n3,4,2\n", "label_range", 2, 3, "2"),
        ("1,2,0\n3,4,-1\n", "label_range", 2, 3, "-1"),
        ("1,2,1\n3,4,3\n", "label_range", 2, 3, "3"),
        ("1,2,0\n3,4,0.5\n", "label_unknown", 2, 3, "0.5"),
        ("cat,car,label\n1,2,cat\n3,4,Cat\n", "label_unknown", 3, 3, "Cat"),
        ("label,cat,car\ncat,1,2\ndog,3,4\n", "label_unknown", 3, 1, "dog"),
        ("cat,car,label\n1,2,cat\n3,4,1\n", "label_unknown", 3, 3, "1"),
        ("1;2;0\n1,5;1.5;1\n", "two_signs", 2, 2, "1.5"),
        ("3.2,5.1,-1.7\n", "label_unknown", 1, 3, "-1.7"),
        ("1,0\n", "class_count", 1, None, "1"),
        ("just a\n", "class_count", 1, None, "1"),
        (",".join(map(str, range(12))), "class_count", 1, None, "11"),
        ("cat,,label\n1,2,0\n", "name_empty", 1, 2, ""),
        ("cat,cat,label\n1,2,0\n", "name_twice", 1, 2, "cat"),
        ("\ncat," + 25 * "x" + ",label\n1,2,0\n", "name_long", 2, 2, 25 * "x"),
        ("cat,c\x07r,label\n1,2,0\n", "name_unprintable", 1, 2, "c\x07r"),
        ('cat,"car,label\n1,2,0\n3,4,1\n', "quote", 1, None, ""),
        ('1,2,0\n3,"4,1\n5,6,0\n', "quote", 2, None, ""),
        ('1,2,0\n3,"4' + 200_000 * "1", "line_long", 2, None, ""),
        ("1,2\0,0\n", "encoding_unknown", None, None, ""),
        (b"\x00\x01\x02\xff" * 30, "encoding_unknown", None, None, ""),
        (png(), "file_kind", None, None, "PNG"),
        (b"PK\x03\x04" + 30 * b"\0", "file_kind", None, None, "ZIP / XLSX"),
        (b"%PDF-1.7\n", "file_kind", None, None, "PDF"),
        ('{"scores": [[1, 2]]}', "file_kind", None, None, "JSON"),
        ("<table><td>1</td></table>", "file_kind", None, None, "HTML / XML"),
        (b"1,2,\x81\xff\n", "encoding_unknown", None, None, ""),
        (250 * "1," + "0", "wide", 1, None, "251"),
    ],
)
def test_each_fault_is_told_with_its_place(table, reason, row, column, value) -> None:
    with pytest.raises(TableError) as caught:
        read_table(table)
    fault = caught.value
    short = value if len(value) <= 40 else value[:39] + "…"
    assert (fault.reason, fault.row, fault.column, fault.value) == (reason, row, column, short)


def test_every_reason_is_tested_and_listed() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    code = "".join(
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (cells, columns, encoding, score_tables, sheet)
    )
    raised = set(re.findall(r'(?:Error|_answer|reason =|reason, limits =)\(?\s*"(\w+)"', code))
    assert raised <= {*REASONS, "features", "column_count", "one_class"}
    assert {"quote", "index", "not_finite", "headings"} < raised
    asked = (Path(__file__).parent / "test_layouts.py").read_text(encoding="utf-8")
    assert [reason for reason in REASONS if f'"{reason}"' not in source + asked] == []


def test_too_much_is_refused_with_the_limit() -> None:
    with pytest.raises(TableError) as caught:
        read_table(b"1,2,0\n" * 1000, largest_file=5000)
    assert (caught.value.reason, caught.value.value, caught.value.limits) == (
        "file_size",
        "0.0",
        {"largest": "0"},
    )
    with pytest.raises(TableError) as caught:
        read_table(50_000_001 * b"1")
    assert (caught.value.value, caught.value.limits) == ("50.0", {"largest": "50"})
    assert read_table("1,2,0\n" * 7, most_rows=7).batch.size == 7
    for table in ("1,2,0\n" * 8, "1;2,0;0\n" * 8):  # the fast way, and the careful one
        with pytest.raises(TableError) as caught:
            read_table(table, most_rows=7)
        assert (caught.value.reason, caught.value.limits) == ("row_count", {"most": "7"})


def test_the_message_tells_the_place_and_what_would_be_right() -> None:
    with pytest.raises(
        TableError,
        match=r"^table has a fault \(label_range\) at row 2, column 3: '7'; expected last 1, names A, B$",
    ):
        read_table("1,2,0\n3,4,7")


names = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=24)
    .map(str.strip)
    .filter(bool),
    min_size=2,
    max_size=10,
    unique=True,
)


@st.composite
def tables(draw) -> Batch:
    classes = draw(names)
    size = draw(st.integers(1, 12))
    entries = st.floats(-1e6, 1e6)
    scores = draw(
        st.lists(
            st.lists(entries, min_size=len(classes), max_size=len(classes)),
            min_size=size,
            max_size=size,
        )
    )
    labels = draw(st.lists(st.integers(0, len(classes) - 1), min_size=size, max_size=size))
    return Batch(tuple(classes), np.array(scores), np.array(labels))


@given(tables(), st.booleans())
def test_what_is_written_is_read_back(batch, as_bytes) -> None:
    text = write_table(batch)
    again = read_table(text.encode() if as_bytes else text).batch
    assert again.names == batch.names
    np.testing.assert_array_equal(again.scores, batch.scores)
    np.testing.assert_array_equal(again.labels, batch.labels)


def reason_for(table: str | bytes) -> str | None:
    try:
        batch = read_table(table).batch
    except TableError as fault:
        return fault.reason
    assert 2 <= len(batch.names) <= 10
    assert not np.isnan(batch.scores).any()
    return None


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_anything_is_a_batch_or_a_fault_with_a_known_reason(table) -> None:
    assert reason_for(table) in (None, *REASONS)


@given(st.text('0123.,;\n\t -xNa"', max_size=40))
def test_anything_that_looks_like_a_table_is_a_batch_or_a_fault(table) -> None:
    assert reason_for(table) in (None, *REASONS)


def test_an_edited_table_is_a_batch() -> None:
    rows = [[3.2, "5", "-1,7", "cat"], [None, float("nan"), "", None], [1.3, 4.9, 2.0, "car"]]
    batch = batch_from_cells(ANIMALS, rows)
    assert (batch.names, batch.size) == (ANIMALS, 2)
    assert batch.scores[0].tolist() == [3.2, 5, -1.7]
    assert batch.labels.tolist() == [0, 1]
    for row, reason, column in (
        ([1, None, 2, "cat"], "empty_cell", 2),
        ([1, 2, 3, "dog"], "label_unknown", 4),
        ([1, 2, 3e6, "cat"], "score_size", 3),
        ([1, "1,234", 3, "cat"], "two_numbers", 2),
        ([1, 2, 3, ""], "empty_cell", 4),
    ):
        with pytest.raises(TableError) as caught:
            batch_from_cells(ANIMALS, [*rows, row])
        assert (caught.value.reason, caught.value.row, caught.value.column) == (reason, 4, column)
    with pytest.raises(TableError, match="empty"):
        batch_from_cells(ANIMALS, [])


def test_200_000_rows_come_back_as_they_were() -> None:
    rng = np.random.default_rng(0)
    scores = np.round(rng.normal(scale=2, size=(200_000, 10)), 2)
    batch = Batch(tuple(map(str, range(10))), scores, rng.integers(10, size=200_000))
    again = read_table(write_table(batch).encode()).batch
    np.testing.assert_array_equal(again.scores, batch.scores)


def test_what_is_written_opens_in_a_spreadsheet_as_it_was_meant() -> None:
    batch = Batch(("=SUM(A1)", "@猫", "-1", "'+x"), [[-1.5, 2, 3, -4]] * 2, [0, 2])
    text = write_table(batch)
    # Spreadsheets know UTF-8 by its mark; what they would compute is text; numbers are numbers.
    assert text.encode().startswith(b"\xef\xbb\xbf")
    head, *rows = text.removeprefix("\ufeff").splitlines()
    assert head == "'=SUM(A1),'@猫,-1,''+x,label"
    assert rows == ["-1.5,2.0,3.0,-4.0,'=SUM(A1)", "-1.5,2.0,3.0,-4.0,-1"]
    again = read_table(text).batch
    assert (again.names, again.labels.tolist()) == (batch.names, [0, 2])
