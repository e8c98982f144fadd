"""The lectures that come with the app, and files: what is no lecture is told with its line."""

from __future__ import annotations

import tomllib
from urllib.parse import parse_qsl, urlsplit

import pytest

from pages.lecture.component import decks
from pages.ui.lessons import lessons
from pages.ui.present.deck import Deck, DeckError, View, read_deck
from pages.ui.text import LANGUAGES, escape, text_in
from tests.apptest import app_at, headers, opened

TITLES = (
    "SVM and softmax in 45 minutes",
    "Where p − t comes from",
    "From scores to a trained network",
)


def test_three_lectures_come_with_the_app() -> None:
    assert tuple(deck.title for deck in decks("en")) == TITLES
    assert [len(deck.views) for deck in decks("en")] == [12, 6, 7]
    for english, chinese in zip(decks("en"), decks("zh"), strict=True):
        assert [view.address for view in english.views] == [view.address for view in chinese.views]
        for deck in (english, chinese):
            assert all(view.question and view.notes for view in deck.views)
        for first, second in zip(english.views, chinese.views, strict=True):
            assert first.question != second.question


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(3))
def test_each_view_opens_with_its_question_and_reveals_everything(
    number: int, language: str
) -> None:
    for view in decks(language)[number].views:
        address = urlsplit(view.address)
        given = dict(parse_qsl(address.query))
        path = address.path.removeprefix("/")
        hidden = given["hide"].split(",") if "hide" in given else []
        assert len(hidden) <= 3
        shown = {"lang": language, "present": "1", "ask": view.question, **given}
        for revealed in {0, len(hidden)}:
            app = app_at(path, {**shown, "revealed": str(revealed)}).run()
            assert not app.exception, view.address
            assert not app.warning, (view.address, [entry.value for entry in app.warning])
            (stage,) = headers(app)
            covered = [e["id"] for e in (*stage["readouts"], *stage["panels"]) if e["is_covered"]]
            assert bool(covered or stage["ends_now"]) == (revealed < len(hidden)), view.address
            assert escape(view.question) in [entry.value for entry in app.markdown]


GOOD = 'title = "T"\n\n[[view]]\naddress = "/hinge?z=1,2"\nquestion = "Why?"\n'


def test_a_file_is_read() -> None:
    assert read_deck(GOOD) == Deck("T", (View("/hinge?z=1,2", "Why?"),))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('title = "T"\n[[view]]\naddress = /hinge\n', 3, "syntax"),
        ('title = "T\n', 1, "syntax"),
        ('title = "T"\n[[view]\n', 2, "syntax"),
        ("", 1, "views"),
        ("view = []", 1, "views"),
        ('view = "x"', 1, "views"),
        ('[view]\naddress = "/hinge"', 1, "views"),
        (GOOD + 'colour = "red"\n', 6, "key"),
        ("author = 1\n" + GOOD, 1, "key"),
        (GOOD + '\n[[view]]\nnotes = "n"\n', 7, "no_address"),
        (GOOD + "\n[[view]]\nnotes = 3\naddress = '/hinge'\n", 8, "text"),
        (GOOD.replace("/hinge", "/hinges"), 4, "path"),
        (GOOD.replace("/hinge", "https://elsewhere.example/hinge"), 4, "path"),
        (GOOD.replace("z=1,2", "z=1,two"), 4, "parameter"),
        (GOOD.replace("z=1,2", "hide=<b>"), 4, "parameter"),
        (GOOD.replace("Why?", "?" * 301), 5, "text"),
        ('title = "T"\n' + '[[view]]\naddress = "/hinge"\n' * 201, 402, "many"),
    ],
)
def test_what_is_no_lecture_is_told_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(DeckError) as told:
        read_deck(text)
    assert (told.value.line, told.value.reason) == (line, reason)
    for language in LANGUAGES:
        sentence = text_in(language)(f"lecture.problem.{reason}", **told.value.values)
        assert "{" not in sentence


def test_the_files_are_plain_toml() -> None:
    folder = lessons()["lecture"].page.parent / "decks"
    files = sorted(folder.glob("*.toml"))
    assert len(files) == 6
    for file in files:
        assert tomllib.loads(file.read_text(encoding="utf-8")).keys() == {"title", "view"}


def test_the_page_has_no_state_on_the_server() -> None:
    app = opened("lecture")
    assert app.title[0].value == "Lecture"
    assert not app.warning
