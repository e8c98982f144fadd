"""What is asked and told about tables, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.tables import columns, encoding, point_tables, score_tables, sheet
from core.tables.faults import Note
from pages.ui.kit.own_tables import understood
from pages.ui.text import LANGUAGES, text_in

CODE = "".join(
    Path(module.__file__).read_text(encoding="utf-8")
    for module in (columns, encoding, point_tables, score_tables, sheet)
)
VALUES = {"size": "3", "names": "*a*, b", "column": "4 (id)", "last": "5", "count": "2"}
VALUES |= {"means": "1, 2", "deviations": "3, 4", "encoding": "GBK"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_has_a_sentence(language) -> None:
    t = text_in(language)
    noted = set(re.findall(r'Note\(\s*"(\w+)"', CODE)) | {"labels_one_hot", "labels_in", "samples"}
    noted |= {f"left_out_{why}" for why in ("index", "prediction", "text")}
    noted |= {f"labels_{how}" for how in ("by_name", "from_0", "from_1")}
    written = {key.removeprefix("table.note.") for key in set(t.keys()) if "table.note" in key}
    assert noted == written
    sentence = understood([Note(reason, VALUES) for reason in sorted(noted)], t)
    assert "{" not in sentence
    assert "*a*" not in sentence
    assert sentence.count("。" if language == "zh" else ".") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_has_its_words(language) -> None:
    t = text_in(language)
    asked = set(re.findall(r'(?:QuestionError|_answer)\(\s*"(\w+)"', CODE))
    written = {
        key.removeprefix("table.question.") for key in set(t.keys()) if "table.question" in key
    }
    assert asked | {"decimal"} == written
    for reason in asked:
        assert t(f"table.question.{reason}", row=1, column=2, value="x")[-1] in ".?。？"
