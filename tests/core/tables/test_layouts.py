"""Tables as people bring them: each with what was meant, or with the question that is asked."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.tables.faults import TableQuestionError
from core.tables.point_tables import read_points
from core.tables.score_tables import read_table

TWO = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0]]
ANIMALS = ("cat", "car", "frog")
LETTERS = ("A", "B", "C")


@pytest.mark.parametrize(
    ("table", "names", "scores", "labels"),
    [
        # Decimal commas, and thousands
        ("a;b;label\n1.000;0,5;a", "ab", [[1000, 0.5]], [0]),
        ("3,2;5,1;-1,7;0\n1,3;4,9;2,0;1", LETTERS, TWO, [0, 1]),
        ('"3,2","5,1","-1,7","0"\n"1,3","4,9","2,0","1"', LETTERS, TWO, [0, 1]),
        ("3,2 5,1 -1,7 0\n1,3 4,9 2,0 1", LETTERS, TWO, [0, 1]),
        ("1,234\t0.5\ta\n1\t2\tb", "AB", None, None),
        ("1,234\t0.5\t0\n1\t2\t1", "AB", [[1234, 0.5], [1, 2]], [0, 1]),
        ("1,234\t0,5\t0\n1\t2\t1", "AB", [[1.234, 0.5], [1, 2]], [0, 1]),
        ('"1,234.5","2",0\n1,2,1', "AB", [[1234.5, 2], [1, 2]], [0, 1]),
        ("3.200,5.100,-1.700,0", LETTERS, TWO[:1], [0]),
        ("３．２,５.１,－1.7,0", LETTERS, TWO[:1], [0]),
        # Columns that are no class
        (",cat,car,frog,label\n0,3.2,5.1,-1.7,0\n1,1.3,4.9,2.0,1", ANIMALS, TWO, [0, 1]),
        ("Unnamed: 0,cat,car,frog,label\n7,3.2,5.1,-1.7,0\n3,1.3,4.9,2,1", ANIMALS, TWO, [0, 1]),
        ("id,cat,car,frog,label\n1,3.2,5.1,-1.7,0\n2,1.3,4.9,2.0,1", ANIMALS, TWO, [0, 1]),
        ("cat,car,frog,label,pred\n3.2,5.1,-1.7,0,1\n1.3,4.9,2.0,1,1", ANIMALS, TWO, [0, 1]),
        ("cat,car,frog,y_true,y_pred\n3.2,5.1,-1.7,cat,car\n1.3,4.9,2,car,car", ANIMALS, TWO, [0, 1]),
        ("file,cat,car,frog,gt\na.png,3.2,5.1,-1.7,0\nb.png,1.3,4.9,2,1", ANIMALS, TWO, [0, 1]),
        ("1,2,1,0\n3,4,0,1", "AB", [[1, 2], [3, 4]], [0, 1]),
        ("cat,car,is_cat,is_car\n1,2,1,0\n3,4,0,1", ("cat", "car"), [[1, 2], [3, 4]], [0, 1]),
        # Labels first, and under every name
        ("target,cat,car,frog\n0,3.2,5.1,-1.7\n1,1.3,4.9,2.0", ANIMALS, TWO, [0, 1]),
        ("y_true,cat,car,frog\ncat,3.2,5.1,-1.7\ncar,1.3,4.9,2.0", ANIMALS, TWO, [0, 1]),
        ("labels,cat,car,frog\n0,3.2,5.1,-1.7\n1,1.3,4.9,2.0", ANIMALS, TWO, [0, 1]),
        ("真实标签,cat,car,frog\n0,3.2,5.1,-1.7\n1,1.3,4.9,2.0", ANIMALS, TWO, [0, 1]),
        ("A,3.2,5.1,-1.7\nB,1.3,4.9,2.0", LETTERS, TWO, [0, 1]),
        ("0,3.2,5.1,-1.7\n1,1.3,4.9,2.5\n2,0,0,0.5", LETTERS, None, [0, 1, 2]),
        ("1,2,3,label\n1,2,3,1.0e+00\n1,2,3,02", "123", [[1, 2, 3]] * 2, [0, 1]),
        # Layouts of files
        ("sep=;\ncat;car;frog;label\n3.2;5.1;-1.7;0\n1.3;4.9;2;1", ANIMALS, TWO, [0, 1]),
        ("# made by a model\ncat,car,frog,label\n3.2,5.1,-1.7,0\n1.3,4.9,2,1", ANIMALS, TWO, [0, 1]),
        ("# cat car frog label\n3.2 5.1 -1.7 0\n1.3 4.9 2 1", ANIMALS, TWO, [0, 1]),
        ("Scores of my model\n\ncat,car,frog,label\n3.2,5.1,-1.7,0\n1.3,4.9,2,1", ANIMALS, TWO, [0, 1]),
        ("My scores,,,\ncat,car,frog,label\n3.2,5.1,-1.7,0\n1.3,4.9,2,1", ANIMALS, TWO, [0, 1]),
        ('"cat","big\ncar","frog",label\n3.2,5.1,-1.7,0', ("cat", "big car", "frog"), TWO[:1], [0]),
        ("cat,car,frog,label,\n3.2,5.1,-1.7,0,\n1.3,4.9,2,1,", ANIMALS, TWO, [0, 1]),
        ("cat,car,frog,label\n3.2,5.1,-1.7,0,\n1.3,4.9,2,1,", ANIMALS, TWO, [0, 1]),
        ("cat,car,frog,label,,\n3.2,5.1,-1.7,0\n1.3,4.9,2,1", ANIMALS, TWO, [0, 1]),
        ("cat|car|frog|label\n3.2|5.1|-1.7|0\n1.3|4.9|2|1", ANIMALS, TWO, [0, 1]),
        ("| cat | car | frog | label |\n|---|--:|---|---|\n| 3.2 | 5.1 | -1.7 | 0 |", ANIMALS, TWO[:1], [0]),
        ('"cat" "car" "frog" "label"\n"1" 3.2 5.1 -1.7 "cat"\n"2" 1.3 4.9 2 "car"', ANIMALS, TWO, [0, 1]),
        ('"cat" "car" "frog" "label"\n3.2 5.1 -1.7 "cat"\n1.3 4.9 2 "car"', ANIMALS, TWO, [0, 1]),
        # Files of other encodings
        ("猫,车,蛙,标签\n3.2,5.1,-1.7,猫\n1.3,4.9,2,车".encode("gbk"), ("猫", "车", "蛙"), TWO, [0, 1]),
        ("猫,车,蛙,标签\n3.2,5.1,-1.7,猫\n1.3,4.9,2,车".encode("utf-16"), ("猫", "车", "蛙"), TWO, [0, 1]),
        ("cat,car,frog,label\n3.2,5.1,-1.7,cat".encode("utf-16-le"), ANIMALS, TWO[:1], [0]),
        ("kätzchen,car,label\n1,2,car".encode(), ("kätzchen", "car"), [[1, 2]], [1]),
        # Labels that are missing, and scores of minus infinity
        ("cat,car,label\n1,2,cat\n3,4,\n5,6,car", ("cat", "car"), [[1, 2], [5, 6]], [0, 1]),
        ("1,2,0\n3,4,-100\n5,6,1", "AB", [[1, 2], [5, 6]], [0, 1]),
        ("1,-inf,0\n5,6,1", "AB", [[1, -np.inf], [5, 6]], [0, 1]),
        ("1,2,1\n3,4,2", "AB", [[1, 2], [3, 4]], [0, 1]),
    ],
)  # fmt: skip
def test_a_table_of_scores_is_read_as_it_was_meant(table, names, scores, labels) -> None:
    if scores is None and labels is None:
        with pytest.raises(ValueError, match="label_unknown"):
            read_table(table)
        return
    batch = read_table(table).batch
    assert batch.names == tuple(names)
    assert batch.labels.tolist() == labels
    if scores is not None:
        assert batch.scores.tolist() == scores


@pytest.mark.parametrize(
    ("table", "notes"),
    [
        ("cat,car,label\n1,2,cat", {"labels_by_name": {"column": "3"}}),
        (",a,b,label\n0,1,2,0\n1,3,4,1", {"left_out_index": {"column": "1"}, "labels_from_0": {}}),
        ("a,b,label,pred\n1,2,0,1\n3,4,1,1", {"left_out_prediction": {"column": "4 (pred)"}}),
        ("a,b,label\n1,2,0\n3,4,\n5,6,-100", {"unlabelled": {"count": "2"}}),
        ("1,2,1\n3,4,2", {"labels_from_1": {}}),
        ("1,2,1,0\n3,4,0,1", {"labels_one_hot": {"column": "3", "last": "4"}}),
        ("1,5;2;0", {"decimal_comma": {}}),
        ("Scores\n#x\na,b,label\n1,2,0", {"title": {"count": "1"}, "comments": {"count": "1"}}),
        ("1,2,0".encode("utf-16"), {"encoding": {"encoding": "UTF-16"}}),
        ("note,a,b,label\nx,1,2,0\nx,3,4,1", {"left_out_text": {"column": "1 (note)"}}),
    ],
)  # fmt: skip
def test_what_was_understood_is_told(table, notes) -> None:
    told = {note.reason: note.values for note in read_table(table).notes}
    counted = told.get("samples") or told["one_sample"]
    assert int(counted["size"]) in range(1, 4)
    for reason, values in notes.items():
        assert values.items() <= told[reason].items()


@pytest.mark.parametrize(
    ("table", "reason", "answers"),
    [
        ("1,234\t2,345\t0", "decimal", {".": [[1234, 2345]], ",": [[1.234, 2.345]]}),
        ("1.000;2.000;0", "decimal", {".": [[1, 2]], ",": [[1000, 2000]]}),
        ("猫,女,label\n1,2,0".encode("gbk"), "encoding", {"utf-8": "è,Ů", "gb18030": "猫,女"}),
        ("Käse,b,label\n1,2,0".encode("cp1252"), "encoding", {"cp1252": "Käse,b"}),
        ("0,1,2,3\n5,6,7,1\n7,8,9,2", "headings", {"headings": "0,1,2", "sample": "A,B,C"}),
        ("0,1.5,2,0\n1,3,4,1\n2,5,6,1", "index", {"left_out": "A,B", "used": "A,B,C"}),
        ("1,2,3,1\n4,5,6,2", "label_base", {"0": [1, 2], "1": [0, 1]}),
        ("0.7,0.3,0", "probabilities", {"scores": [[0.7, 0.3]], "logarithms": np.log([[0.7, 0.3]])}),
        ("0.5,0,0.5,0", "probabilities", {"logarithms": [[np.log(0.5), -np.inf, np.log(0.5)]]}),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_asked(table, reason, answers) -> None:
    with pytest.raises(TableQuestionError) as caught:
        read_table(table)
    assert caught.value.reason == reason
    assert answers.keys() <= caught.value.options.keys()
    for answer, expected in answers.items():
        batch = read_table(table, {reason: answer}).batch
        if isinstance(expected, str):
            assert ",".join(batch.names) == expected
        elif reason == "label_base":
            assert batch.labels.tolist() == expected
        else:
            assert_allclose(batch.scores, expected, rtol=1e-15)


TWO_POINTS = [[0.5, 0.4], [-0.4, 0.3]]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("0,1,2\n0.5,0.4,a\n-0.4,0.3,b", "ab"),
        (",0,1,2\n0,0.5,0.4,a\n1,-0.4,0.3,b", "ab"),
        ("a,0.5,0.4\nb,-0.4,0.3", "ab"),
        ("label,x1,x2\na,0.5,0.4\nb,-0.4,0.3", "ab"),
        ("y,x1,x2\n1,0.5,0.4\n2,-0.4,0.3", "12"),
        ("x,y,species\n0.5,0.4,a\n-0.4,0.3,b", "ab"),
        ("x1,x2,y\n0.5,0.4,a\n-0.4,0.3,b", "ab"),
        ("0.5,0.4,1\n-0.4,0.3,1.0e+01\n0.1,0.1,01\n0.1,0.1,1.0\n0,0,-1", ("-1", "1", "10")),
        ("5.000e-01 4.000e-01 1.000e+00\n-4.000e-01 3.000e-01 2.000e+00", "12"),
        ("1,0.5,0.4\n2,-0.4,0.3", "12"),
        ("x,y,z0,z1\n0.5,0.4,1,0\n-0.4,0.3,0,1", ("z0", "z1")),
        ("0,5;0,4;a\n-0,4;0,3;b", "ab"),
        ("x1,x2,label\n0.5,0.4,a\n0.5,0.4,\n-0.4,0.3,b", "ab"),
    ],
)
def test_a_table_of_points_is_read_as_it_was_meant(table, names) -> None:
    data = read_points(table).dataset
    assert data.names == tuple(names)
    assert data.points[:2].tolist() == TWO_POINTS


def test_two_of_several_features_are_chosen() -> None:
    table = "a,b,c,species\n1,2,3,x\n4,5,6,y"
    with pytest.raises(TableQuestionError) as caught:
        read_points(table)
    assert caught.value.reason == "features"
    assert dict(caught.value.options) == {"1,2": "a × b", "1,3": "a × c", "2,3": "b × c"}
    assert read_points(table, {"features": "1,3"}).dataset.points.tolist() == [[1, 3], [4, 6]]


def test_points_with_units_are_standardised_unless_told_otherwise() -> None:
    table = "height,weight,sex\n150,40,f\n170,70,m\n190,100,m"
    reading = read_points(table)
    assert reading.is_scaled
    root = round(1.5**0.5, 4)
    assert reading.dataset.points.tolist() == [[-root, -root], [0, 0], [root, root]]
    told = {note.reason: note.values for note in reading.notes}
    assert told["standardised"] == {"means": "170, 70", "deviations": "16.33, 24.49"}
    raw = read_points(table, {"scale": "as_is"})
    assert not raw.is_scaled
    assert raw.dataset.points.tolist() == [[150, 40], [170, 70], [190, 100]]
