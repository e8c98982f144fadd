"""The batch lab run by Streamlit: every way to load a table, good and bad; every control."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.losses.batch import evaluate_batch
from core.tables.score_tables import write_table
from pages.batch_lab import BatchLabState
from pages.batch_lab.samples import SAMPLES, generated_batch
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, state_of, tab, told

LESSON = "batch_lab"
T = text_in("en")


def way(app: AppTest, name: str) -> AppTest:
    """Open a way to load a table: samples, paste, file, edit."""
    app.session_state["batch_lab_way"] = T(f"batch_lab.way.{name}")
    return app.run()


def paste(app: AppTest, text: str) -> AppTest:
    way(app, "paste")
    app.text_area[0].set_value(text)
    next(button for button in app.button if button.label == T("batch_lab.use_text")).click()
    return app.run()


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
    app.number_input(key="margin").set_value(2.0).run()
    assert told(app)["hinge_mean"] == pytest.approx((3.9 + 0 + 7.6) / 3)
    assert told(app)["accuracy"] == pytest.approx(100 / 3)


def test_pasted_text_is_loaded_and_bad_text_keeps_what_there_was() -> None:
    app = paste(opened(LESSON), "hot cold label\n1 2 hot\n4 3 hot\n0 0 cold")
    assert errors(app) == []
    assert state_of(app, BatchLabState).example.names == ("hot", "cold")
    assert told(app)["right"] == 1
    for text, place in (
        ("1,2,0\n3,four,1", "“four” in row 2, column 2 is no number"),
        ("1,2,0\n3,4,1,5", "row 2 ends or goes on at column 4"),
        ("1,2,0\n3,4,2", "“2” in row 2, column 3 is no label"),
        ("1,2,0\nnan,4,1", "“nan” in row 2, column 1 is not finite"),
        ("", "there is no sample in it"),
    ):
        app = paste(app, text)
        (sentence,) = errors(app)
        assert place in sentence
        assert sentence.startswith("The pasted text cannot be used: ")
        assert sentence.endswith("What was loaded before is still here.")
        assert state_of(app, BatchLabState).example.names == ("hot", "cold")
        assert told(app)["right"] == 1
    app = paste(app, "1,2,1")
    assert errors(app) == []
    assert told(app)["right"] == 1


def test_a_file_is_loaded_and_a_bad_one_keeps_what_there_was() -> None:
    batch = generated_batch(250, 4, np.random.default_rng(5))
    app = upload(opened(LESSON), "own.csv", write_table(batch).encode("utf-8-sig"))
    assert errors(app) == []
    mean = float(evaluate_batch(batch).totals.cross_entropy_mean)
    assert told(app)["cross_entropy_mean"] == pytest.approx(mean)
    assert any("own" in entry.value and "250" in entry.value for entry in app.caption)
    for name, data, part in (
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(30), "it is no text but PNG data"),
        ("utf16.csv", "1,2,0\n".encode("utf-16"), "UTF-16, which is not UTF-8 text"),
        ("latin.csv", "käse,wurst,label\n1,2,0".encode("latin-1"), "row 1, column 1 holds 0xE4"),
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
    assert len(app.dataframe[0].value) == 100
    assert len(header(app)["panels"]) == 4
