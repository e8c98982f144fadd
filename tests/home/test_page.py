"""Home through Streamlit itself: a small stage, the path of lessons, and where it begins."""

from __future__ import annotations

import json

import pytest

from core.losses.comparison import compare_losses
from pages.ui.lessons import lessons
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, told


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_losses_are_shown(language: str) -> None:
    app = opened(lang=language)
    for _ in range(2):
        now = told(app)
        cat = compare_losses([3.2, 5.1, -1.7], 0)
        assert now["hinge"] == cat.hinge == pytest.approx(2.9)
        assert now["cross_entropy"] == cat.cross_entropy == pytest.approx(2.0404, abs=5e-5)
        assert {panel["id"] for panel in header(app)["panels"]} >= {"scores", "probabilities"}
        app.run()
        assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_path_is_shown_with_its_numbers_and_pictures(language: str) -> None:
    app, t = opened(lang=language), text_in(language)
    cards = next(
        links
        for component in app.get("bidi_component")
        if component.proto.component_name == "logit_lab_links"
        for links in [json.loads(json.loads(component.proto.json)["links"])]
        if "summary" in links[0]
    )
    shown = [lesson for lesson in lessons().values() if lesson.part is not None]
    assert [card["title"] for card in cards] == [t(f"{lesson.name}.title") for lesson in shown]
    assert [card["summary"] for card in cards] == [t(f"{lesson.name}.summary") for lesson in shown]
    numbers = [card["number"] for card in cards if card["part"] == "path"]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert all(card["number"] is None for card in cards if card["part"] == "tools")
    assert all(card["picture"].startswith("<svg") for card in cards)


def test_it_says_where_to_begin() -> None:
    app = opened(lang="zh")
    (begin,) = app.button
    assert begin.label == "从第 1 课开始：评分函数"
    begin.click().run()
    assert dict(app.query_params) == {"scene": "1", "lang": "zh"}
