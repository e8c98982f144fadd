"""The batch lab run by Streamlit: every way to load a table, good and bad; every control."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.losses.batch import evaluate_batch
from core.tables.score_tables import write_table
from pages.batch_lab import BatchLabState
from pages.batch_lab.samples import SAMPLES, generated_batch
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, headers, moved_to, opened, state_of, tab, told

LESSON = "batch_lab"
T = text_in("en")
GENERATED = evaluate_batch(SAMPLES["generated"]())


def way(app: AppTest, name: str) -> AppTest:
    """Open a way to load a table: samples, paste, file, edit."""
    app.session_state["batch_lab_way"] = T(f"batch_lab.way.{name}")
    return app.run()


def paste(app: AppTest, text: str) -> AppTest:
    way(app, "paste")
    app.text_area[0].set_value(text)
    next(button for button in app.button if button.label == T("batch_lab.use_text")).click()
    return app.run()


def listed(app: AppTest) -> Any:
    """Open the list of every sample, and give the lines of its page."""
    app.query_params["look"] = "every"
    app.run()
    assert not headers(app)
    return app.dataframe[0].value


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    way(app, "file")
    app.file_uploader[0].set_value((name, data, "text/csv"))
    return app.run()


def errors(app: AppTest) -> list[str]:
    assert not app.exception
    return [entry.value.replace("\\", "") for entry in app.error]


def test_it_opens_with_the_three_images() -> None:
    now = told(opened(LESSON))
    assert now["hinge_mean"] == pytest.approx(5.27, abs=5e-3)
    assert now["cross_entropy_mean"] == pytest.approx(2.7587, abs=5e-5)
    assert now["hinge_sum"] == pytest.approx(15.8)
    assert now["accuracy"] == pytest.approx(100 / 3)
    assert now["right"] == 1
    assert (now["hinge"], now["cross_entropy"]) == pytest.approx((2.9, 2.0404), abs=5e-5)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["samples", "paste", "file", "edit"])
def test_every_way_opens_in_each_language(name, language) -> None:
    app = opened(LESSON, lang=language)
    app.session_state["batch_lab_way"] = text_in(language)(f"batch_lab.way.{name}")
    app.run()
    assert errors(app) == []


def test_the_tabs_are_about_the_whole_batch() -> None:
    app = tab(opened(LESSON), LESSON, "why")
    assert any("15.8000" in entry.value for entry in app.markdown)
    assert "[3.2, 5.1, -1.7]" in tab(app, LESSON, "code").code[0].value


def test_a_sample_to_start_from_and_the_hardest() -> None:
    app = opened(LESSON)
    app.button(key="batch_lab_generated").click().run()
    result = evaluate_batch(SAMPLES["generated"]())
    assert told(app)["accuracy"] == 100 * result.totals.accuracy
    assert state_of(app, BatchLabState).sample == 1
    app.button(key="batch_lab_hardest_hinge").click().run()
    worst = int(result.hinge.argmax())
    assert state_of(app, BatchLabState).sample == worst + 1
    assert state_of(app, BatchLabState).example.scores == tuple(result.batch.scores[worst])
    assert told(app)["hinge"] == pytest.approx(result.hinge.max())
    assert told(app)["hinge_mean"] == pytest.approx(float(result.totals.hinge_mean))
    app.number_input(key="batch_lab_sample").set_value(7).run()
    assert state_of(app, BatchLabState).sample == 7
    assert told(app)["cross_entropy"] == pytest.approx(result.cross_entropy[6])
    app.button(key="batch_lab_images").click().run()
    assert told(app)["hinge_mean"] == pytest.approx(5.27, abs=5e-3)


def test_hinge_controls_change_the_whole_batch() -> None:
    app = opened(LESSON)
    app.selectbox(key="variant").select("crammer_singer").run()
    assert told(app)["hinge_mean"] == pytest.approx((2.9 + 0 + 6.6) / 3)
    app.text_input(key="margin").set_value("2.0").run()
    assert told(app)["hinge_mean"] == pytest.approx((3.9 + 0 + 7.6) / 3)
    assert told(app)["accuracy"] == pytest.approx(100 / 3)


def test_pasted_text_is_loaded_and_bad_text_keeps_what_there_was() -> None:
    app = paste(opened(LESSON), "hot cold label\n1 2 hot\n4 3 hot\n0 0 cold")
    assert errors(app) == []
    assert state_of(app, BatchLabState).example.names == ("hot", "cold")
    assert told(app)["right"] == 1
    for text, place in (
        ("1,2,0\n3,four,1", "“four” in row 2, column 2 is not a number"),
        ("1,2,0\n3,4,1,5", "row 2 ends or goes on at column 4"),
        ("1,2,0\n3,-inf,1", "the score of the true class is −inf"),
        ("1,2,0\n3,4,2", "“2” in row 2, column 3 is not a label"),
        ("1,2,0\nnan,4,1", "“nan” in row 2, column 1 is not a score"),
        ("", "there is no sample in it"),
    ):
        app = paste(app, text)
        (sentence,) = errors(app)
        assert place in sentence
        assert sentence.startswith("The pasted text cannot be used: ")
        assert sentence.endswith("What was loaded before is still here.")
        assert state_of(app, BatchLabState).example.names == ("hot", "cold")
        assert told(app)["right"] == 1
    app = paste(app, "1,2,1\n3,2,0")
    assert errors(app) == []
    assert told(app)["right"] == 2


def test_a_file_is_loaded_and_a_bad_one_keeps_what_there_was() -> None:
    batch = generated_batch(250, 4, np.random.default_rng(5))
    app = upload(opened(LESSON), "own.csv", write_table(batch).encode())
    assert errors(app) == []
    mean = float(evaluate_batch(batch).totals.cross_entropy_mean)
    assert told(app)["cross_entropy_mean"] == pytest.approx(mean)
    assert any("own" in entry.value and "250" in entry.value for entry in app.caption)
    for name, data, part in (
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(30), "its format is PNG, which is no table"),
        ("book.xlsx", b"PK\x03\x04" + bytes(30), "its format is ZIP / XLSX"),
        ("scores.json", b'{"scores": [1, 2]}', "its format is JSON"),
        ("broken.csv", b"1,2,\x81\xff", "its letters cannot be read"),
        ("empty.csv", b"", "there is no sample in it"),
        ("long.csv", b"1,2,0\n" * 200_001, "more than 200000 samples"),
        ("big.csv", b"1" * 50_000_001, "it has 50.0 MB"),
    ):
        app = upload(app, name, data)
        (sentence,) = errors(app)
        assert sentence.startswith(f"The file {name} cannot be used: ")
        assert part in sentence
        assert told(app)["cross_entropy_mean"] == pytest.approx(mean)


def test_the_sample_of_the_address_stands_in_its_row() -> None:
    app = opened(LESSON, names="cat,car,frog", z="2.2,2.5,9", y="2", sample="3")
    assert told(app)["hinge_mean"] == pytest.approx(2.9 / 3)
    assert told(app)["right"] == 2
    # It stays there when another one is chosen, and the address goes with the choice.
    app.number_input(key="batch_lab_sample").set_value(1).run()
    assert state_of(app, BatchLabState).example.scores == (3.2, 5.1, -1.7)
    assert told(app)["hinge_mean"] == pytest.approx(2.9 / 3)
    # Back to the address before: an example that is no row of this table changes nothing.
    for name, value in {"names": "a,b", "z": "1,2", "y": "0"}.items():
        app.query_params[name] = value
    app.run()
    assert told(app)["hinge_mean"] == pytest.approx(2.9 / 3)


def test_an_example_from_elsewhere_is_no_row() -> None:
    app = opened(LESSON, names="cat,car,frog", z="9,9,9", y="2")
    assert told(app)["hinge_mean"] == pytest.approx(5.27, abs=5e-3)


def test_pages_and_orders() -> None:
    app = opened(LESSON)
    app.button(key="batch_lab_generated").click().run()
    listed(app)
    result = evaluate_batch(SAMPLES["generated"]())

    def shown() -> list[int]:
        return app.dataframe[0].value["sample"].tolist()

    assert shown() == list(range(1, 101))
    app.number_input(key="batch_lab_page").set_value(5).run()
    assert shown() == list(range(401, 501))
    app.selectbox(key="batch_lab_order").select("cross_entropy").run()
    losses = result.cross_entropy[np.array(shown()) - 1]
    assert losses.tolist() == sorted(result.cross_entropy, reverse=True)[:100]
    app.selectbox(key="batch_lab_order").select("wrong").run()
    assert not result.is_right[np.array(shown()) - 1].any()
    # A sample chosen elsewhere opens its page.
    app.selectbox(key="batch_lab_order").select("table").run()
    app.number_input(key="batch_lab_sample").set_value(333).run()
    assert app.number_input(key="batch_lab_page").value == 4
    table = app.dataframe[0].value
    assert table["sample"][table["here"] == "▶"].tolist() == [333]


def test_200_000_samples_are_shown() -> None:
    batch = generated_batch(200_000, 10, np.random.default_rng(0))
    app = upload(opened(LESSON), "many.csv", write_table(batch).encode())
    assert errors(app) == []
    totals = evaluate_batch(batch).totals
    assert told(app)["accuracy"] == 100 * totals.accuracy
    assert len(header(app)["panels"]) == 4
    assert len(listed(app)) == 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_understood_is_said_in_one_sentence(language) -> None:
    app = opened(LESSON, lang=language)
    app.session_state["batch_lab_way"] = text_in(language)("batch_lab.way.paste")
    app.run()
    app.text_area[0].set_value(";cat;car;label\n0;3,2;5,1;cat\n1;1,3;4,9;\n2;0;1;car")
    next(b for b in app.button if b.label == text_in(language)("batch_lab.use_text")).click()
    app.run()
    assert errors(app) == []
    assert state_of(app, BatchLabState).example.scores == (3.2, 5.1)
    sentence = {
        "en": "Understood: 2 samples, classes cat, car; labels by name, column 4; rows left out "
        "because they have no label (or −100): 1; column 1 left out, as it names or counts the "
        "rows; a comma stands before the decimals.",
        "zh": "读取结果：2 个样本，类别为 cat, car；第 4 列是标签，用类别名称表示；没有标签（或标签为 "
        "−100）而略去的行数：1；第 1 列是行的名称或序号，未使用；逗号是小数点。",
    }[language]
    assert sentence in [entry.value.replace("\\", "") for entry in app.caption]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_table_means_is_asked_and_the_answer_loads_it(language) -> None:
    app = opened(LESSON, lang=language)
    app.session_state["batch_lab_way"] = text_in(language)("batch_lab.way.file")
    app.run()
    app.file_uploader[0].set_value(("own.data", "猫,女,label\n0.7,0.3,1".encode("gbk"), ""))
    app.run()
    names = {"encoding": "gb18030", "label_base": "1", "probabilities": "logarithms"}
    for reason, answer in names.items():
        assert errors(app) == []
        (question,) = [w for w in app.button_group if w.key == f"batch_lab_{reason}"]
        question.select(answer).run()
    example = state_of(app, BatchLabState).example
    assert (example.names, example.label) == (("猫", "女"), 0)
    assert example.scores == pytest.approx((np.log(0.7), np.log(0.3)))
    assert not [w for w in app.button_group if w.key and w.key.startswith("batch_lab_")]


def test_a_score_of_minus_infinity_has_probability_0() -> None:
    app = paste(opened(LESSON), "1,-inf,3,0\n2,-inf,1,2\n0,5,1,1")
    assert errors(app) == []
    now = told(app)
    assert now["cross_entropy"] == pytest.approx(np.log(1 + np.exp(2)))
    assert now["hinge"] == 3
    assert state_of(app, BatchLabState).example.scores == (1, -1e6, 3)
    shown = listed(app)
    assert shown["probability B"].tolist()[:2] == [0, 0]
    assert shown["score B"].tolist()[:2] == [-np.inf, -np.inf]
    assert "-np.inf" in tab(app, LESSON, "code").code[0].value


def address(app: AppTest) -> dict[str, str]:
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in app.query_params.items()
    }


@pytest.mark.parametrize(
    ("table", "size", "mean"),
    [
        ("images", 3, 2.7587),
        ("book", 2, -np.log(0.2 * 0.99) / 2),
        ("single", 1, -np.log(0.2)),
        ("generated", 500, GENERATED.totals.cross_entropy_mean),
    ],
)
def test_the_address_names_a_table_to_start_from(table: str, size: int, mean: float) -> None:
    app = opened(LESSON, table=table, names="hot,cold", z="1,2", y="0", sample="9")
    assert told(app)["cross_entropy_mean"] == pytest.approx(mean, abs=5e-5)
    assert app.number_input(key="batch_lab_sample").max == size
    # The same whatever else was loaded in this session.
    paste(app, "hot cold label\n1 2 hot\n4 3 hot\n0 0 cold")
    assert address(app)["table"] == "own"
    moved_to(app, {"table": table})
    assert told(app)["cross_entropy_mean"] == pytest.approx(mean, abs=5e-5)
    # Back to the own table, which is still there.
    moved_to(app, {"table": "own"})
    assert not app.warning
    assert told(app)["right"] == 1
    # An address without a table: that which was loaded last.
    moved_to(app, {"names": "hot,cold", "z": "1,2", "y": "0"})
    assert told(app)["right"] == 1


def test_published_gradient_of_a_batch_of_two() -> None:
    (shares,) = (
        panel for panel in header(opened(LESSON, table="book"))["panels"] if panel["id"] == "shares"
    )
    # Deep Learning from Scratch, 5.6.3: (y - t) / N.
    for share in ("0.150 / ", "−0.400 / ", "0.250 / "):
        assert share in shares["alt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_own_table_that_is_gone_is_missed_in_a_sentence(language: str) -> None:
    t = text_in(language)
    app = paste(opened(LESSON), "hot cold label\n1 2 hot\n4 3 hot\n0 0 cold")
    app.number_input(key="batch_lab_sample").set_value(2).run()
    assert not app.warning
    assert told(app)["right"] == 1
    # A new session, as after the server was started again, or another tab, has only the address.
    later = opened(LESSON, **{**address(app), "lang": language})
    (warning,) = later.warning
    settings = t("guide.settings")
    expected = t("batch_lab.gone", settings=settings, instead=t("batch_lab.source.images"))
    assert warning.value == expected
    assert f"*{settings}*" in expected or f"“{settings}”" in expected
    assert told(later)["hinge_mean"] == pytest.approx(5.27, abs=5e-3)
    assert told(later)["hinge"] == pytest.approx(2.9)
    # Whatever is done next is done with the images, and nothing is missed any more.
    later.number_input(key="batch_lab_sample").set_value(3).run()
    assert not later.warning
    assert told(later)["hinge"] == pytest.approx(12.9)
    moved_to(later, {**address(app), "lang": language})
    assert later.warning
    later.session_state["batch_lab_way"] = t("batch_lab.way.paste")
    later.run()
    later.text_area[0].set_value("hot cold label\n1 2 hot\n4 3 hot\n0 0 cold")
    next(b for b in later.button if b.label == t("batch_lab.use_text")).click()
    later.run()
    assert not later.warning
    assert told(later)["right"] == 1


def test_a_scene_begins_with_its_table_as_it_is_to_start_from() -> None:
    app = opened(LESSON, names="cat,car,frog", z="2.2,2.5,9", y="2", sample="3")
    app.number_input(key="batch_lab_sample").set_value(1).run()
    assert told(app)["hinge_mean"] == pytest.approx(2.9 / 3)
    moved_to(app, {"scene": "1"})
    assert told(app)["hinge_mean"] == pytest.approx(15.8 / 3)
    moved_to(app, {"table": "images"})
    assert told(app)["hinge_mean"] == pytest.approx(2.9 / 3)


def test_every_sample_is_listed_instead_of_one_on_the_stage() -> None:
    app = opened(LESSON)
    assert not app.dataframe
    app.button_group(key="look").select("every").run()
    assert state_of(app, BatchLabState).look == "every"
    assert app.dataframe[0].value["sample"].tolist() == [1, 2, 3]
    assert app.dataframe[0].value["hinge"].tolist() == pytest.approx([2.9, 0, 12.9])
    app.button(key="batch_lab_hardest_hinge").click().run()
    assert app.dataframe[0].value["here"].tolist() == ["", "", "▶"]
    app.button_group(key="look").select("one").run()
    assert told(app)["hinge"] == pytest.approx(12.9)
    # On its page again, where that one is.
    app.button(key="batch_lab_generated").click().run()
    app.number_input(key="batch_lab_sample").set_value(333).run()
    assert 333 in listed(app)["sample"].tolist()
