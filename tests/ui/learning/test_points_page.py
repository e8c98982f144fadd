"""Own points run by Streamlit: the edited table, files good and bad, the class of a new point."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.learning.datasets import Dataset, blobs, nine_points
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.tables.point_tables import write_points
from pages.linear_classifier import LinearClassifierState
from pages.ui.learning.setups import objective, recipe
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import edit, state_of, table_columns, table_id

APP = Path(__file__).parent / "apps" / "points_app.py"
NETWORK = APP.with_name("network_points_app.py")
T = text_in("en")
NINE = nine_points()


def started(path: Path = APP, **parameters: str) -> AppTest:
    app = AppTest.from_file(str(path), default_timeout=30)
    for name, value in parameters.items():
        app.query_params[name] = value
    language = parameters.get("lang", "en")
    if parameters.get("data") != "digits":  # which are not in a table
        app.session_state["points_way"] = text_in(language)("points.way.table")
    app.run()
    assert not app.exception
    return app


def seen(app: AppTest) -> Dataset:
    return app.session_state["seen"]


def cells(data: Dataset) -> list[list[object]]:
    rows = zip(data.points.tolist(), data.labels.tolist(), strict=True)
    return [[*point, data.names[label]] for point, label in rows]


def upload(app: AppTest, data: bytes, name: str = "own.csv", language: str = "en") -> AppTest:
    app.session_state["points_way"] = text_in(language)("points.way.file")
    app.run()
    app.file_uploader[0].set_value((name, data, "text/csv"))
    return app.run()


def table(app: AppTest) -> AppTest:
    app.session_state["points_way"] = T("points.way.table")
    return app.run()


def errors(app: AppTest) -> list[str]:
    assert not app.exception
    return [entry.value.replace("\\", "") for entry in app.error]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_shows_points_scores_and_both_losses(language) -> None:
    app = started(lang=language)
    shown = app.dataframe[0].value
    assert shown[["x1", "x2"]].astype(float).to_numpy().tolist() == NINE.points.tolist()
    assert shown["label"].tolist() == [NINE.names[k] for k in NINE.labels]
    scores = shown[["score A", "score B", "score C"]].to_numpy()
    assert shown["hinge"].to_numpy() == pytest.approx(hinge(scores, NINE.labels).per_sample)
    assert shown["cross_entropy"].to_numpy() == pytest.approx(
        cross_entropy(scores, NINE.labels).per_sample
    )
    columns = table_columns(app)
    t = text_in(language)
    assert columns["hinge"]["label"] == t("points.column.hinge")
    free = {name for name, column in columns.items() if not column.get("disabled")} - {"_index"}
    assert free == {"x1", "x2", "label"}
    assert errors(app) == []


def test_an_edited_cell_moves_the_point_and_the_address_tells_it() -> None:
    app = edit(started(), edited_rows={"1": {"x1": -0.9, "label": "C"}})
    expected = cells(NINE)
    expected[1] = [-0.9, 0.3, "C"]
    assert errors(app) == []
    assert cells(seen(app)) == expected
    state = state_of(app, LinearClassifierState)
    assert state.points is not None
    assert state.points[1] == (-0.9, 0.3, 2)
    assert (state.groups, state.data) == (None, None)  # still nearly the nine points
    # The next edit goes on from there, and the losses follow.
    app = edit(app, deleted_rows=[0])
    assert cells(seen(app)) == expected[1:]
    losses = app.dataframe[0].value
    scores = losses[["score A", "score B", "score C"]].to_numpy()
    assert losses["hinge"].to_numpy() == pytest.approx(hinge(scores, seen(app).labels).per_sample)


def test_rows_are_added_with_an_old_or_a_new_class() -> None:
    app = edit(
        started(), added_rows=[{"x1": 1, "x2": 2.5, "label": "B"}, {"x1": 0, "x2": 0, "label": "D"}]
    )
    assert cells(seen(app)) == [*cells(NINE), [1.0, 2.5, "B"], [0.0, 0.0, "D"]]
    assert seen(app).names == ("A", "B", "C", "D")
    columns = table_columns(app)
    assert columns["label"]["type_config"]["options"] == ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_edits_that_cannot_be_used_stay_with_a_sentence(language) -> None:
    t = text_in(language)
    app = edit(started(lang=language), edited_rows={"4": {"x2": 2000}})
    (sentence,) = errors(app)
    place = {"en": "“2000” in row 5, column 2", "zh": "第 5 行第 2 列的“2000”"}[language]
    assert place in sentence
    assert sentence.startswith(t("points.source.edited").strip())
    assert cells(seen(app)) == cells(NINE)
    assert state_of(app, LinearClassifierState).points is None
    # The table is the same widget as before, so the browser keeps what was typed.
    app = edit(app, edited_rows={"4": {"x2": 2}})
    assert errors(app) == []
    assert seen(app).points[4].tolist() == [-0.3, 2.0]


def test_one_class_only_is_refused() -> None:
    app = edit(started(), deleted_rows=[3, 4, 5, 6, 7, 8])
    (sentence,) = errors(app)
    assert "column 3 names one class only, “A”" in sentence
    assert sentence.endswith("The points are as they were.")
    assert cells(seen(app)) == cells(NINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_point_but_one_class_is_not_removed(language) -> None:
    app = started(points="0,0,0;1,1,1", groups="cat,dog", lang=language)
    app.button(key="remove").click().run()
    (sentence,) = errors(app)
    fault = text_in(language)("points.fault.one_class_left", value="dog", least=2)
    assert sentence == text_in(language)("points.undone", fault=fault)
    assert seen(app).size == 2
    app = started(lang=language)
    app.button(key="remove").click().run()
    assert cells(seen(app)) == cells(NINE)[1:]


def test_the_waiting_table_is_the_same_widget() -> None:
    app = started()
    before = table_id(app)
    app = edit(app, edited_rows={"4": {"x2": 2000}})
    assert table_id(app) == before
    app = edit(app, edited_rows={"4": {"x2": 20}})
    assert table_id(app) != before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_becomes_the_points_and_a_bad_one_keeps_them(language) -> None:
    t = text_in(language)
    app = started(lang=language, eta="3", at="7")
    app = upload(app, b"x1,x2,label\n1,2,cat\n-1,0.5,dog\n0,0,cat\n", language=language)
    assert errors(app) == []
    assert cells(seen(app)) == [[1.0, 2.0, "cat"], [-1.0, 0.5, "dog"], [0.0, 0.0, "cat"]]
    state = state_of(app, LinearClassifierState)
    assert (state.data, state.groups, state.at) == ("own", ("cat", "dog"), None)
    # What was set stays, and so does what was usual for the nine points.
    assert (state.learning_rate, state.strength, state.trained) == (3.0, 0.1, None)
    recipes = [recipe(given) for given in (LinearClassifierState(learning_rate=3.0), state)]
    assert recipes[0] == recipes[1]
    assert objective(state, "hinge") == objective(LinearClassifierState(), "hinge")
    for name, data, part in (
        (
            "n.csv",
            b"1,2,a\n3,x,b",
            {"en": "“x” in row 2, column 2 is not a number", "zh": "第 2 行第 2 列的“x”不是数字"},
        ),
        ("one.csv", b"1,2,a\n3,4,a", {"en": "one class only, “a”", "zh": "第 3 列只有一个类别“a”"}),
        (
            "many.csv",
            "".join(f"0,{k},c{k}\n" for k in range(11)).encode(),
            {
                "en": "“c10” in row 11, column 3 is one class too many",
                "zh": "第 11 行第 3 列的“c10”使类别超出上限",
            },
        ),
        ("photo.csv", b"\x89PNG\r\n\x1a\n", {"en": "its format is PNG", "zh": "PNG 文件"}),
        ("long.csv", b"1,2,a\n" * 2001, {"en": "row 2001", "zh": "第 2001 行"}),
        ("empty.csv", b"", {"en": "there is no point in it", "zh": "其中没有点"}),
    ):
        app = upload(app, data, name, language)
        (sentence,) = errors(app)
        assert sentence.startswith(t("points.source.file", name=name).strip())
        assert part[language] in sentence
        assert seen(app).size == 3
    app = upload(app, b"1,2,a\n3,4,b", language=language)
    assert errors(app) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_features_are_chosen_and_units_are_standardised_unless_told_otherwise(language) -> None:
    table = b"id,height,weight,age,sex\n1,150,40,30,f\n2,170,70,40,m\n3,190,100,50,m"
    app = upload(started(lang=language), table, "people.xyz", language)
    assert errors(app) == []
    assert cells(seen(app)) == cells(NINE)
    (question,) = [w for w in app.button_group if w.key == "points_features"]
    question.select("2,3").run()
    scaled = round(1.5**0.5, 4)
    assert cells(seen(app)) == [[-scaled, -scaled, "f"], [0, 0, "m"], [scaled, scaled, "m"]]
    told = "means 170, 70" if language == "en" else "均值 170, 70"
    assert any(told in entry.value.replace("\\", "") for entry in app.caption)
    app.button(key="points_as_is").click().run()
    assert cells(seen(app)) == [[150, 40, "f"], [170, 70, "m"], [190, 100, "m"]]
    assert not [button for button in app.button if button.key == "points_as_is"]


def test_many_points_are_kept_in_the_session() -> None:
    data = blobs(50, rng=np.random.default_rng(3))
    app = upload(started(), write_points(data).encode())
    assert errors(app) == []
    assert cells(seen(app)) == cells(data)
    state = state_of(app, LinearClassifierState)
    assert (state.data, state.points, state.groups) == ("own", None, None)
    assert [entry.value for entry in app.info] == [T("points.kept", most=60)]
    assert T("points.many", most=60) in [entry.value for entry in app.caption]
    app = edit(table(app), deleted_rows=list(range(95)), edited_rows={"149": {"x1": 0}})
    assert seen(app).size == 55
    assert state_of(app, LinearClassifierState).points is not None
    assert state_of(app, LinearClassifierState).points[-1][0] == 0
    assert not app.info


def test_many_points_of_a_data_set_are_in_the_address() -> None:
    app = started(data="blobs", samples="50")
    assert seen(app).size == 150
    assert not app.info
    app = edit(app, edited_rows={"0": {"x1": 0}})
    assert seen(app).points[0, 0] == 0
    assert state_of(app, LinearClassifierState).data == "own"
    assert len(app.info) == 1


def test_an_address_of_another_session_is_told() -> None:
    app = started(data="own")
    (warning,) = app.warning
    assert "Nine points" in warning.value
    assert cells(seen(app)) == cells(NINE)
    assert not started(data="own", points="0,0,0;1,1,1").warning


def test_numbers_of_a_run_that_diverges_are_written_with_an_exponent() -> None:
    app = started(size_of_weights="1e153")
    shown = app.dataframe[0].value
    assert all(re.fullmatch(r"−?\d\.\d{3}e1\d\d", cell) for cell in shown["score A"])
    assert errors(app) == []
    # They are not edited, and what is edited still is a number.
    app = edit(app, edited_rows={"0": {"x1": 0}})
    assert seen(app).points[0].tolist() == [0.0, 0.4]


def test_a_point_is_added_without_a_mouse() -> None:
    app = started()
    app.segmented_control(key="points_class").select("D").run()
    app.button(key="points_add").click().run()
    assert cells(seen(app)) == [*cells(NINE), [0.0, 0.0, "D"]]
    assert app.segmented_control(key="points_class").value == "D"
    assert state_of(app, LinearClassifierState).points[-1] == (0.0, 0.0, 3)


def test_a_class_that_other_data_have_is_not_begun_in_own_data() -> None:
    app = started()
    app.segmented_control(key="points_class").select("A").run()
    app.query_params["points"] = "0,0,0;1,1,1"
    app.query_params["groups"] = "cat,dog"
    app.run()
    control = app.segmented_control(key="points_class")
    assert control.value == "cat"
    assert control.options == ["cat", "dog", "＋ A"]
    control.select("A").run()
    app.button(key="points_add").click().run()
    assert cells(seen(app))[-1] == [0.0, 0.0, "A"]


def test_a_refusal_goes_when_the_points_change() -> None:
    app = edit(started(), edited_rows={"0": {"x1": 1e5}})
    assert len(errors(app)) == 1
    app.query_params["points"] = "0,0,0;1,1,1"  # Back, to an address before
    app.run()
    assert errors(app) == []
    assert seen(app).size == 2


def test_what_waits_to_be_mended_outlives_other_losses() -> None:
    app = edit(started(), edited_rows={"0": {"x1": 1e5}})
    before = table_id(app)
    app.query_params["margin"] = "3"
    app.run()
    assert table_id(app) == before
    app = edit(app, edited_rows={"0": {"x1": 1}})
    assert app.dataframe[0].value["hinge"].min() > 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_network_takes_own_points_instead_of_digits(language) -> None:
    t = text_in(language)
    app = started(NETWORK, data="digits", lang=language)
    assert not app.dataframe
    app.file_uploader[0].set_value(("own.csv", write_points(NINE).encode(), "text/csv"))
    app.run()
    assert errors(app) == []
    assert cells(seen(app)) == cells(NINE)
    app.session_state["points_way"] = t("points.way.table")
    app.run()
    shown = app.dataframe[0].value
    scores = app.session_state["model"].scores(NINE.points)
    assert shown[["score A", "score B", "score C"]].to_numpy() == pytest.approx(scores)
    assert shown["cross_entropy"].to_numpy() == pytest.approx(
        cross_entropy(scores, NINE.labels).per_sample
    )
    app = edit(app, added_rows=[{"x1": 0, "x2": 0, "label": "A"}])
    assert seen(app).size == 10


def test_a_class_is_offered_as_it_is_called() -> None:
    app = started(points="0,0,0;1,1,1", groups=":red[a],**b**")
    offered = [option.content for option in app.button_group(key="points_class").proto.options]
    assert offered == [r"\:red\[a\]", r"\*\*b\*\*", "＋ A"]
